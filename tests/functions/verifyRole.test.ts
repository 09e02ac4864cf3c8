import {
  CreateInternetGatewayCommand,
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetPolicyCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { handler } from '../../functions/verifyRole.ts';
import type { RolePlan } from '../../shared/execution.ts';
import { trustPolicyFor } from '../../shared/monitoringRole.ts';
import {
  accountId,
  administratorAccess,
  anAwsError,
  aRolePlan,
  executionName,
  hubAccountId,
  hubRoot,
  monitoringRoleArn,
  onboardingRoleArn,
  ownPolicy,
  readOnlyAccess,
  viewOnlyAccess,
} from '../builders.ts';
import { callsTo, changesIn, denyRole, dryRunsIn, ec2, iam, sts } from '../shared/recordedAws.ts';
import {
  aRole,
  aTrustPolicy,
  aTrustStatement,
  givenExternalId,
  givenPolicies,
  givenReader,
  givenRole,
  type RoleInIam,
  roleSessionArn,
} from '../shared/recordedRole.ts';
import 'aws-sdk-client-mock-jest';

const verifyRole = (parts: Partial<RolePlan> = {}) =>
  handler(
    { executionName, plan: { accountId, role: aRolePlan(parts) } },
    { functionName: 'verifyRole' },
  );

const externalId = 'secret-of-zabbix';
const insisting = { Condition: { StringEquals: { 'sts:ExternalId': externalId } } };
const foreignRoot = 'arn:aws:iam::999999999999:root';
const foreigner = aTrustStatement({ Principal: { AWS: foreignRoot } });

/** A role that can be assumed with the external id alone, and of which IAM says so. */
const givenInsistingRole = () => {
  givenRole(aRole({ trustPolicy: trustPolicyFor(aRolePlan({ externalId })) }));
  givenExternalId(externalId);
};

/** The role's session asks EC2 this, but for DryRun. */
const asked = (command: string) => ({ by: 'cross-role', command, input: { DryRun: true } });

const refused = (name: string, findings: string) => ({
  name,
  message: expect.stringContaining(`: ${findings}. Sightline leaves it as it is.`),
});

beforeEach(() => {
  givenRole();
  givenReader();
});

describe('a role that is as it should be', () => {
  it('is told by IAM and by trying: it is the hub’s, reads; writing is denied', async () => {
    await expect(verifyRole()).resolves.toEqual({
      arn: roleSessionArn,
      did: 'assumed cross-role and read with it; writing is denied',
    });
    const calls = await callsTo(iam, sts, ec2);
    const told = calls.map(({ by, command }) => `${by}: ${command}`);
    // Each of two at a time: in which order, nobody minds.
    expect([...told.slice(0, 2), ...told.slice(2, 4).toSorted(), ...told.slice(4)]).toEqual([
      'hub: AssumeRole',
      'SightlineOnboarding: GetRole',
      'SightlineOnboarding: ListAttachedRolePolicies',
      'SightlineOnboarding: ListRolePolicies',
      'hub: AssumeRole',
      'cross-role: GetCallerIdentity',
      'cross-role: DescribeInstances',
      'cross-role: CreateVpc',
      'cross-role: CreateInternetGateway',
    ]);
    expect(calls[0]?.input).toMatchObject({ RoleArn: onboardingRoleArn });
    expect(calls[4]?.input).toEqual({
      RoleArn: monitoringRoleArn,
      RoleSessionName: `sightline-${executionName}`,
      DurationSeconds: 900,
    });
  });

  it('is read with, and asked about writes, in the Region of the plan', async () => {
    await verifyRole({ region: 'eu-west-1' });
    const there = { by: 'cross-role', in: 'eu-west-1' };
    expect(await callsTo(ec2)).toMatchObject([
      { ...there, command: 'DescribeInstances', input: { MaxResults: 5 } },
      { ...asked('CreateVpc'), ...there },
      { ...asked('CreateInternetGateway'), ...there },
    ]);
  });

  it('is only asked whether it could write, and nothing is changed', async () => {
    await verifyRole();
    expect(await dryRunsIn(ec2)).toMatchObject([
      asked('CreateVpc'),
      asked('CreateInternetGateway'),
    ]);
    expect(await changesIn(ec2)).toEqual([]);
    expect(await changesIn(iam)).toEqual([]);
  });

  it('is verified in a Region without a default VPC too', async () => {
    ec2
      .on(CreateSecurityGroupCommand, { DryRun: true })
      .rejects(anAwsError('VPCIdNotSpecified', 'No default VPC for this user'));
    await expect(verifyRole()).resolves.toMatchObject({ arn: roleSessionArn });
  });

  it('gives the same answer when it is verified a second time', async () => {
    const first = await verifyRole();
    await expect(verifyRole()).resolves.toEqual(first);
  });

  it('may have another boundary than that of the plan, or none: it can do less at most', async () => {
    for (const boundaryArn of [viewOnlyAccess, undefined]) {
      givenRole(aRole({ boundaryArn }));
      await expect(verifyRole()).resolves.toMatchObject({ arn: roleSessionArn });
    }
  });
});

describe('the external id', () => {
  it('is sent, and then left out to see that the role insists on it', async () => {
    givenInsistingRole();
    await expect(verifyRole({ externalId })).resolves.toMatchObject({ arn: roleSessionArn });
    const [, first, second, ...rest] = await callsTo(sts);
    expect(first).toMatchObject({
      by: 'hub',
      command: 'AssumeRole',
      input: { RoleArn: monitoringRoleArn, ExternalId: externalId },
    });
    expect(second).toMatchObject({
      by: 'hub',
      command: 'AssumeRole',
      input: { RoleArn: monitoringRoleArn },
    });
    expect(second?.input).not.toHaveProperty('ExternalId');
    expect(rest).toMatchObject([{ command: 'GetCallerIdentity' }]);
  });

  it('is not asked for where none is set', async () => {
    await verifyRole();
    expect(sts).toHaveReceivedCommandTimes(AssumeRoleCommand, 2); // the onboarding role is one
  });

  it('has been for nothing where the role can be assumed without it', async () => {
    givenRole(aRole({ trustPolicy: trustPolicyFor(aRolePlan({ externalId })) }));
    await expect(verifyRole({ externalId })).rejects.toMatchObject(
      refused('RoleTrustsOthers', 'it can be assumed without the external id'),
    );
    expect(await callsTo(ec2)).toEqual([]);
  });

  it('is not taken to be insisted on where AWS is just busy', async () => {
    givenInsistingRole();
    const busy = anAwsError('Throttling');
    sts
      .on(AssumeRoleCommand, { RoleArn: monitoringRoleArn })
      .resolvesOnce({
        Credentials: {
          AccessKeyId: 'cross-role',
          SecretAccessKey: 'secret',
          SessionToken: 'token',
          Expiration: new Date(),
        },
      })
      .rejects(busy);
    await expect(verifyRole({ externalId })).rejects.toBe(busy);
  });

  it('is in no refusal', async () => {
    givenRole(aRole({ trustPolicy: aTrustPolicy(aTrustStatement(insisting), foreigner) }));
    const refusal = await verifyRole({ externalId }).catch((error) => error);
    expect(refusal).toMatchObject({ name: 'RoleTrustsOthers' });
    expect(`${refusal.message} ${JSON.stringify(refusal)}`).not.toContain(externalId);
  });
});

describe('a role that lets in others', () => {
  it.each<[string, Partial<RolePlan>, string, string]>([
    [
      'another account besides the hub',
      {},
      aTrustPolicy(aTrustStatement(), foreigner),
      `it trusts ${foreignRoot}`,
    ],
    ['everybody', {}, aTrustPolicy(aTrustStatement({ Principal: '*' })), 'it trusts everybody (*)'],
    [
      'the hub as a whole where roles of it are named',
      { principals: [`arn:aws:iam::${hubAccountId}:role/zabbix`] },
      aTrustPolicy(aTrustStatement()),
      `it trusts ${hubRoot}`,
    ],
    [
      'the hub without the external id',
      { externalId },
      aTrustPolicy(aTrustStatement()),
      'it does not insist on the external id',
    ],
    [
      'another account, and the hub without the external id',
      { externalId },
      aTrustPolicy(aTrustStatement(), foreigner),
      `it trusts ${foreignRoot}; it does not insist on the external id`,
    ],
  ])('is refused before it is assumed: %s', async (_, plan, trustPolicy, findings) => {
    givenRole(aRole({ trustPolicy }));
    givenExternalId(externalId);
    await expect(verifyRole(plan)).rejects.toMatchObject(refused('RoleTrustsOthers', findings));
    expect(await callsTo(sts)).toMatchObject([{ input: { RoleArn: onboardingRoleArn } }]);
    expect(await changesIn(iam)).toEqual([]);
  });

  it('is refused for that first, whatever else is wrong with it', async () => {
    givenRole(
      aRole({ trustPolicy: aTrustPolicy(foreigner), policyArns: [], inlinePolicyNames: ['more'] }),
    );
    await expect(verifyRole()).rejects.toMatchObject(
      refused('RoleTrustsOthers', `it trusts ${foreignRoot}`),
    );
  });

  it('is refused though writes are allowed', async () => {
    givenRole(aRole({ trustPolicy: aTrustPolicy(aTrustStatement(), foreigner) }));
    await expect(verifyRole({ allowWrites: true })).rejects.toMatchObject({
      name: 'RoleTrustsOthers',
    });
  });
});

describe('a role that may do too much', () => {
  const writing = { Effect: 'Allow', Action: 'iam:Create*', Resource: '*' };

  it.each<[string, Partial<RoleInIam>, string]>([
    [
      'a policy too many',
      { policyArns: [readOnlyAccess, administratorAccess] },
      `${administratorAccess} is attached and was not asked for`,
    ],
    [
      'an inline policy',
      { inlinePolicyNames: ['write'] },
      'it has the inline policy write, which was not asked for',
    ],
    [
      'both, while it lacks another',
      { policyArns: [administratorAccess], inlinePolicyNames: ['write'] },
      `${administratorAccess} is attached and was not asked for; it has the inline policy write, which was not asked for`,
    ],
  ])('is refused before it is assumed: %s', async (_, parts, findings) => {
    givenRole(aRole(parts));
    for (const allowWrites of [false, true]) {
      await expect(verifyRole({ allowWrites })).rejects.toMatchObject(
        refused('RoleTooPowerful', findings),
      );
    }
    expect(sts).not.toHaveReceivedCommandWith(AssumeRoleCommand, { RoleArn: monitoringRoleArn });
  });

  it('is refused for the text of its own policy, which lets it write to IAM', async () => {
    const policyArns = [readOnlyAccess, ownPolicy];
    givenRole(aRole({ policyArns, inlinePolicyNames: ['more'] }));
    givenPolicies({ [ownPolicy]: writing });
    await expect(verifyRole({ policyArns })).rejects.toMatchObject(
      refused(
        'RoleTooPowerful',
        `it has the inline policy more, which was not asked for; ${ownPolicy} allows iam:Create*`,
      ),
    );
    expect(sts).not.toHaveReceivedCommandWith(AssumeRoleCommand, { RoleArn: monitoringRoleArn });
  });

  it('is refused for the text of its own policy, which lets it assume other roles', async () => {
    const policyArns = [ownPolicy];
    givenRole(aRole({ policyArns }));
    givenPolicies({ [ownPolicy]: { ...writing, Action: 'sts:*' } });
    await expect(verifyRole({ policyArns })).rejects.toMatchObject(
      refused('RoleTooPowerful', `${ownPolicy} allows sts:*`),
    );
    expect(sts).not.toHaveReceivedCommandWith(AssumeRoleCommand, { RoleArn: monitoringRoleArn });
  });

  // EnsureRole has read it too, but that may have been a while ago.
  it('is refused for a policy that was changed since it was attached', async () => {
    const policyArns = [ownPolicy];
    givenRole(aRole({ policyArns }));
    givenPolicies({ [ownPolicy]: { ...writing, Action: 'cloudwatch:Get*' } });
    await expect(verifyRole({ policyArns })).resolves.toMatchObject({ arn: roleSessionArn });
    givenPolicies({ [ownPolicy]: writing });
    await expect(verifyRole({ policyArns })).rejects.toMatchObject({ name: 'RoleTooPowerful' });
  });

  it.each([
    ['VPCs', [CreateVpcCommand], 'it may make VPCs (ec2:CreateVpc)'],
    [
      'internet gateways',
      [CreateInternetGatewayCommand],
      'it may make internet gateways (ec2:CreateInternetGateway)',
    ],
    [
      'both',
      [CreateVpcCommand, CreateInternetGatewayCommand],
      'it may make VPCs (ec2:CreateVpc); it may make internet gateways (ec2:CreateInternetGateway)',
    ],
  ])('is refused where EC2 says that it could make %s', async (_, commands, findings) => {
    for (const command of commands) {
      ec2
        .on(command as typeof CreateVpcCommand, { DryRun: true })
        .rejects(anAwsError('DryRunOperation', 'Request would have succeeded'));
    }
    await expect(verifyRole()).rejects.toMatchObject(refused('RoleTooPowerful', findings));
    expect(await changesIn(ec2)).toEqual([]);
  });

  it.each([
    ['CreateVpc', CreateVpcCommand],
    ['CreateInternetGateway', CreateInternetGatewayCommand],
  ])('is refused where EC2 says nothing against %s', async (_, command) => {
    ec2.on(command as typeof CreateVpcCommand, { DryRun: true }).resolves({});
    await expect(verifyRole()).rejects.toMatchObject({ name: 'RoleTooPowerful' });
  });

  it('is accepted where the request allows writes, and not even asked', async () => {
    const policyArns = [administratorAccess];
    givenRole(aRole({ policyArns }));
    await expect(verifyRole({ policyArns, allowWrites: true })).resolves.toEqual({
      arn: roleSessionArn,
      did: 'assumed cross-role and read with it; which may change things, as was asked',
    });
    expect(await dryRunsIn(ec2)).toEqual([]);
    expect(iam).not.toHaveReceivedCommand(GetPolicyCommand);
  });

  it.each([
    ['CreateVpc', CreateVpcCommand, 'RequestLimitExceeded'],
    ['CreateInternetGateway', CreateInternetGatewayCommand, 'RequestLimitExceeded'],
    ['CreateVpc', CreateVpcCommand, 'OptInRequired'],
    ['CreateVpc', CreateVpcCommand, 'UnauthorizedOperationOfSorts'],
  ])('is not told by %s where EC2 answers something else', async (_, command, name) => {
    const error = anAwsError(name);
    ec2.on(command as typeof CreateVpcCommand, { DryRun: true }).rejects(error);
    await expect(verifyRole()).rejects.toBe(error);
  });
});

describe('a role that falls short', () => {
  it.each<[string, Partial<RoleInIam>, string]>([
    ['does not trust the hub', { trustPolicy: aTrustPolicy() }, `it does not trust ${hubRoot}`],
    [
      'asks for an external id where none is set',
      { trustPolicy: aTrustPolicy(aTrustStatement(insisting)) },
      'it asks for another external id',
    ],
    ['lacks a policy', { policyArns: [] }, `${readOnlyAccess} is not attached`],
    [
      'lacks all of that',
      { policyArns: [], trustPolicy: aTrustPolicy() },
      `it does not trust ${hubRoot}; ${readOnlyAccess} is not attached`,
    ],
  ])('is refused before it is assumed: it %s', async (_, parts, findings) => {
    givenRole(aRole(parts));
    await expect(verifyRole()).rejects.toMatchObject(refused('RoleConflict', findings));
    expect(sts).not.toHaveReceivedCommandWith(AssumeRoleCommand, { RoleArn: monitoringRoleArn });
  });

  it('is missing, or IAM does not show it yet', async () => {
    iam.on(GetRoleCommand).rejects(anAwsError('NoSuchEntityException'));
    await expect(verifyRole()).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  it('cannot be assumed', async () => {
    const denied = anAwsError('AccessDenied', 'not authorized to perform: sts:AssumeRole');
    denyRole(monitoringRoleArn, denied);
    await expect(verifyRole()).rejects.toMatchObject({
      name: 'RoleNotAssumable',
      message: expect.stringContaining(
        `${monitoringRoleArn} (not authorized to perform: sts:AssumeRole)`,
      ),
      cause: denied,
    });
    expect(await callsTo(ec2)).toEqual([]);
  });

  // Before the role has propagated, STS denies it with the external id and without.
  it('cannot be assumed even with the external id, and so is not tried without', async () => {
    givenInsistingRole();
    denyRole(monitoringRoleArn);
    await expect(verifyRole({ externalId })).rejects.toMatchObject({ name: 'RoleNotAssumable' });
    expect(await callsTo(sts)).toMatchObject([
      { input: { RoleArn: onboardingRoleArn } },
      { input: { RoleArn: monitoringRoleArn, ExternalId: externalId } },
    ]);
  });

  it('leads into another account, and is not read with there', async () => {
    sts.on(GetCallerIdentityCommand).resolves({ Account: hubAccountId });
    await expect(verifyRole()).rejects.toMatchObject({
      name: 'RoleInWrongAccount',
      message: expect.stringContaining(`in account ${accountId}, and is in ${hubAccountId}`),
    });
    expect(await callsTo(ec2)).toEqual([]);
  });

  it('leads into no account that STS knows', async () => {
    sts.on(GetCallerIdentityCommand).resolves({});
    await expect(verifyRole()).rejects.toMatchObject({
      name: 'RoleInWrongAccount',
      message: expect.stringContaining('is in none'),
    });
  });

  it('cannot read, and so is not asked about writes', async () => {
    const denied = anAwsError('UnauthorizedOperation', 'You are not authorized');
    ec2.on(DescribeInstancesCommand).rejects(denied);
    await expect(verifyRole()).rejects.toMatchObject({
      name: 'RoleCannotRead',
      message: expect.stringContaining(`ec2:DescribeInstances is denied (You are not authorized)`),
      cause: denied,
    });
    expect(await dryRunsIn(ec2)).toEqual([]);
  });
});

it.each([
  ['IAM', () => iam.on(GetRoleCommand).rejects(anAwsError('Throttling')), 'Throttling'],
  [
    'IAM, which denies a look at the role',
    () => iam.on(GetRoleCommand).rejects(anAwsError('AccessDenied')),
    'AccessDenied',
  ],
  [
    'STS',
    () => denyRole(monitoringRoleArn, anAwsError('RegionDisabledException')),
    'RegionDisabledException',
  ],
  [
    'EC2',
    () => ec2.on(DescribeInstancesCommand).rejects(anAwsError('RequestLimitExceeded')),
    'RequestLimitExceeded',
  ],
])('any other error is passed on: of %s', async (_, given, name) => {
  given();
  await expect(verifyRole()).rejects.toMatchObject({ name });
});

it('nothing is looked at without the onboarding role', async () => {
  denyRole(onboardingRoleArn);
  await expect(verifyRole()).rejects.toMatchObject({ name: 'OnboardingRoleNotAssumable' });
  expect(await callsTo(iam)).toEqual([]);
});
