import { readFileSync } from 'node:fs';
import { mutations } from './faults/mutations.ts';

const edits = mutations.flatMap(({ mistake, edits: all }) =>
  all.map(([file, from, to]) => ({ mistake, file, from, to })),
);

it.each(edits)('what “$mistake” changes in $file is there', ({ file, from, to }) => {
  const before = readFileSync(file, 'utf8');

  expect(before.replace(from, () => to)).not.toBe(before);
});
