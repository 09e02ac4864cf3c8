import { execFile } from 'node:child_process';
import { bar } from '../../bench/latency.ts';
import { tableText } from '../../bench/table.ts';

it('a table is lines of text: numbers at the right, words at the left, notes below', () => {
  const text = tableText({
    ...{ title: 'Fruit', columns: ['name', 'weight'], notes: ['Weighed once.'], data: null },
    rows: [
      ['apple', 120],
      ['fig', 9.5],
    ],
  });

  expect(text.split('\n')).toEqual([
    'Fruit',
    '',
    'name   weight',
    'apple     120',
    'fig      9.50',
    '* Weighed once.',
  ]);
});

it('a bar begins and ends where its time is in the whole', () => {
  expect(bar(0, 1000, 1000)).toBe('█'.repeat(48));
  expect(bar(500, 750, 1000)).toBe(' '.repeat(24) + '█'.repeat(12));
  expect(bar(1000, 1000, 1000)).toBe(`${' '.repeat(47)}█`);
});

it('a benchmark that there is not is refused with the names of those there are', async () => {
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, ['bench/run.ts', 'speed'], (error, _, text) =>
      resolve({ code: error?.code, stderr: text }),
    );
  });

  expect(code).toBe(1);
  expect(stderr).toContain("'speed' is invalid");
  expect(stderr).toMatch(/There are .*calls, latency, cost, api/);
});
