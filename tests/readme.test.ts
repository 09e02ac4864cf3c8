import { existsSync, readFileSync } from 'node:fs';
import { withParts } from '../local/readmeParts.ts';

const readme = readFileSync('README.md', 'utf8');

it('has the tables of the request and of the errors as the code has them (npm run readme)', () => {
  expect(withParts(readme)).toBe(readme);
});

it('links only to what exists', () => {
  const links = [...readme.matchAll(/\]\((?!http|#)([^)]+)\)/g)].map(([, path]) => path ?? '');

  expect(links).not.toEqual([]);
  expect(links.filter((link) => !existsSync(link))).toEqual([]);
});
