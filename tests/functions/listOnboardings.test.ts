import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { handler } from '../../functions/listOnboardings.ts';
import { accountId, anApiEvent, anAwsError, executionArns, stateMachineArn } from '../builders.ts';
import { callsTo, sfn } from '../shared/recordedAws.ts';
import { anExecution, type Execution, givenExecutions } from '../shared/recordedExecutions.ts';

const otherAccountId = '333333333333';

/** What GET /onboardings answers. */
const list = async (query?: Record<string, string>) => {
  const { body, ...answer } = await handler(anApiEvent(query ? { query } : {}));
  return { ...answer, body: JSON.parse(body) };
};

const idsIn = async (answer: ReturnType<typeof list>) => {
  const { body } = await answer;
  return { ids: body.onboardings.map(({ id }: { id: string }) => id), nextToken: body.nextToken };
};

const anOnboarding = (name: string, parts: Partial<Execution> = {}) =>
  anExecution({ name, ...parts });

it('lists onboardings, the newest first, with what is known of each', async () => {
  givenExecutions(
    anOnboarding('a', { status: 'FAILED', stopDate: new Date('2026-11-02T08:01:00Z') }),
    anOnboarding('b'),
  );
  expect(await list()).toEqual({
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: {
      onboardings: [
        {
          id: 'b',
          executionArn: `${executionArns}:b`,
          status: 'RUNNING',
          startedAt: '2026-11-02T08:00:00.000Z',
        },
        {
          id: 'a',
          executionArn: `${executionArns}:a`,
          status: 'FAILED',
          startedAt: '2026-11-02T08:00:00.000Z',
          endedAt: '2026-11-02T08:01:00.000Z',
        },
      ],
    },
  });
  expect(await callsTo(sfn)).toMatchObject([{ input: { stateMachineArn, maxResults: 20 } }]);
});

it('lists none where there are none', async () => {
  givenExecutions();
  expect((await list()).body).toEqual({ onboardings: [] });
});

it('asks AWS for the status and the number that the query names', async () => {
  givenExecutions(anOnboarding('a'), anOnboarding('b', { status: 'FAILED' }));
  expect(await idsIn(list({ status: 'FAILED', limit: '5' }))).toEqual({ ids: ['b'] });
  expect(await callsTo(sfn)).toMatchObject([{ input: { statusFilter: 'FAILED', maxResults: 5 } }]);
});

it('goes on with the next page', async () => {
  givenExecutions(...['a', 'b', 'c'].map((name) => anOnboarding(name)));
  const { ids, nextToken } = await idsIn(list());
  expect(ids).toEqual(['c', 'b']);
  expect(await idsIn(list({ nextToken }))).toEqual({ ids: ['a'] });
});

it('looks through pages for those of an account', async () => {
  givenExecutions(
    anOnboarding(`${accountId}_auto_1`),
    ...[1, 2, 3, 4].map((n) => anOnboarding(`${otherAccountId}_auto_${n}`)),
  );
  expect(await idsIn(list({ accountId }))).toEqual({ ids: [`${accountId}_auto_1`] });
  expect(await callsTo(sfn)).toHaveLength(3);
});

it('does not look for ever: after ten pages it answers where to go on', async () => {
  givenExecutions(
    anOnboarding(`${accountId}_auto_1`),
    ...Array.from({ length: 40 }, (_, n) => anOnboarding(`${otherAccountId}_auto_${n}`)),
  );
  const { ids, nextToken } = await idsIn(list({ accountId }));
  expect({ ids, nextToken }).toEqual({ ids: [], nextToken: '20' });
  expect(await callsTo(sfn)).toHaveLength(10);
  const next = await idsIn(list({ accountId, nextToken }));
  expect(await idsIn(list({ accountId, nextToken: next.nextToken }))).toEqual({
    ids: [`${accountId}_auto_1`],
  });
});

it('refuses a token that AWS does not know any more', async () => {
  sfn.on(ListExecutionsCommand).rejects(anAwsError('InvalidToken'));
  expect(await list({ nextToken: 'stale' })).toMatchObject({
    statusCode: 400,
    body: { problems: [{ path: 'nextToken', message: 'expected the token of an answer before' }] },
  });
});

it.each([
  ['accountId', '12'],
  ['status', 'running'],
  ['limit', '0'],
  ['limit', '101'],
  ['limit', '1.5'],
  ['limit', 'many'],
  ['nextToken', ''],
  ['bogus', '1'],
])('refuses %s=%s and does not ask AWS', async (path, value) => {
  expect(await list({ [path]: value })).toMatchObject({
    statusCode: 400,
    headers: { 'content-type': 'application/problem+json' },
    body: { problems: [{ path, message: expect.any(String) }] },
  });
  expect(await callsTo(sfn)).toEqual([]);
});

it.each([
  ['ThrottlingException', 503],
  ['AccessDeniedException', 500],
])('answers %s of AWS with %d', async (name, statusCode) => {
  sfn.on(ListExecutionsCommand).rejects(anAwsError(name));
  expect(await list()).toMatchObject({ statusCode });
});
