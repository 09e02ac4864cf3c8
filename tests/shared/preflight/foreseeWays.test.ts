import type { VpcNetwork } from '../../../shared/network/readNetwork.ts';
import { tell } from '../../../shared/preflight/findings.ts';
import { foreseeWays } from '../../../shared/preflight/foreseeWays.ts';
import { aHubTable, aNetworkPlan, aRoute, aTable, cidr, hubCidr } from '../../builders.ts';
import {
  aclId,
  aHubAcl,
  anAcl,
  aSubnet,
  hubAclId,
  hubSubnetCidr,
  hubSubnetId,
  subnetId,
} from '../readiness/someWays.ts';

const toGateway = { VpcPeeringConnectionId: undefined, TransitGatewayId: 'tgw-1' };

/** Both VPCs before the onboarding: one subnet each, no route to the other side, every ACL open. */
const networks = ({
  hub,
  monitored,
}: {
  hub?: Partial<VpcNetwork>;
  monitored?: Partial<VpcNetwork>;
} = {}) => ({
  hub: {
    subnets: [aSubnet({ SubnetId: hubSubnetId, CidrBlock: hubSubnetCidr })],
    routeTables: [aHubTable()],
    networkAcls: [aHubAcl()],
    ...hub,
  },
  monitored: {
    subnets: [aSubnet()],
    routeTables: [aTable()],
    networkAcls: [anAcl()],
    ...monitored,
  },
});

const foreseen = (parts: Parameters<typeof networks>[0] = {}, plan = aNetworkPlan()) =>
  foreseeWays(plan, networks(parts)).map(tell);

/** A table that the subnet uses, and the plan does not name. */
const otherTable = aTable([], {
  RouteTableId: 'rtb-other',
  Associations: [{ SubnetId: subnetId, Main: false }],
});

it.each<[string, Parameters<typeof networks>[0]]>([
  ['routes, rules and the peering, which the onboarding makes', {}],
  [
    'a route to the same addresses, which is told by itself',
    { monitored: { routeTables: [aTable([aRoute(hubCidr, toGateway)])] } },
  ],
  [
    'a route there that is a blackhole yet, which is replaced',
    { hub: { routeTables: [aHubTable([aRoute(cidr, { State: 'blackhole' })])] } },
  ],
  [
    'a wider route elsewhere',
    { hub: { routeTables: [aHubTable([aRoute('10.0.0.0/8', toGateway)])] } },
  ],
])('nothing is closed by the lack of %s', (_, parts) => {
  expect(foreseen(parts)).toEqual([]);
});

it.each<[string, Parameters<typeof networks>[0], string]>([
  [
    'lets nothing into the monitored subnet',
    { monitored: { networkAcls: [anAcl({ ingress: [] })] } },
    aclId,
  ],
  ['lets no answer out of it', { monitored: { networkAcls: [anAcl({ egress: [] })] } }, aclId],
  [
    'lets nothing out of the hub’s subnet',
    { hub: { networkAcls: [aHubAcl({ egress: [] })] } },
    hubAclId,
  ],
  ['lets no answer into it', { hub: { networkAcls: [aHubAcl({ ingress: [] })] } }, hubAclId],
  [
    'denies just the port that is asked for',
    {
      monitored: {
        networkAcls: [
          anAcl({ ingress: ['90 deny tcp 10050 10.0.0.0/16', '100 allow all * 0.0.0.0/0'] }),
        ],
      },
    },
    aclId,
  ],
])('an ACL that %s stands in the way, and its remedy is told', (_, parts, id) => {
  expect(foreseen(parts)).toEqual([
    {
      severity: 'blocks',
      name: 'WayBlocked',
      message: expect.stringContaining(id),
      remedy: expect.stringContaining(`--network-acl-id ${id}`),
    },
  ]);
});

it('an ACL that denies another port does not stand in the way', () => {
  const ingress = ['90 deny tcp 22 10.0.0.0/16', '100 allow all * 0.0.0.0/0'];
  expect(foreseen({ monitored: { networkAcls: [anAcl({ ingress })] } })).toEqual([]);
});

it('a route that takes the whole of a subnet’s addresses elsewhere stands in the way', () => {
  const detour = aTable([aRoute(hubSubnetCidr, toGateway)]);
  expect(foreseen({ monitored: { routeTables: [detour] } })).toMatchObject([
    { name: 'WayBlocked', message: expect.stringContaining('tgw-1') },
  ]);
});

it('an ACL of a subnet whose table is not routed stands in nobody’s way', () => {
  const networkAcls = [anAcl({ ingress: [] })];
  const routeTables = [aTable(), otherTable];
  expect(foreseen({ monitored: { routeTables, networkAcls } })).toEqual([]);
});
