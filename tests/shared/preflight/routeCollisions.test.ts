import type { Route, VpcPeeringConnection } from '@aws-sdk/client-ec2';
import { tell } from '../../../shared/preflight/findings.ts';
import { routeCollisions } from '../../../shared/preflight/routeCollisions.ts';
import {
  aDescribedPeering,
  aHubSide,
  aHubTable,
  aMonitoredSide,
  aRoute,
  cidr,
  hubTableId,
  otherPeeringId,
  peeringId,
} from '../../builders.ts';

const otherAccountId = '333333333333';
const otherVpcId = 'vpc-0f333333333333333';

/** A peering of the hub with another monitored VPC. */
const another = (status = 'active', parts: Partial<VpcPeeringConnection> = {}) =>
  aDescribedPeering(status, {
    VpcPeeringConnectionId: otherPeeringId,
    AccepterVpcInfo: { OwnerId: otherAccountId, VpcId: otherVpcId },
    ...parts,
  });

const toGateway = { VpcPeeringConnectionId: undefined, TransitGatewayId: 'tgw-1' };
const toOther = { VpcPeeringConnectionId: otherPeeringId };

/** What collides in the hub's table with the routes to the monitored VPC. */
const collisionsOf = (routes: Route[], others = [aDescribedPeering(), another()]) =>
  routeCollisions({
    tables: [aHubTable(routes)],
    way: { own: aHubSide(), other: aMonitoredSide(), peeringId, others },
  }).map(tell);

it.each<[string, Route[]]>([
  ['nothing but its own', []],
  ['the wanted one', [aRoute(cidr)]],
  ['one to other addresses', [aRoute('10.30.0.0/16', toOther)]],
  ['a default route, wherever it leads', [aRoute('0.0.0.0/0', toOther)]],
  ['a wider one that leads to no monitored VPC', [aRoute('10.0.0.0/8', toGateway)]],
  ['one of the other family', [aRoute('', { DestinationIpv6CidrBlock: '2001:db8::/56' })]],
])('a table with %s collides with nothing', (_, routes) => {
  expect(collisionsOf(routes)).toEqual([]);
});

it.each([
  ['the same', cidr, 'are the same.'],
  ['a part of them', '10.20.1.0/24', 'are around these.'],
  ['more than them', '10.16.0.0/12', 'are inside these.'],
])('another monitored VPC has these addresses: %s', (_, destination, relation) => {
  const found = collisionsOf([aRoute(destination, toOther)]);
  expect(found).toEqual([
    {
      severity: 'blocks',
      name: 'RouteCollision',
      message: `Route table ${hubTableId} sends ${destination} to ${otherPeeringId}, which leads to ${otherVpcId} of account ${otherAccountId}: the addresses of ${cidr}, which is to be routed, ${relation}`,
      remedy: expect.stringContaining('excludeCidrs'),
    },
  ]);
});

it('names the VPC at the other end, whichever side has requested the peering', () => {
  const { RequesterVpcInfo, AccepterVpcInfo } = another();
  const reversed = another('active', {
    RequesterVpcInfo: AccepterVpcInfo,
    AccepterVpcInfo: RequesterVpcInfo,
  });
  expect(collisionsOf([aRoute(cidr, toOther)], [reversed])).toMatchObject([
    { message: expect.stringContaining(`leads to ${otherVpcId} of account ${otherAccountId}`) },
  ]);
});

it('the same destination with another target is a conflict', () => {
  expect(collisionsOf([aRoute(cidr, toGateway)])).toMatchObject([
    {
      severity: 'blocks',
      name: 'RouteConflict',
      message: expect.stringContaining(`${hubTableId} sends ${cidr} to tgw-1 (transit gateway)`),
    },
  ]);
});

it('a route that takes a part of the addresses elsewhere is worth knowing', () => {
  expect(collisionsOf([aRoute('10.20.1.0/24', toGateway)])).toMatchObject([
    {
      severity: 'warns',
      name: 'RouteTakesPart',
      message: expect.stringContaining('sends 10.20.1.0/24 to tgw-1'),
    },
  ]);
});

it('a blackhole that a dead peering of the same VPCs has left is replaced, and no conflict', () => {
  const dead = aDescribedPeering('deleted', { VpcPeeringConnectionId: otherPeeringId });
  expect(collisionsOf([aRoute(cidr, { ...toOther, State: 'blackhole' })], [dead])).toEqual([]);
});

it('a blackhole that another VPC’s dead peering has left is a conflict, and no collision', () => {
  const found = collisionsOf(
    [aRoute(cidr, { ...toOther, State: 'blackhole' })],
    [another('deleted')],
  );
  expect(found.map(({ name }) => name)).toEqual(['RouteConflict']);
});
