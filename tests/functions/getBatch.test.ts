import {
  DescribeMapRunCommand,
  ListMapRunsCommand,
  type ListMapRunsInput,
} from '@aws-sdk/client-sfn';
import { handler } from '../../functions/getBatch.ts';
import { handler as redrive } from '../../functions/redriveBatch.ts';
import { SightlineError } from '../../shared/errors.ts';
import { accountId, anApiEvent, batchBucket, bulkStateMachineArn } from '../builders.ts';
import { changesIn, sfn } from '../shared/recordedAws.ts';
import { anExecution, type Execution, givenExecutions } from '../shared/recordedExecutions.ts';
import { givenObjects } from '../shared/recordedObjects.ts';

const executionArn = `${bulkStateMachineArn.replace(':stateMachine:', ':execution:')}:batch_1`;
const list = 'batches/lists/a.json';
const asked = { accounts: 3, maxConcurrency: 9, toleratedFailurePercentage: 50 };
const input = JSON.stringify({ ...asked, list, todo: { list, redriveCount: 0 } });

const aBatch = (parts: Partial<Execution> = {}) =>
  anExecution({ name: 'batch_1', stateMachineArn: bulkStateMachineArn, input, ...parts });

const nothing = { timedOut: 0, aborted: 0, resultsWritten: 0 };

/** The Map Runs of the batch: each with its counts, the oldest last, as on pages of one each. */
const givenMapRuns = (...runs: object[]) => {
  const page = ({ nextToken = '0' }: ListMapRunsInput) => {
    const index = Number(nextToken);
    const run = {
      executionArn,
      mapRunArn: `run-${index}`,
      stateMachineArn: bulkStateMachineArn,
      startDate: new Date(2026, 10, 20 - index),
    };
    return {
      mapRuns: runs.length > 0 ? [run] : [],
      ...(index + 1 < runs.length && { nextToken: String(index + 1) }),
    };
  };
  sfn.on(ListMapRunsCommand).callsFake(page);
  runs.forEach((counts, index) => {
    sfn
      .on(DescribeMapRunCommand, { mapRunArn: `run-${index}` })
      .resolves({ itemCounts: { ...nothing, ...counts } as never });
  });
};

const get = async (id = 'batch_1') => {
  const answer = await handler(anApiEvent({ path: { id } }));
  return { ...answer, body: JSON.parse(answer.body) };
};

it('tells how far a batch is that runs', async () => {
  givenExecutions(aBatch());
  givenMapRuns({ total: 3, pending: 1, running: 1, succeeded: 0, failed: 1 });
  givenObjects();
  expect(await get()).toMatchObject({
    statusCode: 200,
    body: {
      id: 'batch_1',
      executionArn,
      status: 'RUNNING',
      startedAt: '2026-11-02T08:00:00.000Z',
      ...asked,
      progress: { total: 3, pending: 1, running: 1, succeeded: 0, failed: 1 },
    },
  });
});

it('tells of the newest Map Run, and counts what was stopped as failed', async () => {
  givenExecutions(aBatch());
  givenMapRuns(
    { total: 2, pending: 0, running: 0, succeeded: 0, failed: 0, aborted: 1, timedOut: 1 },
    { total: 3, pending: 0, running: 0, succeeded: 1, failed: 2 },
  );
  givenObjects();
  expect((await get()).body.progress).toMatchObject({ total: 2, failed: 2 });
});

it('says nothing of progress and results before there are any', async () => {
  givenExecutions(aBatch());
  givenMapRuns();
  givenObjects();
  const { body } = await get();
  expect(body).not.toHaveProperty('progress');
  expect(body).not.toHaveProperty('results');
});

it('names the accounts that are not ready, each with its remedy, and where all are listed', async () => {
  const { name: error, message: cause } = new SightlineError('AccountsNotReady', {
    count: 1,
    accounts: 2,
    named: '333333333333 (RouteConflict)',
    results: 's3://…',
    batchId: 'batch_1',
  });
  const failed = {
    accountId: '333333333333',
    result: 'failed',
    error: 'RouteConflict',
    remedy: 'R',
  };
  givenExecutions(aBatch({ status: 'FAILED', error, cause, redriveStatus: 'REDRIVABLE' }));
  givenMapRuns();
  givenObjects({
    'batches/batch_1/results.jsonl': `${JSON.stringify({ accountId, result: 'ready' })}\n${JSON.stringify(failed)}\n`,
  });
  expect((await get()).body).toMatchObject({
    status: 'FAILED',
    results: {
      ready: 1,
      already: 0,
      failed: 1,
      notTried: 0,
      file: `s3://${batchBucket}/batches/batch_1/results.jsonl`,
      notReady: [failed],
    },
    failure: {
      name: 'AccountsNotReady',
      message: '1 of 2 accounts of the batch are not ready: 333333333333 (RouteConflict).',
      remedy: expect.stringContaining('redrive'),
      redrivable: true,
    },
  });
});

it.each(['nonsense', 'no/id'])('answers 404 for %s', async (id) => {
  givenExecutions(anExecution({ name: 'nonsense' }));
  expect(await get(id)).toMatchObject({
    statusCode: 404,
    body: { detail: `No batch ${id}.` },
  });
});

it('a redrive is one of the batch', async () => {
  givenExecutions(aBatch({ status: 'FAILED' }));
  sfn.onAnyCommand({ executionArn }).resolves({});
  const answer = await redrive(anApiEvent({ path: { id: 'batch_1' } }));
  expect(answer).toMatchObject({
    statusCode: 202,
    headers: { location: '/onboardings/batch/batch_1' },
  });
  expect(await changesIn(sfn)).toMatchObject([
    { command: 'RedriveExecution', input: { executionArn } },
  ]);
});
