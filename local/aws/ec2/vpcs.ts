import type {
  CreateVpcRequest,
  CreateVpcResult,
  DescribeVpcsRequest,
  DescribeVpcsResult,
  Vpc,
} from '@aws-sdk/client-ec2';
import { changing, describing, onNew } from './access.ts';
import { canonical, familyOf } from './cidrs.ts';
import { type Selection, select } from './filters.ts';
import { notKnown, onlyKnows } from './input.ts';
import { addDefaultNetworkAcl } from './networkAcls.ts';
import { addSecurityGroup } from './securityGroups.ts';
import { vpcsSeenBy } from './sharing.ts';
import type { Ec2State, Place, VpcRecord } from './state.ts';
import { tagsFor } from './tags.ts';
import { addBlock, amazonBlock, ipv4Association, ipv6Association, vpcBlock } from './vpcBlocks.ts';

const selection: Selection<Vpc> = {
  action: 'DescribeVpcs',
  kind: 'vpc',
  idsMember: 'VpcIds',
  idOf: (vpc) => vpc.VpcId,
  filters: {
    'vpc-id': (vpc) => [vpc.VpcId],
    'owner-id': (vpc) => [vpc.OwnerId],
    'is-default': (vpc) => [vpc.IsDefault],
    state: (vpc) => [vpc.State],
    cidr: (vpc) => [vpc.CidrBlock],
    'cidr-block-association.cidr-block': ({ CidrBlockAssociationSet = [] }) =>
      CidrBlockAssociationSet.map(({ CidrBlock }) => CidrBlock),
    'cidr-block-association.association-id': ({ CidrBlockAssociationSet = [] }) =>
      CidrBlockAssociationSet.map(({ AssociationId }) => AssociationId),
    'cidr-block-association.state': ({ CidrBlockAssociationSet = [] }) =>
      CidrBlockAssociationSet.map(({ CidrBlockState }) => CidrBlockState?.State),
    'ipv6-cidr-block-association.ipv6-cidr-block': ({ Ipv6CidrBlockAssociationSet = [] }) =>
      Ipv6CidrBlockAssociationSet.map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
  },
};

const viewOf = (state: Ec2State, vpc: VpcRecord, viewer: Place): Vpc => {
  const ipv4 = vpc.blocks.filter(({ cidr }) => familyOf(cidr) === 4);
  const ipv6 = vpc.blocks.filter(({ cidr }) => familyOf(cidr) === 6);
  return {
    VpcId: vpc.id,
    OwnerId: vpc.accountId,
    State: 'available',
    IsDefault: vpc.isDefault,
    InstanceTenancy: 'default',
    CidrBlock: ipv4[0]?.cidr,
    CidrBlockAssociationSet: ipv4.map((block) => ipv4Association(block)),
    ...(ipv6.length > 0 && {
      Ipv6CidrBlockAssociationSet: ipv6.map((block) => ipv6Association(block)),
    }),
    // Tags are the owner's: whoever the VPC is shared with does not see them.
    Tags: state.tags.of(viewer, vpc.id),
  };
};

/** All VPCs of an account and Region, as DescribeVpcs shows them. */
export const vpcViews = (state: Ec2State, place: Place): Vpc[] =>
  vpcsSeenBy(state, place).map((vpc) => viewOf(state, vpc, place));

/** Makes a VPC and what AWS makes with each: main route table, default security group and default network ACL. */
export const addVpc = (
  state: Ec2State,
  { cidrs, ...vpc }: Omit<VpcRecord, 'blocks'> & { cidrs: readonly string[] },
): VpcRecord => {
  const record: VpcRecord = { ...vpc, blocks: [] };
  for (const cidr of cidrs) addBlock(state, record, canonical(cidr, familyOf(cidr)));
  state.vpcs.set(vpc.id, record);
  const place = { accountId: vpc.accountId, region: vpc.region, vpcId: vpc.id };
  addMainRouteTable(state, place);
  addSecurityGroup(state, {
    ...place,
    id: state.newId('sg', vpc.id, 'default'),
    name: 'default',
    description: 'default VPC security group',
  });
  addDefaultNetworkAcl(state, record);
  return record;
};

const addMainRouteTable = (state: Ec2State, place: Place & { vpcId: string }): void => {
  const id = state.newId('rtb', place.vpcId, 'main');
  state.routeTables.set(id, {
    ...place,
    id,
    mainAssociationId: state.newId('rtbassoc', place.vpcId),
    associations: [],
    routes: [],
  });
};

const create = (state: Ec2State, input: CreateVpcRequest, place: Place): CreateVpcResult => {
  onlyKnows('CreateVpc', input, [
    'CidrBlock',
    'AmazonProvidedIpv6CidrBlock',
    'InstanceTenancy',
    'TagSpecifications',
  ]);
  if ((input.InstanceTenancy ?? 'default') !== 'default') {
    throw notKnown(`the InstanceTenancy ${input.InstanceTenancy} of ec2:CreateVpc`);
  }
  const tags = tagsFor('vpc', input.TagSpecifications);
  const cidr = vpcBlock(input.CidrBlock);
  const id = state.newId('vpc', place.accountId, place.region, cidr);
  const ipv6 = input.AmazonProvidedIpv6CidrBlock ? [amazonBlock(id)] : [];
  const settings = { isDefault: false, enableDnsSupport: true, enableDnsHostnames: false };
  const vpc = addVpc(state, { ...place, ...settings, id, cidrs: [cidr, ...ipv6] });
  state.tags.put(place, id, tags);
  return { Vpc: { ...viewOf(state, vpc, place), State: 'pending' } };
};

/** VPCs. */
export const vpcOperations = (state: Ec2State) => ({
  DescribeVpcs: describing(
    selection.action,
    (input: DescribeVpcsRequest, place): DescribeVpcsResult => {
      const { items, next } = select(input, input.VpcIds, vpcViews(state, place), selection);
      return { Vpcs: items, ...next };
    },
  ),
  CreateVpc: changing(
    (input: CreateVpcRequest, call) => onNew(call, 'CreateVpc', 'vpc', input.TagSpecifications),
    (input, place) => create(state, input, place),
  ),
});
