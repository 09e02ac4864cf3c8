import { median, mediansOf, roundOf } from '../../bench/api.ts';

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

it('a round tells its rate, its median and what one request in a hundred takes longer than', () => {
  expect(roundOf(hundred)).toEqual({ perSecond: 100_000 / 5050, medianMs: 51, p99Ms: 100 });
});

it('slower requests make for fewer in a second', () => {
  const slower = hundred.map((ms) => 2 * ms);

  expect(roundOf(slower).perSecond).toBe(roundOf(hundred).perSecond / 2);
});

it('one round that was disturbed does not decide', () => {
  const calm = { perSecond: 10, medianMs: 1, p99Ms: 2 };
  const disturbed = { perSecond: 1, medianMs: 10, p99Ms: 200 };

  expect(mediansOf([calm, disturbed, calm])).toEqual(calm);
  expect(mediansOf([calm, disturbed, disturbed])).toEqual(disturbed);
  expect(median([3, 1, 2])).toBe(2);
});
