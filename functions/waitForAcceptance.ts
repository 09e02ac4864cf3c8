import { DescribeVpcPeeringConnectionsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import * as z from 'zod/mini';
import { ec2In } from '../shared/clients.ts';
import { SightlineError } from '../shared/errors.ts';
import { Execution, NetworkPlan, type Peering } from '../shared/execution.ts';
import { statusOf } from '../shared/network/peerings.ts';
import { settings } from '../shared/settings.ts';
import { task } from '../shared/task.ts';

const Input = z.extend(z.pick(Execution, { peering: true }), {
  plan: z.object({ network: NetworkPlan }),
});

/** With the default of 2 seconds between looks: 10 minutes, where AWS takes seconds. */
const maxLooks = 300;

const look = async (ec2: EC2Client, peeringId: string) => {
  try {
    const { VpcPeeringConnections: found } = await ec2.send(
      new DescribeVpcPeeringConnectionsCommand({ VpcPeeringConnectionIds: [peeringId] }),
    );
    return {
      status: statusOf(found?.[0]),
      reason: found?.[0]?.Status?.Message ?? 'no reason given',
    };
  } catch (error) {
    // A new request is not visible at once: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
    const invisible =
      error instanceof Error && error.name === 'InvalidVpcPeeringConnectionID.NotFound';
    if (invisible) return { status: 'unknown', reason: error.message };
    throw error;
  }
};

/** A request that expires is made anew once; more often would only fill somebody's list. */
const mostRequests = 2;

/** The error of each dead state. Who lets a request expire, or rejects it, is the owner of the accepting VPC. */
const deathOf = (status: string, reason: string, peering: Peering, network: NetworkPlan) => {
  const { id: peeringId } = peering;
  const { accountId } = network[peering.accepter];
  const { accountId: monitored, vpcId } = network.monitored;
  const failed = { peeringId, accountId: monitored, vpcId, reason };
  const deaths: Readonly<Record<string, SightlineError>> = {
    failed: new SightlineError('PeeringFailed', failed),
    rejected: new SightlineError('PeeringRejected', { peeringId, accountId }),
    expired: new SightlineError('PeeringExpired', { peeringId, accountId }),
    deleting: new SightlineError('PeeringDeleted', { peeringId }),
    deleted: new SightlineError('PeeringDeleted', { peeringId }),
  };
  return deaths[status];
};

const refuseDead = (status: string, reason: string, peering: Peering, network: NetworkPlan) => {
  if (status === 'expired' && peering.requests < mostRequests) return;
  const death = deathOf(status, reason, peering, network);
  if (death) throw death;
};

/** The state machine looks again by its retries, which take a third of the history that a loop takes. */
const waitForOwner = ({ id: peeringId, accepter, requests }: Peering, network: NetworkPlan) => {
  if (network.acceptance !== 'manual' || accepter === 'hub') return;
  const { accountId, region } = network.monitored;
  const name = requests < mostRequests ? 'AcceptancePending' : 'AcceptanceStillPending';
  throw new SightlineError(name, { peeringId, accountId, region });
};

/**
 * The peering as the hub sees it now: `unknown` while AWS does not show it yet, `expired` where it is to
 * be requested again. Throws `AcceptancePending`, and for a second request `AcceptanceStillPending`,
 * while the other account's owner is waited for; `PeeringFailed`, `PeeringRejected`, `PeeringExpired`,
 * `PeeringDeleted`; and `PeeringNotActive` when it has stayed as it is for many looks.
 */
export const waitForAcceptance = async (
  ec2: EC2Client,
  network: NetworkPlan,
  peering: Peering,
): Promise<Peering> => {
  const { status, reason } = await look(ec2, peering.id);
  refuseDead(status, reason, peering, network);
  if (status === 'pending-acceptance') waitForOwner(peering, network);
  const looks = status === peering.status ? peering.looks + 1 : 1;
  if (looks >= maxLooks && status !== 'active') {
    throw new SightlineError('PeeringNotActive', { peeringId: peering.id, status, looks });
  }
  // AWS mostly takes about a second: the first looks come early, then one every `pollSeconds`.
  const lookAgainInSeconds = Math.min(looks, settings().pollSeconds);
  return { ...peering, status, looks, lookAgainInSeconds, did: `${peering.id} is ${status}` };
};

export const handler = task(Input, ({ plan: { network }, peering }) =>
  waitForAcceptance(ec2In(network.hub.region), network, peering),
);
