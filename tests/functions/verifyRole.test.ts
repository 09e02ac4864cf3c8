import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { handler } from '../../functions/verifyRole.ts';
import type { RolePlan } from '../../shared/execution.ts';
import {
  accountId,
  anAwsError,
  aRolePlan,
  executionName,
  hubAccountId,
  monitoringRoleArn,
} from '../builders.ts';
import { callsTo, denyRole, ec2, sts } from '../shared/recordedAws.ts';
import 'aws-sdk-client-mock-jest';

const verifyRole = (parts: Partial<RolePlan> = {}) =>
  handler(
    { executionName, plan: { accountId, role: aRolePlan(parts) } },
    { functionName: 'verifyRole' },
  );

const sessionArn = `arn:aws:sts::${accountId}:assumed-role/cross-role/sightline-${executionName}`;

beforeEach(() => {
  sts.on(GetCallerIdentityCommand).resolves({ Account: accountId, Arn: sessionArn });
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
});

it('assumes the role as the hub and reads with it, in the Region of the plan', async () => {
  await expect(verifyRole({ region: 'eu-west-1' })).resolves.toEqual({
    arn: sessionArn,
    did: expect.stringContaining('assumed cross-role'),
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
      },
    },
    { by: 'cross-role', in: 'eu-central-1', command: 'GetCallerIdentity', input: {} },
  ]);
  expect(await callsTo(ec2)).toEqual([
    { by: 'cross-role', in: 'eu-west-1', command: 'DescribeInstances', input: { MaxResults: 5 } },
  ]);
});

it('sends the external id that the role requires', async () => {
  await verifyRole({ externalId: 'secret-of-yace' });
  expect(await callsTo(sts)).toMatchObject([{ input: { ExternalId: 'secret-of-yace' } }, {}]);
});

it('gives the same answer when it runs a second time', async () => {
  const first = await verifyRole();
  await expect(verifyRole()).resolves.toEqual(first);
});

it('says that the role cannot be assumed, be it missing or its trust policy another', async () => {
  const denied = anAwsError('AccessDenied', 'not authorized to perform: sts:AssumeRole');
  denyRole(monitoringRoleArn, denied);
  await expect(verifyRole()).rejects.toMatchObject({
    name: 'RoleNotAssumable',
    message: expect.stringContaining(
      `${monitoringRoleArn} (not authorized to perform: sts:AssumeRole)`,
    ),
    cause: denied,
  });
  expect(ec2).not.toHaveReceivedCommand(DescribeInstancesCommand);
});

it('passes on any other error of STS', async () => {
  const error = anAwsError('RegionDisabledException');
  denyRole(monitoringRoleArn, error);
  await expect(verifyRole()).rejects.toBe(error);
});

it('refuses a role that leads into another account, and does not read there', async () => {
  sts.on(GetCallerIdentityCommand).resolves({ Account: hubAccountId });
  await expect(verifyRole()).rejects.toMatchObject({
    name: 'RoleInWrongAccount',
    message: expect.stringContaining(`in account ${accountId}, and is in ${hubAccountId}`),
  });
  expect(ec2).not.toHaveReceivedCommand(DescribeInstancesCommand);
});

it('says that the role cannot read', async () => {
  const denied = anAwsError('UnauthorizedOperation', 'You are not authorized');
  ec2.on(DescribeInstancesCommand).rejects(denied);
  await expect(verifyRole()).rejects.toMatchObject({
    name: 'RoleCannotRead',
    message: expect.stringContaining(`ec2:DescribeInstances is denied (You are not authorized)`),
    cause: denied,
  });
});

it('passes on that EC2 throttles', async () => {
  const error = anAwsError('RequestLimitExceeded');
  ec2.on(DescribeInstancesCommand).rejects(error);
  await expect(verifyRole()).rejects.toBe(error);
});
