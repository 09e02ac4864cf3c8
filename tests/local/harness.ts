import type { LocalOptions } from '../../local/aws/localAws.ts';
import * as simulated from '../../local/simulated.ts';
import type { World } from '../../local/world.ts';

/** How an onboarding on the local AWS ended, and what it did there. */
export type Onboarding = simulated.Onboarding;

/** Tell where a call is made: in which invocation of a function, and in which state. */
export const { currentInvocation, currentState } = simulated;

/** Makes the function of a state fail once, or so many times: before it does its work, or after it, so that nobody is told. */
type Disturbance = { state: string; when: 'before' | 'after'; error: Error; times: number };

const createDisturber = () => {
  let disturbance: Disturbance | undefined;
  const fail = (one: Disturbance) => {
    one.times -= 1;
    if (one.times === 0) disturbance = undefined;
    throw one.error;
  };
  return {
    around: async ({ state }: simulated.Called, invoke: () => Promise<unknown>) => {
      const disturbed = disturbance?.state === state ? disturbance : undefined;
      if (disturbed?.when === 'before') fail(disturbed);
      const result = await invoke();
      if (disturbed) fail(disturbed);
      return result;
    },
    /**
     * Makes the function of a state fail the next time, or the next times, by default with an error that
     * nobody retries: `before` it does anything, or `after` all its work, so that everything has happened and
     * nobody was told.
     */
    disturb: (state: string, when: Disturbance['when'], times = 1, name = 'Disturbance') => {
      const error = Object.assign(new Error('disturbed'), { name });
      disturbance = { state, when, times, error };
    },
  };
};

const clock: simulated.Clock = {
  advance: (ms) => jest.advanceTimersByTimeAsync(ms),
  advanceToNext: () => jest.advanceTimersToNextTimerAsync(),
};

/** Sightline on a local AWS in this process, on jest's clock: nothing waits for real. */
export const deployed = async (
  change: (world: World) => void = () => undefined,
  settings: LocalOptions = {},
  template: string | undefined = undefined,
) => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
  const { around, disturb } = createDisturber();
  const environment = process.env;
  const options = { clock, environment, change, settings, template, around };
  return { ...(await simulated.simulate(options)), disturb };
};
