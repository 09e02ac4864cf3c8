import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { ExecutionStatusChange } from '../../../../local/aws/stepFunctions/execution.ts';
import {
  createStepFunctions,
  type StepFunctionsOptions,
} from '../../../../local/aws/stepFunctions/stepFunctions.ts';

const accountId = '111111111111';
const region = 'eu-central-1';
const roleArn = `arn:aws:iam::${accountId}:role/states`;
const call = {
  service: 'states',
  action: '',
  region,
  caller: { accountId, arn: roleArn, principalArn: roleArn },
};

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => jest.useRealTimers());

const functionArn = (name: string) => `arn:aws:lambda:${region}:${accountId}:function:${name}`;
const task = (name: string, rest: object) => ({
  Type: 'Task',
  Resource: functionArn(name),
  ...rest,
});
const named = (name: string, message: string) => Object.assign(new Error(message), { name });
const never = () => new Promise<never>(() => undefined);

type Input = { x?: number; both?: unknown };
type Functions = Record<string, (input: Input) => unknown>;

/** A Step Functions with one state machine, `test`, and functions that count their invocations. */
const given = (
  definition: object,
  functions: Functions = {},
  options: Partial<StepFunctionsOptions> = {},
) => {
  const invoked: string[] = [];
  const changes: ExecutionStatusChange[] = [];
  const { operations, createStateMachine } = createStepFunctions({
    accountId,
    region,
    invoke: async (arn, payload) => {
      const name = arn.split(':').at(-1) ?? '';
      invoked.push(name);
      return functions[name]?.(payload as Input);
    },
    onStatusChange: (detail) => changes.push(detail),
    ...options,
  });
  const stateMachineArn = createStateMachine('test', JSON.stringify(definition), { roleArn });
  const start = async (name?: string, input = '{}') => {
    const request = { stateMachineArn, input, ...(name ? { name } : {}) };
    return (await operations.StartExecution.run(request, call)).executionArn ?? '';
  };
  const describe = (executionArn: string) =>
    operations.DescribeExecution.run({ executionArn }, call);
  const events = async (executionArn: string): Promise<HistoryEvent[]> =>
    (await operations.GetExecutionHistory.run({ executionArn }, call)).events ?? [];
  const types = async (executionArn: string) =>
    (await events(executionArn)).map(({ type }) => type);
  return {
    ...{ operations, createStateMachine, stateMachineArn, invoked, changes },
    ...{ start, describe, events, types },
  };
};

const settle = () => jest.advanceTimersByTimeAsync(0);
const code = (work: () => unknown) => expect((async () => work())()).rejects;

const oneTask = { StartAt: 'Work', States: { Work: task('work', { End: true }) } };
const waiting = { StartAt: 'Pause', States: { Pause: { Type: 'Wait', Seconds: 60, End: true } } };

/** A first task, then two branches of two tasks each, then a last one. */
const parallel = (rest: object = {}) => ({
  StartAt: 'First',
  States: {
    First: task('first', { ResultPath: '$.first', Next: 'Both' }),
    Both: {
      Type: 'Parallel',
      ResultPath: '$.both',
      Next: 'Last',
      ...rest,
      Branches: [
        {
          StartAt: 'Left1',
          States: { Left1: task('left1', { Next: 'Left2' }), Left2: task('left2', { End: true }) },
        },
        {
          StartAt: 'Right1',
          States: {
            Right1: task('right1', { Next: 'RightPause' }),
            RightPause: { Type: 'Wait', Seconds: 10, Next: 'Right2' },
            Right2: task('right2', { End: true }),
          },
        },
      ],
    },
    Last: task('last', { ResultPath: '$.last', End: true }),
  },
});

/** Fails as often as it is told, then answers. */
const failing = (times: number, error: Error, answer: unknown = 'done') => {
  let left = times;
  return () => {
    left -= 1;
    if (left >= 0) throw error;
    return answer;
  };
};

describe('starting an execution', () => {
  it('gives an execution without a name a new one each time', async () => {
    const { start } = given(waiting);
    expect(await start()).toMatch(
      /^arn:aws:states:eu-central-1:111111111111:execution:test:[\da-f-]{36}$/,
    );
    expect(await start()).not.toBe(await start());
  });

  it('answers with the running execution of the same name and input', async () => {
    const { start, changes } = given(waiting);
    const first = await start('a', '{"x":1}');
    await jest.advanceTimersByTimeAsync(5000);
    expect(await start('a', '{"x":1}')).toBe(first);
    expect(changes).toHaveLength(1);
  });

  it('refuses the name of a running execution with another input, and of a closed one', async () => {
    const { start, describe } = given(waiting);
    const arn = await start('a', '{"x":1}');
    await code(() => start('a', '{"x":2}')).toMatchObject({ name: 'ExecutionAlreadyExists' });
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await describe(arn)).toMatchObject({ status: 'SUCCEEDED' });
    await code(() => start('a', '{"x":1}')).toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  it('gives a name free 90 days after the execution closed', async () => {
    const { start, describe } = given(waiting);
    const arn = await start('a');
    await jest.advanceTimersByTimeAsync(60_000);
    jest.setSystemTime(Date.now() + 90 * 24 * 60 * 60 * 1000);
    await code(() => describe(arn)).toMatchObject({ name: 'ExecutionDoesNotExist' });
    expect(await start('a')).toBe(arn);
    expect(await describe(arn)).toMatchObject({ status: 'RUNNING' });
  });

  it.each(['a b', 'a/b', 'a:b', '', 'x'.repeat(81), 'a\tb'])(
    'refuses the name %j',
    async (name) => {
      const { operations, stateMachineArn } = given(waiting);
      await code(() =>
        operations.StartExecution.run({ stateMachineArn, name }, call),
      ).toMatchObject({ name: 'InvalidName' });
    },
  );

  it('refuses an input that is not JSON', async () => {
    await code(() => given(waiting).start('a', '{')).toMatchObject({
      name: 'InvalidExecutionInput',
    });
  });

  it('refuses an unknown state machine', async () => {
    const { operations, stateMachineArn } = given(waiting);
    await code(() =>
      operations.StartExecution.run({ stateMachineArn: `${stateMachineArn}2` }, call),
    ).toMatchObject({ name: 'StateMachineDoesNotExist' });
    await code(() =>
      operations.StartExecution.run({ stateMachineArn: 'test' }, call),
    ).toMatchObject({ name: 'InvalidArn' });
  });

  it('asks IAM for the state machine on a start and for the execution on everything after', async () => {
    const { operations, stateMachineArn, start } = given(waiting);
    expect(operations.StartExecution.checks({ stateMachineArn }, call)).toEqual([
      { action: 'states:StartExecution', resource: stateMachineArn },
    ]);
    const executionArn = await start();
    expect(operations.DescribeExecution.checks({ executionArn }, call)).toEqual([
      { action: 'states:DescribeExecution', resource: executionArn },
    ]);
  });
});

describe('the history', () => {
  it('shows a task as AWS does', async () => {
    const { start, events } = given(oneTask, { work: ({ x }) => ({ y: x }) });
    const arn = await start('a', '{"x":1}');
    await settle();
    const found = await events(arn);
    const inputDetails = { truncated: false };
    expect(found).toEqual(
      [
        {
          type: 'ExecutionStarted',
          executionStartedEventDetails: { input: '{"x":1}', inputDetails, roleArn },
        },
        {
          type: 'TaskStateEntered',
          stateEnteredEventDetails: { name: 'Work', input: '{"x":1}', inputDetails },
        },
        {
          type: 'LambdaFunctionScheduled',
          lambdaFunctionScheduledEventDetails: {
            ...{ resource: functionArn('work'), input: '{"x":1}', inputDetails },
          },
        },
        { type: 'LambdaFunctionStarted' },
        {
          type: 'LambdaFunctionSucceeded',
          lambdaFunctionSucceededEventDetails: { output: '{"y":1}', outputDetails: inputDetails },
        },
        {
          type: 'TaskStateExited',
          stateExitedEventDetails: { name: 'Work', output: '{"y":1}', outputDetails: inputDetails },
        },
        {
          type: 'ExecutionSucceeded',
          executionSucceededEventDetails: { output: '{"y":1}', outputDetails: inputDetails },
        },
      ].map((event, index) => expect.objectContaining({ ...event, id: index + 1 })),
    );
    expect(found.map(({ previousEventId }) => previousEventId)).toEqual([0, 0, 2, 3, 4, 5, 6]);
  });

  it('is the same, times included, after the execution has ended as it was before', async () => {
    const { start, events } = given({
      StartAt: 'Pause',
      States: { Pause: { Type: 'Wait', Seconds: 60, Next: 'End' }, End: { Type: 'Succeed' } },
    });
    const arn = await start();
    await settle();
    const before = await events(arn);
    const startedAt = Date.now();
    await jest.advanceTimersByTimeAsync(60_000);
    const after = await events(arn);
    expect(before).toHaveLength(2);
    expect(after.slice(0, 2)).toEqual(before);
    expect(after.map(({ timestamp }) => timestamp)).toEqual(
      [0, 0, 60, 60, 60, 60].map((seconds) => new Date(startedAt + seconds * 1000)),
    );
  });

  it('shows retries within one state', async () => {
    const retry = [{ ErrorEquals: ['NotYet'], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 1 }];
    const { start, types, describe } = given(
      { StartAt: 'Work', States: { Work: task('work', { Retry: retry, End: true }) } },
      { work: failing(2, named('NotYet', 'not yet')) },
    );
    const arn = await start();
    await jest.advanceTimersByTimeAsync(4000);
    const attempt = ['LambdaFunctionScheduled', 'LambdaFunctionStarted'];
    expect(await types(arn)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered'],
      ...[...attempt, 'LambdaFunctionFailed', ...attempt, 'LambdaFunctionFailed'],
      ...[...attempt, 'LambdaFunctionSucceeded', 'TaskStateExited', 'ExecutionSucceeded'],
    ]);
    expect(await describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
  });

  it('shows a polling loop of Task, Choice and Wait', async () => {
    const { start, types, invoked } = given(
      {
        StartAt: 'Look',
        States: {
          Look: task('look', { Next: 'Decide' }),
          Decide: {
            Type: 'Choice',
            Choices: [{ Variable: '$.ready', BooleanEquals: true, Next: 'Done' }],
            Default: 'Pause',
          },
          Pause: { Type: 'Wait', Seconds: 5, Next: 'Look' },
          Done: { Type: 'Pass', Next: 'End' },
          End: { Type: 'Succeed' },
        },
      },
      { look: () => ({ ready: invoked.length > 1 }) },
    );
    const arn = await start();
    await jest.advanceTimersByTimeAsync(5000);
    const look = [
      ...['TaskStateEntered', 'LambdaFunctionScheduled', 'LambdaFunctionStarted'],
      ...['LambdaFunctionSucceeded', 'TaskStateExited', 'ChoiceStateEntered', 'ChoiceStateExited'],
    ];
    expect(await types(arn)).toEqual([
      ...['ExecutionStarted', ...look, 'WaitStateEntered', 'WaitStateExited', ...look],
      ...['PassStateEntered', 'PassStateExited', 'SucceedStateEntered', 'SucceedStateExited'],
      'ExecutionSucceeded',
    ]);
  });

  it('keeps the events of each branch in their own line', async () => {
    const { start, events, describe } = given(parallel(), { left2: () => 'l', right2: () => 'r' });
    const arn = await start();
    await jest.advanceTimersByTimeAsync(10_000);
    const found = await events(arn);
    const entered = (name: string) =>
      found.find(({ stateEnteredEventDetails: details }) => details?.name === name);
    const started = found.find(({ type }) => type === 'ParallelStateStarted');
    expect(entered('Left1')?.previousEventId).toBe(started?.id);
    expect(entered('Right1')?.previousEventId).toBe(started?.id);
    const before = found.find(({ id }) => id === entered('Left2')?.previousEventId);
    expect(before?.stateExitedEventDetails?.name).toBe('Left1');
    expect(found.map(({ id }) => id)).toEqual(found.map((_, index) => index + 1));
    expect(found.map(({ type }) => type).slice(-9)).toEqual([
      ...['TaskStateExited', 'ParallelStateSucceeded', 'ParallelStateExited', 'TaskStateEntered'],
      ...['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded'],
      ...['TaskStateExited', 'ExecutionSucceeded'],
    ]);
    expect(JSON.parse((await describe(arn)).output ?? '')).toMatchObject({ both: ['l', 'r'] });
  });

  it('loses no event of a Parallel state that comes last', async () => {
    const { start, types } = given({
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          End: true,
          Branches: [{ StartAt: 'Only', States: { Only: task('only', { End: true }) } }],
        },
      },
    });
    const arn = await start();
    await settle();
    expect(await types(arn)).toEqual([
      ...['ExecutionStarted', 'ParallelStateEntered', 'ParallelStateStarted', 'TaskStateEntered'],
      ...['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded'],
      ...['TaskStateExited', 'ParallelStateSucceeded', 'ParallelStateExited', 'ExecutionSucceeded'],
    ]);
  });

  it('comes in pages, in either order, with or without data', async () => {
    const { start, operations } = given(oneTask, { work: () => 1 });
    const executionArn = await start();
    await settle();
    const read = (rest: object) =>
      operations.GetExecutionHistory.run({ executionArn, ...rest }, call);
    const first = await read({ maxResults: 4 });
    expect(first.events?.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    const second = await read({ maxResults: 4, nextToken: first.nextToken });
    expect(second.events?.map(({ id }) => id)).toEqual([5, 6, 7]);
    expect(second.nextToken).toBeUndefined();
    const backwards = await read({ maxResults: 2, reverseOrder: true });
    expect(backwards.events?.map(({ id }) => id)).toEqual([7, 6]);
    const bare = await read({ includeExecutionData: false });
    expect(JSON.stringify(bare)).not.toMatch(/"(in|out)put"/);
    await code(() => read({ nextToken: 'x' })).toMatchObject({ name: 'InvalidToken' });
  });
});

describe('a failure', () => {
  it("is the function's error, with Lambda's JSON as its cause", async () => {
    const { start, describe, events } = given(oneTask, {
      work: () => {
        throw named('RouteConflict', 'leads elsewhere');
      },
    });
    const arn = await start();
    await settle();
    const { error, cause, status } = await describe(arn);
    expect({ error, status }).toEqual({ error: 'RouteConflict', status: 'FAILED' });
    expect(JSON.parse(cause ?? '')).toEqual({
      errorType: 'RouteConflict',
      errorMessage: 'leads elsewhere',
      trace: expect.arrayContaining([expect.stringContaining('leads elsewhere')]),
    });
    expect((await events(arn)).slice(-2)).toMatchObject([
      { type: 'LambdaFunctionFailed', lambdaFunctionFailedEventDetails: { error, cause } },
      { type: 'ExecutionFailed', executionFailedEventDetails: { error, cause } },
    ]);
  });

  it('that is caught goes on at the Catch', async () => {
    const { start, describe, types } = given(
      {
        StartAt: 'Work',
        States: {
          Work: task('work', {
            Catch: [{ ErrorEquals: ['Known'], ResultPath: '$.error', Next: 'Handle' }],
            End: true,
          }),
          Handle: { Type: 'Pass', End: true },
        },
      },
      { work: failing(1, named('Known', 'known')) },
    );
    const arn = await start();
    await settle();
    expect(JSON.parse((await describe(arn)).output ?? '')).toMatchObject({
      error: { Error: 'Known', Cause: expect.stringContaining('"errorMessage":"known"') },
    });
    expect(await types(arn)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'LambdaFunctionScheduled'],
      ...['LambdaFunctionStarted', 'LambdaFunctionFailed', 'TaskStateExited'],
      ...['PassStateEntered', 'PassStateExited', 'ExecutionSucceeded'],
    ]);
  });

  it('of one branch ends the others and fails the execution', async () => {
    const { start, describe, types, invoked } = given(parallel(), {
      left2: failing(1, named('Broken', 'broken')),
    });
    const arn = await start();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await describe(arn)).toMatchObject({ status: 'FAILED', error: 'Broken' });
    expect((await types(arn)).slice(-4)).toEqual([
      ...['LambdaFunctionFailed', 'WaitStateAborted', 'ParallelStateFailed', 'ExecutionFailed'],
    ]);
    expect(invoked).not.toContain('right2');
  });

  it('of a branch is retried with all branches by a Retry of the Parallel state', async () => {
    const { start, describe, invoked } = given(
      parallel({ Retry: [{ ErrorEquals: ['Broken'], IntervalSeconds: 1 }] }),
      { left2: failing(1, named('Broken', 'broken')) },
    );
    const arn = await start();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await describe(arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(invoked.filter((name) => name === 'left1')).toHaveLength(2);
    expect(invoked.filter((name) => name === 'right2')).toHaveLength(1);
  });

  it('of Lambda itself has its words as the cause, and is retried by its name', async () => {
    const refused = named('Lambda.AWSLambdaException', 'User: x is not authorized');
    const retry = [{ ErrorEquals: ['Lambda.AWSLambdaException'], IntervalSeconds: 1 }];
    const { start, describe, types } = given(
      { StartAt: 'Work', States: { Work: task('work', { Retry: retry, End: true }) } },
      { work: failing(9, refused) },
    );
    const arn = await start();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await describe(arn)).toMatchObject({
      ...{ status: 'FAILED', error: 'Lambda.AWSLambdaException' },
      cause: 'User: x is not authorized',
    });
    const failed = (await types(arn)).filter((type) => type === 'LambdaFunctionFailed');
    expect(failed).toHaveLength(4);
  });

  it('by a Fail state carries its error and cause', async () => {
    const { start, describe, types } = given({
      StartAt: 'No',
      States: { No: { Type: 'Fail', Error: 'Refused', Cause: 'because' } },
    });
    const arn = await start();
    await settle();
    expect(await describe(arn)).toMatchObject({ error: 'Refused', cause: 'because' });
    expect(await types(arn)).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
  });
});

describe('a timeout', () => {
  it('of a task is States.Timeout, and a late answer changes nothing', async () => {
    let answer: (value: unknown) => void = () => undefined;
    const work = () => new Promise((resolve) => (answer = resolve));
    const { start, describe, events } = given(
      { StartAt: 'Work', States: { Work: task('work', { TimeoutSeconds: 5, End: true }) } },
      { work },
    );
    const arn = await start();
    await jest.advanceTimersByTimeAsync(5000);
    answer('late');
    await settle();
    const { cause, ...described } = await describe(arn);
    expect(described).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(cause).toBeUndefined();
    expect((await events(arn)).slice(2)).toMatchObject([
      { lambdaFunctionScheduledEventDetails: { timeoutInSeconds: 5 } },
      { type: 'LambdaFunctionStarted' },
      {
        type: 'LambdaFunctionTimedOut',
        lambdaFunctionTimedOutEventDetails: { error: 'States.Timeout' },
      },
      { type: 'ExecutionFailed', executionFailedEventDetails: { error: 'States.Timeout' } },
    ]);
  });

  it('is retried, and the answer to the first attempt is not taken for one to the second', async () => {
    const answers: ((value: unknown) => void)[] = [];
    const retry = [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1 }];
    const { start, describe, types } = given(
      {
        StartAt: 'Work',
        States: { Work: task('work', { TimeoutSeconds: 5, Retry: retry, End: true }) },
      },
      { work: () => new Promise((resolve) => answers.push(resolve)) },
    );
    const arn = await start();
    await jest.advanceTimersByTimeAsync(6000);
    answers[0]?.('late');
    await settle();
    expect((await types(arn)).slice(2)).toEqual([
      ...['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionTimedOut'],
      ...['LambdaFunctionScheduled', 'LambdaFunctionStarted'],
    ]);
    answers[1]?.('in time');
    await settle();
    expect(await describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"in time"' });
  });

  it('does not end a task without TimeoutSeconds', async () => {
    const { start, describe } = given(oneTask, { work: never });
    const arn = await start();
    await jest.advanceTimersByTimeAsync(10 * 60_000);
    expect(await describe(arn)).toMatchObject({ status: 'RUNNING' });
  });

  it('of the execution is TIMED_OUT and ends the branches too', async () => {
    const { start, describe, types, invoked } = given({ ...parallel(), TimeoutSeconds: 5 });
    const arn = await start();
    await jest.advanceTimersByTimeAsync(60_000);
    const { error, ...described } = await describe(arn);
    expect(described).toMatchObject({ status: 'TIMED_OUT', redriveStatus: 'REDRIVABLE' });
    expect(error).toBeUndefined();
    expect((await types(arn)).at(-1)).toBe('ExecutionTimedOut');
    expect(invoked).not.toContain('right2');
  });
});

describe('stopping', () => {
  it('aborts with the given error, and the running function adds nothing afterwards', async () => {
    let answer: (value: unknown) => void = () => undefined;
    const work = () => new Promise((resolve) => (answer = resolve));
    const { start, describe, operations, events } = given(oneTask, { work });
    const executionArn = await start();
    await settle();
    await operations.StopExecution.run({ executionArn, error: 'Enough', cause: 'a person' }, call);
    await settle();
    expect(jest.getTimerCount()).toBe(0);
    answer('late');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await describe(executionArn)).toMatchObject({
      ...{ status: 'ABORTED', error: 'Enough', cause: 'a person' },
    });
    expect((await events(executionArn)).at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      executionAbortedEventDetails: { error: 'Enough', cause: 'a person' },
    });
  });

  it('ends waits and retries within branches', async () => {
    const { start, operations, invoked } = given(
      parallel({ Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1 }] }),
    );
    const executionArn = await start();
    await jest.advanceTimersByTimeAsync(1000);
    await operations.StopExecution.run({ executionArn }, call);
    const before = invoked.length;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(invoked).toHaveLength(before);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves an execution that has ended as it is', async () => {
    const { start, describe, operations } = given(oneTask);
    const executionArn = await start();
    await settle();
    const { stopDate } = await describe(executionArn);
    expect(await operations.StopExecution.run({ executionArn }, call)).toEqual({ stopDate });
    expect(await describe(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('a redrive', () => {
  it('goes on from the failed state and invokes no succeeded function again', async () => {
    const { start, describe, operations, invoked, types } = given(
      {
        StartAt: 'One',
        States: {
          One: task('one', { ResultPath: '$.one', Next: 'Pause' }),
          Pause: { Type: 'Wait', Seconds: 30, Next: 'Two' },
          Two: task('two', { ResultPath: '$.two', End: true }),
        },
      },
      { one: () => 1, two: failing(1, named('Broken', 'broken'), 2) },
    );
    const executionArn = await start('a', '{"x":0}');
    await jest.advanceTimersByTimeAsync(30_000);
    const before = await types(executionArn);
    expect(before.at(-1)).toBe('ExecutionFailed');

    await operations.RedriveExecution.run({ executionArn }, call);
    expect(await describe(executionArn)).toMatchObject({ status: 'RUNNING', redriveCount: 1 });
    await settle();

    const described = await describe(executionArn);
    expect(described).toMatchObject({ status: 'SUCCEEDED', redriveDate: expect.any(Date) });
    expect(JSON.parse(described.output ?? '')).toEqual({ x: 0, one: 1, two: 2 });
    expect(described.error).toBeUndefined();
    expect(invoked).toEqual(['one', 'two', 'two']);
    expect((await types(executionArn)).slice(before.length)).toEqual([
      ...['ExecutionRedriven', 'LambdaFunctionScheduled', 'LambdaFunctionStarted'],
      ...['LambdaFunctionSucceeded', 'TaskStateExited', 'ExecutionSucceeded'],
    ]);
  });

  it('runs again only the branches that failed or were aborted, from where they were', async () => {
    const { start, describe, operations, invoked, events } = given(parallel(), {
      left1: () => 'l1',
      left2: (input) => `${input}-l2`,
      right1: () => 'r1',
      right2: failing(1, named('Broken', 'broken'), 'r2'),
      last: ({ both }) => both,
    });
    const executionArn = await start();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await describe(executionArn)).toMatchObject({ status: 'FAILED' });
    await operations.RedriveExecution.run({ executionArn }, call);
    await settle();
    const described = await describe(executionArn);
    expect(described).toMatchObject({ status: 'SUCCEEDED' });
    expect(JSON.parse(described.output ?? '')).toMatchObject({ last: ['l1-l2', 'r2'] });
    expect(invoked).toEqual(['first', 'left1', 'right1', 'left2', 'right2', 'right2', 'last']);
    const found = await events(executionArn);
    expect(found.filter(({ type }) => type === 'ParallelStateStarted')).toHaveLength(1);
    const redriven = found.find(({ type }) => type === 'ExecutionRedriven');
    expect(found.find(({ id }) => id === (redriven?.id ?? 0) + 1)).toMatchObject({
      ...{ type: 'LambdaFunctionScheduled', previousEventId: redriven?.id },
    });
  });

  it('of a failed branch lets the aborted one wait anew', async () => {
    const { start, describe, operations, invoked } = given(parallel(), {
      left2: failing(1, named('Broken', 'broken')),
    });
    const executionArn = await start();
    await settle();
    await operations.RedriveExecution.run({ executionArn }, call);
    await jest.advanceTimersByTimeAsync(9000);
    expect(await describe(executionArn)).toMatchObject({ status: 'RUNNING' });
    await jest.advanceTimersByTimeAsync(1000);
    expect(await describe(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(invoked).toEqual([...['first', 'left1', 'right1', 'left2', 'left2', 'right2', 'last']]);
  });

  const both = {
    StartAt: 'Both',
    States: {
      Both: {
        Type: 'Parallel',
        End: true,
        Branches: ['good', 'bad'].map((name) => ({
          StartAt: name,
          States: { [name]: task(name, { End: true }) },
        })),
      },
    },
  };

  // The two may end in any order, down to a few steps of the event loop apart.
  it.each(Array.from({ length: 30 }, (_, index) => index))(
    'does not invoke again a function that answered %i steps after the other branch failed',
    async (steps) => {
      const good = async () => {
        for (let step = 0; step < steps; step += 1) await null;
        return 1;
      };
      const { start, describe, operations, invoked, types } = given(both, {
        ...{ good, bad: failing(1, named('Broken', 'broken'), 2) },
      });
      const executionArn = await start();
      await settle();
      expect(await describe(executionArn)).toMatchObject({ status: 'FAILED' });
      const before = await types(executionArn);
      const answered = before.includes('LambdaFunctionSucceeded');
      expect(before.filter((type) => /TaskState(Exited|Aborted)/.test(`${type}`))).toHaveLength(1);
      await operations.RedriveExecution.run({ executionArn }, call);
      await settle();
      expect(await describe(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '[1,2]' });
      expect(invoked.filter((name) => name === 'good')).toHaveLength(answered ? 1 : 2);
    },
  );

  it('invokes again a function whose answer the state could not use', async () => {
    const answers = [{}, { x: 1 }];
    const States = { Work: task('work', { ResultSelector: { 'y.$': '$.x' }, End: true }) };
    const { start, describe, operations } = given(
      { StartAt: 'Work', States },
      { work: () => answers.shift() },
    );
    const executionArn = await start();
    await settle();
    expect(await describe(executionArn)).toMatchObject({ status: 'FAILED' });
    await operations.RedriveExecution.run({ executionArn }, call);
    await settle();
    expect(await describe(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"y":1}' });
  });

  it('has its retries anew, and can be redriven again', async () => {
    const { start, describe, operations, invoked } = given(
      {
        StartAt: 'Work',
        States: {
          Work: task('work', {
            Retry: [{ ErrorEquals: ['NotYet'], IntervalSeconds: 1, MaxAttempts: 1 }],
            End: true,
          }),
        },
      },
      { work: failing(5, named('NotYet', 'not yet')) },
    );
    const executionArn = await start();
    const redrive = async () => {
      await jest.advanceTimersByTimeAsync(5000);
      expect(await describe(executionArn)).toMatchObject({ status: 'FAILED' });
      await operations.RedriveExecution.run({ executionArn }, call);
    };
    await redrive();
    await redrive();
    await jest.advanceTimersByTimeAsync(5000);
    expect(invoked).toHaveLength(6);
    expect(await describe(executionArn)).toMatchObject({ status: 'SUCCEEDED', redriveCount: 2 });
  });

  it('goes on in the state in which an execution was stopped', async () => {
    const { start, describe, operations, invoked } = given(parallel());
    const executionArn = await start();
    await jest.advanceTimersByTimeAsync(1000);
    await operations.StopExecution.run({ executionArn }, call);
    await operations.RedriveExecution.run({ executionArn }, call);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await describe(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(invoked).toEqual(['first', 'left1', 'right1', 'left2', 'right2', 'last']);
  });

  it('of a Parallel state without finished branches starts them', async () => {
    const { start, describe, operations, invoked } = given(
      parallel({ Parameters: { 'missing.$': '$.later' } }),
    );
    const executionArn = await start();
    await settle();
    expect(await describe(executionArn)).toMatchObject({ status: 'FAILED' });
    await operations.RedriveExecution.run({ executionArn }, call);
    await settle();
    expect(await describe(executionArn)).toMatchObject({ status: 'FAILED', redriveCount: 1 });
    expect(invoked).toEqual(['first']);
  });

  it.each([
    ['is running', 0, 'Execution is RUNNING and cannot be redriven'],
    ['succeeded', 60_000, 'Execution is SUCCEEDED and cannot be redriven'],
  ])('is refused for an execution that %s', async (_, ms, message) => {
    const { start, describe, operations } = given(waiting);
    const executionArn = await start();
    await jest.advanceTimersByTimeAsync(ms);
    await code(() => operations.RedriveExecution.run({ executionArn }, call)).toMatchObject({
      ...{ name: 'ExecutionNotRedrivable', message },
    });
    expect(await describe(executionArn)).toMatchObject({
      ...{ redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: message },
    });
  });

  it('is refused 14 days after the end', async () => {
    const { start, describe, operations } = given(oneTask, { work: failing(1, named('E', 'e')) });
    const executionArn = await start();
    await settle();
    expect(await describe(executionArn)).toMatchObject({ redriveStatus: 'REDRIVABLE' });
    jest.setSystemTime(Date.now() + 14 * 24 * 60 * 60 * 1000 + 1);
    await code(() => operations.RedriveExecution.run({ executionArn }, call)).toMatchObject({
      ...{ name: 'ExecutionNotRedrivable', message: 'Execution redrivable period exceeded' },
    });
  });

  it('is refused when the history is full', async () => {
    const { start, operations } = given(
      {
        StartAt: 'Work',
        States: {
          Work: task('work', {
            Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 8332 }],
            End: true,
          }),
        },
      },
      { work: failing(10_000, named('E', 'e')) },
    );
    const executionArn = await start();
    await jest.advanceTimersByTimeAsync(10_000_000);
    await code(() => operations.RedriveExecution.run({ executionArn }, call)).toMatchObject({
      ...{ name: 'ExecutionNotRedrivable', message: 'Execution history event limit exceeded' },
    });
  });

  it('is refused for an unknown execution, and while too many run', async () => {
    const { start, operations, stateMachineArn } = given(
      oneTask,
      { work: failing(1, named('E', 'e'), never()) },
      { maxRunningExecutions: 1 },
    );
    const executionArn = await start('a');
    await settle();
    await start('b');
    const redrive = (arn: string) => () =>
      operations.RedriveExecution.run({ executionArn: arn }, call);
    await code(redrive(executionArn)).toMatchObject({ name: 'ExecutionLimitExceeded' });
    await code(redrive(`${executionArn}2`)).toMatchObject({ name: 'ExecutionDoesNotExist' });
    await code(redrive(stateMachineArn)).toMatchObject({ name: 'InvalidArn' });
  });

  it('asked for twice with one token happens once', async () => {
    const { start, describe, operations } = given(oneTask, { work: failing(9, named('E', 'e')) });
    const executionArn = await start();
    await settle();
    const redrive = () => operations.RedriveExecution.run({ executionArn, clientToken: 't' }, call);
    const first = await redrive();
    await settle();
    expect(await redrive()).toEqual(first);
    expect(await describe(executionArn)).toMatchObject({ redriveCount: 1 });
  });
});

describe('listing', () => {
  it('shows the newest execution first, by status and in pages', async () => {
    const { start, operations, stateMachineArn } = given(waiting);
    for (const name of ['a', 'b', 'c']) {
      await start(name);
      await jest.advanceTimersByTimeAsync(30_000);
    }
    const list = async (rest: object) => {
      const found = await operations.ListExecutions.run({ stateMachineArn, ...rest }, call);
      return { names: found.executions?.map(({ name }) => name), nextToken: found.nextToken };
    };
    expect((await list({})).names).toEqual(['c', 'b', 'a']);
    expect((await list({ statusFilter: 'RUNNING' })).names).toEqual(['c']);
    const first = await list({ maxResults: 2 });
    expect(first.names).toEqual(['c', 'b']);
    await start('d');
    expect(await list({ maxResults: 2, nextToken: first.nextToken })).toEqual({
      ...{ names: ['a'], nextToken: undefined },
    });
    expect((await list({ statusFilter: 'RUNNING' })).names).toEqual(['d', 'c']);
    expect((await list({ statusFilter: 'SUCCEEDED' })).names).toEqual(['b', 'a']);
  });

  it('shows the state machines', async () => {
    const { operations, stateMachineArn } = given(waiting);
    expect(await operations.ListStateMachines.run({}, call)).toMatchObject({
      stateMachines: [{ stateMachineArn, name: 'test', type: 'STANDARD' }],
    });
    expect(await operations.DescribeStateMachine.run({ stateMachineArn }, call)).toMatchObject({
      ...{ definition: JSON.stringify(waiting), roleArn, status: 'ACTIVE' },
    });
  });
});

describe('the role of a state machine', () => {
  type Invoke = StepFunctionsOptions['invoke'];
  type Attempt = NonNullable<StepFunctionsOptions['attempt']>;

  it('is who invokes the functions, in a session of each execution', async () => {
    const actors: Parameters<Invoke>[2][] = [];
    const invoke: Invoke = async (_arn, _payload, actor) => {
      actors.push(actor);
    };
    const { start } = given(parallel(), {}, { invoke });
    await Promise.all([start('a'), start('b')]);
    await jest.advanceTimersByTimeAsync(60_000);
    const session = `^arn:aws:sts::${accountId}:assumed-role/states/[A-Za-z]{32}$`;
    const arns = actors.map((actor) => 'caller' in actor && actor.caller.arn);
    expect(actors[0]).toEqual({
      ...{ region, caller: { accountId, principalArn: roleArn, arn: arns[0] } },
    });
    expect(arns).toEqual(Array(12).fill(expect.stringMatching(session)));
    expect(new Set(arns).size).toBe(2);
  });

  it('is who traces an execution each time it begins, if the state machine is traced', async () => {
    const attempts: Parameters<Attempt>[] = [];
    const attempt: Attempt = async (...args) => attempts.push(args) > 0;
    const functions = { work: failing(1, named('E', 'e')) };
    const { createStateMachine, operations, start } = given(oneTask, functions, { attempt });
    await start();
    await settle();
    expect(attempts).toEqual([]);

    const definition = JSON.stringify(waiting);
    const stateMachineArn = createStateMachine('traced', definition, { roleArn, traced: true });
    const { executionArn } = await operations.StartExecution.run({ stateMachineArn }, call);
    await settle();
    const traced = ['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules'];
    expect(attempts.map(([, check, loss]) => ({ ...check, ...loss }))).toEqual(
      [...traced, 'GetSamplingTargets'].map((action) => ({
        ...{ action: `xray:${action}`, resource: '*', name: 'traced', what: 'traces' },
      })),
    );
    expect(attempts[0]?.[0]).toMatchObject({ region, caller: { principalArn: roleArn } });

    await operations.StopExecution.run({ executionArn }, call);
    await operations.RedriveExecution.run({ executionArn }, call);
    await settle();
    expect(attempts).toHaveLength(8);
    expect(await operations.DescribeStateMachine.run({ stateMachineArn }, call)).toMatchObject({
      tracingConfiguration: { enabled: true },
    });
  });
});

describe('status changes', () => {
  it('are announced as EventBridge does', async () => {
    const { start, operations, changes } = given(oneTask, { work: failing(1, named('E', 'e')) });
    const executionArn = await start('a');
    await settle();
    await operations.RedriveExecution.run({ executionArn }, call);
    await settle();
    expect(changes.map(({ status }) => status)).toEqual([
      ...['RUNNING', 'FAILED', 'RUNNING', 'SUCCEEDED'],
    ]);
    expect(changes[1]).toMatchObject({
      ...{ executionArn, name: 'a', input: '{}', output: null, error: 'E' },
      ...{ stopDate: expect.any(Number), redriveStatus: 'REDRIVABLE', redriveCount: 0 },
    });
  });
});

describe('the context object', () => {
  it('is the same in every branch, and knows the state', async () => {
    const context = {
      'execution.$': '$$.Execution.Name',
      'id.$': '$$.Execution.Id',
      'input.$': '$$.Execution.Input',
      'machine.$': '$$.StateMachine.Name',
      'state.$': '$$.State.Name',
      'session.$': "States.Format('{}-{}', $$.Execution.Name, $$.State.Name)",
      text: '$$.State.Name',
    };
    const { start, describe } = given({
      StartAt: 'First',
      States: {
        First: { Type: 'Pass', Result: { changed: true }, Next: 'Both' },
        Both: {
          Type: 'Parallel',
          End: true,
          Branches: [
            { StartAt: 'In', States: { In: { Type: 'Pass', Parameters: context, End: true } } },
          ],
        },
      },
    });
    const executionArn = await start('a', '{"x":1}');
    await settle();
    expect(JSON.parse((await describe(executionArn)).output ?? '')).toEqual([
      {
        ...{ execution: 'a', id: executionArn, input: { x: 1 }, machine: 'test', state: 'In' },
        ...{ session: 'a-In', text: '$$.State.Name' },
      },
    ]);
  });
});

describe('a definition', () => {
  const sns = 'arn:aws:states:::sns:publish';
  it.each([
    ['a task of another service', { Work: { Type: 'Task', Resource: sns, End: true } }, sns],
    ['an inline Map state', { Work: { Type: 'Map', End: true } }, 'Map'],
    ['JSONata', { Work: { Type: 'Pass', QueryLanguage: 'JSONata', End: true } }, 'QueryLanguage'],
    ['a missing next state', { Work: { Type: 'Pass', Next: 'Nowhere' } }, 'Nowhere'],
    ['a wait of a month', { Work: { Type: 'Wait', Seconds: 2_600_000, End: true } }, '24 days'],
  ])('with %s is refused, and the error names it', (_, States, name) => {
    expect(() => given({ StartAt: 'Work', States })).toThrow(
      expect.objectContaining({
        name: 'InvalidDefinition',
        message: expect.stringContaining(name),
      }),
    );
  });

  it('is refused within a branch too', () => {
    const branch = { StartAt: 'In', States: { In: { Type: 'Task', Resource: sns, End: true } } };
    const States = { Both: { Type: 'Parallel', Branches: [branch], End: true } };
    expect(() => given({ StartAt: 'Both', States })).toThrow(sns);
  });
});
