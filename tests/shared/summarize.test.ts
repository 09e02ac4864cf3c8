import { summarize } from '../../shared/summarize.ts';

it.each([
  ['routed it', 0, 'routed it'],
  ['routed it', 2, 'routed it; 2 already so'],
  [undefined, 2, '2 already so'],
  [undefined, 0, 'nothing to do'],
])('sums up what was made, %j, and the %i things that were there as "%s"', (made, already, did) => {
  expect(summarize(made, already)).toBe(did);
});
