import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { requestFor } from '../shared/allowed.ts';
import {
  type Batch,
  BatchRequest,
  type Entry,
  entriesOf,
  itemsOf,
  readList,
} from '../shared/batch/batch.ts';
import { readObject, uriOf, writeObject } from '../shared/batch/objects.ts';
import { s3, sfn } from '../shared/clients.ts';
import { type Problem, problemsIn } from '../shared/errors.ts';
import { batches, digestOf, listExecutions } from '../shared/executions/executions.ts';
import {
  accepted,
  findKeyed,
  type Start,
  startKeyed,
  startNext,
} from '../shared/executions/starting.ts';
import { badRequest, HttpProblem, type HttpResponse, jsonIn, route } from '../shared/http.ts';
import { type Settings, settings } from '../shared/settings.ts';

/** So many problems of a list are told; whoever mends them sees the next. */
const shownProblems = 50;

const refuse = (problems: readonly Problem[]): never => {
  const more = problems.length - shownProblems;
  const rest = more > 0 ? [{ path: 'body', message: `has ${more} more problems` }] : [];
  throw badRequest([...problems.slice(0, shownProblems), ...rest]);
};

/** The list that a request points to. Only what is in Sightline's own bucket can be read. */
const fetchList = async (client: S3Client, bucket: string, list: string) => {
  const [, , inBucket, ...path] = list.split('/');
  const key = path.join('/');
  if (inBucket !== bucket) {
    const message = `expected an object in Sightline’s own bucket: aws s3 cp … ${uriOf(bucket, 'lists/')}`;
    return refuse([{ path: 'list', message }]);
  }
  const text = await readObject(client, bucket, key);
  if (text === undefined) return refuse([{ path: 'list', message: `there is no ${list}` }]);
  const read = readList(key, text);
  return 'items' in read ? read.items : refuse(read.problems);
};

const readEntries = async (
  client: S3Client,
  { accounts, list = '', request }: BatchRequest,
  known: Settings,
): Promise<Entry[]> => {
  const items = accounts ? itemsOf(accounts) : await fetchList(client, known.batchBucket, list);
  const read = entriesOf(items, request, requestFor(known));
  return 'entries' in read ? read.entries : refuse(read.problems);
};

/** The batch of the same request that is running, if there is one. */
const findRunning = async (client: SFNClient, { of, prefix }: Start) => {
  for await (const { name } of listExecutions(client, 'RUNNING', of)) {
    if (name.startsWith(prefix)) return accepted(of, name, 'RUNNING');
  }
  return undefined;
};

const refuseAsRunning = (running: string): never => {
  const detail = `Batch ${running}, of other accounts, has the same name. Send an Idempotency-Key.`;
  throw new HttpProblem(409, 'Another batch is running', detail, { running });
};

/**
 * Starts the onboarding of many accounts, or finds the batch that the same request, or the same
 * Idempotency-Key, has started. Nothing is started unless every request of it is right. Answers 202.
 */
export const startBatch = async (
  clients: { s3: S3Client; sfn: SFNClient },
  asked: BatchRequest,
  key: string | undefined,
): Promise<HttpResponse> => {
  const known = settings();
  const entries = await readEntries(clients.s3, asked, known);
  const { maxConcurrency, toleratedFailurePercentage } = asked;
  const content = JSON.stringify(entries);
  const digest = digestOf(`${content} ${maxConcurrency} ${toleratedFailurePercentage}`);
  // The same list has the same key, so that the same request is the same input.
  const list = `batches/lists/${digest}.json`;
  await writeObject(clients.s3, known.batchBucket, list, content);
  const todo = { list, redriveCount: 0 };
  const batch = {
    list,
    accounts: entries.length,
    maxConcurrency,
    toleratedFailurePercentage,
    todo,
  };
  const input = JSON.stringify(batch satisfies Batch);
  const start = { of: batches(), prefix: 'batch_', input };
  if (key !== undefined) {
    return (await findKeyed(clients.sfn, start, key)) ?? startKeyed(clients.sfn, start, key);
  }
  const numbered = { ...start, prefix: `batch_${digest.slice(0, 12)}_` };
  const running = await findRunning(clients.sfn, numbered);
  return running ?? startNext(clients.sfn, numbered, refuseAsRunning);
};

/** A batch of 10,000 requests that name their VPC has about 1 MB; Lambda takes 6 MB. */
const maxBodyBytes = 5 * 1024 * 1024;

export const handler = route(
  ({ headers, body }) => {
    const json = jsonIn(body);
    const parsed = BatchRequest.safeParse(Array.isArray(json) ? { accounts: json } : json);
    if (!parsed.success) throw badRequest(problemsIn(parsed.error));
    const key = headers['idempotency-key'] || undefined;
    return startBatch({ s3: s3(), sfn: sfn() }, parsed.data, key);
  },
  { maxBodyBytes },
);
