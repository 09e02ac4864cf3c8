import { isInAccounts, type Onboarding } from '../local/simulated.ts';
import { assumptions, type Delays } from './delays.ts';
import { clientsOfPerson, runbook } from './runbook.ts';
import { type Bench, type MadeCall, type Observed, onBench } from './simulation.ts';

/** The calls that are about the accounts; those that announce an onboarding are not. */
export const callsInAccounts = (calls: readonly MadeCall[]): MadeCall[] =>
  calls.filter(isInAccounts);

/** Onboardings as they are measured. */
export type Onboardings = {
  /** Nothing is there yet, and no function is warm. */
  cold: Observed<Onboarding>;
  /** Nothing is there yet; the functions are warm. */
  warm: Observed<Onboarding>;
  /** Everything is there; the functions are warm. */
  rerun: Observed<Onboarding>;
  /** By hand, with nothing there, and once more. */
  byHand: { fresh: Observed<void>; rerun: Observed<void> };
};

const runByHandTwice = async ({ sightline, observe }: Bench) => {
  const clients = await clientsOfPerson(sightline.aws);
  const run = () => observe(() => sightline.passing(runbook(clients)));
  return { fresh: await run(), rerun: await run() };
};

/** Onboards, and onboards again what is forgotten, so that only the functions know of the first time. */
const onboardThrice = async ({ sightline, onboard }: Bench) => {
  const backToStart = sightline.aws.capture();
  const cold = await onboard();
  backToStart();
  return { cold, warm: await onboard(), rerun: await onboard() };
};

/** Measures onboardings in the plainest world, and the runbook in the same world with the same delays. */
export const measureOnboardings = async (delays: Delays = assumptions): Promise<Onboardings> => ({
  ...(await onBench(delays, onboardThrice)),
  byHand: await onBench(delays, runByHandTwice),
});

/** From the start of an execution to its end, in milliseconds; what comes after it is left out. */
export const executionMs = ({ result: { events } }: Observed<Onboarding>): number => {
  const at = (index: number) => events.at(index)?.timestamp?.getTime() ?? 0;
  return at(-1) - at(0);
};
