import type { Delays } from './delays.ts';
import type { Kind } from './kinds.ts';

/** Who makes a call: the hub, a session of the onboarding role, or one of the monitoring role. */
export type Actor = 'hub' | 'monitored account' | 'monitoring role';

/** A call that nobody can do without who does the job and shows that it is done. */
export type NeededCall = {
  id: string;
  call: string;
  by: Actor;
  kind: Kind;
  why: string;
  /** What has to be over before: the ids of calls, and what AWS takes its time for. */
  after: readonly string[];
};

/** Something that AWS takes its time for, after a call. */
export type NeededWait = { id: string; wait: keyof Delays; after: readonly string[] };

export type NeededStep = NeededCall | NeededWait;

const session = (id: string, role: string, why: string, after: string[] = []): NeededCall => ({
  ...{ id, call: 'sts:AssumeRole', by: 'hub', kind: 'session', after },
  why: `${role}: ${why}`,
});

const read = (id: string, by: Actor, call: string, why: string, after: string[]): NeededCall => ({
  ...{ id, call, by, kind: 'read', why, after },
});

const write = (id: string, by: Actor, call: string, why: string, after: string[]): NeededCall => ({
  ...{ id, call, by, kind: 'write', why, after },
});

const question = (
  id: string,
  by: Actor,
  call: string,
  why: string,
  after: string[],
): NeededCall => ({ id, call, by, kind: 'question', why, after });

const wait = (id: keyof Delays, after: string[]): NeededWait => ({ id, wait: id, after });

const account = 'monitored account';

/** What has to be known, whether or not anything is there already. */
const toKnow: readonly NeededStep[] = [
  session('onboardingRole', 'the onboarding role', 'nothing can be read or changed without it'),
  read('hubVpcs', 'hub', 'ec2:DescribeVpcs', 'which VPC is the hub’s, and its blocks', []),
  read('vpcs', account, 'ec2:DescribeVpcs', 'which VPC is to be monitored, and its blocks', [
    'onboardingRole',
  ]),
  read(
    'peerings',
    'hub',
    'ec2:DescribeVpcPeeringConnections',
    'a live peering in either direction is to be used: a second request the other way round would be made and never be accepted',
    ['hubVpcs', 'vpcs'],
  ),
  read('hubTables', 'hub', 'ec2:DescribeRouteTables', 'the tables, and what they route already', [
    'hubVpcs',
  ]),
  read('hubSubnets', 'hub', 'ec2:DescribeSubnets', 'whether a subnet uses the main table', [
    'hubVpcs',
  ]),
  read('tables', account, 'ec2:DescribeRouteTables', 'the tables, and what they route already', [
    'vpcs',
  ]),
  read('subnets', account, 'ec2:DescribeSubnets', 'whether a subnet uses the main table', ['vpcs']),
  read(
    'groups',
    account,
    'ec2:DescribeSecurityGroups',
    'which groups are to be opened, and what they let in',
    ['vpcs'],
  ),
  read('hubAcls', 'hub', 'ec2:DescribeNetworkAcls', 'no packet passes that they deny', ['hubVpcs']),
  read('acls', account, 'ec2:DescribeNetworkAcls', 'no packet passes that they deny', ['vpcs']),
];

/** What is to be made. That nothing is in the way, each call says itself: it fails if there is. */
const toMake: readonly NeededStep[] = [
  write('request', 'hub', 'ec2:CreateVpcPeeringConnection', 'the peering', ['peerings']),
  wait('peeringVisible', ['request']),
  write('accept', account, 'ec2:AcceptVpcPeeringConnection', 'only its owner can', [
    'peeringVisible',
  ]),
  wait('peeringProvisioning', ['accept']),
  // A route may be made while the peering is not active yet: it is a blackhole until then.
  write('hubRoute', 'hub', 'ec2:CreateRoute', 'the way there', [
    'request',
    'hubTables',
    'hubSubnets',
  ]),
  write('route', account, 'ec2:CreateRoute', 'the way back', [
    'peeringVisible',
    'tables',
    'subnets',
  ]),
  write('group', account, 'ec2:CreateSecurityGroup', 'no group is to be opened', ['groups']),
  write('rules', account, 'ec2:AuthorizeSecurityGroupIngress', 'all rules in one call', [
    'group',
    'hubVpcs',
  ]),
  write('role', account, 'iam:CreateRole', 'the monitoring role', ['onboardingRole']),
  write('policy', account, 'iam:AttachRolePolicy', 'what the role may do', ['role']),
  { id: 'roleKnown', wait: 'iamPropagation', after: ['role'] },
  { id: 'policyKnown', wait: 'iamPropagation', after: ['policy'] },
];

const mayBeDenied = 'only AWS knows whether it is allowed, and half an onboarding helps nobody';
const assumable = 'the hub can assume it';
const reads = 'it reads, as no document can show';

/** What has been made is read back; the answer of a write is no proof. */
const toProve: readonly NeededStep[] = [
  // An active route into the peering is there only while the peering is active.
  read('hubTablesAfter', 'hub', 'ec2:DescribeRouteTables', 'the route is active', [
    'hubRoute',
    'peeringProvisioning',
  ]),
  read('tablesAfter', account, 'ec2:DescribeRouteTables', 'the route is active', [
    'route',
    'peeringProvisioning',
  ]),
  read('rulesAfter', account, 'ec2:DescribeSecurityGroupRules', 'the rules are there', ['rules']),
  read('roleAfter', account, 'iam:GetRole', 'it trusts the hub alone', ['role']),
  // Of inline policies there are none: CreateRole has made the role anew.
  read(
    'policiesAfter',
    account,
    'iam:ListAttachedRolePolicies',
    'it has this policy and no other, so that it cannot write',
    ['policy'],
  ),
  session('monitoringRole', 'the monitoring role', assumable, ['roleKnown']),
  read('asRole', 'monitoring role', 'ec2:DescribeInstances', reads, [
    'monitoringRole',
    'policyKnown',
  ]),
];

/**
 * What it takes besides to keep what Sightline promises: whatever is in the way is known before anything is
 * changed, what was made is marked in both accounts, and that the role cannot write is shown by trying.
 */
const toKeepPromises: readonly NeededStep[] = [
  read('roleBefore', account, 'iam:GetRole', 'a role of that name may be somebody else’s', [
    'onboardingRole',
  ]),
  question('mayRoute', account, 'ec2:CreateRoute', mayBeDenied, ['tables']),
  question('mayMakeGroup', account, 'ec2:CreateSecurityGroup', mayBeDenied, ['groups']),
  write('mark', account, 'ec2:CreateTags', 'each account sees its own tags of a peering alone', [
    'peeringVisible',
  ]),
  question(
    'mayWrite',
    'monitoring role',
    'ec2:CreateVpc',
    'it is denied, whatever the documents say',
    ['monitoringRole'],
  ),
];

/**
 * The least number of calls with which the job can be done at all in the plainest world, where nothing is
 * there yet: what it changes, what has to be known for that, and what shows that it is done. Left out is
 * whatever makes an onboarding safer: see `leastOfFresh`. A peering's status is told by the routes into it.
 */
export const bareLeastOfFresh: readonly NeededStep[] = [...toKnow, ...toMake, ...toProve];

/** The least number of calls of an onboarding that keeps what Sightline promises. */
export const leastOfFresh: readonly NeededStep[] = [...bareLeastOfFresh, ...toKeepPromises];

/**
 * The least number of calls of an onboarding where everything is there already: the peering tells which VPCs
 * it connects and their blocks, the groups tell their rules, and the role shows that it reads by reading.
 */
export const bareLeastOfRerun: readonly NeededStep[] = [
  session('monitoringRole', 'the monitoring role', assumable),
  read('peerings', 'hub', 'ec2:DescribeVpcPeeringConnections', 'which VPCs, and that it lives', []),
  ...(['DescribeRouteTables', 'DescribeSubnets', 'DescribeNetworkAcls'] as const).flatMap(
    (action) => [
      read(`hub${action}`, 'hub', `ec2:${action}`, 'the way, in the hub', ['peerings']),
      read(action, 'monitoring role', `ec2:${action}`, 'the way, in the monitored VPC', [
        'peerings',
        'monitoringRole',
      ]),
    ],
  ),
  read('groups', 'monitoring role', 'ec2:DescribeSecurityGroups', 'what they let in', [
    'peerings',
    'monitoringRole',
  ]),
  read('roleAfter', 'monitoring role', 'iam:GetRole', 'it trusts the hub alone', [
    'monitoringRole',
  ]),
  read(
    'policiesAfter',
    'monitoring role',
    'iam:ListAttachedRolePolicies',
    'it has this policy alone',
    ['monitoringRole'],
  ),
  read(
    'inlineAfter',
    'monitoring role',
    'iam:ListRolePolicies',
    'nor has it one of its own: it was made before',
    ['monitoringRole'],
  ),
];

/** The least number of calls of a re-run that keeps what Sightline promises: that the role cannot write is tried. */
export const leastOfRerun: readonly NeededStep[] = [
  ...bareLeastOfRerun,
  ...toKeepPromises.filter(({ id }) => id === 'mayWrite'),
];

/** The calls among steps; the rest is waiting. */
export const callsIn = (steps: readonly NeededStep[]): NeededCall[] =>
  steps.filter((step): step is NeededCall => 'call' in step);
