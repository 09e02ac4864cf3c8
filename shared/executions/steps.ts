import type { HistoryEvent } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';

/** One pass of an execution through one state. */
export type Step = {
  state: string;
  /** `stopped`: the execution ended while the step was going on, because of something else. */
  status: 'running' | 'succeeded' | 'failed' | 'stopped';
  startedAt: Date;
  endedAt?: Date;
  /** How often the state's function was called; more than once when it was retried. */
  attempts: number;
  attemptFailed: boolean;
  /** What the function says it did. */
  did?: string;
};

/** States that only direct the flow; they do nothing that a reader wants to see. */
const isDirection = /^(Choice|Parallel|Pass|Succeed|Map)State/;

const Result = z.object({ did: z.string() });

const didOf = (output: string | undefined): string | undefined => {
  if (output === undefined) return undefined;
  return Result.safeParse(JSON.parse(output)).data?.did;
};

/** What tells which state an event is of, although it does not lead back to the state's entry. */
const markOf = ({ lambdaFunctionScheduledEventDetails: scheduled, ...event }: HistoryEvent) =>
  scheduled
    ? `${scheduled.resource} ${scheduled.input}`
    : (event.stateEnteredEventDetails?.name ?? event.stateExitedEventDetails?.name);

type Found = { byId: Map<number, number>; byMark: Map<string, number> };

const entryOf = ({ id, type, previousEventId = 0 }: HistoryEvent, mark: string, found: Found) =>
  type?.endsWith('StateEntered') ? id : (found.byId.get(previousEventId) ?? found.byMark.get(mark));

/**
 * The id of the event with which each event's state was entered, found along `previousEventId`. After a
 * redrive that leads back to no state: then the same call, or the state's name, tells.
 */
const entries = (events: readonly HistoryEvent[]) => {
  const found: Found = { byId: new Map(), byMark: new Map() };
  for (const event of events.filter(({ type }) => type !== 'ExecutionRedriven')) {
    const mark = markOf(event) ?? '';
    const entry = entryOf(event, mark, found);
    if (entry === undefined) continue;
    found.byId.set(event.id ?? 0, entry);
    if (mark !== '') found.byMark.set(mark, entry);
  }
  return found.byId;
};

const isFailedAttempt = (type: string) =>
  /^(LambdaFunction|Task)(Failed|TimedOut|ScheduleFailed|StartFailed)$/.test(type);

const advance = (step: Step, event: HistoryEvent): void => {
  const { type = '', timestamp = step.startedAt } = event;
  if (type === 'LambdaFunctionScheduled') {
    Object.assign(step, { attempts: step.attempts + 1, status: 'running', attemptFailed: false });
    delete step.endedAt;
  }
  // Whether a failed attempt is retried is only known when the next one, or the execution's end, comes.
  if (isFailedAttempt(type)) step.attemptFailed = true;
  if (type === 'LambdaFunctionSucceeded') {
    const did = didOf(event.lambdaFunctionSucceededEventDetails?.output);
    if (did !== undefined) step.did = did;
  }
  if (type.endsWith('StateExited'))
    Object.assign(step, { status: 'succeeded', endedAt: timestamp });
};

const isEnd = (type: string) => /^Execution(Failed|TimedOut|Aborted)$/.test(type);

const endRunning = (steps: Iterable<Step>, endedAt: Date): void => {
  for (const step of steps) {
    if (step.status !== 'running') continue;
    step.status = step.attemptFailed ? 'failed' : 'stopped';
    step.endedAt = endedAt;
  }
};

const stepEntered = (event: HistoryEvent): Step | undefined => {
  const { type = '', timestamp: startedAt = new Date(0), stateEnteredEventDetails } = event;
  const state = stateEnteredEventDetails?.name;
  if (state === undefined || isDirection.test(type)) return undefined;
  return { state, status: 'running', startedAt, attempts: 0, attemptFailed: false };
};

/**
 * The steps of an execution in the order in which they were entered, from its history.
 * A state that is retried is one step; a state that is entered again is another.
 */
export const stepsOf = (events: readonly HistoryEvent[]): Step[] => {
  const enteredBy = entries(events);
  const steps = new Map<number, Step>();
  for (const event of events) {
    const { id = 0, type = '', timestamp = new Date(0) } = event;
    const entered = stepEntered(event);
    if (entered) steps.set(id, entered);
    const step = steps.get(enteredBy.get(id) ?? 0);
    if (step) advance(step, event);
    if (isEnd(type)) endRunning(steps.values(), timestamp);
  }
  return [...steps.values()];
};
