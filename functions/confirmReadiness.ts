import * as z from 'zod/mini';
import { ec2In, iamOf, onboardingSession, type Session } from '../shared/clients.ts';
import { SightlineError } from '../shared/errors.ts';
import {
  Configured,
  DnsResolution,
  Execution,
  Peering,
  type Plan,
  RoleResult,
  VerifiedRole,
} from '../shared/execution.ts';
import {
  type Confirmed,
  confirmNetwork,
  readNetworkState,
  roleCheck,
} from '../shared/readiness/readiness.ts';
import { buildReport, type Check, type Prepared, type Report } from '../shared/report.ts';
import { inspectRole, monitoringSession, tryRole } from '../shared/role/proveRole.ts';
import { task } from '../shared/task.ts';

const Input = z.extend(z.pick(Execution, { executionName: true, plan: true }), {
  prepared: z.tuple([
    z.partial(z.object({ peering: Peering, configured: Configured, dns: DnsResolution })),
    z.partial(z.object({ role: RoleResult, verified: VerifiedRole })),
  ]),
});

const readAndConfirm = async (
  session: Session,
  { network }: Plan,
  { peering, configured }: Prepared,
): Promise<Confirmed | undefined> => {
  if (!network || !peering || !configured) return undefined;
  const ec2 = {
    hub: ec2In(network.hub.region),
    monitored: ec2In(network.monitored.region, session),
  };
  const groupIds = configured.securityGroups.groups.map(({ groupId }) => groupId);
  const state = await readNetworkState(ec2, network, groupIds);
  return confirmNetwork(state, network, peering, configured.securityGroups);
};

/** As long as a session lives: what was true when it began need not be tried again while it does. */
const provenForMs = 15 * 60_000;

const isRecent = ({ at }: VerifiedRole) => Date.now() - Date.parse(at) < provenForMs;

/** IAM tells what the role is. With manual acceptance, VerifyRole may have been a week ago: then it is tried again. */
const confirmRole = async (
  session: Session,
  executionName: string,
  { role }: Plan,
  { verified }: Prepared,
): Promise<Check[]> => {
  if (!role) return [];
  await inspectRole(iamOf(session), role);
  if (verified && isRecent(verified)) return [roleCheck(role, verified.arn)];
  const own = await monitoringSession(executionName, role);
  await tryRole(own, executionName, role);
  return [roleCheck(role, own.arn)];
};

/**
 * Reads back from both sides what must now be true, and reports it.
 * Throws `NotReady` that lists what is not so, `WayClosed` for what stands in the way nevertheless, and the
 * errors of `inspectRole`, `monitoringSession` and `tryRole`.
 */
export const confirmReadiness = async (
  executionName: string,
  plan: Plan,
  prepared: Prepared,
): Promise<Report> => {
  const session = await onboardingSession(plan.accountId, executionName);
  const [network, ofRole] = await Promise.all([
    readAndConfirm(session, plan, prepared),
    confirmRole(session, executionName, plan, prepared),
  ]);
  const readiness = [...(network?.checks ?? []), ...ofRole];
  const failures = readiness
    .filter(({ ok }) => !ok)
    .map(({ check, detail }) => `${check}: ${detail}`);
  if (failures.length > 0) throw new SightlineError('NotReady', { failures: failures.join('; ') });
  return buildReport(plan, prepared, readiness, network?.prove());
};

export const handler = task(Input, ({ executionName, plan, prepared: [network, role] }) =>
  confirmReadiness(executionName, plan, { ...network, ...role }),
);
