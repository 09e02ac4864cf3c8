import * as z from 'zod';
import { SightlineError } from '../shared/errors.ts';
import { Configured, Execution, Peering, type Plan, RoleResult } from '../shared/execution.ts';
import { proveRole } from '../shared/proveRole.ts';
import { checkNetwork, readNetworkState } from '../shared/readiness.ts';
import { buildReport, type Check, type Prepared, type Report } from '../shared/report.ts';
import { ec2OfSide } from '../shared/sides.ts';
import { task } from '../shared/task.ts';

const Input = Execution.pick({ executionName: true, plan: true }).extend({
  prepared: z.tuple([
    z.object({ peering: Peering, configured: Configured }).partial(),
    z.object({ role: RoleResult }).partial(),
  ]),
});

const confirmNetwork = async (
  executionName: string,
  { network }: Plan,
  { peering, configured }: Prepared,
): Promise<Check[]> => {
  if (!network || !peering || !configured) return [];
  const { groups, rules } = configured.securityGroups;
  const ec2 = {
    hub: await ec2OfSide(network.hub, 'hub', executionName),
    monitored: await ec2OfSide(network.monitored, 'monitored', executionName),
  };
  const groupIds = groups.map(({ groupId }) => groupId);
  const state = await readNetworkState(ec2, network, peering.id, groupIds);
  return checkNetwork(state, network, peering.id, rules);
};

/** The role is proven once more: with manual acceptance, VerifyRole may have been a week ago. */
const confirmRole = async (executionName: string, { accountId, role }: Plan): Promise<Check[]> => {
  if (!role) return [];
  const detail = await proveRole(executionName, accountId, role);
  return [{ check: `the hub assumes ${role.name} and reads`, ok: true, detail }];
};

/**
 * Reads back from both sides what must now be true, and reports it.
 * Throws `NotReady` that lists what is not so, and the errors of `proveRole`.
 */
export const confirmReadiness = async (
  executionName: string,
  plan: Plan,
  prepared: Prepared,
): Promise<Report> => {
  const readiness = [
    ...(await confirmNetwork(executionName, plan, prepared)),
    ...(await confirmRole(executionName, plan)),
  ];
  const failures = readiness
    .filter(({ ok }) => !ok)
    .map(({ check, detail }) => `${check}: ${detail}`);
  if (failures.length > 0) throw new SightlineError('NotReady', { failures: failures.join('; ') });
  return buildReport(plan, prepared, readiness);
};

export const handler = task(Input, ({ executionName, plan, prepared: [network, role] }) =>
  confirmReadiness(executionName, plan, { ...network, ...role }),
);
