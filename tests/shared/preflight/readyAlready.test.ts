import {
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcPeeringConnectionsCommand,
  type VpcPeeringConnectionVpcInfo,
} from '@aws-sdk/client-ec2';
import {
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { handler as addRoutes } from '../../../functions/addRoutes.ts';
import { handler as confirmReadiness } from '../../../functions/confirmReadiness.ts';
import { handler as ensureRole } from '../../../functions/ensureRole.ts';
import { handler as openSecurityGroups } from '../../../functions/openSecurityGroups.ts';
import { handler } from '../../../functions/preflight.ts';
import { handler as requestPeering } from '../../../functions/requestPeering.ts';
import { handler as setDnsResolution } from '../../../functions/setDnsResolution.ts';
import { Plan } from '../../../shared/execution.ts';
import { reportIfReady } from '../../../shared/preflight/readyAlready.ts';
import { Report } from '../../../shared/report.ts';
import { trustPolicyFor } from '../../../shared/role/monitoringRole.ts';
import {
  accountId,
  administratorAccess,
  aHubTable,
  aHubVpc,
  anAwsError,
  aRequest,
  aRolePlan,
  aRoute,
  aTable,
  aVpc,
  cidr,
  executionName,
  groupId,
  hubAccountId,
  hubCidr,
  hubTableId,
  hubVpcId,
  monitoringRoleArn,
  otherPeeringId,
  ownPolicy,
  peeringId,
  ping,
  readOnlyAccess,
  region,
  settingsEnvironment,
  someSettings,
  tableId,
  vpcId,
  zabbixAgent,
} from '../../builders.ts';
import { anAcl, hubSubnetId, subnetId } from '../readiness/someWays.ts';
import {
  allowRole,
  callsTo,
  changesIn,
  denyRole,
  dryRunsIn,
  ec2,
  iam,
  quotas,
  sessionOf,
  sts,
} from '../recordedAws.ts';
import {
  aNetwork,
  givenNetwork,
  hubAcl,
  hubSubnet,
  monitoredSubnet,
  type Network,
  ofHub,
  ofMonitored,
  ourPeering,
  ourRule,
  ownGroup,
  pingRule,
} from '../recordedNetwork.ts';
import {
  aRole,
  aTrustPolicy,
  aTrustStatement,
  givenExternalId,
  givenNoRole,
  givenPolicies,
  givenReader,
  givenRole,
  roleSessionArn,
} from '../recordedRole.ts';

const preflight = (request: object = {}) =>
  handler({ executionName, request: { accountId, ...request } }, { functionName: 'preflight' });

const externalId = 'secret-of-zabbix';
const activeAgent = { protocol: 'tcp', from: 10051, to: 10051, towards: 'hub' } as const;

beforeEach(() => {
  // For whatever this process does: the settings are read once.
  const { PORT_PROFILES: profiles = '' } = settingsEnvironment();
  const all = { ...JSON.parse(profiles), 'zabbix-active': activeAgent };
  process.env['PORT_PROFILES'] = JSON.stringify(all);
  givenNetwork();
  givenRole();
  givenReader();
});

/** The report that Preflight ends with; a plan is none. */
const reportOn = async (request: object = {}): Promise<Report> => {
  const result = await preflight(request);
  return Report.parse('report' in result ? result.report : result);
};

const context = { functionName: 'a step' };

/** Everything that the steps of a whole onboarding do to the network, after Preflight. */
const configure = async (plan: Plan) => {
  if (!plan.network) return {};
  const peering = await requestPeering({ executionName, plan }, context);
  const input = { executionName, plan, peering };
  const configured = {
    routesInHub: await addRoutes({ ...input, side: 'hub' }, context),
    routesInMonitoredAccount: await addRoutes({ ...input, side: 'monitored' }, context),
    securityGroups: await openSecurityGroups(input, context),
  };
  const { dnsResolution } = plan.network;
  return {
    peering,
    ...(dnsResolution && { dns: await setDnsResolution(input, context) }),
    configured,
  };
};

/** The report of a whole onboarding, whose Preflight cannot look whether the account is ready. */
const reportOfSteps = async (request: object): Promise<Report> => {
  denyRole(monitoringRoleArn);
  const plan = Plan.parse(await preflight(request));
  allowRole(monitoringRoleArn);
  const role = await ensureRole({ executionName, plan }, context);
  const verified = { arn: roleSessionArn, at: new Date().toISOString() };
  const prepared = [await configure(plan), { role, verified }];
  return confirmReadiness({ executionName, plan, prepared }, { functionName: 'confirmReadiness' });
};

/** Who was assumed, for whom. */
const assumed = async () =>
  (await callsTo(sts)).map(({ input }) => ('RoleArn' in input ? input.RoleArn : undefined));

describe('an account that an earlier onboarding has made ready', () => {
  it('is reported as it is', async () => {
    await expect(preflight()).resolves.toEqual({
      accountId,
      report: expect.objectContaining({ accountId, ready: true }),
      did: 'was ready already; confirmed 6 of 6 checks; 2 ways are open',
    });
    await expect(reportOn()).resolves.toMatchObject({
      accountId,
      ready: true,
      changes: 0,
      network: {
        peering: {
          id: peeringId,
          status: 'active',
          outcome: 'already',
          ours: true,
          requester: 'hub',
        },
        hub: {
          vpcId: hubVpcId,
          cidrs: [hubCidr],
          routes: [{ routeTableId: hubTableId, destination: cidr, outcome: 'already' }],
        },
        monitored: {
          vpcId,
          cidrs: [cidr],
          routes: [{ routeTableId: tableId, destination: hubCidr, outcome: 'already' }],
        },
        securityGroups: [
          {
            groupId,
            name: 'sightline-monitoring',
            outcome: 'already',
            rules: [
              { port: zabbixAgent, cidr: hubCidr, outcome: 'already' },
              { port: ping, cidr: hubCidr, outcome: 'already' },
            ],
          },
        ],
        ways: [{ side: 'monitored', open: true, ports: [zabbixAgent, ping] }],
      },
      role: { arn: monitoringRoleArn, outcome: 'already', policyArns: [readOnlyAccess] },
      readiness: [
        { check: `${peeringId} connects the VPCs`, ok: true },
        { check: `${hubTableId} routes ${cidr}`, ok: true },
        { check: `${tableId} routes ${hubCidr}`, ok: true },
        { check: `${groupId} lets tcp/10050 in from ${hubCidr}`, ok: true },
        { check: `${groupId} lets icmp/8 in from ${hubCidr}`, ok: true },
        {
          check: 'the hub alone assumes cross-role and reads; writing is denied',
          ok: true,
          detail: roleSessionArn,
        },
      ],
      did: 'was ready already; confirmed 6 of 6 checks; 2 ways are open',
    });
  });

  it('is told by twelve reads, one AssumeRole and one DryRun', async () => {
    await reportOn();
    const calls = await callsTo(sts, ec2, iam, quotas);
    expect(calls.map((call) => `${call.by} in ${call.in}: ${call.command}`).toSorted()).toEqual(
      [
        'hub in eu-central-1: AssumeRole',
        'hub in eu-central-1: DescribeVpcPeeringConnections',
        'hub in eu-central-1: DescribeRouteTables',
        'hub in eu-central-1: DescribeSubnets',
        'hub in eu-central-1: DescribeNetworkAcls',
        'cross-role in eu-central-1: DescribeRouteTables',
        'cross-role in eu-central-1: DescribeSubnets',
        'cross-role in eu-central-1: DescribeNetworkAcls',
        'cross-role in eu-central-1: DescribeSecurityGroups',
        'cross-role in eu-central-1: DescribeSecurityGroupRules',
        'cross-role in eu-central-1: GetRole',
        'cross-role in eu-central-1: ListAttachedRolePolicies',
        'cross-role in eu-central-1: ListRolePolicies',
        'cross-role in eu-central-1: CreateVpc',
      ].toSorted(),
    );
    expect(await assumed()).toEqual([monitoringRoleArn]);
    expect(await dryRunsIn(ec2)).toMatchObject([{ command: 'CreateVpc' }]);
    expect([...(await changesIn(ec2)), ...(await changesIn(iam))]).toEqual([]);
  });

  it('is found by the tag of its peering, in the hub', async () => {
    await reportOn();
    await reportOn({ vpcId });
    const looks = (await callsTo(ec2)).filter(
      ({ command }) => command === 'DescribeVpcPeeringConnections',
    );
    const active = { Name: 'status-code', Values: ['active'] };
    expect(looks).toMatchObject(
      [`${accountId}/*`, `${accountId}/${vpcId}`].map((value) => ({
        by: 'hub',
        input: { Filters: [{ Name: 'tag:sightline:onboarding', Values: [value] }, active] },
      })),
    );
  });

  it('is read in its own Region', async () => {
    const there = { OwnerId: accountId, VpcId: vpcId, Region: 'eu-west-1' };
    givenNetwork({
      peerings: [
        ourPeering('active', {
          AccepterVpcInfo: { ...there, CidrBlockSet: [{ CidrBlock: cidr }] },
        }),
      ],
    });
    await reportOn({ region: 'eu-west-1' });
    const read = (await callsTo(ec2)).map((call) => `${call.by} in ${call.in}`);
    expect(new Set(read)).toEqual(new Set(['hub in eu-central-1', 'cross-role in eu-west-1']));
  });

  it('gives the same report when it runs a second time', async () => {
    const first = await reportOn();
    await expect(reportOn()).resolves.toEqual(first);
  });
});

/** What the peering shows of a VPC. */
const showing = (VpcId: string, OwnerId: string, v4: string[], v6: string[] = []) =>
  ({
    VpcId,
    OwnerId,
    Region: region,
    CidrBlockSet: v4.map((CidrBlock) => ({ CidrBlock })),
    Ipv6CidrBlockSet: v6.map((Ipv6CidrBlock) => ({ Ipv6CidrBlock })),
  }) satisfies VpcPeeringConnectionVpcInfo;

const local = (block: string) =>
  aRoute(block, { VpcPeeringConnectionId: undefined, GatewayId: 'local' });
const local6 = (block: string) => ({
  DestinationIpv6CidrBlock: block,
  GatewayId: 'local',
  State: 'active' as const,
});
const route6 = (block: string) => ({
  DestinationIpv6CidrBlock: block,
  VpcPeeringConnectionId: peeringId,
  State: 'active' as const,
});
const toGateway = { VpcPeeringConnectionId: undefined, TransitGatewayId: 'tgw-1' };
const hubGroupId = 'sg-0a111111111111111';
const hubGroup = { ...ofHub, GroupId: hubGroupId, GroupName: 'zabbix' };
const theirGroupId = 'sg-0f777777777777777';
const theirGroup = { ...ofMonitored, GroupId: theirGroupId, GroupName: 'web' };
const second = '10.21.0.0/16';
const [hubIpv6, ipv6] = ['2001:db8:a::/56', '2001:db8:b::/56'];

const withSecondBlock = (): Partial<Network> => ({
  vpcs: [aHubVpc(ofHub), aVpc({ ...ofMonitored, cidrs: [cidr, second] })],
  peerings: [ourPeering('active', { AccepterVpcInfo: showing(vpcId, accountId, [cidr, second]) })],
  tables: [
    aHubTable([aRoute(cidr), aRoute(second)], ofHub),
    aTable([local(second), aRoute(hubCidr)], ofMonitored),
  ],
});

const withIpv6 = (): Partial<Network> => ({
  vpcs: [aHubVpc({ ...ofHub, ipv6: [hubIpv6] }), aVpc({ ...ofMonitored, ipv6: [ipv6] })],
  peerings: [
    ourPeering('active', {
      RequesterVpcInfo: showing(hubVpcId, hubAccountId, [hubCidr], [hubIpv6]),
      AccepterVpcInfo: showing(vpcId, accountId, [cidr], [ipv6]),
    }),
  ],
  tables: [
    aHubTable([local6(hubIpv6), aRoute(cidr), route6(ipv6)], ofHub),
    aTable([local6(ipv6), aRoute(hubCidr), route6(hubIpv6)], ofMonitored),
  ],
  rules: [ourRule(), pingRule(), ourRule({ CidrIpv4: undefined as never, CidrIpv6: hubIpv6 })],
});

const resolving = { PeeringOptions: { AllowDnsResolutionFromRemoteVpc: true } };
const hubInfo = showing(hubVpcId, hubAccountId, [hubCidr]);
const info = showing(vpcId, accountId, [cidr]);

const givenDns = (isOn = true) =>
  ec2.on(DescribeVpcAttributeCommand).resolves({
    EnableDnsSupport: { Value: isOn },
    EnableDnsHostnames: { Value: isOn },
  });

const onOtherVpc = ourPeering('active', {
  VpcPeeringConnectionId: otherPeeringId,
  AccepterVpcInfo: showing('vpc-0f777777777777777', accountId, ['10.30.0.0/16']),
  Tags: [{ Key: 'sightline:onboarding', Value: `${accountId}/vpc-0f777777777777777` }],
});

describe('reports what all steps of an onboarding would', () => {
  it.each<[string, object, Partial<Network>]>([
    ['by default', {}, {}],
    ['of a VPC that is named', { vpcId }, {}],
    ['of one of two VPCs, which is named', { vpcId }, { peerings: [ourPeering(), onOtherVpc] }],
    ['with manual acceptance', { acceptance: 'manual' }, {}],
    ['with a secondary block', {}, withSecondBlock()],
    ['with IPv6', {}, withIpv6()],
    [
      'without a block that is not to be reached',
      { excludeCidrs: [second] },
      { ...withSecondBlock() },
    ],
    ['with named tables', { routeTables: { hub: [hubTableId], monitored: [tableId] } }, {}],
    ['with a rule that nothing asks for any more', { ports: ['zabbix-agent'] }, {}],
    [
      'with a rule that nothing asks for any more, in another group',
      {},
      {
        groups: [ownGroup, theirGroup],
        rules: [
          ourRule(),
          pingRule(),
          ourRule({ SecurityGroupRuleId: 'sgr-9', GroupId: theirGroupId }),
        ],
      },
    ],
    [
      'with rules of others, which are their owners’',
      {},
      {
        rules: [
          ourRule(),
          pingRule(),
          ourRule({ SecurityGroupRuleId: 'sgr-8', FromPort: 1, ToPort: 1, Tags: [] }),
          ourRule({
            SecurityGroupRuleId: 'sgr-9',
            FromPort: 2,
            ToPort: 2,
            Tags: [{ Key: 'sightline:onboarding', Value: `${accountId}/vpc-of-another` }],
          }),
        ],
      },
    ],
    [
      'with routes that nothing asks for any more',
      {},
      {
        tables: [
          aHubTable([aRoute(cidr), aRoute('10.99.0.0/16')], ofHub),
          aTable([aRoute(hubCidr)], ofMonitored),
          aTable([aRoute(hubCidr)], {
            ...ofMonitored,
            RouteTableId: 'rtb-0f777777777777777',
            Associations: [],
          }),
        ],
      },
    ],
    [
      'with a route that takes a part of the addresses',
      {},
      {
        tables: [
          aHubTable([aRoute(cidr)], ofHub),
          aTable([aRoute(hubCidr), aRoute('10.0.9.0/24', toGateway)], ofMonitored),
        ],
      },
    ],
    [
      'with chosen groups',
      { securityGroups: [theirGroupId], ports: ['zabbix-agent'] },
      { groups: [ownGroup, theirGroup], rules: [ourRule({ GroupId: theirGroupId })] },
    ],
    [
      'with tagged groups',
      {},
      {
        groups: [{ ...theirGroup, Tags: [{ Key: 'sightline:monitor', Value: 'true' }] }],
        rules: [ourRule({ GroupId: theirGroupId }), pingRule({ GroupId: theirGroupId })],
      },
    ],
    ['with its own group chosen as if it were another', { securityGroups: [groupId] }, {}],
    [
      'with sources within the hub',
      { sources: ['10.0.1.0/24'], ports: ['ping'] },
      { rules: [pingRule({ CidrIpv4: '10.0.1.0/24' })] },
    ],
    [
      'with a group of the hub as the source',
      { sources: [hubGroupId], ports: ['ping'] },
      {
        groups: [ownGroup, hubGroup],
        rules: [
          pingRule({
            CidrIpv4: undefined as never,
            ReferencedGroupInfo: { GroupId: hubGroupId, UserId: hubAccountId },
          }),
        ],
      },
    ],
    [
      'with agents that call in',
      { ports: ['ping', 'zabbix-active'], hubSecurityGroups: [hubGroupId] },
      {
        groups: [ownGroup, hubGroup],
        rules: [
          pingRule(),
          ourRule({
            SecurityGroupRuleId: 'sgr-7',
            GroupOwnerId: hubAccountId,
            GroupId: hubGroupId,
            FromPort: 10051,
            ToPort: 10051,
            CidrIpv4: cidr,
          }),
        ],
      },
    ],
    [
      'with agents that call in and nothing else',
      { ports: ['zabbix-active'], hubSecurityGroups: [hubGroupId] },
      {
        groups: [hubGroup],
        rules: [
          ourRule({
            GroupOwnerId: hubAccountId,
            GroupId: hubGroupId,
            FromPort: 10051,
            ToPort: 10051,
            CidrIpv4: cidr,
          }),
        ],
      },
    ],
    [
      'with DNS resolution',
      { dnsResolution: true },
      {
        peerings: [
          ourPeering('active', {
            RequesterVpcInfo: { ...hubInfo, ...resolving },
            AccepterVpcInfo: { ...info, ...resolving },
          }),
        ],
      },
    ],
    ['without a subnet yet', {}, { subnets: [hubSubnet] }],
    ['of the role alone', { access: ['api'] }, {}],
  ])('%s', async (_, request, parts) => {
    givenNetwork(parts);
    givenDns();
    const report = await reportOn(request);
    const ofSteps = await reportOfSteps(request);
    expect(report).toEqual({ ...ofSteps, did: `was ready already; ${ofSteps.did}` });
    expect(ofSteps.changes).toBe(0);
  });

  it.each<[string, object, () => unknown]>([
    [
      'of a role that somebody else has made',
      {},
      () => givenRole(aRole({ tags: [{ Key: 'team', Value: 'payments' }] })),
    ],
    [
      'of a role with a policy of the account’s own',
      { role: { policyArns: [ownPolicy] } },
      () => {
        givenRole(aRole({ policyArns: [ownPolicy] }));
        givenPolicies({ [ownPolicy]: { Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' } });
      },
    ],
    [
      'of a role that may write, as was asked',
      { role: { policyArns: [readOnlyAccess], allowWrites: true } },
      () => ec2.on(CreateVpcCommand, { DryRun: true }).rejects(anAwsError('DryRunOperation')),
    ],
    [
      'of a role that insists on an external id',
      { role: { externalId } },
      () => {
        givenRole(aRole({ trustPolicy: trustPolicyFor(aRolePlan({ externalId })) }));
        givenExternalId(externalId);
      },
    ],
  ])('%s', async (_, request, given) => {
    given();
    const report = await reportOn(request);
    const ofSteps = await reportOfSteps(request);
    expect(report).toEqual({ ...ofSteps, did: `was ready already; ${ofSteps.did}` });
  });
});

type Caller = { config: { credentials: () => Promise<{ accessKeyId: string }> } };

/** Denies the monitoring role what the onboarding role may do. */
const deniedToRole = (name: string) => async (_: object, client: () => Caller) => {
  const { accessKeyId } = await client().config.credentials();
  if (accessKeyId === 'cross-role') throw anAwsError(name);
  return {};
};

const foreigner = aTrustStatement({ Principal: { AWS: 'arn:aws:iam::999999999999:root' } });

const tables = (hub = [aRoute(cidr)], monitored = [aRoute(hubCidr)]) => ({
  tables: [aHubTable(hub, ofHub), aTable(monitored, ofMonitored)],
});

/** What Preflight ends in: a plan, an error of this name, or a report. */
const outcomeOf = async (request: object) => {
  try {
    const result = await preflight(request);
    return 'report' in result ? 'a report' : 'a plan';
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
};

describe('is looked into by a whole onboarding', () => {
  it.each<[string, Partial<Network>, object, string]>([
    ['without a peering', { peerings: [] }, {}, 'PreflightRefused'],
    [
      'without a peering that Sightline has requested',
      { peerings: [ourPeering('active', { Tags: [] })] },
      {},
      'a plan',
    ],
    [
      'with a peering of another account’s onboarding',
      {
        peerings: [
          ourPeering('active', {
            Tags: [{ Key: 'sightline:onboarding', Value: `333333333333/${vpcId}` }],
          }),
        ],
      },
      {},
      'a plan',
    ],
    [
      'with a second peering, so that either VPC may be meant',
      {
        vpcs: [...aNetwork().vpcs, aVpc({ ...ofMonitored, VpcId: 'vpc-0f777777777777777' })],
        peerings: [ourPeering(), onOtherVpc],
      },
      {},
      'SeveralVpcsQualify',
    ],
    [
      'with a peering to another VPC than the one that is named',
      { peerings: [onOtherVpc] },
      { vpcId },
      'PreflightRefused',
    ],
    ['while the peering is being set up', { peerings: [ourPeering('provisioning')] }, {}, 'a plan'],
    [
      'with a peering that leads into another account than its tag says',
      {
        peerings: [
          ourPeering('active', { AccepterVpcInfo: showing(vpcId, '333333333333', [cidr]) }),
        ],
      },
      {},
      'a plan',
    ],
    ['in another Region than that of the peering', {}, { region: 'eu-west-1' }, 'a plan'],
    ['without the route of the hub', tables([]), {}, 'a plan'],
    ['without the way back', tables([aRoute(cidr)], []), {}, 'a plan'],
    ['with a blackhole in the hub', tables([aRoute(cidr, { State: 'blackhole' })]), {}, 'a plan'],
    [
      'with a blackhole on the way back',
      tables([aRoute(cidr)], [aRoute(hubCidr, { State: 'blackhole' })]),
      {},
      'a plan',
    ],
    [
      'with a blackhole and no subnet yet, to which a way would lead',
      { ...tables([aRoute(cidr, { State: 'blackhole' })]), subnets: [hubSubnet] },
      {},
      'a plan',
    ],
    [
      'with a route that leads elsewhere',
      tables([aRoute(cidr)], [aRoute(hubCidr, toGateway)]),
      {},
      'RouteConflict',
    ],
    [
      'with a table in use that lacks the route',
      {
        tables: [
          ...tables().tables,
          aTable([], {
            ...ofMonitored,
            RouteTableId: 'rtb-0f777777777777777',
            Associations: [{ SubnetId: subnetId, Main: false }],
          }),
        ],
        subnets: [hubSubnet, monitoredSubnet, { ...monitoredSubnet, SubnetId: 'subnet-2' }],
      },
      {},
      'a plan',
    ],
    ['without a rule', { rules: [ourRule()] }, {}, 'a plan'],
    [
      'with the rule in another group alone',
      {
        groups: [ownGroup, theirGroup],
        rules: [ourRule(), pingRule({ GroupId: theirGroupId })],
      },
      {},
      'a plan',
    ],
    ['without the group', { groups: [], rules: [] }, {}, 'a plan'],
    [
      'with a group of that name which is another’s',
      { groups: [{ ...ownGroup, Tags: [] }] },
      {},
      'SecurityGroupConflict',
    ],
    [
      'without the rule in the hub’s group',
      { groups: [ownGroup, hubGroup] },
      { ports: ['ping', 'zabbix-active'], hubSecurityGroups: [hubGroupId] },
      'a plan',
    ],
    [
      'with a secondary block that the peering does not show',
      { ...withSecondBlock(), peerings: [ourPeering()] },
      {},
      'a plan',
    ],
    [
      'with a secondary block of the hub that the peering does not show',
      {
        ...tables([local('10.1.0.0/16'), aRoute(cidr)]),
        vpcs: [aHubVpc({ ...ofHub, cidrs: [hubCidr, '10.1.0.0/16'] }), aVpc(ofMonitored)],
      },
      {},
      'a plan',
    ],
    [
      'with a block that the peering shows and the VPC has no more',
      { ...withSecondBlock(), ...tables([aRoute(cidr), aRoute(second)]) },
      {},
      'a plan',
    ],
    [
      'with another block than the one that the peering shows',
      {
        peerings: [ourPeering('active', { AccepterVpcInfo: showing(vpcId, accountId, [second]) })],
        ...tables([aRoute(cidr), aRoute(second)]),
      },
      {},
      'a plan',
    ],
    [
      'with a network ACL that lets nothing in',
      { acls: [hubAcl, { ...anAcl({ ingress: [] }), ...ofMonitored }] },
      {},
      'WayBlocked',
    ],
    [
      'with a network ACL of the hub that lets nothing out',
      {
        acls: [
          { ...anAcl({ subnets: [hubSubnetId], egress: [] }), ...ofHub },
          { ...anAcl(), ...ofMonitored },
        ],
      },
      {},
      'WayBlocked',
    ],
    ['asked for DNS resolution that is off', {}, { dnsResolution: true }, 'a plan'],
    [
      'asked for DNS resolution that is on in the hub alone',
      {
        peerings: [ourPeering('active', { RequesterVpcInfo: { ...hubInfo, ...resolving } })],
      },
      { dnsResolution: true },
      'a plan',
    ],
    [
      'asked for what cannot be: a source outside the hub',
      {},
      { sources: ['10.1.0.0/16'] },
      'SourceOutsideHub',
    ],
  ])('an account %s', async (_, parts, request, outcome) => {
    givenNetwork(parts);
    givenDns();
    await expect(outcomeOf(request)).resolves.toBe(outcome);
    expect(await changesIn(ec2)).toEqual([]);
  });

  it.each<[string, () => unknown, object, string]>([
    ['without a role', () => [givenNoRole(), denyRole(monitoringRoleArn)], {}, 'a plan'],
    ['whose role is gone while STS knows it still', givenNoRole, {}, 'a plan'],
    ['whose role cannot be assumed', () => denyRole(monitoringRoleArn), {}, 'a plan'],
    [
      'whose role is in another account, as STS says',
      () =>
        sts
          .on(AssumeRoleCommand, { RoleArn: monitoringRoleArn })
          .callsFake((input: AssumeRoleCommandInput) =>
            sessionOf({ ...input, RoleArn: monitoringRoleArn.replace(accountId, hubAccountId) }),
          ),
      {},
      'a plan',
    ],
    ['whose role lacks a policy', () => givenRole(aRole({ policyArns: [] })), {}, 'a plan'],
    [
      'whose role has a policy too many',
      () => givenRole(aRole({ policyArns: [readOnlyAccess, administratorAccess] })),
      {},
      'RoleTooPowerful',
    ],
    [
      'whose role has an inline policy',
      () => givenRole(aRole({ inlinePolicyNames: ['write'] })),
      {},
      'RoleTooPowerful',
    ],
    [
      'whose role has a policy of its own that lets it give itself more',
      () => {
        givenRole(aRole({ policyArns: [ownPolicy] }));
        givenPolicies({ [ownPolicy]: { Effect: 'Allow', Action: 'iam:*', Resource: '*' } });
      },
      { role: { policyArns: [ownPolicy] } },
      'RoleTooPowerful',
    ],
    [
      'whose role may make VPCs',
      () => ec2.on(CreateVpcCommand, { DryRun: true }).rejects(anAwsError('DryRunOperation')),
      {},
      'a plan',
    ],
    [
      'whose role lets in others',
      () => givenRole(aRole({ trustPolicy: aTrustPolicy(aTrustStatement(), foreigner) })),
      {},
      'RoleTrustsOthers',
    ],
    [
      'whose role does not trust the hub any more, while STS lets it in still',
      () => givenRole(aRole({ trustPolicy: aTrustPolicy() })),
      {},
      'RoleConflict',
    ],
    [
      'whose role does not insist on the external id, as IAM says',
      () => givenExternalId(externalId),
      { role: { externalId } },
      'RoleTrustsOthers',
    ],
    [
      'whose role does not insist on the external id, as trying shows',
      () => givenRole(aRole({ trustPolicy: trustPolicyFor(aRolePlan({ externalId })) })),
      { role: { externalId } },
      'a plan',
    ],
    [
      'whose role asks for another external id',
      () => givenExternalId('another'),
      { role: { externalId } },
      'RoleTrustsOthers',
    ],
  ])('an account %s', async (_, given, request, outcome) => {
    given();
    await expect(outcomeOf(request)).resolves.toBe(outcome);
    expect([...(await changesIn(ec2)), ...(await changesIn(iam))]).toEqual([]);
  });

  it.each([
    ['DescribeRouteTables', DescribeRouteTablesCommand],
    ['DescribeSubnets', DescribeSubnetsCommand],
    ['DescribeNetworkAcls', DescribeNetworkAclsCommand],
    ['DescribeSecurityGroups', DescribeSecurityGroupsCommand],
    ['DescribeSecurityGroupRules', DescribeSecurityGroupRulesCommand],
  ])('an account whose role may not ask EC2 for %s', async (_, command) => {
    ec2
      .on(command as typeof DescribeSubnetsCommand)
      .callsFake(deniedToRole('UnauthorizedOperation'));
    await expect(outcomeOf({})).resolves.toBe('a plan');
  });

  it.each([
    ['GetRole', GetRoleCommand],
    ['ListAttachedRolePolicies', ListAttachedRolePoliciesCommand],
    ['ListRolePolicies', ListRolePoliciesCommand],
  ])('an account whose role may not ask IAM for %s', async (_, command) => {
    iam.on(command as typeof ListRolePoliciesCommand).callsFake(deniedToRole('AccessDenied'));
    expect(['a plan', 'RoleConflict']).toContain(await outcomeOf({}));
  });

  it('an account that is to be reached from another VPC of the hub, as the settings say', async () => {
    const ask = (HUB_VPC_ID: string) => {
      const known = someSettings({ HUB_VPC_ID });
      return reportIfReady({ request: aRequest(), known, region }, executionName);
    };
    await expect(ask(hubVpcId)).resolves.toMatchObject({ ready: true });
    await expect(ask('vpc-0f777777777777777')).resolves.toBeUndefined();
  });

  // That would be denied, and look like an attempt in the account's CloudTrail.
  it('without the monitoring role being asked what it may change besides', async () => {
    givenNetwork({ ...tables([], []), rules: [] });
    await preflight();
    const asked = await dryRunsIn(ec2);
    expect(asked.map(({ by, command }) => `${by}: ${command}`).toSorted()).toEqual([
      'SightlineOnboarding: AuthorizeSecurityGroupIngress',
      'SightlineOnboarding: CreateRoute',
      'cross-role: CreateVpc',
    ]);
  });

  it('with the onboarding role, which alone plans', async () => {
    givenNetwork(tables([]));
    await preflight();
    expect((await assumed()).at(-1)).toContain('role/SightlineOnboarding');
    const plans = (await callsTo(ec2)).filter(({ command }) => command === 'DescribeVpcs');
    expect(plans.map(({ by }) => by).toSorted()).toEqual(['SightlineOnboarding', 'hub']);
  });
});

describe('what is no denial is no answer either, and passed on', () => {
  it.each<[string, () => unknown]>([
    [
      'by EC2 in the hub: RequestLimitExceeded',
      () =>
        ec2.on(DescribeVpcPeeringConnectionsCommand).rejects(anAwsError('RequestLimitExceeded')),
    ],
    [
      'by EC2 in the account: RequestLimitExceeded',
      () => ec2.on(DescribeSecurityGroupsCommand).rejects(anAwsError('RequestLimitExceeded')),
    ],
    [
      'by EC2, asked with DryRun: InternalError',
      () => ec2.on(CreateVpcCommand, { DryRun: true }).rejects(anAwsError('InternalError')),
    ],
    ['by IAM: Throttling', () => iam.on(GetRoleCommand).rejects(anAwsError('Throttling'))],
    [
      'by IAM: ServiceFailureException',
      () => iam.on(ListRolePoliciesCommand).rejects(anAwsError('ServiceFailureException')),
    ],
    ['by STS: Throttling', () => denyRole(monitoringRoleArn, anAwsError('Throttling'))],
    ['by STS: ExpiredToken', () => denyRole(monitoringRoleArn, anAwsError('ExpiredToken'))],
  ])('%s', async (text, given) => {
    given();
    await expect(preflight()).rejects.toMatchObject({ name: text.split(': ')[1] });
    expect(await assumed()).toEqual([monitoringRoleArn]);
  });
});

describe('an account that is to be reached by API only', () => {
  const access = ['api'];

  it('is told by the role, with which IAM and EC2 are asked', async () => {
    const report = await reportOn({ access });
    expect(report).toMatchObject({
      changes: 0,
      role: { arn: monitoringRoleArn, outcome: 'already' },
      readiness: [{ detail: roleSessionArn, ok: true }],
      did: 'was ready already; confirmed 1 of 1 checks',
    });
    expect(report).not.toHaveProperty('network');
    const calls = await callsTo(sts, iam, ec2);
    expect(calls.map(({ by, command }) => `${by}: ${command}`).toSorted()).toEqual([
      'cross-role: CreateVpc',
      'cross-role: DescribeInstances',
      'cross-role: GetRole',
      'cross-role: ListAttachedRolePolicies',
      'cross-role: ListRolePolicies',
      'hub: AssumeRole',
    ]);
  });

  it.each<[string, () => unknown, string]>([
    [
      'may not read EC2',
      () => ec2.on(DescribeInstancesCommand).rejects(anAwsError('UnauthorizedOperation')),
      'a plan',
    ],
    [
      'lets in others',
      () => givenRole(aRole({ trustPolicy: aTrustPolicy(aTrustStatement(), foreigner) })),
      'RoleTrustsOthers',
    ],
    ['cannot be assumed', () => denyRole(monitoringRoleArn), 'a plan'],
  ])('is looked into by a whole onboarding where its role %s', async (_, given, outcome) => {
    given();
    await expect(outcomeOf({ access })).resolves.toBe(outcome);
  });

  it('passes on what is no denial', async () => {
    ec2.on(DescribeInstancesCommand).rejects(anAwsError('RequestLimitExceeded'));
    await expect(preflight({ access })).rejects.toMatchObject({ name: 'RequestLimitExceeded' });
  });
});

describe('is not looked at', () => {
  it('where access is by network only, for then there is no role to look with', async () => {
    await expect(outcomeOf({ access: ['network'] })).resolves.toBe('a plan');
    expect(await assumed()).not.toContain(monitoringRoleArn);
  });

  it('where what an onboarding would do is asked for', async () => {
    const request = { accountId };
    const event = { executionName, request, dryRun: true };
    await expect(handler(event, { functionName: 'preflight' })).resolves.toMatchObject({
      possible: true,
      changes: expect.any(Array),
    });
    expect(await assumed()).not.toContain(monitoringRoleArn);
  });
});
