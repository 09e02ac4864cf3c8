import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { SightlineError } from '../shared/errors.ts';
import {
  Execution,
  NetworkPlan,
  type Outcome,
  type Port,
  type RuleResult,
  type SecurityGroups,
} from '../shared/execution.ts';
import { formatPort, isIpv6, isRuleFor, permissionFor } from '../shared/ports.ts';
import { readRules } from '../shared/readNetwork.ts';
import { ec2OfSide } from '../shared/sides.ts';
import { summarize } from '../shared/summarize.ts';
import { isOurs, tagsFor } from '../shared/tags.ts';
import { task } from '../shared/task.ts';

const Input = Execution.pick({ executionName: true }).extend({
  plan: z.object({ network: NetworkPlan }),
});

/** The group that is made where the request and the tags name none. */
export const ownGroupName = 'sightline-monitoring';

type Group = { groupId: string; name: string; outcome: Outcome };

const onboardingOf = ({ monitored }: NetworkPlan) => `${monitored.accountId}/${monitored.vpcId}`;

const createGroup = async (ec2: EC2Client, network: NetworkPlan): Promise<Group> => {
  const { GroupId: groupId = '' } = await ec2.send(
    new CreateSecurityGroupCommand({
      VpcId: network.monitored.vpcId,
      GroupName: ownGroupName,
      Description: `Lets the monitoring servers of account ${network.hub.accountId} in`,
      TagSpecifications: [
        { ResourceType: 'security-group', Tags: tagsFor(onboardingOf(network), ownGroupName) },
      ],
    }),
  );
  return { groupId, name: ownGroupName, outcome: 'created' };
};

/** The group of Sightline's own: found by its name and its tag, or made. */
const ensureOwnGroup = async (ec2: EC2Client, network: NetworkPlan): Promise<Group> => {
  const { vpcId } = network.monitored;
  const { SecurityGroups: [found] = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({
      Filters: [
        { Name: 'vpc-id', Values: [vpcId] },
        { Name: 'group-name', Values: [ownGroupName] },
      ],
    }),
  );
  if (!found) return createGroup(ec2, network);
  const groupId = found.GroupId ?? '';
  if (!isOurs(found.Tags)) throw new SightlineError('SecurityGroupConflict', { vpcId, groupId });
  return { groupId, name: ownGroupName, outcome: 'already' };
};

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

/** Adds a group's missing rules in one call, which AWS carries out as a whole or not at all. */
const authorize = async (
  ec2: EC2Client,
  groupId: string,
  missing: readonly RuleResult[],
  network: NetworkPlan,
) => {
  if (missing.length === 0) return;
  const ports = new Set(missing.map(({ port }) => port));
  const cidrsOf = (port: Port) =>
    missing.filter((rule) => rule.port === port).map(({ cidr }) => cidr);
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: groupId,
      IpPermissions: [...ports].map((port) =>
        permissionFor(port, cidrsOf(port), `sightline: ${port.name} from the hub`),
      ),
      TagSpecifications: [
        {
          ResourceType: 'security-group-rule',
          Tags: tagsFor(onboardingOf(network), 'sightline from the hub'),
        },
      ],
    }),
  );
};

const summaryOf = (groups: readonly Group[], rules: readonly RuleResult[]) => {
  const missing = rules.filter(({ outcome }) => outcome === 'created');
  const made = groups
    .filter(({ outcome }) => outcome === 'created')
    .map(({ name }) => `made ${name}`);
  const ports = new Set(missing.map(({ port }) => formatPort(port)));
  const opened = new Set(missing.map(({ groupId }) => groupId));
  if (missing.length > 0) made.push(`opened ${[...ports].join(', ')} in ${[...opened].join(', ')}`);
  return summarize(made.join('; ') || undefined, rules.length - missing.length);
};

/**
 * Lets the hub's blocks of the plan in through the asked ports: in the groups of the plan, else in a group of
 * Sightline's own. Rules that exist stay as they are. Throws `SecurityGroupConflict`.
 */
export const openSecurityGroups = async (
  ec2: EC2Client,
  network: NetworkPlan,
): Promise<SecurityGroups> => {
  const chosen = network.securityGroupIds.map(
    (groupId): Group => ({ groupId, name: groupId, outcome: 'already' }),
  );
  const groups = chosen.length > 0 ? chosen : [await ensureOwnGroup(ec2, network)];
  const existing = await readRules(
    ec2,
    groups.map(({ groupId }) => groupId),
  );
  const rules: RuleResult[] = [];
  for (const { groupId } of groups) {
    const wanted = decideRules(groupId, existing, network.ports, network.sources);
    const missing = wanted.filter(({ outcome }) => outcome === 'created');
    await authorize(ec2, groupId, missing, network);
    rules.push(...wanted);
  }
  const [own] = groups.filter(({ name }) => name === ownGroupName);
  return { groups, rules, ...(own && { toAttach: own.groupId }), did: summaryOf(groups, rules) };
};

export const handler = task(Input, async ({ executionName, plan: { network } }) =>
  openSecurityGroups(await ec2OfSide(network.monitored, 'monitored', executionName), network),
);
