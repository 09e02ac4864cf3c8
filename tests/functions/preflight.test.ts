import {
  AuthorizeSecurityGroupIngressCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeNetworkAclsCommand,
  type DescribeNetworkAclsCommandInput,
  DescribeRouteTablesCommand,
  type DescribeRouteTablesCommandInput,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  type DescribeSubnetsCommandInput,
  DescribeVpcAttributeCommand,
  type DescribeVpcAttributeCommandInput,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type RouteTable,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { handler } from '../../functions/preflight.ts';
import { Plan } from '../../shared/execution.ts';
import type { KnownVpc } from '../../shared/network/vpcs.ts';
import type { Verdict } from '../../shared/preflight/verdict.ts';
import {
  accountId,
  aDescribedPeering,
  administratorAccess,
  aHubTable,
  aHubVpc,
  anAwsError,
  aReversedPeering,
  aRoute,
  aTable,
  aVpc,
  cidr,
  executionName,
  groupId,
  hubAccountId,
  hubCidr,
  hubRoot,
  hubTableId,
  hubVpcId,
  monitoringRoleArn,
  onboardingRoleArn,
  otherPeeringId,
  ownPolicy,
  peeringId,
  ping,
  readOnlyAccess,
  tableId,
  vpcId,
  zabbixAgent,
} from '../builders.ts';
import {
  aclId,
  aHubAcl,
  anAcl,
  aSubnet,
  hubSubnetCidr,
  hubSubnetId,
} from '../shared/readiness/someWays.ts';
import {
  allowRole,
  callsTo,
  changesIn,
  denyRole,
  dryRunsIn,
  ec2,
  iam,
  quotas,
  sts,
} from '../shared/recordedAws.ts';
import { givenNetwork, ofHub, ofMonitored } from '../shared/recordedNetwork.ts';
import { aRole, givenNoRole, givenRole } from '../shared/recordedRole.ts';

const context = { functionName: 'preflight' };

const preflight = (request: object = {}) =>
  handler({ executionName, request: { accountId, ...request } }, context);

const verdict = (request: object = {}) =>
  handler({ executionName, request: { accountId, ...request }, dryRun: true }, context);

const ssh = { protocol: 'tcp', from: 22, to: 22 };
const ourAdmin = `arn:aws:iam::${accountId}:policy/Admin`;

type Accounts = {
  hub: KnownVpc[];
  monitored: KnownVpc[];
  groups: SecurityGroup[];
  hubTables: RouteTable[];
  tables: RouteTable[];
};

/** What EC2 answers to a DryRun of a call that is permitted. */
const permitted = anAwsError('DryRunOperation', 'Request would have succeeded, but DryRun is set');

/** No peering, no ACL that could deny, no monitoring role, and whatever is asked with DryRun is permitted. */
const givenNothingElse = () => {
  ec2.on(DescribeNetworkAclsCommand).resolves({ NetworkAcls: [] });
  ec2.on(DescribeVpcPeeringConnectionsCommand).resolves({ VpcPeeringConnections: [] });
  ec2.on(DescribeSecurityGroupRulesCommand).resolves({ SecurityGroupRules: [] });
  const DryRun = true;
  ec2.on(CreateRouteCommand, { DryRun }).rejects(permitted);
  ec2.on(CreateSecurityGroupCommand, { DryRun }).rejects(permitted);
  ec2.on(AuthorizeSecurityGroupIngressCommand, { DryRun }).rejects(permitted);
};

beforeEach(() => {
  givenNoRole();
  denyRole(monitoringRoleArn);
});

/** Both accounts with one VPC that uses its main route table, but for these parts. */
const given = (parts: Partial<Accounts> = {}) => {
  givenNothingElse();
  const { hub, monitored, groups, hubTables, tables } = {
    hub: [aHubVpc()],
    monitored: [aVpc()],
    groups: [],
    hubTables: [aHubTable()],
    tables: [aTable()],
    ...parts,
  };
  ec2.on(DescribeVpcsCommand).callsFake(async (_: object, client: () => EC2Client) => {
    const { accessKeyId } = await client().config.credentials();
    return { Vpcs: accessKeyId === 'hub' ? hub : monitored };
  });
  ec2.on(DescribeRouteTablesCommand).callsFake(({ Filters }: DescribeRouteTablesCommandInput) => ({
    RouteTables: Filters?.[0]?.Values?.[0] === hubVpcId ? hubTables : tables,
  }));
  ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [{ SubnetId: 'subnet-1' }] });
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: groups });
};

it('fills in every default from the settings and from what is there', async () => {
  given();
  await expect(preflight()).resolves.toEqual({
    accountId,
    network: {
      hub: {
        accountId: hubAccountId,
        region: 'eu-central-1',
        vpcId: hubVpcId,
        cidrs: [hubCidr],
        routeTableIds: [hubTableId],
      },
      monitored: {
        accountId,
        region: 'eu-central-1',
        vpcId,
        cidrs: [cidr],
        routeTableIds: [tableId],
      },
      acceptance: 'auto',
      securityGroupIds: [],
      ports: [zabbixAgent, ping],
      sources: [hubCidr],
      dnsResolution: false,
      isGroupMissing: true,
    },
    role: {
      name: 'cross-role',
      arn: monitoringRoleArn,
      policyArns: [readOnlyAccess],
      principals: [hubRoot],
      boundaryArn: readOnlyAccess,
      allowWrites: false,
      region: 'eu-central-1',
      isMissing: true,
    },
    did: `${vpcId} (${cidr}) is to be reached from ${hubVpcId} (${hubCidr})`,
  });
});

it('takes what the request names instead', async () => {
  const second = 'rtb-0f777777777777777';
  const monitored = [aVpc(), aVpc({ VpcId: 'vpc-0f777777777777777' })];
  const tables = [aTable(), aTable([], { RouteTableId: second })];
  given({ monitored, groups: [{ GroupId: groupId }], tables });
  denyRole(`${monitoringRoleArn}-zabbix`);
  const plan = await preflight({
    region: 'eu-west-1',
    vpcId,
    acceptance: 'manual',
    routeTables: { monitored: [second] },
    securityGroups: [groupId],
    ports: ['node-exporter'],
    sources: ['10.0.1.0/24', '10.0.2.0/24'],
    role: {
      name: 'cross-role-zabbix',
      policyArns: [ownPolicy],
      externalId: 'secret-of-yace',
      allowWrites: true,
    },
  });
  expect(plan).toMatchObject({
    network: {
      monitored: { region: 'eu-west-1', vpcId, routeTableIds: [second] },
      acceptance: 'manual',
      securityGroupIds: [groupId],
      ports: [{ name: 'node-exporter' }],
      sources: ['10.0.1.0/24', '10.0.2.0/24'],
    },
    role: {
      name: 'cross-role-zabbix',
      policyArns: [ownPolicy],
      externalId: 'secret-of-yace',
      allowWrites: true,
      region: 'eu-west-1',
    },
  });
});

it('reads each side with that side’s credentials, in its Region, and changes nothing', async () => {
  given();
  await preflight({ region: 'eu-west-1' });
  const calls = await callsTo(ec2);
  const readers = calls.map(({ by, in: region, command }) => `${by} in ${region}: ${command}`);
  expect(readers.sort()).toEqual([
    'SightlineOnboarding in eu-west-1: CreateRoute',
    'SightlineOnboarding in eu-west-1: CreateSecurityGroup',
    'SightlineOnboarding in eu-west-1: DescribeNetworkAcls',
    'SightlineOnboarding in eu-west-1: DescribeRouteTables',
    'SightlineOnboarding in eu-west-1: DescribeSecurityGroups',
    'SightlineOnboarding in eu-west-1: DescribeSubnets',
    'SightlineOnboarding in eu-west-1: DescribeVpcPeeringConnections',
    'SightlineOnboarding in eu-west-1: DescribeVpcs',
    'hub in eu-central-1: DescribeNetworkAcls',
    'hub in eu-central-1: DescribeRouteTables',
    'hub in eu-central-1: DescribeSubnets',
    'hub in eu-central-1: DescribeVpcPeeringConnections',
    'hub in eu-central-1: DescribeVpcs',
  ]);
  expect((await dryRunsIn(ec2)).map(({ command }) => command).sort()).toEqual([
    'CreateRoute',
    'CreateSecurityGroup',
  ]);
  expect(await changesIn(ec2)).toEqual([]);
  const ofRole = await callsTo(iam);
  expect(ofRole.map(({ by, command }) => `${by}: ${command}`)).toEqual([
    'SightlineOnboarding: GetRole',
  ]);
});

describe('of several VPCs that the hub has tagged', () => {
  const Tags = [{ Key: 'sightline:hub', Value: 'true' }];
  const second = 'vpc-0a222222222222222';
  const untagged = 'vpc-0a333333333333333';
  const hub = [
    aHubVpc({ Tags }),
    aHubVpc({ VpcId: second, cidrs: ['10.1.0.0/16'], Tags }),
    aHubVpc({ VpcId: untagged }),
  ];

  it('takes the one that the request names', async () => {
    given({ hub });
    await expect(preflight({ hubVpcId: second })).resolves.toMatchObject({
      network: { hub: { vpcId: second, cidrs: ['10.1.0.0/16'] }, sources: ['10.1.0.0/16'] },
    });
  });

  it('chooses none by itself, and says how to name one', async () => {
    given({ hub });
    await expect(preflight()).rejects.toMatchObject({
      name: 'HubVpcNotChosen',
      message: expect.stringMatching(
        new RegExp(`${hubVpcId} .*${second} .*Name one that is tagged .* in \`hubVpcId\``, 's'),
      ),
    });
  });

  it.each([
    ['one of the hub’s that has no tag', untagged],
    ['the monitored account’s own', vpcId],
    ['one that nobody has', 'vpc-0f777777777777777'],
  ])('refuses another: %s', async (_, hubVpc) => {
    given({ hub, monitored: [aVpc({ Tags })] });
    await expect(preflight({ hubVpcId: hubVpc })).rejects.toMatchObject({
      name: 'HubVpcNotAllowed',
      message: expect.stringContaining(`names ${hubVpc} as the hub’s VPC`),
    });
    await expect(verdict({ hubVpcId: hubVpc })).resolves.toMatchObject({
      possible: false,
      findings: [{ name: 'HubVpcNotAllowed' }],
    });
    expect(await changesIn(ec2)).toEqual([]);
  });
});

it('gives the same plan when it runs a second time', async () => {
  given();
  const first = await preflight();
  await expect(preflight()).resolves.toEqual(first);
});

it('plans the role and reads nothing of the network where access is by API only', async () => {
  const plan = await preflight({ access: ['api'] });
  expect(plan).toMatchObject({ role: { arn: monitoringRoleArn }, did: 'access by API only' });
  expect(plan).not.toHaveProperty('network');
  expect(await callsTo(ec2)).toEqual([]);
});

it('plans no role where access is by network only', async () => {
  given();
  const plan = await preflight({ access: ['network'] });
  expect(plan).toMatchObject({ network: { monitored: { vpcId } } });
  expect(plan).not.toHaveProperty('role');
});

it('gives each side the other’s IPv6 blocks where both VPCs have some', async () => {
  given({
    hub: [aHubVpc({ ipv6: ['2001:db8:a::/56'] })],
    monitored: [aVpc({ ipv6: ['2001:db8:b::/56'] })],
  });
  await expect(preflight()).resolves.toMatchObject({
    network: {
      hub: { cidrs: [hubCidr, '2001:db8:a::/56'] },
      monitored: { cidrs: [cidr, '2001:db8:b::/56'] },
      sources: [hubCidr, '2001:db8:a::/56'],
    },
  });
});

it('finds VPCs, tables, subnets and groups on the second page too', async () => {
  const NextToken = 'page 2';
  givenNothingElse();
  ec2
    .on(DescribeVpcsCommand)
    .resolvesOnce({ NextToken })
    .resolvesOnce({ NextToken })
    .resolvesOnce({ Vpcs: [aHubVpc()] })
    .resolvesOnce({ Vpcs: [aVpc()] });
  ec2
    .on(DescribeRouteTablesCommand)
    .callsFake(({ Filters, NextToken: page }: DescribeRouteTablesCommandInput) => {
      const table = Filters?.[0]?.Values?.[0] === hubVpcId ? aHubTable() : aTable();
      return page ? { RouteTables: [table] } : { RouteTables: [], NextToken };
    });
  ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [{ SubnetId: 'subnet-1' }] });
  ec2.on(DescribeSubnetsCommand, { NextToken: undefined }).resolves({ NextToken });
  const tagged = { GroupId: groupId, Tags: [{ Key: 'sightline:monitor', Value: 'true' }] };
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [tagged] });
  ec2.on(DescribeSecurityGroupsCommand, { NextToken: undefined }).resolves({ NextToken });
  await expect(preflight()).resolves.toMatchObject({
    network: {
      hub: { vpcId: hubVpcId },
      monitored: { vpcId, routeTableIds: [tableId] },
      securityGroupIds: [groupId],
    },
  });
});

it('refuses a request that is none, naming every problem, before it assumes any role', async () => {
  await expect(preflight({ accountId: '12', vpcID: vpcId })).rejects.toMatchObject({
    name: 'InvalidRequest',
    message: expect.stringMatching(
      /accountId: expected an AWS account id.*vpcID: is not known here/,
    ),
  });
  expect(await callsTo(sts)).toEqual([]);
});

it.each<[string, object, string]>([
  ['a Region of another partition', { region: 'cn-north-1' }, 'region: '],
  ['a port that the settings do not allow', { ports: [ssh] }, 'ports.0: '],
  ['a role of another name', { role: { name: 'admin' } }, 'role.name: '],
  ['a policy beyond the settings', { role: { policyArns: [ourAdmin] } }, 'role.policyArns.0: '],
  ['everybody as a source', { sources: ['0.0.0.0/0'] }, 'sources.0: '],
])('refuses %s, before it assumes any role', async (_, request, problem) => {
  await expect(preflight(request)).rejects.toMatchObject({
    name: 'InvalidRequest',
    message: expect.stringContaining(`cannot be carried out: ${problem}expected `),
  });
  expect(await callsTo(sts)).toEqual([]);
});

it.each([
  ['beside the hub’s VPC', ['10.1.0.0/16']],
  ['that only begins in it', ['10.0.1.0/24', '10.1.0.0/24']],
  ['of the account itself', [cidr]],
  ['of IPv6 where the hub has none', ['2001:db8::/56']],
])('refuses sources %s', async (_, sources) => {
  given();
  await expect(preflight({ sources })).rejects.toMatchObject({
    name: 'SourceOutsideHub',
    message: expect.stringContaining(
      `The hub reaches out from ${hubVpcId} (${hubCidr}); outside of that: ${sources.at(-1)}.`,
    ),
  });
  expect(await changesIn(ec2)).toEqual([]);
});

it('says which role is missing and what to deploy where', async () => {
  denyRole(onboardingRoleArn);
  await expect(preflight()).rejects.toMatchObject({
    name: 'OnboardingRoleNotAssumable',
    message: expect.stringContaining(
      `deploy templates/monitored-account.yml in account ${accountId}`,
    ),
  });
});

it.each<[string, Partial<Accounts>, string]>([
  ['VPCs that share addresses', { monitored: [aVpc({ cidrs: ['10.0.8.0/24'] })] }, 'CidrOverlap'],
  ['a hub with two VPCs', { hub: [aHubVpc(), aHubVpc({ VpcId: 'vpc-2' })] }, 'HubVpcNotChosen'],
  [
    'an account with a default VPC only',
    { monitored: [aVpc({ IsDefault: true })] },
    'NoVpcQualifies',
  ],
  [
    'an account with two VPCs',
    { monitored: [aVpc(), aVpc({ VpcId: 'vpc-2' })] },
    'SeveralVpcsQualify',
  ],
])('refuses %s', async (_, accounts, name) => {
  given(accounts);
  await expect(preflight()).rejects.toMatchObject({ name });
});

it.each([
  ['a VPC', { vpcId: 'vpc-0f777777777777777' }, 'VpcNotFound'],
  ['a route table of the hub', { routeTables: { hub: [tableId] } }, 'RouteTableNotFound'],
  [
    'a route table of the account',
    { routeTables: { monitored: [hubTableId] } },
    'RouteTableNotFound',
  ],
  ['a security group', { securityGroups: [groupId] }, 'SecurityGroupNotFound'],
  ['a port profile', { ports: ['gopher'] }, 'InvalidRequest'],
] as const)('refuses %s that does not exist', async (_, request, name) => {
  given();
  await expect(preflight(request)).rejects.toMatchObject({ name });
});

describe('asked for DNS resolution', () => {
  const givenAttributes = (off: string[]) =>
    ec2
      .on(DescribeVpcAttributeCommand)
      .callsFake(({ VpcId, Attribute }: DescribeVpcAttributeCommandInput) => {
        const Value = !off.includes(`${Attribute} of ${VpcId}`);
        return { EnableDnsSupport: { Value }, EnableDnsHostnames: { Value } };
      });

  it('is content where both VPCs have what it needs', async () => {
    given();
    givenAttributes([]);
    await expect(preflight({ dnsResolution: true })).resolves.toMatchObject({
      network: { dnsResolution: true },
    });
  });

  it.each([
    [[`enableDnsHostnames of ${vpcId}`]],
    [[`enableDnsSupport of ${hubVpcId}`]],
    [[`enableDnsSupport of ${hubVpcId}`, `enableDnsHostnames of ${vpcId}`]],
  ])('refuses VPCs without %s', async (off) => {
    given();
    givenAttributes(off);
    await expect(preflight({ dnsResolution: true })).rejects.toMatchObject({
      name: 'DnsAttributesOff',
      message: expect.stringContaining(`needs ${off.join(' and ')}, which are off`),
    });
  });
});

it.each([
  ['says that there is no role yet, so that EnsureRole need not look', givenNoRole, true],
  ['says nothing of that where there is one', givenRole, undefined],
] as const)('%s', async (_, givenThat, isMissing) => {
  given();
  givenThat();
  const plan = Plan.parse(await preflight());
  expect(plan.role?.isMissing).toBe(isMissing);
});

describe('the peerings that are looked at', () => {
  const others = { OwnerId: '333333333333', VpcId: 'vpc-0f777777777777777' };
  const hub = { OwnerId: hubAccountId, VpcId: hubVpcId };
  /** A peering that another account has requested of the hub. */
  const ofOthers = (id: string) =>
    aDescribedPeering('active', {
      VpcPeeringConnectionId: id,
      RequesterVpcInfo: others,
      AccepterVpcInfo: hub,
    });
  const into = (VpcPeeringConnectionId: string) => ({ VpcPeeringConnectionId });
  const blackhole = (id: string) => aRoute(cidr, { ...into(id), State: 'blackhole' });

  const looks = async () =>
    (await callsTo(ec2))
      .filter(({ command }) => command === 'DescribeVpcPeeringConnections')
      .map(({ by, in: region, input }) => ({ by, in: region, ...input }));
  const asked = { by: 'hub', in: 'eu-central-1', MaxResults: 1000, NextToken: undefined };
  const byHub = {
    ...asked,
    Filters: [{ Name: 'requester-vpc-info.vpc-id', Values: [hubVpcId] }],
  };
  const ofAccount = { ...asked, by: 'SightlineOnboarding', in: 'eu-west-1' };

  it('are those of the hub’s requests and of the account’s own: one call on each side', async () => {
    const hubTable = aHubTable([aRoute('10.30.0.0/16')], ofHub);
    givenNetwork({ peerings: [aDescribedPeering()], tables: [hubTable, aTable([], ofMonitored)] });
    await preflight({ region: 'eu-west-1' });
    expect(await looks()).toEqual([ofAccount, byHub]);
  });

  it('are also those that the hub’s routes lead into, each asked for once', async () => {
    const hubTable = aHubTable(
      [
        aRoute('10.30.0.0/16', into('pcx-1')),
        aRoute('10.31.0.0/16', into('pcx-2')),
        aRoute('10.32.0.0/16', into('pcx-1')),
        aRoute('10.33.0.0/16', into(peeringId)),
        aRoute('10.34.0.0/16', toTransitGateway),
      ],
      ofHub,
    );
    givenNetwork({
      peerings: [aDescribedPeering(), ofOthers('pcx-1'), ofOthers('pcx-2')],
      tables: [hubTable, aTable([], ofMonitored)],
    });
    await preflight({ region: 'eu-west-1' });
    expect(await looks()).toEqual([
      ofAccount,
      byHub,
      { ...asked, Filters: [{ Name: 'vpc-peering-connection-id', Values: ['pcx-1', 'pcx-2'] }] },
    ]);
  });

  it('tell whose addresses a route of the hub leads to', async () => {
    const tables = [aHubTable([aRoute(cidr, into('pcx-1'))], ofHub), aTable([], ofMonitored)];
    givenNetwork({ peerings: [ofOthers('pcx-1')], tables });
    await expect(preflight()).rejects.toMatchObject({
      name: 'RouteCollision',
      message: expect.stringContaining(
        `sends ${cidr} to pcx-1, which leads to vpc-0f777777777777777 of account 333333333333`,
      ),
    });
  });

  it('tell whose blackhole is in the way, as long as AWS shows it', async () => {
    const tables = [aHubTable([blackhole('pcx-1')], ofHub), aTable([], ofMonitored)];
    givenNetwork({ peerings: [{ ...ofOthers('pcx-1'), Status: { Code: 'deleted' } }], tables });
    await expect(preflight()).rejects.toMatchObject({
      name: 'RouteConflict',
      message: expect.stringContaining('a blackhole; that peering is one of other VPCs'),
    });
    givenNetwork({ peerings: [], tables });
    await expect(preflight()).rejects.toMatchObject({
      name: 'RouteConflict',
      message: expect.stringContaining('AWS no longer shows which VPCs that peering connected'),
    });
  });

  it.each([
    ['requested by the hub', aDescribedPeering('deleted', into(otherPeeringId))],
    ['requested by the account', aReversedPeering('deleted', into(otherPeeringId))],
  ])('are dead ones too, whose blackholes are replaced: %s', async (_, dead) => {
    const left = aRoute(hubCidr, { ...into(otherPeeringId), State: 'blackhole' });
    givenNetwork({ peerings: [dead], tables: [aHubTable([], ofHub), aTable([left], ofMonitored)] });
    const { changes } = (await verdict()) as Verdict;
    expect(changes.map(({ call }) => call)).toContain('ec2:ReplaceRoute');
  });

  it('include the one that the account has requested, which is adopted', async () => {
    const tables = [aHubTable([], ofHub), aTable([], ofMonitored)];
    givenNetwork({ peerings: [aReversedPeering()], tables });
    const { changes } = (await verdict()) as Verdict;
    expect(changes[0]).toMatchObject({
      does: 'adopt',
      what: `${peeringId} is active, requested by account ${accountId}`,
    });
  });
});

it('passes on that a call is denied', async () => {
  ec2.on(DescribeVpcsCommand).rejects(anAwsError('UnauthorizedOperation'));
  await expect(preflight()).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
});

/** Routes to addresses that nobody asked for. */
const someRoutes = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    aRoute(`172.${16 + Math.floor(n / 256)}.${n % 256}.0/24`, toTransitGateway),
  );

/** The monitored subnet's ACL lets nothing in. */
const givenClosedAcl = () => {
  ec2.on(DescribeSubnetsCommand).callsFake(({ Filters }: DescribeSubnetsCommandInput) => {
    const isHub = Filters?.[0]?.Values?.[0] === hubVpcId;
    const ofHub = { SubnetId: hubSubnetId, CidrBlock: hubSubnetCidr };
    return { Subnets: [aSubnet(isHub ? ofHub : {})] };
  });
  ec2.on(DescribeNetworkAclsCommand).callsFake(({ Filters }: DescribeNetworkAclsCommandInput) => {
    const isHub = Filters?.[0]?.Values?.[0] === hubVpcId;
    return { NetworkAcls: [isHub ? aHubAcl() : anAcl({ ingress: [] })] };
  });
};

const toTransitGateway = { VpcPeeringConnectionId: undefined, TransitGatewayId: 'tgw-1' };
const conflict = () => [aTable([aRoute(hubCidr, toTransitGateway)])];
const denyRoutes = () =>
  ec2.on(CreateRouteCommand, { DryRun: true }).rejects(anAwsError('UnauthorizedOperation'));

const denyGroups = () =>
  ec2.on(CreateSecurityGroupCommand, { DryRun: true }).rejects(anAwsError('UnauthorizedOperation'));

describe('what stands in the way is told before anything is changed', () => {
  it('where a route leads elsewhere', async () => {
    given({ tables: conflict() });
    await expect(preflight()).rejects.toMatchObject({
      name: 'RouteConflict',
      message: expect.stringContaining(`${tableId} sends ${hubCidr} to tgw-1 (transit gateway)`),
    });
  });

  it('where a network ACL would let nothing through', async () => {
    given();
    givenClosedAcl();
    await expect(preflight()).rejects.toMatchObject({
      name: 'WayBlocked',
      message: expect.stringContaining(aclId),
    });
  });

  it('where the VPC is shared by another account', async () => {
    given({ monitored: [aVpc({ OwnerId: '333333333333' })] });
    await expect(preflight()).rejects.toMatchObject({
      name: 'VpcShared',
      message: expect.stringContaining('belongs to account 333333333333'),
    });
  });

  it('where the onboarding role may not do what is planned', async () => {
    given();
    denyRoutes();
    await expect(preflight()).rejects.toMatchObject({
      name: 'PermissionsMissing',
      message: expect.stringContaining('needs: ec2:CreateRoute.'),
    });
  });

  it('where the monitoring role is none of the kind that is asked for', async () => {
    given();
    givenRole(aRole({ policyArns: [readOnlyAccess, administratorAccess] }));
    await expect(preflight()).rejects.toMatchObject({ name: 'RoleTooPowerful' });
  });

  it('all of it at once, with every remedy', async () => {
    given({ tables: conflict() });
    givenRole(aRole({ policyArns: [readOnlyAccess, administratorAccess] }));
    denyGroups();
    await expect(preflight()).rejects.toMatchObject({
      name: 'PreflightRefused',
      message: expect.stringMatching(
        /1\. RouteConflict: .* 2\. PermissionsMissing: .* 3\. RoleTooPowerful: .*3 things stand in the way/,
      ),
    });
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('of a shared VPC just what can be mended: whose it is, not what the role may not do in it', async () => {
    given({ monitored: [aVpc({ OwnerId: '333333333333' })], tables: conflict() });
    denyGroups();
    await expect(preflight()).rejects.toMatchObject({
      message: expect.stringMatching(/1\. VpcShared: .* 2\. RouteConflict: .*2 things stand/),
    });
  });

  it('but not a route that takes a part of the addresses: that is no obstacle', async () => {
    given({ tables: [aTable([aRoute('10.0.9.0/24', toTransitGateway)])] });
    const plan = await preflight();
    expect(plan).toMatchObject({ network: { monitored: { routeTableIds: [tableId] } } });
    expect(plan).not.toHaveProperty('notes');
  });
});

describe('the room that quotas leave', () => {
  const onQuota = (Value: number) =>
    quotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value } });

  it('is not asked about where AWS’s defaults leave some', async () => {
    given({ tables: [aTable(someRoutes(498))] });
    await expect(preflight()).resolves.toHaveProperty('network');
    expect(await callsTo(quotas)).toEqual([]);
  });

  it('is that of the account itself, in the Region of the table', async () => {
    given({ tables: [aTable(someRoutes(500))] });
    onQuota(1000);
    await expect(preflight({ region: 'eu-west-1' })).resolves.toHaveProperty('network');
    expect(await callsTo(quotas)).toEqual([
      {
        by: 'SightlineOnboarding',
        in: 'eu-west-1',
        command: 'GetServiceQuota',
        input: { ServiceCode: 'vpc', QuotaCode: 'L-93826ACB' },
      },
    ]);
  });

  it.each<[string, () => unknown, string]>([
    ['is none left', () => onQuota(500), 'would hold 501 where'],
    [
      'cannot be read',
      () => quotas.on(GetServiceQuotaCommand).rejects(anAwsError('AccessDeniedException')),
      'allows 500 by default (the real value cannot be read)',
    ],
  ])('stands in the way where it %s', async (_, quotaIs, message) => {
    given({ tables: [aTable(someRoutes(499))] });
    quotaIs();
    await expect(preflight()).rejects.toMatchObject({
      name: 'NoRoom',
      message: expect.stringContaining(message),
    });
  });

  it('is not guessed where Service Quotas is busy', async () => {
    given({ tables: [aTable(someRoutes(500))] });
    quotas.on(GetServiceQuotaCommand).rejects(anAwsError('TooManyRequestsException'));
    await expect(preflight()).rejects.toMatchObject({ name: 'TooManyRequestsException' });
  });
});

describe('asked for its verdict', () => {
  it('tells every call of an onboarding, and makes none', async () => {
    given();
    const { changes, ...others } = (await verdict()) as Verdict;
    expect(others).toEqual({
      accountId,
      possible: true,
      findings: [],
      did: `${vpcId} (${cidr}) is to be reached from ${hubVpcId} (${hubCidr})`,
    });
    expect(changes.map(({ does, call, ...at }) => `${does} ${call} in ${at.accountId}`)).toEqual([
      `create ec2:CreateVpcPeeringConnection in ${hubAccountId}`,
      `create ec2:CreateTags in ${accountId}`,
      `create ec2:AcceptVpcPeeringConnection in ${accountId}`,
      `create ec2:CreateRoute in ${hubAccountId}`,
      `create ec2:CreateRoute in ${accountId}`,
      `create ec2:CreateSecurityGroup in ${accountId}`,
      `create ec2:AuthorizeSecurityGroupIngress in ${accountId}`,
      `create iam:CreateRole in ${accountId}`,
      `create iam:AttachRolePolicy in ${accountId}`,
    ]);
    expect(await changesIn(ec2)).toEqual([]);
    expect(await changesIn(iam)).toEqual([]);
  });

  it('tells all that stands in the way, rather than to fail, and no change', async () => {
    given({ tables: conflict() });
    denyGroups();
    await expect(verdict()).resolves.toMatchObject({
      possible: false,
      changes: [],
      findings: [
        { severity: 'blocks', name: 'RouteConflict' },
        { severity: 'blocks', name: 'PermissionsMissing', remedy: expect.any(String) },
      ],
    });
  });

  it('tells what a person should know besides', async () => {
    given({ tables: [aTable([aRoute('10.0.9.0/24', toTransitGateway)])] });
    await expect(verdict()).resolves.toMatchObject({
      possible: true,
      findings: [{ severity: 'warns', name: 'RouteTakesPart' }],
    });
  });

  it('tells that Sightline is not let in', async () => {
    denyRole(onboardingRoleArn);
    await expect(verdict()).resolves.toMatchObject({
      possible: false,
      changes: [],
      findings: [{ severity: 'blocks', name: 'OnboardingRoleNotAssumable' }],
    });
  });

  it.each<[string, object, string]>([
    ['a request that is none', { accountId: '12' }, 'InvalidRequest'],
    ['a call that AWS throttles', {}, 'RequestLimitExceeded'],
  ])('fails at %s', async (_, request, name) => {
    ec2.on(DescribeVpcsCommand).rejects(anAwsError('RequestLimitExceeded'));
    await expect(verdict(request)).rejects.toMatchObject({ name });
  });
});

describe('of a new account', () => {
  const newAccount = true;

  it('waits for the onboarding role, which comes some minutes after the account', async () => {
    const denied = anAwsError('AccessDenied', 'not authorized');
    denyRole(onboardingRoleArn, denied);
    await expect(preflight({ newAccount })).rejects.toMatchObject({
      name: 'AccountNotReadyYet',
      message: expect.stringMatching(new RegExp(`${accountId}.*${onboardingRoleArn}`)),
      cause: { name: 'OnboardingRoleNotAssumable', cause: denied },
    });
  });

  it.each(['OptInRequired', 'PendingVerification', 'AuthFailure', 'SubscriptionRequiredException'])(
    'waits while EC2 answers %s, and in an older account does not',
    async (name) => {
      ec2.on(DescribeVpcsCommand).rejects(anAwsError(name));
      await expect(preflight({ newAccount })).rejects.toMatchObject({ name: 'AccountNotReadyYet' });
      await expect(preflight()).rejects.toMatchObject({ name });
    },
  );

  it.each(['UnauthorizedOperation', 'RequestLimitExceeded'])(
    'does not wait where EC2 answers %s',
    async (name) => {
      ec2.on(DescribeVpcsCommand).rejects(anAwsError(name));
      await expect(preflight({ newAccount })).rejects.toMatchObject({ name });
    },
  );

  it('plans the role alone where no VPC qualifies, and notes why', async () => {
    given({ monitored: [aVpc({ IsDefault: true })] });
    const plan = await preflight({ newAccount });
    expect(plan).toEqual({
      accountId,
      role: expect.objectContaining({ arn: monitoringRoleArn }),
      notes: [
        `Account ${accountId} has no VPC in eu-central-1 that Sightline would choose by itself: ${vpcId} (${cidr}, default VPC).`,
      ],
      did: 'access by API only',
    });
  });

  // Somebody may have made it with the account.
  it('waits as well where the monitoring role is there before EC2 answers', async () => {
    allowRole(monitoringRoleArn);
    givenRole();
    given();
    ec2.on(CreateVpcCommand, { DryRun: true }).rejects(anAwsError('UnauthorizedOperation'));
    ec2.on(DescribeInstancesCommand).rejects(anAwsError('OptInRequired'));
    const access = ['api'];
    await expect(preflight({ newAccount, access })).rejects.toMatchObject({
      name: 'AccountNotReadyYet',
    });
    await expect(preflight({ access })).rejects.toMatchObject({ name: 'OptInRequired' });
  });

  it('refuses all the same where access is by network only', async () => {
    given({ monitored: [] });
    await expect(preflight({ newAccount, access: ['network'] })).rejects.toMatchObject({
      name: 'NoVpcQualifies',
    });
  });

  it('refuses all the same where several VPCs could be meant', async () => {
    given({ monitored: [aVpc(), aVpc({ VpcId: 'vpc-2' })] });
    await expect(preflight({ newAccount })).rejects.toMatchObject({ name: 'SeveralVpcsQualify' });
  });
});
