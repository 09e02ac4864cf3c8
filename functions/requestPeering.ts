import {
  CreateVpcPeeringConnectionCommand,
  DescribeVpcPeeringConnectionsCommand,
  type EC2Client,
  type VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import * as z from 'zod/mini';
import { ec2In } from '../shared/clients.ts';
import { Execution, NetworkPlan, Peering, type Side } from '../shared/execution.ts';
import { accepterOf, bestOf, livePeeringsOf, statusOf } from '../shared/network/peerings.ts';
import { isOurs, onboardingOf, tagsFor } from '../shared/tags.ts';
import { task } from '../shared/task.ts';

const Input = z.extend(z.pick(Execution, { executionName: true }), {
  plan: z.object({ accountId: z.string(), network: NetworkPlan }),
  /** The state's whole input: it has a peering where one has expired and is requested again. */
  before: z._default(z.object({ peering: z.optional(Peering) }), {}),
});

const findLive = async (ec2: EC2Client, { hub, monitored }: NetworkPlan) => {
  const { VpcPeeringConnections: found } = await ec2.send(
    new DescribeVpcPeeringConnectionsCommand({ Filters: livePeeringsOf(hub, monitored) }),
  );
  return found ?? [];
};

const create = async (ec2: EC2Client, { hub, monitored }: NetworkPlan) => {
  const { accountId, vpcId, region } = monitored;
  const { VpcPeeringConnection: created } = await ec2.send(
    new CreateVpcPeeringConnectionCommand({
      VpcId: hub.vpcId,
      PeerOwnerId: accountId,
      PeerVpcId: vpcId,
      PeerRegion: region,
      TagSpecifications: [
        {
          ResourceType: 'vpc-peering-connection',
          Tags: tagsFor(onboardingOf(monitored), `sightline to ${accountId}`),
        },
      ],
    }),
  );
  return created;
};

const seen = (peering: VpcPeeringConnection | undefined, hub: Side, requests: number) => ({
  id: peering?.VpcPeeringConnectionId ?? '',
  accepter: peering ? accepterOf(peering, hub) : ('monitored' as const),
  status: statusOf(peering),
  looks: 0,
  lookAgainInSeconds: 1,
  requests,
});

/**
 * The live peering of the two VPCs, whichever side requested it; if there is none, a new one.
 * AWS allows one live peering per pair, and shows a request in the reversed direction only when
 * its accept fails, so both directions are looked at first. Dead ones beside it do not count.
 */
export const requestPeering = async (
  ec2: EC2Client,
  network: NetworkPlan,
  expired?: Peering,
): Promise<Peering> => {
  const requests = (expired?.requests ?? 0) + 1;
  const existing = bestOf(await findLive(ec2, network));
  if (existing) {
    const peering = seen(existing, network.hub, requests);
    const did = `found ${peering.id}, which is ${peering.status}`;
    return { ...peering, outcome: 'already', ours: isOurs(existing.Tags), did };
  }
  const peering = seen(await create(ec2, network), network.hub, requests);
  const did = `requested ${peering.id} from ${network.hub.vpcId} to ${network.monitored.vpcId}`;
  return { ...peering, outcome: 'created', ours: true, did };
};

export const handler = task(Input, ({ plan: { network }, before }) =>
  requestPeering(ec2In(network.hub.region), network, before.peering),
);
