import type { Route } from '@aws-sdk/client-ec2';
import {
  anEc2,
  day,
  error,
  hour,
  hub,
  hubVpc,
  monitored,
  monitoredVpc,
  stranger,
} from './anEc2.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a route of the world', () => {
  const viewOf = (route: object): Route | undefined =>
    anEc2({ hubVpc: { routeTables: [{ name: 'main', routes: [route] }] } })
      .as(hub)
      .DescribeRouteTables({}).RouteTables?.[0]?.Routes?.[1];

  const coreNetwork = `arn:aws:networkmanager::${hub}:core-network/core-network-0aaaaaaaaaaaaaaaa`;

  it.each([
    ['igw-0aaaaaaaaaaaaaaaa', 'GatewayId'],
    ['vgw-0aaaaaaaaaaaaaaaa', 'GatewayId'],
    ['vpce-0aaaaaaaaaaaaaaaa', 'GatewayId'],
    ['nat-0aaaaaaaaaaaaaaaa', 'NatGatewayId'],
    ['tgw-0aaaaaaaaaaaaaaaa', 'TransitGatewayId'],
    ['eni-0aaaaaaaaaaaaaaaa', 'NetworkInterfaceId'],
    ['lgw-0aaaaaaaaaaaaaaaa', 'LocalGatewayId'],
    ['cagw-0aaaaaaaaaaaaaaaa', 'CarrierGatewayId'],
    ['eigw-0aaaaaaaaaaaaaaaa', 'EgressOnlyInternetGatewayId'],
    [coreNetwork, 'CoreNetworkArn'],
  ])('to %s has it as its %s', (target, member) => {
    expect(viewOf({ destination: '10.9.0.0/16', target })).toEqual({
      DestinationCidrBlock: '10.9.0.0/16',
      [member]: target,
      Origin: 'CreateRoute',
      State: 'active',
    });
  });

  it('to an instance shows its network interface and its owner', () => {
    const [target, networkInterface] = ['i-0aaaaaaaaaaaaaaaa', 'eni-0aaaaaaaaaaaaaaaa'];
    expect(viewOf({ destination: '10.9.0.0/16', target, networkInterface })).toMatchObject({
      InstanceId: target,
      InstanceOwnerId: hub,
      NetworkInterfaceId: networkInterface,
    });
  });

  it('has a block of IPv6 or a prefix list as its destination', () => {
    const target = 'vpce-0aaaaaaaaaaaaaaaa';
    expect(viewOf({ destination: 'pl-0aaaaaaaaaaaaaaaa', target })).toMatchObject({
      DestinationPrefixListId: 'pl-0aaaaaaaaaaaaaaaa',
    });
    expect(viewOf({ destination: '2001:db8:9::/56', target })).toMatchObject({
      DestinationIpv6CidrBlock: '2001:db8:9::/56',
    });
  });

  it('is a black hole where the world says that its target is gone', () => {
    const gone = { destination: '10.9.0.0/16', target: 'nat-0aaaaaaaaaaaaaaaa', blackhole: true };
    expect(viewOf(gone)).toMatchObject({ State: 'blackhole' });
  });

  it('that is propagated stands beside a static one and does not count for the quota', () => {
    const id = 'rtb-0aaaaaaaaaaaaaaaa';
    const [destination, target] = ['10.9.0.0/16', 'vgw-0aaaaaaaaaaaaaaaa'];
    const routes = [{ destination, target, propagated: true }];
    const client = anEc2({
      hubVpc: { routeTables: [{ name: 'main', id, routes }] },
      quotas: { routesPerRouteTable: 1 },
    }).as(hub);
    client.CreateRoute({
      RouteTableId: id,
      DestinationCidrBlock: destination,
      TransitGatewayId: 'tgw-0aaaaaaaaaaaaaaaa',
    });
    const { RouteTables = [] } = client.DescribeRouteTables({});
    expect(RouteTables[0]?.PropagatingVgws).toEqual([{ GatewayId: target }]);
    expect(RouteTables[0]?.Routes?.map(({ Origin }) => Origin)).toEqual([
      'CreateRouteTable',
      'EnableVgwRoutePropagation',
      'CreateRoute',
    ]);
  });

  it('to anything else is no world at all', () => {
    expect(() => viewOf({ destination: '10.9.0.0/16', target: 'x-0' })).toThrow(
      'x-0: not a target',
    );
  });
});

it('a table of a gateway is associated with that and with no subnet', () => {
  const gateway = 'igw-0aaaaaaaaaaaaaaaa';
  const client = anEc2({ hubVpc: { routeTables: [{ name: 'edge', gateway }] } }).as(hub);
  const Filters = [{ Name: 'association.gateway-id', Values: [gateway] }];
  const { RouteTables = [] } = client.DescribeRouteTables({ Filters });
  expect(RouteTables).toMatchObject([{ Associations: [{ GatewayId: gateway, Main: false }] }]);
  expect(RouteTables[0]?.Associations?.[0]).not.toHaveProperty('SubnetId');
});

it('a subnet has the IPv6 block that the world gives it, within the VPC’s and free', () => {
  const zone = 'eu-central-1a';
  const subnet = (name: string, third: number, ipv6Cidr: string) => ({
    name,
    cidr: `10.0.${third}.0/24`,
    ipv6Cidr,
    zone,
  });
  const given = (...subnets: object[]) =>
    anEc2({ hubVpc: { cidrs: ['10.0.0.0/16', '2001:db8::/56'], subnets } }).as(hub);
  const { Subnets = [] } = given(subnet('a', 1, '2001:db8:0:1::/64')).DescribeSubnets({
    Filters: [
      { Name: 'ipv6-cidr-block-association.ipv6-cidr-block', Values: ['2001:db8:0:1::/64'] },
    ],
  });
  expect(Subnets[0]?.Ipv6CidrBlockAssociationSet).toMatchObject([
    { Ipv6CidrBlock: '2001:db8:0:1::/64', Ipv6CidrBlockState: { State: 'associated' } },
  ]);
  expect(() => given(subnet('a', 1, '2001:db8:9:1::/64'))).toThrow(error('InvalidSubnet.Range'));
  const twice = [subnet('a', 1, '2001:db8:0:1::/64'), subnet('b', 2, '2001:db8:0:1::/64')];
  expect(() => given(...twice)).toThrow(error('InvalidSubnet.Conflict'));
});

describe('a security group of the world', () => {
  const ports = { protocol: 'tcp', from: 10050, to: 10050 };
  const hubGroup = 'sg-0aaaaaaaaaaaaaaaa';

  it('names groups of its VPC, prefix lists, and groups over a peering', () => {
    const client = anEc2({
      hubVpc: { securityGroups: [{ name: 'zabbix', id: hubGroup }] },
      monitoredVpc: {
        securityGroups: [
          {
            name: 'app',
            ingress: [
              { ...ports, group: 'proxy' },
              { ...ports, group: `${hub}/${hubGroup}` },
              { ...ports, prefixList: 'pl-0aaaaaaaaaaaaaaaa' },
            ],
          },
          { name: 'proxy', id: 'sg-0bbbbbbbbbbbbbbbb' },
        ],
      },
      peerings: [
        {
          requester: { account: hub, vpc: hubVpc },
          accepter: { account: monitored, vpc: monitoredVpc },
        },
      ],
    }).as(monitored);
    const { SecurityGroups = [] } = client.DescribeSecurityGroups({
      Filters: [{ Name: 'group-name', Values: ['app'] }],
    });
    expect(SecurityGroups[0]?.IpPermissions).toMatchObject([
      {
        PrefixListIds: [{ PrefixListId: 'pl-0aaaaaaaaaaaaaaaa' }],
        UserIdGroupPairs: [
          { GroupId: 'sg-0bbbbbbbbbbbbbbbb', UserId: monitored },
          { GroupId: hubGroup, UserId: hub, VpcId: hubVpc, PeeringStatus: 'active' },
        ],
      },
    ]);
  });

  it('lets out what the world says, else everything', () => {
    const egress = [{ ...ports, cidr: '10.20.0.0/16' }];
    const securityGroups = [
      { name: 'closed', egress: [] },
      { name: 'narrow', egress },
      { name: 'open' },
    ];
    const { SecurityGroups = [] } = anEc2({ hubVpc: { securityGroups } })
      .as(hub)
      .DescribeSecurityGroups({});
    const out = (name: string) =>
      SecurityGroups.find(({ GroupName }) => GroupName === name)?.IpPermissionsEgress;
    expect(out('closed')).toEqual([]);
    expect(out('narrow')).toMatchObject([
      { FromPort: 10050, IpRanges: [{ CidrIp: '10.20.0.0/16' }] },
    ]);
    expect(out('open')).toMatchObject([{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]);
  });
});

describe('a peering of the world', () => {
  const requester = { account: hub, vpc: hubVpc, tags: { side: 'hub' } };
  const accepter = { account: monitored, vpc: 'app', tags: { side: 'monitored' } };
  const given = (peering: object) => anEc2({ peerings: [{ requester, accepter, ...peering }] });
  const seen = (ec2: ReturnType<typeof given>, account: string) =>
    ec2.as(account).DescribeVpcPeeringConnections({}).VpcPeeringConnections ?? [];

  it.each([
    ['pending-acceptance', hub, monitored],
    ['provisioning', hub, monitored],
    ['active', hub, monitored],
    ['failed', hub],
    ['expired', hub, monitored],
    ['rejected', hub, monitored],
    ['deleted', hub, monitored],
  ])('that is %s is seen so by those whom AWS shows it', (state, ...accounts) => {
    const ec2 = given({ state });
    const code = (account: string) => seen(ec2, account).map(({ Status }) => Status?.Code);
    for (const account of [hub, monitored]) {
      expect(code(account)).toEqual(accounts.includes(account) ? [state] : []);
    }
  });

  it('has tags and options of each side', () => {
    const ec2 = given({ requester: { ...requester, dnsResolution: true } });
    expect(seen(ec2, hub)[0]?.Tags).toEqual([{ Key: 'side', Value: 'hub' }]);
    expect(seen(ec2, monitored)[0]?.Tags).toEqual([{ Key: 'side', Value: 'monitored' }]);
    expect(seen(ec2, hub)).toMatchObject([
      {
        RequesterVpcInfo: { PeeringOptions: { AllowDnsResolutionFromRemoteVpc: true } },
        AccepterVpcInfo: { PeeringOptions: { AllowDnsResolutionFromRemoteVpc: false } },
      },
    ]);
  });

  it('can be accepted, and expires 7 days after it was requested', () => {
    const request = given({ state: 'pending-acceptance', ageHours: 24 * 6 + 23 });
    const [{ VpcPeeringConnectionId: id = '' } = {}] = seen(request, monitored);
    const status = () => seen(request, hub)[0]?.Status?.Code;
    expect(status()).toBe('pending-acceptance');
    jest.advanceTimersByTime(hour);
    expect(status()).toBe('expired');
    const answered = given({ state: 'pending-acceptance', ageHours: 24 * 6 });
    answered.as(monitored).AcceptVpcPeeringConnection({ VpcPeeringConnectionId: id });
    jest.advanceTimersByTime(day);
    expect(seen(answered, hub)[0]?.Status?.Code).toBe('active');
  });

  it('is deleted by the side that the world says, to which it is soon gone', () => {
    const ec2 = given({ state: 'deleted', deletedBy: 'requester', ageHours: 3 });
    expect(seen(ec2, hub)).toEqual([]);
    expect(seen(ec2, monitored)[0]?.Status?.Message).toBe(`Deleted by ${hub}`);
  });

  it('makes the routes into it active', () => {
    const id = 'pcx-0aaaaaaaaaaaaaaaa';
    const routes = [{ destination: '10.20.0.0/16', target: id }];
    const stateOf = (state: string) =>
      anEc2({
        hubVpc: { routeTables: [{ name: 'main', routes }] },
        peerings: [{ id, requester, accepter, state }],
      })
        .as(hub)
        .DescribeRouteTables({
          Filters: [{ Name: 'route.vpc-peering-connection-id', Values: [id] }],
        }).RouteTables?.[0]?.Routes?.[1]?.State;
    expect(stateOf('active')).toBe('active');
    expect(stateOf('pending-acceptance')).toBe('blackhole');
    expect(stateOf('deleted')).toBe('blackhole');
  });

  it('may be between two VPCs of one account, which then has one set of tags', () => {
    const ec2 = anEc2({
      more: { [hub]: [{ name: 'other', cidrs: ['10.1.0.0/16'] }] },
      peerings: [
        { requester, accepter: { account: hub, vpc: 'other' }, state: 'pending-acceptance' },
      ],
    });
    const [{ VpcPeeringConnectionId = '' } = {}, second] = seen(ec2, hub);
    expect(second).toBeUndefined();
    ec2.as(hub).AcceptVpcPeeringConnection({ VpcPeeringConnectionId });
    jest.advanceTimersByTime(hour);
    expect(seen(ec2, hub)).toMatchObject([
      { Status: { Code: 'active' }, Tags: [{ Key: 'side', Value: 'hub' }] },
    ]);
  });

  it.each([
    ['of a VPC that is not there', { accepter: { account: stranger, vpc: 'x' } }, 'has no VPC x'],
    ['of a VPC with itself', { accepter: requester }, 'overlap'],
  ])('%s is no world at all', (_what, part, message) => {
    expect(() => given(part)).toThrow(message);
  });
});
