import {
  CreateRouteCommand,
  DescribeVpcPeeringConnectionsCommand,
  type EC2Client,
  ReplaceRouteCommand,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { SightlineError } from '../shared/errors.ts';
import {
  Execution,
  NetworkPlan,
  type RouteResult,
  type Side,
  SideName,
} from '../shared/execution.ts';
import { liveStatuses } from '../shared/peerings.ts';
import { readTables } from '../shared/readNetwork.ts';
import { decideRoutes, destinationField, type RouteDecision } from '../shared/routes.ts';
import { ec2OfSide } from '../shared/sides.ts';
import { summarize } from '../shared/summarize.ts';
import { task } from '../shared/task.ts';

const Input = Execution.pick({ executionName: true, peering: true }).extend({
  plan: z.object({ network: NetworkPlan }),
  side: SideName,
});

/** Which of these peerings live: a route into one is a blackhole also while it waits to be accepted. */
const findLive = async (ec2: EC2Client, peeringIds: readonly string[]) => {
  if (peeringIds.length === 0) return [];
  const { VpcPeeringConnections: found } = await ec2.send(
    new DescribeVpcPeeringConnectionsCommand({
      Filters: [
        { Name: 'vpc-peering-connection-id', Values: [...new Set(peeringIds)] },
        { Name: 'status-code', Values: [...liveStatuses] },
      ],
    }),
  );
  return (found ?? []).map(({ VpcPeeringConnectionId }) => VpcPeeringConnectionId);
};

const targetInTheWay = (decision: RouteDecision, live: readonly (string | undefined)[]) => {
  if (decision.kind === 'conflict') return decision.target;
  if (decision.kind === 'replace' && live.includes(decision.otherPeeringId)) {
    return decision.otherPeeringId;
  }
  return undefined;
};

const refuseConflicts = async (ec2: EC2Client, decisions: readonly RouteDecision[], side: Side) => {
  const live = await findLive(
    ec2,
    decisions.flatMap((decision) => (decision.kind === 'replace' ? [decision.otherPeeringId] : [])),
  );
  const conflicts = decisions.flatMap((decision) => {
    const target = targetInTheWay(decision, live);
    return target ? [`${decision.routeTableId} sends ${decision.destination} to ${target}`] : [];
  });
  if (conflicts.length === 0) return;
  throw new SightlineError('RouteConflict', {
    side: `Account ${side.accountId}`,
    region: side.region,
    conflicts: conflicts.join('; '),
  });
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

/**
 * Gives every route table of one side a route to every block of the other, through the peering.
 * Throws `RouteConflict`, with nothing changed on this side, where a route leads elsewhere.
 */
export const addRoutes = async (
  ec2: EC2Client,
  side: Side,
  destinations: readonly string[],
  peeringId: string,
) => {
  const tables = await readTables(ec2, side.routeTableIds);
  const decisions = decideRoutes(tables, destinations, peeringId);
  await refuseConflicts(ec2, decisions, side);
  const routes: RouteResult[] = [];
  for (const decision of decisions) routes.push(await apply(ec2, decision, peeringId));
  return { routes, did: summaryOf(routes) };
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
    network[side],
    network[side === 'hub' ? 'monitored' : 'hub'].cidrs,
    peering.id,
  ),
);
