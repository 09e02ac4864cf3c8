import type { EC2Client, RouteTable, SecurityGroupRule } from '@aws-sdk/client-ec2';
import { SightlineError } from '../errors.ts';
import type {
  NetworkPlan,
  Peering,
  RolePlan,
  RuleResult,
  SecurityGroups,
  Side,
} from '../execution.ts';
import type { VpcNetwork } from '../network/readNetwork.ts';
import { readRules, readVpcNetwork } from '../network/readNetwork.ts';
import {
  findSuperfluous,
  noteDetours,
  routeTo,
  targetOf,
  type WantedRoute,
  wantedRoutes,
} from '../network/routes.ts';
import { formatPort, isGroup, isRuleFor } from '../ports.ts';
import type { Check, Reach } from '../report.ts';
import { followWays, type Journey } from './reachability.ts';
import { remediesFor } from './reachabilityRemedies.ts';
import { closuresIn, closureText, firstOf, groupWays, notesOnWays } from './reachabilityReport.ts';

/** What AWS says of the network now. */
export type NetworkState = {
  hub: VpcNetwork;
  monitored: VpcNetwork;
  rules: readonly SecurityGroupRule[];
};

/** Reads back both sides of the network, each side with as few calls as there are kinds of things. */
export const readNetworkState = async (
  ec2: { hub: EC2Client; monitored: EC2Client },
  plan: NetworkPlan,
  groupIds: readonly string[],
): Promise<NetworkState> => {
  const [hub, monitored, rules, rulesInHub] = await Promise.all([
    readVpcNetwork(ec2.hub, plan.hub.vpcId),
    readVpcNetwork(ec2.monitored, plan.monitored.vpcId),
    readRules(ec2.monitored, groupIds),
    plan.inHub ? readRules(ec2.hub, plan.inHub.securityGroupIds) : [],
  ]);
  return { hub, monitored, rules: [...rules, ...rulesInHub] };
};

/**
 * The status of a peering, as the routes into it tell: they are blackholes unless it is active
 * (https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html). So it need not be asked for.
 */
const statusOf = ({ hub, monitored }: NetworkState, peeringId: string): string => {
  const states = [...hub.routeTables, ...monitored.routeTables]
    .flatMap(({ Routes = [] }) => Routes.filter((route) => targetOf(route) === peeringId))
    .map(({ State }) => State);
  return states.find((state) => state !== 'active') ?? states[0] ?? 'unknown';
};

const checkRoute = (
  tables: readonly RouteTable[],
  routeTableId: string,
  destination: string,
  peeringId: string,
): Check => {
  const table = tables.find(({ RouteTableId }) => RouteTableId === routeTableId);
  const route = table && routeTo(table, destination);
  const check = `${routeTableId} routes ${destination}`;
  if (!route) return { check, ok: false, detail: 'there is no such route' };
  const ok = targetOf(route) === peeringId && route.State === 'active';
  return { check, ok, detail: `${route.State} through ${targetOf(route)}` };
};

const checkRoutes = (
  tables: readonly RouteTable[],
  wanted: readonly WantedRoute[],
  peeringId: string,
) =>
  wanted.map(({ routeTableId, destination }) =>
    checkRoute(tables, routeTableId, destination, peeringId),
  );

const checkRule = (rules: readonly SecurityGroupRule[], wanted: RuleResult): Check => {
  const { groupId, port, cidr } = wanted;
  const rule = rules.find((one) => one.GroupId === groupId && isRuleFor(one, port, cidr));
  return {
    check: `${groupId} lets ${formatPort(port)} in from ${cidr}`,
    ok: rule !== undefined,
    detail: rule?.SecurityGroupRuleId ?? 'there is no such rule',
  };
};

/** Holds what AWS says of the network against what the onboarding was to bring about. */
export const checkNetwork = (
  state: NetworkState,
  { hub, monitored }: NetworkPlan,
  peeringId: string,
  rules: readonly RuleResult[],
): Check[] => {
  const status = statusOf(state, peeringId);
  return [
    { check: `${peeringId} connects the VPCs`, ok: status === 'active', detail: status },
    ...checkRoutes(state.hub.routeTables, wantedRoutes(hub, monitored), peeringId),
    ...checkRoutes(state.monitored.routeTables, wantedRoutes(monitored, hub), peeringId),
    ...rules.map((rule) => checkRule(state.rules, rule)),
  ];
};

/** That the role was shown to be what it should be, with the session in which that was. */
export const roleCheck = ({ name, allowWrites }: RolePlan, sessionArn: string): Check => ({
  check: `the hub alone assumes ${name} and reads${allowWrites ? '' : '; writing is denied'}`,
  ok: true,
  detail: sessionArn,
});

/** The blocks that call; whoever wears a group of the hub may be anywhere in it. */
const callingBlocks = ({ sources, hub }: Pick<NetworkPlan, 'sources' | 'hub'>) =>
  sources.some(isGroup) ? hub.cidrs : sources;

/** What connects the two sides, and the groups that are opened on each. */
export type Opened = {
  peering: { id: string; status: string };
  groupIds: readonly string[];
  rules: readonly SecurityGroupRule[];
};

/**
 * The ways that monitoring takes: from the hub's sources to the monitored VPC through the asked ports,
 * and from the monitored VPC to the hub where agents call in.
 */
export const journeysOf = (
  { hub, monitored, inHub, ...plan }: NetworkPlan,
  networks: { hub: VpcNetwork; monitored: VpcNetwork },
  { peering, groupIds, rules }: Opened,
): Journey[] => {
  const sources = callingBlocks({ sources: plan.sources, hub });
  const ends = {
    hub: { side: 'hub', at: hub, network: networks.hub },
    monitored: { side: 'monitored', at: monitored, network: networks.monitored },
  } as const;
  const there = {
    from: { ...ends.hub, blocks: sources },
    to: { ...ends.monitored, blocks: monitored.cidrs },
    peering,
    ports: plan.ports,
    doors: { groupIds, rules, callers: plan.sources.filter(isGroup) },
  };
  if (!inHub) return [there];
  const back = {
    from: { ...ends.monitored, blocks: inHub.sources },
    to: { ...ends.hub, blocks: hub.cidrs },
    peering,
    ports: inHub.ports,
    doors: { groupIds: inHub.securityGroupIds, rules, callers: [] },
  };
  return plan.ports.length > 0 ? [there, back] : [back];
};

/** What the tables of one side have besides the wanted routes. */
const besides = (
  { routeTables }: VpcNetwork,
  { own, other }: { own: Side; other: Side },
  { id: peeringId, ours }: Pick<Peering, 'id' | 'ours'>,
) => {
  const way = { own, other, peeringId, others: [] };
  const wanted = routeTables.filter(({ RouteTableId = '' }) =>
    own.routeTableIds.includes(RouteTableId),
  );
  return {
    // Routes into another's peering are its owner's.
    superfluous: ours ? findSuperfluous(routeTables, way) : [],
    detours: noteDetours(wanted, way),
  };
};

/**
 * Follows every way there and back, and says what there is besides, and what a person has to know of it.
 * Throws `WayClosed`, which names what is in the way and what would open it.
 */
export const proveWays = (
  state: NetworkState,
  plan: NetworkPlan,
  { id, ours }: Pick<Peering, 'id' | 'ours'>,
  groupIds: readonly string[],
): Reach => {
  const peering = { id, status: statusOf(state, id) };
  const { rules, ...networks } = state;
  const followed = journeysOf(plan, networks, { peering, groupIds, rules }).map((journey) => ({
    journey,
    rows: followWays(journey),
  }));
  const rows = followed.flatMap((one) => one.rows);
  const closures = closuresIn(rows);
  if (closures.length > 0) {
    const obstacles = new Set(rows.flatMap((row) => row.obstacles));
    throw new SightlineError('WayClosed', {
      closed: firstOf(closures.map(closureText), 20, '; '),
      fixes: firstOf(remediesFor([...obstacles].map(({ fix }) => fix)), 20, '; '),
    });
  }
  const { hub, monitored } = plan;
  const inHub = besides(state.hub, { own: hub, other: monitored }, { id, ours });
  const there = besides(state.monitored, { own: monitored, other: hub }, { id, ours });
  return {
    ways: followed.flatMap((one) => groupWays(one.journey.to.side, one.rows)),
    superfluous: { hub: inHub.superfluous, monitored: there.superfluous },
    notes: [
      ...inHub.detours,
      ...there.detours,
      ...followed.flatMap((one) => notesOnWays(one.journey.from, one.journey.to, one.rows)),
    ],
  };
};

/** What holds of a network, and its ways, which are proven where all of that holds. */
export type Confirmed = { checks: Check[]; prove: () => Reach };

/**
 * Holds the network against what the steps say of it. What was made is checked first: a way is closed by
 * its lack too, which another onboarding mends. `prove` throws `WayClosed`.
 */
export const confirmNetwork = (
  state: NetworkState,
  plan: NetworkPlan,
  peering: Pick<Peering, 'id' | 'ours'>,
  { groups, rules, inHub }: SecurityGroups,
): Confirmed => ({
  checks: checkNetwork(state, plan, peering.id, [...rules, ...(inHub?.rules ?? [])]),
  prove: () =>
    proveWays(
      state,
      plan,
      peering,
      groups.map(({ groupId }) => groupId),
    ),
});
