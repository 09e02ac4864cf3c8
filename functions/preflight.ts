import * as z from 'zod/mini';
import { requestFor } from '../shared/allowed.ts';
import { iamOf, isDenied, onboardingSession, roleArn } from '../shared/clients.ts';
import { explain, problemsOf, SightlineError } from '../shared/errors.ts';
import type { NetworkPlan, Plan } from '../shared/execution.ts';
import { clientsOf } from '../shared/preflight/asked.ts';
import { assessNetwork, type NetworkAssessment } from '../shared/preflight/assessNetwork.ts';
import { assessRole } from '../shared/preflight/assessRole.ts';
import type { Change } from '../shared/preflight/changes.ts';
import { type Finding, refuseBlocked, tell, warningsOf } from '../shared/preflight/findings.ts';
import { reportIfReady } from '../shared/preflight/readyAlready.ts';
import { buildVerdict, type Verdict } from '../shared/preflight/verdict.ts';
import type { Report } from '../shared/report.ts';
import type { Request } from '../shared/request.ts';
import { type Settings, settings } from '../shared/settings.ts';
import { task } from '../shared/task.ts';

const Input = z.object({
  executionName: z.string().check(z.minLength(1)),
  request: z.unknown(),
  /** Whether to answer the verdict, whatever it is, rather than the plan of an onboarding. */
  dryRun: z._default(z.boolean(), false),
});

/** What an onboarding would do, and what stands in its way. */
export type Assessment = { plan: Plan; changes: Change[]; findings: Finding[] };

/** A new account may have no VPC that qualifies: then its APIs are all there is to reach. */
const withoutNetworkIfNone = (
  { access, newAccount }: Request,
  assessed: NetworkAssessment,
): NetworkAssessment & { notes?: string[] } => {
  const [only, ...others] = assessed.findings;
  const isNone = only?.error.name === 'NoVpcQualifies' && others.length === 0;
  if (!isNone || !newAccount || !access.includes('api')) return assessed;
  return { changes: [], findings: [], notes: [tell(only).message] };
};

const summaryOf = (network: NetworkPlan | undefined) =>
  network
    ? `${network.monitored.vpcId} (${network.monitored.cidrs.join(', ')}) is to be reached from ${network.hub.vpcId} (${network.hub.cidrs.join(', ')})`
    : 'access by API only';

const assess = async (
  executionName: string,
  request: Request,
  known: Settings,
): Promise<Assessment> => {
  const session = await onboardingSession(request.accountId, executionName);
  const region = request.region ?? known.hub.region;
  const [wholeNetwork, ofRole] = await Promise.all([
    request.access.includes('network')
      ? assessNetwork(clientsOf({ known, region }, session), { request, known, region })
      : { changes: [], findings: [] },
    request.access.includes('api')
      ? assessRole(iamOf(session), request, known)
      : { changes: [], findings: [] },
  ]);
  const { network, ...ofNetwork } = withoutNetworkIfNone(request, wholeNetwork);
  const findings = [...ofNetwork.findings, ...ofRole.findings];
  const notes = [...(ofNetwork.notes ?? []), ...warningsOf(findings)];
  const plan = {
    accountId: request.accountId,
    ...(network && { network }),
    ...('role' in ofRole && { role: ofRole.role }),
    ...(notes.length > 0 && { notes }),
    did: summaryOf(network),
  };
  return { plan, changes: [...ofNetwork.changes, ...ofRole.changes], findings };
};

/** What EC2 answers in an account that is still being set up. */
const notSetUpYet =
  /^(OptInRequired|PendingVerification|AuthFailure|SubscriptionRequiredException)$/;

/** Whether a new account may be ready for this in some minutes. */
const mayComeTrue = (error: unknown): error is Error =>
  error instanceof Error &&
  (error.name === 'OnboardingRoleNotAssumable' || notSetUpYet.test(error.name));

/** A new account's role and APIs come some minutes after the account: that is worth waiting for. */
const waitingForNewAccount = async <Result>(
  { accountId, newAccount }: Request,
  known: Settings,
  read: () => Promise<Result>,
): Promise<Result> => {
  try {
    return await read();
  } catch (cause) {
    if (!newAccount || !mayComeTrue(cause)) throw cause;
    const arn = roleArn(accountId, known.onboardingRole.name);
    const reason = explain(cause.name, cause.message).message;
    const values = { accountId, roleArn: arn, reason };
    throw new SightlineError('AccountNotReadyYet', values, { cause });
  }
};

const requestIn = (asked: unknown, known: Settings): Request => {
  const parsed = requestFor(known).safeParse(asked);
  if (parsed.success) return parsed.data;
  throw new SightlineError('InvalidRequest', { problems: problemsOf(parsed.error) });
};

/** An account that is ready: the state machine ends with the report. */
export type Ready = { accountId: string; report: Report; did: string };

/**
 * Looks first whether an earlier onboarding has left the account ready, and then reports that. Else it
 * assumes the onboarding role, reads both sides, fills in every default and refuses what cannot work,
 * before anything is changed: one thing that stands in the way under its own name, several as
 * `PreflightRefused`. What a person should know besides goes into the plan's notes. Throws
 * `InvalidRequest`, `OnboardingRoleNotAssumable`, and for a new account `AccountNotReadyYet`.
 */
export const preflight = async (executionName: string, asked: unknown): Promise<Plan | Ready> => {
  const known = settings();
  const request = requestIn(asked, known);
  const region = request.region ?? known.hub.region;
  const report = await waitingForNewAccount(request, known, () =>
    reportIfReady({ request, known, region }, executionName),
  );
  if (report) return { accountId: request.accountId, report, did: report.did };
  const { plan, findings } = await waitingForNewAccount(request, known, () =>
    assess(executionName, request, known),
  );
  refuseBlocked(findings);
  return plan;
};

/** Whether an error says what stands in the way, rather than that looking failed. */
const standsInTheWay = (error: unknown): error is Error =>
  error instanceof SightlineError || isDenied(error);

/**
 * What `preflight` would say, with every change that an onboarding would make, call for call; whatever
 * stands in the way is part of the verdict. Throws `InvalidRequest`.
 */
export const verdict = async (executionName: string, asked: unknown): Promise<Verdict> => {
  const known = settings();
  const request = requestIn(asked, known);
  try {
    return buildVerdict(await assess(executionName, request, known));
  } catch (error) {
    if (!standsInTheWay(error)) throw error;
    const findings: Finding[] = [{ severity: 'blocks', error }];
    return buildVerdict({
      plan: { accountId: request.accountId, did: error.name },
      changes: [],
      findings,
    });
  }
};

export const handler = task(Input, async ({ executionName, request, dryRun }) =>
  dryRun ? verdict(executionName, request) : preflight(executionName, request),
);
