import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { stepsOf } from '../../shared/steps.ts';

/** A history, one event a second, each led to by the one before unless it says otherwise. */
const aHistory = (...events: Partial<HistoryEvent>[]): HistoryEvent[] =>
  events.map((event, index) => ({
    id: index + 1,
    previousEventId: index,
    timestamp: at(index + 1),
    type: undefined,
    ...event,
  }));

const at = (second: number) => new Date(second * 1000);

const entered = (name: string, parts: Partial<HistoryEvent> = {}): Partial<HistoryEvent> => ({
  type: 'TaskStateEntered',
  stateEnteredEventDetails: { name },
  ...parts,
});
const scheduled: Partial<HistoryEvent> = { type: 'LambdaFunctionScheduled' };
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

it('goes on with the failed step where the execution is redriven', () => {
  const events = aHistory(
    entered('AddRoutesInHub'),
    scheduled,
    failed,
    { type: 'ExecutionFailed' },
    { type: 'ExecutionRedriven' },
    { ...scheduled, previousEventId: 3 },
    succeeded('routed'),
    exited,
  );
  expect(stepsOf(events)).toMatchObject([{ status: 'succeeded', attempts: 2, endedAt: at(8) }]);
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
