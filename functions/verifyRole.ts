import * as z from 'zod';
import { Execution, RolePlan } from '../shared/execution.ts';
import { proveRole } from '../shared/proveRole.ts';
import { task } from '../shared/task.ts';

const Input = Execution.pick({ executionName: true }).extend({
  plan: z.object({ accountId: z.string(), role: RolePlan }),
});

/**
 * Shows that the hub can assume the monitoring role and read with it. The state machine retries
 * `RoleNotAssumable` and `RoleCannotRead` while IAM propagates. Throws `RoleInWrongAccount` too.
 */
export const verifyRole = async (executionName: string, accountId: string, role: RolePlan) => {
  const arn = await proveRole(executionName, accountId, role);
  return { arn, did: `assumed ${role.name} and read with it` };
};

export const handler = task(Input, ({ executionName, plan: { accountId, role } }) =>
  verifyRole(executionName, accountId, role),
);
