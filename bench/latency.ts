import type { Onboarding } from '../local/simulated.ts';
import type { Benchmark, Result } from './benchmark.ts';
import {
  chainedMs,
  criticalPath,
  earliest,
  fullChain,
  lowerBoundMs,
  rerunChain,
  type Timed,
} from './criticalPath.ts';
import { assumptions } from './delays.ts';
import { leastOfFresh, leastOfRerun } from './least.ts';
import { executionMs, measureOnboardings } from './measured.ts';
import type { Observed } from './simulation.ts';
import { timeIn } from './timeIn.ts';

const seconds = (ms: number) => ms / 1000;

/** One onboarding, the bound below it, and the same by hand, in milliseconds. */
export type Race = {
  what: string;
  ms: number;
  /** The lower bound with the functions of the chain, and without them: AWS alone. */
  boundMs: number;
  bareMs: number;
  byHandMs: number;
};

const raceTable = (races: readonly Race[]): Result[number] => ({
  title: 'Time of one onboarding on the simulated clock, in seconds',
  columns: [
    ...['onboarding', 'Sightline', 'lower bound', '÷ lower bound', 'AWS alone', '÷ AWS alone'],
    ...['runbook', 'runbook ÷ Sightline'],
  ],
  rows: races.map(({ what, ms, boundMs, bareMs, byHandMs }) => [
    ...[what, seconds(ms), seconds(boundMs), ms / boundMs, seconds(bareMs), ms / bareMs],
    ...[seconds(byHandMs), byHandMs / ms],
  ]),
  notes: [
    'From StartExecution to the end of the execution; the announcement comes after it. Every delay is assumed, see below.',
    'AWS alone is the longest chain of the least calls (bench/least.ts) and of what AWS takes its time for; it knows when IAM and the peering are ready. The lower bound has the functions and the transitions of that chain besides (bench/criticalPath.ts).',
    'The runbook waits as the AWS CLI does; what a person reads, types and mistypes takes no time in it.',
  ],
  data: races,
});

const barWidth = 48;

/** When something was, as a line. */
export const bar = (startMs: number, endMs: number, totalMs: number): string => {
  const at = (ms: number) => Math.round((ms / totalMs) * barWidth);
  const length = Math.max(1, at(endMs) - at(startMs));
  return `${' '.repeat(Math.min(at(startMs), barWidth - 1))}${'█'.repeat(length)}`;
};

const timesTable = (title: string, steps: readonly Timed[], notes: string[]): Result[number] => {
  const totalMs = Math.max(...steps.map(({ endMs }) => endMs));
  return {
    title,
    columns: ['what', 'start ms', 'end ms', 'when'],
    rows: steps.map(({ what, startMs, endMs }) => [
      ...[what, startMs, endMs, bar(startMs, endMs, totalMs)],
    ]),
    notes,
    data: steps,
  };
};

/** The states of an onboarding, with when they were, from the start of the execution on. */
export const statesOf = ({ result }: Observed<Onboarding>): Timed[] => {
  const begin = result.events[0]?.timestamp?.getTime() ?? 0;
  return result.steps.map(({ state, startedAt, endedAt = startedAt, attempts }) => ({
    id: state,
    what: attempts > 1 ? `${state} (${attempts} tries)` : state,
    startMs: startedAt.getTime() - begin,
    endMs: endedAt.getTime() - begin,
  }));
};

const timeInTable = (title: string, observed: Observed<Onboarding>): Result[number] => {
  const states = timeIn(statesOf(observed), observed, assumptions);
  return {
    title,
    columns: ['state', 'total ms', 'in calls', 'in Lambda', 'rest'],
    rows: states.map((one) => Object.values(one)),
    notes: [
      'In Lambda: cold starts, invocations, own work. The rest: state transitions, Wait states, pauses between retries. States overlap: the sum is not the onboarding’s time.',
    ],
    data: states,
  };
};

const assumptionTable = (): Result[number] => ({
  title: 'What is assumed',
  columns: ['what', 'ms', 'source'],
  rows: Object.values(assumptions).map(({ what, ms, source }) => [what, ms, source]),
  notes: [
    'Choice, Wait and Pass states cannot be made to wait here: the next Task of their branch waits for their transitions, too.',
  ],
  data: assumptions,
});

type Measured = Awaited<ReturnType<typeof measureOnboardings>>;

/** What was measured, each beside its lower bound and the runbook. */
export const racesOf = ({ cold, warm, rerun, byHand }: Measured): Race[] => {
  const bareMs = lowerBoundMs(leastOfFresh, assumptions);
  const byHandMs = byHand.fresh.endMs - byHand.fresh.startMs;
  const fresh = (what: string, observed: Observed<Onboarding>, isCold: boolean): Race => ({
    what,
    ms: executionMs(observed),
    boundMs: bareMs + chainedMs(fullChain, isCold, assumptions),
    bareMs,
    byHandMs,
  });
  const rerunMs = lowerBoundMs(leastOfRerun, assumptions);
  return [
    fresh('fresh, functions cold', cold, true),
    fresh('fresh, functions warm', warm, false),
    {
      what: 're-run, functions warm',
      ms: executionMs(rerun),
      boundMs: rerunMs + chainedMs(rerunChain, false, assumptions),
      bareMs: rerunMs,
      byHandMs: byHand.rerun.endMs - byHand.rerun.startMs,
    },
  ];
};

/** How long an onboarding takes, if AWS takes as long as is assumed. */
export const latency: Benchmark = {
  about: 'Time of one onboarding on a simulated clock, against its critical path and a runbook',
  run: async () => {
    const measured = await measureOnboardings();
    const { cold, warm, rerun } = measured;
    return [
      raceTable(racesOf(measured)),
      timesTable('Fresh, functions cold: the states', statesOf(cold), []),
      timesTable('Fresh, functions warm: the states', statesOf(warm), []),
      timesTable('Re-run, functions warm: the states', statesOf(rerun), []),
      timeInTable('Fresh, functions cold: what the time goes into', cold),
      timeInTable('Fresh, functions warm: what the time goes into', warm),
      timeInTable('Re-run, functions warm: what the time goes into', rerun),
      timesTable(
        'Fresh: the chain that is the lower bound',
        criticalPath(leastOfFresh, assumptions),
        [],
      ),
      timesTable(
        'Fresh: every least call at its earliest',
        earliest(leastOfFresh, assumptions),
        [],
      ),
      assumptionTable(),
    ];
  },
};
