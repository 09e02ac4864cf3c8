import type { VpcNetwork } from '../../shared/reachabilityPlaces.ts';
import { checkNetwork, type NetworkState } from '../../shared/readiness.ts';
import {
  aConfigured,
  aDescribedPeering,
  aHubTable,
  aMonitoredSide,
  aNetworkPlan,
  aRoute,
  aRule,
  aTable,
  cidr,
  groupId,
  hubCidr,
  hubTableId,
  otherPeeringId,
  peeringId,
  tableId,
} from '../builders.ts';

const aVpcNetwork = (parts: Partial<VpcNetwork> = {}): VpcNetwork => ({
  subnets: [],
  routeTables: [],
  networkAcls: [],
  ...parts,
});

/** A network in which all is as it should be, but for these parts. */
const aState = (parts: Partial<NetworkState> = {}): NetworkState => ({
  peering: aDescribedPeering(),
  hub: aVpcNetwork({ routeTables: [aHubTable([aRoute(cidr)])] }),
  monitored: aVpcNetwork({ routeTables: [aTable([aRoute(hubCidr)])] }),
  rules: [aRule()],
  ...parts,
});

const { rules } = aConfigured().securityGroups;

const check = (parts: Partial<NetworkState> = {}, network = aNetworkPlan()) =>
  checkNetwork(aState(parts), network, peeringId, rules);

const failuresIn = (parts: Partial<NetworkState>) =>
  check(parts)
    .filter(({ ok }) => !ok)
    .map(({ check, detail }) => `${check}: ${detail}`);

it('is ready where the peering is active, both sides route into it and the rules are there', () => {
  expect(check()).toEqual([
    { check: `${peeringId} connects the VPCs`, ok: true, detail: 'active' },
    { check: `${hubTableId} routes ${cidr}`, ok: true, detail: `active through ${peeringId}` },
    { check: `${tableId} routes ${hubCidr}`, ok: true, detail: `active through ${peeringId}` },
    {
      check: `${groupId} lets tcp/10050 in from ${hubCidr}`,
      ok: true,
      detail: 'sgr-0e555555555555555',
    },
  ]);
});

it.each(['pending-acceptance', 'provisioning', 'deleted', 'failed'])(
  'is not ready while the peering is %s',
  (status) => {
    expect(failuresIn({ peering: aDescribedPeering(status) })).toEqual([
      `${peeringId} connects the VPCs: ${status}`,
    ]);
  },
);

it('is not ready where AWS does not show the peering', () => {
  expect(failuresIn({ peering: undefined })).toEqual([`${peeringId} connects the VPCs: unknown`]);
});

it.each<[string, Partial<NetworkState>, string]>([
  [
    'the hub’s table is gone',
    { hub: aVpcNetwork({ routeTables: [] }) },
    `${hubTableId} routes ${cidr}: there is no such route`,
  ],
  [
    'the hub’s route is gone',
    { hub: aVpcNetwork({ routeTables: [aHubTable()] }) },
    `${hubTableId} routes ${cidr}: there is no such route`,
  ],
  [
    'the hub’s route is a blackhole',
    { hub: aVpcNetwork({ routeTables: [aHubTable([aRoute(cidr, { State: 'blackhole' })])] }) },
    `${hubTableId} routes ${cidr}: blackhole through ${peeringId}`,
  ],
  [
    'the way back leads into another peering',
    {
      monitored: aVpcNetwork({
        routeTables: [aTable([aRoute(hubCidr, { VpcPeeringConnectionId: otherPeeringId })])],
      }),
    },
    `${tableId} routes ${hubCidr}: active through ${otherPeeringId}`,
  ],
  [
    'the way back is missing',
    { monitored: aVpcNetwork({ routeTables: [aTable()] }) },
    `${tableId} routes ${hubCidr}: there is no such route`,
  ],
  [
    'the rule is gone',
    { rules: [] },
    `${groupId} lets tcp/10050 in from ${hubCidr}: there is no such rule`,
  ],
  [
    'the rule is in another group',
    { rules: [aRule({ GroupId: 'sg-2' })] },
    `${groupId} lets tcp/10050 in from ${hubCidr}: there is no such rule`,
  ],
  [
    'the rule is for another port',
    { rules: [aRule({ ToPort: 10051 })] },
    `${groupId} lets tcp/10050 in from ${hubCidr}: there is no such rule`,
  ],
])('is not ready where %s', (_, parts, failure) => {
  expect(failuresIn(parts)).toEqual([failure]);
});

it('checks every block in every table', () => {
  const monitored = aMonitoredSide({ cidrs: [cidr, '10.21.0.0/16'], routeTableIds: ['a', 'b'] });
  expect(check({}, aNetworkPlan({ monitored })).map(({ check }) => check)).toEqual([
    `${peeringId} connects the VPCs`,
    `${hubTableId} routes ${cidr}`,
    `${hubTableId} routes 10.21.0.0/16`,
    `a routes ${hubCidr}`,
    `b routes ${hubCidr}`,
    `${groupId} lets tcp/10050 in from ${hubCidr}`,
  ]);
});
