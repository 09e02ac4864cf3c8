import type {
  CreateSubnetRequest,
  CreateSubnetResult,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  Subnet,
} from '@aws-sdk/client-ec2';
import { containsCidr, overlapCidr } from 'cidr-tools';
import { AwsError } from '../awsError.ts';
import { changing, describing, onExisting, onNew } from './access.ts';
import { arnOf } from './arns.ts';
import { canonical, prefixLength } from './cidrs.ts';
import { type Selection, select } from './filters.ts';
import { onlyKnows, required } from './input.ts';
import { mustHave } from './kinds.ts';
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
    state: (subnet) => [subnet.State],
    'default-for-az': (subnet) => [subnet.DefaultForAz],
  },
};

const viewOf = (state: Ec2State, subnet: SubnetRecord): Subnet => ({
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
  Ipv6CidrBlockAssociationSet: [],
  Tags: state.tags.of(subnet, subnet.id),
});

/** All subnets of an account and Region, as DescribeSubnets shows them. */
export const subnetViews = (state: Ec2State, place: Place): Subnet[] =>
  ownedBy(place, state.subnets).map((subnet) => viewOf(state, subnet));

/** Makes a subnet in a VPC, of which its block has to be a free part. */
export const addSubnet = (
  state: Ec2State,
  subnet: Place & { vpcId: string; cidr: string; zone: string },
): SubnetRecord => {
  const cidr = canonical(subnet.cidr, 4);
  const blocks = state.vpcs.get(subnet.vpcId)?.blocks ?? [];
  if (!blocks.some((block) => containsCidr(block.cidr, cidr))) {
    throw new AwsError('InvalidSubnet.Range', `The CIDR '${cidr}' is invalid.`);
  }
  const neighbours = ownedBy(subnet, state.subnets).filter((one) => one.vpcId === subnet.vpcId);
  if (neighbours.some((one) => overlapCidr(one.cidr, cidr))) {
    throw new AwsError(
      'InvalidSubnet.Conflict',
      `The CIDR '${cidr}' conflicts with another subnet`,
    );
  }
  const record = { ...subnet, cidr, id: state.newId('subnet', subnet.vpcId, cidr) };
  state.subnets.set(record.id, record);
  return record;
};

const create = (state: Ec2State, input: CreateSubnetRequest, place: Place): CreateSubnetResult => {
  onlyKnows('CreateSubnet', input, ['VpcId', 'CidrBlock', 'AvailabilityZone', 'TagSpecifications']);
  const tags = tagsFor('subnet', input.TagSpecifications);
  const { id: vpcId } = mustHave('vpc', state.vpcs, place, input.VpcId);
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
  return { Subnet: viewOf(state, subnet) };
};

/** Subnets. Which route table one uses is said with the route tables. */
export const subnetOperations = (state: Ec2State) => ({
  DescribeSubnets: describing(
    selection.action,
    (input: DescribeSubnetsRequest, place): DescribeSubnetsResult => {
      const { items, next } = select(input, input.SubnetIds, subnetViews(state, place), selection);
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
