import type { EC2Client, VpcPeeringConnection } from '@aws-sdk/client-ec2';
import { type Routing, readPeerings, readPeeringsWhere } from '../network/readNetwork.ts';

/**
 * The peerings that the hub's VPC has requested and all of the monitored account, which are few: the dead ones
 * too, and each as the hub sees it, if it does. The hub is asked but once, for its request limits are shared
 * by all onboardings.
 */
export const readPeeringsOfBoth = async (
  ec2: { hub: EC2Client; monitored: EC2Client },
  hub: { VpcId: string },
): Promise<VpcPeeringConnection[]> => {
  const [ofAccount, byHub] = await Promise.all([
    readPeeringsWhere(ec2.monitored),
    readPeeringsWhere(ec2.hub, { Name: 'requester-vpc-info.vpc-id', Values: [hub.VpcId] }),
  ]);
  const all = [...ofAccount, ...byHub].map((one) => [one.VpcPeeringConnectionId, one] as const);
  return [...new Map(all).values()];
};

/** Adds the peerings that others have requested of the hub, where its routes lead into such. */
export const withRouted = async (
  ec2: EC2Client,
  known: readonly VpcPeeringConnection[],
  { routeTables }: Routing,
): Promise<VpcPeeringConnection[]> => {
  const ids = new Set(known.map(({ VpcPeeringConnectionId }) => VpcPeeringConnectionId));
  const routed = routeTables.flatMap(({ Routes = [] }) =>
    Routes.flatMap(({ VpcPeeringConnectionId: id }) => (id && !ids.has(id) ? id : [])),
  );
  return [...known, ...(await readPeerings(ec2, [...new Set(routed)]))];
};
