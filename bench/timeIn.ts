import type { Timed } from './criticalPath.ts';
import type { Delays } from './delays.ts';
import type { Invocation, MadeCall } from './simulation.ts';

/** What the time of a state went into, in milliseconds. */
export type TimeIn = {
  state: string;
  total: number;
  /** In which at least one call was under way. */
  calls: number;
  /** Starting functions, calling them, and their own work. */
  lambda: number;
  /** State transitions, Wait states, and the pauses between retries. */
  rest: number;
};

/** How long at least one of several spans lasted. */
export const union = (spans: readonly Pick<MadeCall, 'startMs' | 'endMs'>[]): number => {
  let sum = 0;
  let until = 0;
  for (const { startMs, endMs } of spans.toSorted((one, other) => one.startMs - other.startMs)) {
    sum += Math.max(0, endMs - Math.max(until, startMs));
    until = Math.max(until, endMs);
  }
  return sum;
};

const lambdaMs =
  (delays: Delays) =>
  (sum: number, { cold, initMs }: Invocation) =>
    sum +
    delays.lambdaInvoke.ms +
    delays.lambdaOwnWork.ms +
    (cold ? delays.lambdaSandbox.ms + initMs : 0);

/** What the time of each state went into. States that were entered more than once are taken together. */
export const timeIn = (
  states: readonly Timed[],
  { calls, invocations }: { calls: readonly MadeCall[]; invocations: readonly Invocation[] },
  delays: Delays,
): TimeIn[] =>
  [...new Set(states.map(({ id }) => id))].map((state) => {
    const total = union(states.filter(({ id }) => id === state));
    const inCalls = union(calls.filter(({ by }) => by === state));
    const own = invocations.filter((invocation) => invocation.state === state);
    const lambda = own.reduce(lambdaMs(delays), 0);
    return { state, total, calls: inCalls, lambda, rest: total - inCalls - lambda };
  });
