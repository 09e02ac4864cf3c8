import {
  AcceptVpcPeeringConnectionCommand,
  CreateTagsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { Execution, NetworkPlan, type Peering } from '../shared/execution.ts';
import { ec2OfSide } from '../shared/sides.ts';
import { tagsFor } from '../shared/tags.ts';
import { task } from '../shared/task.ts';

const Input = Execution.pick({ executionName: true, peering: true }).extend({
  plan: z.object({ network: NetworkPlan }),
});

/** Each account sees only its own tags of a peering. */
const tag = (ec2: EC2Client, { monitored }: NetworkPlan, peeringId: string) => {
  const onboarding = `${monitored.accountId}/${monitored.vpcId}`;
  const Tags = tagsFor(onboarding, 'sightline to the hub');
  return ec2.send(new CreateTagsCommand({ Resources: [peeringId], Tags }));
};

/**
 * Accepts the peering as the owner of the accepting VPC, and tags that owner's side of it if Sightline
 * requested it. Somebody else having accepted it meanwhile is as good.
 */
export const acceptPeering = async (ec2: EC2Client, network: NetworkPlan, peering: Peering) => {
  const { id, ours, accepter } = peering;
  // Tags come first: once accepted, nothing would lead a re-run back here. Within one account there is
  // one set of them, which the request has put there.
  const oneAccount = network.hub.accountId === network.monitored.accountId;
  if (ours && !oneAccount) await tag(ec2, network, id);
  try {
    await ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId: id }));
  } catch (error) {
    const tooLate = error instanceof Error && error.name === 'InvalidStateTransition';
    if (!tooLate) throw error;
    return { outcome: 'already' as const, did: `${id} was no longer pending` };
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
