import type { Route, RouteTable, VpcPeeringConnection } from '@aws-sdk/client-ec2';
import { containsCidr } from 'cidr-tools';
import { SightlineError } from '../errors.ts';
import type { RouteResult, Routes, Side, SuperfluousRoute } from '../execution.ts';
import { isIpv6 } from '../ports.ts';
import { summarize } from '../summarize.ts';
import { connects, isLive } from './peerings.ts';

/** A destination that a route table is to send into the peering. */
export type WantedRoute = { routeTableId: string; destination: string };

/** The routes that the tables of one side are to have: one to each block of the other side. */
export const wantedRoutes = (own: Side, other: Side): WantedRoute[] =>
  own.routeTableIds.flatMap((routeTableId) =>
    other.cidrs.map((destination) => ({ routeTableId, destination })),
  );

/** What a route table has, or lacks, on the way into the peering. */
export type RouteDecision =
  | (WantedRoute & { kind: 'already' | 'create' | 'replace' })
  /** A route to the same destination with another target, which is named with its kind. */
  | (WantedRoute & { kind: 'conflict'; target: string });

/** What the routes of a side are held against. */
export type Way = {
  /** The side whose tables they are, and the one that they are to lead to. */
  own: Side;
  other: Side;
  peeringId: string;
  /** The other peerings that blackholes lead into, as far as AWS shows them still. */
  others: readonly VpcPeeringConnection[];
};

/** What a route is for; none for a prefix list. */
export const destinationOf = (route: Route): string | undefined =>
  route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock;

const kinds = [
  ['VpcPeeringConnectionId', 'peering'],
  ['TransitGatewayId', 'transit gateway'],
  ['NatGatewayId', 'NAT gateway'],
  ['NetworkInterfaceId', 'network interface'],
  ['InstanceId', 'instance'],
  ['EgressOnlyInternetGatewayId', 'egress-only internet gateway'],
  ['LocalGatewayId', 'local gateway'],
  ['CarrierGatewayId', 'carrier gateway'],
  ['CoreNetworkArn', 'core network'],
] as const satisfies [keyof Route, string][];

/** Several kinds of gateways share a field; their ids tell them apart. */
const gateways: Readonly<Record<string, string>> = {
  igw: 'internet gateway',
  vgw: 'virtual private gateway',
  vpce: 'VPC endpoint',
};

/** The kind of a route's target, in AWS's words. */
const kindOfTarget = (route: Route): string => {
  const found = kinds.find(([field]) => route[field] !== undefined);
  return found?.[1] ?? gateways[(route.GatewayId ?? '').split('-')[0] ?? ''] ?? 'gateway';
};

/** The target of a route, as its id. */
export const targetOf = (route: Route): string =>
  route.VpcPeeringConnectionId ??
  route.TransitGatewayId ??
  route.NatGatewayId ??
  route.NetworkInterfaceId ??
  route.InstanceId ??
  route.EgressOnlyInternetGatewayId ??
  route.LocalGatewayId ??
  route.CarrierGatewayId ??
  route.CoreNetworkArn ??
  route.GatewayId ??
  'an unknown target';

/** The target of a route as a message names it: `nat-1 (NAT gateway)`. */
const describeTarget = (route: Route): string => {
  // EC2 shows an instance as the target together with its network interface.
  const of = route.NetworkInterfaceId && route.InstanceId ? ` of ${route.InstanceId}` : '';
  return `${targetOf(route)} (${kindOfTarget(route)}${of})`;
};

/** The route of a table to exactly this destination. */
export const routeTo = (table: RouteTable, destination: string): Route | undefined =>
  table.Routes?.find((route) => destinationOf(route) === destination);

const whyNotReplaced = (
  { VpcPeeringConnectionId: id }: Route,
  { others, own, other }: Way,
): string | undefined => {
  if (id === undefined) return 'a blackhole, for that target is gone';
  const found = others.find(({ VpcPeeringConnectionId }) => VpcPeeringConnectionId === id);
  if (!found) return 'a blackhole; AWS no longer shows which VPCs that peering connected';
  if (!connects(found, own, other)) return 'a blackhole; that peering is one of other VPCs';
  return isLive(found) ? 'a blackhole until that peering is active' : undefined;
};

const decide = (table: RouteTable, destination: string, way: Way): RouteDecision => {
  const wanted = { routeTableId: table.RouteTableId ?? '', destination };
  const route = routeTo(table, destination);
  if (!route) return { ...wanted, kind: 'create' };
  if (route.VpcPeeringConnectionId === way.peeringId) return { ...wanted, kind: 'already' };
  const target = describeTarget(route);
  if (route.State !== 'blackhole') return { ...wanted, kind: 'conflict', target };
  const why = whyNotReplaced(route, way);
  if (why === undefined) return { ...wanted, kind: 'replace' };
  return { ...wanted, kind: 'conflict', target: `${target}, ${why}` };
};

/**
 * Decides, without changing anything, what each table lacks on its way into the peering. Only a blackhole
 * that a dead peering of the same two VPCs has left is replaced; any other route to the same destination
 * is a conflict. Routes to other destinations, prefix lists among them, are left alone.
 */
export const decideRoutes = (tables: readonly RouteTable[], way: Way): RouteDecision[] =>
  tables.flatMap((table) => way.other.cidrs.map((destination) => decide(table, destination, way)));

/** The other peerings that blackholes to the wanted destinations lead into. */
export const peeringsInTheWay = (
  tables: readonly RouteTable[],
  { other, peeringId }: Pick<Way, 'other' | 'peeringId'>,
): string[] => {
  const routes = tables.flatMap((table) =>
    other.cidrs.flatMap((destination) => routeTo(table, destination) ?? []),
  );
  const ids = routes
    .filter(({ State }) => State === 'blackhole')
    .flatMap(({ VpcPeeringConnectionId: id }) => (id && id !== peeringId ? [id] : []));
  return [...new Set(ids)];
};

const isPartOf = (destination: string, block: string) =>
  destination !== block &&
  isIpv6(destination) === isIpv6(block) &&
  containsCidr(block, destination);

const detoursOf = (table: RouteTable, { other, peeringId }: Way): string[] =>
  (table.Routes ?? []).flatMap((route) => {
    const destination = destinationOf(route);
    if (destination === undefined || route.VpcPeeringConnectionId === peeringId) return [];
    const block = other.cidrs.find((one) => isPartOf(destination, one));
    if (block === undefined) return [];
    const gone = route.State === 'blackhole' ? ', a blackhole' : '';
    return [
      `${table.RouteTableId} sends ${destination}, a part of ${block}, to ${describeTarget(route)}${gone}: what is there is not reached through the peering.`,
    ];
  });

/**
 * What to tell of routes to parts of the wanted destinations that lead elsewhere: AWS takes the longest
 * prefix (https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html). A shorter one is
 * in nobody's way.
 */
export const noteDetours = (tables: readonly RouteTable[], way: Way): string[] =>
  tables.flatMap((table) => detoursOf(table, way));

/** The routes into the peering that are not wanted: of another table, or to another destination. */
export const findSuperfluous = (
  tables: readonly RouteTable[],
  { own, other, peeringId }: Way,
): SuperfluousRoute[] =>
  tables.flatMap(({ RouteTableId: routeTableId = '', Routes = [] }) =>
    Routes.filter(({ VpcPeeringConnectionId: id }) => id === peeringId)
      .flatMap((route) => destinationOf(route) ?? [])
      .filter((destination) => {
        const wanted = own.routeTableIds.includes(routeTableId);
        return !(wanted && other.cidrs.includes(destination));
      })
      .map((destination) => ({ routeTableId, destination })),
  );

/** The field in which EC2 takes a destination of this family. */
export const destinationField = (destination: string) =>
  isIpv6(destination)
    ? { DestinationIpv6CidrBlock: destination }
    : { DestinationCidrBlock: destination };

/** The `RouteConflict` that names every conflict among the decisions for one side, if there is one. */
export const conflictIn = (
  decisions: readonly RouteDecision[],
  { accountId, region }: Side,
): SightlineError | undefined => {
  const conflicts = decisions.flatMap((decision) =>
    decision.kind === 'conflict'
      ? [`${decision.routeTableId} sends ${decision.destination} to ${decision.target}`]
      : [],
  );
  if (conflicts.length === 0) return undefined;
  const values = { side: `Account ${accountId}`, region, conflicts: conflicts.join('; ') };
  return new SightlineError('RouteConflict', values);
};

/** What a step that gives a side its routes has come to. */
export const tellRoutes = (routes: RouteResult[]): Routes => {
  const made = routes.filter(({ outcome }) => outcome !== 'already');
  const destinations = new Set(made.map(({ destination }) => destination));
  const tables = new Set(made.map(({ routeTableId }) => routeTableId));
  const text = `routed ${[...destinations].join(', ')} in ${[...tables].join(', ')}`;
  return {
    routes,
    did: summarize(made.length > 0 ? text : undefined, routes.length - made.length),
  };
};
