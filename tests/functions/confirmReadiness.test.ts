import {
  DescribeInstancesCommand,
  DescribeRouteTablesCommand,
  type DescribeRouteTablesCommandInput,
  DescribeSecurityGroupRulesCommand,
  DescribeVpcPeeringConnectionsCommand,
  type RouteTable,
  type SecurityGroupRule,
  type VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { handler } from '../../functions/confirmReadiness.ts';
import type { Plan } from '../../shared/execution.ts';
import {
  aConfigured,
  accountId,
  aDescribedPeering,
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
  tableId,
} from '../builders.ts';
import { callsTo, changesIn, denyRole, ec2, iam, sts } from '../shared/recordedAws.ts';

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

const sessionArn = `arn:aws:sts::${accountId}:assumed-role/cross-role/sightline`;

beforeEach(() => {
  given();
  sts.on(GetCallerIdentityCommand).resolves({ Account: accountId, Arn: sessionArn });
  ec2.on(DescribeInstancesCommand).resolves({});
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
      { check: 'the hub assumes cross-role and reads', ok: true, detail: sessionArn },
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
  ]);
  expect(await changesIn(ec2)).toEqual([]);
  expect(await callsTo(iam)).toEqual([]);
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

it('proves the role once more', async () => {
  denyRole(monitoringRoleArn);
  await expect(confirmReadiness()).rejects.toMatchObject({ name: 'RoleNotAssumable' });
});

it('passes on that the role cannot read', async () => {
  ec2.on(DescribeInstancesCommand).rejects(anAwsError('UnauthorizedOperation'));
  await expect(confirmReadiness()).rejects.toMatchObject({ name: 'RoleCannotRead' });
});

// The branch that was not asked for hands on the execution's data as it got them.
it('confirms just the role where access is by API only', async () => {
  const plan: Plan = { accountId, role: aRolePlan(), did: 'planned' };
  const report = await confirmReadiness(plan, [{ accountId, access: ['api'], plan }, rolePrepared]);
  expect(report).not.toHaveProperty('network');
  expect(report).toMatchObject({
    changes: 1,
    readiness: [{ check: 'the hub assumes cross-role and reads' }],
    notes: ['Access by API only: no VPC of this account can be reached.'],
  });
  expect((await callsTo(ec2)).map(({ command }) => command)).toEqual(['DescribeInstances']);
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
});
