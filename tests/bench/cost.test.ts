import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import { idleCosts, metricsOf } from '../../bench/idle.ts';
import { costOf, prices, sumOf } from '../../bench/prices.ts';
import { type ByApi, gbSecondsOf, itemsOf, logBytesOf } from '../../bench/running.ts';
import type { Invocation, MadeCall } from '../../bench/simulation.ts';
import { countTransitions } from '../../bench/transitions.ts';
import { parseTemplate, readTemplate } from '../../local/deployment/template.ts';
import { packagedTemplate } from '../../local/packaged.ts';

const eventsOf = (...types: HistoryEventType[]): HistoryEvent[] =>
  types.map((type, index) => ({ type, id: index + 1, timestamp: new Date(0) }));

const attempt = (end: HistoryEventType) =>
  ['LambdaFunctionScheduled', 'LambdaFunctionStarted', end] as const;

const history = eventsOf(
  'ExecutionStarted',
  'TaskStateEntered',
  ...attempt('LambdaFunctionFailed'),
  ...attempt('LambdaFunctionFailed'),
  ...attempt('LambdaFunctionSucceeded'),
  'TaskStateExited',
  'ChoiceStateEntered',
  'ChoiceStateExited',
  'WaitStateEntered',
  'WaitStateExited',
  'ParallelStateEntered',
  'ParallelStateStarted',
  'TaskStateEntered',
  ...attempt('LambdaFunctionSucceeded'),
  'TaskStateExited',
  'ParallelStateSucceeded',
  'ParallelStateExited',
  'ExecutionSucceeded',
);

it('each state that is entered is a transition, and each retry is one more', () => {
  expect(countTransitions(history)).toEqual({ entered: 5, retried: 2, sum: 7 });
});

const invocation: Invocation = {
  ...{ state: 'Preflight', functionName: 'f', memoryMb: 512, cold: true },
  ...{ initMs: 400, ranMs: 600 },
};

it('Lambda bills memory by time, INIT included, in whole milliseconds', () => {
  expect(gbSecondsOf([invocation])).toBe(0.5);
  expect(gbSecondsOf([{ ...invocation, initMs: 0, ranMs: 99.1 }])).toBe(0.05);
  expect(gbSecondsOf([invocation, { ...invocation, memoryMb: 1024 }])).toBe(1.5);
});

it.each([
  ['transition', 40_000, 1],
  ['lambdaGbSecond', 75_000, 1.000005],
  ['lambdaRequest', 5_000_000, 1],
  ['httpApiRequest', 1_000_000, 1],
  ['customEvent', 1_000_000, 1],
  ['publish', 2_000_000, 1],
  ['email', 50_000, 1],
  ['logByteIn', 2 * 2 ** 30, 1],
  ['logByteMonth', 2 ** 30, 0.03],
  ['alarmMetricMonth', 10, 1],
  ['trace', 200_000, 1],
  ['storedByteMonth', 2 ** 30, 0.023],
] as const)('%s: %d cost US$ %d', (name, quantity, usd) => {
  expect(costOf({ price: prices[name], quantity })).toBeCloseTo(usd, 9);
});

const publish: MadeCall = {
  ...{ by: 'AnnounceOutcome', service: 'sns', action: 'Publish', accountId: '1', kind: 'write' },
  ...{ startMs: 0, endMs: 1 },
};
const onboarding: ByApi = {
  ...{ result: history, startMs: 0, endMs: 1, logBytes: 1000 },
  calls: [publish, { ...publish, service: 'events', action: 'PutEvents' }],
  invocations: [invocation],
};

it('an onboarding costs the sum of what it uses', () => {
  const quantities = Object.fromEntries(
    itemsOf(onboarding).map(({ price, quantity }) => [price.what, quantity]),
  );

  expect(quantities).toMatchObject({
    [prices.transition.what]: 7,
    [prices.lambdaGbSecond.what]: 0.5,
    [prices.lambdaRequest.what]: 1,
    [prices.publish.what]: 1,
    [prices.customEvent.what]: 1,
  });
  expect(sumOf(itemsOf(onboarding))).toBeGreaterThan(7 * 0.000025);
});

it.each<[string, Partial<ByApi>]>([
  ['more retries', { result: [...history, ...eventsOf(...attempt('LambdaFunctionFailed'))] }],
  ['a longer run', { invocations: [{ ...invocation, ranMs: 700 }] }],
  ['one more invocation', { invocations: [invocation, invocation] }],
  ['more logs', { logBytes: 2000 }],
  ['one more message', { calls: [...onboarding.calls, publish] }],
])('%s cost more', (_, change) => {
  expect(sumOf(itemsOf({ ...onboarding, ...change }))).toBeGreaterThan(sumOf(itemsOf(onboarding)));
});

it('Lambda’s own lines are logged for each invocation', () => {
  const { logBytes, invocations } = onboarding;
  const ofOne = logBytesOf(onboarding) - logBytes;

  expect(ofOne).toBeGreaterThan(0);
  expect(logBytesOf({ logBytes, invocations: [...invocations, invocation] })).toBe(
    logBytes + 2 * ofOne,
  );
});

const templateOf = (resources: object) => parseTemplate(JSON.stringify({ Resources: resources }));
const alarm = (properties: object) => ({ Type: 'AWS::CloudWatch::Alarm', Properties: properties });
const plainAlarm = alarm({ MetricName: 'Errors' });
const mathAlarm = alarm({
  Metrics: [
    { Id: 'sum', Expression: 'a + b' },
    { Id: 'a', MetricStat: {} },
    { Id: 'b', MetricStat: {} },
  ],
});
const nothing = { logBytes: 0, packageBytes: 0 };
const idle = (resources: object, kept = nothing) =>
  idleCosts(templateOf(resources), kept).reduce((sum, { usd }) => sum + usd, 0);

it('an alarm costs as much as it has metrics, and its expression costs nothing', () => {
  const { Resources } = templateOf({ plainAlarm, mathAlarm });

  expect(metricsOf(Resources['plainAlarm']!)).toBe(1);
  expect(metricsOf(Resources['mathAlarm']!)).toBe(2);
  expect(idle({ plainAlarm })).toBeCloseTo(0.1, 9);
  expect(idle({ plainAlarm, mathAlarm })).toBeCloseTo(0.3, 9);
});

it('what is kept costs, in each bucket and each log group', () => {
  const resources = { bucket: { Type: 'AWS::S3::Bucket' }, group: { Type: 'AWS::Logs::LogGroup' } };

  expect(idle(resources)).toBe(0);
  expect(idle(resources, { logBytes: 2 ** 30, packageBytes: 2 ** 30 })).toBeCloseTo(0.053, 9);
});

it('a resource whose price is not known is no resource that costs nothing', () => {
  expect(() => idle({ queue: { Type: 'AWS::MQ::Broker' } })).toThrow(
    'what AWS::MQ::Broker costs while idle is not known',
  );
});

it.each([packagedTemplate, 'templates/monitored-account.yml', 'templates/management-account.yml'])(
  'every resource of %s has a price',
  (path) => {
    const template = readTemplate(path);
    const costs = idleCosts(template, nothing);

    expect(costs.reduce((sum, { count }) => sum + count, 0)).toBe(
      Object.keys(template.Resources).length,
    );
  },
);
