import * as z from 'zod/mini';
import { Execution, RolePlan, type VerifiedRole } from '../shared/execution.ts';
import { monitoringSession, tryRole } from '../shared/role/proveRole.ts';
import { task } from '../shared/task.ts';

const Input = z.extend(z.pick(Execution, { executionName: true }), {
  plan: z.object({ role: RolePlan }),
});

/**
 * Shows by trying that the monitoring role works, and for reading alone. Until IAM has propagated it, to
 * assume it is refused; the state machine retries `RoleNotAssumable` and `RoleCannotRead` meanwhile. Throws
 * also `RoleInWrongAccount` and what `tryRole` throws; changes nothing.
 */
export const verifyRole = async (
  executionName: string,
  role: RolePlan,
): Promise<VerifiedRole & { did: string }> => {
  const session = await monitoringSession(executionName, role);
  await tryRole(session, executionName, role);
  const power = role.allowWrites ? 'which may change things, as was asked' : 'writing is denied';
  return {
    arn: session.arn,
    at: new Date().toISOString(),
    did: `assumed ${role.name} and read with it; ${power}`,
  };
};

export const handler = task(Input, ({ executionName, plan: { role } }) =>
  verifyRole(executionName, role),
);
