import {
  CreateRouteCommand,
  DescribeVpcPeeringConnectionsCommand,
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
import { readRouteTables } from '../shared/readNetwork.ts';
import {
  conflictIn,
  decideRoutes,
  destinationField,
  findSuperfluous,
  noteDetours,
  peeringsInTheWay,
  type RouteDecision,
  type Way,
} from '../shared/routes.ts';
import { ec2OfSide } from '../shared/sides.ts';
import { summarize } from '../shared/summarize.ts';
import { task } from '../shared/task.ts';

const Input = z.extend(z.pick(Execution, { executionName: true, peering: true }), {
  plan: z.object({ network: NetworkPlan }),
  side: SideName,
});

/** The peerings that blackholes lead into. With a filter, for one that is gone is no error here. */
const readPeerings = async (ec2: EC2Client, peeringIds: readonly string[]) => {
  if (peeringIds.length === 0) return [];
  const { VpcPeeringConnections: found } = await ec2.send(
    new DescribeVpcPeeringConnectionsCommand({
      Filters: [{ Name: 'vpc-peering-connection-id', Values: [...peeringIds] }],
    }),
  );
  return found ?? [];
};

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

/** Only of a peering that Sightline requested: routes into another's peering are its owner's. */
const superfluousIn = (tables: readonly RouteTable[], way: Way, { ours }: Peering) =>
  ours ? findSuperfluous(tables, way) : [];

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

/**
 * Gives every route table of one side a route to every block of the other, through the peering.
 * Routes that have become superfluous are told, and stay. Throws `RouteConflict`, with nothing changed on this side, where a route leads elsewhere.
 */
export const addRoutes = async (
  ec2: EC2Client,
  { own, other }: { own: Side; other: Side },
  peering: Peering,
): Promise<Routes> => {
  const all = await readRouteTables(ec2, own.vpcId);
  const tables = wantedOf(all, own);
  const way = await readWay(ec2, tables, { own, other, peeringId: peering.id });
  const decisions = decideRoutes(tables, way);
  const conflict = conflictIn(decisions, own);
  if (conflict) throw conflict;
  const routes: RouteResult[] = [];
  for (const decision of decisions) routes.push(await apply(ec2, decision, peering.id));
  const superfluous = superfluousIn(all, way, peering);
  const notes = noteDetours(tables, way);
  return {
    routes,
    ...(superfluous.length > 0 && { superfluous }),
    ...(notes.length > 0 && { notes }),
    did: summaryOf(routes),
  };
};

const summaryOf = (routes: readonly RouteResult[]) => {
  const made = routes.filter(({ outcome }) => outcome !== 'already');
  const destinations = new Set(made.map(({ destination }) => destination));
  const tables = new Set(made.map(({ routeTableId }) => routeTableId));
  const text = `routed ${[...destinations].join(', ')} in ${[...tables].join(', ')}`;
  return summarize(made.length > 0 ? text : undefined, routes.length - made.length);
};

export const handler = task(Input, async ({ executionName, plan: { network }, peering, side }) =>
  addRoutes(
    await ec2OfSide(network[side], side, executionName),
    { own: network[side], other: network[side === 'hub' ? 'monitored' : 'hub'] },
    peering,
  ),
);
