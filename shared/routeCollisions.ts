import type { RouteTable, VpcPeeringConnection } from '@aws-sdk/client-ec2';
import { containsCidr } from 'cidr-tools';
import type { Side } from './execution.ts';
import { blocks, type Finding, warns } from './findings.ts';
import { connects, isLive } from './peerings.ts';
import { isIpv6 } from './ports.ts';
import { decideRoutes, destinationOf, targetOf, type Way } from './routes.ts';

/** One side's route tables, and where they are to send the other side's blocks. */
export type WantedRoutes = { tables: readonly RouteTable[]; way: Way };

/** How an existing route's destination lies to a wanted one. */
type Relation = 'the same' | 'inside' | 'around';

const relationOf = (existing: string, wanted: string): Relation | undefined => {
  if (existing === wanted) return 'the same';
  if (isIpv6(existing) !== isIpv6(wanted)) return undefined;
  if (containsCidr(wanted, existing)) return 'inside';
  return containsCidr(existing, wanted) ? 'around' : undefined;
};

/** The same, said of the wanted destination. */
const seenFromWanted: Readonly<Record<Relation, string>> = {
  'the same': 'the same',
  inside: 'around these',
  around: 'inside these',
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
    relation: seenFromWanted[relation],
  });
};

/** A longer prefix goes before the wanted route; a shorter one is in nobody's way. */
const elsewhere = (
  wanted: string,
  relation: Relation,
  { tableId: routeTableId, destination, target }: Existing,
): Finding[] =>
  relation === 'inside'
    ? [warns('RouteTakesPart', { routeTableId, existing: destination, target, wanted })]
    : [];

const judgeRoute = (
  wanted: string,
  existing: Existing,
  { own, other, peeringId, others }: Way,
): Finding[] => {
  const relation = relationOf(existing.destination, wanted);
  if (!relation || existing.target === peeringId) return [];
  const peering = others.find(({ VpcPeeringConnectionId: id }) => id === existing.target);
  const isOther = peering && isLive(peering) && !connects(peering, own, other);
  return isOther
    ? [collision(wanted, relation, existing, peering, own)]
    : elsewhere(wanted, relation, existing);
};

/**
 * The same destination with another target, which is no other monitored VPC's. A `local` route is told of
 * as the overlap of the blocks that it is for: nobody can remove it.
 */
const conflicts = ({ tables, way }: WantedRoutes, collided: readonly string[]): Finding[] => {
  const told = [...collided, 'local '];
  const found = decideRoutes(tables, way).flatMap((decision) =>
    decision.kind === 'conflict' && !told.some((id) => decision.target.startsWith(id))
      ? [`${decision.routeTableId} sends ${decision.destination} to ${decision.target}`]
      : [],
  );
  if (found.length === 0) return [];
  const { accountId, region } = way.own;
  const values = { side: `Account ${accountId}`, region, conflicts: found.join('; ') };
  return [blocks('RouteConflict', values)];
};

/**
 * What of the existing routes collides with the wanted ones: the same destination with another target,
 * addresses of another monitored VPC, and routes that take a part of the traffic.
 */
export const routeCollisions = (wanted: WantedRoutes): Finding[] => {
  const { tables, way } = wanted;
  const collisions = tables.flatMap((table) =>
    madeRoutes(table).flatMap((existing) =>
      way.other.cidrs.flatMap((destination) => judgeRoute(destination, existing, way)),
    ),
  );
  const others = way.others
    .filter((peering) => isLive(peering) && !connects(peering, way.own, way.other))
    .flatMap(({ VpcPeeringConnectionId: id }) => id ?? []);
  return [...collisions, ...conflicts(wanted, others)];
};
