import type {
  ModifyVpcPeeringConnectionOptionsRequest,
  ModifyVpcPeeringConnectionOptionsResult,
  PeeringConnectionOptions,
  PeeringConnectionOptionsRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../awsError.ts';
import { changing, onExisting } from './access.ts';
import { onlyKnows } from './input.ts';
import { statusOf, visiblePeering } from './peeringStatus.ts';
import {
  type Ec2State,
  isSamePlace,
  type PeeringRecord,
  type PeeringSide,
  type Place,
} from './state.ts';

const action = 'ModifyVpcPeeringConnectionOptions';

const modify = (
  state: Ec2State,
  input: ModifyVpcPeeringConnectionOptionsRequest,
  place: Place,
): ModifyVpcPeeringConnectionOptionsResult => {
  const { RequesterPeeringConnectionOptions: ofRequester } = input;
  const { AccepterPeeringConnectionOptions: ofAccepter } = input;
  onlyKnows(action, input, [
    'VpcPeeringConnectionId',
    'RequesterPeeringConnectionOptions',
    'AccepterPeeringConnectionOptions',
  ]);
  const peering = visiblePeering(state, place, input.VpcPeeringConnectionId);
  mustBeActive(state, peering);
  // Both are checked before either is set: a refused call changes nothing.
  if (ofRequester) mustBeSettable(state, peering, peering.requester, place, ofRequester);
  if (ofAccepter) mustBeSettable(state, peering, peering.accepter, place, ofAccepter);
  return {
    ...(ofRequester && {
      RequesterPeeringConnectionOptions: set(peering.requester, ofRequester),
    }),
    ...(ofAccepter && { AccepterPeeringConnectionOptions: set(peering.accepter, ofAccepter) }),
  };
};

const mustBeActive = (state: Ec2State, peering: PeeringRecord): void => {
  if (statusOf(peering, state.settings) === 'active') return;
  throw new AwsError(
    'OperationNotPermitted',
    `Peering ${peering.id} is not active. Peering options can be added only to active peerings.`,
  );
};

const mustBeSettable = (
  state: Ec2State,
  { id, requester, accepter }: PeeringRecord,
  side: PeeringSide,
  place: Place,
  options: PeeringConnectionOptionsRequest,
): void => {
  onlyKnows(action, options, ['AllowDnsResolutionFromRemoteVpc']);
  if (!isSamePlace(side, place)) {
    throw new AwsError(
      'OperationNotPermitted',
      `User ${place.accountId} in ${place.region} cannot modify the options that ${side.accountId} in ${side.region} has for peering ${id}`,
    );
  }
  if (!options.AllowDnsResolutionFromRemoteVpc) return;
  for (const { vpcId } of [requester, accepter]) mustHaveDns(state, vpcId);
};

const mustHaveDns = (state: Ec2State, vpcId: string): void => {
  const vpc = state.vpcs.get(vpcId);
  if (vpc?.enableDnsSupport && vpc.enableDnsHostnames) return;
  throw new AwsError(
    'OperationNotPermitted',
    `DNS resolution over peering needs enableDnsSupport and enableDnsHostnames in the VPC ${vpcId}`,
  );
};

const set = (
  side: PeeringSide,
  options: PeeringConnectionOptionsRequest,
): PeeringConnectionOptions => {
  side.allowDnsResolutionFromRemoteVpc =
    options.AllowDnsResolutionFromRemoteVpc ?? side.allowDnsResolutionFromRemoteVpc;
  return { AllowDnsResolutionFromRemoteVpc: side.allowDnsResolutionFromRemoteVpc };
};

/** Whether DNS names resolve to private addresses from the other VPC: each owner says so for its own side. */
export const peeringOptionsOperations = (state: Ec2State) => ({
  [action]: changing(
    (input: ModifyVpcPeeringConnectionOptionsRequest, call) => [
      onExisting(state, call, action, 'vpc-peering-connection', input.VpcPeeringConnectionId),
    ],
    (input, place) => modify(state, input, place),
  ),
});
