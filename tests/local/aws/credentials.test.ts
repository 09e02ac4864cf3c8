import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import {
  adminOf,
  aLocalAws,
  allow,
  aWorker,
  clientsWith,
  hub,
  monitored,
  roleArnOf,
  sessionOf,
} from './aLocalAws.ts';

describe('credentials', () => {
  it('takes an access key that is an account id for the administrator of that account', async () => {
    const aws = aLocalAws();
    await expect(
      adminOf(aws, monitored).sts.send(new GetCallerIdentityCommand()),
    ).resolves.toMatchObject({
      Account: monitored,
      Arn: `arn:aws:iam::${monitored}:root`,
      UserId: monitored,
    });
  });

  it('names a session by its role, account and session name', async () => {
    const aws = aLocalAws({ hub: [aWorker()] });
    const identity = await sessionOf(aws, hub, 'worker').sts.send(new GetCallerIdentityCommand());
    expect(identity).toMatchObject({
      Account: hub,
      Arn: `arn:aws:sts::${hub}:assumed-role/worker/session`,
      UserId: expect.stringMatching(/^AROA\w{17}:session$/),
    });
  });

  it.each([
    [
      'an access key that nobody has',
      { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' },
    ],
    [
      'the id of an account that is not there',
      { accessKeyId: '777777777777', secretAccessKey: 'x' },
    ],
  ])('refuses %s, each service in its own words', async (_what, keys) => {
    const { ec2, iam, sts } = clientsWith(aLocalAws(), keys);
    await expect(ec2.send(new DescribeVpcsCommand())).rejects.toMatchObject({
      name: 'AuthFailure',
      $metadata: { httpStatusCode: 401 },
    });
    for (const refused of [
      iam.send(new ListRolesCommand()),
      sts.send(new GetCallerIdentityCommand()),
    ]) {
      await expect(refused).rejects.toMatchObject({
        name: 'InvalidClientTokenId',
        $metadata: { httpStatusCode: 403 },
      });
    }
  });

  it('refuses a session whose token is wrong or missing', async () => {
    const aws = aLocalAws({ hub: [aWorker()] });
    const { accessKeyId, secretAccessKey } = aws.credentialsFor(
      roleArnOf(hub, 'worker'),
      'session',
    );
    for (const token of [{}, { sessionToken: 'another' }]) {
      const { sts } = clientsWith(aws, { accessKeyId, secretAccessKey, ...token });
      await expect(sts.send(new GetCallerIdentityCommand())).rejects.toMatchObject({
        name: 'InvalidClientTokenId',
      });
    }
  });

  it('refuses a session after its hour', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    const aws = aLocalAws({ hub: [aWorker(allow('*'))] });
    const { ec2, sts } = sessionOf(aws, hub, 'worker');
    jest.advanceTimersByTime(3600_000 - 1);
    await expect(ec2.send(new DescribeVpcsCommand())).resolves.toHaveProperty('Vpcs');
    jest.advanceTimersByTime(1);
    await expect(ec2.send(new DescribeVpcsCommand())).rejects.toMatchObject({
      name: 'RequestExpired',
    });
    await expect(sts.send(new GetCallerIdentityCommand())).rejects.toMatchObject({
      name: 'ExpiredToken',
    });
    jest.useRealTimers();
  });

  it('has no credentials of a role that is not there', () => {
    expect(() => aLocalAws().credentialsFor(roleArnOf(hub, 'worker'), 'session')).toThrow(
      expect.objectContaining({ name: 'NoSuchEntity' }),
    );
  });
});
