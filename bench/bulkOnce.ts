import { packageApplication } from '../local/packaged.ts';
import { type Clock, simulate } from '../local/simulated.ts';
import { asOnAws, runBatch } from '../tests/bulk/batches.ts';
import { accountIdOf, manyAccounts, requestOf } from '../tests/bulk/manyAccounts.ts';
import { onSimulatedClock } from './clock.ts';

/** What a batch of so many accounts took. */
export type BulkRun = {
  accounts: number;
  ready: number;
  /** On the simulated clock, in seconds: of the batch, and of the fastest onboarding by itself. */
  seconds: number;
  secondsOfOne: number;
  /** Of this process, in seconds. */
  cpuSeconds: number;
  wallSeconds: number;
  /** The memory that the onboardings have left behind: the heap and the buffers beside it. */
  memoryBytes: number;
};

type Sightline = Awaited<ReturnType<typeof simulate>>;

const memoryBytes = () => {
  if (!globalThis.gc)
    throw new Error('start this with node --expose-gc, which the memory is measured with');
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** One onboarding while nothing else goes on; it also loads and warms up what all others need. */
const onboardOne = async (sightline: Sightline, accountId: string): Promise<number> => {
  const begin = Date.now();
  const { status } = await sightline.onboard(requestOf(accountId));
  if (status !== 'SUCCEEDED')
    throw new Error(`${accountId} is not ready: its onboarding ${status}`);
  return (Date.now() - begin) / 1000;
};

/** How often one is onboarded by itself: how long that takes is also a matter of chance. */
const alone = 3;

const deployedFor = (accounts: number, clock: Clock): Promise<Sightline> =>
  simulate({
    clock,
    // biome-ignore lint/style/noProcessEnv: the functions run in this process and read it.
    environment: process.env,
    change: manyAccounts(accounts),
    settings: asOnAws,
  });

/** Onboards so many accounts on a simulated clock, after some more that show how fast one can be. */
const measure = async (accounts: number, clock: Clock): Promise<BulkRun> => {
  const sightline = await deployedFor(accounts + alone, clock);
  const ofOne: number[] = [];
  for (let n = accounts; n < accounts + alone; n++) {
    ofOne.push(await onboardOne(sightline, accountIdOf(n)));
  }
  const before = { memory: memoryBytes(), cpu: cpuSeconds(), wall: performance.now() };
  const { batch, seconds } = await runBatch(sightline, accounts);
  return {
    accounts,
    ready: batch.results.ready,
    seconds,
    secondsOfOne: Math.min(...ofOne),
    cpuSeconds: cpuSeconds() - before.cpu,
    wallSeconds: (performance.now() - before.wall) / 1000,
    memoryBytes: memoryBytes() - before.memory,
  };
};

await packageApplication();
const run = await onSimulatedClock((clock) => measure(Number(process.argv[2]), clock));
process.stdout.write(`${JSON.stringify(run)}\n`);
