import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Judge } from '../../../../local/aws/judge.ts';
import type { ExecutionStatusChange } from '../../../../local/aws/stepFunctions/execution.ts';
import { createStepFunctions } from '../../../../local/aws/stepFunctions/stepFunctions.ts';

const accountId = '111111111111';
const region = 'eu-central-1';
const roleArn = `arn:aws:iam::${accountId}:role/states`;
const call = {
  ...{ service: 'states', action: '', region },
  caller: { accountId, arn: roleArn, principalArn: roleArn },
};
const statesArn = (rest: string) => `arn:aws:states:${region}:${accountId}:${rest}`;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  jest.setSystemTime(new Date('2026-11-26T10:00:00Z'));
});
afterEach(() => jest.useRealTimers());

const settle = () => jest.advanceTimersByTimeAsync(0);
const wait = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 5, End: true } } };
const fail = {
  StartAt: 'Wait',
  States: {
    Wait: { Type: 'Wait', Seconds: 5, Next: 'Fail' },
    Fail: { Type: 'Fail', Error: 'Bad', Cause: 'why' },
  },
};
const parameters = {
  StateMachineArn: statesArn('stateMachine:inner'),
  'Name.$': "States.Format('{}-{}', $.name, $$.Execution.RedriveCount)",
  'Input.$': '$.request',
};
const outer = (rest: object = {}) => ({
  StartAt: 'Start',
  States: {
    Start: {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Parameters: parameters,
      End: true,
      ...rest,
    },
  },
});

/** Two state machines: `outer`, whose only state starts an execution of `inner`. */
const given = (inner: object, { rest = {}, judge }: { rest?: object; judge?: Judge } = {}) => {
  const changes: ExecutionStatusChange[] = [];
  const { operations, createStateMachine } = createStepFunctions({
    ...{ accountId, region },
    invoke: async () => null,
    onStatusChange: (change) => changes.push(change),
    ...(judge && { judge }),
  });
  createStateMachine('inner', JSON.stringify(inner), { roleArn });
  const stateMachineArn = createStateMachine('outer', JSON.stringify(outer(rest)), { roleArn });
  const describe = async (executionArn: string) =>
    operations.DescribeExecution.run({ executionArn }, call);
  const start = async () => {
    const input = JSON.stringify({ name: 'one', request: { x: 1 } });
    const request = { stateMachineArn, name: 'a', input };
    const { executionArn = '' } = await operations.StartExecution.run(request, call);
    await settle();
    return executionArn;
  };
  const events = async (executionArn: string): Promise<HistoryEvent[]> =>
    (await operations.GetExecutionHistory.run({ executionArn }, call)).events ?? [];
  const redrive = async (executionArn: string) => {
    await operations.RedriveExecution.run({ executionArn }, call);
    await settle();
  };
  const stop = async (executionArn: string) => {
    await operations.StopExecution.run({ executionArn }, call);
    await settle();
  };
  return { operations, createStateMachine, changes, start, describe, events, redrive, stop };
};

const innerArn = (name: string) => statesArn(`execution:inner:${name}`);
const pass = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1000);
const at = (text: string) => Date.parse(text);

/** What the cause and the result of the Task have in common. */
const described = {
  ExecutionArn: innerArn('one-0'),
  InputDetails: { Included: true },
  Name: 'one-0',
  RedriveCount: 0,
  StartDate: at('2026-11-26T10:00:00Z'),
  StateMachineArn: statesArn('stateMachine:inner'),
  StopDate: at('2026-11-26T10:00:05Z'),
};

it('waits for the execution, and gives its description with input and output as JSON', async () => {
  const { start, describe, events } = given(wait);
  const arn = await start();
  expect(await describe(innerArn('one-0'))).toMatchObject({ status: 'RUNNING', input: '{"x":1}' });
  expect(await describe(arn)).toMatchObject({ status: 'RUNNING' });
  await pass(5);
  const { status, output = '' } = await describe(arn);
  expect(status).toBe('SUCCEEDED');
  expect(JSON.parse(output)).toEqual({
    ...described,
    Input: { x: 1 },
    Output: { x: 1 },
    OutputDetails: { Included: true },
    RedriveStatus: 'NOT_REDRIVABLE',
    RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    Status: 'SUCCEEDED',
  });
  const found = await events(arn);
  expect(found.map(({ type }) => type)).toEqual([
    ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted'],
    ...['TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded'],
  ]);
  expect(found[2]).toMatchObject({
    taskScheduledEventDetails: {
      ...{ resourceType: 'states', resource: 'startExecution.sync:2', region },
      parameters: expect.stringContaining('"Name":"one-0"'),
    },
  });
});

it('fails with the description of an execution that failed', async () => {
  const { start, describe, events } = given(fail);
  const arn = await start();
  await pass(5);
  const { status, error, cause = '' } = await describe(arn);
  expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.TaskFailed' });
  expect(JSON.parse(cause)).toEqual({
    ...described,
    ...{ Cause: 'why', Error: 'Bad', Input: '{"x":1}' },
    ...{ RedriveStatus: 'REDRIVABLE', Status: 'FAILED' },
  });
  expect((await events(arn)).slice(-2)).toMatchObject([
    { type: 'TaskFailed', taskFailedEventDetails: { error: 'States.TaskFailed', cause } },
    { type: 'ExecutionFailed' },
  ]);
});

it('can be retried and its result selected', async () => {
  const rest = {
    Parameters: { StateMachineArn: statesArn('stateMachine:inner'), 'Input.$': '$.request' },
    ResultSelector: { 'did.$': '$.Output.x' },
    ResultPath: '$.result',
    Retry: [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 1, MaxAttempts: 1 }],
  };
  const { start, describe, operations } = given(fail, { rest });
  const failed = await start();
  await pass(11);
  expect(await describe(failed)).toMatchObject({ status: 'FAILED' });
  const stateMachineArn = statesArn('stateMachine:inner');
  const list = await operations.ListExecutions.run({ stateMachineArn }, call);
  expect(list.executions).toHaveLength(2);
  const other = given(wait, { rest });
  const succeeded = await other.start();
  await pass(5);
  const { output = '' } = await other.describe(succeeded);
  expect(JSON.parse(output)).toMatchObject({ result: { did: 1 } });
});

it.each([
  ['the same name again', {}, 'StepFunctions.ExecutionAlreadyExistsException'],
  [
    'an unknown state machine',
    { Parameters: { StateMachineArn: statesArn('stateMachine:none') } },
    'StepFunctions.StateMachineDoesNotExistException',
  ],
  ['a parameter that is not known', { Parameters: { ...parameters, Colour: 1 } }, 'States.Runtime'],
])('fails at once for %s', async (_what, rest, error) => {
  const { operations, start, describe } = given(wait, { rest });
  const stateMachineArn = statesArn('stateMachine:inner');
  await operations.StartExecution.run({ stateMachineArn, name: 'one-0', input: '[]' }, call);
  expect(await describe(await start())).toMatchObject({ status: 'FAILED', error });
});

it('starts a new execution when it is redriven', async () => {
  const { start, redrive, describe, createStateMachine } = given(fail);
  const arn = await start();
  await pass(5);
  createStateMachine('inner', JSON.stringify(wait), { roleArn });
  await redrive(arn);
  expect(await describe(innerArn('one-0'))).toMatchObject({ status: 'FAILED', redriveCount: 0 });
  await pass(5);
  expect(await describe(innerArn('one-1'))).toMatchObject({ status: 'SUCCEEDED' });
  expect(await describe(arn)).toMatchObject({ status: 'SUCCEEDED' });
});

describe('the nested execution is aborted', () => {
  it('when the execution is stopped', async () => {
    const { start, stop, describe } = given(wait);
    await stop(await start());
    expect(await describe(innerArn('one-0'))).toMatchObject({ status: 'ABORTED' });
  });

  it('when the Task has timed out, before it is tried again', async () => {
    const Retry = [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 60, MaxAttempts: 1 }];
    const { start, describe, events } = given(wait, { rest: { TimeoutSeconds: 2, Retry } });
    const arn = await start();
    await pass(2);
    expect(await describe(innerArn('one-0'))).toMatchObject({ status: 'ABORTED' });
    expect(await describe(arn)).toMatchObject({ status: 'RUNNING' });
    expect((await events(arn)).at(-1)).toMatchObject({
      type: 'TaskTimedOut',
      taskTimedOutEventDetails: { error: 'States.Timeout', resource: 'startExecution.sync:2' },
    });
  });

  it('but not when it has ended before', async () => {
    const { start, stop, describe } = given(wait);
    const arn = await start();
    await pass(5);
    await stop(arn);
    expect(await describe(innerArn('one-0'))).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('IAM', () => {
  const rule = `arn:aws:events:${region}:${accountId}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`;
  const all = [
    `events:PutTargets ${rule}`,
    `events:PutRule ${rule}`,
    `events:DescribeRule ${rule}`,
    `states:StartExecution ${statesArn('stateMachine:inner')}`,
    `states:DescribeExecution ${innerArn('one-0')}`,
  ];

  it('is asked about the role', async () => {
    const asked: string[] = [];
    const judge: Judge = async (actor, { action, resource }) => {
      expect(actor).toMatchObject({ caller: { principalArn: roleArn }, region });
      asked.push(`${action} ${resource}`);
      return { allowed: true };
    };
    const { start } = given(wait, { judge });
    await start();
    await pass(5);
    expect(asked).toEqual(all);
  });

  it.each(all)('has to allow %s', async (check) => {
    const judge: Judge = async (_actor, { action, resource }) =>
      `${action} ${resource}` === check ? { allowed: false, message: 'no' } : { allowed: true };
    const { start, describe } = given(wait, { judge });
    const arn = await start();
    await pass(5);
    const why = check.startsWith('events')
      ? `'${roleArn}' is not authorized to create managed-rule.`
      : 'no';
    expect(await describe(arn)).toMatchObject({
      error: 'StepFunctions.AWSStepFunctionsException',
      cause: expect.stringContaining(
        `${why} (Service: AWSStepFunctions; Status Code: 400; Error Code: AccessDeniedException; `,
      ),
    });
  });

  it('has to allow that the execution is stopped', async () => {
    const judge: Judge = async (_actor, { action }) =>
      action === 'states:StopExecution' ? { allowed: false, message: 'no' } : { allowed: true };
    const { start, stop, describe } = given(wait, { judge });
    await stop(await start());
    expect(await describe(innerArn('one-0'))).toMatchObject({ status: 'RUNNING' });
  });
});

it('is announced as any other execution, each with its own state machine', async () => {
  const { start, changes } = given(wait);
  await start();
  await pass(5);
  expect(
    changes.map(({ stateMachineArn, status }) => `${stateMachineArn.split(':').at(-1)} ${status}`),
  ).toEqual([...['outer RUNNING', 'inner RUNNING', 'inner SUCCEEDED', 'outer SUCCEEDED']]);
});
