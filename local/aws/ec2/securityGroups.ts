import type {
  CreateSecurityGroupRequest,
  CreateSecurityGroupResult,
  DeleteSecurityGroupRequest,
  DeleteSecurityGroupResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  IpPermission,
  SecurityGroup,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../awsError.ts';
import type { Call, Check } from '../service.ts';
import { changing, describing, onExisting, onNew } from './access.ts';
import { arnOf } from './arns.ts';
import { familyOf } from './cidrs.ts';
import { type Filters, type Selection, select, vpcsIn } from './filters.ts';
import { onlyKnows, required } from './input.ts';
import { mustHave } from './kinds.ts';
import { mustBeDescription } from './permissions.ts';
import { permissionViews } from './ruleView.ts';
import { mustSeeVpc } from './sharing.ts';
import {
  type Ec2State,
  isSamePlace,
  ownedBy,
  type Place,
  placeOf,
  type RuleRecord,
  type SecurityGroupRecord,
} from './state.ts';
import { tagsFor } from './tags.ts';

const inbound =
  (valuesOf: (permission: IpPermission) => readonly (string | number | undefined)[]) =>
  ({ IpPermissions = [] }: SecurityGroup) =>
    IpPermissions.flatMap(valuesOf);

const permissionFilters: Filters<SecurityGroup> = {
  'ip-permission.protocol': inbound(({ IpProtocol }) => [IpProtocol]),
  'ip-permission.from-port': inbound(({ FromPort }) => [FromPort]),
  'ip-permission.to-port': inbound(({ ToPort }) => [ToPort]),
  'ip-permission.cidr': inbound(({ IpRanges = [] }) => IpRanges.map(({ CidrIp }) => CidrIp)),
  'ip-permission.ipv6-cidr': inbound(({ Ipv6Ranges = [] }) =>
    Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6),
  ),
  'ip-permission.group-id': inbound(({ UserIdGroupPairs = [] }) =>
    UserIdGroupPairs.map(({ GroupId }) => GroupId),
  ),
  'ip-permission.user-id': inbound(({ UserIdGroupPairs = [] }) =>
    UserIdGroupPairs.map(({ UserId }) => UserId),
  ),
};

const selection: Selection<SecurityGroup> = {
  action: 'DescribeSecurityGroups',
  kind: 'security-group',
  idsMember: 'GroupIds',
  idOf: (group) => group.GroupId,
  filters: {
    'group-id': (group) => [group.GroupId],
    'group-name': (group) => [group.GroupName],
    description: (group) => [group.Description],
    'vpc-id': (group) => [group.VpcId],
    'owner-id': (group) => [group.OwnerId],
    ...permissionFilters,
  },
};

const viewOf = (state: Ec2State, group: SecurityGroupRecord): SecurityGroup => ({
  GroupId: group.id,
  SecurityGroupArn: arnOf(group, 'security-group', group.id),
  GroupName: group.name,
  Description: group.description,
  VpcId: group.vpcId,
  OwnerId: group.accountId,
  IpPermissions: permissionViews(
    state,
    group.rules.filter((rule) => !rule.isEgress),
  ),
  IpPermissionsEgress: permissionViews(
    state,
    group.rules.filter((rule) => rule.isEgress),
  ),
  Tags: state.tags.of(group, group.id),
});

/** All security groups of an account and Region, as DescribeSecurityGroups shows them. */
export const securityGroupViews = (
  state: Ec2State,
  place: Place,
  vpcIds?: string[],
): SecurityGroup[] => {
  const { securityGroups } = state;
  const groups = vpcIds ? securityGroups.under(...vpcIds) : ownedBy(place, securityGroups);
  return groups.filter((group) => isSamePlace(group, place)).map((group) => viewOf(state, group));
};

/** Makes a security group with the rules AWS gives it: everything out, and for `default` everything from itself in. */
export const addSecurityGroup = (
  state: Ec2State,
  group: Omit<SecurityGroupRecord, 'rules'>,
): SecurityGroupRecord => {
  refuseDuplicate(state, group);
  const families = new Set(state.vpcs.get(group.vpcId)?.blocks.map(({ cidr }) => familyOf(cidr)));
  const everywhere = [...families].map((family) => (family === 4 ? '0.0.0.0/0' : '::/0'));
  const record: SecurityGroupRecord = { ...group, rules: [] };
  for (const cidr of everywhere) record.rules.push(allTraffic(state, group.id, true, { cidr }));
  if (group.name === 'default') {
    const itself = { group: { groupId: group.id, userId: group.accountId } };
    record.rules.push(allTraffic(state, group.id, false, itself));
  }
  state.securityGroups.set(group.id, record);
  return record;
};

const allTraffic = (
  state: Ec2State,
  groupId: string,
  isEgress: boolean,
  source: RuleRecord['source'],
): RuleRecord => ({
  id: state.newId('sgr', groupId, `${isEgress}`, JSON.stringify(source)),
  isEgress,
  protocol: '-1',
  from: -1,
  to: -1,
  source,
});

const create = (
  state: Ec2State,
  input: CreateSecurityGroupRequest,
  place: Place,
): CreateSecurityGroupResult => {
  onlyKnows('CreateSecurityGroup', input, [
    'GroupName',
    'Description',
    'VpcId',
    'TagSpecifications',
  ]);
  const tags = tagsFor('security-group', input.TagSpecifications);
  const name = groupName(input.GroupName);
  const description = required('groupDescription', input.Description);
  mustBeDescription('security group', description);
  const { id: vpcId } = mustSeeVpc(state, place, input.VpcId ?? defaultVpc(state, place));
  const id = state.newId('sg', vpcId, name);
  const group = addSecurityGroup(state, { ...place, id, vpcId, name, description });
  state.tags.put(place, id, tags);
  const { SecurityGroupArn, Tags } = viewOf(state, group);
  return { GroupId: id, SecurityGroupArn, Tags };
};

const groupName = (name: string | undefined): string => {
  const given = required('groupName', name);
  if (given === 'default') {
    throw new AwsError('InvalidParameterValue', 'Cannot use reserved security group name: default');
  }
  if (given.startsWith('sg-')) {
    throw new AwsError('InvalidParameterValue', 'Group names may not be in the format sg-*');
  }
  return given;
};

const defaultVpc = (state: Ec2State, place: Place): string => {
  const vpc = ownedBy(place, state.vpcs).find(({ isDefault }) => isDefault);
  if (vpc === undefined) throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user');
  return vpc.id;
};

const refuseDuplicate = (
  state: Ec2State,
  { vpcId, name, ...place }: Omit<SecurityGroupRecord, 'rules'>,
): void => {
  const groups = ownedBy(place, state.securityGroups);
  if (!groups.some((group) => group.vpcId === vpcId && group.name === name)) return;
  throw new AwsError(
    'InvalidGroup.Duplicate',
    `The security group '${name}' already exists for VPC '${vpcId}'`,
  );
};

const remove = (
  state: Ec2State,
  input: DeleteSecurityGroupRequest,
  place: Place,
): DeleteSecurityGroupResult => {
  onlyKnows('DeleteSecurityGroup', input, ['GroupId']);
  const group = mustHave('security-group', state.securityGroups, place, input.GroupId);
  if (group.name === 'default') {
    throw new AwsError(
      'CannotDelete',
      `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
    );
  }
  if (isReferenced(state, group)) {
    throw new AwsError('DependencyViolation', `resource ${group.id} has a dependent object`);
  }
  state.securityGroups.delete(group.id);
  for (const { id } of [group, ...group.rules]) state.tags.forget(place, id);
  return { Return: true, GroupId: group.id };
};

// Only within the VPC: a reference over peering does not hold the group, it turns stale.
const isReferenced = (state: Ec2State, group: SecurityGroupRecord): boolean =>
  ownedBy(group, state.securityGroups)
    .filter((other) => other.vpcId === group.vpcId && other.id !== group.id)
    .some(({ rules }) =>
      rules.some(({ source }) => 'group' in source && source.group.groupId === group.id),
    );

const createChecks = (state: Ec2State, input: CreateSecurityGroupRequest, call: Call): Check[] => {
  const action = 'CreateSecurityGroup';
  const vpcId =
    input.VpcId ?? ownedBy(placeOf(call), state.vpcs).find(({ isDefault }) => isDefault)?.id;
  return [
    ...onNew(call, action, 'security-group', input.TagSpecifications),
    onExisting(state, call, action, 'vpc', vpcId),
  ];
};

/** Security groups. Their rules have operations of their own. */
export const securityGroupOperations = (state: Ec2State) => ({
  DescribeSecurityGroups: describing(
    selection.action,
    (input: DescribeSecurityGroupsRequest, place): DescribeSecurityGroupsResult => {
      const all = securityGroupViews(state, place, vpcsIn(input, input.GroupIds));
      const { items, next } = select(input, input.GroupIds, all, selection);
      return { SecurityGroups: items, ...next };
    },
  ),
  CreateSecurityGroup: changing(
    (input: CreateSecurityGroupRequest, call) => createChecks(state, input, call),
    (input, place) => create(state, input, place),
  ),
  DeleteSecurityGroup: changing(
    (input: DeleteSecurityGroupRequest, call) => [
      onExisting(state, call, 'DeleteSecurityGroup', 'security-group', input.GroupId),
    ],
    (input, place) => remove(state, input, place),
  ),
});
