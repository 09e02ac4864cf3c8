import type { VpcPeeringConnection } from '@aws-sdk/client-ec2';
import type { Side, SideName } from '../execution.ts';

/** The states in which a peering lives; in every other it is dead and does not count. */
export const liveStatuses = ['initiating-request', 'pending-acceptance', 'provisioning', 'active'];

/** The peering's status; `unknown` while AWS does not say. */
export const statusOf = (peering: VpcPeeringConnection | undefined): string =>
  peering?.Status?.Code ?? 'unknown';

/** The side that has to accept a peering: the one that did not request it. */
export const accepterOf = (peering: VpcPeeringConnection, hub: Side): SideName =>
  peering.AccepterVpcInfo?.VpcId === hub.vpcId ? 'hub' : 'monitored';

/** Whether a peering connects these two VPCs, whichever of them requested it. */
export const connects = (
  { RequesterVpcInfo, AccepterVpcInfo }: VpcPeeringConnection,
  one: Side,
  other: Side,
): boolean => {
  const vpcIds = [RequesterVpcInfo?.VpcId, AccepterVpcInfo?.VpcId];
  return vpcIds.includes(one.vpcId) && vpcIds.includes(other.vpcId);
};

/** An active peering before a pending one: AWS allows one live peering, but shows requests both ways. */
export const bestOf = (
  peerings: readonly VpcPeeringConnection[],
): VpcPeeringConnection | undefined =>
  [...peerings].sort((one, other) => progress(other) - progress(one))[0];

/** Whether a peering lives. */
export const isLive = (peering: VpcPeeringConnection): boolean =>
  liveStatuses.includes(statusOf(peering));

const progress = (peering: VpcPeeringConnection) => liveStatuses.indexOf(statusOf(peering));

/**
 * The filters that find the live peerings of two VPCs, whichever of them requested it: a filter is met by
 * any of its values, and no VPC has a peering with itself.
 */
export const livePeeringsOf = (one: Side, other: Side) => {
  const Values = [one.vpcId, other.vpcId];
  return [
    { Name: 'requester-vpc-info.vpc-id', Values },
    { Name: 'accepter-vpc-info.vpc-id', Values },
    { Name: 'status-code', Values: [...liveStatuses] },
  ];
};
