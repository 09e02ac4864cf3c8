import type { Known } from './known.ts';
import type { Outcome } from './situation.ts';

/** How a check came out on the two, in the words of the table. */
type Row = { name: string; local: string; moto: string; isWrong: boolean };

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 300);

const wordFor = (outcome: Outcome | undefined): string => {
  if (outcome === undefined) return '✘ was not run';
  return 'error' in outcome ? `✘ ${messageOf(outcome.error)}` : 'ok';
};

const motoWord = (outcome: Outcome | undefined, reason: string | undefined): string => {
  if (reason === undefined || outcome === undefined) return wordFor(outcome);
  return 'error' in outcome
    ? `known: ${reason}`
    : '✘ moto has mended this: take the check out of tests/moto/known.ts';
};

const byName = (outcomes: readonly Outcome[]) =>
  new Map(outcomes.map((outcome) => [outcome.name, outcome]));

const reasonsIn = (known: readonly Known[]): Map<string, string> =>
  new Map(known.flatMap(({ reason, checks }) => checks.map((name) => [name, reason] as const)));

const rowOf = (
  name: string,
  local: Outcome | undefined,
  moto: Outcome | undefined,
  reason: string | undefined,
): Row => {
  const words = { local: wordFor(local), moto: motoWord(moto, reason) };
  const isWrong = Object.values(words).some((word) => word.startsWith('✘'));
  return { name, ...words, isWrong };
};

const tableOf = (rows: readonly Row[]): string[] => {
  const wide = Math.max(...rows.map(({ name }) => name.length));
  return [
    `${'check'.padEnd(wide)}  local AWS  moto`,
    ...rows.map(({ name, local, moto }) => `${name.padEnd(wide)}  ${local.padEnd(9)}  ${moto}`),
  ];
};

const repeatedIn = (names: readonly string[]): string[] => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
];

/** What is wrong with the lists themselves. */
const mistakesIn = (names: readonly string[], known: readonly Known[]): string[] => {
  const listed = known.flatMap(({ checks }) => checks);
  return [
    ...repeatedIn(names).map((name) => `✘ two checks are called “${name}”: rename one`),
    ...repeatedIn(listed).map((name) => `✘ tests/moto/known.ts has “${name}” twice: take out one`),
    ...listed
      .filter((name) => !names.includes(name))
      .map((name) => `✘ tests/moto/known.ts has “${name}”, which is no check: take it out`),
  ];
};

const countsOf = (rows: readonly Row[], mistakes: readonly string[]) => {
  const passed = (of: 'local' | 'moto') => rows.filter((row) => row[of] === 'ok').length;
  return {
    all: rows.length,
    local: passed('local'),
    moto: passed('moto'),
    known: rows.filter(({ moto }) => moto.startsWith('known')).length,
    unexpected: rows.filter(({ isWrong }) => isWrong).length + mistakes.length,
  };
};

/**
 * What came out as a table with its counts, and whether it is as expected: the local AWS passes every check,
 * and moto every one but those that it is known to fail.
 */
export const summarize = (
  names: readonly string[],
  local: readonly Outcome[],
  moto: readonly Outcome[],
  known: readonly Known[],
): { lines: string[]; fine: boolean } => {
  const [ofLocal, ofMoto] = [byName(local), byName(moto)];
  const reasons = reasonsIn(known);
  const rows = names.map((name) =>
    rowOf(name, ofLocal.get(name), ofMoto.get(name), reasons.get(name)),
  );
  const mistakes = mistakesIn(names, known);
  const count = countsOf(rows, mistakes);
  return {
    lines: [
      ...tableOf(rows),
      ...mistakes,
      '',
      `${count.all} checks: the local AWS passes ${count.local}, moto ${count.moto} and fails ${count.known} as is known; ${count.unexpected} unexpected`,
    ],
    fine: count.unexpected === 0,
  };
};
