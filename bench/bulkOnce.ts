import { packageApplication } from '../local/packaged.ts';
import { deployedFor, runBatch } from '../tests/bulk/batches.ts';
import { accountIdOf, requestOf } from '../tests/bulk/manyAccounts.ts';
import './jestClock.ts';

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
  /** The heap that the onboardings have left behind, in bytes. */
  heapBytes: number;
};

type Sightline = Awaited<ReturnType<typeof deployedFor>>;

const heapUsed = () => {
  if (!globalThis.gc)
    throw new Error('start this with node --expose-gc, which the heap is measured with');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
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

/** Onboards so many accounts on a simulated clock, after some more that show how fast one can be. */
const measure = async (accounts: number): Promise<BulkRun> => {
  const sightline = await deployedFor(accounts + alone);
  const ofOne: number[] = [];
  for (let n = accounts; n < accounts + alone; n++) {
    ofOne.push(await onboardOne(sightline, accountIdOf(n)));
  }
  const secondsOfOne = Math.min(...ofOne);
  const before = { heap: heapUsed(), cpu: cpuSeconds(), wall: performance.now() };
  const { batch, seconds } = await runBatch(sightline, accounts);
  const cpu = cpuSeconds() - before.cpu;
  const wallSeconds = (performance.now() - before.wall) / 1000;
  const heapBytes = heapUsed() - before.heap;
  const { ready } = batch.results;
  return { accounts, ready, seconds, secondsOfOne, cpuSeconds: cpu, wallSeconds, heapBytes };
};

await packageApplication();
process.stdout.write(`${JSON.stringify(await measure(Number(process.argv[2])))}\n`);
