import { AttachRolePolicyCommand, CreateRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import * as z from 'zod/mini';
import { iamOf, isDenied, onboardingSession } from '../shared/clients.ts';
import { SightlineError } from '../shared/errors.ts';
import { Execution, RolePlan, type RoleResult } from '../shared/execution.ts';
import {
  type ExistingRole,
  policiesToAttach,
  refuseBesides,
  refuseRole,
  trustPolicyFor,
} from '../shared/role/monitoringRole.ts';
import { escalationsBy, findRole, readRole } from '../shared/role/readRole.ts';
import { settings } from '../shared/settings.ts';
import { isOurs, tagsFor } from '../shared/tags.ts';
import { task } from '../shared/task.ts';

const Input = z.extend(z.pick(Execution, { executionName: true }), {
  plan: z.object({ accountId: z.string(), role: RolePlan }),
});

const attach = async (iam: IAMClient, name: string, policyArns: readonly string[]) => {
  for (const PolicyArn of policyArns) {
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
  }
};

const refusePower = async (iam: IAMClient, plan: RolePlan) => {
  if (plan.allowWrites) return;
  refuseRole('RoleTooPowerful', plan, await escalationsBy(iam, plan.policyArns));
};

const createRole = async (iam: IAMClient, accountId: string, plan: RolePlan) => {
  try {
    await iam.send(
      new CreateRoleCommand({
        RoleName: plan.name,
        AssumeRolePolicyDocument: trustPolicyFor(plan),
        Description: 'Lets the monitoring account read. Made by Sightline.',
        PermissionsBoundary: plan.boundaryArn,
        Tags: tagsFor(accountId, plan.name),
      }),
    );
  } catch (cause) {
    if (!isDenied(cause)) throw cause;
    const values = { accountId, name: plan.name, reason: cause.message };
    throw new SightlineError('RoleMissing', values, { cause });
  }
};

const make = async (iam: IAMClient, accountId: string, plan: RolePlan): Promise<RoleResult> => {
  await refusePower(iam, plan);
  await createRole(iam, accountId, plan);
  await attach(iam, plan.name, plan.policyArns);
  const did = `made ${plan.name} with ${plan.policyArns.join(', ')}`;
  return { arn: plan.arn, outcome: 'created', did };
};

/** Whoever may not make roles is denied it, whether there is one by now or not. */
const mayBeThere = /^(EntityAlreadyExistsException|RoleMissing)$/;

/** Nothing where the role may be there by now: somebody has been quicker, or has mended what failed before. */
const makeUnlessThere = async (iam: IAMClient, accountId: string, plan: RolePlan) => {
  try {
    return await make(iam, accountId, plan);
  } catch (error) {
    if (error instanceof Error && mayBeThere.test(error.name)) return undefined;
    throw error;
  }
};

const complete = async (
  iam: IAMClient,
  role: ExistingRole,
  plan: RolePlan,
  ours: boolean,
): Promise<RoleResult> => {
  const { arn, name } = plan;
  const missing = policiesToAttach(role, plan, ours);
  if (missing.length === 0) return { arn, outcome: 'already', did: `${name} was there already` };
  // A role that is more than it should be is not given yet more.
  refuseBesides(role, plan);
  await refusePower(iam, plan);
  await attach(iam, name, missing);
  return { arn, outcome: 'updated', did: `gave ${name} ${missing.join(', ')}` };
};

/**
 * The monitoring role: made if there is none, with the boundary of the plan; one that Sightline made gets
 * the policies that it lacks, unless it is more than it should be. A trust policy is never rewritten and
 * nothing is ever taken away. Whether the role is what it should be is for VerifyRole to say.
 *
 * Throws `RoleConflict` for a role that cannot serve as it is and is not Sightline's to change,
 * `RoleMissing` where Sightline may not make one, `RoleTrustsOthers` or `RoleTooPowerful` rather than give
 * policies to a role that trusts others or has too many, or that would let it give itself more. Then
 * nothing has been changed.
 */
export const ensureRole = async (
  iam: IAMClient,
  accountId: string,
  plan: RolePlan,
): Promise<RoleResult> => {
  const made = plan.isMissing && (await makeUnlessThere(iam, accountId, plan));
  if (made) return made;
  const found = await findRole(iam, plan.name);
  if (!found) return make(iam, accountId, plan);
  return complete(iam, await readRole(iam, found), plan, isOurs(found.Tags));
};

export const handler = task(Input, async ({ executionName, plan: { accountId, role } }) => {
  const iam = iamOf(await onboardingSession(accountId, executionName));
  const ensured = await ensureRole(iam, accountId, role);
  const isKnown = ensured.outcome === 'already';
  return { ...ensured, lookInSeconds: isKnown ? 0 : settings().rolePropagationSeconds };
});
