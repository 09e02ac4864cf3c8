import {
  CreateRouteCommand,
  type EC2Client,
  ReplaceRouteCommand,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import * as z from 'zod/mini';
import { SightlineError } from '../shared/errors.ts';
import {
  Execution,
  NetworkPlan,
  type Peering,
  type RouteResult,
  type Routes,
  type Side,
  SideName,
} from '../shared/execution.ts';
import { readPeerings, readRouteTables } from '../shared/network/readNetwork.ts';
import {
  conflictIn,
  decideRoutes,
  destinationField,
  peeringsInTheWay,
  type RouteDecision,
  tellRoutes,
  type WantedRoute,
  type Way,
  wantedRoutes,
} from '../shared/network/routes.ts';
import { ec2OfSide } from '../shared/network/sides.ts';
import { task } from '../shared/task.ts';

const Input = z.extend(z.pick(Execution, { executionName: true, peering: true }), {
  plan: z.object({ network: NetworkPlan }),
  side: SideName,
});

const outcomeOf = {
  already: 'already',
  create: 'created',
  replace: 'replaced',
  conflict: 'already',
} as const;

/** Makes what the decision says is missing. Conflicts have been refused before anything is made. */
const apply = async (
  ec2: EC2Client,
  { kind, routeTableId, destination }: RouteDecision,
  peeringId: string,
): Promise<RouteResult> => {
  const route = {
    RouteTableId: routeTableId,
    ...destinationField(destination),
    VpcPeeringConnectionId: peeringId,
  };
  if (kind === 'create') await ec2.send(new CreateRouteCommand(route));
  if (kind === 'replace') await ec2.send(new ReplaceRouteCommand(route));
  return { routeTableId, destination, outcome: outcomeOf[kind] };
};

/** Those tables of the VPC that are to get routes. Throws `RouteTableNotFound` for one that is gone. */
const wantedOf = (all: readonly RouteTable[], { accountId, vpcId, routeTableIds }: Side) => {
  const wanted = all.filter(({ RouteTableId: id = '' }) => routeTableIds.includes(id));
  if (wanted.length === routeTableIds.length) return wanted;
  const ids = all.flatMap(({ RouteTableId: id }) => id ?? []);
  const gone = routeTableIds.filter((id) => !ids.includes(id));
  throw new SightlineError('RouteTableNotFound', {
    accountId,
    vpcId,
    routeTableIds: gone.join(', '),
    candidates: ids.join(', ') || 'none',
  });
};

const readWay = async (
  ec2: EC2Client,
  tables: readonly RouteTable[],
  way: Omit<Way, 'others'>,
): Promise<Way> => ({ ...way, others: await readPeerings(ec2, peeringsInTheWay(tables, way)) });

type Sides = { own: Side; other: Side };

/** What the tables lack, as they are now. Throws `RouteConflict` and `RouteTableNotFound`. */
const decideByLooking = async (ec2: EC2Client, { own, other }: Sides, peeringId: string) => {
  const tables = wantedOf(await readRouteTables(ec2, own.vpcId), own);
  const decisions = decideRoutes(tables, await readWay(ec2, tables, { own, other, peeringId }));
  const conflict = conflictIn(decisions, own);
  if (conflict) throw conflict;
  return decisions;
};

/** Into a peering that has just been requested, no table has a route. */
const allMissing = ({ own, other }: Sides): RouteDecision[] =>
  wantedRoutes(own, other).map((route) => ({ ...route, kind: 'create' }));

/** What EC2 says where a table is not as Preflight has seen it, or has a blackhole that is to be replaced. */
const isOtherwise = (error: unknown) =>
  error instanceof Error && /^(RouteAlreadyExists|InvalidRouteTableID\.NotFound)$/.test(error.name);

/**
 * Creates the routes without a look at the tables: EC2 never overwrites one, so nothing is lost. Ends at
 * the first that is not that simple, and tells those that it has created.
 */
const addUnseen = async (ec2: EC2Client, sides: Sides, { id }: Peering): Promise<RouteResult[]> => {
  const created: RouteResult[] = [];
  try {
    for (const decision of allMissing(sides)) created.push(await apply(ec2, decision, id));
  } catch (error) {
    if (!isOtherwise(error)) throw error;
  }
  return created;
};

const isSameRoute = (one: WantedRoute, other: WantedRoute) =>
  one.routeTableId === other.routeTableId && one.destination === other.destination;

/**
 * Gives every route table of one side a route to every block of the other, through the peering. Throws
 * `RouteConflict` where a route leads elsewhere, and `RouteTableNotFound`.
 */
export const addRoutes = async (
  ec2: EC2Client,
  sides: Sides,
  peering: Peering,
): Promise<Routes> => {
  const created = peering.outcome === 'created' ? await addUnseen(ec2, sides, peering) : [];
  if (created.length === wantedRoutes(sides.own, sides.other).length) return tellRoutes(created);
  const routes: RouteResult[] = [];
  for (const decision of await decideByLooking(ec2, sides, peering.id)) {
    const before = created.find((route) => isSameRoute(route, decision));
    routes.push(before ?? (await apply(ec2, decision, peering.id)));
  }
  return tellRoutes(routes);
};

export const handler = task(Input, async ({ executionName, plan: { network }, peering, side }) =>
  addRoutes(
    await ec2OfSide(network[side], side, executionName),
    { own: network[side], other: network[side === 'hub' ? 'monitored' : 'hub'] },
    peering,
  ),
);
