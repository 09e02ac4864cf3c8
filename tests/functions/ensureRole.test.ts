import {
  AttachRolePolicyCommand,
  type AttachRolePolicyCommandInput,
  CreateRoleCommand,
  type CreateRoleCommandInput,
  GetPolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  type Tag,
} from '@aws-sdk/client-iam';
import { handler } from '../../functions/ensureRole.ts';
import type { RolePlan } from '../../shared/execution.ts';
import { trustPolicyFor } from '../../shared/role/monitoringRole.ts';
import {
  accountId,
  administratorAccess,
  anAwsError,
  aRolePlan,
  cloudWatchReadOnlyAccess,
  executionName,
  hubAccountId,
  hubRoot,
  monitoringRoleArn,
  onboardingRoleArn,
  ownPolicy,
  powerUserAccess,
  readOnlyAccess,
  securityAudit,
  viewOnlyAccess,
} from '../builders.ts';
import { callsTo, changesIn, denyRole, iam, sts } from '../shared/recordedAws.ts';
import {
  aRole,
  aTrustPolicy,
  aTrustStatement,
  givenNoRole,
  givenPolicies,
  givenRole,
  ourRoleTags,
  type RoleInIam,
} from '../shared/recordedRole.ts';
import 'aws-sdk-client-mock-jest';

const ensureRole = (parts: Partial<RolePlan> = {}) =>
  handler(
    { executionName, plan: { accountId, role: aRolePlan(parts) } },
    { functionName: 'ensureRole' },
  );

const theirTags: Tag[] = [{ Key: 'team', Value: 'payments' }];
const foreignRoot = 'arn:aws:iam::999999999999:root';
const foreigner = aTrustStatement({ Principal: { AWS: foreignRoot } });

const asOnboardingRole = { by: 'SightlineOnboarding', in: 'eu-central-1' };

const attaching = (PolicyArn: string) => ({
  ...asOnboardingRole,
  command: 'AttachRolePolicy',
  input: { RoleName: 'cross-role', PolicyArn },
});

/** What lets a role give itself whatever else there is. */
const writing = { Effect: 'Allow', Action: ['iam:PutRolePolicy', 's3:Get*'], Resource: '*' };
const reading = { Effect: 'Allow', Action: ['iam:Get*', 'ec2:Describe*'], Resource: '*' };

const refused = (name: string, finding: string) => ({
  name,
  message: expect.stringContaining(`: ${finding}. Sightline leaves it as it is.`),
});

// Other than in the tests of everything else: the settings are read once.
beforeEach(() => {
  jest.replaceProperty(process, 'env', { ...process.env, ROLE_PROPAGATION_SECONDS: '20' });
});

describe('where there is no role', () => {
  it('makes it within the boundary, with its trust policy and tags, then attaches each policy', async () => {
    givenNoRole();
    const plan = {
      policyArns: [readOnlyAccess, viewOnlyAccess],
      boundaryArn: securityAudit,
      externalId: 'secret-of-zabbix',
    };
    await expect(ensureRole(plan)).resolves.toEqual({
      arn: monitoringRoleArn,
      outcome: 'created',
      did: `made cross-role with ${readOnlyAccess}, ${viewOnlyAccess}`,
      lookInSeconds: 20,
    });
    expect(await callsTo(sts)).toMatchObject([
      { input: { RoleArn: onboardingRoleArn, ExternalId: `sightline-${hubAccountId}` } },
    ]);
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
          PermissionsBoundary: securityAudit,
          Tags: ourRoleTags,
        },
      },
      attaching(readOnlyAccess),
      attaching(viewOnlyAccess),
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

  it('makes it without a boundary where the settings have none', async () => {
    givenNoRole();
    const { boundaryArn: _, ...unbounded } = aRolePlan();
    const event = { executionName, plan: { accountId, role: unbounded } };
    await handler(event, { functionName: 'ensureRole' });
    const [creation] = await changesIn(iam);
    expect(creation).toMatchObject({ command: 'CreateRole', input: { RoleName: 'cross-role' } });
    expect(creation?.input).toMatchObject({ PermissionsBoundary: undefined });
  });

  it.each(['AccessDenied', 'AccessDeniedException'])(
    'says what to deploy where it may not make one: %s',
    async (name) => {
      givenNoRole();
      const denied = anAwsError(name, 'not authorized to perform: iam:CreateRole');
      iam.on(CreateRoleCommand).rejects(denied);
      await expect(ensureRole()).rejects.toMatchObject({
        name: 'RoleMissing',
        message: expect.stringMatching(
          new RegExp(
            `^Account ${accountId} has no role cross-role, .*\\(not authorized to perform: iam:CreateRole\\)\\.\nRemedy: Deploy templates/monitored-account.yml in account ${accountId} `,
          ),
        ),
        cause: denied,
      });
      expect(iam).not.toHaveReceivedCommand(AttachRolePolicyCommand);
    },
  );

  it.each(['EntityAlreadyExistsException', 'LimitExceededException', 'Throttling'])(
    'passes on why else it could not be made: %s',
    async (name) => {
      givenNoRole();
      const error = anAwsError(name);
      iam.on(CreateRoleCommand).rejects(error);
      await expect(ensureRole()).rejects.toBe(error);
    },
  );

  it('finds its own role when it runs a second time', async () => {
    givenNoRole();
    const role = aRole({ policyArns: [], boundaryArn: undefined });
    iam.on(CreateRoleCommand).callsFake((input: CreateRoleCommandInput) => {
      role.trustPolicy = input.AssumeRolePolicyDocument ?? '';
      role.tags = input.Tags ?? [];
      role.boundaryArn = input.PermissionsBoundary;
      givenRole(role);
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
});

// Preflight has looked: the role is looked for once more only where IAM gives reason to.
describe('where Preflight has seen no role', () => {
  const isMissing = true;
  const commands = async () => (await callsTo(iam)).map(({ command }) => command);
  const exists = anAwsError('EntityAlreadyExistsException');
  const denied = anAwsError('AccessDenied', 'not authorized to perform: iam:CreateRole');

  it('makes it at once', async () => {
    givenNoRole();
    await expect(ensureRole({ isMissing })).resolves.toMatchObject({ outcome: 'created' });
    expect(await commands()).toEqual(['CreateRole', 'AttachRolePolicy']);
  });

  it('reads the policies first that it is to get, and makes none with one too powerful', async () => {
    givenNoRole();
    givenPolicies({ [ownPolicy]: writing });
    await expect(ensureRole({ isMissing, policyArns: [ownPolicy] })).rejects.toMatchObject({
      name: 'RoleTooPowerful',
    });
    expect(await changesIn(iam)).toEqual([]);
  });

  it.each([
    ['somebody has made it meanwhile', exists],
    ['it was made for Sightline, which may not make one itself', denied],
  ])('uses what is there where %s', async (_, error) => {
    givenRole(aRole({ tags: theirTags }));
    iam.on(CreateRoleCommand).rejects(error);
    await expect(ensureRole({ isMissing })).resolves.toMatchObject({ outcome: 'already' });
    expect((await commands()).slice(0, 2)).toEqual(['CreateRole', 'GetRole']);
    expect(iam).not.toHaveReceivedCommand(AttachRolePolicyCommand);
  });

  it('completes its own that an earlier try has left without its policy', async () => {
    givenRole(aRole({ policyArns: [] }));
    iam.on(CreateRoleCommand).rejects(exists);
    await expect(ensureRole({ isMissing })).resolves.toMatchObject({ outcome: 'updated' });
    expect((await changesIn(iam)).at(-1)).toEqual(attaching(readOnlyAccess));
  });

  it('refuses what somebody has made meanwhile as it would have refused it before', async () => {
    givenRole(aRole({ tags: theirTags, policyArns: [] }));
    iam.on(CreateRoleCommand).rejects(exists);
    await expect(ensureRole({ isMissing })).rejects.toMatchObject(
      refused('RoleConflict', `${readOnlyAccess} is not attached`),
    );
    expect(iam).not.toHaveReceivedCommand(AttachRolePolicyCommand);
  });

  it('says what to deploy where it may not make one and there is none still', async () => {
    givenNoRole();
    iam.on(CreateRoleCommand).rejects(denied);
    await expect(ensureRole({ isMissing })).rejects.toMatchObject({
      name: 'RoleMissing',
      cause: denied,
    });
  });

  // The state machine tries again what IAM will tell in a moment.
  it('passes on that it is there where IAM does not show it yet', async () => {
    givenNoRole();
    iam.on(CreateRoleCommand).rejects(exists);
    await expect(ensureRole({ isMissing })).rejects.toBe(exists);
  });

  it.each(['LimitExceededException', 'Throttling', 'NoSuchEntityException'])(
    'passes on why else it could not be made, and looks no further: %s',
    async (name) => {
      givenNoRole();
      const error = anAwsError(name);
      iam.on(CreateRoleCommand).rejects(error);
      await expect(ensureRole({ isMissing })).rejects.toBe(error);
      expect(await commands()).toEqual(['CreateRole']);
    },
  );

  it('finds its own role when it runs a second time', async () => {
    givenNoRole();
    await ensureRole({ isMissing });
    givenRole();
    iam.on(CreateRoleCommand).rejects(exists);
    await expect(ensureRole({ isMissing })).resolves.toMatchObject({ outcome: 'already' });
    expect(iam).toHaveReceivedCommandTimes(AttachRolePolicyCommand, 1);
  });
});

describe('a role that can serve', () => {
  it.each([
    ['Sightline made', ourRoleTags],
    ['somebody else made', theirTags],
  ])('is used as it is where %s it', async (_, tags) => {
    givenRole(aRole({ tags }));
    await expect(ensureRole()).resolves.toEqual({
      arn: monitoringRoleArn,
      outcome: 'already',
      did: 'cross-role was there already',
      lookInSeconds: 0,
    });
    expect(await changesIn(iam)).toEqual([]);
  });

  it.each([
    ['another boundary', { boundaryArn: viewOnlyAccess }],
    ['no boundary', { boundaryArn: undefined }],
    [
      'a role of the hub alone that it trusts',
      {
        trustPolicy: aTrustPolicy(
          aTrustStatement({ Principal: { AWS: `arn:aws:iam::${hubAccountId}:role/zabbix` } }),
        ),
      },
    ],
    // What it has beyond the plan is for VerifyRole to name.
    ['a policy beyond the plan', { policyArns: [readOnlyAccess, administratorAccess] }],
    ['an inline policy', { inlinePolicyNames: ['write-everything'] }],
    ['another account that it trusts', { trustPolicy: aTrustPolicy(aTrustStatement(), foreigner) }],
  ])('is left as it is, though it has %s', async (_, parts) => {
    for (const tags of [ourRoleTags, theirTags]) {
      givenRole(aRole({ ...parts, tags }));
      await expect(ensureRole()).resolves.toMatchObject({ outcome: 'already' });
    }
    expect(await changesIn(iam)).toEqual([]);
  });
});

describe('a role of its own that lacks policies', () => {
  it('gets just those', async () => {
    givenRole();
    const policyArns = [viewOnlyAccess, readOnlyAccess, securityAudit];
    await expect(ensureRole({ policyArns })).resolves.toEqual({
      arn: monitoringRoleArn,
      outcome: 'updated',
      did: `gave cross-role ${viewOnlyAccess}, ${securityAudit}`,
      lookInSeconds: 20,
    });
    expect(await changesIn(iam)).toEqual([attaching(viewOnlyAccess), attaching(securityAudit)]);
  });

  it('gets them on a second run where the first could not attach them', async () => {
    givenRole(aRole({ policyArns: [] }));
    await expect(ensureRole()).resolves.toMatchObject({
      outcome: 'updated',
      did: `gave cross-role ${readOnlyAccess}`,
    });
  });

  it('gets them without a boundary where the settings have none either', async () => {
    givenRole(aRole({ policyArns: [], boundaryArn: undefined }));
    const { boundaryArn: _, ...unbounded } = aRolePlan();
    const event = { executionName, plan: { accountId, role: unbounded } };
    await expect(handler(event, { functionName: 'ensureRole' })).resolves.toMatchObject({
      outcome: 'updated',
    });
  });

  it.each<[string, Partial<RoleInIam>, string, string]>([
    [
      'lets in others',
      { trustPolicy: aTrustPolicy(aTrustStatement(), foreigner) },
      'RoleTrustsOthers',
      `it trusts ${foreignRoot}`,
    ],
    [
      'lets in everybody',
      { trustPolicy: aTrustPolicy(aTrustStatement({ Principal: '*' })) },
      'RoleTrustsOthers',
      'it trusts everybody (*)',
    ],
    [
      'has policies beyond, attached and inline',
      { policyArns: [administratorAccess], inlinePolicyNames: ['more'] },
      'RoleTooPowerful',
      `${administratorAccess} is attached and was not asked for; it has the inline policy more, which was not asked for`,
    ],
    [
      'lets in others and has a policy beyond',
      { trustPolicy: aTrustPolicy(aTrustStatement(), foreigner), inlinePolicyNames: ['more'] },
      'RoleTrustsOthers',
      `it trusts ${foreignRoot}`,
    ],
  ])('gets none of them, and loses nothing, where it %s', async (_, parts, name, finding) => {
    givenRole(aRole({ policyArns: [], ...parts }));
    for (const allowWrites of [false, true]) {
      await expect(ensureRole({ allowWrites })).rejects.toMatchObject(refused(name, finding));
    }
    expect(await changesIn(iam)).toEqual([]);
  });
});

describe('a role that cannot serve and is not to be changed', () => {
  const otherId = aTrustPolicy(
    aTrustStatement({ Condition: { StringEquals: { 'sts:ExternalId': 'their-secret' } } }),
  );

  it.each<[string, Partial<RoleInIam>, string]>([
    ['does not trust the hub', { trustPolicy: aTrustPolicy() }, `it does not trust ${hubRoot}`],
    ['asks for another external id', { trustPolicy: otherId }, 'it asks for another external id'],
    [
      'is somebody else’s and lacks a policy',
      { tags: theirTags, policyArns: [] },
      `${readOnlyAccess} is not attached`,
    ],
    [
      'lacks a policy and has another boundary',
      { policyArns: [], boundaryArn: administratorAccess },
      `its permissions boundary is ${administratorAccess}, not ${readOnlyAccess}`,
    ],
    [
      'lacks a policy and has no boundary',
      { policyArns: [], boundaryArn: undefined },
      `its permissions boundary is none, not ${readOnlyAccess}`,
    ],
    [
      'trusts another account instead, and has a policy too many',
      { trustPolicy: aTrustPolicy(foreigner), policyArns: [readOnlyAccess, viewOnlyAccess] },
      `it does not trust ${hubRoot}; it trusts ${foreignRoot}; ${viewOnlyAccess} is attached and was not asked for`,
    ],
    [
      'is wrong in every way',
      {
        tags: theirTags,
        trustPolicy: aTrustPolicy(foreigner),
        policyArns: [viewOnlyAccess],
        inlinePolicyNames: ['write-everything'],
      },
      [
        `it does not trust ${hubRoot}`,
        `${readOnlyAccess} is not attached`,
        `it trusts ${foreignRoot}`,
        `${viewOnlyAccess} is attached and was not asked for`,
        'it has the inline policy write-everything, which was not asked for',
      ].join('; '),
    ],
  ])(
    'is refused with all that is wrong, and nothing is changed, where it %s',
    async (_, parts, findings) => {
      givenRole(aRole(parts));
      await expect(ensureRole()).rejects.toMatchObject({
        name: 'RoleConflict',
        message: expect.stringContaining(
          `Role ${monitoringRoleArn} exists and is not what was asked for: ${findings}. Sightline leaves it as it is.`,
        ),
      });
      expect(await changesIn(iam)).toEqual([]);
    },
  );

  it('is refused with the trust policy that was asked, but for the external id', async () => {
    givenRole(aRole({ trustPolicy: otherId }));
    const refusal = await ensureRole({ externalId: 'secret-of-zabbix' }).catch((error) => error);
    expect(refusal).toMatchObject({ name: 'RoleConflict' });
    expect(refusal.message).toContain(
      `update-assume-role-policy --role-name cross-role --policy-document '${trustPolicyFor(aRolePlan({ externalId: 'THE-EXTERNAL-ID' }))}'`,
    );
    expect(refusal.message).not.toMatch(/secret/);
  });

  it('is told by every page of the policies that it has', async () => {
    givenRole(aRole({ tags: theirTags }));
    iam
      .on(ListAttachedRolePoliciesCommand)
      .resolvesOnce({
        AttachedPolicies: [{ PolicyArn: viewOnlyAccess }],
        IsTruncated: true,
        Marker: 'page 2',
      })
      .resolvesOnce({ AttachedPolicies: [{ PolicyArn: readOnlyAccess }] });
    await expect(ensureRole()).resolves.toMatchObject({ outcome: 'already' });
  });
});

describe('a policy by which a role could give itself more', () => {
  const policyArns = [readOnlyAccess, ownPolicy];
  const finding = `${ownPolicy} allows iam:PutRolePolicy`;

  it('is refused before a role is made, and nothing is changed', async () => {
    givenNoRole();
    givenPolicies({ [ownPolicy]: writing });
    await expect(ensureRole({ policyArns })).rejects.toMatchObject(
      refused('RoleTooPowerful', finding),
    );
    expect(await changesIn(iam)).toEqual([]);
  });

  it('is refused too where the role could assume others by it', async () => {
    givenNoRole();
    givenPolicies({ [ownPolicy]: { ...writing, Action: 'sts:AssumeRole*' } });
    await expect(ensureRole({ policyArns })).rejects.toMatchObject(
      refused('RoleTooPowerful', `${ownPolicy} allows sts:AssumeRole*`),
    );
    expect(await changesIn(iam)).toEqual([]);
  });

  it('is refused before it is attached to a role that is there, and nothing is changed', async () => {
    givenRole();
    givenPolicies({ [ownPolicy]: writing });
    await expect(ensureRole({ policyArns })).rejects.toMatchObject(
      refused('RoleTooPowerful', finding),
    );
    expect(await changesIn(iam)).toEqual([]);
  });

  it('is refused with every policy that is like it', async () => {
    givenNoRole();
    givenPolicies({
      [ownPolicy]: [reading, writing],
      [administratorAccess]: { Effect: 'Allow', Action: '*', Resource: '*' },
      [powerUserAccess]: { Effect: 'Allow', NotAction: ['organizations:*'], Resource: '*' },
    });
    await expect(
      ensureRole({ policyArns: [administratorAccess, ownPolicy, powerUserAccess] }),
    ).rejects.toMatchObject(
      refused(
        'RoleTooPowerful',
        `${administratorAccess} allows *; ${finding}; ${powerUserAccess} allows all but organizations:*`,
      ),
    );
  });

  it('is accepted where the request allows writes, and is not even read', async () => {
    givenNoRole();
    await expect(ensureRole({ policyArns, allowWrites: true })).resolves.toMatchObject({
      outcome: 'created',
    });
    givenRole();
    await expect(ensureRole({ policyArns, allowWrites: true })).resolves.toMatchObject({
      outcome: 'updated',
    });
    expect(iam).not.toHaveReceivedCommand(GetPolicyCommand);
  });

  it('is told from one by which it could only read', async () => {
    givenNoRole();
    givenPolicies({ [ownPolicy]: reading });
    await expect(ensureRole({ policyArns })).resolves.toMatchObject({ outcome: 'created' });
    expect(await changesIn(iam)).toMatchObject([
      { command: 'CreateRole' },
      attaching(readOnlyAccess),
      attaching(ownPolicy),
    ]);
  });

  it('is looked for in no policy of AWS’s that is made for reading', async () => {
    givenNoRole();
    const four = [readOnlyAccess, viewOnlyAccess, securityAudit, cloudWatchReadOnlyAccess];
    await expect(ensureRole({ policyArns: four })).resolves.toMatchObject({ outcome: 'created' });
    expect(iam).not.toHaveReceivedCommand(GetPolicyCommand);
  });

  it.each(['NoSuchEntityException', 'AccessDenied'])(
    'is not taken for harmless where it cannot be read: %s',
    async (name) => {
      givenNoRole();
      iam.on(GetPolicyCommand).rejects(anAwsError(name));
      await expect(ensureRole({ policyArns })).rejects.toMatchObject({ name });
      expect(await changesIn(iam)).toEqual([]);
    },
  );
});

// IAM takes its time to tell the other services of a change.
describe('how long to wait before the role is tried', () => {
  const lookInSeconds = async (parts?: Partial<RolePlan>) =>
    (await ensureRole(parts)).lookInSeconds;

  it('is what the settings say where the role was made, or was given a policy', async () => {
    givenNoRole();
    expect(await lookInSeconds()).toBe(20);
    expect(await lookInSeconds({ isMissing: true })).toBe(20);
    givenRole(aRole({ policyArns: [] }));
    expect(await lookInSeconds()).toBe(20);
  });

  it('is nothing where the role was there as it is, also where that was not known', async () => {
    givenRole();
    expect(await lookInSeconds()).toBe(0);
    iam.on(CreateRoleCommand).rejects(anAwsError('EntityAlreadyExistsException'));
    expect(await lookInSeconds({ isMissing: true })).toBe(0);
  });
});

it('never writes a trust policy, and never takes anything away', async () => {
  const roles = [ourRoleTags, theirTags].flatMap((tags) =>
    [aTrustPolicy(aTrustStatement()), aTrustPolicy(foreigner), aTrustPolicy()].flatMap(
      (trustPolicy) =>
        [[], [readOnlyAccess], [readOnlyAccess, administratorAccess]].flatMap((policyArns) =>
          [[], ['more']].map((inlinePolicyNames) =>
            aRole({ tags, trustPolicy, policyArns, inlinePolicyNames }),
          ),
        ),
    ),
  );
  for (const role of roles) {
    givenRole(role);
    await ensureRole().catch(() => undefined);
  }
  const commands = new Set((await callsTo(iam)).map(({ command }) => command));
  expect([...commands].toSorted()).toEqual([
    'AttachRolePolicy',
    'GetRole',
    'ListAttachedRolePolicies',
    'ListRolePolicies',
  ]);
});

it.each([
  ['GetRole', GetRoleCommand],
  ['ListAttachedRolePolicies', ListAttachedRolePoliciesCommand],
  ['ListRolePolicies', ListRolePoliciesCommand],
])('does not take a denied %s for something that is not there', async (_, command) => {
  givenRole();
  iam.on(command as typeof GetRoleCommand).rejects(anAwsError('AccessDenied'));
  await expect(ensureRole()).rejects.toMatchObject({ name: 'AccessDenied' });
  expect(await changesIn(iam)).toEqual([]);
});

it('does nothing without the onboarding role', async () => {
  denyRole(onboardingRoleArn);
  await expect(ensureRole()).rejects.toMatchObject({ name: 'OnboardingRoleNotAssumable' });
  expect(await callsTo(iam)).toEqual([]);
});
