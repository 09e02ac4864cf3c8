import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { handler } from '../../functions/startBatch.ts';
import {
  accountId,
  anApiEvent,
  anAwsError,
  aRequest,
  batchBucket,
  bulkStateMachineArn,
  vpcId,
} from '../builders.ts';
import { callsTo, changesIn, s3, sfn } from '../shared/recordedAws.ts';
import { givenExecutions } from '../shared/recordedExecutions.ts';
import { givenObjects } from '../shared/recordedObjects.ts';

const other = '333333333333';
const executionArns = bulkStateMachineArn.replace(':stateMachine:', ':execution:');

/** What POST /onboardings/batch answers. */
const post = async (body: unknown, key?: string) => {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  const answer = await handler(anApiEvent({ body, headers }));
  return { ...answer, body: JSON.parse(answer.body) };
};

const problemsOf = async (body: unknown) => {
  const { statusCode, body: problem } = await post(body);
  expect(statusCode).toBe(400);
  expect(await changesIn(sfn)).toEqual([]);
  expect((await callsTo(s3)).map(({ command }) => command)).not.toContain('PutObject');
  return problem.problems;
};

it('writes the list of all requests, starts the batch with it, and says where to look', async () => {
  const objects = givenObjects();
  const executions = givenExecutions();
  const answer = await post({ accounts: [accountId, other], maxConcurrency: 7 });
  const [list = ''] = objects.keys();
  const [{ name, input = '' } = { name: '' }] = executions;
  expect(list).toMatch(/^batches\/lists\/[0-9a-f]{32}\.json$/);
  expect(JSON.parse(objects.get(list) ?? '')).toEqual([
    { prefix: `${accountId}_auto_`, request: aRequest() },
    { prefix: `${other}_auto_`, request: aRequest({ accountId: other }) },
  ]);
  expect(JSON.parse(input)).toEqual({
    list,
    accounts: 2,
    maxConcurrency: 7,
    toleratedFailurePercentage: 100,
    todo: { list, redriveCount: 0 },
  });
  expect(name).toMatch(/^batch_[0-9a-f]{12}_1$/);
  expect(answer).toMatchObject({
    statusCode: 202,
    headers: { location: `/onboardings/batch/${name}` },
    body: { id: name, executionArn: `${executionArns}:${name}`, status: 'RUNNING' },
  });
  expect(await changesIn(sfn)).toMatchObject([{ input: { stateMachineArn: bulkStateMachineArn } }]);
});

it('takes an array for the accounts, and each account once', async () => {
  const objects = givenObjects();
  givenExecutions();
  await post([accountId, { accountId }, accountId]);
  expect([...objects.values()].map((text) => JSON.parse(text))).toEqual([
    [{ prefix: `${accountId}_auto_`, request: aRequest() }],
  ]);
});

it.each([
  ['lists/a.csv', `accountId,vpcId\n${accountId},${vpcId}\n`],
  ['lists/teams/b.jsonl', `{"accountId":"${accountId}","vpcId":"${vpcId}"}\n`],
  ['lists/c.json', `[{"accountId":"${accountId}","vpcId":"${vpcId}"}]`],
])('reads %s from its own bucket', async (key, text) => {
  const objects = givenObjects({ [key]: text });
  givenExecutions();
  await post({ list: `s3://${batchBucket}/${key}`, request: { access: ['api'] } });
  expect(JSON.parse([...objects.values()][1] ?? '')).toEqual([
    { prefix: `${accountId}_${vpcId}_`, request: aRequest({ vpcId, access: ['api'] }) },
  ]);
});

describe('equal requests', () => {
  it('are one batch while it runs, also when they come at the same moment', async () => {
    givenObjects();
    const executions = givenExecutions();
    const answers = await Promise.all([post([accountId]), post([accountId])]);
    const later = await post([accountId]);
    expect(new Set([...answers, later].map(({ body }) => body.id)).size).toBe(1);
    expect(executions).toHaveLength(1);
  });

  it('are another batch when the first one has ended', async () => {
    givenObjects();
    const executions = givenExecutions();
    const first = await post([accountId]);
    executions[0]!.status = 'SUCCEEDED';
    const second = await post([accountId]);
    expect(first.body.id.replace(/1$/, '2')).toBe(second.body.id);
  });

  it('with the same key are the same batch also after its end, and different ones are refused', async () => {
    givenObjects();
    const executions = givenExecutions();
    const first = await post([accountId], 'a key');
    executions[0]!.status = 'FAILED';
    expect(await post([accountId], 'a key')).toMatchObject({
      statusCode: 202,
      body: { id: first.body.id, status: 'FAILED' },
    });
    expect(await post([other], 'a key')).toMatchObject({
      statusCode: 409,
      body: { title: 'The Idempotency-Key is taken', earlier: first.body.id },
    });
  });
});

it('different requests are different batches', async () => {
  givenObjects();
  const executions = givenExecutions();
  await post([accountId]);
  await post([other]);
  await post({ accounts: [other], maxConcurrency: 1 });
  expect(new Set(executions.map(({ name }) => name)).size).toBe(3);
});

describe('nothing is written or started', () => {
  it('where one of the accounts is wrong: each is named with where it stands', async () => {
    givenObjects({ 'lists/a.csv': `accountId\n${accountId}\n2222\n` });
    expect(await problemsOf([accountId, '12'])).toMatchObject([{ path: 'accounts.1.accountId' }]);
    expect(await problemsOf({ list: `s3://${batchBucket}/lists/a.csv` })).toMatchObject([
      { path: 'line 3.accountId' },
    ]);
  });

  it('where there are very many problems: some of them are told, and how many there are', async () => {
    const problems = await problemsOf(Array(120).fill('12'));
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)).toEqual({ path: 'body', message: 'has 70 more problems' });
  });

  it.each([
    ['in another bucket', 's3://other/lists/a.csv', `aws s3 cp … s3://${batchBucket}/lists/`],
    ['that is not there', `s3://${batchBucket}/lists/a.csv`, 'there is no s3://'],
  ])('where the list is one %s', async (_, list, message) => {
    givenObjects();
    expect(await problemsOf({ list })).toEqual([
      { path: 'list', message: expect.stringContaining(message) },
    ]);
  });

  it.each([[{}], [{ accounts: [] }], ['text'], [[]]])('for %j', async (body) => {
    await problemsOf(body);
  });
});

it('takes a body of thousands of accounts, and none that is larger than Lambda takes', async () => {
  const objects = givenObjects();
  givenExecutions();
  const ids = Array.from({ length: 10_000 }, (_, index) => ({
    accountId: String(300_000_000_000 + index),
    vpcId,
  }));
  expect(await post(ids)).toMatchObject({ statusCode: 202 });
  expect(JSON.parse([...objects.values()][0] ?? '')).toHaveLength(10_000);
  expect(await post(['x'.repeat(6 * 1024 * 1024)])).toMatchObject({ statusCode: 413 });
});

it('answers 503 where AWS is busy', async () => {
  givenObjects();
  givenExecutions();
  sfn.on(StartExecutionCommand).rejects(anAwsError('ThrottlingException'));
  expect(await post([accountId])).toMatchObject({ statusCode: 503 });
});
