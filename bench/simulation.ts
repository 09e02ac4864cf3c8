import { AsyncLocalStorage } from 'node:async_hooks';
import type { AskedCall, Waits } from '../local/aws/settings.ts';
import {
  type Called,
  type Clock,
  currentState,
  type Onboarding,
  simulate,
} from '../local/simulated.ts';
import { delay, onSimulatedClock } from './clock.ts';
import { callMs, type Delays, settingsOf } from './delays.ts';
import { type Kind, kindOf } from './kinds.ts';
import { monitored, plainWorld } from './plainWorld.ts';
import { createSandboxes } from './sandboxes.ts';
import { withoutOutput } from './silence.ts';

/** A call as it was made. Times are milliseconds of the simulated clock. */
export type MadeCall = {
  /** The state whose function made it, or the step of the runbook. */
  by: string;
  service: string;
  action: string;
  accountId: string;
  kind: Kind;
  startMs: number;
  endMs: number;
};

/** An invocation of a function as it was. */
export type Invocation = {
  state: string;
  functionName: string;
  memoryMb: number;
  cold: boolean;
  /** INIT of a cold start, which Lambda bills too. */
  initMs: number;
  /** How long the function itself ran. */
  ranMs: number;
};

/** What was called and run during something, how long it took, and what was logged. */
export type Observed<Result> = {
  result: Result;
  startMs: number;
  endMs: number;
  calls: MadeCall[];
  invocations: Invocation[];
  logBytes: number;
};

/** The step of a runbook in which calls are made. */
const stepInProgress = new AsyncLocalStorage<string>();

/** Does a step of a runbook, so that its calls take time and are counted. */
export const asStep = <Result>(step: string, act: () => Promise<Result>): Promise<Result> =>
  stepInProgress.run(step, act);

/** Makes calls, invocations and transitions take their time, and remembers them. */
const createObserver = (delays: Delays) => {
  const calls: MadeCall[] = [];
  const invocations: Invocation[] = [];
  const sandboxes = createSandboxes();
  const observeCall = async (call: AskedCall) => {
    const by = currentState() ?? stepInProgress.getStore();
    // Whoever looks from outside how far an execution is, is no part of it.
    if (by === undefined) return;
    const { service, action, caller } = call;
    const kind = kindOf(call);
    const ms = callMs(delays, { service, kind });
    const startMs = Date.now();
    const { accountId } = caller;
    calls.push({ by, service, action, accountId, kind, startMs, endMs: startMs + ms });
    await delay(ms);
  };
  const around = async ({ state, definition }: Called, invoke: () => Promise<unknown>) => {
    const { name: functionName, memoryMb } = definition;
    const cold = sandboxes.take(functionName);
    const initMs = cold ? delays.lambdaInit.ms : 0;
    await delay(delays.lambdaInvoke.ms + (cold ? delays.lambdaSandbox.ms + initMs : 0));
    const startMs = Date.now();
    try {
      await delay(delays.lambdaOwnWork.ms);
      return await invoke();
    } finally {
      const ranMs = Date.now() - startMs;
      invocations.push({ state, functionName, memoryMb, cold, initMs, ranMs });
      sandboxes.giveBack(functionName);
    }
  };
  const waits: Waits = {
    call: observeCall,
    transitions: (count) => delay(count * delays.transition.ms),
  };
  return { calls, invocations, around, waits };
};

/** Sightline in the plainest world, where everything takes as long as is assumed. */
export type Bench = {
  sightline: Awaited<ReturnType<typeof simulate>>;
  /** Observes what is done. */
  observe: <Result>(act: () => Promise<Result>) => Promise<Observed<Result>>;
  /** Onboards the account of the plainest world. Throws if it does not get ready. */
  onboard: () => Promise<Observed<Onboarding>>;
};

const deployBench = async (clock: Clock, delays: Delays): Promise<Bench> => {
  const { calls, invocations, around, waits } = createObserver(delays);
  const sightline = await simulate({
    clock,
    // biome-ignore lint/style/noProcessEnv: the functions run in this process and read it.
    environment: process.env,
    change: (world) => Object.assign(world, plainWorld()),
    settings: { ...settingsOf(delays), waits },
    around,
  });
  const observe: Bench['observe'] = async (act) => {
    const before = { calls: calls.length, invocations: invocations.length };
    const startMs = Date.now();
    const { result, bytes: logBytes } = await withoutOutput(act);
    const endMs = Date.now();
    return {
      ...{ result, startMs, endMs, logBytes },
      calls: calls.slice(before.calls),
      invocations: invocations.slice(before.invocations),
    };
  };
  const onboard = async () => {
    const observed = await observe(async () => {
      const onboarding = await sightline.onboard({ accountId: monitored });
      await sightline.finish();
      return onboarding;
    });
    const { status, failure } = observed.result;
    if (status === 'SUCCEEDED') return observed;
    const reason = failure ? `${failure.name}: ${failure.message}` : 'no reason given';
    throw new Error(`the onboarding that was to be measured ended as ${status}: ${reason}`);
  };
  return { sightline, observe, onboard };
};

let isRehearsed = false;

/** Loads everything that is loaded at its first use, for that takes real time. */
const rehearse = async (clock: Clock, delays: Delays) => {
  if (!isRehearsed) await (await deployBench(clock, delays)).onboard();
  isRehearsed = true;
};

/**
 * Does something with Sightline on a simulated clock in the plainest world.
 *
 * @example const { result } = await onBench(assumptions, ({ onboard }) => onboard());
 */
export const onBench = <Result>(
  delays: Delays,
  act: (bench: Bench) => Promise<Result>,
): Promise<Result> =>
  onSimulatedClock(async (clock) => {
    await rehearse(clock, delays);
    return act(await deployBench(clock, delays));
  });
