import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { AwsError } from '../../../../local/aws/awsError.ts';
import type { Judge } from '../../../../local/aws/judge.ts';
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
});
afterEach(() => jest.useRealTimers());

const settle = () => jest.advanceTimersByTimeAsync(0);
const work = {
  StartAt: 'Work',
  States: {
    Work: {
      Type: 'Task',
      Resource: `arn:aws:lambda:${region}:${accountId}:function:work`,
      End: true,
    },
  },
};
const writer = {
  Resource: 'arn:aws:states:::s3:putObject',
  Parameters: { Bucket: 'lists', 'Prefix.$': '$.results' },
};
const reader = (InputType: string, more: object = {}) => ({
  Resource: 'arn:aws:states:::s3:getObject',
  ReaderConfig: { InputType, ...more },
  Parameters: { 'Bucket.$': '$.bucket', 'Key.$': '$.list' },
});
const map = (rest: object = {}, processor: object = work) => ({
  StartAt: 'All',
  States: {
    All: {
      Type: 'Map',
      ItemsPath: '$.items',
      Label: 'Each',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        ...processor,
      },
      End: true,
      ...rest,
    },
  },
});
const withReader = (rest: object = {}) =>
  map({ ItemsPath: undefined, ItemReader: reader('JSON'), ...rest });

type Work = (input: unknown) => unknown;

/** A state machine `bulk` with a Map state, whose children call the function `work`, and a bucket `lists`. */
const given = (
  definition: object,
  worker: Work,
  judge: Judge = async () => ({ allowed: true }),
) => {
  const objects = new Map<string, string>();
  const invoked: unknown[] = [];
  const denied = new Set<string>();
  /** What the next writes wait for. */
  const gates: Promise<void>[] = [];
  const mayPut = ({ Key }: { Key: string }) => {
    if (denied.has('put')) throw new AwsError('AccessDenied', `not ${Key}`, 403);
  };
  const { operations, createStateMachine } = createStepFunctions({
    ...{ accountId, region, judge },
    invoke: async (_arn, payload) => {
      invoked.push(payload);
      return worker(payload);
    },
    objects: {
      getObject: async (_actor, { Bucket, Key }) => {
        const found = objects.get(`${Bucket}/${Key}`);
        if (found === undefined) throw new AwsError('NoSuchKey', `none: ${Key}`, 404);
        return found;
      },
      putObject: async (_actor, place, content) => {
        await gates.shift();
        mayPut(place);
        objects.set(`${place.Bucket}/${place.Key}`, content);
      },
      mayPutObject: async (_actor, place) => mayPut(place),
    },
  });
  const stateMachineArn = createStateMachine('bulk', JSON.stringify(definition), { roleArn });
  const describe = async (executionArn: string) =>
    operations.DescribeExecution.run({ executionArn }, call);
  const start = async (input: object) => {
    const request = { stateMachineArn, name: 'a', input: JSON.stringify(input) };
    const { executionArn = '' } = await operations.StartExecution.run(request, call);
    await settle();
    return executionArn;
  };
  const events = async (executionArn: string): Promise<HistoryEvent[]> =>
    (await operations.GetExecutionHistory.run({ executionArn }, call)).events ?? [];
  const mapRun = async (executionArn: string) => {
    const { mapRuns = [] } = await operations.ListMapRuns.run({ executionArn }, call);
    const mapRunArn = mapRuns[0]?.mapRunArn ?? '';
    return operations.DescribeMapRun.run({ mapRunArn }, call);
  };
  const children = async (executionArn: string, more: object = {}) => {
    const { mapRunArn = '' } = await mapRun(executionArn);
    const request = { stateMachineArn: undefined, mapRunArn, ...more };
    const { executions = [] } = await operations.ListExecutions.run(request, call);
    return executions.toReversed();
  };
  const redrive = async (executionArn: string) => {
    await operations.RedriveExecution.run({ executionArn }, call);
    await settle();
  };
  const stop = async (executionArn: string) => {
    await operations.StopExecution.run({ executionArn }, call);
    await settle();
  };
  const file = (key: string) => JSON.parse(objects.get(`lists/${key}`) ?? 'null');
  return {
    ...{ operations, stateMachineArn, objects, invoked, denied, gates, start, describe, events },
    ...{ mapRun, children, redrive, stop, file },
  };
};

const failOn =
  (...bad: unknown[]): Work =>
  (input) => {
    if (bad.includes(input)) throw Object.assign(new Error(`bad ${input}`), { name: 'Bad' });
    return { did: input };
  };
const never: Work = () => new Promise<never>(() => undefined);
const output = ({ output: text = 'null' }: { output?: string | undefined }) => JSON.parse(text);

describe('the items', () => {
  it.each([
    ['JSON', {}, '[{"id":"1"},{"id":"2, \\"b\\""}]'],
    ['JSONL', {}, '{"id":"1"}\n{"id":"2, \\"b\\""}\n'],
    ['CSV', { CSVHeaderLocation: 'FIRST_ROW' }, 'id\r\n1\r\n"2, ""b"""\r\n'],
  ])('are read from S3 as %s', async (type, more, text) => {
    const definition = map({ ItemsPath: undefined, ItemReader: reader(type, more) });
    const { objects, start, describe, invoked } = given(definition, failOn());
    objects.set('lists/list', text);
    const arn = await start({ bucket: 'lists', list: 'list' });
    expect(invoked).toEqual([{ id: '1' }, { id: '2, "b"' }]);
    expect(await describe(arn)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('are in the input too, and become what the ItemSelector makes of them', async () => {
    const ItemSelector = {
      'account.$': '$$.Map.Item.Value.id',
      'index.$': '$$.Map.Item.Index',
      'of.$': '$.of',
      'run.$': '$$.Execution.Name',
      'state.$': '$$.State.Name',
    };
    const { start, describe, invoked } = given(
      map({ ItemSelector }),
      (input) => (input as { index: number }).index,
    );
    const arn = await start({ items: [{ id: 'x' }, { id: 'y' }], of: 'all' });
    const common = { of: 'all', run: 'a', state: 'All' };
    expect(invoked).toEqual([
      { account: 'x', index: 0, ...common },
      { account: 'y', index: 1, ...common },
    ]);
    expect(output(await describe(arn))).toEqual([0, 1]);
  });

  it.each([
    ['there is no object', undefined, /NoSuchKey/],
    ['the object is not JSON', '[', /not JSON/],
    ['the object is no array', '{}', /non-iterable/],
  ])('fail the state when %s, and are read again on a redrive', async (_when, text, cause) => {
    const { objects, start, describe, redrive, events, mapRun } = given(withReader(), failOn());
    if (text !== undefined) objects.set('lists/list', text);
    const arn = await start({ bucket: 'lists', list: 'list' });
    expect(await describe(arn)).toMatchObject({
      status: 'FAILED',
      error: 'States.ItemReaderFailed',
      cause: expect.stringMatching(cause),
    });
    expect(await mapRun(arn)).toMatchObject({ status: 'FAILED', itemCounts: { total: 0 } });
    objects.set('lists/list', '[1]');
    await redrive(arn);
    expect(output(await describe(arn))).toEqual([{ did: 1 }]);
    expect((await events(arn)).map(({ type }) => type)).toContain('MapRunRedriven');
  });
});

describe('child workflow executions', () => {
  it('are executions of their own', async () => {
    const { start, children, describe, events, mapRun, operations } = given(map(), failOn());
    const arn = await start({ items: [1] });
    const [child] = await children(arn);
    const { mapRunArn = '' } = await mapRun(arn);
    expect(mapRunArn).toMatch(
      /^arn:aws:states:eu-central-1:111111111111:mapRun:bulk\/Each:[\da-f-]{36}$/,
    );
    expect(child).toMatchObject({
      executionArn: expect.stringMatching(/:execution:bulk\/Each:[\da-f-]{36}$/),
      stateMachineArn: statesArn('stateMachine:bulk/Each'),
      status: 'SUCCEEDED',
      mapRunArn,
    });
    const childArn = child?.executionArn ?? '';
    expect(await describe(childArn)).toMatchObject({ input: '1', output: '{"did":1}', mapRunArn });
    expect((await events(childArn)).map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    const stateMachineArn = statesArn('stateMachine:bulk');
    const { executions } = await operations.ListExecutions.run({ stateMachineArn }, call);
    expect(executions?.map(({ executionArn }) => executionArn)).toEqual([arn]);
  });

  it('run as many at a time as MaxConcurrencyPath says', async () => {
    let running = 0;
    let most = 0;
    const slow = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      running -= 1;
    };
    const { start, mapRun, describe } = given(map({ MaxConcurrencyPath: '$.max' }), slow);
    const arn = await start({ items: [1, 2, 3, 4, 5], max: 2 });
    expect(await mapRun(arn)).toMatchObject({
      ...{ status: 'RUNNING', maxConcurrency: 2 },
      executionCounts: { running: 2, pending: 3, total: 5 },
    });
    await jest.advanceTimersByTimeAsync(10_000);
    expect(most).toBe(2);
    expect(await describe(arn)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('tell in the history of the parent just of their Map Run', async () => {
    const { start, events, mapRun } = given(map(), failOn());
    const arn = await start({ items: [1, 2] });
    const { mapRunArn } = await mapRun(arn);
    const found = await events(arn);
    expect(found.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
    expect(found[3]).toMatchObject({ mapRunStartedEventDetails: { mapRunArn } });
  });

  it('are started only if the role may start the state machine', async () => {
    const asked: string[] = [];
    const { start, describe, invoked } = given(map(), failOn(), async (_actor, check) => {
      asked.push(`${check.action} ${check.resource}`);
      return { allowed: false, message: 'no' };
    });
    expect(await describe(await start({ items: [1] }))).toMatchObject({
      error: 'States.Permissions',
      cause: 'no',
    });
    expect(asked).toEqual([`states:StartExecution ${statesArn('stateMachine:bulk')}`]);
    expect(invoked).toEqual([]);
  });
});

describe('failures', () => {
  it.each([
    ['none, when nothing is said', {}, { items: ['a', 1] }, 'FAILED'],
    ['a count', { ToleratedFailureCount: 1 }, { items: ['a', 1, 2] }, 'SUCCEEDED'],
    ['no more than the count', { ToleratedFailureCount: 1 }, { items: ['a', 'b', 2] }, 'FAILED'],
    [
      'a percentage',
      { ToleratedFailurePercentagePath: '$.percentage' },
      { items: ['a', 1, 2], percentage: 34 },
      'SUCCEEDED',
    ],
    [
      'exactly the percentage',
      { ToleratedFailurePercentage: 25 },
      { items: ['a', 1, 2, 3] },
      'SUCCEEDED',
    ],
    [
      'no more than the percentage',
      { ToleratedFailurePercentagePath: '$.percentage' },
      { items: ['a', 1, 2], percentage: 33 },
      'FAILED',
    ],
    [
      'whichever is exceeded first',
      { ToleratedFailureCountPath: '$.count', ToleratedFailurePercentage: 100 },
      { items: ['a', 1], count: 0 },
      'FAILED',
    ],
  ])('are tolerated: %s', async (_what, tolerance, input, status) => {
    const { start, describe } = given(map(tolerance), failOn('a', 'b'));
    expect(await describe(await start(input))).toMatchObject({
      status,
      ...(status === 'FAILED' && {
        error: 'States.ExceedToleratedFailureThreshold',
        cause: 'The specified tolerated failure threshold was exceeded',
      }),
    });
  });

  it('abort the children that run and leave the others pending, if they are too many', async () => {
    const worker: Work = (input) => (input === 'a' ? failOn('a')(input) : never(input));
    const { start, mapRun, children, events } = given(map({ MaxConcurrency: 2 }), worker);
    const arn = await start({ items: ['slow', 'a', 'later'] });
    expect(await mapRun(arn)).toMatchObject({
      status: 'FAILED',
      executionCounts: { failed: 1, aborted: 1, pending: 1, succeeded: 0, total: 3 },
    });
    expect((await children(arn)).map(({ status }) => status)).toEqual(['ABORTED', 'FAILED']);
    const types = (await events(arn)).map(({ type }) => type);
    expect(types.slice(-3)).toEqual(['MapRunFailed', 'MapStateFailed', 'ExecutionFailed']);
  });
});

describe('the results', () => {
  const definition = map({ ResultWriter: writer, ToleratedFailurePercentage: 100 });

  it('are written to S3, with a manifest that says where', async () => {
    const { start, describe, mapRun, children, file } = given(definition, failOn('a'));
    const arn = await start({ items: [1, 'a', 2], results: 'out/' });
    const { mapRunArn = '', ...run } = await mapRun(arn);
    const folder = `out/${mapRunArn.split(':').at(-1)}`;
    const Key = `${folder}/manifest.json`;
    expect(output(await describe(arn))).toEqual({
      MapRunArn: mapRunArn,
      ResultWriterDetails: { Bucket: 'lists', Key },
    });
    const sizeOf = (key: string) => JSON.stringify(file(key)).length;
    const place = (kind: string) => {
      const key = `${folder}/${kind}_0.json`;
      return { Key: key, Size: sizeOf(key) };
    };
    expect(file(Key)).toEqual({
      DestinationBucket: 'lists',
      MapRunArn: mapRunArn,
      ResultFiles: { FAILED: [place('FAILED')], PENDING: [], SUCCEEDED: [place('SUCCEEDED')] },
    });
    expect(run).toMatchObject({ executionCounts: { resultsWritten: 3 } });
    const [first, second] = await children(arn);
    const succeeded = file(`${folder}/SUCCEEDED_0.json`);
    expect(succeeded.map(({ Output }: { Output: string }) => Output)).toEqual([
      '{"did":1}',
      '{"did":2}',
    ]);
    expect(succeeded[0]).toEqual({
      ExecutionArn: first?.executionArn,
      Input: '1',
      InputDetails: { Included: true },
      Name: first?.name,
      Output: '{"did":1}',
      OutputDetails: { Included: true },
      RedriveCount: 0,
      RedriveStatus: 'NOT_REDRIVABLE',
      RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      StartDate: expect.stringMatching(/^\d{4}-/),
      StateMachineArn: statesArn('stateMachine:bulk/Each'),
      Status: 'SUCCEEDED',
      StopDate: expect.stringMatching(/^\d{4}-/),
    });
    expect(file(`${folder}/FAILED_0.json`)).toMatchObject([
      { ExecutionArn: second?.executionArn, Input: '"a"', Error: 'Bad', Status: 'FAILED' },
    ]);
  });

  it('of a Map Run that failed are written too', async () => {
    const { start, mapRun, file } = given(
      map({ ResultWriter: writer, MaxConcurrency: 1 }),
      failOn('a'),
    );
    const { mapRunArn = '' } = await mapRun(await start({ items: ['a', 1], results: 'out' }));
    const folder = `out/${mapRunArn.split(':').at(-1)}`;
    expect(file(`${folder}/PENDING_0.json`)).toEqual([
      { Input: '1', InputDetails: { Included: true }, Status: 'PENDING' },
    ]);
    expect(file(`${folder}/manifest.json`)).toMatchObject({
      ResultFiles: { FAILED: [{}], PENDING: [{}], SUCCEEDED: [] },
    });
  });

  it('that could not be written let nothing start', async () => {
    const { start, describe, denied, invoked, redrive } = given(definition, failOn());
    denied.add('put');
    const arn = await start({ items: [1], results: 'out' });
    expect(await describe(arn)).toMatchObject({
      error: 'States.ResultWriterFailed',
      cause: expect.stringContaining('AccessDenied'),
    });
    expect(invoked).toEqual([]);
    denied.clear();
    await redrive(arn);
    expect(await describe(arn)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('that can no longer be written fail the state', async () => {
    const { start, describe, denied, mapRun } = given(definition, () => denied.add('put'));
    const arn = await start({ items: [1], results: 'out' });
    expect(await describe(arn)).toMatchObject({ error: 'States.ResultWriterFailed' });
    expect(await mapRun(arn)).toMatchObject({ status: 'FAILED', itemCounts: { succeeded: 1 } });
  });
});

describe('a redrive', () => {
  const definition = map({ ResultWriter: writer, MaxConcurrency: 2 });

  it('goes on with what failed, was aborted or is pending, and repeats no success', async () => {
    let healed = false;
    const worker: Work = (input) => {
      if (input === 'done' || healed) return { did: input };
      return input === 'a' ? failOn('a')(input) : never(input);
    };
    const { start, redrive, describe, mapRun, children, invoked, events, file } = given(
      definition,
      worker,
    );
    const arn = await start({ items: ['done', 'slow', 'a', 'later'], results: 'out' });
    const before = await children(arn);
    expect(before.map(({ status }) => status)).toEqual(['SUCCEEDED', 'ABORTED', 'FAILED']);
    healed = true;
    await jest.advanceTimersByTimeAsync(1000);
    await redrive(arn);
    const after = await children(arn);
    expect(invoked).toEqual(['done', 'slow', 'a', 'slow', 'a', 'later']);
    expect(after.slice(0, 3).map(({ executionArn }) => executionArn)).toEqual(
      before.map(({ executionArn }) => executionArn),
    );
    expect(after.map(({ status, redriveCount }) => [status, redriveCount])).toEqual([
      ['SUCCEEDED', 0],
      ['SUCCEEDED', 1],
      ['SUCCEEDED', 1],
      ['SUCCEEDED', 0],
    ]);
    const { mapRunArn = '', ...run } = await mapRun(arn);
    expect(run).toMatchObject({
      ...{ status: 'SUCCEEDED', redriveCount: 1, redriveDate: new Date() },
      executionCounts: { succeeded: 4, failed: 0, aborted: 0, pending: 0, pendingRedrive: 0 },
    });
    const found = await events(arn);
    expect(found.map(({ type }) => type).slice(4)).toEqual([
      ...['MapRunFailed', 'MapStateFailed', 'ExecutionFailed', 'ExecutionRedriven'],
      ...['MapRunRedriven', 'MapRunSucceeded', 'MapStateSucceeded', 'MapStateExited'],
      'ExecutionSucceeded',
    ]);
    expect(found[8]).toMatchObject({ mapRunRedrivenEventDetails: { mapRunArn, redriveCount: 1 } });
    const folder = `out/${mapRunArn.split(':').at(-1)}`;
    const { ResultWriterDetails } = output(await describe(arn));
    expect(ResultWriterDetails.Key).toBe(`${folder}/Redrive-1/manifest.json`);
    const { SUCCEEDED, ...others } = file(ResultWriterDetails.Key).ResultFiles;
    expect(SUCCEEDED.map(({ Key }: { Key: string }) => Key)).toEqual([
      `${folder}/SUCCEEDED_0.json`,
      `${folder}/Redrive-1/SUCCEEDED_0.json`,
    ]);
    expect(others).toEqual({ FAILED: [], PENDING: [] });
    expect(file(`${folder}/Redrive-1/SUCCEEDED_0.json`)).toHaveLength(3);
  });

  it('lets children wait for their turn', async () => {
    let healed = false;
    const worker: Work = (input) => (healed ? never(input) : failOn('a', 'b')(input));
    const tolerant = map({ MaxConcurrency: 1, ToleratedFailureCount: 1 });
    const { start, redrive, mapRun } = given(tolerant, worker);
    const arn = await start({ items: ['a', 'b'] });
    healed = true;
    await redrive(arn);
    expect(await mapRun(arn)).toMatchObject({
      executionCounts: { running: 1, pendingRedrive: 1, failed: 0 },
    });
  });

  it('takes the permission to redrive the children', async () => {
    const asked: string[] = [];
    const { start, redrive } = given(definition, failOn('a'), async (_actor, check) => {
      asked.push(`${check.action} ${check.resource}`);
      return { allowed: true };
    });
    await redrive(await start({ items: ['a'], results: 'out' }));
    expect(asked).toEqual([
      `states:StartExecution ${statesArn('stateMachine:bulk')}`,
      `states:StartExecution ${statesArn('stateMachine:bulk')}`,
      `states:RedriveExecution ${statesArn('execution:bulk/Each:*')}`,
    ]);
  });
});

describe('a stop of the parent', () => {
  it('aborts the children, and a redrive goes on with them', async () => {
    let healed = false;
    const worker: Work = (input) => (healed || input === 1 ? { did: input } : never(input));
    const { start, stop, redrive, mapRun, children, events, describe, invoked } = given(
      map({ MaxConcurrency: 2 }),
      worker,
    );
    const arn = await start({ items: [1, 2, 3, 4] });
    await stop(arn);
    expect((await children(arn)).map(({ status }) => status)).toEqual([
      ...['SUCCEEDED', 'ABORTED', 'ABORTED'],
    ]);
    expect(await mapRun(arn)).toMatchObject({
      status: 'ABORTED',
      executionCounts: { aborted: 2, pending: 1, succeeded: 1 },
    });
    const types = (await events(arn)).map(({ type }) => type);
    expect(types.slice(-2)).toEqual(['MapRunAborted', 'ExecutionAborted']);
    healed = true;
    await redrive(arn);
    expect(output(await describe(arn))).toEqual([1, 2, 3, 4].map((did) => ({ did })));
    expect(invoked).toEqual([1, 2, 3, 2, 3, 4]);
  });

  it('has its results written before a redrive goes on', async () => {
    const { gates, start, stop, redrive, children } = given(map({ ResultWriter: writer }), never);
    const { promise, resolve } = Promise.withResolvers<void>();
    gates.push(promise);
    const arn = await start({ items: [1], results: 'out' });
    await stop(arn);
    await redrive(arn);
    expect(await children(arn)).toMatchObject([{ status: 'ABORTED' }]);
    resolve();
    await settle();
    expect(await children(arn)).toMatchObject([{ status: 'RUNNING' }]);
  });

  it('that is redriven at once first comes to its end, and runs nothing twice at a time', async () => {
    const definition = map({ MaxConcurrency: 2, ResultWriter: writer });
    const { operations, start, mapRun, file } = given(definition, never);
    const arn = await start({ items: [1, 2, 3], results: 'out' });
    await operations.StopExecution.run({ executionArn: arn }, call);
    await operations.RedriveExecution.run({ executionArn: arn }, call);
    await settle();
    const { mapRunArn = '', ...run } = await mapRun(arn);
    expect(run).toMatchObject({
      status: 'RUNNING',
      executionCounts: { running: 2, pending: 1, pendingRedrive: 0 },
    });
    expect(file(`out/${mapRunArn.split(':').at(-1)}/FAILED_0.json`)).toMatchObject([
      { Status: 'ABORTED' },
      { Status: 'ABORTED' },
    ]);
  });
});

it('starts a new Map Run for each try of a Retry', async () => {
  const Retry = [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], IntervalSeconds: 1 }];
  let tries = 0;
  const worker: Work = () => {
    tries += 1;
    if (tries === 1) throw new Error('once');
  };
  const { operations, start, describe } = given(map({ Retry }), worker);
  const executionArn = await start({ items: [1] });
  await jest.advanceTimersByTimeAsync(1000);
  expect(await describe(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
  const { mapRuns } = await operations.ListMapRuns.run({ executionArn }, call);
  expect(mapRuns).toHaveLength(2);
});

describe('a definition is refused', () => {
  const inline = { ProcessorConfig: { Mode: 'INLINE' } };
  it.each([
    ['in inline mode', map({ ItemProcessor: { ...inline, ...work } }), /Mode/],
    ['with an ItemBatcher', map({ ItemBatcher: { MaxItemsPerBatch: 2 } }), /ItemBatcher/],
    [
      'with a reader of something else',
      withReader({ ItemReader: reader('MANIFEST') }),
      /InputType/,
    ],
    [
      'with a writer that transforms',
      map({ ResultWriter: { ...writer, WriterConfig: {} } }),
      /WriterConfig/,
    ],
  ])('%s', (_what, definition, message) => {
    expect(() => given(definition, failOn())).toThrow(
      expect.objectContaining({
        name: 'InvalidDefinition',
        message: expect.stringMatching(message),
      }),
    );
  });
});
