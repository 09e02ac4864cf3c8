import type { AskedCall } from '../local/aws/settings.ts';

/** What a call is for: to change, to read, to act as a role, or to ask whether a change would be allowed. */
export const kinds = ['write', 'read', 'session', 'question'] as const;
export type Kind = (typeof kinds)[number];

/** The kind of a call, whether it succeeds or not. */
export const kindOf = ({
  action,
  mutating,
  dryRun,
}: Pick<AskedCall, 'action' | 'mutating' | 'dryRun'>): Kind => {
  if (action === 'AssumeRole') return 'session';
  if (dryRun) return 'question';
  return mutating ? 'write' : 'read';
};

/** How many calls there are of each kind, and in all. */
export type Tally = Record<Kind | 'sum', number>;

/** Counts calls by kind. */
export const tally = (calls: readonly { kind: Kind }[]): Tally => {
  const counted: Tally = { write: 0, read: 0, session: 0, question: 0, sum: calls.length };
  for (const { kind } of calls) counted[kind] += 1;
  return counted;
};
