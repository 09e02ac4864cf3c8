import type {
  DescribeNetworkAclsRequest,
  DescribeNetworkAclsResult,
  NetworkAcl,
  NetworkAclEntry,
} from '@aws-sdk/client-ec2';
import { describing } from './access.ts';
import { type Family, familyOf } from './cidrs.ts';
import { type Selection, select, vpcsIn } from './filters.ts';
import { allowAll, denyAll, entryView } from './networkAclEntries.ts';
import { seenBy } from './sharing.ts';
import {
  type AclEntryRecord,
  type Ec2State,
  type NetworkAclRecord,
  ownedBy,
  type Place,
  type SubnetRecord,
  type VpcRecord,
} from './state.ts';

const ofEntries =
  (pick: (entry: NetworkAclEntry) => string | number | boolean | undefined) =>
  ({ Entries = [] }: NetworkAcl) =>
    Entries.map(pick);

const protocolNames: Readonly<Record<string, string>> = { '1': 'icmp', '6': 'tcp', '17': 'udp' };

// The filter takes names of the three that have one, where the entries show numbers.
const protocolName = (number = ''): string => protocolNames[number] ?? number;

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
    'entry.cidr': ofEntries(({ CidrBlock }) => CidrBlock),
    'entry.ipv6-cidr': ofEntries(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
    'entry.egress': ofEntries(({ Egress }) => Egress),
    'entry.protocol': ofEntries(({ Protocol }) => protocolName(Protocol)),
    'entry.rule-action': ofEntries(({ RuleAction }) => RuleAction),
    'entry.rule-number': ofEntries(({ RuleNumber }) => RuleNumber),
    'entry.port-range.from': ofEntries(({ PortRange }) => PortRange?.From),
    'entry.port-range.to': ofEntries(({ PortRange }) => PortRange?.To),
  },
};

const viewOf = (state: Ec2State, acl: NetworkAclRecord, viewer: Place): NetworkAcl => ({
  NetworkAclId: acl.id,
  VpcId: acl.vpcId,
  OwnerId: acl.accountId,
  IsDefault: acl.isDefault,
  Associations: ownedBy(acl, state.subnets)
    .filter((subnet) => isUsing(subnet, acl))
    .map(({ id }) => ({
      NetworkAclAssociationId: id.replace('subnet-', 'aclassoc-'),
      NetworkAclId: acl.id,
      SubnetId: id,
    })),
  Entries: entriesOf(state, acl).map(entryView),
  Tags: state.tags.of(viewer, acl.id),
});

const isUsing = (subnet: SubnetRecord, acl: NetworkAclRecord): boolean =>
  subnet.networkAclId === undefined
    ? acl.isDefault && subnet.vpcId === acl.vpcId
    : subnet.networkAclId === acl.id;

// As AWS shows them: outbound ones first, each direction by number.
const entriesOf = (state: Ec2State, acl: NetworkAclRecord): AclEntryRecord[] => {
  const blocks = state.vpcs.get(acl.vpcId)?.blocks ?? [];
  const families = new Set<Family>([4, ...blocks.map(({ cidr }) => familyOf(cidr))]);
  const all = [...acl.entries, ...[...families].flatMap(denyAll)];
  return all.sort(
    (one, other) => Number(other.isEgress) - Number(one.isEgress) || one.number - other.number,
  );
};

/** Makes the network ACL that every VPC is made with. */
export const addDefaultNetworkAcl = (state: Ec2State, vpc: VpcRecord): void => {
  const { accountId, region, id: vpcId, blocks } = vpc;
  const id = state.newId('acl', vpcId);
  const families = new Set(blocks.map(({ cidr }) => familyOf(cidr)));
  const entries = [...families].flatMap(allowAll);
  state.networkAcls.set(id, { accountId, region, id, vpcId, isDefault: true, entries });
};

/** All network ACLs of an account and Region, as DescribeNetworkAcls shows them. */
export const networkAclViews = (state: Ec2State, place: Place, vpcIds?: string[]): NetworkAcl[] =>
  seenBy(state, place, state.networkAcls, vpcIds).map((acl) => viewOf(state, acl, place));

/** Network ACLs. Their entries have operations of their own. */
export const networkAclOperations = (state: Ec2State) => ({
  DescribeNetworkAcls: describing(
    selection.action,
    (input: DescribeNetworkAclsRequest, place): DescribeNetworkAclsResult => {
      const all = networkAclViews(state, place, vpcsIn(input, input.NetworkAclIds));
      const { items, next } = select(input, input.NetworkAclIds, all, selection);
      return { NetworkAcls: items, ...next };
    },
  ),
});
