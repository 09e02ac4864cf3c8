import type { Route } from '@aws-sdk/client-ec2';
import { decideRoutes, destinationField, routeTo, targetOf } from '../../shared/routes.ts';
import { aRoute, aTable, hubCidr, otherPeeringId, peeringId, tableId } from '../builders.ts';

const decide = (...routes: Route[]) => decideRoutes([aTable(routes)], [hubCidr], peeringId);
const wanted = { routeTableId: tableId, destination: hubCidr };

it('creates a route that is missing', () => {
  expect(decide()).toEqual([{ ...wanted, kind: 'create' }]);
});

it.each(['active', 'blackhole'] as const)('keeps its own route while it is %s', (State) => {
  expect(decide(aRoute(hubCidr, { State }))).toEqual([{ ...wanted, kind: 'already' }]);
});

it('replaces a blackhole into another peering, if that one turns out to be dead', () => {
  const route = aRoute(hubCidr, { VpcPeeringConnectionId: otherPeeringId, State: 'blackhole' });
  expect(decide(route)).toEqual([{ ...wanted, kind: 'replace', otherPeeringId }]);
});

it('sees a conflict in an active route into another peering', () => {
  const route = aRoute(hubCidr, { VpcPeeringConnectionId: otherPeeringId });
  expect(decide(route)).toEqual([{ ...wanted, kind: 'conflict', target: otherPeeringId }]);
});

it('sees a conflict in a blackhole to anything but a peering', () => {
  const route: Route = {
    DestinationCidrBlock: hubCidr,
    NatGatewayId: 'nat-1',
    State: 'blackhole',
  };
  expect(decide(route)).toEqual([{ ...wanted, kind: 'conflict', target: 'nat-1' }]);
});

it.each(['10.0.0.0/8', '10.0.0.0/24', '0.0.0.0/0'])(
  'is not in the way of a route to %s, which is another destination',
  (destination) => {
    const route = { DestinationCidrBlock: destination, GatewayId: 'igw-1' };
    expect(decide(route)).toEqual([{ ...wanted, kind: 'create' }]);
  },
);

it('decides for every table and every destination by itself', () => {
  const ipv6 = '2001:db8::/56';
  const own: Route = { DestinationIpv6CidrBlock: ipv6, VpcPeeringConnectionId: peeringId };
  const tables = [aTable([own]), aTable([aRoute(hubCidr)], { RouteTableId: 'rtb-2' })];
  const decisions = decideRoutes(tables, [hubCidr, ipv6], peeringId);
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
