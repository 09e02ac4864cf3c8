import {
  AcceptVpcPeeringConnectionCommand,
  CreateTagsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import * as z from 'zod/mini';
import { Execution, NetworkPlan, type Peering } from '../shared/execution.ts';
import { ec2OfSide } from '../shared/network/sides.ts';
import { onboardingOf, tagsFor } from '../shared/tags.ts';
import { task } from '../shared/task.ts';

const Input = z.extend(z.pick(Execution, { executionName: true, peering: true }), {
  plan: z.object({ network: NetworkPlan }),
});

/** Each account sees only its own tags of a peering. */
const tag = (ec2: EC2Client, { monitored }: NetworkPlan, peeringId: string) => {
  const Tags = tagsFor(onboardingOf(monitored), 'sightline to the hub');
  return ec2.send(new CreateTagsCommand({ Resources: [peeringId], Tags }));
};

/** Why nothing was accepted, where that is no error: the next look at the peering tells what to do. */
const reasons: Readonly<Record<string, string>> = {
  InvalidStateTransition: 'was no longer pending',
  // https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
  'InvalidVpcPeeringConnectionID.NotFound': 'is not visible yet',
};

/**
 * Accepts the peering as the owner of the accepting VPC, and tags that owner's side of it if Sightline
 * requested it. Somebody else having accepted it meanwhile is as good.
 */
export const acceptPeering = async (ec2: EC2Client, network: NetworkPlan, peering: Peering) => {
  const { id, ours, accepter } = peering;
  try {
    // Tags come first: once accepted, nothing would lead a re-run back here. Within one account there is
    // one set of them, which the request has put there.
    const oneAccount = network.hub.accountId === network.monitored.accountId;
    if (ours && !oneAccount) await tag(ec2, network, id);
    await ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId: id }));
  } catch (error) {
    const reason = error instanceof Error ? reasons[error.name] : undefined;
    if (reason === undefined) throw error;
    return { outcome: 'already' as const, did: `${id} ${reason}` };
  }
  return { outcome: 'created' as const, did: `accepted ${id} as ${network[accepter].accountId}` };
};

export const handler = task(Input, async ({ executionName, plan: { network }, peering }) =>
  acceptPeering(
    await ec2OfSide(network[peering.accepter], peering.accepter, executionName),
    network,
    peering,
  ),
);
