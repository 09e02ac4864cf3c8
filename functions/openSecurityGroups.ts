import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import * as z from 'zod/mini';
import { ec2In } from '../shared/clients.ts';
import { SightlineError } from '../shared/errors.ts';
import {
  Execution,
  type GroupResult,
  NetworkPlan,
  type Port,
  type RuleResult,
  type SecurityGroups,
} from '../shared/execution.ts';
import { readMarkedRules, readRules } from '../shared/network/readNetwork.ts';
import { decideRules, findFull, ownGroupName, tellGroups } from '../shared/network/rules.ts';
import { ec2OfSide } from '../shared/network/sides.ts';
import { permissionFor } from '../shared/ports.ts';
import { settings } from '../shared/settings.ts';
import { isOurs, onboardingOf, tagsFor } from '../shared/tags.ts';
import { task } from '../shared/task.ts';

const Input = z.extend(z.pick(Execution, { executionName: true, peering: true }), {
  plan: z.object({ network: NetworkPlan }),
});

/** Clients of both owners of security groups. */
type Clients = { hub: EC2Client; monitored: EC2Client };

/** What one side's groups are to let in, and what they let in now. */
type Opening = {
  groups: GroupResult[];
  rules: RuleResult[];
  existing: SecurityGroupRule[];
  quota: number | undefined;
};

/** Who the rules are for, as their descriptions and names say. */
type From = { name: string; groupOwnerId: string; onboarding: string };

/** Has no id until it is made, which is after everything has been decided. */
const groupToMake: GroupResult = { groupId: '', name: ownGroupName, outcome: 'created' };

const createGroup = async (ec2: EC2Client, network: NetworkPlan): Promise<string> => {
  const { GroupId: groupId = '' } = await ec2.send(
    new CreateSecurityGroupCommand({
      VpcId: network.monitored.vpcId,
      GroupName: ownGroupName,
      Description: `Lets the monitoring servers of account ${network.hub.accountId} in`,
      TagSpecifications: [
        {
          ResourceType: 'security-group',
          Tags: tagsFor(onboardingOf(network.monitored), ownGroupName),
        },
      ],
    }),
  );
  return groupId;
};

/** The group of Sightline's own, found by its name and its tag; or that it is to be made. */
const findOwnGroup = async (ec2: EC2Client, network: NetworkPlan): Promise<GroupResult> => {
  if (network.isGroupMissing) return groupToMake;
  const { vpcId } = network.monitored;
  const { SecurityGroups: [found] = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({
      Filters: [
        { Name: 'vpc-id', Values: [vpcId] },
        { Name: 'group-name', Values: [ownGroupName] },
      ],
    }),
  );
  if (!found) return groupToMake;
  const groupId = found.GroupId ?? '';
  if (!isOurs(found.Tags)) throw new SightlineError('SecurityGroupConflict', { vpcId, groupId });
  return { groupId, name: ownGroupName, outcome: 'already' };
};

const chosen = (groupIds: readonly string[]) =>
  groupIds.map((groupId): GroupResult => ({ groupId, name: groupId, outcome: 'already' }));

const groupsToOpen = async (ec2: EC2Client, network: NetworkPlan) => {
  // All that was asked for may be agents that call in.
  if (network.ports.length === 0) return [];
  const groups = chosen(network.securityGroupIds);
  return groups.length > 0 ? groups : [await findOwnGroup(ec2, network)];
};

const readOpening = async (
  ec2: EC2Client,
  groups: GroupResult[],
  {
    ports,
    sources,
    rulesPerSecurityGroup: quota,
  }: Pick<NetworkPlan, 'ports' | 'sources' | 'rulesPerSecurityGroup'>,
): Promise<Opening> => {
  const ids = groups.map(({ groupId }) => groupId).filter((id) => id !== '');
  const existing = await readRules(ec2, ids);
  const rules = groups.flatMap(({ groupId }) => decideRules(groupId, existing, ports, sources));
  return { groups, rules, existing, quota };
};

/** All groups of both sides are looked at before the first rule is added to one. */
const refuseFull = (openings: readonly Opening[]) => {
  const full = openings.flatMap(({ rules, existing, quota }) => findFull(rules, existing, quota));
  if (full.length > 0) throw new SightlineError('SecurityGroupFull', { groups: full.join('; ') });
};

/** Adds a group's missing rules in one call, which AWS carries out as a whole or not at all. */
const authorize = async (
  ec2: EC2Client,
  groupId: string,
  missing: readonly RuleResult[],
  { name, groupOwnerId, onboarding }: From,
) => {
  if (missing.length === 0) return;
  const ports = new Set(missing.map(({ port }) => port));
  const sourcesOf = (port: Port) =>
    missing.filter((rule) => rule.port === port).map(({ cidr }) => cidr);
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: groupId,
      IpPermissions: [...ports].map((port) =>
        permissionFor(port, sourcesOf(port), `sightline: ${port.name} from ${name}`, groupOwnerId),
      ),
      TagSpecifications: [
        {
          ResourceType: 'security-group-rule',
          Tags: tagsFor(onboarding, `sightline from ${name}`),
        },
      ],
    }),
  );
};

const addRules = async (ec2: EC2Client, { groups, rules }: Opening, from: From) => {
  for (const { groupId } of groups) {
    const missing = rules.filter((rule) => rule.groupId === groupId && rule.outcome === 'created');
    await authorize(ec2, groupId, missing, from);
  }
};

/** Makes the group that is to be made, and puts its id where it was left open. */
const withIds = async (ec2: EC2Client, network: NetworkPlan, opening: Opening) => {
  if (!opening.groups.includes(groupToMake)) return opening;
  const groupId = await createGroup(ec2, network);
  return {
    ...opening,
    groups: opening.groups.map((group) => ({ ...group, groupId })),
    rules: opening.rules.map((rule) => ({ ...rule, groupId })),
  };
};

const readOpeningInHub = async (ec2: EC2Client, { inHub }: NetworkPlan) =>
  inHub && readOpening(ec2, chosen(inHub.securityGroupIds), inHub);

const readMarked = async (ec2: Clients, network: NetworkPlan): Promise<SecurityGroupRule[]> => {
  const onboarding = onboardingOf(network.monitored);
  const marked = await Promise.all([
    readMarkedRules(ec2.monitored, onboarding),
    readMarkedRules(ec2.hub, onboarding),
  ]);
  // Where the hub monitors another VPC of its own account, both sides show the same rules.
  const unique = new Map(marked.flat().map((rule) => [rule.SecurityGroupRuleId, rule]));
  return [...unique.values()];
};

const apply = async (
  ec2: Clients,
  network: NetworkPlan,
  decided: Opening,
  inHub: Opening | undefined,
) => {
  const onboarding = onboardingOf(network.monitored);
  const monitored = await withIds(ec2.monitored, network, decided);
  const groupOwnerId = network.hub.accountId;
  await addRules(ec2.monitored, monitored, { name: 'the hub', groupOwnerId, onboarding });
  if (inHub) await addRules(ec2.hub, inHub, { name: onboarding, groupOwnerId, onboarding });
  return monitored;
};

/** Whether the peering has just been made, and whether the hub can have no other VPC that monitors the account. */
type Circumstances = { isFresh: boolean; isOnlyVpc: boolean };

const open = async (
  ec2: Clients,
  network: NetworkPlan,
  { isFresh, isOnlyVpc }: Circumstances,
): Promise<SecurityGroups> => {
  const groups = await groupsToOpen(ec2.monitored, network);
  const decided = await readOpening(ec2.monitored, groups, network);
  const inHub = await readOpeningInHub(ec2.hub, network);
  refuseFull(inHub ? [decided, inHub] : [decided]);
  const opened = await apply(ec2, network, decided, inHub);
  const marked = isFresh ? [] : await readMarked(ec2, network);
  return tellGroups(opened, inHub, marked, { hub: network.hub, isOnlyVpc });
};

/**
 * Lets the hub in through the asked ports: in the groups of the plan, else in a group of Sightline's own;
 * and agents that call in into the hub's groups of the plan. Rules that exist stay as they are; marked
 * ones that nothing asks for any more are told, unless the onboarding `isFresh`: then there are none. Of the
 * hub's groups all are looked at where it `isOnlyVpc`, else those that are opened. Throws
 * `SecurityGroupConflict`, and `SecurityGroupFull` before anything is changed.
 */
export const openSecurityGroups = async (
  ec2: Clients,
  network: NetworkPlan,
  circumstances: Circumstances,
): Promise<SecurityGroups> => {
  try {
    return await open(ec2, network, circumstances);
  } catch (error) {
    // The group was made since Preflight looked; perhaps by this step, whose answer was lost.
    const isThere = error instanceof Error && error.name === 'InvalidGroup.Duplicate';
    if (!isThere || !network.isGroupMissing) throw error;
    return open(ec2, { ...network, isGroupMissing: false }, circumstances);
  }
};

export const handler = task(Input, async ({ executionName, plan: { network }, peering }) => {
  const monitored = await ec2OfSide(network.monitored, 'monitored', executionName);
  // Without a peering no onboarding gets as far as the rules. Where one had and its peering is gone, the next one tells.
  const isFresh = peering.outcome === 'created';
  const isOnlyVpc = settings().hub.vpcId !== undefined;
  const clients = { hub: ec2In(network.hub.region), monitored };
  return openSecurityGroups(clients, network, { isFresh, isOnlyVpc });
});
