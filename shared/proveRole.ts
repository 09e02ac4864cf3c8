import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { assume, ec2In, isDenied, type Session, stsOf } from './clients.ts';
import { SightlineError } from './errors.ts';
import type { RolePlan } from './execution.ts';

const assumeMonitoringRole = async (
  executionName: string,
  { arn, externalId }: RolePlan,
): Promise<Session> => {
  try {
    return await assume({ arn, externalId, executionName });
  } catch (cause) {
    if (!isDenied(cause)) throw cause;
    const reason = cause.message;
    throw new SightlineError('RoleNotAssumable', { roleArn: arn, reason }, { cause });
  }
};

const read = async (session: Session, { arn, region }: RolePlan) => {
  try {
    await ec2In(region, session).send(new DescribeInstancesCommand({ MaxResults: 5 }));
  } catch (cause) {
    if (!isDenied(cause)) throw cause;
    const reason = cause.message;
    throw new SightlineError('RoleCannotRead', { roleArn: arn, reason }, { cause });
  }
};

/**
 * Assumes the monitoring role as the hub does, looks which account that leads to, and reads.
 * Returns the ARN of the session. Throws `RoleNotAssumable`, `RoleInWrongAccount`, `RoleCannotRead`.
 */
export const proveRole = async (
  executionName: string,
  accountId: string,
  role: RolePlan,
): Promise<string> => {
  const session = await assumeMonitoringRole(executionName, role);
  const { Account: actual = 'none', Arn: arn = role.arn } = await stsOf(session).send(
    new GetCallerIdentityCommand({}),
  );
  if (actual !== accountId) {
    throw new SightlineError('RoleInWrongAccount', { expected: accountId, actual });
  }
  await read(session, role);
  return arn;
};
