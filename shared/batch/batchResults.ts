import * as z from 'zod/mini';
import { type Explanation, explain } from '../errors.ts';
import { idOf } from '../executions/executions.ts';
import { failureOf } from '../executions/status.ts';
import { parse } from '../zod.ts';
import type { Entry } from './batch.ts';

/** What became of an account of a batch: a line of its result file. */
export const ResultLine = z.object({
  accountId: z.string(),
  region: z.optional(z.string()),
  vpcId: z.optional(z.string()),
  /** `already`: nothing had to be made or changed. `not tried`: too many others had failed before. */
  result: z.enum(['ready', 'already', 'failed', 'not tried']),
  /** The id of the onboarding, for `GET /onboardings/{id}`. */
  onboarding: z.optional(z.string()),
  error: z.optional(z.string()),
  message: z.optional(z.string()),
  remedy: z.optional(z.string()),
});
export type ResultLine = z.output<typeof ResultLine>;

/** What Step Functions writes of each child of a Map Run: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html */
const Child = z.object({
  Input: z.string(),
  Output: z.optional(z.string()),
  Status: z.enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']),
  Error: z.optional(z.string()),
  Cause: z.optional(z.string()),
  StopDate: z.string(),
});
type Child = z.output<typeof Child>;

const Children = z.array(Child);

/** A child's input, as far as it says which entry it is of. */
const Input = z.object({ prefix: z.string() });

/** What a child says of the onboarding that has succeeded. */
const Output = z.object({ executionArn: z.string(), changes: z.int() });

/** The onboarding's end, as the task `startExecution.sync:2` hands it on. */
const Ended = z.object({
  ExecutionArn: z.string(),
  Status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']),
  Error: z.optional(z.string()),
  Cause: z.optional(z.string()),
});

const endedIn = (cause: string) => {
  try {
    return Ended.safeParse(JSON.parse(cause)).data;
  } catch {
    return undefined;
  }
};

type Failed = Explanation & { onboarding?: string };

const failureIn = ({ Status, Error: error, Cause = '' }: Child): Failed => {
  const ended = endedIn(Cause);
  if (ended) {
    const { ExecutionArn, Status: status } = ended;
    const failure = failureOf({ status, error: ended.Error, cause: ended.Cause });
    return { ...(failure ?? explain(status, '')), onboarding: idOf(ExecutionArn) };
  }
  return failureOf({ status: Status, error, cause: Cause }) ?? explain(Status, Cause);
};

const lineOf = ({ request }: Entry, child: Child | undefined): ResultLine => {
  const { accountId, region, vpcId } = request;
  const about = { accountId, ...(region && { region }), ...(vpcId && { vpcId }) };
  if (!child) return { ...about, result: 'not tried' };
  if (child.Status === 'SUCCEEDED') {
    const { executionArn, changes } = parse(Output, JSON.parse(child.Output ?? ''));
    const result = changes === 0 ? 'already' : 'ready';
    return { ...about, result, onboarding: idOf(executionArn) };
  }
  const { name: error, ...failure } = failureIn(child);
  return { ...about, result: 'failed', error, ...failure };
};

/** Whether the account of a line can be monitored. */
export const isReady = ({ result }: ResultLine): boolean =>
  result === 'ready' || result === 'already';

/** Whether a key is that of a file in which Step Functions has written what became of children. */
export const isOfChildren = (key: string): boolean => /\/(SUCCEEDED|FAILED)_\d+\.json$/.test(key);

/** An entry of a batch, and what became of it. */
export type Result = { entry: Entry; line: ResultLine };

/**
 * One line for each entry, in their order, from the files that Step Functions has written of all Map Runs
 * of the batch. Of an account that was tried several times, the last time counts.
 */
export const resultsOf = (entries: readonly Entry[], files: readonly string[]): Result[] => {
  const last = new Map<string, Child>();
  for (const child of files.flatMap((text) => parse(Children, JSON.parse(text)))) {
    const { prefix } = parse(Input, JSON.parse(child.Input));
    const earlier = last.get(prefix);
    if (!earlier || earlier.StopDate <= child.StopDate) last.set(prefix, child);
  }
  return entries.map((entry) => ({ entry, line: lineOf(entry, last.get(entry.prefix)) }));
};

/** The text of a result file: JSON lines. */
export const asLines = (lines: readonly ResultLine[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** The lines of a result file. */
export const linesIn = (text: string): ResultLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parse(ResultLine, JSON.parse(line)));

/** How many lines there are of each result. */
export const countsOf = (lines: readonly ResultLine[]) => {
  const count = (result: ResultLine['result']) =>
    lines.filter((line) => line.result === result).length;
  return {
    ready: count('ready'),
    already: count('already'),
    failed: count('failed'),
    notTried: count('not tried'),
  };
};
