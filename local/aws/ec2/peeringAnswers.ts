import type {
  AcceptVpcPeeringConnectionRequest,
  AcceptVpcPeeringConnectionResult,
  DeleteVpcPeeringConnectionRequest,
  DeleteVpcPeeringConnectionResult,
  RejectVpcPeeringConnectionRequest,
  RejectVpcPeeringConnectionResult,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../awsError.ts';
import type { Call, Check } from '../service.ts';
import { changing, onExisting } from './access.ts';
import { onlyKnows } from './input.ts';
import { isAccepted, type PeeringStatus, statusOf, visiblePeering } from './peeringStatus.ts';
import { peeringView } from './peeringView.ts';
import { type Ec2State, isSamePlace, type PeeringRecord, type Place, placeOf } from './state.ts';

const accept = (
  state: Ec2State,
  input: AcceptVpcPeeringConnectionRequest,
  place: Place,
): AcceptVpcPeeringConnectionResult => {
  onlyKnows('AcceptVpcPeeringConnection', input, ['VpcPeeringConnectionId']);
  const peering = visiblePeering(state, place, input.VpcPeeringConnectionId);
  mustBeAccepter(peering, place, 'accept');
  mustBe(state, peering, ['pending-acceptance'], 'provisioning');
  refuseSecond(state, peering);
  refuseOverQuota(state, peering.requester.vpcId);
  refuseOverQuota(state, peering.accepter.vpcId);
  peering.acceptedAt = Date.now();
  return { VpcPeeringConnection: peeringView(state, peering, place) };
};

const mustBeAccepter = ({ id, accepter }: PeeringRecord, place: Place, verb: string): void => {
  if (isSamePlace(accepter, place)) return;
  const message =
    accepter.accountId === place.accountId
      ? `Incorrect region (${place.region}) specified for this request. VPC peering connection ${id} must be ${verb}ed in region ${accepter.region}`
      : `User ${place.accountId} cannot ${verb} peering ${id}`;
  throw new AwsError('OperationNotPermitted', message);
};

const mustBe = (
  state: Ec2State,
  peering: PeeringRecord,
  allowed: readonly PeeringStatus[],
  next: string,
): void => {
  const status = statusOf(peering, state.settings);
  if (allowed.includes(status)) return;
  throw new AwsError(
    'InvalidStateTransition',
    `Invalid state transition for ${peering.id}, attempted to transition from ${status} to ${next}`,
  );
};

const refuseSecond = (state: Ec2State, { id, requester, accepter }: PeeringRecord): void => {
  const other = state.peerings
    .under(accepter.vpcId)
    .find(
      (one) =>
        one.requester.vpcId === accepter.vpcId &&
        one.accepter.vpcId === requester.vpcId &&
        isAccepted(statusOf(one, state.settings)),
    );
  if (other === undefined) return;
  throw new AwsError(
    'VpcPeeringConnectionAlreadyExists',
    `Cannot accept ${id}: the VPC peering connection ${other.id} already exists between ${requester.vpcId} and ${accepter.vpcId}`,
  );
};

const refuseOverQuota = (state: Ec2State, vpcId: string): void => {
  const accepted = state.peerings
    .under(vpcId)
    .filter(({ ended, acceptedAt }) => acceptedAt !== undefined && ended === undefined);
  if (accepted.length >= state.quotas.activePeeringsPerVpc) {
    throw new AwsError(
      'ActiveVpcPeeringConnectionPerVpcLimitExceeded',
      `The VPC ${vpcId} has reached the limit of ${state.quotas.activePeeringsPerVpc} active VPC peering connections`,
    );
  }
};

const reject = (
  state: Ec2State,
  input: RejectVpcPeeringConnectionRequest,
  place: Place,
): RejectVpcPeeringConnectionResult => {
  onlyKnows('RejectVpcPeeringConnection', input, ['VpcPeeringConnectionId']);
  const peering = visiblePeering(state, place, input.VpcPeeringConnectionId);
  mustBeAccepter(peering, place, 'reject');
  mustBe(state, peering, ['pending-acceptance'], 'rejected');
  peering.ended = { how: 'rejected', at: Date.now(), by: place.accountId };
  return { Return: true };
};

const remove = (
  state: Ec2State,
  input: DeleteVpcPeeringConnectionRequest,
  place: Place,
): DeleteVpcPeeringConnectionResult => {
  onlyKnows('DeleteVpcPeeringConnection', input, ['VpcPeeringConnectionId']);
  const peering = visiblePeering(state, place, input.VpcPeeringConnectionId);
  mustBe(state, peering, ['pending-acceptance', 'provisioning', 'active'], 'deleting');
  const isPending = statusOf(peering, state.settings) === 'pending-acceptance';
  if (isPending && peering.requester.accountId !== place.accountId) {
    // The accepter's word for a request it does not want is RejectVpcPeeringConnection.
    throw new AwsError(
      'OperationNotPermitted',
      `User ${place.accountId} cannot delete peering ${peering.id}`,
    );
  }
  peering.ended = { how: 'deleted', at: Date.now(), by: place.accountId };
  return { Return: true };
};

const acceptChecks = (
  state: Ec2State,
  { VpcPeeringConnectionId: id }: AcceptVpcPeeringConnectionRequest,
  call: Call,
): Check[] => {
  const action = 'AcceptVpcPeeringConnection';
  const accepter = state.peerings.get(id ?? '')?.accepter;
  const isOwn = accepter !== undefined && isSamePlace(accepter, placeOf(call));
  return [
    ...(isOwn ? [onExisting(state, call, action, 'vpc', accepter.vpcId)] : []),
    onExisting(state, call, action, 'vpc-peering-connection', id),
  ];
};

/** The answers to a peering request, and the end of a peering. */
export const peeringAnswerOperations = (state: Ec2State) => {
  const onPeering =
    (action: string) => (input: { VpcPeeringConnectionId: string | undefined }, call: Call) => [
      onExisting(state, call, action, 'vpc-peering-connection', input.VpcPeeringConnectionId),
    ];
  return {
    AcceptVpcPeeringConnection: changing(
      (input: AcceptVpcPeeringConnectionRequest, call) => acceptChecks(state, input, call),
      (input, place) => accept(state, input, place),
    ),
    RejectVpcPeeringConnection: changing(
      onPeering('RejectVpcPeeringConnection'),
      (input: RejectVpcPeeringConnectionRequest, place) => reject(state, input, place),
    ),
    DeleteVpcPeeringConnection: changing(
      onPeering('DeleteVpcPeeringConnection'),
      (input: DeleteVpcPeeringConnectionRequest, place) => remove(state, input, place),
    ),
  };
};
