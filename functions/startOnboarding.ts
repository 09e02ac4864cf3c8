import {
  type DescribeExecutionOutput,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { requestFor } from '../shared/allowed.ts';
import { askForVerdict } from '../shared/askForVerdict.ts';
import { lambda, sfn } from '../shared/clients.ts';
import { problemsIn } from '../shared/errors.ts';
import {
  collides,
  describeExecution,
  executionArnOf,
  keyedName,
  listExecutions,
  numberedName,
  numberIn,
} from '../shared/executions.ts';
import { badRequest, HttpProblem, type HttpResponse, jsonIn, route } from '../shared/http.ts';
import type { Request } from '../shared/request.ts';
import { settings } from '../shared/settings.ts';

const accepted = (id: string, status: string): HttpResponse => ({
  status: 202,
  body: { id, executionArn: executionArnOf(id), status },
  headers: { location: `/onboardings/${id}` },
});

const refuseAsRunning = (running: string): never => {
  const detail = `Onboarding ${running} of this account and VPC is running, for another request. Wait for its end, or stop it.`;
  throw new HttpProblem(409, 'Another onboarding is running', detail, { running });
};

/** Starts the execution; false where there was another of this name, with other input or closed. */
const start = async (client: SFNClient, name: string, input: string): Promise<boolean> => {
  const { stateMachineArn } = settings();
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionAlreadyExists') return false;
    throw error;
  }
};

/** The running onboarding of the same account and VPC, if there is one. */
const findRunning = async (client: SFNClient, request: Request) => {
  for await (const { name } of listExecutions(client, 'RUNNING')) {
    if (collides(name, request)) return describeExecution(client, name);
  }
  return undefined;
};

/** The number of the newest onboarding of the same account and VPC; 0 where there is none. */
const findLastNumber = async (client: SFNClient, request: Request) => {
  for await (const { name } of listExecutions(client)) {
    const number = numberIn(name, request);
    if (number !== undefined) return number;
  }
  return 0;
};

/** The answer to a key that was used before: the same onboarding, however it has ended meanwhile. */
const answerUsedKey = (earlier: DescribeExecutionOutput, input: string) => {
  const { name = '', status = 'RUNNING' } = earlier;
  if (earlier.input === input) return accepted(name, status);
  const detail = `The Idempotency-Key was used for onboarding ${name}, with another request.`;
  throw new HttpProblem(409, 'The Idempotency-Key is taken', detail, { earlier: name });
};

const startKeyed = async (client: SFNClient, name: string, input: string) => {
  if (await start(client, name, input)) return accepted(name, 'RUNNING');
  const earlier = await describeExecution(client, name);
  return earlier ? answerUsedKey(earlier, input) : accepted(name, 'RUNNING');
};

/**
 * Starts the onboarding after the last one. Equal requests at the same moment find the same number, and
 * to StartExecution the same name and input are the same execution. A list that is not up to date leads
 * to a number that is taken, and so to the next.
 */
const startNext = async (client: SFNClient, request: Request, input: string) => {
  let number = (await findLastNumber(client, request)) + 1;
  for (;;) {
    const name = numberedName(request, number);
    if (await start(client, name, input)) return accepted(name, 'RUNNING');
    const earlier = await describeExecution(client, name);
    if (earlier?.status === 'RUNNING') return answerRunning(earlier, input);
    number += 1;
  }
};

const answerRunning = ({ name = '', input: running }: DescribeExecutionOutput, input: string) =>
  running === input ? accepted(name, 'RUNNING') : refuseAsRunning(name);

/**
 * Starts an onboarding, or finds the one that the same request, or the same Idempotency-Key, has started.
 * Answers 202; 409 while another one of the account and VPC runs.
 */
export const startOnboarding = async (
  client: SFNClient,
  request: Request,
  key: string | undefined,
): Promise<HttpResponse> => {
  const input = JSON.stringify(request);
  const name = key === undefined ? undefined : keyedName(request, key);
  const earlier = name && (await describeExecution(client, name));
  if (earlier) return answerUsedKey(earlier, input);
  const running = await findRunning(client, request);
  if (running) return answerRunning(running, input);
  return name ? startKeyed(client, name, input) : startNext(client, request, input);
};

/** The query of `POST /onboardings`. */
export const StartQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Whether to say what the onboarding would do, and what stands in its way, instead.'),
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
