import {
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeRouteTablesCommand,
  type DescribeRouteTablesCommandInput,
  DescribeSecurityGroupRulesCommand,
  DescribeVpcPeeringConnectionsCommand,
  type RouteTable,
  type SecurityGroupRule,
  type VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import { handler } from '../../functions/confirmReadiness.ts';
import type { Plan } from '../../shared/execution.ts';
import {
  aConfigured,
  accountId,
  aDescribedPeering,
  administratorAccess,
  aHubTable,
  aMonitoredSide,
  aNetworkPlan,
  anAwsError,
  aPeering,
  aPlan,
  aRolePlan,
  aRoleResult,
  aRoute,
  aRule,
  aTable,
  cidr,
  executionName,
  groupId,
  hubCidr,
  hubTableId,
  monitoringRoleArn,
  peeringId,
  readOnlyAccess,
  tableId,
} from '../builders.ts';
import { callsTo, changesIn, denyRole, dryRunsIn, ec2, iam, sts } from '../shared/recordedAws.ts';
import {
  aRole,
  aTrustPolicy,
  aTrustStatement,
  givenReader,
  givenRole,
  roleSessionArn,
} from '../shared/recordedRole.ts';

const networkPrepared = { peering: aPeering(), configured: aConfigured() };
const rolePrepared = { role: aRoleResult() };

const confirmReadiness = (
  plan: Plan = aPlan(),
  prepared: [object, object] = [networkPrepared, rolePrepared],
) => handler({ executionName, plan, prepared }, { functionName: 'confirmReadiness' });

type Network = {
  peering: VpcPeeringConnection;
  tables: RouteTable[];
  rules: SecurityGroupRule[];
};

/** A network in which everything is as it was set up, but for these parts. */
const given = (parts: Partial<Network> = {}) => {
  const { peering, tables, rules } = {
    peering: aDescribedPeering(),
    tables: [aHubTable([aRoute(cidr)]), aTable([aRoute(hubCidr)])],
    rules: [aRule()],
    ...parts,
  };
  ec2
    .on(DescribeVpcPeeringConnectionsCommand)
    .callsFake(() => ({ VpcPeeringConnections: [peering] }));
  ec2
    .on(DescribeRouteTablesCommand)
    .callsFake(({ RouteTableIds: ids = [] }: DescribeRouteTablesCommandInput) => ({
      RouteTables: tables.filter(({ RouteTableId = '' }) => ids.includes(RouteTableId)),
    }));
  ec2.on(DescribeSecurityGroupRulesCommand).callsFake(() => ({ SecurityGroupRules: rules }));
};

beforeEach(() => {
  given();
  givenRole();
  givenReader();
});

it('reports every thing that it read back', async () => {
  await expect(confirmReadiness()).resolves.toMatchObject({
    accountId,
    ready: true,
    changes: 6,
    network: { peering: { id: peeringId, status: 'active' } },
    role: { arn: monitoringRoleArn, outcome: 'created' },
    readiness: [
      { check: `${peeringId} connects the VPCs`, ok: true, detail: 'active' },
      {
        check: `${hubTableId} routes ${cidr}`,
        ok: true,
        detail: `active through ${peeringId}`,
      },
      {
        check: `${tableId} routes ${hubCidr}`,
        ok: true,
        detail: `active through ${peeringId}`,
      },
      {
        check: `${groupId} lets tcp/10050 in from ${hubCidr}`,
        ok: true,
        detail: 'sgr-0e555555555555555',
      },
      {
        check: 'the hub alone assumes cross-role and reads; writing is denied',
        ok: true,
        detail: roleSessionArn,
      },
    ],
    did: 'confirmed 5 of 5 checks',
  });
});

it('reads each side with that side’s credentials, in its Region, and changes nothing', async () => {
  const monitored = aMonitoredSide({ region: 'eu-west-1' });
  await confirmReadiness(aPlan({ network: aNetworkPlan({ monitored }) }));
  const calls = await callsTo(ec2);
  expect(calls.map(({ by, in: region, command }) => `${by} in ${region}: ${command}`)).toEqual([
    'hub in eu-central-1: DescribeVpcPeeringConnections',
    'hub in eu-central-1: DescribeRouteTables',
    'SightlineOnboarding in eu-west-1: DescribeRouteTables',
    'SightlineOnboarding in eu-west-1: DescribeSecurityGroupRules',
    'cross-role in eu-central-1: DescribeInstances',
    'cross-role in eu-central-1: CreateVpc',
    'cross-role in eu-central-1: CreateInternetGateway',
  ]);
  expect(await changesIn(ec2)).toEqual([]);
  expect(await dryRunsIn(ec2)).toHaveLength(2);
  const ofIam = await callsTo(iam);
  expect(new Set(ofIam.map(({ by }) => by))).toEqual(new Set(['SightlineOnboarding']));
  expect(await changesIn(iam)).toEqual([]);
});

it('gives the same report when it runs a second time', async () => {
  const first = await confirmReadiness();
  await expect(confirmReadiness()).resolves.toEqual(first);
});

it('names all that is not as it was set up', async () => {
  given({
    peering: aDescribedPeering('deleted'),
    tables: [aHubTable([aRoute(cidr, { State: 'blackhole' })]), aTable()],
    rules: [],
  });
  await expect(confirmReadiness()).rejects.toMatchObject({
    name: 'NotReady',
    message: expect.stringContaining(
      [
        `cannot work: ${peeringId} connects the VPCs: deleted`,
        `${hubTableId} routes ${cidr}: blackhole through ${peeringId}`,
        `${tableId} routes ${hubCidr}: there is no such route`,
        `${groupId} lets tcp/10050 in from ${hubCidr}: there is no such rule.`,
      ].join('; '),
    ),
  });
});

const foreigner = aTrustStatement({ Principal: { AWS: 'arn:aws:iam::999999999999:root' } });

// With manual acceptance, VerifyRole may have been a week ago.
describe('the role is proven once more', () => {
  it.each<[string, string, () => unknown]>([
    ['RoleNotAssumable', 'can no longer be assumed', () => denyRole(monitoringRoleArn)],
    [
      'RoleCannotRead',
      'can no longer read',
      () => ec2.on(DescribeInstancesCommand).rejects(anAwsError('UnauthorizedOperation')),
    ],
    [
      'RoleTrustsOthers',
      'lets in others by now',
      () => givenRole(aRole({ trustPolicy: aTrustPolicy(aTrustStatement(), foreigner) })),
    ],
    [
      'RoleTooPowerful',
      'has a policy too many by now',
      () => givenRole(aRole({ policyArns: [readOnlyAccess, administratorAccess] })),
    ],
    [
      'RoleTooPowerful',
      'could write by now',
      () => ec2.on(CreateVpcCommand, { DryRun: true }).rejects(anAwsError('DryRunOperation')),
    ],
    ['RoleConflict', 'has lost a policy', () => givenRole(aRole({ policyArns: [] }))],
  ])('and fails with %s where it %s', async (name, _, happens) => {
    happens();
    await expect(confirmReadiness()).rejects.toMatchObject({ name });
  });

  it('and may write where that was asked, which nobody tries', async () => {
    const role = aRolePlan({ allowWrites: true });
    await expect(confirmReadiness(aPlan({ role }))).resolves.toMatchObject({
      readiness: expect.arrayContaining([
        { check: 'the hub alone assumes cross-role and reads', ok: true, detail: roleSessionArn },
      ]),
    });
    expect(await dryRunsIn(ec2)).toEqual([]);
  });
});

// The branch that was not asked for hands on the execution's data as it got them.
it('confirms just the role where access is by API only', async () => {
  const plan: Plan = { accountId, role: aRolePlan(), did: 'planned' };
  const report = await confirmReadiness(plan, [{ accountId, access: ['api'], plan }, rolePrepared]);
  expect(report).not.toHaveProperty('network');
  expect(report).toMatchObject({
    changes: 1,
    readiness: [{ check: 'the hub alone assumes cross-role and reads; writing is denied' }],
    notes: ['Access by API only: no VPC of this account can be reached.'],
  });
  expect((await callsTo(ec2)).map(({ command }) => command)).toEqual([
    'DescribeInstances',
    'CreateVpc',
    'CreateInternetGateway',
  ]);
});

it('confirms just the network where access is by network only', async () => {
  const plan: Plan = { accountId, network: aNetworkPlan(), did: 'planned' };
  const report = await confirmReadiness(plan, [
    networkPrepared,
    { accountId, access: ['network'], plan },
  ]);
  expect(report).not.toHaveProperty('role');
  expect(report.readiness).toHaveLength(4);
  expect(report.notes).toContain('Access by network only: no monitoring role was looked after.');
  expect((await callsTo(sts)).map(({ input }) => input)).not.toContainEqual(
    expect.objectContaining({ RoleArn: monitoringRoleArn }),
  );
  expect(await callsTo(iam)).toEqual([]);
});
