import { cpus } from 'node:os';
import { packageApplication } from '../../local/packaged.ts';
import { accountIds, worldOf } from '../conformance/aws.ts';
import { startLocalAws } from '../conformance/localAws.ts';
import { suite } from '../conformance/suite.ts';
import { type Bench, localBench, motoBench } from './bench.ts';
import { known } from './known.ts';
import { motoTarget } from './motoAws.ts';
import { situations } from './onboardings.ts';
import { startMoto } from './server.ts';
import { type Outcome, outcomeOf, type Situation } from './situation.ts';
import { summarize } from './summary.ts';

/** Each check finds a local AWS in which nothing is. */
const conformanceOfLocal = async (): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const { name, run } of suite) {
    const aws = await startLocalAws();
    outcomes.push(await outcomeOf(name, () => run(worldOf(aws))));
    await aws.close();
  }
  return outcomes;
};

/** All checks share a moto: it takes a second to begin with an account. */
const conformanceOfMoto = async (): Promise<Outcome[]> => {
  const moto = await startMoto();
  const world = worldOf(await motoTarget(moto, accountIds));
  const outcomes: Outcome[] = [];
  for (const { name, run } of suite) outcomes.push(await outcomeOf(name, () => run(world)));
  await moto.close();
  return outcomes;
};

const onboardingsIn = async (opening: Promise<Bench>, { run }: Situation): Promise<Outcome[]> => {
  const bench = await opening;
  const outcomes = await run(bench);
  await bench.close();
  return outcomes;
};

/** Some checks on one of the two. */
type Job = { of: 'local' | 'moto'; names: readonly string[]; run: () => Promise<Outcome[]> };

const conformance = suite.map(({ name }) => name);

/** The long ones first, so that no core is idle in the end. */
const jobs: readonly Job[] = [
  { of: 'moto', names: conformance, run: conformanceOfMoto },
  ...situations.flatMap((one): Job[] => [
    { of: 'moto', names: one.names, run: () => onboardingsIn(motoBench(one.accountIds), one) },
    { of: 'local', names: one.names, run: () => onboardingsIn(localBench(), one) },
  ]),
  { of: 'local', names: conformance, run: conformanceOfLocal },
];

/** Where nothing could be checked at all, that is what came of every check. */
const outcomesOf = async ({ names, run }: Job): Promise<Outcome[]> => {
  try {
    return await run();
  } catch (error) {
    return names.map((name) => ({ name, error }));
  }
};

/** Runs the jobs, a few at a time, and keeps apart what came out on either. */
const runAll = async (atOnce: number) => {
  const waiting = [...jobs];
  const outcomes: Record<Job['of'], Outcome[]> = { local: [], moto: [] };
  const work = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      outcomes[job.of].push(...(await outcomesOf(job)));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
};

await packageApplication();
// Much of it is waiting, so there is always one more than there are cores.
const { local, moto } = await runAll(cpus().length + 1);
const names = [...conformance, ...situations.flatMap((one) => one.names)];
const { lines, fine } = summarize(names, local, moto, known);
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = fine ? 0 : 1;
