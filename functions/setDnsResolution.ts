import {
  DescribeVpcPeeringConnectionsCommand,
  type EC2Client,
  ModifyVpcPeeringConnectionOptionsCommand,
} from '@aws-sdk/client-ec2';
import * as z from 'zod/mini';
import { SightlineError } from '../shared/errors.ts';
import { Execution, NetworkPlan, type Peering, type SideName } from '../shared/execution.ts';
import { isLive } from '../shared/network/peerings.ts';
import { ec2OfSide } from '../shared/network/sides.ts';
import { task } from '../shared/task.ts';

const Input = z.extend(z.pick(Execution, { executionName: true, peering: true }), {
  plan: z.object({ network: NetworkPlan }),
});

const allow = { AllowDnsResolutionFromRemoteVpc: true };

/**
 * Turns on one side's DNS resolution, which only the owner of that side can do; true if it was off. Throws
 * `PeeringDeleted`, for which AWS has no name of its own.
 */
const turnOn = async (ec2: EC2Client, side: SideName, { id, accepter }: Peering) => {
  const { VpcPeeringConnections: [peering] = [] } = await ec2.send(
    new DescribeVpcPeeringConnectionsCommand({ VpcPeeringConnectionIds: [id] }),
  );
  if (peering && !isLive(peering)) throw new SightlineError('PeeringDeleted', { peeringId: id });
  const isAccepter = side === accepter;
  const info = isAccepter ? peering?.AccepterVpcInfo : peering?.RequesterVpcInfo;
  if (info?.PeeringOptions?.AllowDnsResolutionFromRemoteVpc) return false;
  await ec2.send(
    new ModifyVpcPeeringConnectionOptionsCommand({
      VpcPeeringConnectionId: id,
      ...(isAccepter
        ? { AccepterPeeringConnectionOptions: allow }
        : { RequesterPeeringConnectionOptions: allow }),
    }),
  );
  return true;
};

/** Lets private DNS names of each VPC resolve to private addresses in the other. Throws `PeeringDeleted`. */
export const setDnsResolution = async (
  ec2: { hub: EC2Client; monitored: EC2Client },
  peering: Peering,
) => {
  const changed = [
    await turnOn(ec2.hub, 'hub', peering),
    await turnOn(ec2.monitored, 'monitored', peering),
  ].includes(true);
  return changed
    ? { outcome: 'updated' as const, did: 'DNS names resolve over the peering' }
    : { outcome: 'already' as const, did: 'DNS names resolved over the peering already' };
};

export const handler = task(Input, async ({ executionName, plan: { network }, peering }) => {
  const hub = await ec2OfSide(network.hub, 'hub', executionName);
  const monitored = await ec2OfSide(network.monitored, 'monitored', executionName);
  return setDnsResolution({ hub, monitored }, peering);
});
