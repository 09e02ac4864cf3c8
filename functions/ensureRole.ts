import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetRoleCommand,
  type IAMClient,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  type Role,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import * as z from 'zod';
import { iamOf, onboardingSession } from '../shared/clients.ts';
import { SightlineError } from '../shared/errors.ts';
import { Execution, RolePlan, type RoleResult } from '../shared/execution.ts';
import {
  describeDifferences,
  differencesOf,
  type RoleDifferences,
  trustPolicyFor,
} from '../shared/monitoringRole.ts';
import { isOurs, tagsFor } from '../shared/tags.ts';
import { task } from '../shared/task.ts';

const Input = Execution.pick({ executionName: true }).extend({
  plan: z.object({ accountId: z.string(), role: RolePlan }),
});

const findRole = async (iam: IAMClient, name: string): Promise<Role | undefined> => {
  try {
    return (await iam.send(new GetRoleCommand({ RoleName: name }))).Role;
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchEntityException') return undefined;
    throw error;
  }
};

const readPolicies = async (iam: IAMClient, name: string) => {
  const role = { RoleName: name };
  const policyArns: string[] = [];
  for await (const page of paginateListAttachedRolePolicies({ client: iam }, role)) {
    policyArns.push(...(page.AttachedPolicies ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []));
  }
  const inlinePolicyNames: string[] = [];
  for await (const page of paginateListRolePolicies({ client: iam }, role)) {
    inlinePolicyNames.push(...(page.PolicyNames ?? []));
  }
  return { policyArns, inlinePolicyNames };
};

const attach = async (iam: IAMClient, name: string, policyArns: readonly string[]) => {
  for (const PolicyArn of policyArns) {
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
  }
};

const create = async (iam: IAMClient, accountId: string, plan: RolePlan): Promise<RoleResult> => {
  await iam.send(
    new CreateRoleCommand({
      RoleName: plan.name,
      AssumeRolePolicyDocument: trustPolicyFor(plan),
      Description: 'Lets the monitoring account read. Made by Sightline.',
      Tags: tagsFor(accountId, plan.name),
    }),
  );
  await attach(iam, plan.name, plan.policyArns);
  const did = `made ${plan.name} with ${plan.policyArns.join(', ')}`;
  return { arn: plan.arn, outcome: 'created', did };
};

const bringInLine = async (
  iam: IAMClient,
  plan: RolePlan,
  differences: RoleDifferences,
): Promise<RoleResult> => {
  if (differences.trust) {
    await iam.send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: plan.name,
        PolicyDocument: trustPolicyFor(plan),
      }),
    );
  }
  await attach(iam, plan.name, differences.missingPolicyArns);
  const did = `brought ${plan.name} in line: ${describeDifferences(differences)}`;
  return { arn: plan.arn, outcome: 'updated', did };
};

/**
 * The monitoring role as the plan wants it. One that fits is used, one that Sightline made is brought
 * in line. Throws `RoleConflict` for one that differs and is not Sightline's, and for whatever a role
 * has beyond the plan: Sightline takes nothing away.
 */
export const ensureRole = async (
  iam: IAMClient,
  accountId: string,
  plan: RolePlan,
): Promise<RoleResult> => {
  const role = await findRole(iam, plan.name);
  if (!role) return create(iam, accountId, plan);
  const trustPolicy = decodeURIComponent(role.AssumeRolePolicyDocument ?? '{}');
  const existing = { trustPolicy, ...(await readPolicies(iam, plan.name)) };
  const differences = differencesOf(existing, plan);
  const found = describeDifferences(differences);
  if (!found) return { arn: plan.arn, outcome: 'already', did: `${plan.name} is as it should be` };
  if (!isOurs(role.Tags) || differences.extraPolicies.length > 0) {
    throw new SightlineError('RoleConflict', { roleArn: plan.arn, differences: found });
  }
  return bringInLine(iam, plan, differences);
};

export const handler = task(Input, async ({ executionName, plan: { accountId, role } }) =>
  ensureRole(iamOf(await onboardingSession(accountId, executionName)), accountId, role),
);
