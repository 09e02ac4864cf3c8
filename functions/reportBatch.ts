import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { Batch, Entry } from '../shared/batch/batch.ts';
import {
  asLines,
  countsOf,
  isOfChildren,
  isReady,
  type ResultLine,
  resultsOf,
} from '../shared/batch/batchResults.ts';
import { listKeys, readObject, uriOf, writeObject } from '../shared/batch/objects.ts';
import { s3 } from '../shared/clients.ts';
import { SightlineError } from '../shared/errors.ts';
import { settings } from '../shared/settings.ts';
import { task } from '../shared/task.ts';
import { parse } from '../shared/zod.ts';

const Input = z.object({
  executionName: z.string(),
  /** How often the batch has been redriven so far. */
  redriveCount: z.int(),
  batch: Batch,
});

/** The bucket of the batches, and how to talk to it. */
type Store = { client: S3Client; bucket: string };

const readText = async ({ client, bucket }: Store, key: string): Promise<string> => {
  const text = await readObject(client, bucket, key);
  if (text !== undefined) return text;
  throw new SightlineError('BatchListMissing', { list: uriOf(bucket, key) });
};

const readResults = async (store: Store, entries: readonly Entry[], directory: string) => {
  const keys = await listKeys(store.client, store.bucket, `${directory}/runs/`);
  const files: string[] = [];
  for (const key of keys.filter(isOfChildren)) files.push(await readText(store, key));
  return resultsOf(entries, files);
};

/** So many accounts are named where it is told that a batch is not ready; the result file names all. */
const namedAccounts = 10;

const notReady = (lines: readonly ResultLine[], results: string, batchId: string) => {
  const left = lines.filter((line) => !isReady(line));
  const named = left
    .slice(0, namedAccounts)
    .map(({ accountId, error, result }) => `${accountId} (${error ?? result})`);
  const more = left.length > named.length ? [`${left.length - named.length} more`] : [];
  return new SightlineError('AccountsNotReady', {
    count: left.length,
    accounts: lines.length,
    named: [...named, ...more].join(', '),
    results,
    batchId,
  });
};

/**
 * Writes one line for each account of a batch into its result file. Where some are not ready, it throws
 * `AccountsNotReady`, which fails the execution at this step; when the execution is redriven, it lists
 * those accounts, and only they are tried again.
 */
export const reportBatch = async (
  store: Store,
  { executionName, redriveCount, batch }: z.output<typeof Input>,
) => {
  const directory = `batches/${executionName}`;
  const entries = parse(z.array(Entry), JSON.parse(await readText(store, batch.list)));
  const results = await readResults(store, entries, directory);
  const lines = results.map(({ line }) => line);
  const key = `${directory}/results.jsonl`;
  await writeObject(store.client, store.bucket, key, asLines(lines));
  const file = uriOf(store.bucket, key);
  const counts = countsOf(lines);
  const left = results.filter(({ line }) => !isReady(line)).map(({ entry }) => entry);
  const about = { accounts: lines.length, ...counts, results: file };
  if (left.length === 0) {
    return { ...about, left: 0, did: `${lines.length} accounts are ready: ${file}` };
  }
  if (redriveCount <= batch.todo.redriveCount) throw notReady(lines, file, executionName);
  const list = `${directory}/todo-${redriveCount}.json`;
  await writeObject(store.client, store.bucket, list, JSON.stringify(left));
  const did = `${left.length} of ${lines.length} accounts are tried again`;
  return { ...about, left: left.length, todo: { list, redriveCount }, did };
};

export const handler = task(Input, (input) =>
  reportBatch({ client: s3(), bucket: settings().batchBucket }, input),
);
