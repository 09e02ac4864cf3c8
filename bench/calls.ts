import type { Benchmark, Result } from './benchmark.ts';
import { kinds, type Tally, tally } from './kinds.ts';
import {
  bareLeastOfFresh,
  bareLeastOfRerun,
  callsIn,
  leastOfFresh,
  leastOfRerun,
  type NeededStep,
} from './least.ts';
import { callsInAccounts, measureOnboardings } from './measured.ts';
import { hub } from './plainWorld.ts';
import type { MadeCall } from './simulation.ts';

const cellsOf = (counted: Tally) => [...kinds.map((kind) => counted[kind]), counted.sum];

const columnsOfKinds = ['writes', 'reads', 'sessions', 'questions', 'sum'];

/** What each state, or each step of the runbook, calls, in the order in which it begins to. */
export const tallyByState = (calls: readonly MadeCall[]): [string, Tally][] => {
  const states = [...new Set(calls.map(({ by }) => by))];
  return states.map((state) => [state, tally(calls.filter(({ by }) => by === state))]);
};

const stateTable = (title: string, calls: readonly MadeCall[]): Result[number] => {
  const byState = tallyByState(calls);
  return {
    title,
    columns: ['state', ...columnsOfKinds],
    rows: [
      ...byState.map(([state, counted]) => [state, ...cellsOf(counted)]),
      ['all', ...cellsOf(tally(calls))],
    ],
    notes: [],
    data: { byState: Object.fromEntries(byState), all: tally(calls), calls },
  };
};

/** How many times as many calls as another way takes. */
export const ratio = (calls: Tally, others: Tally): number => calls.sum / others.sum;

type Compared = {
  what: string;
  sightline: Tally;
  /** What keeps Sightline's promises, and what is left without them. */
  least: Tally;
  bare: Tally;
  byHand: Tally;
};

const nameOf: Readonly<Record<string, string>> = {
  sightline: 'Sightline',
  least: 'least',
  bare: 'bare least',
  byHand: 'runbook',
};

const comparison = (compared: readonly Compared[]): Result[number] => ({
  title: 'AWS API calls of one onboarding, and how few there could be',
  columns: ['onboarding', 'by', ...columnsOfKinds, '÷ least', '÷ bare least', '÷ runbook'],
  rows: compared.flatMap(({ what, ...ways }) =>
    Object.entries(ways).map(([way, counted]) => [
      ...[what, nameOf[way] ?? way, ...cellsOf(counted)],
      ratio(counted, ways.least),
      ratio(counted, ways.bare),
      ratio(counted, ways.byHand),
    ]),
  ),
  notes: [
    'EC2, IAM, STS and Service Quotas. Questions are calls with DryRun, sessions are AssumeRole; calls that fail count too.',
    'The least keeps what Sightline promises: all that is in the way is known before anything is changed, everything is marked, and writing is tried. The bare least does the job and shows that it is done.',
    'How many looks it takes until the peering is active and the role assumable depends on bench/delays.ts.',
    'The runbook has the credentials of both accounts, so it needs no session for the onboarding; it shows less, and asks nothing beforehand.',
  ],
  data: compared,
});

const leastTable = (title: string, steps: readonly NeededStep[]): Result[number] => {
  const calls = callsIn(steps);
  return {
    title,
    columns: ['call', 'by', 'kind', 'why'],
    rows: calls.map(({ call, by, kind, why }) => [call, by, kind, why]),
    notes: [`${calls.length} calls; what is left out, and why, is said in bench/least.ts.`],
    data: calls,
  };
};

type Repeated = { call: string; account: string; times: number; states: string[] };

/** The calls that are made more than once in the same account, whatever they ask for, the most frequent first. */
export const repeatedCalls = (calls: readonly MadeCall[]): Repeated[] => {
  const keyOf = ({ service, action, accountId }: MadeCall) =>
    `${service}:${action} ${accountId === hub ? 'hub' : 'monitored'}`;
  return Object.entries(Object.groupBy(calls, keyOf))
    .flatMap(([key, same = []]) => {
      const [call = '', account = ''] = key.split(' ');
      return { call, account, times: same.length, states: same.map(({ by }) => by) };
    })
    .filter(({ times }) => times > 1)
    .toSorted((one, other) => other.times - one.times);
};

const timesEach = (states: readonly string[]) =>
  [...new Set(states)]
    .map((state) => [state, states.filter((one) => one === state).length] as const)
    .map(([state, times]) => (times > 1 ? `${state} ×${times}` : state))
    .join(', ');

const repeatedTable = (calls: readonly MadeCall[]): Result[number] => {
  const repeated = repeatedCalls(calls);
  return {
    title: 'Calls that a fresh onboarding makes more than once',
    columns: ['call', 'credentials of', 'times', 'states'],
    rows: repeated.map(({ states, ...one }) => [...Object.values(one), timesEach(states)]),
    notes: ['Not all of them are waste: what was changed has to be read again.'],
    data: repeated,
  };
};

/** How many calls an onboarding takes: of Sightline, by hand, and at least. */
export const calls: Benchmark = {
  about: 'AWS API calls of one onboarding, against the least possible number and a runbook',
  run: async () => {
    const { cold, rerun, byHand } = await measureOnboardings();
    const fresh = callsInAccounts(cold.calls);
    const again = callsInAccounts(rerun.calls);
    return [
      comparison([
        {
          what: 'fresh',
          sightline: tally(fresh),
          least: tally(callsIn(leastOfFresh)),
          bare: tally(callsIn(bareLeastOfFresh)),
          byHand: tally(byHand.fresh.calls),
        },
        {
          what: 're-run',
          sightline: tally(again),
          least: tally(callsIn(leastOfRerun)),
          bare: tally(callsIn(bareLeastOfRerun)),
          byHand: tally(byHand.rerun.calls),
        },
      ]),
      stateTable('Calls of a fresh onboarding, by state', fresh),
      stateTable('Calls of a re-run right after it, by state', again),
      repeatedTable(fresh),
      leastTable('The least calls of a fresh onboarding', leastOfFresh),
      leastTable('The least calls of a re-run', leastOfRerun),
    ];
  },
};
