import type { Route, RouteTable } from '@aws-sdk/client-ec2';
import {
  decideRoutes,
  destinationField,
  findSuperfluous,
  noteDetours,
  peeringsInTheWay,
  routeTo,
  targetOf,
  type Way,
} from '../../../shared/network/routes.ts';
import {
  aDescribedPeering,
  aHubSide,
  aMonitoredSide,
  aReversedPeering,
  aRoute,
  aTable,
  hubCidr,
  otherPeeringId,
  peeringId,
  tableId,
} from '../../builders.ts';

/** The way back: from the monitored account's table to the hub. */
const aWay = (parts: Partial<Way> = {}): Way => ({
  own: aMonitoredSide(),
  other: aHubSide(),
  peeringId,
  others: [],
  ...parts,
});

const decide = (route?: Route, others: Way['others'] = []) =>
  decideRoutes([aTable(route ? [route] : [])], aWay({ others }));
const wanted = { routeTableId: tableId, destination: hubCidr };

it('creates a route that is missing', () => {
  expect(decide()).toEqual([{ ...wanted, kind: 'create' }]);
});

it.each(['active', 'blackhole'] as const)('keeps its own route while it is %s', (State) => {
  expect(decide(aRoute(hubCidr, { State }))).toEqual([{ ...wanted, kind: 'already' }]);
});

describe('a blackhole into another peering', () => {
  const blackhole = aRoute(hubCidr, { VpcPeeringConnectionId: otherPeeringId, State: 'blackhole' });
  const id = { VpcPeeringConnectionId: otherPeeringId };

  it.each(['failed', 'rejected', 'expired', 'deleting', 'deleted'])(
    'is replaced where that one connected the same VPCs and is %s, whoever requested it',
    (status) => {
      const replaced = [{ ...wanted, kind: 'replace' }];
      expect(decide(blackhole, [aDescribedPeering(status, id)])).toEqual(replaced);
      expect(decide(blackhole, [aReversedPeering(status, id)])).toEqual(replaced);
    },
  );

  it.each([
    [
      'waits to be accepted',
      [aDescribedPeering('pending-acceptance', id)],
      'until that peering is active',
    ],
    [
      'is one of other VPCs',
      [aDescribedPeering('deleted', { ...id, AccepterVpcInfo: { VpcId: 'vpc-9' } })],
      'one of other VPCs',
    ],
    ['is no longer shown', [], 'no longer shows which VPCs'],
  ])('is a conflict where that one %s', (_, others, why) => {
    expect(decide(blackhole, others)).toEqual([
      {
        ...wanted,
        kind: 'conflict',
        target: expect.stringMatching(`^${otherPeeringId} \\(peering\\), a blackhole.*${why}`),
      },
    ]);
  });

  it('is to be looked at, and no other peering is', () => {
    const live = aRoute(hubCidr, { VpcPeeringConnectionId: 'pcx-2' });
    const elsewhere = aRoute('10.9.0.0/16', {
      VpcPeeringConnectionId: 'pcx-3',
      State: 'blackhole',
    });
    const own = aRoute(hubCidr, { State: 'blackhole' });
    const tables = [blackhole, blackhole, live, elsewhere, own].map((route) => aTable([route]));
    expect(peeringsInTheWay(tables, aWay())).toEqual([otherPeeringId]);
  });
});

describe('a route to the same destination', () => {
  it.each<[Route, string]>([
    [{ VpcPeeringConnectionId: otherPeeringId }, `${otherPeeringId} (peering)`],
    [{ TransitGatewayId: 'tgw-1' }, 'tgw-1 (transit gateway)'],
    [{ NatGatewayId: 'nat-1' }, 'nat-1 (NAT gateway)'],
    [{ InstanceId: 'i-1', NetworkInterfaceId: 'eni-1' }, 'eni-1 (network interface of i-1)'],
    [{ InstanceId: 'i-1' }, 'i-1 (instance)'],
    [{ NetworkInterfaceId: 'eni-1' }, 'eni-1 (network interface)'],
    [{ EgressOnlyInternetGatewayId: 'eigw-1' }, 'eigw-1 (egress-only internet gateway)'],
    [{ LocalGatewayId: 'lgw-1' }, 'lgw-1 (local gateway)'],
    [{ CarrierGatewayId: 'cagw-1' }, 'cagw-1 (carrier gateway)'],
    [{ GatewayId: 'igw-1' }, 'igw-1 (internet gateway)'],
    [{ GatewayId: 'vgw-1' }, 'vgw-1 (virtual private gateway)'],
    [{ GatewayId: 'vpce-1' }, 'vpce-1 (VPC endpoint)'],
    [{ GatewayId: 'other-1' }, 'other-1 (gateway)'],
    [{}, 'an unknown target (gateway)'],
  ])('that leads to %j is a conflict with %s', (parts, target) => {
    const route = { DestinationCidrBlock: hubCidr, State: 'active', ...parts } as const;
    expect(decide(route)).toEqual([{ ...wanted, kind: 'conflict', target }]);
  });

  it.each<[Route, string]>([
    [{ NatGatewayId: 'nat-1' }, 'nat-1 (NAT gateway)'],
    [{ TransitGatewayId: 'tgw-1' }, 'tgw-1 (transit gateway)'],
  ])('that leads to %j, which is gone, is a conflict all the same', (parts, target) => {
    const route = { DestinationCidrBlock: hubCidr, State: 'blackhole', ...parts } as const;
    expect(decide(route)).toEqual([
      { ...wanted, kind: 'conflict', target: `${target}, a blackhole, for that target is gone` },
    ]);
  });
});

it.each<[string, Route]>([
  ['10.0.0.0/8', { DestinationCidrBlock: '10.0.0.0/8', GatewayId: 'igw-1' }],
  ['10.0.0.0/24', { DestinationCidrBlock: '10.0.0.0/24', GatewayId: 'igw-1' }],
  ['everything', { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' }],
  ['a prefix list', { DestinationPrefixListId: 'pl-1', GatewayId: 'vpce-1' }],
  ['a local gateway’s block', { DestinationCidrBlock: '192.168.0.0/16', LocalGatewayId: 'lgw-1' }],
])('is not in the way of a route to %s, which is another destination', (_, route) => {
  expect(decide(route)).toEqual([{ ...wanted, kind: 'create' }]);
});

describe('a note', () => {
  const note = (...routes: Route[]) => noteDetours([aTable(routes)], aWay());

  it('tells of a longer prefix that leads elsewhere, in IPv6 too', () => {
    const detour = { DestinationCidrBlock: '10.0.4.0/24', TransitGatewayId: 'tgw-1' };
    const ipv6 = { DestinationIpv6CidrBlock: '2001:db8:0:1::/64', NatGatewayId: 'nat-1' };
    const other = aHubSide({ cidrs: [hubCidr, '2001:db8::/56'] });
    expect(noteDetours([aTable([detour, ipv6])], aWay({ other }))).toEqual([
      `${tableId} sends 10.0.4.0/24, a part of ${hubCidr}, to tgw-1 (transit gateway): what is there is not reached through the peering.`,
      `${tableId} sends 2001:db8:0:1::/64, a part of 2001:db8::/56, to nat-1 (NAT gateway): what is there is not reached through the peering.`,
    ]);
  });

  it('says that it is a blackhole', () => {
    const route: Route = {
      DestinationCidrBlock: '10.0.4.0/24',
      VpcPeeringConnectionId: otherPeeringId,
      State: 'blackhole',
    };
    expect(note(route)).toEqual([
      expect.stringContaining(`${otherPeeringId} (peering), a blackhole: what is there`),
    ]);
  });

  it.each<[string, Route]>([
    ['a shorter prefix', { DestinationCidrBlock: '10.0.0.0/8', TransitGatewayId: 'tgw-1' }],
    ['the default route', { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' }],
    ['another family', { DestinationIpv6CidrBlock: '::/0', GatewayId: 'igw-1' }],
    [
      'the same destination',
      aRoute(hubCidr, { VpcPeeringConnectionId: otherPeeringId, State: 'blackhole' }),
    ],
    ['the same destination into the peering', aRoute(hubCidr)],
    ['a longer prefix into the peering', aRoute('10.0.4.0/24')],
    ['another block', { DestinationCidrBlock: '10.9.0.0/24', GatewayId: 'igw-1' }],
    ['a prefix list', { DestinationPrefixListId: 'pl-1', GatewayId: 'vpce-1' }],
  ])('does not tell of %s', (_, route) => {
    expect(note(route)).toEqual([]);
  });
});

it('finds the routes into the peering that nothing asks for', () => {
  const unused: RouteTable = aTable([aRoute(hubCidr)], { RouteTableId: 'rtb-2' });
  const elsewhere = aRoute('10.8.0.0/16', { VpcPeeringConnectionId: otherPeeringId });
  const table = aTable([aRoute(hubCidr), aRoute('10.9.0.0/16'), elsewhere]);
  expect(findSuperfluous([table, unused], aWay())).toEqual([
    { routeTableId: tableId, destination: '10.9.0.0/16' },
    { routeTableId: 'rtb-2', destination: hubCidr },
  ]);
});

it('decides for every table and every destination by itself', () => {
  const ipv6 = '2001:db8::/56';
  const own: Route = { DestinationIpv6CidrBlock: ipv6, VpcPeeringConnectionId: peeringId };
  const tables = [aTable([own]), aTable([aRoute(hubCidr)], { RouteTableId: 'rtb-2' })];
  const decisions = decideRoutes(tables, aWay({ other: aHubSide({ cidrs: [hubCidr, ipv6] }) }));
  expect(
    decisions.map(({ routeTableId, destination, kind }) => [routeTableId, destination, kind]),
  ).toEqual([
    [tableId, hubCidr, 'create'],
    [tableId, ipv6, 'already'],
    ['rtb-2', hubCidr, 'already'],
    ['rtb-2', ipv6, 'create'],
  ]);
});

it('finds the route of a table to exactly a destination', () => {
  const route = aRoute(hubCidr);
  expect(routeTo(aTable([route]), hubCidr)).toBe(route);
  expect(routeTo(aTable([route]), '10.0.0.0/24')).toBeUndefined();
  expect(routeTo({}, hubCidr)).toBeUndefined();
});

it.each([
  [{ VpcPeeringConnectionId: 'pcx-1' }, 'pcx-1'],
  [{ TransitGatewayId: 'tgw-1' }, 'tgw-1'],
  [{ NatGatewayId: 'nat-1' }, 'nat-1'],
  [{ InstanceId: 'i-1', NetworkInterfaceId: 'eni-1' }, 'eni-1'],
  [{ InstanceId: 'i-1' }, 'i-1'],
  [{ EgressOnlyInternetGatewayId: 'eigw-1' }, 'eigw-1'],
  [{ LocalGatewayId: 'lgw-1' }, 'lgw-1'],
  [{ CarrierGatewayId: 'cagw-1' }, 'cagw-1'],
  [
    { CoreNetworkArn: 'arn:aws:networkmanager::1:core-network/1' },
    'arn:aws:networkmanager::1:core-network/1',
  ],
  [{ GatewayId: 'igw-1' }, 'igw-1'],
  [{}, 'an unknown target'],
])('names the target of %j', (route, target) => {
  expect(targetOf(route)).toBe(target);
});

it('gives a destination in the field of its family', () => {
  expect(destinationField(hubCidr)).toEqual({ DestinationCidrBlock: hubCidr });
  expect(destinationField('2001:db8::/56')).toEqual({ DestinationIpv6CidrBlock: '2001:db8::/56' });
});
