import type { CallMade, Fault } from '../../local/aws/faults.ts';
import { disturbable, type Outcome } from './convergence.ts';
import { remedyOf, written } from './replay.ts';
import type { ScenarioName } from './scenarios.ts';
import { count, emptyTally, leave } from './tally.ts';

type FaultOnce = Omit<Fault, 'call'>;

/** What can become of any call. Those of several times outlast the SDK, or strike the retry as well. */
const ofEvery: readonly FaultOnce[] = [
  ...(['throttled', 'error-500', 'error-503', 'expired', 'denied'] as const),
  ...(['reset-before', 'stale', 'killed', 'hung'] as const),
]
  .map((kind): FaultOnce => ({ kind, times: 1 }))
  .concat(
    { kind: 'throttled', times: 7 },
    { kind: 'error-500', times: 7 },
    { kind: 'reset-before', times: 7 },
    { kind: 'denied', times: 2 },
    { kind: 'stale', times: 3 },
  );

/** What differs only where a call has an effect that nobody is told of; of a read it is `reset-before`. */
const ofWrites: readonly FaultOnce[] = [
  { kind: 'reset-after', times: 1 },
  { kind: 'slow', times: 1 },
  { kind: 'reset-after', times: 7 },
  { kind: 'slow', times: 7 },
  { kind: 'killed', times: 3 },
];

/** Nothing but a denial, which a person has to mend, and a step that dies every time may end an execution. */
const needsNobody = ({ kind, times }: FaultOnce) =>
  kind !== 'denied' && !(kind === 'killed' && times > 2);

/** Spoils a call, and adds to the problems of the outcome that it took a remedy where it should not. */
export const spoilCall = async (
  { run }: Pick<Awaited<ReturnType<typeof disturbable>>, 'run'>,
  fault: Fault,
): Promise<Outcome> => {
  const outcome = await run([fault], remedyOf([fault]));
  if (outcome.by === 'itself' || !needsNobody(fault)) return outcome;
  const problem = `it took a ${outcome.by} after ${outcome.failures[0]}`;
  return { ...outcome, problems: [...outcome.problems, problem] };
};

const faultsOf = ({ isWrite }: CallMade, index: number): Fault[] =>
  [...ofEvery, ...(isWrite ? ofWrites : [])].map((fault) => ({ call: index + 1, ...fault }));

const nameOf = ({ kind, times }: Fault) => (times > 1 ? `${kind} ×${times}` : kind);

/** Spoils every call of a scenario's onboarding in every way, one at a time; each has to converge. */
export const spoilEveryCall = (scenario: ScenarioName): void => {
  it(`the ${scenario} onboarding converges, whichever call is spoiled in whichever way`, async () => {
    const sightline = await disturbable(scenario);
    const tally = emptyTally();
    const failed: string[] = [];
    for (const fault of sightline.calls.flatMap(faultsOf)) {
      const outcome = await spoilCall(sightline, fault);
      tally.pairs += 1;
      count(tally, nameOf(fault), outcome);
      if (outcome.problems.length === 0) continue;
      const line = written({ scenario, faults: [fault] });
      failed.push(`npm run test:faults -- --replay '${line}': ${outcome.problems[0]}`);
    }
    leave(scenario, tally);
    expect(failed).toEqual([]);
  });
};
