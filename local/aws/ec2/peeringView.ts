import type { VpcPeeringConnection, VpcPeeringConnectionVpcInfo } from '@aws-sdk/client-ec2';
import { familyOf } from './cidrs.ts';
import { expiresAt, isOutstanding, type PeeringStatus, statusOf } from './peeringStatus.ts';
import {
  type Ec2State,
  isSamePlace,
  type PeeringRecord,
  type PeeringSide,
  type Place,
} from './state.ts';

/** A peering connection as one of its two sides sees it at this moment. */
export const peeringView = (
  state: Ec2State,
  peering: PeeringRecord,
  viewer: Place,
  status = statusOf(peering, state.settings),
): VpcPeeringConnection => {
  const { id, requester, accepter, acceptedAt } = peering;
  // Until it accepts, the accepter's blocks are nobody else's business: AWS leaves them out.
  const isAccepterKnown = acceptedAt !== undefined || isSamePlace(accepter, viewer);
  return {
    VpcPeeringConnectionId: id,
    Status: { Code: status, Message: messageOf(peering, status) },
    RequesterVpcInfo: knownSide(state, requester),
    AccepterVpcInfo: isAccepterKnown ? knownSide(state, accepter) : namedSide(accepter),
    ...(isOutstanding(status) && { ExpirationTime: new Date(expiresAt(peering, state.settings)) }),
    Tags: state.tags.of(viewer, id),
  };
};

const messageOf = ({ accepter, ended }: PeeringRecord, status: PeeringStatus): string => {
  const messages: Record<PeeringStatus, string> = {
    'initiating-request': `Initiating Request to ${accepter.accountId}`,
    // The same for every cause: AWS does not say whether the VPC exists.
    failed: 'Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range',
    'pending-acceptance': `Pending Acceptance by ${accepter.accountId}`,
    expired: 'Expired',
    rejected: `Rejected by ${ended?.by}`,
    provisioning: 'Provisioning',
    active: 'Active',
    deleted: `Deleted by ${ended?.by}`,
  };
  return messages[status];
};

const namedSide = ({ accountId, region, vpcId }: PeeringSide): VpcPeeringConnectionVpcInfo => ({
  OwnerId: accountId,
  VpcId: vpcId,
  Region: region,
});

const knownSide = (state: Ec2State, side: PeeringSide): VpcPeeringConnectionVpcInfo => {
  const cidrs = (state.vpcs.get(side.vpcId)?.blocks ?? []).map(({ cidr }) => cidr);
  const ipv4 = cidrs.filter((cidr) => familyOf(cidr) === 4);
  const ipv6 = cidrs.filter((cidr) => familyOf(cidr) === 6);
  return {
    ...namedSide(side),
    CidrBlock: ipv4[0],
    CidrBlockSet: ipv4.map((CidrBlock) => ({ CidrBlock })),
    ...(ipv6.length > 0 && { Ipv6CidrBlockSet: ipv6.map((Ipv6CidrBlock) => ({ Ipv6CidrBlock })) }),
    PeeringOptions: {
      AllowDnsResolutionFromRemoteVpc: side.allowDnsResolutionFromRemoteVpc,
      AllowEgressFromLocalClassicLinkToRemoteVpc: false,
      AllowEgressFromLocalVpcToRemoteClassicLink: false,
    },
  };
};
