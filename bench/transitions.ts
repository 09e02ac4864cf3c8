import type { HistoryEvent } from '@aws-sdk/client-sfn';

/** The state transitions of an execution: those into states, and the retries. */
export type Transitions = { entered: number; retried: number; sum: number };

const countOf = (events: readonly HistoryEvent[], pattern: RegExp) =>
  events.filter(({ type = '' }) => pattern.test(type)).length;

/**
 * Counts the state transitions that AWS bills, from an execution's history: each state that is entered,
 * whatever its type and in whichever branch, and each retry, which is what a Task schedules beyond once for
 * each time it is entered. "Step Functions counts a state transition each time a step of your workflow is
 * executed", "each retry will be charged as an additional state transition":
 * https://aws.amazon.com/step-functions/pricing/
 */
export const countTransitions = (events: readonly HistoryEvent[]): Transitions => {
  const entered = countOf(events, /StateEntered$/);
  const scheduled = countOf(events, /^(LambdaFunction|Task)Scheduled$/);
  const retried = scheduled - countOf(events, /^TaskStateEntered$/);
  return { entered, retried, sum: entered + retried };
};
