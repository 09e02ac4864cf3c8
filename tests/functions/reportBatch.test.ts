import { handler } from '../../functions/reportBatch.ts';
import type { Entry } from '../../shared/batch/batch.ts';
import { SightlineError } from '../../shared/errors.ts';
import { prefixOf } from '../../shared/executions/executions.ts';
import { accountId, aRequest, batchBucket } from '../builders.ts';
import { aFailedChild, aReadyChild } from '../shared/recordedChildren.ts';
import { givenObjects } from '../shared/recordedObjects.ts';
import '../shared/recordedAws.ts';

const anEntry = (id: string): Entry => {
  const request = aRequest({ accountId: id });
  return { prefix: prefixOf(request), request };
};

const one = anEntry(accountId);
const two = anEntry('333333333333');
const three = anEntry('444444444444');

const list = 'batches/lists/a.json';
const results = 'batches/batch_1/results.jsonl';
const batch = { list, accounts: 3, maxConcurrency: 9, toleratedFailurePercentage: 100 };

/** What the batch says of itself, `redriveCount` redrives after its start. */
const report = (redriveCount = 0, todo = { list, redriveCount: 0 }) =>
  handler(
    { executionName: 'batch_1', redriveCount, batch: { ...batch, todo } },
    { functionName: 'reportBatch' },
  );

const notAllowed = new SightlineError('AccountNotAllowed', { accountId: '333333333333' });

/** The batch's list, and what its Map Runs have written. */
const given = (runs: Record<string, object[]>) =>
  givenObjects({
    [list]: JSON.stringify([one, two, three]),
    ...Object.fromEntries(
      Object.entries(runs).map(([name, children]) => [
        `batches/batch_1/runs/${name}`,
        JSON.stringify(children),
      ]),
    ),
    'batches/batch_2/runs/1/FAILED_0.json': 'of another batch',
    'batches/batch_1/runs/1/manifest.json': 'no children',
  });

const partly = {
  '1/SUCCEEDED_0.json': [aReadyChild(one, 'a', 8)],
  '1/SUCCEEDED_1.json': [aReadyChild(three, 'c', 0)],
  '1/FAILED_0.json': [aFailedChild(two, 'b', notAllowed)],
};

const linesOf = (objects: Map<string, string>) =>
  (objects.get(results) ?? '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

it('writes a line for each account in the order of the list, and counts them', async () => {
  const objects = given({
    '1/SUCCEEDED_0.json': [aReadyChild(three, 'c', 0), aReadyChild(one, 'a', 8)],
    '1/SUCCEEDED_1.json': [aReadyChild(two, 'b', 1)],
  });
  await expect(report()).resolves.toEqual({
    accounts: 3,
    ready: 2,
    already: 1,
    failed: 0,
    notTried: 0,
    left: 0,
    results: `s3://${batchBucket}/${results}`,
    did: `3 accounts are ready: s3://${batchBucket}/${results}`,
  });
  expect(linesOf(objects).map((line) => [line.accountId, line.result])).toEqual([
    [accountId, 'ready'],
    ['333333333333', 'ready'],
    ['444444444444', 'already'],
  ]);
});

describe('where accounts are not ready', () => {
  it('fails with which they are and what to do, after the result file is written', async () => {
    const objects = given(partly);
    await expect(report()).rejects.toMatchObject({
      name: 'AccountsNotReady',
      message: expect.stringMatching(
        /^1 of 3 accounts of the batch are not ready: 333333333333 \(AccountNotAllowed\)\.\nRemedy: Mend what s3:.*results\.jsonl says.*POST \/onboardings\/batch\/batch_1\/redrive/,
      ),
    });
    expect(linesOf(objects)[1]).toMatchObject({ result: 'failed', remedy: expect.any(String) });
  });

  it('fails again in the same way when it is called again without a redrive', async () => {
    const objects = given(partly);
    await report().catch(() => undefined);
    const before = new Map(objects);
    await expect(report()).rejects.toMatchObject({ name: 'AccountsNotReady' });
    expect(objects).toEqual(before);
  });

  it('lists just those when the batch is redriven', async () => {
    const objects = given(partly);
    const todo = { list: 'batches/batch_1/todo-1.json', redriveCount: 1 };
    await expect(report(1)).resolves.toMatchObject({
      left: 1,
      todo,
      did: '1 of 3 accounts are tried again',
    });
    expect(JSON.parse(objects.get(todo.list) ?? '')).toEqual([two]);
  });

  it('tells what came of trying again together with what was ready before', async () => {
    const later = '2026-11-02T10:00:00.000Z';
    const todo = { list: 'batches/batch_1/todo-1.json', redriveCount: 1 };
    const objects = given({ ...partly, '2/SUCCEEDED_0.json': [aReadyChild(two, 'd', 5, later)] });
    await expect(report(1, todo)).resolves.toMatchObject({ ready: 2, already: 1, left: 0 });
    expect(linesOf(objects)[1]).toEqual({
      accountId: '333333333333',
      result: 'ready',
      onboarding: 'd',
    });
  });

  it('fails once more where they are still not ready after that', async () => {
    const todo = { list: 'batches/batch_1/todo-1.json', redriveCount: 1 };
    given(partly);
    await expect(report(1, todo)).rejects.toMatchObject({ name: 'AccountsNotReady' });
    await expect(report(2, todo)).resolves.toMatchObject({ left: 1 });
  });

  it('counts those that were not tried among them', async () => {
    given({ '1/FAILED_0.json': [aFailedChild(two, 'b', notAllowed)] });
    await expect(report()).rejects.toMatchObject({
      message: expect.stringContaining(
        `3 of 3 accounts of the batch are not ready: ${accountId} (not tried), 333333333333 (AccountNotAllowed), 444444444444 (not tried).`,
      ),
    });
  });

  it('names ten of them', async () => {
    const many = Array.from({ length: 12 }, (_, index) => anEntry(`5000000000${index + 10}`));
    givenObjects({ [list]: JSON.stringify(many) });
    await expect(report()).rejects.toMatchObject({
      message: expect.stringContaining('500000000019 (not tried), 2 more.'),
    });
  });
});

it('says which list is gone', async () => {
  givenObjects();
  await expect(report()).rejects.toMatchObject({
    name: 'BatchListMissing',
    message: expect.stringContaining(`s3://${batchBucket}/${list}`),
  });
});
