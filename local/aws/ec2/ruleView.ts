import type { IpPermission, SecurityGroupRule, UserIdGroupPair } from '@aws-sdk/client-ec2';
import { arnOf } from './arns.ts';
import { familyOf } from './cidrs.ts';
import { statusOf } from './peeringStatus.ts';
import type { Ec2State, GroupReference, RuleRecord, SecurityGroupRecord } from './state.ts';

/** A rule as DescribeSecurityGroupRules shows it: by itself, with its id and tags. */
export const ruleView = (
  state: Ec2State,
  group: SecurityGroupRecord,
  rule: RuleRecord,
): SecurityGroupRule => ({
  SecurityGroupRuleId: rule.id,
  SecurityGroupRuleArn: arnOf(group, 'security-group-rule', rule.id),
  GroupId: group.id,
  GroupOwnerId: group.accountId,
  IsEgress: rule.isEgress,
  IpProtocol: rule.protocol,
  FromPort: rule.from,
  ToPort: rule.to,
  ...sourceMember(state, rule.source),
  ...(rule.description !== undefined && { Description: rule.description }),
  Tags: state.tags.of(group, rule.id),
});

const sourceMember = (state: Ec2State, source: RuleRecord['source']): SecurityGroupRule => {
  if ('cidr' in source) return cidrMember(source.cidr);
  if ('prefixListId' in source) return { PrefixListId: source.prefixListId };
  return { ReferencedGroupInfo: referenceView(state, source.group) };
};

/** What a rule names as its source or destination: a block, a group's id or a prefix list's. */
export const sourceName = (source: RuleRecord['source']): string => {
  if ('cidr' in source) return source.cidr;
  return 'prefixListId' in source ? source.prefixListId : source.group.groupId;
};

const cidrMember = (cidr: string): SecurityGroupRule =>
  familyOf(cidr) === 4 ? { CidrIpv4: cidr } : { CidrIpv6: cidr };

const referenceView = (state: Ec2State, { groupId, userId, peer }: GroupReference) => ({
  GroupId: groupId,
  UserId: userId,
  ...(peer !== undefined && {
    VpcId: peer.vpcId,
    VpcPeeringConnectionId: peer.peeringId,
    // Anything but `active` is what AWS calls a stale rule: it stays, and lets nobody in.
    PeeringStatus: peeringStatus(state, peer.peeringId),
  }),
});

const peeringStatus = (state: Ec2State, peeringId: string): string => {
  const peering = state.peerings.get(peeringId);
  return peering === undefined ? 'deleted' : statusOf(peering, state.settings);
};

/** Rules as DescribeSecurityGroups shows them: those with the same protocol and ports together. */
export const permissionViews = (state: Ec2State, rules: readonly RuleRecord[]): IpPermission[] =>
  [...Map.groupBy(rules, ({ protocol, from, to }) => `${protocol} ${from} ${to}`).values()].map(
    (alike) => permissionView(state, alike),
  );

const permissionView = (state: Ec2State, rules: readonly RuleRecord[]): IpPermission => {
  const cidrs = rules.flatMap(({ source, description }) =>
    'cidr' in source ? [{ cidr: source.cidr, ...descriptionMember(description) }] : [],
  );
  const groups = rules.flatMap(({ source, description }): UserIdGroupPair[] =>
    'group' in source
      ? [{ ...referenceView(state, source.group), ...descriptionMember(description) }]
      : [],
  );
  return {
    ...portMembers(rules[0]),
    IpRanges: cidrs
      .filter(({ cidr }) => familyOf(cidr) === 4)
      .map(({ cidr, ...rest }) => ({ CidrIp: cidr, ...rest })),
    Ipv6Ranges: cidrs
      .filter(({ cidr }) => familyOf(cidr) === 6)
      .map(({ cidr, ...rest }) => ({ CidrIpv6: cidr, ...rest })),
    UserIdGroupPairs: groups,
    PrefixListIds: rules.flatMap(({ source, description }) =>
      'prefixListId' in source
        ? [{ PrefixListId: source.prefixListId, ...descriptionMember(description) }]
        : [],
    ),
  };
};

const descriptionMember = (description: string | undefined): { Description?: string } =>
  description === undefined ? {} : { Description: description };

// For all protocols this view has no ports, where that of single rules has -1.
const portMembers = (rule: RuleRecord | undefined): IpPermission => {
  if (rule === undefined) return {};
  const { protocol: IpProtocol, from: FromPort, to: ToPort } = rule;
  return IpProtocol === '-1' ? { IpProtocol } : { IpProtocol, FromPort, ToPort };
};
