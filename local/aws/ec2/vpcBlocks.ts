import type {
  AssociateVpcCidrBlockRequest,
  AssociateVpcCidrBlockResult,
} from '@aws-sdk/client-ec2';
import { overlapCidr } from 'cidr-tools';
import { AwsError } from '../awsError.ts';
import { changing, onExisting } from './access.ts';
import { canonical, familyOf, prefixLength } from './cidrs.ts';
import { hexOf } from './ids.ts';
import { onlyKnows, required } from './input.ts';
import { allowAll } from './networkAclEntries.ts';
import { isAccepted, isLive, type PeeringStatus, statusOf } from './peeringStatus.ts';
import { mustOwn } from './sharing.ts';
import {
  type Block,
  type Ec2State,
  ownedBy,
  type PeeringRecord,
  type Place,
  type VpcRecord,
} from './state.ts';

type AssociationState = 'associated' | 'associating';

/** How Describe and Associate show an IPv4 block. */
export const ipv4Association = (
  { associationId, cidr }: Block,
  State: AssociationState = 'associated',
) => ({
  AssociationId: associationId,
  CidrBlock: cidr,
  CidrBlockState: { State },
});

/** How Describe and Associate show an IPv6 block. */
export const ipv6Association = (
  { associationId, cidr }: Block,
  State: AssociationState = 'associated',
) => ({
  AssociationId: associationId,
  Ipv6CidrBlock: cidr,
  Ipv6CidrBlockState: { State },
  Ipv6Pool: 'Amazon',
});

/** Adds a valid block to a VPC. */
export const addBlock = (state: Ec2State, vpc: VpcRecord, cidr: string): Block => {
  const block = { associationId: state.newId('vpc-cidr-assoc', vpc.id, cidr), cidr };
  vpc.blocks.push(block);
  return block;
};

/** A block that a VPC can have: from /16 to /28. */
export const vpcBlock = (cidr: string | undefined): string => {
  const block = canonical(required('CidrBlock', cidr), 4);
  if (prefixLength(block) < 16 || prefixLength(block) > 28) {
    throw new AwsError('InvalidVpc.Range', `The CIDR '${block}' is invalid.`);
  }
  return block;
};

/** A /56 as Amazon gives them, here of the documentation prefix. */
export const amazonBlock = (vpcId: string, earlier = 0): string => {
  const hex = hexOf(`${vpcId} ${earlier}`);
  return canonical(`2001:db8:${hex.slice(0, 4)}:${hex.slice(4, 6)}00::/56`, 6);
};

const associate = (
  state: Ec2State,
  input: AssociateVpcCidrBlockRequest,
  place: Place,
): AssociateVpcCidrBlockResult => {
  onlyKnows('AssociateVpcCidrBlock', input, ['VpcId', 'CidrBlock', 'AmazonProvidedIpv6CidrBlock']);
  const vpc = mustOwn(state, 'vpc', state.vpcs, place, input.VpcId);
  if (input.AmazonProvidedIpv6CidrBlock) {
    const block = addBlock(state, vpc, amazonBlock(vpc.id, vpc.blocks.length));
    allowIpv6(state, vpc);
    return { VpcId: vpc.id, Ipv6CidrBlockAssociation: ipv6Association(block, 'associating') };
  }
  const cidr = vpcBlock(input.CidrBlock);
  refuseOverQuota(state, vpc);
  refuseOverlap(state, vpc, cidr);
  const block = addBlock(state, vpc, cidr);
  return { VpcId: vpc.id, CidrBlockAssociation: ipv4Association(block, 'associating') };
};

// AWS adds them where the default network ACL is still as it was made.
const allowIpv6 = (state: Ec2State, vpc: VpcRecord): void => {
  const acl = ownedBy(vpc, state.networkAcls).find((one) => one.isDefault && one.vpcId === vpc.id);
  const isUntouched = JSON.stringify(acl?.entries) === JSON.stringify(allowAll(4));
  if (isUntouched) acl?.entries.push(...allowAll(6));
};

const refuseOverQuota = ({ quotas }: Ec2State, { id, blocks }: VpcRecord): void => {
  if (blocks.filter(({ cidr }) => familyOf(cidr) === 4).length < quotas.ipv4BlocksPerVpc) return;
  throw new AwsError(
    'CidrLimitExceeded',
    `This network '${id}' has met its maximum number of allowed CIDRs: ${quotas.ipv4BlocksPerVpc}`,
  );
};

// The rules for a VPC with peerings: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
const refuseOverlap = (state: Ec2State, vpc: VpcRecord, cidr: string): void => {
  for (const peering of state.peerings.under(vpc.id)) {
    const status = statusOf(peering, state.settings);
    if (isLive(status) && isInTheWay(state, vpc, cidr, peering, status)) {
      throw invalidRange(cidr, `conflicts with the VPC peering connection ${peering.id}`);
    }
  }
  const own = vpc.blocks.map((block) => block.cidr);
  if (overlapCidr(own, cidr)) throw invalidRange(cidr, `conflicts with a CIDR of ${vpc.id}`);
};

const invalidRange = (cidr: string, why: string): AwsError =>
  new AwsError('InvalidVpc.Range', `The CIDR '${cidr}' ${why}`);

// Until the request is answered, the requester's VPC takes no block at all.
const isInTheWay = (
  state: Ec2State,
  vpc: VpcRecord,
  cidr: string,
  { requester, accepter }: PeeringRecord,
  status: PeeringStatus,
): boolean => {
  const isRequester = requester.vpcId === vpc.id;
  if (isRequester && !isAccepted(status)) return true;
  const peer = state.vpcs.get(isRequester ? accepter.vpcId : requester.vpcId);
  return overlapCidr(peer?.blocks.map((block) => block.cidr) ?? [], cidr);
};

/** The CIDR blocks of a VPC. */
export const vpcBlockOperations = (state: Ec2State) => ({
  AssociateVpcCidrBlock: changing(
    (input: AssociateVpcCidrBlockRequest, call) => [
      onExisting(state, call, 'AssociateVpcCidrBlock', 'vpc', input.VpcId),
    ],
    (input, place) => associate(state, input, place),
  ),
});
