import { DescribeExecutionCommand, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import { handler } from '../../functions/getOnboarding.ts';
import { SightlineError } from '../../shared/errors.ts';
import {
  accountId,
  anApiEvent,
  anAwsError,
  aReport,
  aRequest,
  executionArns,
  peeringId,
} from '../builders.ts';
import { callsTo, sfn } from '../shared/recordedAws.ts';
import { anExecution, type Execution, givenExecutions } from '../shared/recordedExecutions.ts';

const id = `${accountId}_auto_1`;
const at = (second: number) => new Date(Date.UTC(2026, 10, 2, 8, 0, second));

/** Preflight, on two pages, and RequestPeering, which still runs. */
const givenHistory = () => {
  sfn
    .on(GetExecutionHistoryCommand)
    .resolves({
      events: [
        {
          id: 1,
          previousEventId: 0,
          timestamp: at(1),
          type: 'TaskStateEntered',
          stateEnteredEventDetails: { name: 'Preflight' },
        },
        { id: 2, previousEventId: 1, timestamp: at(1), type: 'LambdaFunctionScheduled' },
        {
          id: 3,
          previousEventId: 2,
          timestamp: at(4),
          type: 'LambdaFunctionSucceeded',
          lambdaFunctionSucceededEventDetails: { output: '{"did":"planned"}' },
        },
      ],
      nextToken: 'page 2',
    })
    .on(GetExecutionHistoryCommand, { nextToken: 'page 2' })
    .resolves({
      events: [
        { id: 4, previousEventId: 3, timestamp: at(5), type: 'TaskStateExited' },
        {
          id: 5,
          previousEventId: 4,
          timestamp: at(5),
          type: 'TaskStateEntered',
          stateEnteredEventDetails: { name: 'RequestPeering' },
        },
        { id: 6, previousEventId: 5, timestamp: at(5), type: 'LambdaFunctionScheduled' },
      ],
    });
};

/** What GET /onboardings/{id} answers of this execution. */
const get = async (parts: Partial<Execution> = {}) => {
  givenExecutions(anExecution({ name: id, ...parts }));
  const { body, ...answer } = await handler(anApiEvent({ path: { id } }));
  return { ...answer, body: JSON.parse(body) };
};

beforeEach(() => {
  givenHistory();
  jest.useFakeTimers({ now: at(11), doNotFake: ['nextTick', 'setImmediate'] });
});

afterEach(() => {
  jest.useRealTimers();
});

it('tells how far a running onboarding is, from all pages of its history', async () => {
  expect(await get()).toEqual({
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: {
      id,
      executionArn: `${executionArns}:${id}`,
      status: 'RUNNING',
      startedAt: '2026-11-02T08:00:00.000Z',
      request: JSON.parse(JSON.stringify(aRequest())),
      steps: [
        {
          state: 'Preflight',
          status: 'succeeded',
          startedAt: at(1).toISOString(),
          durationSeconds: 4,
          passes: 1,
          attempts: 1,
          did: 'planned',
        },
        {
          state: 'RequestPeering',
          status: 'running',
          startedAt: at(5).toISOString(),
          durationSeconds: 6,
          passes: 1,
          attempts: 1,
        },
      ],
    },
  });
  expect(await callsTo(sfn)).toMatchObject([
    { command: 'DescribeExecution' },
    { command: 'GetExecutionHistory', input: { executionArn: `${executionArns}:${id}` } },
    { command: 'GetExecutionHistory', input: { nextToken: 'page 2' } },
  ]);
});

it('has the report of one that has succeeded', async () => {
  const output = JSON.stringify(aReport());
  const { body } = await get({ status: 'SUCCEEDED', output, stopDate: at(10) });
  expect(body).toMatchObject({
    status: 'SUCCEEDED',
    endedAt: at(10).toISOString(),
    report: aReport(),
    diagram: expect.stringMatching(new RegExp(`^%%.*\nflowchart LR\n[^]*${peeringId}`)),
  });
  expect(body).not.toHaveProperty('failure');
});

it('tells why one failed, what to do, and that it can be redriven', async () => {
  const { name, message } = new SightlineError('PeeringRejected', {
    accountId,
    peeringId: 'pcx-1',
  });
  const cause = JSON.stringify({ errorType: name, errorMessage: message });
  const { body } = await get({ status: 'FAILED', error: name, cause, redriveStatus: 'REDRIVABLE' });
  expect(body.failure).toEqual({
    name: 'PeeringRejected',
    message: `Account ${accountId} rejected the peering pcx-1.`,
    remedy: `Sightline does not ask again by itself. Agree with the owner of account ${accountId} (its CloudTrail shows who called RejectVpcPeeringConnection), then start the onboarding again.`,
    redrivable: true,
  });
  expect(body).not.toHaveProperty('report');
});

it('tells why one cannot be redriven', async () => {
  const redriveStatusReason = 'Execution is FAILED and its redrive period has expired';
  const { body } = await get({
    status: 'FAILED',
    error: 'NotReady',
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason,
  });
  expect(body.failure).toMatchObject({ redrivable: false, reason: redriveStatusReason });
});

it.each(['222222222222_auto_2', 'a/b', ''])(
  'answers 404 for %j, which there is not',
  async (unknown) => {
    givenExecutions(anExecution({ name: id }));
    const { statusCode, body } = await handler(anApiEvent({ path: { id: unknown } }));
    expect({ statusCode, body: JSON.parse(body) }).toEqual({
      statusCode: 404,
      body: {
        type: 'about:blank',
        status: 404,
        title: 'There is no such onboarding',
        detail: `No onboarding ${unknown}.`,
      },
    });
  },
);

it('answers that AWS is busy where it throttles', async () => {
  sfn.on(DescribeExecutionCommand).rejects(anAwsError('ThrottlingException'));
  expect(await handler(anApiEvent({ path: { id } }))).toMatchObject({ statusCode: 503 });
});
