import type { Entry } from '../../../shared/batch/batch.ts';
import {
  asLines,
  countsOf,
  isOfChildren,
  linesIn,
  resultsOf,
} from '../../../shared/batch/batchResults.ts';
import { SightlineError } from '../../../shared/errors.ts';
import { prefixOf } from '../../../shared/executions/executions.ts';
import { accountId, aRequest, executionArns, vpcId } from '../../builders.ts';
import { aChild, aFailedChild, aReadyChild } from '../recordedChildren.ts';

const anEntry = (id: string, parts: object = {}): Entry => {
  const request = aRequest({ accountId: id, ...parts });
  return { prefix: prefixOf(request), request };
};

const one = anEntry(accountId);
const other = anEntry('333333333333', { vpcId, region: 'eu-west-1' });

const lines = (entries: readonly Entry[], ...files: object[][]) =>
  resultsOf(
    entries,
    files.map((children) => JSON.stringify(children)),
  ).map(({ line }) => line);

describe('the line of an account', () => {
  it('says ready where something was made, already where nothing had to be, and which onboarding it was', () => {
    expect(lines([one, other], [aReadyChild(one, 'a', 8), aReadyChild(other, 'b', 0)])).toEqual([
      { accountId, result: 'ready', onboarding: 'a' },
      {
        accountId: '333333333333',
        region: 'eu-west-1',
        vpcId,
        result: 'already',
        onboarding: 'b',
      },
    ]);
  });

  it('says why the onboarding failed, and the remedy', () => {
    const error = new SightlineError('AccountNotAllowed', { accountId });
    expect(lines([one], [aFailedChild(one, 'a', error)])).toEqual([
      {
        accountId,
        result: 'failed',
        onboarding: 'a',
        error: 'AccountNotAllowed',
        message: `Account ${accountId} is none of those in which Sightline may act.`,
        remedy: expect.stringContaining('--param allowedAccounts'),
      },
    ]);
  });

  it.each([
    ['TIMED_OUT', 'States.Timeout'],
    ['ABORTED', 'Aborted'],
  ] as const)('says that the onboarding is %s', (Status, error) => {
    const Cause = JSON.stringify({ ExecutionArn: `${executionArns}:a`, Status });
    const child = aChild(one, { Status: 'FAILED', Error: 'States.TaskFailed', Cause });
    expect(lines([one], [child])).toMatchObject([{ result: 'failed', error, onboarding: 'a' }]);
  });

  it('says why the onboarding could not even be started', () => {
    const child = aChild(one, {
      Status: 'FAILED',
      Error: 'StepFunctions.ExecutionLimitExceeded',
      Cause: 'The maximum number of running executions has been reached.',
    });
    expect(lines([one], [child])).toMatchObject([
      {
        result: 'failed',
        error: 'StepFunctions.ExecutionLimitExceeded',
        message: 'The maximum number of running executions has been reached.',
      },
    ]);
  });

  it('says that the batch stopped while the account was tried', () => {
    expect(lines([one], [aChild(one, { Status: 'ABORTED' })])).toMatchObject([
      { result: 'failed', error: 'Aborted' },
    ]);
  });

  it('says that it was not tried where nothing is known of it', () => {
    expect(lines([one, other], [aReadyChild(other, 'b', 1)])).toEqual([
      { accountId, result: 'not tried' },
      expect.objectContaining({ result: 'ready' }),
    ]);
  });

  it('is of the last time, in whichever file that is', () => {
    const error = new SightlineError('AccountNotAllowed', { accountId });
    const failed = aFailedChild(one, 'a', error, '2026-11-02T08:00:00.000Z');
    const ready = aReadyChild(one, 'b', 3, '2026-11-02T09:00:00.000Z');
    const expected = [{ accountId, result: 'ready', onboarding: 'b' }];
    expect(lines([one], [failed], [ready])).toEqual(expected);
    expect(lines([one], [ready], [failed])).toEqual(expected);
  });
});

it('a result file has a line for each account, and is read again as it was written', () => {
  const written = lines([one, other], [aReadyChild(other, 'b', 1)]);
  expect(asLines(written).split('\n')).toHaveLength(3);
  expect(linesIn(asLines(written))).toEqual(written);
  expect(countsOf(written)).toEqual({ ready: 1, already: 0, failed: 0, notTried: 1 });
});

it.each([
  ['batches/b/runs/1/SUCCEEDED_0.json', true],
  ['batches/b/runs/1/FAILED_12.json', true],
  ['batches/b/runs/1/PENDING_0.json', false],
  ['batches/b/runs/1/manifest.json', false],
])('%s tells what became of children: %s', (key, expected) => {
  expect(isOfChildren(key)).toBe(expected);
});
