import type {
  DescribeNetworkAclsRequest,
  DescribeNetworkAclsResult,
  NetworkAcl,
  NetworkAclEntry,
} from '@aws-sdk/client-ec2';
import { describing } from './access.ts';
import { familyOf } from './cidrs.ts';
import { type Selection, select } from './filters.ts';
import { type Ec2State, type NetworkAclRecord, ownedBy, type Place } from './state.ts';

const selection: Selection<NetworkAcl> = {
  action: 'DescribeNetworkAcls',
  kind: 'network-acl',
  idsMember: 'NetworkAclIds',
  idOf: (acl) => acl.NetworkAclId,
  filters: {
    'network-acl-id': (acl) => [acl.NetworkAclId],
    'vpc-id': (acl) => [acl.VpcId],
    'owner-id': (acl) => [acl.OwnerId],
    default: (acl) => [acl.IsDefault],
    'association.association-id': ({ Associations = [] }) =>
      Associations.map((one) => one.NetworkAclAssociationId),
    'association.network-acl-id': ({ Associations = [] }) =>
      Associations.map((one) => one.NetworkAclId),
    'association.subnet-id': ({ Associations = [] }) => Associations.map((one) => one.SubnetId),
  },
};

const viewOf = (state: Ec2State, acl: NetworkAclRecord): NetworkAcl => ({
  NetworkAclId: acl.id,
  VpcId: acl.vpcId,
  OwnerId: acl.accountId,
  IsDefault: true,
  Associations: ownedBy(acl, state.subnets)
    .filter((subnet) => subnet.vpcId === acl.vpcId)
    .map(({ id }) => ({
      NetworkAclAssociationId: id.replace('subnet-', 'aclassoc-'),
      NetworkAclId: acl.id,
      SubnetId: id,
    })),
  Entries: [true, false].flatMap((isEgress) => entriesOf(state, acl, isEgress)),
  Tags: state.tags.of(acl, acl.id),
});

// First `allow all`, last the `deny all` that no ACL is without.
const entriesOf = (
  state: Ec2State,
  acl: NetworkAclRecord,
  isEgress: boolean,
): NetworkAclEntry[] => {
  const blocks = state.vpcs.get(acl.vpcId)?.blocks ?? [];
  const hasIpv6 = blocks.some(({ cidr }) => familyOf(cidr) === 6);
  const common = { Egress: isEgress, Protocol: '-1' };
  const ipv4 = { ...common, CidrBlock: '0.0.0.0/0' };
  const ipv6 = { ...common, Ipv6CidrBlock: '::/0' };
  const entries: NetworkAclEntry[] = [
    { ...ipv4, RuleNumber: 100, RuleAction: 'allow' },
    { ...ipv6, RuleNumber: 101, RuleAction: 'allow' },
    { ...ipv4, RuleNumber: 32767, RuleAction: 'deny' },
    { ...ipv6, RuleNumber: 32768, RuleAction: 'deny' },
  ];
  return entries.filter((entry) => hasIpv6 || entry.Ipv6CidrBlock === undefined);
};

/** All network ACLs of an account and Region, as DescribeNetworkAcls shows them. */
export const networkAclViews = (state: Ec2State, place: Place): NetworkAcl[] =>
  ownedBy(place, state.networkAcls).map((acl) => viewOf(state, acl));

/** Network ACLs: each VPC has the default one. */
export const networkAclOperations = (state: Ec2State) => ({
  DescribeNetworkAcls: describing(
    selection.action,
    (input: DescribeNetworkAclsRequest, place): DescribeNetworkAclsResult => {
      const all = networkAclViews(state, place);
      const { items, next } = select(input, input.NetworkAclIds, all, selection);
      return { NetworkAcls: items, ...next };
    },
  ),
});
