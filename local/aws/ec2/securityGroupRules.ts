import type {
  AuthorizeSecurityGroupIngressRequest,
  AuthorizeSecurityGroupIngressResult,
  DescribeSecurityGroupRulesRequest,
  DescribeSecurityGroupRulesResult,
  RevokedSecurityGroupRule,
  RevokeSecurityGroupIngressRequest,
  RevokeSecurityGroupIngressResult,
  SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../awsError.ts';
import type { Call, Check } from '../service.ts';
import { changing, describing, onExisting, onNew } from './access.ts';
import { type Family, familyOf } from './cidrs.ts';
import { type Selection, select } from './filters.ts';
import { onlyKnows } from './input.ts';
import { missing, mustHave } from './kinds.ts';
import { draftsOf, permissionMembers, type RuleDraft } from './permissions.ts';
import { permissionViews, ruleView, sourceName } from './ruleView.ts';
import {
  type Ec2State,
  ownedBy,
  type Place,
  type RuleRecord,
  type SecurityGroupRecord,
} from './state.ts';
import { tagsFor } from './tags.ts';

const selection: Selection<SecurityGroupRule> = {
  action: 'DescribeSecurityGroupRules',
  kind: 'security-group-rule',
  idsMember: 'SecurityGroupRuleIds',
  idOf: (rule) => rule.SecurityGroupRuleId,
  filters: {
    'security-group-rule-id': (rule) => [rule.SecurityGroupRuleId],
    'group-id': (rule) => [rule.GroupId],
  },
};

/** All rules of an account and Region, as DescribeSecurityGroupRules shows them. */
export const ruleViews = (state: Ec2State, place: Place): SecurityGroupRule[] =>
  ownedBy(place, state.securityGroups).flatMap((group) =>
    group.rules.map((rule) => ruleView(state, group, rule)),
  );

const authorize = (
  state: Ec2State,
  input: AuthorizeSecurityGroupIngressRequest,
  place: Place,
): AuthorizeSecurityGroupIngressResult => {
  const action = 'AuthorizeSecurityGroupIngress';
  onlyKnows(action, input, ['GroupId', ...permissionMembers, 'TagSpecifications']);
  const tags = tagsFor('security-group-rule', input.TagSpecifications);
  const group = mustHave('security-group', state.securityGroups, place, input.GroupId);
  // All is checked before the first rule is made: the call is all or nothing.
  const drafts = draftsOf(state, group, action, input);
  refuseDuplicates(group, drafts);
  refuseOverQuota(state, group, drafts);
  const rules = drafts.map((draft) => addIngress(state, group, draft));
  for (const { id } of rules) state.tags.put(place, id, tags);
  return { Return: true, SecurityGroupRules: rules.map((rule) => ruleView(state, group, rule)) };
};

/** Adds an inbound rule that is known to be new. */
export const addIngress = (
  state: Ec2State,
  group: SecurityGroupRecord,
  draft: RuleDraft,
): RuleRecord => {
  const rule = { ...draft, id: state.newId('sgr', group.id, keyOf(draft)), isEgress: false };
  group.rules.push(rule);
  return rule;
};

/** Puts these outbound rules in the place of those that a group has. */
export const replaceEgress = (
  state: Ec2State,
  group: SecurityGroupRecord,
  drafts: readonly RuleDraft[],
): void => {
  const egress = drafts.map((draft) => {
    const id = state.newId('sgr', group.id, 'egress', keyOf(draft));
    return { ...draft, id, isEgress: true };
  });
  group.rules = [...ingressOf(group), ...egress];
};

// What makes two rules the same. The description does not count.
const keyOf = ({ protocol, from, to, source }: RuleDraft): string =>
  `${protocol} ${from} ${to} ${sourceName(source)}`;

const ingressOf = (group: SecurityGroupRecord): RuleRecord[] =>
  group.rules.filter(({ isEgress }) => !isEgress);

const refuseDuplicates = (group: SecurityGroupRecord, drafts: readonly RuleDraft[]): void => {
  if (new Set(drafts.map(keyOf)).size < drafts.length) {
    throw new AwsError(
      'InvalidParameterValue',
      'The same permission must not appear multiple times',
    );
  }
  const present = new Set(ingressOf(group).map(keyOf));
  const duplicate = drafts.find((draft) => present.has(keyOf(draft)));
  if (duplicate === undefined) return;
  throw new AwsError(
    'InvalidPermission.Duplicate',
    `the specified rule "${describe(duplicate)}" already exists`,
  );
};

const describe = ({ protocol, from, to, source }: RuleDraft): string => {
  const peer = `peer: ${sourceName(source)}`;
  if (protocol === '-1') return `${peer}, ALL, ALLOW`;
  const [one, other] = protocol.startsWith('icmp') ? ['type', 'code'] : ['from port', 'to port'];
  return `${peer}, ${protocol.toUpperCase()}, ${one}: ${from}, ${other}: ${to}, ALLOW`;
};

const refuseOverQuota = (
  state: Ec2State,
  group: SecurityGroupRecord,
  drafts: readonly RuleDraft[],
): void => {
  const all = [...ingressOf(group), ...drafts];
  const most = Math.max(...([4, 6] as const).map((family) => all.filter(countsFor(family)).length));
  if (most <= state.quotas.rulesPerSecurityGroup) return;
  throw new AwsError(
    'RulesPerSecurityGroupLimitExceeded',
    'The maximum number of rules per security group has been reached.',
  );
};

// A rule that names a group or a prefix list counts for both families.
const countsFor =
  (family: Family) =>
  ({ source }: RuleDraft): boolean =>
    !('cidr' in source) || familyOf(source.cidr) === family;

const revoke = (
  state: Ec2State,
  input: RevokeSecurityGroupIngressRequest,
  place: Place,
): RevokeSecurityGroupIngressResult => {
  const action = 'RevokeSecurityGroupIngress';
  onlyKnows(action, input, ['GroupId', ...permissionMembers, 'SecurityGroupRuleIds']);
  const group = mustHave('security-group', state.securityGroups, place, input.GroupId);
  const { found, unknown } = input.SecurityGroupRuleIds?.length
    ? { found: byId(group, input.SecurityGroupRuleIds), unknown: [] }
    : matching(state, group, draftsOf(state, group, action, input));
  group.rules = group.rules.filter((rule) => !found.includes(rule));
  for (const { id } of found) state.tags.forget(place, id);
  return {
    Return: true,
    RevokedSecurityGroupRules: found.map((rule) => revokedView(state, group, rule)),
    ...(unknown.length > 0 && { UnknownIpPermissions: permissionViews(state, unknown) }),
  };
};

const byId = (group: SecurityGroupRecord, ids: readonly string[]): RuleRecord[] =>
  ids.map((id) => {
    const rule = ingressOf(group).find((one) => one.id === id);
    if (rule === undefined) throw missing('security-group-rule', id);
    return rule;
  });

const matching = (state: Ec2State, group: SecurityGroupRecord, drafts: readonly RuleDraft[]) => {
  const keys = new Set(drafts.map(keyOf));
  const found = ingressOf(group).filter((rule) => keys.has(keyOf(rule)));
  const present = new Set(found.map(keyOf));
  const unknown = drafts
    .filter((draft) => !present.has(keyOf(draft)))
    .map((draft) => ({ ...draft, id: '', isEgress: false }));
  // AWS is lenient in a default VPC alone: it answers which rules it did not find.
  if (unknown.length > 0 && !state.vpcs.get(group.vpcId)?.isDefault) {
    throw new AwsError(
      'InvalidPermission.NotFound',
      'The specified rule does not exist in this security group.',
    );
  }
  return { found, unknown };
};

const revokedView = (
  state: Ec2State,
  group: SecurityGroupRecord,
  rule: RuleRecord,
): RevokedSecurityGroupRule => {
  const { SecurityGroupRuleArn, GroupOwnerId, Tags, ReferencedGroupInfo, ...view } = ruleView(
    state,
    group,
    rule,
  );
  return {
    ...view,
    ...(ReferencedGroupInfo && { ReferencedGroupId: ReferencedGroupInfo.GroupId }),
  };
};

const authorizeChecks = (
  state: Ec2State,
  { GroupId, TagSpecifications }: AuthorizeSecurityGroupIngressRequest,
  call: Call,
): Check[] => {
  const action = 'AuthorizeSecurityGroupIngress';
  // IAM asks for the rule as a resource only where the call tags it.
  const isTagging = TagSpecifications?.some(({ Tags = [] }) => Tags.length > 0);
  return [
    onExisting(state, call, action, 'security-group', GroupId),
    ...(isTagging ? onNew(call, action, 'security-group-rule', TagSpecifications) : []),
  ];
};

/** The inbound rules of security groups. */
export const securityGroupRuleOperations = (state: Ec2State) => ({
  DescribeSecurityGroupRules: describing(
    selection.action,
    (input: DescribeSecurityGroupRulesRequest, place): DescribeSecurityGroupRulesResult => {
      const all = ruleViews(state, place);
      const { items, next } = select(input, input.SecurityGroupRuleIds, all, selection);
      return { SecurityGroupRules: items, ...next };
    },
  ),
  AuthorizeSecurityGroupIngress: changing(
    (input: AuthorizeSecurityGroupIngressRequest, call) => authorizeChecks(state, input, call),
    (input, place) => authorize(state, input, place),
  ),
  RevokeSecurityGroupIngress: changing(
    (input: RevokeSecurityGroupIngressRequest, call) => [
      onExisting(state, call, 'RevokeSecurityGroupIngress', 'security-group', input.GroupId),
    ],
    (input, place) => revoke(state, input, place),
  ),
});
