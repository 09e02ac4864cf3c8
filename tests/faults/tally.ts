import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from './convergence.ts';

type Ending = Outcome['by'] | 'failed';
type Row = Partial<Record<Ending, number>>;

/** How onboardings ended, by what disturbed them. */
export type Tally = { pairs: number; schedules: number; rows: Record<string, Row> };

/** A tally without onboardings. */
export const emptyTally = (): Tally => ({ pairs: 0, schedules: 0, rows: {} });

const add = (tally: Tally, name: string, ending: Ending, count: number) => {
  const row = tally.rows[name] ?? {};
  tally.rows[name] = { ...row, [ending]: (row[ending] ?? 0) + count };
};

/** Counts an onboarding. */
export const count = (tally: Tally, name: string, { by, problems }: Outcome): void =>
  add(tally, name, problems.length > 0 ? 'failed' : by, 1);

const directory = () => process.env['FAULT_RESULTS'] ?? '.local/faults';

/** Leaves a test file's tally where the command that sums them up finds it. */
export const leave = (name: string, tally: Tally): void => {
  mkdirSync(directory(), { recursive: true });
  writeFileSync(join(directory(), `${name}.json`), JSON.stringify(tally));
};

const endings = ['itself', 'redrive', 'new execution', 'failed'] as const;

const sumOf = (rows: readonly Row[], ending: Ending) =>
  rows.reduce((sum, row) => sum + (row[ending] ?? 0), 0);

/** The sum of everything that was left in a directory, as text. */
export const summary = (from: string): string => {
  const all = emptyTally();
  for (const file of readdirSync(from).toSorted()) {
    const one: Tally = JSON.parse(readFileSync(join(from, file), 'utf8'));
    all.pairs += one.pairs;
    all.schedules += one.schedules;
    for (const [name, row] of Object.entries(one.rows)) {
      for (const ending of endings) add(all, name, ending, row[ending] ?? 0);
    }
  }
  const rows = Object.values(all.rows);
  const failed = sumOf(rows, 'failed');
  const converged = endings.reduce((sum, ending) => sum + sumOf(rows, ending), 0) - failed;
  const line = (name: string, cells: readonly (string | number)[]) =>
    name.padEnd(20) + cells.map((cell) => String(cell).padStart(14)).join('');
  return [
    line('ended by', endings),
    ...Object.entries(all.rows).map(([name, row]) =>
      line(
        name,
        endings.map((one) => row[one] ?? 0),
      ),
    ),
    '',
    `${all.pairs} (call × fault) pairs and ${all.schedules} schedules: ${converged} converged, ${failed} failed`,
  ].join('\n');
};
