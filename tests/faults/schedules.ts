import fc from 'fast-check';
import { type Fault, faultKinds } from '../../local/aws/faults.ts';
import { disturbable } from './convergence.ts';
import { remedyOf, type Schedule, written } from './replay.ts';
import { type ScenarioName, scenarios } from './scenarios.ts';
import { count, emptyTally, leave } from './tally.ts';

const names = Object.keys(scenarios) as ScenarioName[];

/** A little more than the calls of an undisturbed onboarding, so that what is tried again is struck too. */
const lastCall = 95;

const fault: fc.Arbitrary<Fault> = fc.record({
  call: fc.integer({ min: 1, max: lastCall }),
  kind: fc.constantFrom(...faultKinds),
  times: fc.constantFrom(1, 1, 1, 2, 3, 7),
});

const schedule: fc.Arbitrary<Schedule> = fc.record({
  scenario: fc.constantFrom(...names),
  faults: fc
    .uniqueArray(fault, { minLength: 1, maxLength: 5, selector: ({ call }) => call })
    .map((faults) => faults.toSorted((one, other) => one.call - other.call)),
});

const replayOf = (drawn: Schedule) => `npm run test:faults -- --replay '${written(drawn)}'`;

/** Draws one part of the random schedules; each has to converge. */
export const drawSchedules = (part: number, parts: number): void => {
  it(`an onboarding converges under random schedules of faults (part ${part} of ${parts})`, async () => {
    const numRuns = Math.ceil(Number(process.env['FAULT_SCHEDULES'] ?? 2000) / parts);
    const seed = Number(process.env['FAULT_SEED'] ?? 1) + part;
    const tally = emptyTally();
    const prepared = {
      plain: await disturbable('plain'),
      asked: await disturbable('asked'),
      agents: await disturbable('agents'),
    };
    const converges = fc.asyncProperty(schedule, async ({ scenario, faults }) => {
      const outcome = await prepared[scenario].run(faults, remedyOf(faults));
      tally.schedules += 1;
      count(tally, 'random schedules', outcome);
      expect(outcome.problems).toEqual([]);
    });
    const { failed, counterexample, errorInstance } = await fc.check(converges, { numRuns, seed });
    leave(`schedules-${part}`, tally);
    const [smallest] = counterexample ?? [];
    const why = errorInstance instanceof Error ? errorInstance.message : '';
    expect(failed && smallest ? `${replayOf(smallest)}\n${why}` : 'all converged').toBe(
      'all converged',
    );
  });
};
