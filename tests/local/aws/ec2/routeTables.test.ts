import { anEc2, error, hub, hubVpc, monitored } from './anEc2.ts';

const world = {
  hubVpc: {
    routeTables: [
      {
        name: 'private',
        tags: { tier: 'private' },
        routes: [{ destination: '0.0.0.0/0', target: 'nat-0a11111111111111a' }],
      },
    ],
    subnets: [
      { name: 'a', cidr: '10.0.1.0/24', zone: 'eu-central-1a', routeTable: 'private' },
      { name: 'b', cidr: '10.0.2.0/24', zone: 'eu-central-1b' },
    ],
  },
};

const given = () => {
  const client = anEc2(world).as(hub);
  const find = (Name: string, value: string | undefined) =>
    client.DescribeRouteTables({ Filters: [{ Name, Values: [value ?? ''] }] }).RouteTables ?? [];
  const subnet = (name: string) =>
    client.DescribeSubnets({ Filters: [{ Name: 'tag:Name', Values: [name] }] }).Subnets?.[0];
  return { client, find, subnet };
};

it('every VPC has a main table, which subnets without a table of their own use', () => {
  const { find, subnet } = given();
  expect(find('association.main', 'true')).toEqual([
    expect.objectContaining({
      VpcId: hubVpc,
      OwnerId: hub,
      Associations: [
        {
          Main: true,
          RouteTableId: expect.stringMatching(/^rtb-[0-9a-f]{17}$/),
          RouteTableAssociationId: expect.stringMatching(/^rtbassoc-[0-9a-f]{17}$/),
          AssociationState: { State: 'associated' },
        },
      ],
    }),
  ]);
  expect(find('association.subnet-id', subnet('a')?.SubnetId)).toMatchObject([
    {
      Tags: [
        { Key: 'Name', Value: 'private' },
        { Key: 'tier', Value: 'private' },
      ],
    },
  ]);
  expect(find('association.subnet-id', subnet('b')?.SubnetId)).toEqual([]);
});

it('a table that the world names main is the main table, and the only one', () => {
  const client = anEc2({
    hubVpc: { routeTables: [{ name: 'main', id: 'rtb-0aaaaaaaaaaaaaaaa' }] },
  }).as(hub);
  expect(client.DescribeRouteTables({}).RouteTables).toMatchObject([
    { RouteTableId: 'rtb-0aaaaaaaaaaaaaaaa', Associations: [{ Main: true }] },
  ]);
});

it('a new table has the local route, its tags and no subnet', () => {
  const { client } = given();
  const { RouteTable: made } = client.CreateRouteTable({
    VpcId: hubVpc,
    TagSpecifications: [{ ResourceType: 'route-table', Tags: [{ Key: 'Name', Value: 'new' }] }],
  });
  expect(made).toMatchObject({
    Associations: [],
    Routes: [{ DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local' }],
    Tags: [{ Key: 'Name', Value: 'new' }],
  });
  expect(() => client.CreateRouteTable({ VpcId: 'vpc-0f00000000000000f' })).toThrow(
    error('InvalidVpcID.NotFound'),
  );
});

it('a subnet uses one table explicitly, of its own VPC', () => {
  const { client, subnet, find } = given();
  const RouteTableId = client.CreateRouteTable({ VpcId: hubVpc }).RouteTable?.RouteTableId;
  const SubnetId = subnet('b')?.SubnetId;
  const made = client.AssociateRouteTable({ RouteTableId, SubnetId });
  expect(made.AssociationId).toMatch(/^rtbassoc-/);
  expect(find('association.subnet-id', SubnetId)).toMatchObject([{ RouteTableId }]);
  expect(() => client.AssociateRouteTable({ RouteTableId, SubnetId })).toThrow(
    error('Resource.AlreadyAssociated'),
  );
  const elsewhere = client.CreateVpc({ CidrBlock: '10.9.0.0/16' }).Vpc?.VpcId;
  const other = client.CreateSubnet({ VpcId: elsewhere, CidrBlock: '10.9.1.0/24' }).Subnet
    ?.SubnetId;
  expect(() => client.AssociateRouteTable({ RouteTableId, SubnetId: other })).toThrow(
    error('InvalidParameterValue', 'belong to different networks'),
  );
  expect(() =>
    client.AssociateRouteTable({ RouteTableId, SubnetId: 'subnet-0f00000000000000f' }),
  ).toThrow(error('InvalidSubnetID.NotFound'));
});

it.each([
  ['vpc-id', hubVpc],
  ['owner-id', hub],
  ['association.main', 'false'],
  ['association.subnet-id', 'subnet-*'],
  ['association.route-table-id', 'rtb-*'],
  ['association.route-table-association-id', 'rtbassoc-*'],
  ['route-table-id', 'rtb-*'],
  ['route.nat-gateway-id', 'nat-0a11111111111111a'],
  ['route.gateway-id', 'local'],
])('a table is found by its %s', (name, value) => {
  const { find } = given();
  const named = (tables: ReturnType<typeof find>) => tables.flatMap(({ Tags = [] }) => Tags);
  expect(named(find(name, value))).toContainEqual({ Key: 'Name', Value: 'private' });
  expect(find(name, 'other')).toEqual([]);
});

it('tables of another account do not exist', () => {
  const { find } = given();
  const id = find('association.main', 'true')[0]?.RouteTableId ?? '';
  expect(() =>
    anEc2(world)
      .as(monitored)
      .DescribeRouteTables({ RouteTableIds: [id] }),
  ).toThrow(error('InvalidRouteTableID.NotFound', id));
});

it('a world whose subnet names a table that is not there is refused', () => {
  const subnets = [{ name: 'a', cidr: '10.0.1.0/24', zone: 'eu-central-1a', routeTable: 'none' }];
  expect(() => anEc2({ hubVpc: { subnets } })).toThrow('no route table none');
});
