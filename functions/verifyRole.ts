import type { IAMClient } from '@aws-sdk/client-iam';
import * as z from 'zod/mini';
import { iamOf, onboardingSession } from '../shared/clients.ts';
import { Execution, RolePlan } from '../shared/execution.ts';
import { proveRole } from '../shared/proveRole.ts';
import { task } from '../shared/task.ts';

const Input = z.extend(z.pick(Execution, { executionName: true }), {
  plan: z.object({ accountId: z.string(), role: RolePlan }),
});

/**
 * Shows that the monitoring role is what it should be: the hub's alone, and for reading alone. The state
 * machine retries `RoleNotAssumable`, `RoleCannotRead` and `RoleConflict` while IAM propagates. Throws
 * what `proveRole` throws; changes nothing.
 */
export const verifyRole = async (
  iam: IAMClient,
  executionName: string,
  accountId: string,
  role: RolePlan,
) => {
  const arn = await proveRole(iam, executionName, accountId, role);
  const power = role.allowWrites ? 'which may change things, as was asked' : 'writing is denied';
  return { arn, did: `assumed ${role.name} and read with it; ${power}` };
};

export const handler = task(Input, async ({ executionName, plan: { accountId, role } }) =>
  verifyRole(
    iamOf(await onboardingSession(accountId, executionName)),
    executionName,
    accountId,
    role,
  ),
);
