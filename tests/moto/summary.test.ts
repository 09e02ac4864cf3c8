import { summarize } from './summary.ts';

const names = ['one', 'other'];
const passed = [{ name: 'one' }, { name: 'other' }];
const failed = [{ name: 'one' }, { name: 'other', error: new Error('no route') }];
const other = [{ reason: 'routes are ignored', checks: ['other'] }];

const said = (...given: Parameters<typeof summarize>) => {
  const { lines, fine } = summarize(...given);
  return { text: lines.join('\n'), fine };
};

it('is fine where both pass', () => {
  const { text, fine } = said(names, passed, passed, []);
  expect(fine).toBe(true);
  expect(text).toContain('2 checks: the local AWS passes 2, moto 2');
});

it('is fine where moto fails what it is known to fail, and says why', () => {
  const { text, fine } = said(names, passed, failed, other);
  expect(fine).toBe(true);
  expect(text).toMatch(/^other +ok +known: routes are ignored$/m);
  expect(text).toContain('moto 1 and fails 1 as is known; 0 unexpected');
});

it.each([
  ['moto fails what is not known', [passed, failed, []], /^other +ok +✘ no route$/m],
  ['the local AWS fails', [failed, passed, []], /^other +✘ no route +ok$/m],
  [
    'the local AWS fails what moto is known to fail',
    [failed, failed, other],
    /^other +✘ no route/m,
  ],
  [
    'moto has mended something',
    [passed, passed, other],
    /^other +ok +✘ moto has mended this: take/m,
  ],
  ['a check was not run', [passed, [{ name: 'one' }], []], /^other +ok +✘ was not run$/m],
  [
    'a check that is known to fail was not run',
    [passed, [{ name: 'one' }], other],
    /✘ was not run$/m,
  ],
  [
    'the list has a name that is no check',
    [passed, passed, [{ reason: 'x', checks: ['another'] }]],
    /known\.ts has “another”, which is no check: take it out$/m,
  ],
  [
    'the list has a name twice',
    [passed, failed, [...other, ...other]],
    /known\.ts has “other” twice: take out one$/m,
  ],
] as const)('is not fine where %s', (_, [local, moto, known], expected) => {
  const { text, fine } = said(names, local, moto, known);
  expect(fine).toBe(false);
  expect(text).toMatch(expected);
});

it('is not fine where two checks have one name', () => {
  const { text, fine } = said(['one', 'one'], passed, passed, []);
  expect(fine).toBe(false);
  expect(text).toMatch(/two checks are called “one”: rename one$/m);
});
