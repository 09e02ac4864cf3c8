import type { LocalSettings } from '../settings.ts';
import { required } from './input.ts';
import { missing } from './kinds.ts';
import { type Ec2State, isSamePlace, type PeeringRecord, type Place, placeKey } from './state.ts';

/** Of AWS's life cycle, https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html, all but `deleting`. */
export type PeeringStatus =
  | 'initiating-request'
  | 'failed'
  | 'pending-acceptance'
  | 'expired'
  | 'rejected'
  | 'provisioning'
  | 'active'
  | 'deleted';

/** What a peering is now. Nothing waits for a timer: the state follows from what happened when. */
export const statusOf = (
  peering: PeeringRecord,
  settings: LocalSettings,
  now = Date.now(),
): PeeringStatus => {
  if (peering.ended !== undefined) return peering.ended.how;
  if (peering.acceptedAt !== undefined) {
    return now < peering.acceptedAt + settings.peeringProvisioningMs ? 'provisioning' : 'active';
  }
  if (now < visibleFrom(peering, settings)) return 'initiating-request';
  if (peering.isHopeless) return 'failed';
  return now < expiresAt(peering, settings) ? 'pending-acceptance' : 'expired';
};

/** When an unanswered request expires. */
export const expiresAt = (peering: PeeringRecord, settings: LocalSettings): number =>
  peering.requestedAt + settings.pendingPeeringExpiresAfterMs;

/** Whether a VPC pair has this peering, or may still get it; the dead ones do not count. */
export const isLive = (status: PeeringStatus): boolean =>
  isOutstanding(status) || isAccepted(status);

/** A request that waits for its answer. */
export const isOutstanding = (status: PeeringStatus): boolean =>
  status === 'initiating-request' || status === 'pending-acceptance';

/** Whether the two VPCs are connected, or about to be. */
export const isAccepted = (status: PeeringStatus): boolean =>
  status === 'provisioning' || status === 'active';

const visibleFrom = (peering: PeeringRecord, settings: LocalSettings): number =>
  peering.requestedAt + settings.peeringVisibleAfterMs;

const isVisibleTo = (peering: PeeringRecord, place: Place, settings: LocalSettings): boolean => {
  const isTheirs = isSamePlace(peering.requester, place) || isSamePlace(peering.accepter, place);
  const now = Date.now();
  return (
    isTheirs &&
    now >= visibleFrom(peering, settings) &&
    now < visibleUntil(peering, place, settings)
  );
};

/** The dead stay visible for a while, and not equally long to both sides. */
const visibleUntil = (peering: PeeringRecord, place: Place, settings: LocalSettings): number => {
  switch (statusOf(peering, settings)) {
    case 'failed':
      // Only the requester ever sees it: the accepter's VPC may not even exist.
      return isSamePlace(peering.requester, place)
        ? visibleFrom(peering, settings) + settings.failedPeeringVisibleMs
        : 0;
    case 'expired':
      return expiresAt(peering, settings) + settings.expiredPeeringVisibleMs;
    case 'rejected':
    case 'deleted':
      return endedVisibleUntil(peering, place, settings);
    default:
      return Number.POSITIVE_INFINITY;
  }
};

const endedVisibleUntil = (
  { ended }: PeeringRecord,
  place: Place,
  settings: LocalSettings,
): number =>
  (ended?.at ?? 0) +
  (ended?.by === place.accountId
    ? settings.endedPeeringVisibleToActorMs
    : settings.endedPeeringVisibleToOtherSideMs);

/** The peerings that an account sees in a Region at this moment: of all, or of these. */
export const visiblePeerings = (
  state: Ec2State,
  place: Place,
  peerings = state.peerings.under(placeKey(place)),
): PeeringRecord[] => peerings.filter((peering) => isVisibleTo(peering, place, state.settings));

/** One peering, if the account sees it in this Region; `InvalidVpcPeeringConnectionID.NotFound` otherwise. */
export const visiblePeering = (
  state: Ec2State,
  place: Place,
  peeringId: string | undefined,
): PeeringRecord => {
  const id = required('VpcPeeringConnectionId', peeringId);
  const peering = state.peerings.get(id);
  if (peering === undefined || !isVisibleTo(peering, place, state.settings)) {
    throw missing('vpc-peering-connection', id);
  }
  return peering;
};

/** The active peering between two VPCs, in whichever direction it was requested. */
export const activePeeringBetween = (
  state: Ec2State,
  oneVpcId: string,
  otherVpcId: string,
): PeeringRecord | undefined =>
  state.peerings
    .under(oneVpcId)
    .find(
      (peering) =>
        connects(peering, oneVpcId) &&
        connects(peering, otherVpcId) &&
        statusOf(peering, state.settings) === 'active',
    );

/** Whether a VPC is one of the two sides. */
export const connects = ({ requester, accepter }: PeeringRecord, vpcId: string): boolean =>
  requester.vpcId === vpcId || accepter.vpcId === vpcId;
