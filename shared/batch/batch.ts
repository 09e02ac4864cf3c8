import { parse } from 'csv-parse/sync';
import * as z from 'zod/mini';
import { type Problem, problemsIn } from '../errors.ts';
import { collides, prefixOf } from '../executions/executions.ts';
import { Request } from '../request.ts';
import { described } from '../zod.ts';

/** The most accounts of one batch. */
export const maxAccounts = 10_000;

/** The ends of the keys of lists, each of a format. */
const listFormats = ['.csv', '.jsonl', '.json'];

/** The body of `POST /onboardings/batch`: the accounts themselves, or where a list of them is, and how. */
export const BatchRequest = z
  .strictObject({
    accounts: described(
      z.optional(z.array(z.unknown()).check(z.minLength(1), z.maxLength(maxAccounts))),
      'Account ids, or requests as `POST /onboardings` takes them.',
    ),
    list: described(
      z.optional(
        z.string().check(
          z.regex(/^s3:\/\/[^/]+\/lists\/.+\.(csv|jsonl|json)$/, {
            error: `expected an object such as s3://bucket/lists/accounts.csv, whose name ends in ${listFormats.join(', ')}`,
          }),
        ),
      ),
      'Instead of `accounts`: an object under lists/ in Sightline’s own bucket. CSV with a header line, JSON lines, or a JSON array.',
    ),
    request: described(
      z._default(z.record(z.string(), z.unknown()), {}),
      'What each request says unless it says otherwise itself.',
    ),
    maxConcurrency: described(
      z._default(z.int().check(z.minimum(1), z.maximum(1000)), 100),
      'How many onboardings run at the same time.',
    ),
    toleratedFailurePercentage: described(
      z._default(z.number().check(z.minimum(0), z.maximum(100)), 100),
      'When more than so many per cent of the accounts have failed, the rest is not tried. 100: every account is tried.',
    ),
  })
  .check(
    z.refine(({ accounts, list }) => (accounts === undefined) !== (list === undefined), {
      path: ['accounts'],
      message: 'expected either `accounts` or `list`',
    }),
  );
export type BatchRequest = z.output<typeof BatchRequest>;

/** One onboarding of a batch. The prefix, by which its execution's name begins, tells it from the others. */
export const Entry = z.object({ prefix: z.string(), request: Request });
export type Entry = z.output<typeof Entry>;

/** The input of the state machine `bulkOnboarding`. */
export const Batch = z.object({
  /** The key of the list of all entries. */
  list: z.string(),
  accounts: z.int(),
  maxConcurrency: z.int(),
  toleratedFailurePercentage: z.number(),
  /** The key of the list of those that are to be onboarded now, and how often the batch was redriven then. */
  todo: z.object({ list: z.string(), redriveCount: z.int() }),
});
export type Batch = z.output<typeof Batch>;

/** A line of a list or an item of an array, with where it stands. */
export type Item = { at: string; value: unknown };

/** The items of an array, as the body of a request has it. */
export const itemsOf = (accounts: readonly unknown[]): Item[] =>
  accounts.map((value, index) => ({ at: `accounts.${index}`, value }));

/** A list that cannot be read as what its name says it is. */
const unreadable = (at: string, message: string): { problems: Problem[] } => ({
  problems: [{ path: at, message }],
});

const words = (text: string) => text.split(/[\s;]+/).filter((word) => word !== '');

/** How the texts of a column become a field of a request; a column that is none of these stays a text. */
const columns: Readonly<Record<string, (text: string) => unknown>> = {
  access: words,
  ports: words,
  dnsResolution: (text) => (/^(true|false)$/.test(text) ? text === 'true' : text),
};

const fromRow = (row: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([, text]) => text !== '')
      .map(([column, text]) => [column, columns[column]?.(text) ?? text]),
  );

type Row = { info: { lines: number }; record: Record<string, string> };

const readCsv = (text: string): Item[] => {
  const rows: Row[] = parse(text, {
    bom: true,
    columns: true,
    info: true,
    skip_empty_lines: true,
    trim: true,
  });
  return rows.map(({ info, record }) => ({ at: `line ${info.lines}`, value: fromRow(record) }));
};

const readJsonLines = (text: string): Item[] =>
  text.split(/\r?\n/).flatMap((line, index) => {
    const at = `line ${index + 1}`;
    if (line.trim() === '') return [];
    try {
      return [{ at, value: JSON.parse(line) }];
    } catch {
      throw new Error(`${at} is not JSON`);
    }
  });

const readJson = (text: string): Item[] =>
  z
    .array(z.unknown(), 'expected an array')
    .parse(JSON.parse(text))
    .map((value, index) => ({ at: `item ${index + 1}`, value }));

/** The items of a list, which is of the format that the end of its key names; or why it cannot be read. */
export const readList = (
  key: string,
  text: string,
): { items: Item[] } | { problems: Problem[] } => {
  const read = key.endsWith('.csv') ? readCsv : key.endsWith('.jsonl') ? readJsonLines : readJson;
  try {
    const items = read(text);
    if (items.length === 0) return unreadable(key, 'expected at least one account');
    if (items.length <= maxAccounts) return { items };
    return unreadable(key, `expected at most ${maxAccounts} accounts, not ${items.length}`);
  } catch (error) {
    return unreadable(key, error instanceof Error ? error.message : String(error));
  }
};

const requestIn = (value: unknown, defaults: object): unknown => {
  if (typeof value === 'string') return { ...defaults, accountId: value };
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? { ...defaults, ...value } : value;
};

const problemsAt = (at: string, error: z.core.$ZodError | undefined): Problem[] =>
  (error ? problemsIn(error) : []).map(({ path, message }) => ({
    path: path === '' ? at : `${at}.${path}`,
    message,
  }));

/** The onboardings of an account that are known already, with where they stand. */
type Known = { at: string; entry: Entry };

/** Takes a request to those that are known, unless it is one of them; or says what is wrong with that. */
const add = (byAccount: Map<string, Known[]>, at: string, request: Request): Problem[] => {
  const known = byAccount.get(request.accountId) ?? [];
  byAccount.set(request.accountId, known);
  const other = known.find(({ entry }) => collides(entry.prefix, request));
  if (!other) {
    known.push({ at, entry: { prefix: prefixOf(request), request } });
    return [];
  }
  if (JSON.stringify(other.entry.request) === JSON.stringify(request)) return [];
  const message = `asks for something else for account ${request.accountId} than ${other.at}: leave one of them out, or name a VPC in each`;
  return [{ path: at, message }];
};

/**
 * The onboardings that items ask for, each once however often it is there; or every problem. Two different
 * requests for the same account and VPC are one: which of them is meant, only their author knows.
 */
export const entriesOf = (
  items: readonly Item[],
  defaults: object,
  schema: z.core.$ZodType<Request>,
): { entries: Entry[] } | { problems: Problem[] } => {
  const byAccount = new Map<string, Known[]>();
  const problems = items.flatMap(({ at, value }) => {
    const { data, error } = z.safeParse(schema, requestIn(value, defaults));
    return data ? add(byAccount, at, data) : problemsAt(at, error);
  });
  if (problems.length > 0) return { problems };
  return { entries: [...byAccount.values()].flat().map(({ entry }) => entry) };
};
