import type { S3Client } from '@aws-sdk/client-s3';
import {
  DescribeMapRunCommand,
  type MapRunListItem,
  paginateListMapRuns,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { Batch } from '../shared/batch/batch.ts';
import { countsOf, isReady, linesIn } from '../shared/batch/batchResults.ts';
import { readObject, uriOf } from '../shared/batch/objects.ts';
import { s3, sfn } from '../shared/clients.ts';
import { batches } from '../shared/executions/executions.ts';
import { failurePart, findExecution, headOf } from '../shared/executions/lookup.ts';
import { type HttpResponse, route } from '../shared/http.ts';
import { settings } from '../shared/settings.ts';
import { parse } from '../shared/zod.ts';

/** The newest Map Run: the first one tries all accounts, each one after a redrive those that were left. */
const findMapRun = async (client: SFNClient, executionArn: string) => {
  const found: MapRunListItem[] = [];
  for await (const page of paginateListMapRuns({ client }, { executionArn })) {
    found.push(...(page.mapRuns ?? []));
  }
  const startOf = ({ startDate }: MapRunListItem) => startDate?.getTime() ?? 0;
  return found.toSorted((one, other) => startOf(other) - startOf(one))[0];
};

/** How many accounts the newest Map Run has, and how far they are. */
const readProgress = async (client: SFNClient, executionArn: string) => {
  const newest = await findMapRun(client, executionArn);
  if (!newest) return undefined;
  const { itemCounts } = await client.send(
    new DescribeMapRunCommand({ mapRunArn: newest.mapRunArn }),
  );
  if (!itemCounts) return undefined;
  const { total, pending, running, succeeded, failed = 0, timedOut = 0, aborted = 0 } = itemCounts;
  return { total, pending, running, succeeded, failed: failed + timedOut + aborted };
};

/** What became of the accounts, as far as it is written down. */
const readResults = async (client: S3Client, bucket: string, id: string) => {
  const key = `batches/${id}/results.jsonl`;
  const text = await readObject(client, bucket, key);
  if (text === undefined) return undefined;
  const lines = linesIn(text);
  return {
    ...countsOf(lines),
    file: uriOf(bucket, key),
    notReady: lines.filter((line) => !isReady(line)),
  };
};

/** How far a batch is, and which accounts are not ready and why. Answers 404 for no id. */
export const getBatch = async (
  clients: { s3: S3Client; sfn: SFNClient },
  id: string,
): Promise<HttpResponse> => {
  const execution = await findExecution(clients.sfn, batches(), id);
  const { executionArn = '', input = '{}' } = execution;
  const { accounts, maxConcurrency, toleratedFailurePercentage } = parse(Batch, JSON.parse(input));
  const progress = await readProgress(clients.sfn, executionArn);
  const results = await readResults(clients.s3, settings().batchBucket, id);
  return {
    status: 200,
    body: {
      ...headOf(id, execution),
      ...{ accounts, maxConcurrency, toleratedFailurePercentage },
      ...(progress && { progress }),
      ...(results && { results }),
      ...failurePart(execution),
    },
  };
};

export const handler = route(({ path }) => getBatch({ s3: s3(), sfn: sfn() }, path['id'] ?? ''));
