import { type Assumption, callMs, type Delays } from './delays.ts';
import type { NeededStep } from './least.ts';

/** A step with the earliest times at which it can begin and be over. */
export type Timed = { id: string; what: string; startMs: number; endMs: number };

const serviceOf = (call: string) => call.split(':')[0] ?? '';

/** How long a step takes by itself. */
const durationOf = (step: NeededStep, delays: Delays): number => {
  if ('wait' in step) return delays[step.wait].ms;
  return callMs(delays, { service: serviceOf(step.call), kind: step.kind });
};

const textOf = (step: NeededStep, delays: Readonly<Record<string, Assumption>>) =>
  'wait' in step ? (delays[step.wait]?.what ?? step.wait) : `${step.call} in the ${step.by}`;

/**
 * The earliest time of each step if nobody has to wait for anything but what the step itself comes after.
 * Throws if a step comes after one that is not before it in the list.
 */
export const earliest = (steps: readonly NeededStep[], delays: Delays): Timed[] => {
  const known = new Map<string, Timed>();
  const endOf = (id: string) => {
    const step = known.get(id);
    if (!step) throw new Error(`${id} is waited for before it is listed: put it further up`);
    return step.endMs;
  };
  for (const step of steps) {
    const startMs = Math.max(0, ...step.after.map(endOf));
    const endMs = startMs + durationOf(step, delays);
    known.set(step.id, { id: step.id, what: textOf(step, delays), startMs, endMs });
  }
  return [...known.values()];
};

const last = (timed: readonly Timed[]): Timed | undefined =>
  timed.toSorted((one, other) => other.endMs - one.endMs)[0];

/** The chain of steps that decides when everything is over, from its beginning to its end. */
export const criticalPath = (steps: readonly NeededStep[], delays: Delays): Timed[] => {
  const timed = earliest(steps, delays);
  const path: Timed[] = [];
  for (let step = last(timed); step; ) {
    path.unshift(step);
    const { id } = step;
    const after = steps.find((one) => one.id === id)?.after ?? [];
    step = last(timed.filter((one) => after.includes(one.id)));
  }
  return path;
};

/** When everything can be over at the earliest, in milliseconds: a bound below every onboarding. */
export const lowerBoundMs = (steps: readonly NeededStep[], delays: Delays): number =>
  last(earliest(steps, delays))?.endMs ?? 0;

/** What is on a chain besides, where a state machine calls small functions one after the other. */
export type Chained = { functions: number; transitions: number };

/**
 * Preflight and EnsureRole before IAM's delay, ConfirmReadiness after it, and the transitions to these, among
 * them ReadyAlready, PrepareAccount and RoleAsked. VerifyRole starts while IAM takes its time.
 */
export const fullChain: Chained = { functions: 3, transitions: 6 };

/** Preflight, ReadyAlready and WasReady, of which the last two are waited for by nothing. */
export const rerunChain: Chained = { functions: 1, transitions: 1 };

/** The least time that Lambda and Step Functions take on a chain, with functions that start cold or are warm. */
export const chainedMs = (chained: Chained, isCold: boolean, delays: Delays): number => {
  const { lambdaSandbox, lambdaInit, lambdaInvoke, lambdaOwnWork, transition } = delays;
  const start = isCold ? lambdaSandbox.ms + lambdaInit.ms : 0;
  const call = start + lambdaInvoke.ms + lambdaOwnWork.ms;
  return chained.functions * call + chained.transitions * transition.ms;
};
