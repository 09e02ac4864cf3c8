import {
  CreateInternetGatewayCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import type { IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { assume, ec2In, isDenied, type Session, stsOf } from './clients.ts';
import { SightlineError } from './errors.ts';
import type { RolePlan } from './execution.ts';
import {
  extraPolicies,
  findingsInTrust,
  missingPolicies,
  notAttached,
  refuseRole,
} from './monitoringRole.ts';
import { escalationsBy, getRole, readRole } from './readRole.ts';

/** What IAM says of the role is what was asked: no more, so that it is safe, and no less. */
const refuseOther = async (iam: IAMClient, plan: RolePlan) => {
  const role = await readRole(iam, await getRole(iam, plan.name));
  const { others, lacking } = findingsInTrust(role.trustPolicy, plan);
  refuseRole('RoleTrustsOthers', plan, others);
  const escalations = plan.allowWrites ? [] : await escalationsBy(iam, plan.policyArns);
  refuseRole('RoleTooPowerful', plan, [...extraPolicies(role, plan), ...escalations]);
  refuseRole('RoleConflict', plan, [...lacking, ...missingPolicies(role, plan).map(notAttached)]);
};

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

/** Comes after a success with the external id: before that, a refusal may just be IAM's delay. */
const refuseWithoutExternalId = async (executionName: string, plan: RolePlan) => {
  if (plan.externalId === undefined) return;
  try {
    await assume({ arn: plan.arn, externalId: undefined, executionName });
  } catch (error) {
    if (isDenied(error)) return;
    throw error;
  }
  refuseRole('RoleTrustsOthers', plan, ['it can be assumed without the external id']);
};

const refuseOtherAccount = async (session: Session, accountId: string): Promise<string> => {
  const { Account: actual = 'none', Arn: arn = '' } = await stsOf(session).send(
    new GetCallerIdentityCommand({}),
  );
  if (actual === accountId) return arn;
  throw new SightlineError('RoleInWrongAccount', { expected: accountId, actual });
};

const read = async (ec2: EC2Client, { arn }: RolePlan) => {
  try {
    await ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }));
  } catch (cause) {
    if (!isDenied(cause)) throw cause;
    const reason = cause.message;
    throw new SightlineError('RoleCannotRead', { roleArn: arn, reason }, { cause });
  }
};

/** What EC2 answers to a call with DryRun that it would have carried out. */
const isPermitted = async (dryRun: Promise<unknown>): Promise<boolean> => {
  try {
    await dryRun;
    return true;
  } catch (error) {
    if (isDenied(error)) return false;
    if (error instanceof Error && error.name === 'DryRunOperation') return true;
    throw error;
  }
};

/**
 * Asks EC2 whether the role might write; with DryRun nothing is done, whatever the answer. These two calls
 * need nothing to be there, so that AWS has nothing to say but whether they are allowed.
 */
const refuseWrites = async (ec2: EC2Client, plan: RolePlan) => {
  if (plan.allowWrites) return;
  const [vpc, gateway] = await Promise.all([
    isPermitted(ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/28', DryRun: true }))),
    isPermitted(ec2.send(new CreateInternetGatewayCommand({ DryRun: true }))),
  ]);
  refuseRole('RoleTooPowerful', plan, [
    ...(vpc ? ['it may make VPCs (ec2:CreateVpc)'] : []),
    ...(gateway ? ['it may make internet gateways (ec2:CreateInternetGateway)'] : []),
  ]);
};

/**
 * Shows that the monitoring role is what it should be. IAM says so: it trusts nobody but the hub, and has
 * the asked policies and no others. And trying says so: the hub can assume it, not without the external
 * id if there is one; that leads to the right account; there it reads, and EC2 denies it to write. `iam` is a
 * client of the onboarding role. Returns the ARN of the session.
 *
 * Throws `RoleTrustsOthers`, `RoleTooPowerful`, `RoleConflict`, `RoleNotAssumable`, `RoleInWrongAccount`
 * or `RoleCannotRead`. Changes nothing.
 */
export const proveRole = async (
  iam: IAMClient,
  executionName: string,
  accountId: string,
  plan: RolePlan,
): Promise<string> => {
  await refuseOther(iam, plan);
  const session = await assumeMonitoringRole(executionName, plan);
  await refuseWithoutExternalId(executionName, plan);
  const arn = await refuseOtherAccount(session, accountId);
  const ec2 = ec2In(plan.region, session);
  await read(ec2, plan);
  await refuseWrites(ec2, plan);
  return arn;
};
