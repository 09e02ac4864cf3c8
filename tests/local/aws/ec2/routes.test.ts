import type { Route } from '@aws-sdk/client-ec2';
import {
  active,
  anEc2,
  type Client,
  error,
  hub,
  hubVpc,
  monitored,
  region,
  requested,
  second,
} from './anEc2.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const given = (parts: Parameters<typeof anEc2>[0] = {}) => {
  const ec2 = anEc2({
    ...parts,
    hubVpc: { routeTables: [{ name: 'main', id: table }], ...parts.hubVpc },
  });
  return { ...ec2, requester: ec2.as(hub), accepter: ec2.as(monitored) };
};

const table = 'rtb-0aaaaaaaaaaaaaaaa';

const tableOf = (client: Client) =>
  client.DescribeRouteTables({ RouteTableIds: [table] }).RouteTables?.[0];
const routesOf = (client: Client): Route[] => tableOf(client)?.Routes ?? [];
const routeTo = (client: Client, destination: string) =>
  routesOf(client).find(
    (route) =>
      route.DestinationCidrBlock === destination || route.DestinationIpv6CidrBlock === destination,
  );

describe('the local routes', () => {
  it('are made by themselves, one per block of the VPC', () => {
    const { requester } = given({
      hubVpc: {
        cidrs: ['10.0.0.0/16', '10.1.0.0/16', '2001:db8::/56'],
        routeTables: [{ name: 'main', id: table }],
      },
    });
    const local = { GatewayId: 'local', Origin: 'CreateRouteTable', State: 'active' };
    expect(routesOf(requester)).toEqual([
      { DestinationCidrBlock: '10.0.0.0/16', ...local },
      { DestinationCidrBlock: '10.1.0.0/16', ...local },
      { DestinationIpv6CidrBlock: '2001:db8::/56', ...local },
    ]);
    requester.AssociateVpcCidrBlock({ VpcId: hubVpc, CidrBlock: '10.2.0.0/16' });
    expect(routeTo(requester, '10.2.0.0/16')).toMatchObject({ GatewayId: 'local' });
  });

  it('cannot be removed, replaced or made again', () => {
    const { requester } = given();
    const route = { RouteTableId: table, DestinationCidrBlock: '10.0.0.0/16' };
    expect(() => requester.DeleteRoute(route)).toThrow(
      error('InvalidParameterValue', 'cannot remove local route'),
    );
    expect(() => requester.ReplaceRoute({ ...route, NatGatewayId: 'nat-0' })).toThrow(
      error('InvalidParameterValue'),
    );
    expect(() => requester.CreateRoute({ ...route, NatGatewayId: 'nat-0' })).toThrow(
      error('RouteAlreadyExists'),
    );
  });
});

describe('a route over a peering', () => {
  it('is a black hole until the peering is active, and again when it is gone', () => {
    const ec2 = given();
    const id = requested(ec2);
    ec2.requester.CreateRoute({
      RouteTableId: table,
      DestinationCidrBlock: '10.20.0.0/16',
      VpcPeeringConnectionId: id,
    });
    const state = () => routeTo(ec2.requester, '10.20.0.0/16')?.State;
    expect(state()).toBe('blackhole');
    ec2.accepter.AcceptVpcPeeringConnection({ VpcPeeringConnectionId: id });
    expect(state()).toBe('blackhole');
    jest.advanceTimersByTime(1.5 * second);
    expect(routeTo(ec2.requester, '10.20.0.0/16')).toEqual({
      DestinationCidrBlock: '10.20.0.0/16',
      VpcPeeringConnectionId: id,
      Origin: 'CreateRoute',
      State: 'active',
    });
    ec2.accepter.DeleteVpcPeeringConnection({ VpcPeeringConnectionId: id });
    expect(state()).toBe('blackhole');
    jest.advanceTimersByTime(30 * 24 * 3600 * second);
    expect(state()).toBe('blackhole');
  });

  it('is found by its destination, target, origin and state', () => {
    const ec2 = given();
    const id = active(ec2);
    ec2.requester.CreateRoute({
      RouteTableId: table,
      DestinationCidrBlock: '10.20.0.0/16',
      VpcPeeringConnectionId: id,
    });
    for (const [Name, value] of [
      ['route.destination-cidr-block', '10.20.0.0/16'],
      ['route.vpc-peering-connection-id', id],
      ['route.origin', 'CreateRoute'],
      ['route.state', 'active'],
    ]) {
      const Filters = [{ Name, Values: [value ?? ''] }];
      expect(ec2.requester.DescribeRouteTables({ Filters }).RouteTables).toContainEqual(
        expect.objectContaining({ RouteTableId: table }),
      );
    }
  });

  it.each(['10.0.0.0/16', '10.0.4.0/24'])(
    'does not lead to the VPC’s own %s',
    (DestinationCidrBlock) => {
      const ec2 = given();
      const VpcPeeringConnectionId = active(ec2);
      expect(() =>
        ec2.requester.CreateRoute({
          RouteTableId: table,
          DestinationCidrBlock,
          VpcPeeringConnectionId,
        }),
      ).toThrow(error('InvalidParameterValue', 'equal to or more specific'));
      expect(routesOf(ec2.requester)).toHaveLength(1);
    },
  );

  it('needs a peering that the account sees, is alive and has this VPC as a side', () => {
    const ec2 = given({ more: { [hub]: [{ name: 'other', cidrs: ['10.9.0.0/16'] }] } });
    const id = active(ec2);
    const to = (VpcPeeringConnectionId: string, RouteTableId = table) =>
      ec2.requester.CreateRoute({
        RouteTableId,
        DestinationCidrBlock: '10.20.0.0/16',
        VpcPeeringConnectionId,
      });
    expect(() => to('pcx-0f00000000000000f')).toThrow(
      error('InvalidVpcPeeringConnectionID.NotFound'),
    );
    const other = ec2.requester
      .DescribeRouteTables({})
      .RouteTables?.find(({ RouteTableId }) => RouteTableId !== table);
    expect(() => to(id, other?.RouteTableId)).toThrow(
      error('InvalidParameterValue', 'belong to different networks'),
    );
    ec2.requester.DeleteVpcPeeringConnection({ VpcPeeringConnectionId: id });
    expect(() => to(id)).toThrow(error('InvalidVpcPeeringConnectionID.NotFound'));
  });
});

describe('a route', () => {
  it.each([
    ['NatGatewayId', 'nat-0a11111111111111a'],
    ['GatewayId', 'igw-0a11111111111111a'],
    ['TransitGatewayId', 'tgw-0a11111111111111a'],
    ['NetworkInterfaceId', 'eni-0a11111111111111a'],
    ['InstanceId', 'i-0a11111111111111a'],
    ['EgressOnlyInternetGatewayId', 'eigw-0a11111111111111a'],
  ])('leads to a %s', (member, target) => {
    const { requester } = given();
    requester.CreateRoute({
      RouteTableId: table,
      DestinationCidrBlock: '0.0.0.0/0',
      [member]: target,
    });
    expect(routeTo(requester, '0.0.0.0/0')).toMatchObject({ [member]: target, State: 'active' });
  });

  it.each([
    ['IPv4', 'DestinationCidrBlock', '100.68.0.18/18', '100.68.0.0/18'],
    ['IPv6', 'DestinationIpv6CidrBlock', '2001:DB8:0:0:0::1/48', '2001:db8::/48'],
  ])('has its %s destination in canonical form', (_family, member, given_, canonical) => {
    const { requester } = given();
    requester.CreateRoute({ RouteTableId: table, [member]: given_, NatGatewayId: 'nat-0' });
    expect(routeTo(requester, canonical)).toMatchObject({ [member]: canonical });
    requester.DeleteRoute({ RouteTableId: table, [member]: given_ });
    expect(routeTo(requester, canonical)).toBeUndefined();
  });

  it.each(['10.0.0/8', '10.0.0.0/33', '10.0.0.0', 'x', '2001:db8::/32'])(
    'does not have %s as IPv4 destination',
    (DestinationCidrBlock) => {
      expect(() =>
        given().requester.CreateRoute({
          RouteTableId: table,
          DestinationCidrBlock,
          NatGatewayId: 'nat-0',
        }),
      ).toThrow(error('InvalidParameterValue', 'malformed'));
    },
  );

  it('exists once per destination, whatever its target', () => {
    const { requester } = given();
    const route = { RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-0' };
    requester.CreateRoute(route);
    expect(() => requester.CreateRoute(route)).toThrow(error('RouteAlreadyExists', '0.0.0.0/0'));
    requester.ReplaceRoute({ ...route, NatGatewayId: 'nat-1' });
    expect(routeTo(requester, '0.0.0.0/0')?.NatGatewayId).toBe('nat-1');
  });

  it('that is not there can be neither replaced nor deleted', () => {
    const { requester } = given();
    const route = { RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0' };
    expect(() => requester.ReplaceRoute({ ...route, NatGatewayId: 'nat-0' })).toThrow(
      error('InvalidParameterValue', 'Use CreateRoute instead'),
    );
    expect(() => requester.DeleteRoute(route)).toThrow(error('InvalidRoute.NotFound'));
  });

  it('has exactly one destination and one target', () => {
    const { requester } = given();
    const combination = error('InvalidParameterCombination');
    const RouteTableId = table;
    expect(() => requester.CreateRoute({ RouteTableId, NatGatewayId: 'nat-0' })).toThrow(
      combination,
    );
    expect(() =>
      requester.CreateRoute({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0' }),
    ).toThrow(combination);
    expect(() =>
      requester.CreateRoute({
        RouteTableId,
        DestinationCidrBlock: '0.0.0.0/0',
        NatGatewayId: 'nat-0',
        GatewayId: 'igw-0',
      }),
    ).toThrow(combination);
  });

  it('finds no room in a full table, each address family by itself', () => {
    const { requester } = given({ quotas: { routesPerRouteTable: 2 } });
    const add = (destination: object) =>
      requester.CreateRoute({ RouteTableId: table, NatGatewayId: 'nat-0', ...destination });
    add({ DestinationCidrBlock: '10.1.0.0/16' });
    add({ DestinationCidrBlock: '10.2.0.0/16' });
    expect(() => add({ DestinationCidrBlock: '10.3.0.0/16' })).toThrow(error('RouteLimitExceeded'));
    expect(() => add({ DestinationIpv6CidrBlock: '2001:db8::/48' })).not.toThrow();
  });

  it('is in a table of the caller’s own', () => {
    const { as } = given();
    const route = { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-0' };
    const create = (client: Client, RouteTableId: string) => () =>
      client.CreateRoute({ RouteTableId, ...route });
    const unknown = error('InvalidRouteTableID.NotFound');
    expect(create(as(hub), 'rtb-0f00000000000000f')).toThrow(unknown);
    expect(create(as(monitored), table)).toThrow(unknown);
    expect(create(as(hub, 'us-east-1'), table)).toThrow(unknown);
    expect(create(as(hub, region), table)).not.toThrow();
  });

  it('has one destination: a block or a prefix list', () => {
    const { requester } = given();
    const prefixList = { RouteTableId: table, DestinationPrefixListId: 'pl-0aaaaaaaaaaaaaaaa' };
    requester.CreateRoute({ ...prefixList, TransitGatewayId: 'tgw-0aaaaaaaaaaaaaaaa' });
    expect(routesOf(requester)).toContainEqual({
      DestinationPrefixListId: 'pl-0aaaaaaaaaaaaaaaa',
      TransitGatewayId: 'tgw-0aaaaaaaaaaaaaaaa',
      Origin: 'CreateRoute',
      State: 'active',
    });
    const both = { ...prefixList, DestinationCidrBlock: '10.9.0.0/16' };
    expect(() => requester.DeleteRoute(both)).toThrow(error('InvalidParameterCombination'));
    requester.DeleteRoute(prefixList);
    expect(routesOf(requester)).toEqual([expect.objectContaining({ GatewayId: 'local' })]);
  });
});
