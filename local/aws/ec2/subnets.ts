import type {
  CreateSubnetRequest,
  CreateSubnetResult,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  Subnet,
  SubnetIpv6CidrBlockAssociation,
} from '@aws-sdk/client-ec2';
import { containsCidr, overlapCidr } from 'cidr-tools';
import { AwsError } from '../awsError.ts';
import { changing, describing, onExisting, onNew } from './access.ts';
import { arnOf } from './arns.ts';
import { canonical, prefixLength } from './cidrs.ts';
import { type Selection, select, vpcsIn } from './filters.ts';
import { onlyKnows, required } from './input.ts';
import { mustOwn, seenBy } from './sharing.ts';
import { type Ec2State, ownedBy, type Place, type SubnetRecord } from './state.ts';
import { tagsFor } from './tags.ts';

const selection: Selection<Subnet> = {
  action: 'DescribeSubnets',
  kind: 'subnet',
  idsMember: 'SubnetIds',
  idOf: (subnet) => subnet.SubnetId,
  filters: {
    'subnet-id': (subnet) => [subnet.SubnetId],
    'subnet-arn': (subnet) => [subnet.SubnetArn],
    'vpc-id': (subnet) => [subnet.VpcId],
    'owner-id': (subnet) => [subnet.OwnerId],
    'availability-zone': (subnet) => [subnet.AvailabilityZone],
    'cidr-block': (subnet) => [subnet.CidrBlock],
    'ipv6-cidr-block-association.ipv6-cidr-block': ({ Ipv6CidrBlockAssociationSet = [] }) =>
      Ipv6CidrBlockAssociationSet.map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
    state: (subnet) => [subnet.State],
    'default-for-az': (subnet) => [subnet.DefaultForAz],
  },
};

const viewOf = (state: Ec2State, subnet: SubnetRecord, viewer: Place): Subnet => ({
  SubnetId: subnet.id,
  SubnetArn: arnOf(subnet, 'subnet', subnet.id),
  VpcId: subnet.vpcId,
  OwnerId: subnet.accountId,
  State: 'available',
  CidrBlock: subnet.cidr,
  AvailabilityZone: subnet.zone,
  // AWS keeps five addresses of every subnet for itself.
  AvailableIpAddressCount: 2 ** (32 - prefixLength(subnet.cidr)) - 5,
  DefaultForAz: state.vpcs.get(subnet.vpcId)?.isDefault,
  Ipv6CidrBlockAssociationSet: ipv6Associations(subnet),
  Tags: state.tags.of(viewer, subnet.id),
});

const ipv6Associations = ({ id, ipv6Cidr }: SubnetRecord): SubnetIpv6CidrBlockAssociation[] =>
  ipv6Cidr === undefined
    ? []
    : [
        {
          AssociationId: id.replace('subnet-', 'subnet-cidr-assoc-'),
          Ipv6CidrBlock: ipv6Cidr,
          Ipv6CidrBlockState: { State: 'associated' },
        },
      ];

/** All subnets of an account and Region, as DescribeSubnets shows them. */
export const subnetViews = (state: Ec2State, place: Place, vpcIds?: string[]): Subnet[] =>
  seenBy(state, place, state.subnets, vpcIds).map((subnet) => viewOf(state, subnet, place));

type NewSubnet = Place & { vpcId: string; cidr: string; ipv6Cidr?: string; zone: string };

/** Makes a subnet in a VPC, of which its blocks have to be free parts. */
export const addSubnet = (state: Ec2State, subnet: NewSubnet): SubnetRecord => {
  const cidr = freeBlock(state, subnet, canonical(subnet.cidr, 4));
  const ipv6 = subnet.ipv6Cidr && freeBlock(state, subnet, canonical(subnet.ipv6Cidr, 6));
  const id = state.newId('subnet', subnet.vpcId, cidr);
  const record = { ...subnet, cidr, id, ...(ipv6 && { ipv6Cidr: ipv6 }) };
  state.subnets.set(record.id, record);
  return record;
};

const freeBlock = (state: Ec2State, subnet: Place & { vpcId: string }, cidr: string): string => {
  const blocks = state.vpcs.get(subnet.vpcId)?.blocks ?? [];
  if (!blocks.some((block) => containsCidr(block.cidr, cidr))) {
    throw new AwsError('InvalidSubnet.Range', `The CIDR '${cidr}' is invalid.`);
  }
  const taken = ownedBy(subnet, state.subnets)
    .filter((one) => one.vpcId === subnet.vpcId)
    .flatMap((one) => [one.cidr, one.ipv6Cidr ?? []].flat());
  if (taken.some((one) => overlapCidr(one, cidr))) {
    throw new AwsError(
      'InvalidSubnet.Conflict',
      `The CIDR '${cidr}' conflicts with another subnet`,
    );
  }
  return cidr;
};

const create = (state: Ec2State, input: CreateSubnetRequest, place: Place): CreateSubnetResult => {
  onlyKnows('CreateSubnet', input, ['VpcId', 'CidrBlock', 'AvailabilityZone', 'TagSpecifications']);
  const tags = tagsFor('subnet', input.TagSpecifications);
  const { id: vpcId } = mustOwn(state, 'vpc', state.vpcs, place, input.VpcId);
  const zone = input.AvailabilityZone ?? `${place.region}a`;
  if (!zone.startsWith(place.region)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${zone}) for parameter availabilityZone is invalid.`,
    );
  }
  const cidr = required('CidrBlock', input.CidrBlock);
  const subnet = addSubnet(state, { ...place, vpcId, cidr, zone });
  state.tags.put(place, subnet.id, tags);
  return { Subnet: viewOf(state, subnet, place) };
};

/** Subnets. Which route table one uses is said with the route tables. */
export const subnetOperations = (state: Ec2State) => ({
  DescribeSubnets: describing(
    selection.action,
    (input: DescribeSubnetsRequest, place): DescribeSubnetsResult => {
      const { items, next } = select(
        input,
        input.SubnetIds,
        subnetViews(state, place, vpcsIn(input, input.SubnetIds)),
        selection,
      );
      return { Subnets: items, ...next };
    },
  ),
  CreateSubnet: changing(
    (input: CreateSubnetRequest, call) => [
      onExisting(state, call, 'CreateSubnet', 'vpc', input.VpcId),
      ...onNew(call, 'CreateSubnet', 'subnet', input.TagSpecifications),
    ],
    (input, place) => create(state, input, place),
  ),
});
