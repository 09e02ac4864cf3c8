import type { SecurityGroupRule } from '@aws-sdk/client-ec2';
import { overlapCidr } from 'cidr-tools';
import type {
  GroupResult,
  Port,
  RuleResult,
  SecurityGroups,
  Side,
  SuperfluousRule,
} from '../execution.ts';
import { formatPort, isGroup, isIpv6, isRuleFor, sourceOf } from '../ports.ts';
import { summarize } from '../summarize.ts';

/** The group that is made where the request and the tags name none. */
export const ownGroupName = 'sightline-monitoring';

/** ICMP is IPv4's; IPv6 has another protocol for it, with other types. */
const cidrsFor = ({ protocol }: Port, cidrs: readonly string[]) =>
  cidrs.filter((cidr) => protocol !== 'icmp' || !isIpv6(cidr));

/** What each group is to let in, and whether a rule already does exactly that. */
export const decideRules = (
  groupId: string,
  rules: readonly SecurityGroupRule[],
  ports: readonly Port[],
  cidrs: readonly string[],
): RuleResult[] => {
  const inGroup = rules.filter((rule) => rule.GroupId === groupId);
  return ports.flatMap((port) =>
    cidrsFor(port, cidrs).map((cidr): RuleResult => {
      const exists = inGroup.some((rule) => isRuleFor(rule, port, cidr));
      return { groupId, cidr, port, outcome: exists ? 'already' : 'created' };
    }),
  );
};

/** The inbound rules of a group as AWS has it: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
export const defaultRulesPerGroup = 60;

/** Rules and routes of the two are counted apart. */
export const families = ['IPv4', 'IPv6'] as const;
/** One of the two. */
export type Family = (typeof families)[number];

/** Whether a rule counts in a family; one that names a group or a prefix list counts in both. */
export const countsFor = (source: string, family: Family): boolean => {
  const isBlock = !isGroup(source) && !source.startsWith('pl-');
  return !isBlock || isIpv6(source) === (family === 'IPv6');
};

const roomIn = (
  family: Family,
  existing: readonly SecurityGroupRule[],
  missing: readonly RuleResult[],
  quota: number | undefined,
) => {
  const holds = existing.filter((rule) => countsFor(sourceOf(rule) ?? '', family)).length;
  const lacks = missing.filter(({ cidr }) => countsFor(cidr, family)).length;
  // More rules than the default prove that the quota was raised; how far, AWS knows.
  const limit = quota ?? (holds > defaultRulesPerGroup ? Number.POSITIVE_INFINITY : undefined);
  const known = limit ?? defaultRulesPerGroup;
  if (lacks === 0 || holds + lacks <= known) return [];
  return [`holds ${holds} of ${known} ${family} rules and lacks ${lacks}`];
};

/**
 * The groups that have no room for the rules they lack, and why: `sg-1 holds 59 of 60 IPv4 rules and
 * lacks 2`. Where the quota is not known, it is taken to be the default.
 */
export const findFull = (
  rules: readonly RuleResult[],
  existing: readonly SecurityGroupRule[],
  quota: number | undefined,
): string[] => {
  const missing = rules.filter(({ outcome }) => outcome === 'created');
  return [...new Set(missing.map(({ groupId }) => groupId))].flatMap((groupId) => {
    const held = existing.filter((rule) => rule.GroupId === groupId && !rule.IsEgress);
    const lacked = missing.filter((rule) => rule.groupId === groupId);
    const why = families.flatMap((one) => roomIn(one, held, lacked, quota));
    return why.map((reason) => `${groupId || 'a new group'} ${reason}`);
  });
};

/** What tells which of the marked rules let in, or are in, this VPC of the hub. */
type HubVpc = Pick<Side, 'accountId' | 'cidrs'> & {
  /** Its groups, where the hub has other VPCs that may monitor the same account; else all of its account are. */
  groupIds?: readonly string[];
};

/**
 * Whether a marked rule is this hub's own: another hub that monitors the same VPC marks its rules alike,
 * and so does this one from another of its VPCs; nobody should be told to remove them. Only addresses and
 * groups of the hub's VPC are surely its own.
 */
const isOfHub = (rule: SecurityGroupRule, { accountId, cidrs, groupIds }: HubVpc) => {
  const { GroupId = '', GroupOwnerId, ReferencedGroupInfo: group, CidrIpv4, CidrIpv6 } = rule;
  if (GroupOwnerId === accountId && (groupIds?.includes(GroupId) ?? true)) return true;
  const cidr = CidrIpv4 ?? CidrIpv6;
  if (cidr === undefined) return group?.UserId === accountId;
  return overlapCidr(cidr, [...cidrs]);
};

/** Those of the rules that Sightline marked for an onboarding from a hub which are none of those it wants. */
export const findSuperfluousRules = (
  marked: readonly SecurityGroupRule[],
  wanted: readonly RuleResult[],
  hub: HubVpc,
): SuperfluousRule[] =>
  marked
    .filter((rule) => !rule.IsEgress && isOfHub(rule, hub))
    .filter(
      (rule) =>
        !wanted.some(
          ({ groupId, port, cidr }) => rule.GroupId === groupId && isRuleFor(rule, port, cidr),
        ),
    )
    .map((rule) => ({
      accountId: rule.GroupOwnerId ?? '',
      groupId: rule.GroupId ?? '',
      ruleId: rule.SecurityGroupRuleId ?? '',
      port: formatPort({
        protocol: rule.IpProtocol ?? '',
        from: rule.FromPort ?? -1,
        to: rule.ToPort ?? -1,
      }),
      source: sourceOf(rule) ?? '',
    }));

const summaryOf = (groups: readonly GroupResult[], rules: readonly RuleResult[]) => {
  const missing = rules.filter(({ outcome }) => outcome === 'created');
  const made = groups
    .filter(({ outcome }) => outcome === 'created')
    .map(({ name }) => `made ${name}`);
  const ports = new Set(missing.map(({ port }) => formatPort(port)));
  const opened = new Set(missing.map(({ groupId }) => groupId));
  if (missing.length > 0) made.push(`opened ${[...ports].join(', ')} in ${[...opened].join(', ')}`);
  return summarize(made.join('; ') || undefined, rules.length - missing.length);
};

/** The groups of one side that are open, and what they let in. */
export type OpenGroups = { groups: GroupResult[]; rules: RuleResult[] };

/**
 * What there is to tell of the groups of both sides; `marked` are all rules that Sightline has marked. Where
 * the hub has several VPCs, only the groups that are opened in it are surely in this one.
 */
export const tellGroups = (
  { groups, rules }: OpenGroups,
  inHub: OpenGroups | undefined,
  marked: readonly SecurityGroupRule[],
  { hub, isOnlyVpc }: { hub: Side; isOnlyVpc: boolean },
): SecurityGroups => {
  const all = [...rules, ...(inHub?.rules ?? [])];
  const groupIds = inHub?.groups.map(({ groupId }) => groupId) ?? [];
  const hubVpc = isOnlyVpc ? hub : { ...hub, groupIds };
  const superfluous = findSuperfluousRules(marked, all, hubVpc);
  const [own] = groups.filter(({ name }) => name === ownGroupName);
  return {
    groups,
    rules,
    ...(inHub && { inHub: { groups: inHub.groups, rules: inHub.rules } }),
    ...(superfluous.length > 0 && { superfluous }),
    ...(own && { toAttach: own.groupId }),
    did: summaryOf(groups, all),
  };
};
