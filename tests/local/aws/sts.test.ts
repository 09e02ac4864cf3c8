import { PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import {
  adminOf,
  aLocalAws,
  allow,
  aPolicy,
  aWorker,
  clientsWith,
  hub,
  monitored,
  roleArnOf,
  sessionOf,
  stranger,
  trusting,
} from './aLocalAws.ts';

const mayAssume = allow('sts:AssumeRole');
const externalId = { Condition: { StringEquals: { 'sts:ExternalId': 'sightline-1' } } };
const crossRole = roleArnOf(monitored, 'cross-role');

const assume = (more: object = {}) =>
  new AssumeRoleCommand({ RoleArn: crossRole, RoleSessionName: 'onboarding-1', ...more });

/** The hub's worker, before a role of the monitored account with some trust policy. */
const given = (trust: object, worker = aWorker(mayAssume)) => {
  const aws = aLocalAws({ hub: [worker], monitored: [{ name: 'cross-role', trust }] });
  return { aws, sts: sessionOf(aws, hub, 'worker').sts };
};

const denied = {
  name: 'AccessDenied',
  message: `User: arn:aws:sts::${hub}:assumed-role/worker/session is not authorized to perform: sts:AssumeRole on resource: ${crossRole}`,
  $metadata: { httpStatusCode: 403 },
};

describe('AssumeRole', () => {
  it('gives credentials of the role in the other account for an hour', async () => {
    const { aws, sts } = given(trusting(hub));
    const before = Date.now();
    const { Credentials, AssumedRoleUser } = await sts.send(assume());
    expect(Credentials).toMatchObject({ AccessKeyId: expect.stringMatching(/^ASIA[0-9A-Z]{16}$/) });
    expect(Credentials!.Expiration!.getTime() - before).toBeGreaterThan(3590_000);
    expect(Credentials!.Expiration!.getTime() - before).toBeLessThan(3610_000);
    const session = {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    };
    const { sts: other } = clientsWith(aws, session);
    await expect(other.send(new GetCallerIdentityCommand())).resolves.toMatchObject({
      Account: monitored,
      Arn: `arn:aws:sts::${monitored}:assumed-role/cross-role/onboarding-1`,
      UserId: AssumedRoleUser!.AssumedRoleId,
    });
  });

  it.each([
    ['the right external id', { ExternalId: 'sightline-1' }, true],
    ['a wrong external id', { ExternalId: 'sightline-2' }, false],
    ['no external id', {}, false],
  ])('answers %s to a trust policy that asks for one', async (_what, more, allowed) => {
    const { sts } = given(trusting(hub, externalId));
    const answer = sts.send(assume(more));
    if (allowed) await expect(answer).resolves.toHaveProperty('Credentials');
    else await expect(answer).rejects.toMatchObject(denied);
  });

  it('gives the same denial for a role that is not there', async () => {
    const aws = aLocalAws({ hub: [aWorker(mayAssume)] });
    await expect(sessionOf(aws, hub, 'worker').sts.send(assume())).rejects.toMatchObject(denied);
  });

  it.each([
    ['another account', trusting(stranger)],
    ['another role of the account', trusting(roleArnOf(hub, 'other'))],
    [
      'a service',
      aPolicy({
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
    ],
    [
      'everybody with a tag that the caller has not',
      trusting('*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x' } } }),
    ],
    [
      'sessions of another name',
      trusting(hub, { Condition: { StringLike: { 'sts:RoleSessionName': 'other-*' } } }),
    ],
  ])('gives the same denial when the role trusts %s', async (_who, trust) => {
    await expect(given(trust).sts.send(assume())).rejects.toMatchObject(denied);
  });

  it.each([
    ['the account', trusting(hub)],
    ['the exact role', trusting(roleArnOf(hub, 'worker'))],
  ])(
    'is denied to a role of another account without permission of its own, even when %s is trusted',
    async (_who, trust) => {
      await expect(given(trust, aWorker()).sts.send(assume())).rejects.toMatchObject(denied);
    },
  );

  it.each([
    ['needs permission of its own when the account is trusted', trusting(hub), false],
    ['needs none when the role itself is trusted', trusting(roleArnOf(hub, 'worker')), true],
  ])('in the same account %s', async (_what, trust, allowed) => {
    const aws = aLocalAws({ hub: [aWorker(), { name: 'reader', trust }] });
    const answer = sessionOf(aws, hub, 'worker').sts.send(
      assume({ RoleArn: roleArnOf(hub, 'reader') }),
    );
    if (allowed) await expect(answer).resolves.toHaveProperty('Credentials');
    else await expect(answer).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('honours the resource of the permission', async () => {
    const only = { ...mayAssume, Resource: roleArnOf('*', 'SightlineOnboarding') };
    await expect(given(trusting(hub), aWorker(only)).sts.send(assume())).rejects.toMatchObject(
      denied,
    );
  });

  it('honours a trust policy that asks for a tag of the caller', async () => {
    const trust = trusting(hub, { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x' } } });
    const answer = given(trust, { ...aWorker(mayAssume), tags: { team: 'x' } }).sts.send(assume());
    await expect(answer).resolves.toHaveProperty('Credentials');
  });

  it.each(['iam:ResourceTag/team', 'aws:ResourceTag/team'])(
    'honours a permission for roles with a tag, by %s',
    async (key) => {
      const only = { ...mayAssume, Condition: { StringEquals: { [key]: 'x' } } };
      const tagged = (tags: Record<string, string>) =>
        sessionOf(
          aLocalAws({
            hub: [aWorker(only)],
            monitored: [{ name: 'cross-role', trust: trusting(hub), tags }],
          }),
          hub,
          'worker',
        ).sts.send(assume());
      await expect(tagged({ team: 'x' })).resolves.toHaveProperty('Credentials');
      await expect(tagged({ team: 'y' })).rejects.toMatchObject(denied);
      await expect(tagged({})).rejects.toMatchObject(denied);
    },
  );

  it('is denied to the administrator of an account', async () => {
    const { aws } = given(trusting(hub));
    await expect(adminOf(aws, hub).sts.send(assume())).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Roles may not be assumed by root accounts.',
    });
  });

  it.each([
    ['a session name with a space', { RoleSessionName: 'on boarding' }],
    ['a session name of one character', { RoleSessionName: 'x' }],
    ['a session name of 65 characters', { RoleSessionName: 'x'.repeat(65) }],
    ['a session shorter than 15 minutes', { DurationSeconds: 899 }],
    ['a session longer than 12 hours', { DurationSeconds: 43_201 }],
    ['a chained session longer than an hour', { DurationSeconds: 3601 }],
    ['something that is no role ARN', { RoleArn: 'arn:aws:iam::222222222222:user/cross-role' }],
    ['a session policy, which it does not play', { Policy: '{}' }],
  ])('refuses %s', async (_what, more) => {
    const { sts } = given(trusting(hub));
    await expect(sts.send(assume(more))).rejects.toMatchObject({ name: 'ValidationError' });
  });
});

describe('the propagation of IAM changes', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  });
  afterEach(() => jest.useRealTimers());

  it('lets a changed trust policy take effect only after the delay', async () => {
    const { aws, sts } = given(trusting(stranger));
    await adminOf(aws, monitored).iam.send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: 'cross-role',
        PolicyDocument: JSON.stringify(trusting(hub)),
      }),
    );
    jest.advanceTimersByTime(9_999);
    await expect(sts.send(assume())).rejects.toMatchObject(denied);
    jest.advanceTimersByTime(1);
    await expect(sts.send(assume())).resolves.toHaveProperty('Credentials');
  });

  it('lets a second change wait for its own delay', async () => {
    const { aws, sts } = given(trusting(stranger), aWorker());
    const { iam } = adminOf(aws, hub);
    await adminOf(aws, monitored).iam.send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: 'cross-role',
        PolicyDocument: JSON.stringify(trusting(hub)),
      }),
    );
    jest.advanceTimersByTime(8_000);
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'worker',
        PolicyName: 'assume',
        PolicyDocument: JSON.stringify(aPolicy(mayAssume)),
      }),
    );
    jest.advanceTimersByTime(9_999);
    await expect(sts.send(assume())).rejects.toMatchObject(denied);
    jest.advanceTimersByTime(1);
    await expect(sts.send(assume())).resolves.toHaveProperty('Credentials');
  });

  it('can be skipped for what has been set up so far', async () => {
    const { aws, sts } = given(trusting(stranger));
    await adminOf(aws, monitored).iam.send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: 'cross-role',
        PolicyDocument: JSON.stringify(trusting(hub)),
      }),
    );
    aws.iam.settle();
    await expect(sts.send(assume())).resolves.toHaveProperty('Credentials');
  });
});
