import type { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { requestFor } from '../shared/allowed.ts';
import { lambda, sfn } from '../shared/clients.ts';
import { problemsIn } from '../shared/errors.ts';
import {
  collides,
  describeExecution,
  listExecutions,
  onboardings,
  prefixOf,
} from '../shared/executions/executions.ts';
import { accepted, findKeyed, startKeyed, startNext } from '../shared/executions/starting.ts';
import { badRequest, HttpProblem, type HttpResponse, jsonIn, route } from '../shared/http.ts';
import { askForVerdict } from '../shared/preflight/askForVerdict.ts';
import type { Request } from '../shared/request.ts';
import { settings } from '../shared/settings.ts';
import { described } from '../shared/zod.ts';

/** The running onboarding of the same account and VPC, if there is one. */
const findRunning = async (client: SFNClient, request: Request) => {
  for await (const { name } of listExecutions(client, 'RUNNING')) {
    if (collides(name, request)) return describeExecution(client, name);
  }
  return undefined;
};

const refuseAsRunning = (running: string): never => {
  const detail = `Onboarding ${running} of this account and VPC is running, for another request. Wait for its end, or stop it.`;
  throw new HttpProblem(409, 'Another onboarding is running', detail, { running });
};

/**
 * Starts an onboarding, or finds the one that the same request, or the same Idempotency-Key, has started.
 * Answers 202; 409 while another one of the account and VPC runs.
 */
export const startOnboarding = async (
  client: SFNClient,
  request: Request,
  key: string | undefined,
): Promise<HttpResponse> => {
  const start = { of: onboardings(), prefix: prefixOf(request), input: JSON.stringify(request) };
  const used = key === undefined ? undefined : await findKeyed(client, start, key);
  if (used) return used;
  const running = await findRunning(client, request);
  if (running && running.input !== start.input) return refuseAsRunning(running.name ?? '');
  if (running) return accepted(start.of, running.name ?? '', 'RUNNING');
  if (key !== undefined) return startKeyed(client, start, key);
  return startNext(client, start, refuseAsRunning);
};

/** The query of `POST /onboardings`. */
export const StartQuery = z.strictObject({
  dryRun: described(
    z._default(z.enum(['true', 'false']), 'false'),
    'Whether to say what the onboarding would do, and what stands in its way, instead.',
  ),
});

export const handler = route(async ({ headers, query, body }) => {
  const parsed = requestFor(settings()).safeParse(jsonIn(body));
  const asked = StartQuery.safeParse(query);
  const problems = [parsed, asked].flatMap(({ error }) => (error ? problemsIn(error) : []));
  if (!parsed.success || !asked.success) throw badRequest(problems);
  if (asked.data.dryRun === 'true') {
    const verdict = await askForVerdict(lambda(), settings().preflightFunction, parsed.data);
    return { status: 200, body: verdict };
  }
  return startOnboarding(sfn(), parsed.data, headers['idempotency-key'] || undefined);
});
