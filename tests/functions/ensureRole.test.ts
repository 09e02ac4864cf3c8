import {
  AttachRolePolicyCommand,
  type AttachRolePolicyCommandInput,
  CreateRoleCommand,
  type CreateRoleCommandInput,
  EntityAlreadyExistsException,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  NoSuchEntityException,
  type Tag,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { handler } from '../../functions/ensureRole.ts';
import type { RolePlan } from '../../shared/execution.ts';
import { trustPolicyFor } from '../../shared/monitoringRole.ts';
import {
  accountId,
  anAwsError,
  aRolePlan,
  executionName,
  hubAccountId,
  hubRoot,
  monitoringRoleArn,
  onboardingRoleArn,
  readOnlyAccess,
  viewOnlyAccess,
} from '../builders.ts';
import { callsTo, changesIn, denyRole, iam, sts } from '../shared/recordedAws.ts';
import 'aws-sdk-client-mock-jest';

const ensureRole = (parts: Partial<RolePlan> = {}) =>
  handler(
    { executionName, plan: { accountId, role: aRolePlan(parts) } },
    { functionName: 'ensureRole' },
  );

const ourTags: Tag[] = [
  { Key: 'Name', Value: 'cross-role' },
  { Key: 'sightline:onboarding', Value: accountId },
];
const theirTags: Tag[] = [{ Key: 'team', Value: 'payments' }];

type ExistingRole = { trustPolicy: string; policyArns: string[]; inline: string[]; tags: Tag[] };

/** The role as IAM has it: one that fits and that Sightline made, but for these parts. */
const aRole = (parts: Partial<ExistingRole> = {}): ExistingRole => ({
  trustPolicy: trustPolicyFor(aRolePlan()),
  policyArns: [readOnlyAccess],
  inline: [],
  tags: ourTags,
  ...parts,
});

const given = ({ trustPolicy, policyArns, inline, tags }: ExistingRole) => {
  iam.on(GetRoleCommand).resolves({
    Role: {
      Path: '/',
      RoleName: 'cross-role',
      RoleId: 'AROA222222222EXAMPLE',
      Arn: monitoringRoleArn,
      CreateDate: new Date(0),
      AssumeRolePolicyDocument: encodeURIComponent(trustPolicy),
      Tags: tags,
    },
  });
  iam.on(ListAttachedRolePoliciesCommand).callsFake(() => ({
    AttachedPolicies: policyArns.map((PolicyArn) => ({ PolicyArn })),
  }));
  iam.on(ListRolePoliciesCommand).resolves({ PolicyNames: inline });
  iam.on(UpdateAssumeRolePolicyCommand).resolves({});
  iam.on(AttachRolePolicyCommand).resolves({});
};

const givenNone = () => {
  iam
    .on(GetRoleCommand)
    .rejects(new NoSuchEntityException({ message: 'cannot be found', $metadata: {} }));
  iam.on(CreateRoleCommand).resolves({});
  iam.on(AttachRolePolicyCommand).resolves({});
};

const asOnboardingRole = { by: 'SightlineOnboarding', in: 'eu-central-1' };

it('makes the role with its trust policy and tags, then attaches each policy', async () => {
  givenNone();
  const plan = { policyArns: [readOnlyAccess, viewOnlyAccess], externalId: 'secret-of-zabbix' };
  await expect(ensureRole(plan)).resolves.toEqual({
    arn: monitoringRoleArn,
    outcome: 'created',
    did: expect.stringContaining('made cross-role'),
  });
  expect(await callsTo(sts)).toMatchObject([
    { input: { RoleArn: onboardingRoleArn, ExternalId: `sightline-${hubAccountId}` } },
  ]);
  const attach = (PolicyArn: string) => ({
    ...asOnboardingRole,
    command: 'AttachRolePolicy',
    input: { RoleName: 'cross-role', PolicyArn },
  });
  const calls = await callsTo(iam);
  expect(calls).toEqual([
    { ...asOnboardingRole, command: 'GetRole', input: { RoleName: 'cross-role' } },
    {
      ...asOnboardingRole,
      command: 'CreateRole',
      input: {
        RoleName: 'cross-role',
        AssumeRolePolicyDocument: expect.any(String),
        Description: 'Lets the monitoring account read. Made by Sightline.',
        Tags: ourTags,
      },
    },
    attach(readOnlyAccess),
    attach(viewOnlyAccess),
  ]);
  const { AssumeRolePolicyDocument: trust = '' } = calls[1]!.input as CreateRoleCommandInput;
  expect(JSON.parse(trust)).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: hubRoot },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': 'secret-of-zabbix' } },
      },
    ],
  });
});

it.each([
  ['Sightline made', ourTags],
  ['somebody else made', theirTags],
])('uses a role that fits and that %s as it is', async (_, tags) => {
  given(aRole({ tags }));
  await expect(ensureRole()).resolves.toEqual({
    arn: monitoringRoleArn,
    outcome: 'already',
    did: 'cross-role is as it should be',
  });
  expect(await changesIn(iam)).toEqual([]);
});

describe('with a role of its own that no longer fits', () => {
  const trusting = (principals: string[]) => trustPolicyFor(aRolePlan({ principals }));

  it('puts the trust policy right', async () => {
    given(aRole({ trustPolicy: trusting(['arn:aws:iam::999999999999:root']) }));
    await expect(ensureRole()).resolves.toEqual({
      arn: monitoringRoleArn,
      outcome: 'updated',
      did: 'brought cross-role in line: its trust policy is not the asked one',
    });
    expect(await changesIn(iam)).toEqual([
      {
        ...asOnboardingRole,
        command: 'UpdateAssumeRolePolicy',
        input: { RoleName: 'cross-role', PolicyDocument: trusting([hubRoot]) },
      },
    ]);
  });

  it('attaches just the policies that are missing', async () => {
    given(aRole());
    const policyArns = [viewOnlyAccess, readOnlyAccess];
    await expect(ensureRole({ policyArns })).resolves.toMatchObject({ outcome: 'updated' });
    expect(await changesIn(iam)).toEqual([
      {
        ...asOnboardingRole,
        command: 'AttachRolePolicy',
        input: { RoleName: 'cross-role', PolicyArn: viewOnlyAccess },
      },
    ]);
  });
});

describe('with a role that differs and that it may not change', () => {
  it.each<[string, Partial<ExistingRole>, string]>([
    [
      'another trust policy on a role of somebody else',
      { tags: theirTags, trustPolicy: trustPolicyFor(aRolePlan({ externalId: 'theirs' })) },
      'its trust policy is not the asked one',
    ],
    [
      'a missing policy on a role of somebody else',
      { tags: theirTags, policyArns: [] },
      `${readOnlyAccess} is not attached`,
    ],
    [
      'a managed policy beyond the plan',
      { policyArns: [readOnlyAccess, viewOnlyAccess] },
      `${viewOnlyAccess} is attached and was not asked for`,
    ],
    [
      'an inline policy',
      { inline: ['write-everything'] },
      'inline policy write-everything is attached and was not asked for',
    ],
  ])('refuses %s and changes nothing', async (_, parts, difference) => {
    given(aRole(parts));
    await expect(ensureRole()).rejects.toMatchObject({
      name: 'RoleConflict',
      message: expect.stringContaining(
        `Role ${monitoringRoleArn} exists and is not what was asked for: ${difference}. Nothing was changed.`,
      ),
    });
    expect(await changesIn(iam)).toEqual([]);
  });

  it('looks at every page of the policies that the role has', async () => {
    given(aRole());
    iam
      .on(ListAttachedRolePoliciesCommand)
      .resolvesOnce({
        AttachedPolicies: [{ PolicyArn: readOnlyAccess }],
        IsTruncated: true,
        Marker: 'page 2',
      })
      .resolvesOnce({ AttachedPolicies: [{ PolicyArn: viewOnlyAccess }] });
    await expect(ensureRole()).rejects.toMatchObject({ name: 'RoleConflict' });
  });
});

it('finds its own role when it runs a second time', async () => {
  givenNone();
  const role = aRole({ policyArns: [] });
  iam.on(CreateRoleCommand).callsFake((input: CreateRoleCommandInput) => {
    role.trustPolicy = input.AssumeRolePolicyDocument ?? '';
    role.tags = input.Tags ?? [];
    given(role);
    iam.on(AttachRolePolicyCommand).callsFake(({ PolicyArn }: AttachRolePolicyCommandInput) => {
      role.policyArns.push(PolicyArn ?? '');
    });
    return {};
  });
  await expect(ensureRole()).resolves.toMatchObject({ outcome: 'created' });
  await expect(ensureRole()).resolves.toMatchObject({ outcome: 'already' });
  expect(iam).toHaveReceivedCommandTimes(CreateRoleCommand, 1);
  expect(iam).toHaveReceivedCommandTimes(AttachRolePolicyCommand, 1);
});

it('completes on a second run the role to which the first could not attach', async () => {
  given(aRole({ policyArns: [] }));
  await expect(ensureRole()).resolves.toMatchObject({
    outcome: 'updated',
    did: `brought cross-role in line: ${readOnlyAccess} is not attached`,
  });
});

it.each([
  new EntityAlreadyExistsException({ message: 'somebody was quicker', $metadata: {} }),
  anAwsError('AccessDenied'),
])('passes on why the role could not be made: %s', async (error) => {
  givenNone();
  iam.on(CreateRoleCommand).rejects(error);
  await expect(ensureRole()).rejects.toBe(error);
});

it('does not take a denied look for a role that is not there', async () => {
  iam.on(GetRoleCommand).rejects(anAwsError('AccessDenied'));
  await expect(ensureRole()).rejects.toMatchObject({ name: 'AccessDenied' });
  expect(await changesIn(iam)).toEqual([]);
});

it('does nothing without the onboarding role', async () => {
  denyRole(onboardingRoleArn);
  await expect(ensureRole()).rejects.toMatchObject({ name: 'OnboardingRoleNotAssumable' });
  expect(await callsTo(iam)).toEqual([]);
});
