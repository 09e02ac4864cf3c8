import * as z from 'zod/mini';
import { ec2In, iamOf, onboardingSession, type Session } from '../shared/clients.ts';
import { SightlineError } from '../shared/errors.ts';
import { Configured, Execution, Peering, type Plan, RoleResult } from '../shared/execution.ts';
import { proveRole } from '../shared/proveRole.ts';
import { checkNetwork, proveWays, readNetworkState } from '../shared/readiness.ts';
import {
  buildReport,
  type Check,
  type Prepared,
  type Reach,
  type Report,
} from '../shared/report.ts';
import { task } from '../shared/task.ts';

const Input = z.extend(z.pick(Execution, { executionName: true, plan: true }), {
  prepared: z.tuple([
    z.partial(z.object({ peering: Peering, configured: Configured })),
    z.partial(z.object({ role: RoleResult })),
  ]),
});

type Confirmed = { checks: Check[]; prove: () => Reach };

/** What was made is checked first: a way is closed by its lack too, which another onboarding mends. */
const confirmNetwork = async (
  session: Session,
  { network }: Plan,
  { peering, configured }: Prepared,
): Promise<Confirmed | undefined> => {
  if (!network || !peering || !configured) return undefined;
  const { groups, rules, inHub } = configured.securityGroups;
  const ec2 = {
    hub: ec2In(network.hub.region),
    monitored: ec2In(network.monitored.region, session),
  };
  const groupIds = groups.map(({ groupId }) => groupId);
  const state = await readNetworkState(ec2, network, peering.id, groupIds);
  return {
    checks: checkNetwork(state, network, peering.id, [...rules, ...(inHub?.rules ?? [])]),
    prove: () => proveWays(state, network, peering.id, groupIds),
  };
};

/** The role is proven once more: with manual acceptance, VerifyRole may have been a week ago. */
const confirmRole = async (
  session: Session,
  executionName: string,
  { accountId, role }: Plan,
): Promise<Check[]> => {
  if (!role) return [];
  const detail = await proveRole(iamOf(session), executionName, accountId, role);
  const check = `the hub alone assumes ${role.name} and reads`;
  return [{ check: role.allowWrites ? check : `${check}; writing is denied`, ok: true, detail }];
};

/**
 * Reads back from both sides what must now be true, and reports it.
 * Throws `NotReady` that lists what is not so, `WayClosed` for what stands in the way nevertheless, and the
 * errors of `proveRole`.
 */
export const confirmReadiness = async (
  executionName: string,
  plan: Plan,
  prepared: Prepared,
): Promise<Report> => {
  const session = await onboardingSession(plan.accountId, executionName);
  const network = await confirmNetwork(session, plan, prepared);
  const readiness = [
    ...(network?.checks ?? []),
    ...(await confirmRole(session, executionName, plan)),
  ];
  const failures = readiness
    .filter(({ ok }) => !ok)
    .map(({ check, detail }) => `${check}: ${detail}`);
  if (failures.length > 0) throw new SightlineError('NotReady', { failures: failures.join('; ') });
  return buildReport(plan, prepared, readiness, network?.prove());
};

export const handler = task(Input, ({ executionName, plan, prepared: [network, role] }) =>
  confirmReadiness(executionName, plan, { ...network, ...role }),
);
