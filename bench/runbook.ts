import {
  AcceptVpcPeeringConnectionCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  CreateVpcPeeringConnectionCommand,
  DescribeInstancesCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { LocalAws } from '../local/aws/localAws.ts';
import { delay } from './clock.ts';
import { hub, monitored, region } from './plainWorld.ts';
import { asStep } from './simulation.ts';

/**
 * How long the runbook waits between two looks. The AWS CLI waits so long:
 * https://docs.aws.amazon.com/cli/latest/reference/ec2/wait/vpc-peering-connection-exists.html
 * https://docs.aws.amazon.com/cli/latest/reference/iam/wait/role-exists.html
 * For a peering to become active and for a role to become assumable the CLI has no waiter: the first is
 * looked at as the CLI looks whether it exists, the second as often as a patient person tries again.
 */
export const pollMs = { peering: 15_000, role: 1000, assume: 5000 };

const roleName = 'cross-role';
const policyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const groupName = 'monitoring';
const ports = [
  { IpProtocol: 'tcp', FromPort: 10_050, ToPort: 10_050 },
  { IpProtocol: 'icmp', FromPort: 8, ToPort: -1 },
];

const trustPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${hub}:root` }, Action: 'sts:AssumeRole' },
  ],
});

const asAdministrator = ({ requestHandler }: LocalAws, accountId: string) => ({
  ...{ region, requestHandler },
  credentials: { accessKeyId: accountId, secretAccessKey: 'local' },
});

/** What a person is in the hub who may assume roles elsewhere, which an administrator by root may not. */
const operator = async (aws: LocalAws) => {
  const iam = new IAMClient(asAdministrator(aws, hub));
  const RoleName = 'operator';
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustPolicy }));
  const mayAssume = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: mayAssume });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'assume', PolicyDocument }));
  aws.iam.settle();
  return aws.credentialsFor(`arn:aws:iam::${hub}:role/${RoleName}`, 'by-hand');
};

/** The clients of a person who has both accounts' credentials at hand. */
export const clientsOfPerson = async (aws: LocalAws) => ({
  hub: new EC2Client(asAdministrator(aws, hub)),
  monitored: new EC2Client(asAdministrator(aws, monitored)),
  iam: new IAMClient(asAdministrator(aws, monitored)),
  sts: new STSClient({ ...asAdministrator(aws, hub), credentials: await operator(aws) }),
  as: (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string }) =>
    new EC2Client({ ...asAdministrator(aws, monitored), credentials }),
});
type Clients = Awaited<ReturnType<typeof clientsOfPerson>>;

/** As often as the CLI's waiters try. */
const mostAttempts = 40;

/** Tries until it works, with the same pause each time, as waiters do. */
const untilDone = async <Result>(
  ms: number,
  attempt: () => Promise<Result | undefined>,
): Promise<Result> => {
  for (let attempts = 1; attempts <= mostAttempts; attempts++) {
    const result = await attempt();
    if (result !== undefined) return result;
    await delay(ms);
  }
  throw new Error(`the runbook has tried ${mostAttempts} times in vain, every ${ms} ms`);
};

/** What a call answers, or nothing where it fails with one of these errors. */
const unless = async <Result>(call: Promise<Result>, ...names: string[]) => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined;
    throw error;
  }
};

/** The one VPC of an account that is to be peered. */
const lookUpVpc = async (ec2: EC2Client) => {
  const { Vpcs: [vpc] = [] } = await ec2.send(new DescribeVpcsCommand({}));
  return { id: vpc?.VpcId ?? '', cidr: vpc?.CidrBlock ?? '' };
};
type Vpc = Awaited<ReturnType<typeof lookUpVpc>>;

const findPeering = async (ec2: EC2Client, requester: Vpc, accepter: Vpc) => {
  const Filters = [
    { Name: 'requester-vpc-info.vpc-id', Values: [requester.id] },
    { Name: 'accepter-vpc-info.vpc-id', Values: [accepter.id] },
    { Name: 'status-code', Values: ['pending-acceptance', 'provisioning', 'active'] },
  ];
  const { VpcPeeringConnections: [found] = [] } = await ec2.send(
    new DescribeVpcPeeringConnectionsCommand({ Filters }),
  );
  return found?.VpcPeeringConnectionId;
};

const requestPeering = async (ec2: EC2Client, requester: Vpc, accepter: Vpc) => {
  const { VpcPeeringConnection: made } = await ec2.send(
    new CreateVpcPeeringConnectionCommand({
      ...{ VpcId: requester.id, PeerOwnerId: monitored, PeerVpcId: accepter.id },
    }),
  );
  return made?.VpcPeeringConnectionId ?? '';
};

const statusOf = async (ec2: EC2Client, id: string) => {
  const look = ec2.send(
    new DescribeVpcPeeringConnectionsCommand({ VpcPeeringConnectionIds: [id] }),
  );
  const found = await unless(look, 'InvalidVpcPeeringConnectionID.NotFound');
  return found?.VpcPeeringConnections?.[0]?.Status?.Code;
};

/** The peering of the two VPCs, requested and accepted if there is none. */
const peer = async (clients: Clients, requester: Vpc, accepter: Vpc): Promise<string> => {
  const known = await asStep('look for a peering', () =>
    findPeering(clients.hub, requester, accepter),
  );
  const id =
    known ??
    (await asStep('request the peering', () => requestPeering(clients.hub, requester, accepter)));
  const status = await asStep('wait until the other account sees it', () =>
    untilDone(pollMs.peering, () => statusOf(clients.monitored, id)),
  );
  if (status !== 'active') {
    await asStep('accept the peering', () =>
      clients.monitored.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId: id })),
    );
  }
  await asStep('wait until it is active', () =>
    untilDone(
      pollMs.peering,
      async () => (await statusOf(clients.hub, id)) === 'active' || undefined,
    ),
  );
  return id;
};

const inVpc = ({ id }: Vpc) => ({ Filters: [{ Name: 'vpc-id', Values: [id] }] });

const tablesOf = async (ec2: EC2Client, vpc: Vpc): Promise<RouteTable[]> => {
  const { RouteTables: tables } = await ec2.send(new DescribeRouteTablesCommand(inVpc(vpc)));
  return tables ?? [];
};

/** The tables that subnets use: their own, or the main one. */
const tablesInUse = async (ec2: EC2Client, vpc: Vpc): Promise<RouteTable[]> => {
  const { Subnets: subnets = [] } = await ec2.send(new DescribeSubnetsCommand(inVpc(vpc)));
  const tables = await tablesOf(ec2, vpc);
  const tableOf = (subnetId: string | undefined) =>
    tables.find(({ Associations }) => Associations?.some((one) => one.SubnetId === subnetId)) ??
    tables.find(({ Associations }) => Associations?.some(({ Main }) => Main));
  const used = subnets.flatMap(({ SubnetId }) => tableOf(SubnetId) ?? []);
  return [...new Set(used)];
};

const routes = ({ Routes }: RouteTable, cidr: string, peeringId: string) =>
  Routes?.some(
    (route) => route.DestinationCidrBlock === cidr && route.VpcPeeringConnectionId === peeringId,
  ) ?? false;

/** Routes that are missing in the tables in use; afterwards the tables are read again. */
const addRoutes = async (ec2: EC2Client, own: Vpc, other: Vpc, peeringId: string) => {
  for (const table of await tablesInUse(ec2, own)) {
    if (routes(table, other.cidr, peeringId)) continue;
    const { RouteTableId } = table;
    const to = { DestinationCidrBlock: other.cidr, VpcPeeringConnectionId: peeringId };
    await ec2.send(new CreateRouteCommand({ RouteTableId, ...to }));
  }
  return tablesOf(ec2, own);
};

/** The group that lets the hub in, made if there is none; afterwards its rules are read. */
const openGroup = async (ec2: EC2Client, vpc: Vpc, source: Vpc) => {
  const Filters = [...inVpc(vpc).Filters, { Name: 'group-name', Values: [groupName] }];
  const { SecurityGroups: [found] = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({ Filters }),
  );
  const made =
    found ??
    (await ec2.send(
      new CreateSecurityGroupCommand({
        ...{ VpcId: vpc.id, GroupName: groupName, Description: 'Lets the monitoring servers in' },
      }),
    ));
  const { GroupId: groupId = '' } = made;
  if (!found) {
    const IpPermissions = ports.map((port) => ({ ...port, IpRanges: [{ CidrIp: source.cidr }] }));
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions }));
  }
  const ofGroup = [{ Name: 'group-id', Values: [groupId] }];
  return ec2.send(new DescribeSecurityGroupRulesCommand({ Filters: ofGroup }));
};

const getRole = (iam: IAMClient) =>
  unless(iam.send(new GetRoleCommand({ RoleName: roleName })), 'NoSuchEntityException');

/** The role, made if there is none; afterwards its policies are read. */
const makeRole = async (iam: IAMClient) => {
  const found = await getRole(iam);
  if (!found) {
    await iam.send(
      new CreateRoleCommand({ RoleName: roleName, AssumeRolePolicyDocument: trustPolicy }),
    );
    await untilDone(pollMs.role, () => getRole(iam));
    await iam.send(new AttachRolePolicyCommand({ RoleName: roleName, PolicyArn: policyArn }));
  }
  return iam.send(new ListAttachedRolePoliciesCommand({ RoleName: roleName }));
};

const assume = async (sts: STSClient) => {
  const RoleArn = `arn:aws:iam::${monitored}:role/${roleName}`;
  const call = sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'runbook' }));
  return (await unless(call, 'AccessDenied', 'AccessDeniedException'))?.Credentials;
};

/** Assumes the role and reads with it, as soon as IAM lets it. */
const useRole = async ({ sts, as }: Clients) => {
  await untilDone(pollMs.assume, async () => {
    const credentials = await assume(sts);
    if (!credentials) return undefined;
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = credentials;
    const { SessionToken: sessionToken = '' } = credentials;
    const ec2 = as({ accessKeyId, secretAccessKey, sessionToken });
    return unless(ec2.send(new DescribeInstancesCommand({})), 'UnauthorizedOperation');
  });
};

/**
 * The onboarding by hand, as a careful person scripts it with the credentials of both accounts: one thing
 * after the other, a look before each change and one after it, fixed pauses. It can be run again. Its
 * calls take time and are counted when it is run on a bench.
 */
export const runbook = async (clients: Clients): Promise<void> => {
  const { own, other } = await asStep('look up the VPCs', async () => ({
    own: await lookUpVpc(clients.hub),
    other: await lookUpVpc(clients.monitored),
  }));
  const peeringId = await peer(clients, own, other);
  await asStep('route there', () => addRoutes(clients.hub, own, other, peeringId));
  await asStep('route back', () => addRoutes(clients.monitored, other, own, peeringId));
  await asStep('look at the network ACLs', async () => {
    await clients.hub.send(new DescribeNetworkAclsCommand(inVpc(own)));
    await clients.monitored.send(new DescribeNetworkAclsCommand(inVpc(other)));
  });
  await asStep('open a security group', () => openGroup(clients.monitored, other, own));
  await asStep('make the role', () => makeRole(clients.iam));
  await asStep('use the role', () => useRole(clients));
};
