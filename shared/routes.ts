import type { Route, RouteTable } from '@aws-sdk/client-ec2';
import { isIpv6 } from './ports.ts';

/** A destination that a route table is to send into the peering. */
export type WantedRoute = { routeTableId: string; destination: string };

/** What a route table has, or lacks, on the way into the peering. */
export type RouteDecision =
  | (WantedRoute & { kind: 'already' | 'create' })
  /** A blackhole into another peering: to be replaced if that peering is dead. */
  | (WantedRoute & { kind: 'replace'; otherPeeringId: string })
  /** A route to the same destination with another target. */
  | (WantedRoute & { kind: 'conflict'; target: string });

const destinationOf = (route: Route) =>
  route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock;

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

/** The route of a table to exactly this destination. */
export const routeTo = (table: RouteTable, destination: string): Route | undefined =>
  table.Routes?.find((route) => destinationOf(route) === destination);

const decide = (table: RouteTable, destination: string, peeringId: string): RouteDecision => {
  const wanted = { routeTableId: table.RouteTableId ?? '', destination };
  const route = routeTo(table, destination);
  if (!route) return { ...wanted, kind: 'create' };
  const otherPeeringId = route.VpcPeeringConnectionId;
  if (otherPeeringId === peeringId) return { ...wanted, kind: 'already' };
  return route.State === 'blackhole' && otherPeeringId
    ? { ...wanted, kind: 'replace', otherPeeringId }
    : { ...wanted, kind: 'conflict', target: targetOf(route) };
};

/** Decides, without changing anything, what each table lacks on its way into the peering. */
export const decideRoutes = (
  tables: readonly RouteTable[],
  destinations: readonly string[],
  peeringId: string,
): RouteDecision[] =>
  tables.flatMap((table) =>
    destinations.map((destination) => decide(table, destination, peeringId)),
  );

/** The field in which EC2 takes a destination of this family. */
export const destinationField = (destination: string) =>
  isIpv6(destination)
    ? { DestinationIpv6CidrBlock: destination }
    : { DestinationCidrBlock: destination };
