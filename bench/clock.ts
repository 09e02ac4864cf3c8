import { type Clock as FakeTimers, install } from '@sinonjs/fake-timers';
import * as z from 'zod';
import type { Clock } from '../local/simulated.ts';

/** The clock tells when timers are due only to those who look into it. */
const Timers = z.map(z.unknown(), z.looseObject({ callAt: z.number() })).default(new Map());

const untilNextTimer = (timers: FakeTimers): number => {
  const due = [...Timers.parse(Reflect.get(timers, 'timers')).values()];
  return Math.max(0, Math.min(...due.map(({ callAt }) => callAt)) - timers.now);
};

/**
 * Puts a simulated clock in the place of the real one while something is done. It stops at every timer,
 * so that what a timer sets off happens at that time and not some milliseconds later.
 */
export const onSimulatedClock = async <Result>(
  act: (clock: Clock) => Promise<Result>,
): Promise<Result> => {
  const timers = install({
    now: Date.now(),
    toNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'hrtime'],
  });
  try {
    return await act({
      advance: async (ms) => {
        await timers.tickAsync(Math.min(ms, untilNextTimer(timers)));
      },
      advanceToNext: async () => {
        await timers.nextAsync();
      },
    });
  } finally {
    timers.uninstall();
  }
};

/** Waits on whatever clock there is. */
export const delay = (ms: number): Promise<void> =>
  ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();
