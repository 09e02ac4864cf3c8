import { CreateVpcCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { handler } from '../../functions/confirmReadiness.ts';
import type { Plan } from '../../shared/execution.ts';
import {
  aConfigured,
  accountId,
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
  region,
  tableId,
  vpcId,
  zabbixAgent,
} from '../builders.ts';
import {
  aclId,
  anAcl,
  aSubnet,
  hubSubnetCidr,
  hubSubnetId,
  subnetCidr,
  subnetId,
} from '../shared/readiness/someWays.ts';
import { callsTo, changesIn, denyRole, dryRunsIn, ec2, iam, sts } from '../shared/recordedAws.ts';
import {
  givenNetwork,
  hubAcl,
  hubSubnet,
  type Network,
  ofHub,
  ofMonitored,
} from '../shared/recordedNetwork.ts';
import {
  aRole,
  aTrustPolicy,
  aTrustStatement,
  givenReader,
  givenRole,
  type RoleInIam,
  roleSessionArn,
} from '../shared/recordedRole.ts';

/** The network is there; of the ports, only the Zabbix agent's is asked for here. */
const given = (parts: Partial<Network> = {}) => givenNetwork({ rules: [aRule()], ...parts });

const networkPrepared = { peering: aPeering(), configured: aConfigured() };
const rolePrepared = { role: aRoleResult() };

const confirmReadiness = (
  plan: Plan = aPlan(),
  prepared: [object, object] = [networkPrepared, rolePrepared],
) => handler({ executionName, plan, prepared }, { functionName: 'confirmReadiness' });

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
    'hub in eu-central-1: DescribeRouteTables',
    'hub in eu-central-1: DescribeSubnets',
    'hub in eu-central-1: DescribeNetworkAcls',
    'SightlineOnboarding in eu-west-1: DescribeRouteTables',
    'SightlineOnboarding in eu-west-1: DescribeSubnets',
    'SightlineOnboarding in eu-west-1: DescribeNetworkAcls',
    'SightlineOnboarding in eu-west-1: DescribeSecurityGroupRules',
    'cross-role in eu-central-1: DescribeInstances',
    'cross-role in eu-central-1: CreateVpc',
  ]);
  expect(await changesIn(ec2)).toEqual([]);
  expect(await dryRunsIn(ec2)).toHaveLength(1);
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
    tables: [aHubTable([aRoute(cidr, { State: 'blackhole' })], ofHub), aTable([], ofMonitored)],
    rules: [],
  });
  await expect(confirmReadiness()).rejects.toMatchObject({
    name: 'NotReady',
    message: expect.stringContaining(
      [
        `cannot work: ${peeringId} connects the VPCs: blackhole`,
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

describe('routes that nothing asked for', () => {
  const unused = 'rtb-0f777777777777777';
  const more = '10.9.0.0/16';
  const tables = [
    aHubTable([aRoute(cidr), aRoute(more)], ofHub),
    aTable([aRoute(hubCidr)], ofMonitored),
    aTable([aRoute(hubCidr)], { ...ofMonitored, RouteTableId: unused, Associations: [] }),
  ];
  const told = (id: string, destination: string) =>
    expect.stringContaining(`${id} still routes ${destination} into the peering, which nothing`);

  it('are told on their side where they lead into the peering, and left', async () => {
    given({ tables });
    const { network, notes, ready } = await confirmReadiness();
    expect(ready).toBe(true);
    expect(network?.hub.superfluous).toEqual([{ routeTableId: hubTableId, destination: more }]);
    expect(network?.monitored.superfluous).toEqual([
      { routeTableId: unused, destination: hubCidr },
    ]);
    expect(notes).toEqual(expect.arrayContaining([told(hubTableId, more), told(unused, hubCidr)]));
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('are not Sightline’s to tell of where somebody else requested the peering', async () => {
    given({ tables });
    const peering = aPeering({ ours: false, outcome: 'already' });
    const { network, notes } = await confirmReadiness(aPlan(), [
      { ...networkPrepared, peering },
      rolePrepared,
    ]);
    expect(network?.hub).not.toHaveProperty('superfluous');
    expect(network?.monitored).not.toHaveProperty('superfluous');
    expect(notes).not.toContainEqual(expect.stringContaining('still routes'));
  });

  it('are noted where they take a part of the other side elsewhere, whoever requested the peering', async () => {
    const there = { DestinationCidrBlock: '10.20.4.0/24', NatGatewayId: 'nat-1' };
    const back = { DestinationCidrBlock: '10.0.4.0/24', TransitGatewayId: 'tgw-1' };
    given({
      tables: [
        aHubTable([aRoute(cidr), there], ofHub),
        aTable([aRoute(hubCidr), back], ofMonitored),
      ],
    });
    for (const ours of [true, false]) {
      const peering = aPeering({ ours });
      const { notes } = await confirmReadiness(aPlan(), [
        { ...networkPrepared, peering },
        rolePrepared,
      ]);
      expect(notes.filter((note) => note.includes('a part of'))).toEqual([
        expect.stringContaining(`${hubTableId} sends 10.20.4.0/24, a part of ${cidr}, to nat-1`),
        expect.stringContaining(`${tableId} sends 10.0.4.0/24, a part of ${hubCidr}, to tgw-1`),
      ]);
    }
  });

  it('are not noted in a table that was not to get a route', async () => {
    const detour = { DestinationCidrBlock: '10.0.4.0/24', TransitGatewayId: 'tgw-1' };
    given({
      tables: [
        aHubTable([aRoute(cidr)], ofHub),
        aTable([aRoute(hubCidr)], ofMonitored),
        aTable([detour], { ...ofMonitored, RouteTableId: unused, Associations: [] }),
      ],
    });
    const { notes } = await confirmReadiness();
    expect(notes).not.toContainEqual(expect.stringContaining('a part of'));
  });
});

describe('what SetDnsResolution did', () => {
  const dns = { outcome: 'updated', did: 'DNS names resolve over the peering' };
  const plan = aPlan({ network: aNetworkPlan({ dnsResolution: true }) });

  it('is reported and counted where it was asked for', async () => {
    const prepared = { ...networkPrepared, dns };
    await expect(confirmReadiness(plan, [prepared, rolePrepared])).resolves.toMatchObject({
      changes: 7,
      network: { dnsResolution: { asked: true, outcome: 'updated' } },
    });
  });

  // The branch hands on the request beside what was done, and its own `dnsResolution` with it.
  it('is nothing where it was not', async () => {
    const prepared = { ...networkPrepared, accountId, dnsResolution: false };
    await expect(confirmReadiness(aPlan(), [prepared, rolePrepared])).resolves.toMatchObject({
      changes: 6,
      network: { dnsResolution: { asked: false, outcome: 'already' } },
    });
  });
});

const foreigner = aTrustStatement({ Principal: { AWS: 'arn:aws:iam::999999999999:root' } });

/** What VerifyRole has shown, this long ago. */
const verified = (msAgo: number) => ({
  arn: 'arn-of-an-earlier-session',
  at: new Date(Date.now() - msAgo).toISOString(),
});

const minute = 60_000;
const afterVerified = (msAgo: number) =>
  confirmReadiness(aPlan(), [networkPrepared, { ...rolePrepared, verified: verified(msAgo) }]);

/** What assumes the monitoring role or acts as it. */
const triesOfRole = async () =>
  (await callsTo(sts, ec2)).filter(
    ({ by, input }) =>
      by === 'cross-role' || ('RoleArn' in input && input.RoleArn === monitoringRoleArn),
  );

describe('a role that VerifyRole has proven less than 15 minutes ago', () => {
  it.each([
    ['a moment', 0],
    ['almost 15 minutes', 14 * minute],
  ])('is not tried again after %s, and reported with the session of then', async (_, msAgo) => {
    denyRole(monitoringRoleArn);
    await expect(afterVerified(msAgo)).resolves.toMatchObject({
      readiness: expect.arrayContaining([
        {
          check: 'the hub alone assumes cross-role and reads; writing is denied',
          ok: true,
          detail: 'arn-of-an-earlier-session',
        },
      ]),
    });
    expect(await triesOfRole()).toEqual([]);
  });

  it('is not tried again where access is by API only: IAM alone is asked about it', async () => {
    const plan: Plan = { accountId, role: aRolePlan({ allowWrites: true }), did: 'planned' };
    const report = await confirmReadiness(plan, [{}, { ...rolePrepared, verified: verified(0) }]);
    expect(report.readiness).toEqual([
      {
        check: 'the hub alone assumes cross-role and reads',
        ok: true,
        detail: 'arn-of-an-earlier-session',
      },
    ]);
    expect(await callsTo(ec2)).toEqual([]);
    expect(await triesOfRole()).toEqual([]);
  });

  it.each<[string, Partial<RoleInIam>, string]>([
    ['lost a policy', { policyArns: [] }, 'RoleConflict'],
    ['got a policy too many', { inlinePolicyNames: ['write'] }, 'RoleTooPowerful'],
  ])('is not reported as ready where it has %s since', async (_, parts, name) => {
    givenRole(aRole(parts));
    await expect(afterVerified(0)).rejects.toMatchObject({ name });
  });

  it('is not reported as ready where it was deleted since', async () => {
    iam.on(GetRoleCommand).rejects(anAwsError('NoSuchEntityException'));
    await expect(afterVerified(0)).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });
});

describe('a role that VerifyRole has proven longer ago', () => {
  it.each([
    ['15 minutes', 15 * minute],
    ['two hours', 120 * minute],
    ['a week', 7 * 24 * 60 * minute],
  ])('is proven once more after %s, and reported with the session of now', async (_, msAgo) => {
    const { readiness } = await afterVerified(msAgo);
    expect(readiness.at(-1)).toMatchObject({ ok: true, detail: roleSessionArn });
    expect((await triesOfRole()).map(({ command }) => command)).toEqual(
      expect.arrayContaining(['AssumeRole', 'DescribeInstances', 'CreateVpc']),
    );
  });

  it('and is not reported where it is not so any more', async () => {
    denyRole(monitoringRoleArn);
    await expect(afterVerified(120 * minute)).rejects.toMatchObject({ name: 'RoleNotAssumable' });
  });

  it('is proven once more where nobody says when it was proven', async () => {
    const earlier = { arn: 'arn-of-an-earlier-session', at: 'some day' };
    await confirmReadiness(aPlan(), [networkPrepared, { ...rolePrepared, verified: earlier }]);
    expect(await triesOfRole()).not.toEqual([]);
  });
});

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
