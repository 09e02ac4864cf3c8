import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import {
  assume,
  ec2In,
  iamOf,
  isDenied,
  onboardingSession,
  sts as ownSts,
  roleArn,
  sessionNameOf,
  transport,
} from '../../shared/clients.ts';
import { ec2OfSide } from '../../shared/network/sides.ts';
import {
  accountId,
  aHubSide,
  aMonitoredSide,
  anAwsError,
  executionName,
  hubAccountId,
  monitoringRoleArn,
  onboardingRoleArn,
  settingsEnvironment,
} from '../builders.ts';
import { callsTo, denyRole, ec2, iam, sts } from './recordedAws.ts';
import { roleSessionArn } from './recordedRole.ts';

// One account is allowed, for whatever this process does: the settings are read once.
beforeEach(() => {
  process.env['ALLOWED_ACCOUNTS'] = accountId;
});

describe('the name of a session', () => {
  it('tells which onboarding it is', () => {
    expect(sessionNameOf('onboard-222222222222')).toBe('sightline-onboard-222222222222');
  });

  it.each([
    ['', 'sightline-'],
    ['name with spaces', 'sightline-name-with-spaces'],
    ['a/b:c;d(e)ü', 'sightline-a-b-c-d-e--'],
    ['kept_+=,.@-', 'sightline-kept_+=,.@-'],
    ['x'.repeat(80), `sightline-${'x'.repeat(54)}`],
  ])('of execution "%s" is one that STS takes', (execution, name) => {
    expect(sessionNameOf(execution)).toBe(name);
    expect(name).toMatch(/^[\w+=,.@-]{2,64}$/);
  });
});

it('takes the hub’s own credentials unless there is a session', async () => {
  const session = {
    accessKeyId: 'other',
    secretAccessKey: 'secret',
    sessionToken: 'token',
    arn: roleSessionArn,
  };
  ec2.on(DescribeVpcsCommand).resolves({});
  iam.on(GetRoleCommand).resolves({});
  sts.on(GetCallerIdentityCommand).resolves({});
  await ec2In('eu-west-1').send(new DescribeVpcsCommand({}));
  await ec2In('eu-west-1', session).send(new DescribeVpcsCommand({}));
  await iamOf(session).send(new GetRoleCommand({ RoleName: 'cross-role' }));
  await ownSts().send(new GetCallerIdentityCommand({}));
  const calls = [...(await callsTo(ec2)), ...(await callsTo(iam)), ...(await callsTo(sts))];
  expect(calls.map(({ by, in: region }) => [by, region])).toEqual([
    ['hub', 'eu-west-1'],
    ['other', 'eu-west-1'],
    ['other', 'eu-central-1'],
    ['hub', 'eu-central-1'],
  ]);
});

it('gives every client the one transport, so that connections are kept', () => {
  const { requestHandler } = transport;
  for (const client of [ec2In('eu-west-1'), ec2In('us-east-1'), ownSts()]) {
    expect(client.config.requestHandler).toBe(requestHandler);
  }
});

describe('assuming a role', () => {
  const role = { arn: monitoringRoleArn, executionName };

  it('asks for 15 minutes, under the execution’s name, with the external id, and tells as whom', async () => {
    await expect(assume({ ...role, externalId: 'secret' })).resolves.toEqual({
      accessKeyId: 'cross-role',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      arn: roleSessionArn,
    });
    expect(await callsTo(sts)).toEqual([
      {
        by: 'hub',
        in: 'eu-central-1',
        command: 'AssumeRole',
        input: {
          RoleArn: monitoringRoleArn,
          RoleSessionName: `sightline-${executionName}`,
          DurationSeconds: 900,
          ExternalId: 'secret',
        },
      },
    ]);
  });

  it('sends no external id where none is required', async () => {
    await assume({ ...role, externalId: undefined });
    expect((await callsTo(sts))[0]?.input).not.toHaveProperty('ExternalId');
  });

  it.each([
    ['another account', 'arn:aws:iam::333333333333:role/cross-role', '333333333333'],
    ['the hub', `arn:aws:iam::${hubAccountId}:role/cross-role`, hubAccountId],
    ['every account', 'arn:aws:iam::*:role/cross-role', '\\*'],
    ['all of them', 'arn:aws:iam::all:role/cross-role', 'all'],
    [
      'an account whose id only begins alike',
      `arn:aws:iam::${accountId}3:role/cross-role`,
      `${accountId}3`,
    ],
    ['no account', 'arn:aws:iam:::role/cross-role', ''],
    ['what is no ARN', 'cross-role', ''],
    [
      'what has the account elsewhere',
      `arn:aws:iam::333333333333:role/${accountId}`,
      '333333333333',
    ],
  ])('is refused before STS is asked in %s', async (_, arn, named) => {
    for (const externalId of [undefined, 'secret']) {
      await expect(assume({ arn, externalId, executionName })).rejects.toMatchObject({
        name: 'AccountNotAllowed',
        message: expect.stringMatching(`^Account ${named} is none of those`),
      });
    }
    expect(await callsTo(sts)).toEqual([]);
  });

  it('passes on that it is denied', async () => {
    denyRole(monitoringRoleArn);
    await expect(assume({ ...role, externalId: undefined })).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});

it('names a role in the partition that the hub is in', () => {
  expect(roleArn(accountId, 'cross-role')).toBe(monitoringRoleArn);
});

it.each([
  [anAwsError('AccessDenied'), true],
  [anAwsError('AccessDeniedException'), true],
  [anAwsError('UnauthorizedOperation'), true],
  [anAwsError('RequestLimitExceeded'), false],
  [anAwsError('NotAccessDenied'), false],
  [{ name: 'AccessDenied' }, false],
  [undefined, false],
])('tells whether AWS denied it: %s', (error, denied) => {
  expect(isDenied(error)).toBe(denied);
});

describe('the session of the onboarding role', () => {
  const session = () => onboardingSession(accountId, executionName);

  it('is that of the role and the external id in the settings', async () => {
    await expect(session()).resolves.toMatchObject({ accessKeyId: 'SightlineOnboarding' });
    expect(await callsTo(sts)).toMatchObject([
      { input: { RoleArn: onboardingRoleArn, ExternalId: `sightline-${hubAccountId}` } },
    ]);
  });

  it('is refused with what may be the reason, and without the external id', async () => {
    const denied = anAwsError('AccessDenied', 'not authorized to perform: sts:AssumeRole');
    denyRole(onboardingRoleArn, denied);
    await expect(session()).rejects.toMatchObject({
      name: 'OnboardingRoleNotAssumable',
      message: expect.stringMatching(
        new RegExp(
          `^${onboardingRoleArn} cannot be assumed from the hub \\(not authorized.*account ${accountId}.*hub account ${hubAccountId}`,
          's',
        ),
      ),
      cause: denied,
    });
    await expect(session()).rejects.not.toMatchObject({
      message: expect.stringContaining(`${settingsEnvironment()['ONBOARDING_EXTERNAL_ID']}`),
    });
  });

  it('is refused before STS is asked where the account is not allowed', async () => {
    await expect(onboardingSession('333333333333', executionName)).rejects.toMatchObject({
      name: 'AccountNotAllowed',
      message: expect.stringMatching(/^Account 333333333333 .*\nRemedy: .*allowedAccounts/),
    });
    expect(await callsTo(sts)).toEqual([]);
  });

  it('passes on any other error of STS', async () => {
    const error = anAwsError('RegionDisabledException');
    denyRole(onboardingRoleArn, error);
    await expect(session()).rejects.toBe(error);
  });
});

it.each([
  ['hub', aHubSide({ region: 'eu-north-1' }), 'hub'],
  ['monitored', aMonitoredSide({ region: 'eu-north-1' }), 'SightlineOnboarding'],
] as const)('changes the %s side in its Region as who may', async (name, side, by) => {
  ec2.on(DescribeVpcsCommand).resolves({});
  const client = await ec2OfSide(side, name, executionName);
  await client.send(new DescribeVpcsCommand({}));
  expect(await callsTo(ec2)).toMatchObject([{ by, in: 'eu-north-1' }]);
});
