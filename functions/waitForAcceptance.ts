import { DescribeVpcPeeringConnectionsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { ec2In } from '../shared/clients.ts';
import { SightlineError } from '../shared/errors.ts';
import { Execution, NetworkPlan, type Peering } from '../shared/execution.ts';
import { statusOf } from '../shared/peerings.ts';
import { settings } from '../shared/settings.ts';
import { task } from '../shared/task.ts';

const Input = Execution.pick({ peering: true }).extend({
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

const refuseDead = (status: string, reason: string, peeringId: string, network: NetworkPlan) => {
  const { accountId, vpcId } = network.monitored;
  if (status === 'failed') {
    throw new SightlineError('PeeringFailed', { peeringId, accountId, vpcId, reason });
  }
  if (status === 'rejected') throw new SightlineError('PeeringRejected', { peeringId, accountId });
  if (status === 'expired') throw new SightlineError('PeeringExpired', { peeringId, accountId });
  if (status === 'deleted' || status === 'deleting') {
    throw new SightlineError('PeeringDeleted', { peeringId });
  }
};

/**
 * The peering as the hub sees it now: `unknown` while AWS does not show it yet.
 * Throws `PeeringFailed`, `PeeringRejected`, `PeeringExpired`, `PeeringDeleted`, and `PeeringNotActive`
 * when nobody is waited for and it has stayed as it is for many looks.
 */
export const waitForAcceptance = async (
  ec2: EC2Client,
  network: NetworkPlan,
  peering: Peering,
): Promise<Peering> => {
  const { status, reason } = await look(ec2, peering.id);
  refuseDead(status, reason, peering.id, network);
  const looks = status === peering.status ? peering.looks + 1 : 1;
  const byHand = network.acceptance === 'manual' && status === 'pending-acceptance';
  if (looks >= maxLooks && !byHand && status !== 'active') {
    throw new SightlineError('PeeringNotActive', { peeringId: peering.id, status, looks });
  }
  const { auto, manual } = settings().pollSeconds;
  // AWS mostly takes about a second: the first looks come early, then one every `auto` seconds.
  const lookAgainInSeconds = byHand ? manual : Math.min(looks, auto);
  return { ...peering, status, looks, lookAgainInSeconds, did: `${peering.id} is ${status}` };
};

export const handler = task(Input, ({ plan: { network }, peering }) =>
  waitForAcceptance(ec2In(network.hub.region), network, peering),
);
