import type { Bench } from './bench.ts';

/** What came of a check; without an error it holds. */
export type Outcome = { name: string; error?: unknown };

/** Checks that begin with the same accounts and the same onboardings, and so share a bench. */
export type Situation = {
  /** The accounts that have something to do with it. */
  accountIds: readonly string[];
  names: readonly string[];
  /** Runs all of its checks; where the beginning fails, all of them have failed with it. */
  run: (bench: Bench) => Promise<Outcome[]>;
};

/** The outcome of something that throws if it does not hold. */
export const outcomeOf = async (name: string, run: () => Promise<void>): Promise<Outcome> => {
  try {
    await run();
    return { name };
  } catch (error) {
    return { name, error };
  }
};

/**
 * A situation: `begin` makes what is there, once; then each step is looked at, in the order that they are
 * written in.
 */
export const situation = <Given>(
  accountIds: readonly string[],
  begin: (bench: Bench) => Promise<Given>,
  steps: Readonly<Record<string, (bench: Bench, given: Given) => Promise<void>>>,
): Situation => ({
  accountIds,
  names: Object.keys(steps),
  run: async (bench) => {
    const beginning = begin(bench);
    const outcomes: Outcome[] = [];
    for (const [name, step] of Object.entries(steps)) {
      outcomes.push(await outcomeOf(name, async () => step(bench, await beginning)));
    }
    return outcomes;
  },
});
