import type { ExecutionStatus } from '@aws-sdk/client-sfn';
import type { JsonObject } from '../../json.ts';
import type { Execution } from './execution.ts';
import { asIntegrationResult } from './nestedExecution.ts';

/** An item's input, and the execution that deals with it once it has been started. */
export type Child = {
  input: string;
  execution?: Execution;
  /** Its success is in a result file. */
  exported?: boolean;
};

/** A result file's place, as the manifest has it. */
export type ResultFile = { Key: string; Size: number };

type FileKind = 'SUCCEEDED' | 'FAILED' | 'PENDING';

/** Where the files of each kind are. */
export type ResultFiles = Record<FileKind, readonly ResultFile[]>;

const kindOf: Record<ExecutionStatus, FileKind> = {
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  TIMED_OUT: 'FAILED',
  ABORTED: 'FAILED',
  RUNNING: 'PENDING',
  PENDING_REDRIVE: 'FAILED',
};

const included = { Included: true };

const entryOf = ({ input, execution }: Child): JsonObject => {
  if (!execution) return { Input: input, InputDetails: included, Status: 'PENDING' };
  const { MapRunArn, ...entry } = asIntegrationResult(execution.describe());
  const { startDate, stopDate, redriveDate } = execution;
  return {
    ...entry,
    OutputDetails: included,
    StartDate: startDate.toISOString(),
    ...(stopDate && { StopDate: stopDate.toISOString() }),
    ...(redriveDate && { RedriveDate: redriveDate.toISOString() }),
  };
};

const isOf =
  (kind: FileKind) =>
  ({ execution, exported }: Child): boolean =>
    !exported && (execution ? kindOf[execution.status] : 'PENDING') === kind;

/** What a Map Run writes: to which key which text. */
export type ResultsToWrite = {
  /** The manifest is the last. */
  files: [key: string, text: string][];
  written: ResultFiles;
};

/**
 * The result files of an attempt and the manifest that tells of them: of successes in all attempts, and of
 * failures and pending items in this one.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */
export const resultsOf = (
  { bucket, folder, mapRunArn }: { bucket: string; folder: string; mapRunArn: string },
  children: readonly Child[],
  earlier: ResultFiles | undefined,
): ResultsToWrite => {
  const files = (['SUCCEEDED', 'FAILED', 'PENDING'] as const).flatMap((kind) => {
    const entries = children.filter(isOf(kind)).map(entryOf);
    if (entries.length === 0) return [];
    return [{ kind, key: `${folder}/${kind}_0.json`, text: JSON.stringify(entries) }];
  });
  const places = (kind: FileKind): ResultFile[] =>
    files
      .filter((file) => file.kind === kind)
      .map(({ key, text }) => ({ Key: key, Size: Buffer.byteLength(text) }));
  const written = {
    FAILED: places('FAILED'),
    PENDING: places('PENDING'),
    SUCCEEDED: [...(earlier?.SUCCEEDED ?? []), ...places('SUCCEEDED')],
  };
  const manifest = { DestinationBucket: bucket, MapRunArn: mapRunArn, ResultFiles: written };
  return {
    files: [
      ...files.map(({ key, text }): [string, string] => [key, text]),
      [`${folder}/manifest.json`, JSON.stringify(manifest)],
    ],
    written,
  };
};
