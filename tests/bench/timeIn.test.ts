import { assumptions } from '../../bench/delays.ts';
import type { Invocation, MadeCall } from '../../bench/simulation.ts';
import { timeIn, union } from '../../bench/timeIn.ts';

it.each([
  ['nothing', [], 0],
  [
    'spans one after the other',
    [
      [0, 10],
      [20, 25],
    ],
    15,
  ],
  [
    'spans at once',
    [
      [0, 10],
      [5, 12],
      [6, 8],
    ],
    12,
  ],
  [
    'spans in no order',
    [
      [20, 25],
      [0, 10],
    ],
    15,
  ],
] as const)('the union of %s', (_, spans, ms) => {
  expect(union(spans.map(([startMs, endMs]) => ({ startMs, endMs })))).toBe(ms);
});

const call = (startMs: number, endMs: number, by = 'VerifyRole'): MadeCall => ({
  ...{ by, service: 'iam', action: 'GetRole', accountId: '1', kind: 'read', startMs, endMs },
});
const invocation = (cold: boolean): Invocation => ({
  ...{ state: 'VerifyRole', functionName: 'verifyRole', memoryMb: 512, cold, ranMs: 100 },
  initMs: cold ? 400 : 0,
});

it('a state’s time is that of its calls, of its functions’ starts, and the rest', () => {
  const states = [{ id: 'VerifyRole', what: 'VerifyRole', startMs: 1000, endMs: 4000 }];
  const calls = [call(1100, 1250), call(1200, 1300), call(3000, 3100), call(0, 9, 'Preflight')];
  const invocations = [invocation(true), invocation(false)];

  // Two invocations of 20 + 20, and a cold start of 150 + 400.
  expect(timeIn(states, { calls, invocations }, assumptions)).toEqual([
    { state: 'VerifyRole', total: 3000, calls: 300, lambda: 630, rest: 2070 },
  ]);
});
