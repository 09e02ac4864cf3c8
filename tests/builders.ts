import type {
  Route,
  RouteTable,
  SecurityGroupRule,
  Vpc,
  VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import type * as z from 'zod';
import type {
  Configured,
  NetworkPlan,
  Peering,
  Plan,
  Port,
  RolePlan,
  RoleResult,
  Side,
} from '../shared/execution.ts';
import type { KnownVpc } from '../shared/network/vpcs.ts';
import { buildReport, type Report } from '../shared/report.ts';
import { Request } from '../shared/request.ts';
import { parseSettings } from '../shared/settings.ts';

export const hubAccountId = '111111111111';
export const accountId = '222222222222';
export const region = 'eu-central-1';
export const hubVpcId = 'vpc-0a111111111111111';
export const vpcId = 'vpc-0b222222222222222';
export const peeringId = 'pcx-0c333333333333333';
export const otherPeeringId = 'pcx-0d444444444444444';
export const hubTableId = 'rtb-0a111111111111111';
export const tableId = 'rtb-0b222222222222222';
export const groupId = 'sg-0b222222222222222';
export const hubCidr = '10.0.0.0/16';
export const cidr = '10.20.0.0/16';
export const readOnlyAccess = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
export const viewOnlyAccess = 'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess';
export const securityAudit = 'arn:aws:iam::aws:policy/SecurityAudit';
export const cloudWatchReadOnlyAccess = 'arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess';
export const administratorAccess = 'arn:aws:iam::aws:policy/AdministratorAccess';
export const powerUserAccess = 'arn:aws:iam::aws:policy/PowerUserAccess';
/** A policy of the monitored account's own, which the settings allow. */
export const ownPolicy = `arn:aws:iam::${accountId}:policy/Monitoring`;
export const hubRoot = `arn:aws:iam::${hubAccountId}:root`;
export const monitoringRoleArn = `arn:aws:iam::${accountId}:role/cross-role`;
export const onboardingRoleArn = `arn:aws:iam::${accountId}:role/SightlineOnboarding`;
export const executionName = 'onboard-222222222222';
export const stateMachineArn = `arn:aws:states:${region}:${hubAccountId}:stateMachine:onboarding`;
export const executionArns = `arn:aws:states:${region}:${hubAccountId}:execution:onboarding`;
export const bulkStateMachineArn = `arn:aws:states:${region}:${hubAccountId}:stateMachine:bulkOnboarding`;
export const batchBucket = 'sightline-batches';
export const preflightFunction = 'sightline-dev-preflight';
export const topicArn = `arn:aws:sns:${region}:${hubAccountId}:announcements`;

type Environment = Record<string, string | undefined>;

/** The environment of a Lambda, as the defaults in serverless.yml make it, and a policy of the account's own. */
export const settingsEnvironment = (parts: Environment = {}): Environment => ({
  PARTITION: 'aws',
  HUB_ACCOUNT_ID: hubAccountId,
  HUB_REGION: region,
  HUB_VPC_ID: '',
  ONBOARDING_ROLE_NAME: 'SightlineOnboarding',
  ONBOARDING_EXTERNAL_ID: `sightline-${hubAccountId}`,
  MONITORING_ROLE_NAME: 'cross-role',
  MONITORING_POLICY_ARNS: readOnlyAccess,
  MONITORING_EXTERNAL_ID: '',
  MONITORING_BOUNDARY_ARN: readOnlyAccess,
  ALLOWED_POLICY_ARNS: [
    readOnlyAccess,
    viewOnlyAccess,
    securityAudit,
    cloudWatchReadOnlyAccess,
    'arn:aws:iam::*:policy/Monitoring',
  ].join(','),
  MONITORING_PRINCIPALS: '',
  PORT_PROFILES: JSON.stringify({
    'zabbix-agent': { protocol: 'tcp', from: 10050, to: 10050 },
    'node-exporter': { protocol: 'tcp', from: 9100, to: 9100 },
    ping: { protocol: 'icmp', from: 8, to: -1 },
  }),
  DEFAULT_PORTS: 'zabbix-agent,ping',
  ALLOWED_PORTS: 'tcp/1024-65535,udp/1024-65535,icmp',
  ALLOWED_ACCOUNTS: 'all',
  POLL_SECONDS: '2',
  ROLE_PROPAGATION_SECONDS: '8',
  NEW_ACCOUNTS: 'all',
  NEW_ACCOUNT_REQUEST: '{}',
  STATE_MACHINE_ARN: stateMachineArn,
  BULK_STATE_MACHINE_ARN: bulkStateMachineArn,
  BATCH_BUCKET: batchBucket,
  ...parts,
});

export const someSettings = (parts: Environment = {}) => parseSettings(settingsEnvironment(parts));

/** A request as it is after parsing. */
export const aRequest = (parts: Partial<z.input<typeof Request>> = {}): Request =>
  Request.parse({ accountId, ...parts });

export const zabbixAgent: Port = { name: 'zabbix-agent', protocol: 'tcp', from: 10050, to: 10050 };
export const ping: Port = { name: 'ping', protocol: 'icmp', from: 8, to: -1 };

export const aHubSide = (parts: Partial<Side> = {}): Side => ({
  accountId: hubAccountId,
  region,
  vpcId: hubVpcId,
  cidrs: [hubCidr],
  routeTableIds: [hubTableId],
  ...parts,
});

export const aMonitoredSide = (parts: Partial<Side> = {}): Side => ({
  accountId,
  region,
  vpcId,
  cidrs: [cidr],
  routeTableIds: [tableId],
  ...parts,
});

export const aNetworkPlan = (parts: Partial<NetworkPlan> = {}): NetworkPlan => ({
  hub: aHubSide(),
  monitored: aMonitoredSide(),
  acceptance: 'auto',
  securityGroupIds: [],
  ports: [zabbixAgent],
  sources: [hubCidr],
  dnsResolution: false,
  ...parts,
});

export const aRolePlan = (parts: Partial<RolePlan> = {}): RolePlan => ({
  name: 'cross-role',
  arn: monitoringRoleArn,
  policyArns: [readOnlyAccess],
  principals: [hubRoot],
  boundaryArn: readOnlyAccess,
  allowWrites: false,
  region,
  ...parts,
});

/** A plan for access by network and by API. */
export const aPlan = (parts: Partial<Plan> = {}): Plan => ({
  accountId,
  network: aNetworkPlan(),
  role: aRolePlan(),
  did: 'planned',
  ...parts,
});

/** The peering as the state machine carries it. */
export const aPeering = (parts: Partial<Peering> = {}): Peering => ({
  id: peeringId,
  outcome: 'created',
  ours: true,
  accepter: 'monitored',
  status: 'active',
  looks: 0,
  lookAgainInSeconds: 0,
  requests: 1,
  did: 'requested it',
  ...parts,
});

/** What ConfigureNetwork did when it found nothing there: one route a side, one group, one rule. */
export const aConfigured = (parts: Partial<Configured> = {}): Configured => ({
  routesInHub: {
    routes: [{ routeTableId: hubTableId, destination: cidr, outcome: 'created' }],
    did: 'routed',
  },
  routesInMonitoredAccount: {
    routes: [{ routeTableId: tableId, destination: hubCidr, outcome: 'created' }],
    did: 'routed',
  },
  securityGroups: {
    groups: [{ groupId, name: 'sightline-monitoring', outcome: 'created' }],
    rules: [{ groupId, cidr: hubCidr, port: zabbixAgent, outcome: 'created' }],
    toAttach: groupId,
    did: 'opened',
  },
  ...parts,
});

export const aRoleResult = (parts: Partial<RoleResult> = {}): RoleResult => ({
  arn: monitoringRoleArn,
  outcome: 'created',
  did: 'made it',
  ...parts,
});

/** The report of an onboarding for access by network and by API that found nothing there. */
export const aReport = (parts: Partial<Report> = {}): Report => ({
  ...buildReport(aPlan(), { peering: aPeering(), configured: aConfigured(), role: aRoleResult() }, [
    { check: 'the peering is active', ok: true, detail: peeringId },
  ]),
  ...parts,
});

type VpcParts = Partial<Vpc> & { cidrs?: string[]; ipv6?: string[] };

/** The monitored account's VPC as EC2 describes it. */
export const aVpc = ({ cidrs = [cidr], ipv6 = [], ...parts }: VpcParts = {}): KnownVpc => ({
  IsDefault: false,
  CidrBlockAssociationSet: cidrs.map((CidrBlock) => ({
    CidrBlock,
    CidrBlockState: { State: 'associated' },
  })),
  Ipv6CidrBlockAssociationSet: ipv6.map((Ipv6CidrBlock) => ({
    Ipv6CidrBlock,
    Ipv6CidrBlockState: { State: 'associated' },
  })),
  ...parts,
  VpcId: parts.VpcId ?? vpcId,
});

/** The hub's VPC as EC2 describes it. */
export const aHubVpc = (parts: VpcParts = {}): KnownVpc =>
  aVpc({ VpcId: hubVpcId, cidrs: [hubCidr], ...parts });

/** The peering as EC2 describes it: requested by the hub, active. */
export const aDescribedPeering = (
  status = 'active',
  parts: Partial<VpcPeeringConnection> = {},
): VpcPeeringConnection => ({
  VpcPeeringConnectionId: peeringId,
  RequesterVpcInfo: { OwnerId: hubAccountId, VpcId: hubVpcId, Region: region },
  AccepterVpcInfo: { OwnerId: accountId, VpcId: vpcId, Region: region },
  Status: { Code: status as 'active' },
  ...parts,
});

/** The same peering, had the monitored account requested it. */
export const aReversedPeering = (
  status = 'active',
  parts: Partial<VpcPeeringConnection> = {},
): VpcPeeringConnection =>
  aDescribedPeering(status, {
    RequesterVpcInfo: { OwnerId: accountId, VpcId: vpcId, Region: region },
    AccepterVpcInfo: { OwnerId: hubAccountId, VpcId: hubVpcId, Region: region },
    ...parts,
  });

export const aRoute = (DestinationCidrBlock: string, parts: Partial<Route> = {}): Route => ({
  DestinationCidrBlock,
  VpcPeeringConnectionId: peeringId,
  State: 'active',
  ...parts,
});

/** A route table with these routes beside the local one. */
export const aTable = (routes: Route[] = [], parts: Partial<RouteTable> = {}): RouteTable => ({
  RouteTableId: tableId,
  Associations: [{ Main: true }],
  Routes: [{ DestinationCidrBlock: cidr, GatewayId: 'local', State: 'active' }, ...routes],
  ...parts,
});

export const aHubTable = (routes: Route[] = [], parts: Partial<RouteTable> = {}): RouteTable =>
  aTable([], {
    RouteTableId: hubTableId,
    Routes: [{ DestinationCidrBlock: hubCidr, GatewayId: 'local', State: 'active' }, ...routes],
    ...parts,
  });

/** The rule that lets the Zabbix agent's port in from the hub. */
export const aRule = (parts: Partial<SecurityGroupRule> = {}): SecurityGroupRule => ({
  SecurityGroupRuleId: 'sgr-0e555555555555555',
  GroupId: groupId,
  IsEgress: false,
  IpProtocol: 'tcp',
  FromPort: 10050,
  ToPort: 10050,
  CidrIpv4: hubCidr,
  ...parts,
});

/** The tags of what Sightline made for the onboarding of this VPC. */
export const ourTags = (name: string) => [
  { Key: 'Name', Value: name },
  { Key: 'sightline:onboarding', Value: `${accountId}/${vpcId}` },
];

type ApiEventParts = { body?: unknown; headers?: object; path?: object; query?: object };

/** A request as API Gateway's HTTP API hands it to a Lambda (payload format 2.0), names of headers in lower case. */
export const anApiEvent = ({ body, headers = {}, path, query }: ApiEventParts = {}) => ({
  version: '2.0',
  headers: { 'content-type': 'application/json', ...headers },
  ...(path && { pathParameters: path }),
  ...(query && { queryStringParameters: query }),
  ...(body !== undefined && { body: JSON.stringify(body) }),
  isBase64Encoded: false,
});

/** An error as the SDK throws it: AWS's code is its name. */
export const anAwsError = (name: string, message = 'AWS says so'): Error =>
  Object.assign(new Error(message), { name });
