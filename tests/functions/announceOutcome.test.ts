import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand } from '@aws-sdk/client-sns';
import { handler } from '../../functions/announceOutcome.ts';
import { SightlineError } from '../../shared/errors.ts';
import {
  accountId,
  anAwsError,
  aReport,
  aRequest,
  bulkStateMachineArn,
  executionArns,
  peeringId,
  topicArn,
  vpcId,
} from '../builders.ts';
import { callsTo, eventBridge, logged, sns } from '../shared/recordedAws.ts';
import { anExecution, type Execution, givenExecutions } from '../shared/recordedExecutions.ts';

const name = `${accountId}_${vpcId}_1`;
const executionArn = `${executionArns}:${name}`;
const input = JSON.stringify(aRequest({ vpcId }));
const link = `https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${executionArn}`;

/** Has the end of this execution announced. */
const announce = (parts: Partial<Execution>) => {
  givenExecutions(anExecution({ name, input, ...parts }));
  // As EventBridge delivers it, as far as it is looked at.
  const event = { source: 'aws.states', detail: { executionArn, status: parts.status } };
  return handler(event, { functionName: 'announceOutcome' });
};

const failure = new SightlineError('PeeringRejected', { accountId, peeringId });
const failed: Partial<Execution> = {
  status: 'FAILED',
  error: failure.name,
  cause: JSON.stringify({ errorType: failure.name, errorMessage: failure.message }),
};

type Put = { Entries: { Source: string; DetailType: string; Detail: string }[] };
type Published = { TopicArn: string; Subject: string; Message: string };

/** What programs and people are told: one event, one message. */
const told = async () => {
  const puts = (await callsTo(eventBridge)).map(({ input }) => input as Put);
  const messages = (await callsTo(sns)).map(({ input }) => input as Published);
  const entries = puts.flatMap(({ Entries }) => Entries);
  expect([puts, entries, messages]).toMatchObject([{ length: 1 }, { length: 1 }, { length: 1 }]);
  const { Detail, ...event } = entries[0]!;
  const { Message: text, ...mail } = messages[0]!;
  return { event: { ...event, Detail: JSON.parse(Detail) }, mail, text };
};

beforeEach(() => {
  sns.on(PublishCommand).resolves({ MessageId: '1' });
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
});

it('tells that an account is ready: the report to programs, a text to people', async () => {
  const report = aReport();
  const result = await announce({ status: 'SUCCEEDED', output: JSON.stringify(report) });
  expect(result).toEqual({
    did: `Sightline: account ${accountId} is ready`,
    about: { accountId, execution: name },
  });
  const { event, mail, text } = await told();
  expect(event).toEqual({
    Source: 'Sightline',
    DetailType: 'Account Ready',
    Detail: { onboarding: name, executionArn, accountId, status: 'SUCCEEDED', report },
  });
  expect(mail).toEqual({ TopicArn: topicArn, Subject: `Sightline: account ${accountId} is ready` });
  expect(text).toContain(`Account ${accountId} is ready to be monitored.`);
  expect(text).toContain(link);
});

it('tells that an onboarding has failed, why, and what to do', async () => {
  await announce(failed);
  const { event, mail, text } = await told();
  const remedy = `Sightline does not ask again by itself. Agree with the owner of account ${accountId} (its CloudTrail shows who called RejectVpcPeeringConnection), then start the onboarding again.`;
  const message = `Account ${accountId} rejected the peering ${peeringId}.`;
  expect(event).toEqual({
    Source: 'Sightline',
    DetailType: 'Onboarding Failed',
    Detail: {
      onboarding: name,
      executionArn,
      accountId,
      vpcId,
      status: 'FAILED',
      failure: { name: 'PeeringRejected', message, remedy },
    },
  });
  expect(mail).toEqual({
    TopicArn: topicArn,
    Subject: `Sightline: account ${accountId} is not ready: PeeringRejected`,
  });
  expect(text).toBe(
    `Account ${accountId}, ${vpcId}, is not ready to be monitored: PeeringRejected.\n\n${message}\n\nWhat to do: ${remedy}\n\n${link}\n`,
  );
});

it.each([
  ['TIMED_OUT', 'States.Timeout'],
  ['ABORTED', 'Aborted'],
] as const)('tells of an onboarding that ended as %s', async (status, error) => {
  await announce({ status });
  const { event, mail, text } = await told();
  expect(event).toMatchObject({
    DetailType: 'Onboarding Failed',
    Detail: { accountId, vpcId, status, failure: { name: error } },
  });
  expect(mail).toMatchObject({ Subject: expect.stringContaining(error) });
  expect(text).toContain('What to do: ');
});

it.each(['{}', '[]', 'null', '"text"', '{"accountId":2}'])(
  'tells of an execution whose input %s was no request',
  async (nonsense) => {
    await announce({ ...failed, error: 'InvalidRequest', input: nonsense });
    const { event, mail, text } = await told();
    expect(event).toMatchObject({ Detail: { accountId: 'unknown', onboarding: name } });
    expect(mail).toMatchObject({
      Subject: 'Sightline: account unknown is not ready: InvalidRequest',
    });
    expect(text).toContain(link);
  },
);

it('calls AWS in the Region of the state machine, as the hub, and logs who it was about', async () => {
  await announce(failed);
  for (const aws of [eventBridge, sns]) {
    expect(await callsTo(aws)).toMatchObject([{ by: 'hub', in: 'eu-central-1' }]);
  }
  expect(logged.mock.calls).toEqual([
    [
      `Sightline: account ${accountId} is not ready: PeeringRejected`,
      { accountId, execution: name, step: 'announceOutcome' },
    ],
  ]);
});

describe('an announcement that is not heard', () => {
  it('fails where EventBridge took the call and not the event', async () => {
    eventBridge.on(PutEventsCommand).resolves({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'try again' }],
    });
    await expect(announce(failed)).rejects.toMatchObject({
      name: 'Error',
      message: 'InternalFailure: try again',
    });
  });

  it('fails where EventBridge refuses', async () => {
    eventBridge.on(PutEventsCommand).rejects(anAwsError('InternalException'));
    await expect(announce(failed)).rejects.toMatchObject({ name: 'InternalException' });
  });

  it('fails where SNS refuses', async () => {
    sns.on(PublishCommand).rejects(anAwsError('AuthorizationErrorException'));
    await expect(announce(failed)).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
  });
});

it('fails where there is no such execution', async () => {
  givenExecutions();
  const event = { detail: { executionArn } };
  await expect(handler(event, { functionName: 'announceOutcome' })).rejects.toMatchObject({
    name: 'ExecutionDoesNotExist',
  });
  expect(await callsTo(sns)).toEqual([]);
});

it('refuses an event that is not of an execution', async () => {
  await expect(handler({ detail: {} }, { functionName: 'announceOutcome' })).rejects.toMatchObject({
    name: 'InvalidStepInput',
  });
});

describe('an onboarding of a batch', () => {
  it('is told to programs only: people hear of the batch', async () => {
    const inBatch = `${accountId}_auto_batch-b7a9c3f1-1111-4222-8333-444455556666-0`;
    const arn = `${executionArns}:${inBatch}`;
    givenExecutions(anExecution({ ...failed, name: inBatch, input }));
    await handler({ detail: { executionArn: arn } }, { functionName: 'announceOutcome' });
    expect(await callsTo(eventBridge)).toHaveLength(1);
    expect(await callsTo(sns)).toEqual([]);
  });
});

describe('a batch', () => {
  const announceBatch = async (parts: Partial<Execution>) => {
    const batch = anExecution({ name: 'batch_1', stateMachineArn: bulkStateMachineArn, ...parts });
    givenExecutions(batch);
    await handler(
      { detail: { executionArn: batch.executionArn } },
      { functionName: 'announceOutcome' },
    );
    return told();
  };

  it('in which all accounts are ready is told once to programs and once to people', async () => {
    const report = { accounts: 3, ready: 2, already: 1, results: 's3://b/batches/batch_1/r.jsonl' };
    const { event, mail, text } = await announceBatch({
      status: 'SUCCEEDED',
      output: JSON.stringify(report),
    });
    expect(event).toMatchObject({
      DetailType: 'Batch Ready',
      Detail: { batch: 'batch_1', accounts: 3, already: 1 },
    });
    expect(mail.Subject).toBe('Sightline: all 3 accounts of batch batch_1 are ready');
    expect(text).toContain('s3://b/batches/batch_1/r.jsonl');
  });

  it('with accounts that are not ready is told with which, and what to do', async () => {
    const notReady = new SightlineError('AccountsNotReady', {
      count: 1,
      accounts: 3,
      named: '333333333333 (RouteConflict)',
      results: 's3://b/r.jsonl',
      batchId: 'batch_1',
    });
    const { event, mail, text } = await announceBatch({
      status: 'FAILED',
      error: notReady.name,
      cause: JSON.stringify({ errorType: notReady.name, errorMessage: notReady.message }),
    });
    expect(event).toMatchObject({
      DetailType: 'Batch Failed',
      Detail: { batch: 'batch_1', failure: { name: 'AccountsNotReady' } },
    });
    expect(mail.Subject).toBe('Sightline: batch batch_1 is not ready: AccountsNotReady');
    expect(text).toMatch(
      /^1 of 3 accounts of the batch are not ready: 333333333333 \(RouteConflict\)\.\n\nWhat to do: Mend what s3:/,
    );
  });

  it('that somebody stopped is told as that', async () => {
    const { mail } = await announceBatch({ status: 'ABORTED' });
    expect(mail.Subject).toBe('Sightline: batch batch_1 is not ready: Aborted');
  });
});
