import type { Result } from './benchmark.ts';

/** Large figures need no decimals; of small ones, three digits that count are enough. */
const numberText = (value: number): string => {
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return value.toFixed(0);
  return Math.abs(value) >= 1 ? value.toFixed(2) : value.toPrecision(3);
};

const cellText = (cell: string | number | undefined): string =>
  typeof cell === 'number' ? numberText(cell) : (cell ?? '');

/** A column of numbers alone is aligned at its right end. */
const alignments = (rows: Result[number]['rows'], count: number): boolean[] =>
  Array.from({ length: count }, (_, index) => rows.every((row) => typeof row[index] === 'number'));

const lineOf = (cells: readonly string[], widths: readonly number[], right: readonly boolean[]) =>
  cells
    .map((cell, index) => {
      const width = widths[index] ?? 0;
      return right[index] ? cell.padStart(width) : cell.padEnd(width);
    })
    .join('  ')
    .trimEnd();

/** A table as plain text: its title, its columns, a line for each row, its notes. */
export const tableText = ({ title, columns, rows, notes }: Result[number]): string => {
  const right = alignments(rows, columns.length);
  const cells = rows.map((row) => columns.map((_, index) => cellText(row[index])));
  const widths = columns.map((name, index) =>
    Math.max(name.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const lines = [columns, ...cells].map((row) => lineOf(row, widths, right));
  return [title, '', ...lines, ...notes.map((note) => `* ${note}`)].join('\n');
};
