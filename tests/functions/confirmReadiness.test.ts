import {
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSubnetsCommand,
  DescribeVpcPeeringConnectionsCommand,
  type Filter,
  type NetworkAcl,
  type RouteTable,
  type SecurityGroupRule,
  type Subnet,
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
  hubVpcId,
  monitoringRoleArn,
  peeringId,
  readOnlyAccess,
  region,
  tableId,
  vpcId,
  zabbixAgent,
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
import {
  aclId,
  aHubAcl,
  anAcl,
  aSubnet,
  hubSubnetCidr,
  hubSubnetId,
  subnetCidr,
  subnetId,
} from '../shared/someWays.ts';

const networkPrepared = { peering: aPeering(), configured: aConfigured() };
const rolePrepared = { role: aRoleResult() };

const confirmReadiness = (
  plan: Plan = aPlan(),
  prepared: [object, object] = [networkPrepared, rolePrepared],
) => handler({ executionName, plan, prepared }, { functionName: 'confirmReadiness' });

type Network = {
  peering: VpcPeeringConnection;
  tables: RouteTable[];
  subnets: Subnet[];
  acls: NetworkAcl[];
  rules: SecurityGroupRule[];
};

/** What is in the VPC that a call asks for. */
const inVpcOf = <Thing extends { VpcId?: string | undefined }>(
  { Filters: filters = [] }: { Filters?: Filter[] | undefined },
  things: Thing[],
) => things.filter(({ VpcId }) => filters.some(({ Values = [] }) => Values.includes(VpcId ?? '')));

const ofHub = { VpcId: hubVpcId };
const ofMonitored = { VpcId: vpcId };
const hubSubnet = aSubnet({ ...ofHub, SubnetId: hubSubnetId, CidrBlock: hubSubnetCidr });
const monitoredSubnet = aSubnet(ofMonitored);
const hubAcl = { ...aHubAcl(), ...ofHub };

/** A network in which everything is as it was set up, but for these parts. */
const given = (parts: Partial<Network> = {}) => {
  const { peering, tables, subnets, acls, rules } = {
    peering: aDescribedPeering(),
    tables: [aHubTable([aRoute(cidr)], ofHub), aTable([aRoute(hubCidr)], ofMonitored)],
    subnets: [hubSubnet, monitoredSubnet],
    acls: [hubAcl, { ...anAcl(), ...ofMonitored }],
    rules: [aRule()],
    ...parts,
  };
  ec2
    .on(DescribeVpcPeeringConnectionsCommand)
    .callsFake(() => ({ VpcPeeringConnections: [peering] }));
  ec2
    .on(DescribeRouteTablesCommand)
    .callsFake((input) => ({ RouteTables: inVpcOf(input, tables) }));
  ec2.on(DescribeSubnetsCommand).callsFake((input) => ({ Subnets: inVpcOf(input, subnets) }));
  ec2.on(DescribeNetworkAclsCommand).callsFake((input) => ({ NetworkAcls: inVpcOf(input, acls) }));
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
    network: {
      peering: { id: peeringId, status: 'active' },
      ways: [
        {
          side: 'monitored',
          subnets: [{ subnetId, cidr: subnetCidr, routeTableId: tableId, networkAclId: aclId }],
          ports: [zabbixAgent],
          sources: [{ subnetId: hubSubnetId, cidr: hubSubnetCidr }],
          open: true,
        },
      ],
    },
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
    did: 'confirmed 5 of 5 checks; 1 way is open',
  });
});

it('reads each side with that side’s credentials, in its Region, and changes nothing', async () => {
  const monitored = aMonitoredSide({ region: 'eu-west-1' });
  await confirmReadiness(aPlan({ network: aNetworkPlan({ monitored }) }));
  const calls = await callsTo(ec2);
  expect(calls.map(({ by, in: region, command }) => `${by} in ${region}: ${command}`)).toEqual([
    'SightlineOnboarding in eu-west-1: DescribeVpcPeeringConnections',
    'hub in eu-central-1: DescribeRouteTables',
    'hub in eu-central-1: DescribeSubnets',
    'hub in eu-central-1: DescribeNetworkAcls',
    'SightlineOnboarding in eu-west-1: DescribeRouteTables',
    'SightlineOnboarding in eu-west-1: DescribeSubnets',
    'SightlineOnboarding in eu-west-1: DescribeNetworkAcls',
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
    tables: [aHubTable([aRoute(cidr, { State: 'blackhole' })], ofHub), aTable([], ofMonitored)],
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

describe('a way that is not open though all was set up', () => {
  const denying = anAcl({
    ingress: ['90 deny tcp 10050 10.0.0.0/16', '100 allow all * 0.0.0.0/0'],
  });

  it('fails with WayClosed, which names what is in the way and the command that opens it', async () => {
    given({ acls: [hubAcl, { ...denying, ...ofMonitored }] });
    await expect(confirmReadiness()).rejects.toMatchObject({
      name: 'WayClosed',
      message: expect.stringMatching(
        new RegExp(
          [
            `does not get through: tcp/10050 to ${subnetId} \\(${subnetCidr}\\): `,
            `network ACL of the monitored subnet: ${aclId} denies tcp/10050 from ${hubSubnetCidr} by rule 90\\.\\n`,
            `Remedy: .*in account ${accountId}, aws ec2 create-network-acl-entry --region ${region} `,
            `--network-acl-id ${aclId} --ingress --rule-number 89 --protocol tcp `,
            `--port-range From=10050,To=10050 --cidr-block ${hubCidr} --rule-action allow\\. Then re-run`,
          ].join(''),
        ),
      ),
    });
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('is NotReady first where something that was set up is missing too', async () => {
    given({ acls: [hubAcl, { ...denying, ...ofMonitored }], rules: [] });
    await expect(confirmReadiness()).rejects.toMatchObject({ name: 'NotReady' });
  });

  it('names the first of many things in the way, within what Step Functions keeps of an error', async () => {
    const ids = Array.from(
      { length: 200 },
      (_, index) => `subnet-${String(index).padStart(17, '0')}`,
    );
    given({
      subnets: [
        hubSubnet,
        ...ids.map((SubnetId, index) =>
          aSubnet({ ...ofMonitored, SubnetId, CidrBlock: `10.20.${index}.0/24` }),
        ),
      ],
      acls: [
        hubAcl,
        ...ids.map((id) => ({
          ...anAcl({ id: id.replace('subnet', 'acl'), subnets: [id], ingress: [], egress: [] }),
          ...ofMonitored,
        })),
      ],
    });
    const error = await confirmReadiness().catch((cause: Error) => cause);
    expect(error).toMatchObject({
      name: 'WayClosed',
      message: expect.stringContaining('and 380 more'),
    });
    expect('message' in error && error.message.length).toBeLessThan(20_000);
  });

  it('is none where the monitored VPC has no subnet yet; the report says so', async () => {
    given({ subnets: [hubSubnet] });
    const { network, notes } = await confirmReadiness();
    expect(network?.ways).toEqual([]);
    expect(notes).toContain(`${vpcId} has no subnet yet that could be reached in ${cidr}.`);
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
