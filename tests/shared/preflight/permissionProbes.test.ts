import {
  AcceptVpcPeeringConnectionCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  ModifyVpcPeeringConnectionOptionsCommand,
  ReplaceRouteCommand,
} from '@aws-sdk/client-ec2';
import { ec2In } from '../../../shared/clients.ts';
import type { NetworkFacts } from '../../../shared/preflight/changes.ts';
import { tell } from '../../../shared/preflight/findings.ts';
import { missingPermissions } from '../../../shared/preflight/permissionProbes.ts';
import {
  accountId,
  aDescribedPeering,
  aNetworkPlan,
  anAwsError,
  aReversedPeering,
  groupId,
  hubAccountId,
  hubCidr,
  peeringId,
  region,
  tableId,
  vpcId,
} from '../../builders.ts';
import { callsTo, dryRunsIn, ec2 } from '../recordedAws.ts';

const facts = (parts: Partial<NetworkFacts> = {}): NetworkFacts => ({
  peering: aDescribedPeering(),
  peerings: [],
  tables: { hub: [], monitored: [] },
  ownGroupId: groupId,
  rules: [],
  ...parts,
});

/** What is missing for these calls in the account. */
const missingFor = async (calls: string[], known = facts(), of = accountId) => {
  const changes = calls.map((call) => ({
    does: 'create' as const,
    call,
    accountId: of,
    region,
    what: '',
  }));
  const findings = await missingPermissions(ec2In(region), changes, aNetworkPlan(), known);
  return findings.map(tell);
};

const DryRun = true;
const permitted = anAwsError('DryRunOperation');
const commands = {
  'ec2:CreateRoute': CreateRouteCommand,
  'ec2:ReplaceRoute': ReplaceRouteCommand,
  'ec2:CreateSecurityGroup': CreateSecurityGroupCommand,
  'ec2:AuthorizeSecurityGroupIngress': AuthorizeSecurityGroupIngressCommand,
  'ec2:CreateTags': CreateTagsCommand,
  'ec2:AcceptVpcPeeringConnection': AcceptVpcPeeringConnectionCommand,
  'ec2:ModifyVpcPeeringConnectionOptions': ModifyVpcPeeringConnectionOptionsCommand,
};
const calls = Object.keys(commands) as (keyof typeof commands)[];

/** What EC2 answers to a call with DryRun; to one without it no test has an answer. */
const answer = (call: keyof typeof commands, error: Error) =>
  ec2.on(commands[call] as typeof CreateRouteCommand, { DryRun }).rejects(error);

beforeEach(() => {
  for (const call of calls) answer(call, permitted);
});

it('is nothing where everything is permitted, and each call is asked about once', async () => {
  expect(await missingFor([...calls, ...calls])).toEqual([]);
  const asked = (await dryRunsIn(ec2)).map(({ command }) => `ec2:${command}`);
  expect(asked.toSorted()).toEqual(calls.toSorted());
  expect(await callsTo(ec2)).toHaveLength(calls.length);
});

it.each(calls)('is %s where EC2 denies it', async (call) => {
  answer(call, anAwsError('UnauthorizedOperation'));
  expect(await missingFor(calls)).toMatchObject([
    {
      severity: 'blocks',
      name: 'PermissionsMissing',
      message: `The onboarding role in account ${accountId} may not do what the onboarding needs: ${call}.`,
    },
  ]);
});

it('names all that is denied', async () => {
  answer('ec2:CreateRoute', anAwsError('UnauthorizedOperation'));
  answer('ec2:CreateTags', anAwsError('UnauthorizedOperation'));
  expect(await missingFor(calls)).toMatchObject([
    { message: expect.stringContaining('needs: ec2:CreateRoute, ec2:CreateTags.') },
  ]);
});

it('takes any other answer for no denial', async () => {
  answer('ec2:CreateRoute', anAwsError('InvalidVpcPeeringConnectionID.NotFound'));
  expect(await missingFor(['ec2:CreateRoute'])).toEqual([]);
  expect(await dryRunsIn(ec2)).toHaveLength(1);
});

it('asks about what is to be done, on the things that it is to be done to', async () => {
  await missingFor([
    'ec2:CreateRoute',
    'ec2:AuthorizeSecurityGroupIngress',
    'ec2:CreateSecurityGroup',
  ]);
  const onboarding = { Key: 'sightline:onboarding', Value: `${accountId}/${vpcId}` };
  expect((await dryRunsIn(ec2)).map(({ input }) => input)).toMatchObject([
    {
      RouteTableId: tableId,
      DestinationCidrBlock: hubCidr,
      VpcPeeringConnectionId: peeringId,
    },
    {
      GroupId: groupId,
      IpPermissions: [{ FromPort: 10050, IpRanges: [{ CidrIp: hubCidr }] }],
      TagSpecifications: [{ Tags: expect.arrayContaining([onboarding]) }],
    },
    {
      VpcId: vpcId,
      GroupName: 'sightline-monitoring',
      TagSpecifications: [{ Tags: expect.arrayContaining([onboarding]) }],
    },
  ]);
});

it.each([
  ['the accepter of a peering that the hub requested', aDescribedPeering(), 'Accepter'],
  ['the requester of one that it requested itself', aReversedPeering(), 'Requester'],
])('asks for the options of %s', async (_, peering, side) => {
  await missingFor(['ec2:ModifyVpcPeeringConnectionOptions'], facts({ peering }));
  const [asked] = await dryRunsIn(ec2);
  expect(asked?.input).toEqual({
    VpcPeeringConnectionId: peeringId,
    DryRun,
    [`${side}PeeringConnectionOptions`]: { AllowDnsResolutionFromRemoteVpc: true },
  });
});

it('asks nothing of a peering and a group that are yet to be made', async () => {
  expect(await missingFor(calls, facts({ peering: undefined, ownGroupId: undefined }))).toEqual([]);
  const asked = (await dryRunsIn(ec2)).map(({ command }) => command);
  expect(asked.toSorted()).toEqual(['CreateRoute', 'CreateSecurityGroup', 'ReplaceRoute']);
});

it('asks nothing of what the hub does', async () => {
  expect(await missingFor(calls, facts(), hubAccountId)).toEqual([]);
  expect(await callsTo(ec2)).toEqual([]);
});
