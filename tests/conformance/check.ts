import assert from 'node:assert/strict';
import type { World } from './aws.ts';

/**
 * One thing that AWS does and Sightline relies on. It makes what it needs and asks nothing of what others
 * made, so that checks may run in any order.
 */
export type Check = { name: string; run: (world: World) => Promise<void> };

/** Checks of one theme, as a table of names. */
export const checks = (theme: string, table: Record<string, Check['run']>): Check[] =>
  Object.entries(table).map(([name, run]) => ({ name: `${theme}: ${name}`, run }));

type AwsError = Error & { $metadata?: { httpStatusCode?: number } };

/** Asserts that AWS refuses a call with this code and this HTTP status, 400 if none is given. */
export const refused = async (
  call: Promise<unknown>,
  code: string,
  status = 400,
): Promise<void> => {
  const outcome = await call.then(
    () => 'no error',
    (error: AwsError) => `${error.name} ${error.$metadata?.httpStatusCode}`,
  );
  assert.equal(outcome, `${code} ${status}`);
};

/** The same things in the same order, whatever order AWS answers them in. */
export const sorted = (texts: readonly (string | undefined)[]): string[] =>
  texts.map((text) => text ?? '').toSorted();

/** The id of what was made. Throws if AWS answers none. */
export const idOf = (id: string | undefined): string => {
  assert.ok(id, 'AWS answers no id');
  return id;
};

let used = 0;

/** A name that nothing else has. */
export const unique = (prefix: string): string => {
  used += 1;
  return `${prefix}-${used}`;
};
