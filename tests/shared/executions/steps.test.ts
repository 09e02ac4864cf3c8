import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { stepsOf } from '../../../shared/executions/steps.ts';

/** A history, one event a second, each led to by the one before unless it says otherwise. */
const aHistory = (...events: Partial<HistoryEvent>[]): HistoryEvent[] =>
  events.map((event, index) => ({
    id: index + 1,
    previousEventId: index,
    timestamp: at(index + 1),
    type: undefined,
    ...event,
  }));

/** Moves an event to where a longer history has its end. */
const after =
  (earlier: readonly HistoryEvent[]) =>
  ({ id = 0, ...event }: HistoryEvent): HistoryEvent => ({
    ...event,
    id: id + earlier.length,
    previousEventId: id + earlier.length - 1,
    timestamp: at(id + earlier.length),
  });

const at = (second: number) => new Date(second * 1000);

const entered = (name: string, parts: Partial<HistoryEvent> = {}): Partial<HistoryEvent> => ({
  type: 'TaskStateEntered',
  stateEnteredEventDetails: { name },
  ...parts,
});
const scheduled: Partial<HistoryEvent> = {
  type: 'LambdaFunctionScheduled',
  lambdaFunctionScheduledEventDetails: { resource: 'arn:aws:lambda:function', input: '{}' },
};
const failed: Partial<HistoryEvent> = { type: 'LambdaFunctionFailed' };
const exited: Partial<HistoryEvent> = { type: 'TaskStateExited' };
const succeeded = (did: string): Partial<HistoryEvent> => ({
  type: 'LambdaFunctionSucceeded',
  lambdaFunctionSucceededEventDetails: { output: JSON.stringify({ did }) },
});

it('tells when a step began and ended, and what it did', () => {
  const events = aHistory(entered('Preflight'), scheduled, succeeded('planned'), exited);
  expect(stepsOf(events)).toMatchObject([
    {
      state: 'Preflight',
      status: 'succeeded',
      startedAt: at(1),
      endedAt: at(4),
      attempts: 1,
      did: 'planned',
    },
  ]);
});

it('takes a step that is retried for one step that is still running', () => {
  const events = aHistory(entered('VerifyRole'), scheduled, failed, scheduled);
  expect(stepsOf(events)).toMatchObject([{ status: 'running', attempts: 2 }]);
});

it('takes a failed attempt for a failed step only when the execution has failed', () => {
  const events = aHistory(entered('VerifyRole'), scheduled, failed);
  expect(stepsOf(events)).toMatchObject([{ status: 'running' }]);
  const ended = aHistory(entered('VerifyRole'), scheduled, failed, { type: 'ExecutionFailed' });
  expect(stepsOf(ended)).toMatchObject([{ status: 'failed', attempts: 1, endedAt: at(4) }]);
});

it('calls a step stopped that was going on when another one failed', () => {
  const events = aHistory(
    { type: 'ParallelStateEntered', stateEnteredEventDetails: { name: 'PrepareAccount' } },
    entered('RequestPeering'),
    { ...entered('EnsureRole'), previousEventId: 1 },
    { ...scheduled, previousEventId: 2 },
    { ...scheduled, previousEventId: 3 },
    { ...failed, previousEventId: 5 },
    { type: 'ExecutionFailed', previousEventId: 6 },
  );
  expect(stepsOf(events).map(({ state, status }) => [state, status])).toEqual([
    ['RequestPeering', 'stopped'],
    ['EnsureRole', 'failed'],
  ]);
});

// AWS does not say to which event it links a redriven step's first one.
it.each([
  ['the redrive', 5],
  ['the failure', 3],
])('goes on with the failed step after a redrive whose first event follows %s', (_, previous) => {
  const events = aHistory(
    entered('AddRoutesInHub'),
    scheduled,
    failed,
    { type: 'ExecutionFailed' },
    { type: 'ExecutionRedriven' },
    { ...scheduled, previousEventId: previous },
  );
  const going = stepsOf(events);
  const [done] = stepsOf([...events, ...aHistory(succeeded('routed'), exited).map(after(events))]);

  expect(going).toMatchObject([{ status: 'running', attempts: 2, startedAt: at(1) }]);
  expect(going[0]).not.toHaveProperty('endedAt');
  expect(done).toMatchObject({ status: 'succeeded', attempts: 2, endedAt: at(8), did: 'routed' });
});

it('tells of the last failure where the redriven execution fails once more', () => {
  const attempt = [scheduled, failed, { type: 'ExecutionFailed' } as const];
  const events = aHistory(
    entered('AddRoutesInHub'),
    ...attempt,
    { type: 'ExecutionRedriven' },
    ...attempt,
  );

  expect(stepsOf(events)).toMatchObject([{ status: 'failed', attempts: 2, endedAt: at(8) }]);
});

it.each(['ExecutionAborted', 'ExecutionTimedOut'] as const)(
  'calls a step stopped that was going on at %s, and leaves what had succeeded as it was',
  (type) => {
    const events = aHistory(
      ...[entered('Preflight'), scheduled, succeeded('planned'), exited],
      ...[entered('RequestPeering'), scheduled],
      { type },
    );

    expect(stepsOf(events)).toMatchObject([
      { state: 'Preflight', status: 'succeeded', endedAt: at(4) },
      { state: 'RequestPeering', status: 'stopped', endedAt: at(7) },
    ]);
  },
);

it('calls a step stopped, not failed, whose failed attempt was already being repeated', () => {
  const events = aHistory(entered('VerifyRole'), scheduled, failed, scheduled, {
    type: 'ExecutionAborted',
  });

  expect(stepsOf(events)).toMatchObject([{ status: 'stopped', attempts: 2 }]);
});

it.each(['LambdaFunctionTimedOut', 'LambdaFunctionScheduleFailed', 'TaskFailed'] as const)(
  'takes %s for a failed attempt',
  (type) => {
    const events = aHistory(entered('Preflight'), scheduled, { type }, { type: 'ExecutionFailed' });

    expect(stepsOf(events)).toMatchObject([{ status: 'failed', attempts: 1 }]);
  },
);

it('tells what the attempt that succeeded did, after those that had failed', () => {
  const events = aHistory(
    ...[entered('VerifyRole'), scheduled, failed, scheduled, failed, scheduled],
    ...[succeeded('assumed cross-role'), exited],
  );

  expect(stepsOf(events)).toMatchObject([
    { status: 'succeeded', attempts: 3, did: 'assumed cross-role', endedAt: at(8) },
  ]);
});

it('shows a wait as a step without attempts', () => {
  const events = aHistory(
    { type: 'WaitStateEntered', stateEnteredEventDetails: { name: 'LookAgainLater' } },
    { type: 'WaitStateExited', stateExitedEventDetails: { name: 'LookAgainLater' } },
  );

  expect(stepsOf(events)).toMatchObject([
    { state: 'LookAgainLater', status: 'succeeded', attempts: 0, startedAt: at(1), endedAt: at(2) },
  ]);
});

it('keeps the steps of two branches apart whose events alternate', () => {
  const events = aHistory(
    { type: 'ParallelStateEntered', stateEnteredEventDetails: { name: 'ConfigureNetwork' } },
    entered('AddRoutesInHub', { previousEventId: 1 }),
    entered('OpenSecurityGroups', { previousEventId: 1 }),
    { ...scheduled, previousEventId: 2 },
    { ...scheduled, previousEventId: 3 },
    { ...failed, previousEventId: 5 },
    { ...succeeded('routed'), previousEventId: 4 },
    { ...scheduled, previousEventId: 6 },
    { ...exited, previousEventId: 7 },
    { ...succeeded('opened'), previousEventId: 8 },
    { ...exited, previousEventId: 10 },
  );

  expect(stepsOf(events)).toMatchObject([
    { state: 'AddRoutesInHub', status: 'succeeded', attempts: 1, did: 'routed', endedAt: at(9) },
    { state: 'OpenSecurityGroups', attempts: 2, did: 'opened', endedAt: at(11) },
  ]);
});

it('has no steps before anything has happened', () => {
  expect(stepsOf([])).toEqual([]);
  expect(stepsOf(aHistory({ type: 'ExecutionStarted' }))).toEqual([]);
});

it('takes a state that is entered again for another step, and leaves out what only directs', () => {
  const look = [entered('WaitForAcceptance'), scheduled, succeeded('looked'), exited];
  const events = aHistory(
    { type: 'ExecutionStarted' },
    ...look,
    { type: 'ChoiceStateEntered', stateEnteredEventDetails: { name: 'PeeringStatus' } },
    { type: 'ChoiceStateExited' },
    ...look,
  );
  expect(stepsOf(events).map(({ state, status }) => [state, status])).toEqual([
    ['WaitForAcceptance', 'succeeded'],
    ['WaitForAcceptance', 'succeeded'],
  ]);
});

it('shows a step without words where its function has none', () => {
  const output = JSON.stringify({ peering: 'pcx-1' });
  const events = aHistory(entered('Preflight'), scheduled, {
    type: 'LambdaFunctionSucceeded',
    lambdaFunctionSucceededEventDetails: { output },
  });
  const [step] = stepsOf(events);
  expect(step).not.toHaveProperty('did');
});
