import { GetExecutionHistoryCommand, type HistoryEvent } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { assumptions } from './delays.ts';
import { monitored } from './plainWorld.ts';
import { type Item, prices } from './prices.ts';
import { type Bench, type Invocation, type Observed, onBench } from './simulation.ts';
import { countTransitions } from './transitions.ts';

/** An onboarding through the API: the execution's history, and what was called and run for it. */
export type ByApi = Observed<HistoryEvent[]>;

const Started = z.object({ executionArn: z.string() });

/** Asks the API for an onboarding, as a client does, and waits for its end and its announcement. */
const onboardByApi = ({ sightline, observe }: Bench): Promise<ByApi> =>
  observe(async () => {
    const { api, client, passing, finish } = sightline;
    const { body } = await passing(api('POST', '/onboardings', { accountId: monitored }));
    const { executionArn } = Started.parse(body);
    await finish();
    const history = new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 });
    return (await client.send(history)).events ?? [];
  });

/** Measures a fresh onboarding through the API with cold functions, and one with warm ones. */
export const measureByApi = (): Promise<{ cold: ByApi; warm: ByApi }> =>
  onBench(assumptions, async (bench) => {
    const backToStart = bench.sightline.aws.capture();
    const cold = await onboardByApi(bench);
    backToStart();
    return { cold, warm: await onboardByApi(bench) };
  });

/** What Lambda bills of invocations, in GB-seconds: INIT and run time, each invocation's in whole milliseconds. */
export const gbSecondsOf = (invocations: readonly Invocation[]): number =>
  invocations.reduce(
    (sum, { memoryMb, initMs, ranMs }) =>
      sum + (memoryMb / 1024) * (Math.ceil(initMs + ranMs) / 1000),
    0,
  );

/**
 * What Lambda itself writes to the log for each invocation, about: START, END and REPORT, the last with the
 * trace's ids, as they are shown in https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
const platformLogBytes = 520;

/**
 * CloudWatch Logs counts so much for each line besides its text when it limits sizes; here it is taken to be
 * billed, too. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
const overheadOfLine = 26;

const linesOfInvocation = 4;

/** The bytes that CloudWatch Logs takes in. */
export const logBytesOf = ({ invocations, logBytes }: Pick<ByApi, 'invocations' | 'logBytes'>) =>
  logBytes + invocations.length * (platformLogBytes + linesOfInvocation * overheadOfLine);

/** The request to the API, the execution with its functions, the announcement. */
const tracesOfOnboarding = 3;

/** Everything that is paid for in one onboarding. */
export const itemsOf = (onboarding: ByApi): Item[] => {
  const { result: events, invocations, calls } = onboarding;
  const countOf = (action: string) => calls.filter((call) => call.action === action).length;
  const logBytes = logBytesOf(onboarding);
  return [
    { price: prices.transition, quantity: countTransitions(events).sum },
    { price: prices.lambdaGbSecond, quantity: gbSecondsOf(invocations) },
    { price: prices.lambdaRequest, quantity: invocations.length },
    { price: prices.httpApiRequest, quantity: 1 },
    { price: prices.customEvent, quantity: countOf('PutEvents') },
    { price: prices.publish, quantity: countOf('Publish') },
    { price: prices.email, quantity: countOf('Publish') },
    { price: prices.logByteIn, quantity: logBytes },
    { price: prices.logByteMonth, quantity: logBytes },
    { price: prices.trace, quantity: tracesOfOnboarding },
  ];
};
