import { inProcessHandler } from '../local/aws/inProcessHandler.ts';
import type { WireRequest, WireResponse } from '../local/aws/wire.ts';
import { transport } from '../shared/clients.ts';
import type { Benchmark, Result } from './benchmark.ts';
import { assumptions } from './delays.ts';
import { monitored } from './plainWorld.ts';
import { type Bench, onBench } from './simulation.ts';

type Handler = (event: unknown) => Promise<{ statusCode: number; body: string }>;

/** A route: the event that API Gateway calls its function with, and what is to come of it. */
type Route = { name: string; handler: Handler; event: object; status: number };

/** What a round of requests showed. Times are in milliseconds. */
export type Round = { perSecond: number; medianMs: number; p99Ms: number };

const middle = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};

/** The value that half of the values are below. */
export const median = (values: readonly number[]): number => middle(values, 0.5);

/** What one round of requests comes to, one after the other as a sandbox of Lambda takes them. */
export const roundOf = (durationsMs: readonly number[]): Round => ({
  perSecond: (1000 * durationsMs.length) / durationsMs.reduce((sum, ms) => sum + ms, 0),
  medianMs: median(durationsMs),
  p99Ms: middle(durationsMs, 0.99),
});

/** The medians of several rounds. */
export const mediansOf = (rounds: readonly Round[]): Round => ({
  perSecond: median(rounds.map(({ perSecond }) => perSecond)),
  medianMs: median(rounds.map(({ medianMs }) => medianMs)),
  p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
});

/** Something that is measured. */
type Measured = { name: string; once: () => Promise<unknown> };

/** Throws if the answer is not what it has to be: what fails is fast, too. */
const asked = ({ name, handler, event, status }: Route): Measured => ({
  name,
  once: async () => {
    const { statusCode, body } = await handler(event);
    if (statusCode === status) return;
    throw new Error(`${name} answered ${statusCode} instead of ${status}: ${body}`);
  },
});

/** How fast and how undisturbed the machine is, whatever the code is. */
const yardstick: Measured = {
  name: '(a million additions)',
  once: async () => {
    let sum = 0;
    for (let term = 0; term < 1_000_000; term++) sum += term;
    return sum;
  },
};

const times = async ({ once }: Measured, count: number): Promise<number[]> => {
  const durations: number[] = [];
  for (let done = 0; done < count; done++) {
    const begin = performance.now();
    await once();
    durations.push(performance.now() - begin);
  }
  return durations;
};

const stepFunctionsOperation = ({ headers }: WireRequest): string => headers['x-amz-target'] ?? '';

/** What Step Functions answers to each of its operations. */
type Answers = Map<string, WireResponse>;

/** Asks the API for an onboarding and about it, and remembers what Step Functions answers meanwhile. */
const recordAnswers = async ({ sightline, observe }: Bench) => {
  const { api, passing, finish, aws } = sightline;
  const answers: Answers = new Map();
  const { handle } = aws;
  aws.handle = async (asked) => {
    const answer = await handle(asked);
    answers.set(stepFunctionsOperation(asked), answer);
    return answer;
  };
  const { result: id } = await observe(async () => {
    const { body } = await passing(api('POST', '/onboardings', { accountId: monitored }));
    await finish();
    await passing(api('GET', `/onboardings/${body.id}`));
    return String(body.id);
  });
  return { answers, id };
};

/** Gives the functions the same answers again, which takes no time. */
const replay = (answers: Answers) => {
  transport.requestHandler = inProcessHandler(async (asked) => {
    const operation = stepFunctionsOperation(asked);
    const answer = answers.get(operation);
    if (answer) return answer;
    throw new Error(`no answer to ${operation || 'this call'} was recorded`);
  });
};

/** The functions are loaded here, once their environment is there, which they read at their first use. */
const routesFor = async (id: string): Promise<Route[]> => {
  const { handler: start } = await import('../functions/startOnboarding.ts');
  const { handler: get } = await import('../functions/getOnboarding.ts');
  const asked = { body: JSON.stringify({ accountId: monitored }) };
  return [
    { name: 'POST /onboardings', handler: start, event: asked, status: 202 },
    { name: 'GET /onboardings/{id}', handler: get, event: { pathParameters: { id } }, status: 200 },
  ];
};

const warmUp = 500;
const ofRound = 500;
const defaultRounds = 5;

type Rounds = { name: string; rounds: Round[] };

/** Everything is measured in turn in each round, so that what disturbs the machine disturbs all of it. */
const measure = async (all: readonly Measured[], count: number): Promise<Rounds[]> => {
  for (const one of all) await times(one, warmUp);
  const measured = all.map((one): Measured & Rounds => ({ ...one, rounds: [] }));
  for (let round = 0; round < count; round++) {
    for (const one of measured) one.rounds.push(roundOf(await times(one, ofRound)));
  }
  return measured;
};

const table = (measured: readonly Rounds[]): Result[number] => ({
  title: 'The API’s functions, one request after the other',
  columns: ['request', 'per second', 'median ms', 'p99 ms', 'rounds'],
  rows: measured.map(({ name, rounds }) => {
    const { perSecond, medianMs, p99Ms } = mediansOf(rounds);
    return [name, perSecond, medianMs, p99Ms, rounds.length];
  }),
  notes: [
    `Medians of the rounds, each of ${ofRound} requests, after ${warmUp} to warm up, in real time on this machine.`,
    'The handlers alone, with the AWS SDK that they use: neither API Gateway nor Lambda nor a network. Step Functions’ answers were recorded once from the local AWS and are given again in process, which takes no time. The onboarding that is asked about is a finished one, with its report.',
    'The additions show how much of it is the machine’s: where their p99 is far above their median, others were busy on it.',
  ],
  data: measured.map(({ name, rounds }) => ({ name, medians: mediansOf(rounds), rounds })),
});

/** How fast the API's own code is. */
export const api: Benchmark = {
  about: 'Requests per second of the API’s functions, without anything around them',
  run: async ({ rounds = defaultRounds }) => {
    const { answers, id } = await onBench(assumptions, recordAnswers);
    replay(answers);
    const routes = await routesFor(id);
    return [table(await measure([...routes.map(asked), yardstick], rounds))];
  },
};
