import type { RouteTable, VpcPeeringConnection } from '@aws-sdk/client-ec2';
import { containsCidr } from 'cidr-tools';
import type { NetworkPlan, Side } from '../execution.ts';
import { connects, isLive } from '../network/peerings.ts';
import { conflictIn, decideRoutes, destinationOf, targetOf, type Way } from '../network/routes.ts';
import { isIpv6 } from '../ports.ts';
import type { Sides } from './asked.ts';
import type { NetworkFacts } from './changes.ts';
import { blocks, type Finding, warns } from './findings.ts';

/** One side's route tables, and where they are to send the other side's blocks. */
export type WantedWay = { tables: readonly RouteTable[]; way: Way };

/** The ways that a plan wants on both sides, with the tables as they are now. */
export const wantedWays = (
  { hub, monitored }: NetworkPlan,
  { peering, peerings, tables }: NetworkFacts,
): Sides<WantedWay> => {
  const common = { peeringId: peering?.VpcPeeringConnectionId ?? '', others: peerings };
  return {
    hub: { tables: tables.hub, way: { own: hub, other: monitored, ...common } },
    monitored: { tables: tables.monitored, way: { own: monitored, other: hub, ...common } },
  };
};

/** How a wanted route's destination lies to an existing one. */
type Relation = 'the same' | 'inside these' | 'around these';

const relationTo = (existing: string, wanted: string): Relation | undefined => {
  if (existing === wanted) return 'the same';
  if (isIpv6(existing) !== isIpv6(wanted)) return undefined;
  if (containsCidr(wanted, existing)) return 'around these';
  return containsCidr(existing, wanted) ? 'inside these' : undefined;
};

type Existing = { tableId: string; destination: string; target: string };

/** The routes that somebody has made: neither `local` nor a default route, which every longer one goes before. */
const madeRoutes = (table: RouteTable): Existing[] =>
  (table.Routes ?? []).flatMap((route) => {
    const destination = destinationOf(route);
    if (!destination || route.GatewayId === 'local' || /\/0$/.test(destination)) return [];
    return [{ tableId: table.RouteTableId ?? '', destination, target: targetOf(route) }];
  });

/** The VPC at the other end of a peering, as the hub sees it. */
const otherEnd = (peering: VpcPeeringConnection, { vpcId }: Side) =>
  peering.RequesterVpcInfo?.VpcId === vpcId ? peering.AccepterVpcInfo : peering.RequesterVpcInfo;

const collision = (
  wanted: string,
  relation: Relation,
  existing: Existing,
  peering: VpcPeeringConnection,
  side: Side,
): Finding => {
  const { OwnerId: otherAccountId = 'unknown', VpcId: otherVpcId = 'unknown' } =
    otherEnd(peering, side) ?? {};
  return blocks('RouteCollision', {
    routeTableId: existing.tableId,
    existing: existing.destination,
    peeringId: existing.target,
    otherAccountId,
    otherVpcId,
    wanted,
    relation,
  });
};

/** A longer prefix goes before the wanted route; a shorter one is in nobody's way. */
const elsewhere = (
  wanted: string,
  relation: Relation,
  { tableId: routeTableId, destination, target }: Existing,
): Finding[] =>
  relation === 'around these'
    ? [warns('RouteTakesPart', { routeTableId, existing: destination, target, wanted })]
    : [];

/** The live peerings with other VPCs. */
const othersOf = ({ own, other, others }: Way) =>
  others.filter((peering) => isLive(peering) && !connects(peering, own, other));

const judgeRoute = (
  wanted: string,
  existing: Existing,
  { own, peeringId }: Way,
  others: readonly VpcPeeringConnection[],
): Finding[] => {
  const relation = relationTo(existing.destination, wanted);
  if (!relation || existing.target === peeringId) return [];
  const peering = others.find(({ VpcPeeringConnectionId: id }) => id === existing.target);
  return peering
    ? [collision(wanted, relation, existing, peering, own)]
    : elsewhere(wanted, relation, existing);
};

/**
 * The same destination with another target, which is no other monitored VPC's. A `local` route is told of
 * as the overlap of the blocks that it is for: nobody can remove it.
 */
const conflicts = (
  { tables, way }: WantedWay,
  others: readonly VpcPeeringConnection[],
): Finding[] => {
  const told = [...others.flatMap(({ VpcPeeringConnectionId: id }) => id ?? []), 'local '];
  const untold = decideRoutes(tables, way).filter(
    (decision) =>
      decision.kind === 'conflict' && !told.some((id) => decision.target.startsWith(id)),
  );
  const error = conflictIn(untold, way.own);
  return error ? [{ severity: 'blocks', error }] : [];
};

/**
 * What of the existing routes collides with the wanted ones: the same destination with another target,
 * addresses of another monitored VPC, and routes that take a part of the traffic.
 */
export const routeCollisions = (wanted: WantedWay): Finding[] => {
  const { tables, way } = wanted;
  const others = othersOf(way);
  const collisions = tables.flatMap((table) =>
    madeRoutes(table).flatMap((existing) =>
      way.other.cidrs.flatMap((destination) => judgeRoute(destination, existing, way, others)),
    ),
  );
  return [...collisions, ...conflicts(wanted, others)];
};
