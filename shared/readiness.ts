import {
  DescribeVpcPeeringConnectionsCommand,
  type EC2Client,
  type RouteTable,
  type SecurityGroupRule,
  type VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import { SightlineError } from './errors.ts';
import type { NetworkPlan, RuleResult, Side } from './execution.ts';
import { statusOf } from './peerings.ts';
import { formatPort, isRuleFor } from './ports.ts';
import { followWays, type Journey } from './reachability.ts';
import type { VpcNetwork } from './reachabilityPlaces.ts';
import { remediesFor } from './reachabilityRemedies.ts';
import { closuresIn, closureText, firstOf, groupWays, notesOnWays } from './reachabilityReport.ts';
import { readRules } from './readNetwork.ts';
import { readVpcNetwork } from './readWays.ts';
import type { Check, Reach } from './report.ts';
import { routeTo, targetOf } from './routes.ts';

/** What AWS says of the network now. */
export type NetworkState = {
  peering: VpcPeeringConnection | undefined;
  hub: VpcNetwork;
  monitored: VpcNetwork;
  rules: SecurityGroupRule[];
};

/** Reads back both sides of the network, each side with as few calls as there are kinds of things. */
export const readNetworkState = async (
  ec2: { hub: EC2Client; monitored: EC2Client },
  plan: NetworkPlan,
  peeringId: string,
  groupIds: readonly string[],
): Promise<NetworkState> => {
  const [{ VpcPeeringConnections: [peering] = [] }, hub, monitored, rules] = await Promise.all([
    ec2.hub.send(
      new DescribeVpcPeeringConnectionsCommand({ VpcPeeringConnectionIds: [peeringId] }),
    ),
    readVpcNetwork(ec2.hub, plan.hub.vpcId),
    readVpcNetwork(ec2.monitored, plan.monitored.vpcId),
    readRules(ec2.monitored, groupIds),
  ]);
  return { peering, hub, monitored, rules };
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
  own: Side,
  destinations: readonly string[],
  peeringId: string,
) =>
  own.routeTableIds.flatMap((routeTableId) =>
    destinations.map((destination) => checkRoute(tables, routeTableId, destination, peeringId)),
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
  const status = statusOf(state.peering);
  return [
    { check: `${peeringId} connects the VPCs`, ok: status === 'active', detail: status },
    ...checkRoutes(state.hub.routeTables, hub, monitored.cidrs, peeringId),
    ...checkRoutes(state.monitored.routeTables, monitored, hub.cidrs, peeringId),
    ...rules.map((rule) => checkRule(state.rules, rule)),
  ];
};

/** The ways that monitoring takes: from the hub's sources to the monitored VPC, through the asked ports. */
const journeyOf = (
  state: NetworkState,
  { hub, monitored, sources, ports }: NetworkPlan,
  peeringId: string,
  groupIds: readonly string[],
): Journey => ({
  from: { side: 'hub', at: hub, network: state.hub, blocks: sources },
  to: { side: 'monitored', at: monitored, network: state.monitored, blocks: monitored.cidrs },
  peering: { id: peeringId, status: statusOf(state.peering) },
  ports,
  doors: { groupIds, rules: state.rules, callers: [] },
});

/**
 * Follows every way there and back, and says what a person has to know of those that there are not.
 * Throws `WayClosed`, which names what is in the way and what would open it.
 */
export const proveWays = (
  state: NetworkState,
  plan: NetworkPlan,
  peeringId: string,
  groupIds: readonly string[],
): Reach => {
  const { from, to, ...journey } = journeyOf(state, plan, peeringId, groupIds);
  const rows = followWays({ from, to, ...journey });
  const closures = closuresIn(rows);
  if (closures.length > 0) {
    const obstacles = new Set(rows.flatMap((row) => row.obstacles));
    throw new SightlineError('WayClosed', {
      closed: firstOf(closures.map(closureText), 20, '; '),
      fixes: firstOf(remediesFor([...obstacles].map(({ fix }) => fix)), 20, '; '),
    });
  }
  return { ways: groupWays(to.side, rows), notes: notesOnWays(from, to, rows) };
};
