import { type Clock, install } from '@sinonjs/fake-timers';

let clock: Clock | undefined;

/** What the tests' harness uses of jest: its clock, which stands still unless it is moved. */
const jestClock = {
  useFakeTimers: () => {
    clock = install({ toNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
  },
  advanceTimersByTimeAsync: (milliseconds: number) => clock?.tickAsync(milliseconds),
  advanceTimersToNextTimerAsync: () => clock?.nextAsync(),
};

Object.assign(globalThis, { jest: jestClock });
