import {
  DescribeVpcPeeringConnectionsCommand,
  type EC2Client,
  type RouteTable,
  type SecurityGroupRule,
  type VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import type { NetworkPlan, RuleResult, Side } from './execution.ts';
import { statusOf } from './peerings.ts';
import { formatPort, isRuleFor } from './ports.ts';
import { readRules, readTables } from './readNetwork.ts';
import type { Check } from './report.ts';
import { routeTo, targetOf } from './routes.ts';

/** What AWS says of the network now. */
export type NetworkState = {
  peering: VpcPeeringConnection | undefined;
  hubTables: RouteTable[];
  monitoredTables: RouteTable[];
  rules: SecurityGroupRule[];
};

/** Reads back both sides of the network. */
export const readNetworkState = async (
  ec2: { hub: EC2Client; monitored: EC2Client },
  { hub, monitored }: NetworkPlan,
  peeringId: string,
  groupIds: readonly string[],
): Promise<NetworkState> => {
  const [{ VpcPeeringConnections: [peering] = [] }, hubTables, monitoredTables, rules] =
    await Promise.all([
      ec2.hub.send(
        new DescribeVpcPeeringConnectionsCommand({ VpcPeeringConnectionIds: [peeringId] }),
      ),
      readTables(ec2.hub, hub.routeTableIds),
      readTables(ec2.monitored, monitored.routeTableIds),
      readRules(ec2.monitored, groupIds),
    ]);
  return { peering, hubTables, monitoredTables, rules };
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
    ...checkRoutes(state.hubTables, hub, monitored.cidrs, peeringId),
    ...checkRoutes(state.monitoredTables, monitored, hub.cidrs, peeringId),
    ...rules.map((rule) => checkRule(state.rules, rule)),
  ];
};
