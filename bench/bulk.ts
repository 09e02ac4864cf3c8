import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { packageApplication } from '../local/packaged.ts';
import { lowerBound } from '../tests/bulk/batches.ts';
import type { Benchmark, Result } from './benchmark.ts';
import type { BulkRun } from './bulkOnce.ts';

const sizes = [10, 100, 1000];

/** The sizes whose cost for each account is compared. */
const [few, many] = [500, 5000];

/**
 * With room for all that the onboardings in flight need: what is kept longer than for a collection or two is
 * moved to the old generation, whose collections take the longer the more is kept there.
 */
const memoryFlags = [
  '--max-old-space-size=8192',
  '--min-semi-space-size=128',
  '--max-semi-space-size=128',
];

/** In a process of its own, so that no run warms up or burdens another one. */
const runOnce = async (accounts: number): Promise<BulkRun> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', ...memoryFlags, 'bench/bulkOnce.ts', String(accounts)],
    { env: { PATH: dirname(process.execPath), POWERTOOLS_LOG_LEVEL: 'SILENT' } },
  );
  return JSON.parse(stdout);
};

/** The run that took the median of CPU time. */
const medianOf = (runs: readonly BulkRun[]): BulkRun => {
  const byCpu = runs.toSorted((one, other) => one.cpuSeconds - other.cpuSeconds);
  const median = byCpu[Math.floor(byCpu.length / 2)];
  if (!median) throw new Error('expected at least one run, not none');
  return median;
};

const runMedian = async (accounts: number, rounds: number): Promise<BulkRun> => {
  const runs: BulkRun[] = [];
  for (let round = 0; round < rounds; round++) runs.push(await runOnce(accounts));
  return medianOf(runs);
};

/**
 * Batches of few accounts, one after the other, beside one of many: how fast a machine is may change from
 * minute to minute, and so it does for both.
 */
const runSideBySide = async (): Promise<BulkRun[]> => {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  const ofMany = runOnce(many);
  ofMany.then(over, over);
  const ofFew: BulkRun[] = [];
  while (!isOver) ofFew.push(await runOnce(few));
  return [medianOf(ofFew), await ofMany];
};

/** What so many accounts take at least: as long as EC2's limit of requests lets them, or as one by itself. */
const boundOf = ({ accounts, secondsOfOne }: BulkRun) => {
  const limited = lowerBound(accounts);
  return limited > secondsOfOne
    ? { seconds: limited, by: 'EC2’s request limit' }
    : { seconds: secondsOfOne, by: 'one onboarding by itself' };
};

const perMinute = (accounts: number, seconds: number) => ((60 * accounts) / seconds).toFixed(1);

const rowOf = (run: BulkRun) => {
  const { accounts, ready, seconds, cpuSeconds, wallSeconds, memoryBytes } = run;
  const bound = boundOf(run);
  return [
    accounts,
    ready,
    seconds.toFixed(1),
    perMinute(accounts, seconds),
    perMinute(accounts, bound.seconds),
    `${((100 * bound.seconds) / seconds).toFixed(1)} %`,
    bound.by,
    wallSeconds.toFixed(1),
    ((1000 * cpuSeconds) / accounts).toFixed(1),
    (memoryBytes / 1000 / accounts).toFixed(0),
  ];
};

const columns = [
  'accounts',
  'ready',
  'simulated s',
  'accounts/min',
  'at best',
  'of that',
  'bound by',
  'wall s',
  'CPU ms/account',
  'memory kB/account',
];

/** How much an account of many costs in the place of one of few. */
const ratios = (runs: readonly BulkRun[]) => {
  const costs = (size: number, costOf: (run: BulkRun) => number) =>
    runs.filter(({ accounts }) => accounts === size).map((run) => costOf(run) / size);
  const ratio = (costOf: (run: BulkRun) => number) => {
    const [[one = 0], [other = 0]] = [costs(few, costOf), costs(many, costOf)];
    return Number((other / one).toFixed(3));
  };
  return {
    cpu: ratio(({ cpuSeconds }) => cpuSeconds),
    memory: ratio(({ memoryBytes }) => memoryBytes),
  };
};

const resultOf = (runs: readonly BulkRun[]): Result => {
  const { cpu, memory } = ratios(runs);
  return [
    {
      title: 'Batches, on a simulated clock with EC2’s request limits',
      columns,
      rows: runs.map(rowOf),
      notes: [
        'One VPC of the hub for every 125 accounts, all in one account and Region, so that they share its request limits.',
        'Best is what EC2 takes of requests for peerings: 50 at once and 5 a second; of few accounts, what one by itself takes. Of the other calls of an onboarding it takes more.',
        `The last two ran side by side, the batch of ${few} again and again: this is the one with the median of CPU time.`,
        `An account of ${many} takes ${cpu} times the CPU time and ${memory} times the memory of one of ${few}.`,
      ],
      data: { runs, ratios: { few, many, cpu, memory } },
    },
  ];
};

/** Accounts per minute against what EC2 allows, and what an account costs locally the more there are. */
export const bulk: Benchmark = {
  about: 'batches of 10 to 5,000 accounts',
  run: async ({ rounds = 1 }) => {
    await packageApplication();
    const runs: BulkRun[] = [];
    for (const size of sizes) runs.push(await runMedian(size, rounds));
    return resultOf([...runs, ...(await runSideBySide())]);
  },
};
