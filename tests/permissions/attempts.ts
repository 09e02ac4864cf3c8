import * as ec2 from '@aws-sdk/client-ec2';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as quotas from '@aws-sdk/client-service-quotas';
import * as sfn from '@aws-sdk/client-sfn';
import * as sts from '@aws-sdk/client-sts';
import type { World } from '../../local/world.ts';
import {
  administratorOf,
  batchBucket,
  hub,
  hubVpcId,
  plain,
  putObject,
  type Sightline,
  stranger,
  vpcId,
} from './scenarios.ts';

const defaultVpcId = 'vpc-0b22222222222222f';
const otherHubVpcId = 'vpc-0a1111111111111ff';
const strangersVpcId = 'vpc-08888888888888888';
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess';
const mark = { Key: 'sightline:onboarding', Value: plain };
const markOfVpc = { Key: 'sightline:onboarding', Value: `${plain}/${vpcId}` };
const group = { GroupName: 'theirs', Description: 'never made' };

/** Accounts with more than Sightline is to touch: other VPCs on both sides, and a stranger's. */
export const crowdedWorld = ({ accounts }: World): void => {
  const ofHub = accounts[hub]!.regions['eu-central-1']!.vpcs;
  const [model] = ofHub;
  const named = { routeTables: [], subnets: [], securityGroups: [], tags: {} };
  ofHub.push({ ...model!, ...named, name: 'other', id: otherHubVpcId, cidrs: ['10.9.0.0/16'] });
  accounts[plain]!.regions['eu-central-1']!.vpcs[1]!.id = defaultVpcId;
  accounts[stranger]!.regions['eu-central-1'] = {
    vpcs: [{ ...model!, ...named, name: 'x', id: strangersVpcId, cidrs: ['10.88.0.0/16'] }],
  };
  for (const { parameters } of accounts[plain]!.stacks) parameters['VpcId'] = vpcId;
  accounts[stranger]!.roles.push({
    name: 'SightlineOnboarding',
    trust: trusting(`arn:aws:iam::${hub}:root`),
    managedPolicyArns: [],
    inlinePolicies: {},
    tags: {},
  });
  accounts[plain]!.roles.push({
    name: 'auditors',
    trust: trusting(`arn:aws:iam::${hub}:root`),
    managedPolicyArns: [readOnly],
    inlinePolicies: {},
    tags: {},
  });
};

const trusting = (principal: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }],
});

/** What lies in the batches' bucket: what people have put there, and what is of a batch. */
const objects = {
  theirs: 'lists/accounts.json',
  entries: 'batches/lists/0.json',
  todo: 'batches/batch_1/todo-1.json',
  children: 'batches/batch_1/runs/0/SUCCEEDED_0.json',
  results: 'batches/batch_1/results.jsonl',
};

/** Fills the batches' bucket. */
export const putObjects = async (sightline: Sightline): Promise<void> => {
  for (const key of Object.values(objects)) await putObject(sightline, key, '[]');
};

const request = async (
  sightline: Sightline,
  accountId: string,
  VpcId: string,
  PeerVpcId: string,
  PeerOwnerId: string,
) => {
  const { VpcPeeringConnection: made } = await administratorOf(sightline, accountId).ec2.send(
    new ec2.CreateVpcPeeringConnectionCommand({ VpcId, PeerVpcId, PeerOwnerId }),
  );
  return made?.VpcPeeringConnectionId ?? '';
};

/** What stands in an account, for calls to name. */
const thingsIn = async (sightline: Sightline, accountId: string, ofVpc: string) => {
  const client = administratorOf(sightline, accountId).ec2;
  const Filters = [{ Name: 'vpc-id', Values: [ofVpc] }];
  const tables = await client.send(new ec2.DescribeRouteTablesCommand({ Filters }));
  const groups = await client.send(new ec2.DescribeSecurityGroupsCommand({ Filters }));
  const groupId = groups.SecurityGroups?.[0]?.GroupId ?? '';
  const ofGroup = [{ Name: 'group-id', Values: [groupId] }];
  const { SecurityGroupRules: [rule] = [] } = await client.send(
    new ec2.DescribeSecurityGroupRulesCommand({ Filters: ofGroup }),
  );
  return {
    tableId: tables.RouteTables?.[0]?.RouteTableId ?? '',
    groupId,
    ruleId: rule?.SecurityGroupRuleId ?? '',
  };
};

/** An onboarded account, and around it what others have made. */
export const surroundings = async (sightline: Sightline) => {
  const { status, report } = await sightline.onboard({ accountId: plain });
  if (status !== 'SUCCEEDED') throw new Error('the account is not onboarded');
  const admin = administratorOf(sightline, plain).iam;
  const trustPolicy = JSON.stringify(trusting(`arn:aws:iam::${plain}:root`));
  const make = (RoleName: string, more: Partial<iam.CreateRoleRequest>) =>
    admin.send(
      new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustPolicy, ...more }),
    );
  await make('cross-role-theirs', { PermissionsBoundary: readOnly });
  await make('cross-role-unbounded', { Tags: [mark] });
  const peerings = {
    ours: report?.network?.peering.id ?? '',
    toDefaultVpc: await request(sightline, hub, hubVpcId, defaultVpcId, plain),
    fromDefaultVpc: await request(sightline, plain, defaultVpcId, hubVpcId, hub),
    fromStranger: await request(sightline, stranger, strangersVpcId, vpcId, plain),
    toStranger: await request(sightline, plain, vpcId, strangersVpcId, stranger),
    fromOtherHubVpc: await request(sightline, hub, otherHubVpcId, defaultVpcId, plain),
    toOtherHubVpc: await request(sightline, plain, defaultVpcId, otherHubVpcId, hub),
  };
  await putObjects(sightline);
  jest.advanceTimersByTime(60_000);
  return {
    peerings,
    own: await thingsIn(sightline, plain, vpcId),
    other: await thingsIn(sightline, plain, defaultVpcId),
    ofHubVpc: await thingsIn(sightline, hub, hubVpcId),
    ofOtherHubVpc: await thingsIn(sightline, hub, otherHubVpcId),
    rule: report?.readiness.find(({ detail }) => detail.startsWith('sgr-'))?.detail ?? '',
  };
};

export type Surroundings = Awaited<ReturnType<typeof surroundings>>;

/** A call, which may name what is around. */
type Command = (around: Surroundings) => object;

/** The services that are called. */
export type Service = 'ec2' | 'iam' | 'lambda' | 'quotas' | 's3' | 'sfn' | 'sts';

/** Something that a role must not be able to do. */
export type Attempt = {
  /** The name of the role, in whichever account it is. */
  role: string;
  title: string;
  service: Service;
  command: Command;
};

const DryRun = true;
const destination = { DestinationCidrBlock: '10.0.0.0/16' };
const port = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '10.0.0.0/16' }] };
const tagged = (ResourceType: ec2.ResourceType, Tags: ec2.Tag[]) => [{ ResourceType, Tags }];
const options = { AllowDnsResolutionFromRemoteVpc: true };

const onTheNetwork: [string, Command][] = [
  // The network: what it may only do for the one VPC, and only towards the hub.
  [
    'accept the peering for another VPC',
    ({ peerings }) =>
      new ec2.AcceptVpcPeeringConnectionCommand({
        VpcPeeringConnectionId: peerings.toDefaultVpc,
        DryRun,
      }),
  ],
  [
    'accept a peering that somebody else than the hub has requested',
    ({ peerings }) =>
      new ec2.AcceptVpcPeeringConnectionCommand({
        VpcPeeringConnectionId: peerings.fromStranger,
        DryRun,
      }),
  ],
  [
    'route in a table of another VPC',
    ({ other, peerings }) =>
      new ec2.CreateRouteCommand({
        RouteTableId: other.tableId,
        VpcPeeringConnectionId: peerings.ours,
        ...destination,
        DryRun,
      }),
  ],
  [
    'replace a route in a table of another VPC',
    ({ other, peerings }) =>
      new ec2.ReplaceRouteCommand({
        RouteTableId: other.tableId,
        VpcPeeringConnectionId: peerings.ours,
        ...destination,
        DryRun,
      }),
  ],
  [
    'open a group of another VPC',
    ({ other }) =>
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupId: other.groupId,
        IpPermissions: [port],
        DryRun,
      }),
  ],
  [
    'mark a rule as somebody else’s',
    ({ own }) =>
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupId: own.groupId,
        IpPermissions: [port],
        TagSpecifications: tagged('security-group-rule', [{ Key: 'Name', Value: 'theirs' }]),
        DryRun,
      }),
  ],
  [
    'make a group in another VPC',
    () =>
      new ec2.CreateSecurityGroupCommand({
        ...group,
        VpcId: defaultVpcId,
        TagSpecifications: tagged('security-group', [markOfVpc]),
        DryRun,
      }),
  ],
  [
    'make a group without its mark',
    () => new ec2.CreateSecurityGroupCommand({ ...group, VpcId: vpcId, DryRun }),
  ],
  [
    'tag a group that is there',
    ({ own }) => new ec2.CreateTagsCommand({ Resources: [own.groupId], Tags: [mark], DryRun }),
  ],
  [
    'tag a peering with anything but its mark',
    ({ peerings }) =>
      new ec2.CreateTagsCommand({
        Resources: [peerings.ours],
        Tags: [{ Key: 'team', Value: 'x' }],
        DryRun,
      }),
  ],
  [
    'tag a peering with more than its mark',
    ({ peerings }) =>
      new ec2.CreateTagsCommand({
        Resources: [peerings.ours],
        Tags: [markOfVpc, { Key: 'team', Value: 'x' }],
        DryRun,
      }),
  ],
  [
    'name a peering without marking it',
    ({ peerings }) =>
      new ec2.CreateTagsCommand({
        Resources: [peerings.ours],
        Tags: [{ Key: 'Name', Value: 'x' }],
        DryRun,
      }),
  ],
  [
    'mark a peering that the hub has not requested',
    ({ peerings }) =>
      new ec2.CreateTagsCommand({
        Resources: [peerings.fromStranger],
        Tags: [markOfVpc],
        DryRun,
      }),
  ],
  ...(
    [
      ['a stranger has requested', 'fromStranger', 'Accepter'],
      ['a stranger is to accept', 'toStranger', 'Requester'],
      ['is of another VPC and that the hub has requested', 'toDefaultVpc', 'Accepter'],
      ['is of another VPC and that the hub is to accept', 'fromDefaultVpc', 'Requester'],
    ] as const
  ).map(([what, which, side]): [string, Command] => [
    `let names resolve over a peering that ${what}`,
    ({ peerings }) =>
      new ec2.ModifyVpcPeeringConnectionOptionsCommand({
        VpcPeeringConnectionId: peerings[which],
        [`${side}PeeringConnectionOptions`]: options,
        DryRun,
      }),
  ]),
  [
    'look at the attributes of another VPC',
    () =>
      new ec2.DescribeVpcAttributeCommand({
        VpcId: defaultVpcId,
        Attribute: 'enableDnsSupport',
        DryRun,
      }),
  ],
  // The network: what it must not do at all.
  [
    'delete a route',
    ({ own }) => new ec2.DeleteRouteCommand({ RouteTableId: own.tableId, ...destination, DryRun }),
  ],
  [
    'revoke a rule',
    ({ own, rule }) =>
      new ec2.RevokeSecurityGroupIngressCommand({
        GroupId: own.groupId,
        SecurityGroupRuleIds: [rule],
        DryRun,
      }),
  ],
  [
    'delete a group',
    ({ own }) => new ec2.DeleteSecurityGroupCommand({ GroupId: own.groupId, DryRun }),
  ],
  [
    'delete a peering',
    ({ peerings }) =>
      new ec2.DeleteVpcPeeringConnectionCommand({
        VpcPeeringConnectionId: peerings.ours,
        DryRun,
      }),
  ],
  [
    'reject a peering',
    ({ peerings }) =>
      new ec2.RejectVpcPeeringConnectionCommand({
        VpcPeeringConnectionId: peerings.fromStranger,
        DryRun,
      }),
  ],
  [
    'request a peering',
    () => new ec2.CreateVpcPeeringConnectionCommand({ VpcId: vpcId, PeerVpcId: hubVpcId, DryRun }),
  ],
  ['make a VPC', () => new ec2.CreateVpcCommand({ CidrBlock: '10.1.0.0/16', DryRun })],
  ['look at instances', () => new ec2.DescribeInstancesCommand({ DryRun })],
  [
    'remove tags',
    ({ peerings }) =>
      new ec2.DeleteTagsCommand({ Resources: [peerings.ours], Tags: [mark], DryRun }),
  ],
];

const onRoles: [string, Command][] = [
  ['make a role of another name', () => createRole('admin', readOnly)],
  ['make a monitoring role without the boundary', () => createRole('cross-role-2', undefined)],
  ['make a monitoring role with another boundary', () => createRole('cross-role-2', administrator)],
  ['attach AdministratorAccess', () => attach('cross-role', administrator)],
  [
    'attach a policy to a role that Sightline has not made',
    () => attach('cross-role-theirs', readOnly),
  ],
  [
    'attach a policy to a role without the boundary',
    () => attach('cross-role-unbounded', readOnly),
  ],
  ['attach a policy to itself', () => attach('SightlineOnboarding', readOnly)],
  [
    'take the boundary away',
    () => new iam.DeleteRolePermissionsBoundaryCommand({ RoleName: 'cross-role' }),
  ],
  [
    'change the boundary',
    () =>
      new iam.PutRolePermissionsBoundaryCommand({
        RoleName: 'cross-role',
        PermissionsBoundary: administrator,
      }),
  ],
  [
    'change whom the monitoring role trusts',
    () =>
      new iam.UpdateAssumeRolePolicyCommand({
        RoleName: 'cross-role',
        PolicyDocument: JSON.stringify(trusting(`arn:aws:iam::${stranger}:root`)),
      }),
  ],
  [
    'change whom it trusts itself',
    () =>
      new iam.UpdateAssumeRolePolicyCommand({
        RoleName: 'SightlineOnboarding',
        PolicyDocument: JSON.stringify(trusting(`arn:aws:iam::${stranger}:root`)),
      }),
  ],
  [
    'write a policy into the monitoring role',
    () =>
      new iam.PutRolePolicyCommand({
        RoleName: 'cross-role',
        PolicyName: 'more',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
        }),
      }),
  ],
  [
    'detach a policy',
    () => new iam.DetachRolePolicyCommand({ RoleName: 'cross-role', PolicyArn: readOnly }),
  ],
  ['delete the monitoring role', () => new iam.DeleteRoleCommand({ RoleName: 'cross-role' })],
  ['mark a role with more than the mark', () => tagRole([mark, { Key: 'team', Value: 'x' }])],
  ['tag a role without marking it', () => tagRole([{ Key: 'Name', Value: 'x' }])],
  ['read another role', () => getRole('auditors')],
];

const createRole = (RoleName: string, PermissionsBoundary: string | undefined) =>
  new iam.CreateRoleCommand({
    RoleName,
    PermissionsBoundary,
    AssumeRolePolicyDocument: JSON.stringify(trusting(`arn:aws:iam::${hub}:root`)),
  });

const attach = (RoleName: string, PolicyArn: string) =>
  new iam.AttachRolePolicyCommand({ RoleName, PolicyArn });

const tagRole = (Tags: iam.Tag[]) => new iam.TagRoleCommand({ RoleName: 'cross-role', Tags });

const getRole = (RoleName: string) => new iam.GetRoleCommand({ RoleName });

const inOtherHubVpc = ({ ofOtherHubVpc, peerings }: Surroundings) => ({
  RouteTableId: ofOtherHubVpc.tableId,
  VpcPeeringConnectionId: peerings.fromOtherHubVpc,
  DestinationCidrBlock: '172.31.0.0/16',
  DryRun,
});

/** Of another service than the VPC's. */
const quotaOfInstances = () =>
  new quotas.GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' });

const onQuotas: [string, Command][] = [['look at the quota of another service', quotaOfInstances]];

const onQuotasOfHub: [string, string, Command][] = [
  ['preflight', 'look at the quota of another service', quotaOfInstances],
];

const onFunctions = (
  [
    ['startOnboarding', 'ensureRole'],
    ['startOnboarding', 'redriveOnboarding'],
    ['bulkOnboarding', 'preflight'],
    ['bulkOnboarding', 'ensureRole'],
    ['bulkOnboarding', 'startBatch'],
  ] as const
).map(([role, name]): [string, string, Command] => [
  role,
  `invoke ${name}`,
  () => new lambda.InvokeCommand({ FunctionName: `sightline-dev-${name}`, Payload: '{}' }),
]);

const read = (Key: string) => new s3.GetObjectCommand({ Bucket: batchBucket, Key });
const write = (Key: string) => new s3.PutObjectCommand({ Bucket: batchBucket, Key, Body: '[]' });

const { theirs, entries, todo, children, results } = objects;

/** The objects that a role has no business with. */
const offLimits: Record<string, { read: string[]; write: string[] }> = {
  startBatch: {
    read: [entries, todo, children, results],
    write: [theirs, todo, children, results],
  },
  getBatch: {
    read: [theirs, entries, todo, children],
    write: [theirs, entries, todo, children, results],
  },
  redriveBatch: {
    read: [theirs, entries, todo, children, results],
    write: [theirs, entries, todo, children, results],
  },
  reportBatch: { read: [theirs, todo, results], write: [theirs, entries, children] },
  bulkOnboarding: { read: [theirs, results], write: [theirs, entries, todo, results] },
  startOnboarding: { read: [theirs, results], write: [theirs, entries] },
  announceOutcome: { read: [theirs, results], write: [theirs, results] },
};

const onObjects = Object.entries(offLimits).flatMap(([role, keys]): [string, string, Command][] => [
  ...keys.read.map((key): [string, string, Command] => [role, `read ${key}`, () => read(key)]),
  ...keys.write.map((key): [string, string, Command] => [role, `write ${key}`, () => write(key)]),
  [
    role,
    `delete ${theirs}`,
    () => new s3.DeleteObjectCommand({ Bucket: batchBucket, Key: theirs }),
  ],
]);

/** The functions that are told whether an object is there may list the bucket; the others may not. */
const onBucket = ['bulkOnboarding', 'redriveBatch', 'startOnboarding'].map(
  (role): [string, string, Command] => [
    role,
    'list the bucket',
    () => new s3.ListObjectsV2Command({ Bucket: batchBucket }),
  ],
);

const states = `arn:aws:states:eu-central-1:${hub}`;
const machineArn = (name: string) => `${states}:stateMachine:sightline-dev-${name}`;
const executionArn = (machine: string) => `${states}:execution:sightline-dev-${machine}:1`;
const start = (machine: string) => () =>
  new sfn.StartExecutionCommand({ stateMachineArn: machineArn(machine) });
const describe = (machine: string) => () =>
  new sfn.DescribeExecutionCommand({ executionArn: executionArn(machine) });
const redrive = (machine: string) => () =>
  new sfn.RedriveExecutionCommand({ executionArn: executionArn(machine) });
const stop = (machine: string) => () =>
  new sfn.StopExecutionCommand({ executionArn: executionArn(machine) });

const onStateMachines: [string, string, Command][] = [
  ['startBatch', 'start a single onboarding', start('onboarding')],
  ['startBatch', 'start another state machine', start('other')],
  [
    'startBatch',
    'list the onboardings',
    () => new sfn.ListExecutionsCommand({ stateMachineArn: machineArn('onboarding') }),
  ],
  ['startBatch', 'look at a single onboarding', describe('onboarding')],
  ['startBatch', 'stop a batch', stop('bulkOnboarding')],
  ['startBatch', 'redrive a batch', redrive('bulkOnboarding')],
  ['getBatch', 'look at a single onboarding', describe('onboarding')],
  ['getBatch', 'start a batch', start('bulkOnboarding')],
  ['getBatch', 'stop a batch', stop('bulkOnboarding')],
  ['getBatch', 'redrive a batch', redrive('bulkOnboarding')],
  [
    'getBatch',
    'list the Map Runs of another execution',
    () => new sfn.ListMapRunsCommand({ executionArn: executionArn('other') }),
  ],
  [
    'getBatch',
    'look at a Map Run of another state machine',
    () => new sfn.DescribeMapRunCommand({ mapRunArn: `${states}:mapRun:other/OnboardAccounts:1` }),
  ],
  ['redriveBatch', 'redrive a single onboarding', redrive('onboarding')],
  ['redriveBatch', 'look at a single onboarding', describe('onboarding')],
  ['redriveBatch', 'start a batch', start('bulkOnboarding')],
  ['redriveBatch', 'stop a batch', stop('bulkOnboarding')],
  ['redriveOnboarding', 'redrive a batch', redrive('bulkOnboarding')],
  ['startOnboarding', 'start a batch', start('bulkOnboarding')],
  ['getOnboarding', 'look at a batch', describe('bulkOnboarding')],
  ['reportBatch', 'start a batch', start('bulkOnboarding')],
  ['reportBatch', 'start a single onboarding', start('onboarding')],
  ['bulkOnboarding', 'start another state machine', start('other')],
  ['bulkOnboarding', 'look at an execution of another state machine', describe('other')],
  ['bulkOnboarding', 'stop a batch', stop('bulkOnboarding')],
  ['bulkOnboarding', 'stop an execution of another state machine', stop('other')],
  ['bulkOnboarding', 'redrive a single onboarding', redrive('onboarding')],
  ['bulkOnboarding', 'redrive a batch', redrive('bulkOnboarding')],
  ['onboarding', 'start a batch', start('bulkOnboarding')],
];

const ofHub: [string, string, Command][] = [
  [
    'preflight',
    'look at the attributes of another VPC of the hub',
    () =>
      new ec2.DescribeVpcAttributeCommand({
        VpcId: otherHubVpcId,
        Attribute: 'enableDnsSupport',
        DryRun,
      }),
  ],
  [
    'requestPeering',
    'request a peering for another VPC of the hub',
    () =>
      new ec2.CreateVpcPeeringConnectionCommand({
        VpcId: otherHubVpcId,
        PeerVpcId: vpcId,
        PeerOwnerId: plain,
        DryRun,
      }),
  ],
  [
    'requestPeering',
    'tag a peering that is there',
    ({ peerings }) =>
      new ec2.CreateTagsCommand({ Resources: [peerings.ours], Tags: [mark], DryRun }),
  ],
  [
    'acceptPeering',
    'accept a peering for another VPC of the hub',
    ({ peerings }) =>
      new ec2.AcceptVpcPeeringConnectionCommand({
        VpcPeeringConnectionId: peerings.toOtherHubVpc,
        DryRun,
      }),
  ],
  [
    'addRoutes',
    'route in a table of another VPC of the hub',
    (around) => new ec2.CreateRouteCommand(inOtherHubVpc(around)),
  ],
  [
    'addRoutes',
    'replace a route in a table of another VPC of the hub',
    (around) => new ec2.ReplaceRouteCommand(inOtherHubVpc(around)),
  ],
  [
    'addRoutes',
    'delete a route',
    ({ ofOtherHubVpc }) =>
      new ec2.DeleteRouteCommand({ RouteTableId: ofOtherHubVpc.tableId, ...destination, DryRun }),
  ],
  [
    'openSecurityGroups',
    'open a group of another VPC of the hub',
    ({ ofOtherHubVpc }) =>
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupId: ofOtherHubVpc.groupId,
        IpPermissions: [port],
        TagSpecifications: tagged('security-group-rule', [markOfVpc]),
        DryRun,
      }),
  ],
  [
    'openSecurityGroups',
    'mark a rule of the hub as somebody else’s',
    ({ ofHubVpc }) =>
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupId: ofHubVpc.groupId,
        IpPermissions: [port],
        TagSpecifications: tagged('security-group-rule', [{ Key: 'Name', Value: 'theirs' }]),
        DryRun,
      }),
  ],
  [
    'openSecurityGroups',
    'tag a rule of the hub that is there',
    ({ ofHubVpc }) =>
      new ec2.CreateTagsCommand({ Resources: [ofHubVpc.ruleId], Tags: [markOfVpc], DryRun }),
  ],
  [
    'openSecurityGroups',
    'revoke a rule of the hub',
    ({ ofHubVpc }) =>
      new ec2.RevokeSecurityGroupIngressCommand({
        GroupId: ofHubVpc.groupId,
        SecurityGroupRuleIds: [ofHubVpc.ruleId],
        DryRun,
      }),
  ],
  [
    'openSecurityGroups',
    'make a group in the hub',
    () =>
      new ec2.CreateSecurityGroupCommand({
        ...group,
        VpcId: hubVpcId,
        TagSpecifications: tagged('security-group', [markOfVpc]),
        DryRun,
      }),
  ],
  ...(
    [
      ['requested', 'fromOtherHubVpc', 'Requester'],
      ['is to accept', 'toOtherHubVpc', 'Accepter'],
    ] as const
  ).map(([what, which, side]): [string, string, Command] => [
    'setDnsResolution',
    `let names resolve over a peering that another VPC of the hub ${what}`,
    ({ peerings }) =>
      new ec2.ModifyVpcPeeringConnectionOptionsCommand({
        VpcPeeringConnectionId: peerings[which],
        [`${side}PeeringConnectionOptions`]: options,
        DryRun,
      }),
  ]),
];

/** The functions that work in the monitored account; no other role may come in there. */
export const comeIn = [
  'acceptPeering',
  'addRoutes',
  'confirmReadiness',
  'ensureRole',
  'openSecurityGroups',
  'preflight',
  'setDnsResolution',
];

/** Assumes a role; `sightline-<hub>` is the external id of the onboarding role. */
export const assume = (RoleArn: string, ExternalId = `sightline-${hub}`) =>
  new sts.AssumeRoleCommand({ RoleArn, RoleSessionName: 'attempt', ExternalId });

/** Roles that would let the functions in, and that they have no business with. */
const luresFor = (role: string): [string, string, Command][] => [
  [
    role,
    'assume a role that trusts the whole hub and is none of Sightline’s',
    () => assume(`arn:aws:iam::${plain}:role/auditors`),
  ],
  [
    role,
    'assume an onboarding role that asks for no external id without sending one',
    () =>
      new sts.AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${stranger}:role/SightlineOnboarding`,
        RoleSessionName: 'attempt',
      }),
  ],
];

const ofOnboardingRole =
  (service: Service) =>
  ([title, command]: [string, Command]): Attempt => ({
    role: 'SightlineOnboarding',
    title,
    service,
    command,
  });

const ofFunction =
  (service: Service) =>
  ([name, title, command]: [string, string, Command]): Attempt => ({
    role: `sightline-dev-eu-central-1-${name}`,
    title,
    service,
    command,
  });

/** What another account's roles, which may do everything there, have no business with. */
export const byStrangers: readonly [string, object][] = [
  ['read a list', read(theirs)],
  ['read results', read(results)],
  ['write a list', write(theirs)],
  ['list the bucket', new s3.ListObjectsV2Command({ Bucket: batchBucket })],
];

/** Everything that has to be denied to Sightline's roles by their policies. */
export const attempts: readonly Attempt[] = [
  ...onTheNetwork.map(ofOnboardingRole('ec2')),
  ...onRoles.map(ofOnboardingRole('iam')),
  ...onQuotas.map(ofOnboardingRole('quotas')),
  ...ofHub.map(ofFunction('ec2')),
  ...onQuotasOfHub.map(ofFunction('quotas')),
  ...onFunctions.map(ofFunction('lambda')),
  ...[...onObjects, ...onBucket].map(ofFunction('s3')),
  ...onStateMachines.map(ofFunction('sfn')),
  ...comeIn.flatMap(luresFor).map(ofFunction('sts')),
];
