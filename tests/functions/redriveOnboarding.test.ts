import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { handler } from '../../functions/redriveOnboarding.ts';
import { accountId, anApiEvent, anAwsError, executionArns } from '../builders.ts';
import { changesIn, sfn } from '../shared/recordedAws.ts';
import { anExecution, givenExecutions } from '../shared/recordedExecutions.ts';

const id = `${accountId}_auto_1`;

/** What POST /onboardings/{id}/redrive answers. */
const redrive = async (of = id) => {
  const { body, ...answer } = await handler(anApiEvent({ path: { id: of } }));
  return { ...answer, body: JSON.parse(body) };
};

beforeEach(() => {
  givenExecutions(anExecution({ name: id, status: 'FAILED' }));
  sfn.on(RedriveExecutionCommand).resolves({});
});

it('goes on from the failed step', async () => {
  expect(await redrive()).toEqual({
    statusCode: 202,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      location: `/onboardings/${id}`,
    },
    body: { id, executionArn: `${executionArns}:${id}`, status: 'RUNNING' },
  });
  expect(await changesIn(sfn)).toMatchObject([
    { command: 'RedriveExecution', input: { executionArn: `${executionArns}:${id}` } },
  ]);
});

it.each(['222222222222_auto_2', 'a/b', ''])(
  'answers 404 for %j, which there is not',
  async (unknown) => {
    expect(await redrive(unknown)).toMatchObject({
      statusCode: 404,
      body: { title: 'There is no such onboarding', detail: `No onboarding ${unknown}.` },
    });
    expect(await changesIn(sfn)).toEqual([]);
  },
);

it('answers 404 where it has been forgotten meanwhile', async () => {
  sfn.on(RedriveExecutionCommand).rejects(anAwsError('ExecutionDoesNotExist'));
  expect(await redrive()).toMatchObject({ statusCode: 404 });
});

it('answers 409 with AWS’s reason where it cannot be redriven', async () => {
  const reason = 'Execution is SUCCEEDED and cannot be redriven';
  sfn.on(RedriveExecutionCommand).rejects(anAwsError('ExecutionNotRedrivable', reason));
  expect(await redrive()).toMatchObject({
    statusCode: 409,
    headers: { 'content-type': 'application/problem+json' },
    body: { title: 'The onboarding cannot be redriven', detail: reason },
  });
});

it.each([
  ['ThrottlingException', 503],
  ['ExecutionLimitExceeded', 503],
  ['AccessDeniedException', 500],
])('answers %s of AWS with %d', async (name, statusCode) => {
  sfn.on(RedriveExecutionCommand).rejects(anAwsError(name, 'a secret'));
  const answer = await redrive();
  expect(answer).toMatchObject({ statusCode });
  expect(JSON.stringify(answer)).not.toContain('a secret');
});
