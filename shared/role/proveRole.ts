import { CreateVpcCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import type { IAMClient } from '@aws-sdk/client-iam';
import { assume, ec2In, isDenied, type Session } from '../clients.ts';
import { SightlineError } from '../errors.ts';
import type { RolePlan } from '../execution.ts';
import {
  extraPolicies,
  findingsInTrust,
  missingPolicies,
  notAttached,
  refuseRole,
} from './monitoringRole.ts';
import { escalationsBy, getRole, readRole } from './readRole.ts';

/**
 * Throws unless what IAM says of the role is what was asked: no more, so that it is safe, and no less.
 * `iam` is a client of whoever may read the role.
 */
export const inspectRole = async (iam: IAMClient, plan: RolePlan): Promise<void> => {
  const role = await readRole(iam, await getRole(iam, plan.name));
  const { others, lacking } = findingsInTrust(role.trustPolicy, plan);
  refuseRole('RoleTrustsOthers', plan, others);
  const escalations = plan.allowWrites ? [] : await escalationsBy(iam, plan.policyArns);
  refuseRole('RoleTooPowerful', plan, [...extraPolicies(role, plan), ...escalations]);
  refuseRole('RoleConflict', plan, [...lacking, ...missingPolicies(role, plan).map(notAttached)]);
};

const refuseOtherAccount = ({ arn: sessionArn }: Session, { arn }: RolePlan) => {
  const [expected = '', actual = 'none'] = [arn, sessionArn].map((one) => one.split(':')[4]);
  if (actual !== expected) throw new SightlineError('RoleInWrongAccount', { expected, actual });
};

/**
 * A session of the monitoring role, as the monitoring tools have one. Throws `RoleNotAssumable`, and
 * `RoleInWrongAccount`.
 */
export const monitoringSession = async (
  executionName: string,
  plan: RolePlan,
): Promise<Session> => {
  const { arn, externalId } = plan;
  try {
    const session = await assume({ arn, externalId, executionName });
    refuseOtherAccount(session, plan);
    return session;
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
 * Asks EC2 whether the role might write; with DryRun nothing is done, whatever the answer. This call needs
 * nothing to be there, so that AWS has nothing to say but whether it is allowed.
 */
const refuseWrites = async (session: Session, plan: RolePlan) => {
  if (plan.allowWrites) return;
  const ec2 = ec2In(plan.region, session);
  const vpc = new CreateVpcCommand({ CidrBlock: '10.0.0.0/28', DryRun: true });
  if (!(await isPermitted(ec2.send(vpc)))) return;
  refuseRole('RoleTooPowerful', plan, ['it may make VPCs (ec2:CreateVpc)']);
};

/** Throws `RoleTrustsOthers` or `RoleTooPowerful` where trying shows that the role lets in or lets do more than it should. */
export const tryBeyond = async (
  session: Session,
  executionName: string,
  plan: RolePlan,
): Promise<void> => {
  await refuseWithoutExternalId(executionName, plan);
  await refuseWrites(session, plan);
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

/** All at once; where several fail, throws the error of the first of them. */
const together = async (...all: Promise<void>[]): Promise<void> => {
  for (const one of await Promise.allSettled(all)) {
    if (one.status === 'rejected') throw one.reason;
  }
};

/**
 * Shows by trying that the monitoring role is what it should be: it reads, EC2 denies it to write, and it
 * cannot be assumed without the external id if there is one. What only IAM can tell, `inspectRole` looks at.
 * Throws `RoleCannotRead`, `RoleTrustsOthers` or `RoleTooPowerful`. Changes nothing.
 */
export const tryRole = (session: Session, executionName: string, plan: RolePlan): Promise<void> =>
  together(read(session, plan), tryBeyond(session, executionName, plan));
