import type { Route } from '@aws-sdk/client-ec2';
import type { VpcNetwork } from '../../../shared/network/readNetwork.ts';
import { checkNetwork, type NetworkState, roleCheck } from '../../../shared/readiness/readiness.ts';
import {
  aConfigured,
  aHubTable,
  aMonitoredSide,
  aNetworkPlan,
  aRolePlan,
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
} from '../../builders.ts';

const aVpcNetwork = (parts: Partial<VpcNetwork> = {}): VpcNetwork => ({
  subnets: [],
  routeTables: [],
  networkAcls: [],
  ...parts,
});

/** A network in which all is as it should be, but for these parts. */
const aState = (parts: Partial<NetworkState> = {}): NetworkState => ({
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

/** The tables of both sides, with these routes. */
const routing = (hub: Route[], monitored: Route[]) => ({
  hub: aVpcNetwork({ routeTables: [aHubTable(hub)] }),
  monitored: aVpcNetwork({ routeTables: [aTable(monitored)] }),
});

// A peering need not be asked for: whatever leads into one that is not active is a blackhole.
describe('the status of the peering', () => {
  const connects = `${peeringId} connects the VPCs`;
  const blackhole = { State: 'blackhole' } as const;

  it('is that no route is active, where the peering is not', () => {
    const parts = routing([aRoute(cidr, blackhole)], [aRoute(hubCidr, blackhole)]);
    expect(failuresIn(parts)).toEqual([
      `${connects}: blackhole`,
      `${hubTableId} routes ${cidr}: blackhole through ${peeringId}`,
      `${tableId} routes ${hubCidr}: blackhole through ${peeringId}`,
    ]);
  });

  it('is that of any route into it which is not active, whatever it leads to', () => {
    const parts = routing([aRoute(cidr)], [aRoute(hubCidr), aRoute('10.9.0.0/16', blackhole)]);
    expect(failuresIn(parts)).toEqual([`${connects}: blackhole`]);
  });

  it('is not known where no route leads into it', () => {
    const elsewhere = { VpcPeeringConnectionId: otherPeeringId, ...blackhole };
    expect(check(routing([aRoute(cidr, elsewhere)], []))[0]).toEqual({
      check: connects,
      ok: false,
      detail: 'unknown',
    });
  });

  it('is not that of another peering', () => {
    const elsewhere = { VpcPeeringConnectionId: otherPeeringId, ...blackhole };
    expect(
      failuresIn(routing([aRoute(cidr), aRoute('10.9.0.0/16', elsewhere)], [aRoute(hubCidr)])),
    ).toEqual([]);
  });
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
    'the hub’s route is another peering’s blackhole',
    {
      hub: aVpcNetwork({
        routeTables: [
          aHubTable([aRoute(cidr, { VpcPeeringConnectionId: otherPeeringId, State: 'blackhole' })]),
        ],
      }),
    },
    `${hubTableId} routes ${cidr}: blackhole through ${otherPeeringId}`,
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

it('says with which session the role was shown to be what it should be', () => {
  expect(roleCheck(aRolePlan(), 'arn-of-the-session')).toEqual({
    check: 'the hub alone assumes cross-role and reads; writing is denied',
    ok: true,
    detail: 'arn-of-the-session',
  });
  expect(roleCheck(aRolePlan({ allowWrites: true }), 'arn').check).toBe(
    'the hub alone assumes cross-role and reads',
  );
});
