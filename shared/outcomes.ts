import type { Outcome } from './execution.ts';

/** What happened to a thing, in the words of reports and pictures. */
export const outcomeWords = {
  created: 'made now',
  replaced: 'replaced now',
  updated: 'brought in line now',
  already: 'already so',
} as const satisfies Record<Outcome, string>;
