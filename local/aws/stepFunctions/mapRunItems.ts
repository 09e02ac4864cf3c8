import { Json } from '../../json.ts';
import type { InputType } from './distributedMap.ts';
import { TaskFailed } from './failure.ts';

const readerFailed = (cause: string) => new TaskFailed({ error: 'States.ItemReaderFailed', cause });

const lines = (text: string) => text.split(/\r?\n/).filter((line) => line !== '');

/** The cells of a line: `a,"b ""c"", d"` has two. */
const cells = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  );

const rows = (text: string): Json => {
  const [header = '', ...rest] = lines(text);
  const names = cells(header);
  return rest.map((line) => {
    const found = cells(line);
    return Object.fromEntries(names.map((name, index) => [name, found[index] ?? '']));
  });
};

const readers: Record<InputType, (text: string) => Json> = {
  JSON: (text) => Json.parse(JSON.parse(text)),
  JSONL: (text) => lines(text).map((line) => Json.parse(JSON.parse(line))),
  CSV: rows,
};

/** The items in an object that an ItemReader names. Throws `States.ItemReaderFailed`. */
export const readItems = (inputType: InputType, text: string): Json => {
  try {
    return readers[inputType](text);
  } catch (error) {
    throw readerFailed(
      `The object is not ${inputType}: ${error instanceof Error ? error.message : error}`,
    );
  }
};

/** The items of a Map Run. Throws `States.ItemReaderFailed` for what is no array. */
export const itemsIn = (found: Json | undefined): readonly Json[] => {
  if (Array.isArray(found)) return found;
  throw readerFailed('Attempting to map over non-iterable node.');
};

/** What S3 does not do for an ItemReader. */
export const notRead = (error: unknown): TaskFailed =>
  error instanceof TaskFailed
    ? error
    : readerFailed(
        error instanceof Error
          ? `${error.message} (Service: Amazon S3; Error Code: ${error.name})`
          : String(error),
      );
