import {
  DescribeRouteTablesCommand,
  type DescribeRouteTablesCommandInput,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  type DescribeVpcAttributeCommandInput,
  DescribeVpcsCommand,
  type EC2Client,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { handler } from '../../functions/preflight.ts';
import type { KnownVpc } from '../../shared/vpcs.ts';
import {
  accountId,
  aHubTable,
  aHubVpc,
  anAwsError,
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
  ownPolicy,
  ping,
  readOnlyAccess,
  tableId,
  vpcId,
  zabbixAgent,
} from '../builders.ts';
import { callsTo, changesIn, denyRole, ec2, iam, sts } from '../shared/recordedAws.ts';

const preflight = (request: object = {}) =>
  handler({ executionName, request: { accountId, ...request } }, { functionName: 'preflight' });

const ssh = { protocol: 'tcp', from: 22, to: 22 };
const ourAdmin = `arn:aws:iam::${accountId}:policy/Admin`;

type Accounts = { hub: KnownVpc[]; monitored: KnownVpc[]; groups: SecurityGroup[] };

/** Both accounts with one VPC that uses its main route table, but for these parts. */
const given = (parts: Partial<Accounts> = {}) => {
  const { hub, monitored, groups } = {
    hub: [aHubVpc()],
    monitored: [aVpc()],
    groups: [],
    ...parts,
  };
  ec2.on(DescribeVpcsCommand).callsFake(async (_: object, client: () => EC2Client) => {
    const { accessKeyId } = await client().config.credentials();
    return { Vpcs: accessKeyId === 'hub' ? hub : monitored };
  });
  ec2.on(DescribeRouteTablesCommand).callsFake(({ Filters }: DescribeRouteTablesCommandInput) => ({
    RouteTables: Filters?.[0]?.Values?.[0] === hubVpcId ? [aHubTable()] : [aTable()],
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
    },
    role: {
      name: 'cross-role',
      arn: monitoringRoleArn,
      policyArns: [readOnlyAccess],
      principals: [hubRoot],
      boundaryArn: readOnlyAccess,
      allowWrites: false,
      region: 'eu-central-1',
    },
    did: `${vpcId} (${cidr}) is to be reached from ${hubVpcId} (${hubCidr})`,
  });
});

it('takes what the request names instead', async () => {
  const second = 'rtb-0f777777777777777';
  const monitored = [aVpc(), aVpc({ VpcId: 'vpc-0f777777777777777' })];
  given({ monitored, groups: [{ GroupId: groupId }] });
  ec2.on(DescribeRouteTablesCommand).resolves({
    RouteTables: [aTable(), aTable([], { RouteTableId: second })],
  });
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
    'SightlineOnboarding in eu-west-1: DescribeRouteTables',
    'SightlineOnboarding in eu-west-1: DescribeSecurityGroups',
    'SightlineOnboarding in eu-west-1: DescribeSubnets',
    'SightlineOnboarding in eu-west-1: DescribeVpcs',
    'hub in eu-central-1: DescribeRouteTables',
    'hub in eu-central-1: DescribeSubnets',
    'hub in eu-central-1: DescribeVpcs',
  ]);
  expect(await changesIn(ec2)).toEqual([]);
  expect(await callsTo(iam)).toEqual([]);
});

it('gives the same plan when it runs a second time', async () => {
  given();
  const first = await preflight();
  await expect(preflight()).resolves.toEqual(first);
});

it('plans the role and reads nothing where access is by API only', async () => {
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
  ec2
    .on(DescribeVpcsCommand)
    .resolvesOnce({ NextToken })
    .resolvesOnce({ NextToken })
    .resolvesOnce({ Vpcs: [aHubVpc()] })
    .resolvesOnce({ Vpcs: [aVpc()] });
  ec2.on(DescribeRouteTablesCommand).resolves({ RouteTables: [aTable()] });
  ec2
    .on(DescribeRouteTablesCommand, { NextToken: undefined })
    .resolves({ RouteTables: [], NextToken });
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

it('passes on that a call is denied', async () => {
  ec2.on(DescribeVpcsCommand).rejects(anAwsError('UnauthorizedOperation'));
  await expect(preflight()).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
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
