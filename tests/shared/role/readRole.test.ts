import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  type GetPolicyVersionCommandOutput,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { iamOf } from '../../../shared/clients.ts';
import { trustPolicyFor } from '../../../shared/role/monitoringRole.ts';
import { escalationsBy, findRole, getRole, readRole } from '../../../shared/role/readRole.ts';
import {
  administratorAccess,
  anAwsError,
  aRolePlan,
  cloudWatchReadOnlyAccess,
  ownPolicy,
  powerUserAccess,
  readOnlyAccess,
  securityAudit,
  viewOnlyAccess,
} from '../../builders.ts';
import { callsTo, iam } from '../recordedAws.ts';
import { aRole, givenNoRole, givenPolicies, givenRole, roleSessionArn } from '../recordedRole.ts';
import 'aws-sdk-client-mock-jest';

const client = () =>
  iamOf({
    accessKeyId: 'session',
    secretAccessKey: 'secret',
    sessionToken: 'token',
    arn: roleSessionArn,
  });

const write = { Effect: 'Allow', Action: 'iam:*', Resource: '*' };

describe('a role', () => {
  it('is read with its trust policy, its policies and its boundary', async () => {
    givenRole(
      aRole({
        policyArns: [readOnlyAccess, viewOnlyAccess],
        inlinePolicyNames: ['more'],
        boundaryArn: securityAudit,
      }),
    );
    const found = await getRole(client(), 'cross-role');
    expect(await readRole(client(), found)).toEqual({
      trustPolicy: encodeURIComponent(trustPolicyFor(aRolePlan())),
      policyArns: [readOnlyAccess, viewOnlyAccess],
      inlinePolicyNames: ['more'],
      boundaryArn: securityAudit,
    });
    expect((await callsTo(iam)).map(({ input }) => input)).toEqual(
      Array.from({ length: 3 }, () => expect.objectContaining({ RoleName: 'cross-role' })),
    );
  });

  it('may have no boundary', async () => {
    givenRole(aRole({ boundaryArn: undefined }));
    const role = await readRole(client(), await getRole(client(), 'cross-role'));
    expect(role.boundaryArn).toBeUndefined();
  });

  it('has policies on every page of them', async () => {
    givenRole();
    iam
      .on(ListAttachedRolePoliciesCommand)
      .resolves({ AttachedPolicies: [{ PolicyArn: viewOnlyAccess }] })
      .on(ListAttachedRolePoliciesCommand, { Marker: undefined })
      .resolves({
        AttachedPolicies: [{ PolicyArn: readOnlyAccess }],
        IsTruncated: true,
        Marker: 'page 2',
      })
      .on(ListRolePoliciesCommand)
      .resolves({ PolicyNames: ['two'] })
      .on(ListRolePoliciesCommand, { Marker: undefined })
      .resolves({ PolicyNames: ['one'], IsTruncated: true, Marker: 'page 2' });
    const role = await readRole(client(), await getRole(client(), 'cross-role'));
    expect(role).toMatchObject({
      policyArns: [readOnlyAccess, viewOnlyAccess],
      inlinePolicyNames: ['one', 'two'],
    });
  });

  it('is not found where there is none, and is an error where there should be one', async () => {
    givenNoRole();
    await expect(findRole(client(), 'cross-role')).resolves.toBeUndefined();
    await expect(getRole(client(), 'cross-role')).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });

  it.each(['AccessDenied', 'Throttling'])(
    'is not taken for missing where IAM answers %s',
    async (name) => {
      iam.on(GetRoleCommand).rejects(anAwsError(name));
      await expect(findRole(client(), 'cross-role')).rejects.toMatchObject({ name });
    },
  );
});

describe('how policies would let a role give itself more', () => {
  it('is told by the text of their default version', async () => {
    givenPolicies({ [ownPolicy]: { ...write, Action: ['iam:PassRole', 's3:*'] } });
    await expect(escalationsBy(client(), [ownPolicy])).resolves.toEqual([
      `${ownPolicy} allows iam:PassRole`,
    ]);
    expect(await callsTo(iam)).toMatchObject([
      { command: 'GetPolicy', input: { PolicyArn: ownPolicy } },
      { command: 'GetPolicyVersion', input: { PolicyArn: ownPolicy, VersionId: 'v2' } },
    ]);
  });

  it('is told of each policy that does, and of no other', async () => {
    const reading = 'arn:aws:iam::aws:policy/IAMReadOnlyAccess';
    givenPolicies({
      [administratorAccess]: { ...write, Action: '*' },
      [reading]: { ...write, Action: ['iam:Get*', 'iam:List*'] },
      [powerUserAccess]: [
        { Effect: 'Allow', NotAction: ['iam:*'], Resource: '*' },
        { ...write, Action: 'iam:CreateServiceLinkedRole' },
      ],
    });
    const arns = [administratorAccess, reading, readOnlyAccess, powerUserAccess];
    await expect(escalationsBy(client(), arns)).resolves.toEqual([
      `${administratorAccess} allows *`,
      `${powerUserAccess} allows all but iam:*, iam:CreateServiceLinkedRole`,
    ]);
  });

  it.each([
    readOnlyAccess,
    viewOnlyAccess,
    securityAudit,
    cloudWatchReadOnlyAccess,
    'arn:aws-cn:iam::aws:policy/ReadOnlyAccess',
    'arn:aws-us-gov:iam::aws:policy/job-function/ViewOnlyAccess',
  ])('is nothing for a policy that AWS keeps for reading, which is not read: %s', async (arn) => {
    await expect(escalationsBy(client(), [arn])).resolves.toEqual([]);
    expect(await callsTo(iam)).toEqual([]);
  });

  it.each([
    'arn:aws:iam::222222222222:policy/ReadOnlyAccess',
    'arn:aws:iam::222222222222:policy/job-function/ViewOnlyAccess',
    'arn:aws:iam::aws:policy/team/ReadOnlyAccess',
    'arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess',
    'arn:aws:iam::aws:policy/SecurityAuditor',
    'arn:aws:iam::aws:policy/ViewOnlyAccess',
  ])('is read of a policy that is just called alike: %s', async (arn) => {
    givenPolicies({ [arn]: write });
    await expect(escalationsBy(client(), [arn])).resolves.toEqual([`${arn} allows iam:*`]);
  });

  it.each([
    ['there is not', GetPolicyCommand, 'NoSuchEntityException'],
    ['must not be read', GetPolicyVersionCommand, 'AccessDenied'],
  ])('is an error where a policy is named that %s', async (_, command, name) => {
    givenPolicies({ [ownPolicy]: write });
    iam.on(command as typeof GetPolicyCommand).rejects(anAwsError(name));
    await expect(escalationsBy(client(), [ownPolicy])).rejects.toMatchObject({ name });
  });

  it.each<[string, GetPolicyVersionCommandOutput['PolicyVersion']]>([
    ['no version', undefined],
    ['a version without a text', { VersionId: 'v2' }],
    ['a version with an empty text', { VersionId: 'v2', Document: '' }],
  ])('is not taken to be nothing where IAM answers with %s', async (_, PolicyVersion) => {
    givenPolicies({ [ownPolicy]: write });
    iam.on(GetPolicyVersionCommand).resolves({ PolicyVersion });
    await expect(escalationsBy(client(), [ownPolicy])).rejects.toMatchObject({
      name: 'SyntaxError',
    });
  });

  it('is not taken to be nothing where the text is no policy', async () => {
    givenPolicies({ [ownPolicy]: { Effect: 'Allow', action: '*', Resource: '*' } });
    await expect(escalationsBy(client(), [ownPolicy])).rejects.toMatchObject({ name: 'ZodError' });
  });
});
