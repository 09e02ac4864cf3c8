import { createHash } from 'node:crypto';

/**
 * Makes ids such as `sgr-0` and 16 hex digits from what the thing is, not from a clock or a global counter:
 * the same things get the same ids however the calls of several accounts interleave.
 * Asked again for the same thing (a rule removed and added again), it gives the next id.
 */
export type NewId = (prefix: string, ...whatItIs: readonly string[]) => string;

/** An id source that knows how often it was asked for what; by default it was never asked. */
export const createIds = (given = new Map<string, number>()): NewId => {
  return (prefix, ...whatItIs) => {
    const key = [prefix, ...whatItIs].join('\n');
    const earlier = given.get(key) ?? 0;
    given.set(key, earlier + 1);
    return `${prefix}-0${hexOf(`${key}\n${earlier}`).slice(0, 16)}`;
  };
};

/** The SHA-256 of a text, in hex. */
export const hexOf = (text: string): string => createHash('sha256').update(text).digest('hex');
