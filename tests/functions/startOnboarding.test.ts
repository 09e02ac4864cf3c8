import { InvokeCommand } from '@aws-sdk/client-lambda';
import { ListExecutionsCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { handler } from '../../functions/startOnboarding.ts';
import { keyedName, prefixOf } from '../../shared/executions/executions.ts';
import {
  accountId,
  anApiEvent,
  anAwsError,
  aRequest,
  executionArns,
  preflightFunction,
  vpcId,
} from '../builders.ts';
import { callsTo, changesIn, lambda, sfn } from '../shared/recordedAws.ts';
import { anExecution, givenExecutions } from '../shared/recordedExecutions.ts';

const otherVpcId = 'vpc-0f999999999999999';
const other = { access: ['api'] as ('network' | 'api')[] };
const ended = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;

type Fields = Parameters<typeof aRequest>[0];

/** What POST /onboardings answers. */
const post = async (fields: Fields = {}, key?: string) => {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  const answer = await handler(anApiEvent({ body: { accountId, ...fields }, headers }));
  return { ...answer, body: JSON.parse(answer.body) };
};

const idOf = async (answer: ReturnType<typeof post>) => (await answer).body.id;

/** The n-th onboarding of the account, whose VPC is not named, or the one of this name. */
const anOnboarding = (name: string | number, status: 'RUNNING' | (typeof ended)[number]) =>
  anExecution({ name: typeof name === 'number' ? `${accountId}_auto_${name}` : name, status });

const accepted = (id: string) => ({
  statusCode: 202,
  headers: { location: `/onboardings/${id}` },
  body: { id, executionArn: `${executionArns}:${id}` },
});

const conflict = (title: string, more: object) => ({
  statusCode: 409,
  headers: { 'content-type': 'application/problem+json' },
  body: { status: 409, title, ...more },
});

const refusedFor = (running: string) => ({
  ...conflict('Another onboarding is running', {
    running,
    detail: expect.stringContaining(running),
  }),
});

describe('the first onboarding of an account', () => {
  it('is started with the request and its defaults, and answered with where to find it', async () => {
    givenExecutions();
    expect(await post()).toEqual({
      statusCode: 202,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        location: `/onboardings/${accountId}_auto_1`,
      },
      body: {
        id: `${accountId}_auto_1`,
        executionArn: `${executionArns}:${accountId}_auto_1`,
        status: 'RUNNING',
      },
    });
    expect(await changesIn(sfn)).toEqual([
      {
        by: 'hub',
        in: 'eu-central-1',
        command: 'StartExecution',
        input: {
          stateMachineArn: executionArns.replace('execution', 'stateMachine'),
          name: `${accountId}_auto_1`,
          input: JSON.stringify(aRequest()),
        },
      },
    ]);
  });

  it('has the VPC in its name where the request names one', async () => {
    givenExecutions();
    expect(await post({ vpcId })).toMatchObject(accepted(`${accountId}_${vpcId}_1`));
  });

  it('has nothing to do with other accounts, though these were onboarded', async () => {
    givenExecutions(
      anOnboarding('333333333333_auto_1', 'FAILED'),
      anOnboarding('333333333333_auto_2', 'RUNNING'),
    );
    expect(await post()).toMatchObject(accepted(`${accountId}_auto_1`));
  });
});

describe('while an onboarding runs', () => {
  it('the same request is that onboarding', async () => {
    const executions = givenExecutions(anOnboarding(1, 'FAILED'), anOnboarding(2, 'RUNNING'));
    expect(await post()).toMatchObject(accepted(`${accountId}_auto_2`));
    expect(executions).toHaveLength(2);
  });

  it('the same request written in another way is that onboarding', async () => {
    givenExecutions(anOnboarding(1, 'RUNNING'));
    const event = anApiEvent({ body: { access: ['network', 'api'], role: {}, accountId } });
    const { statusCode, body } = await handler(event);
    expect({ statusCode, body: JSON.parse(body) }).toMatchObject({
      statusCode: 202,
      body: { id: `${accountId}_auto_1` },
    });
  });

  it('another request is refused, and the running one is named', async () => {
    const executions = givenExecutions(anOnboarding(1, 'RUNNING'));
    expect(await post(other)).toMatchObject(refusedFor(`${accountId}_auto_1`));
    expect(executions).toHaveLength(1);
  });

  it('it is found on any page of the list', async () => {
    const others = [3, 4, 5].map((n) => anOnboarding(`33333333333${n}_auto_1`, 'RUNNING'));
    givenExecutions(anOnboarding(7, 'RUNNING'), ...others);
    expect(await post(other)).toMatchObject(refusedFor(`${accountId}_auto_7`));
  });

  it.each([
    ['a named VPC, while one of a VPC still to be found runs', `${accountId}_auto_1`, { vpcId }],
    ['a VPC still to be found, while one of a named VPC runs', `${accountId}_${vpcId}_1`, {}],
    ['a named VPC, while one of it runs', `${accountId}_${vpcId}_1`, { vpcId }],
  ])('a request for %s is refused', async (_, running, fields) => {
    givenExecutions(anOnboarding(running, 'RUNNING'));
    expect(await post({ ...other, ...fields })).toMatchObject(refusedFor(running));
  });

  it('another VPC of the account is onboarded beside it', async () => {
    givenExecutions(anOnboarding(`${accountId}_${vpcId}_1`, 'RUNNING'));
    const id = `${accountId}_${otherVpcId}_1`;
    expect(await post({ vpcId: otherVpcId })).toMatchObject(accepted(id));
  });
});

describe('after an onboarding has ended', () => {
  it.each(ended)('as %s, the next one has the next number', async (status) => {
    givenExecutions(anOnboarding(1, 'FAILED'), anOnboarding(2, status));
    expect(await post()).toMatchObject(accepted(`${accountId}_auto_3`));
  });

  it('numbers go on beyond nine', async () => {
    givenExecutions(...[8, 9, 10].map((n) => anOnboarding(n, 'SUCCEEDED')));
    expect(await post()).toMatchObject(accepted(`${accountId}_auto_11`));
  });

  it('those that a key has named do not count', async () => {
    const keyed = anOnboarding(keyedName(prefixOf(aRequest()), 'a key'), 'SUCCEEDED');
    givenExecutions(anOnboarding(4, 'FAILED'), keyed);
    expect(await post()).toMatchObject(accepted(`${accountId}_auto_5`));
  });
});

describe('where the list of executions is out of date', () => {
  it('the next one has the next number that is free', async () => {
    const unlisted = [2, 3].map((n) => ({ ...anOnboarding(n, 'FAILED'), listed: false }));
    givenExecutions(anOnboarding(1, 'FAILED'), ...unlisted);
    expect(await post()).toMatchObject(accepted(`${accountId}_auto_4`));
  });

  it.each([
    ['the same', {}, accepted(`${accountId}_auto_1`)],
    ['another', other, refusedFor(`${accountId}_auto_1`)],
  ])('%s request finds the one that runs', async (_, fields, answer) => {
    const executions = givenExecutions({ ...anOnboarding(1, 'RUNNING'), listed: false });
    expect(await post(fields)).toMatchObject(answer);
    expect(executions).toHaveLength(1);
  });
});

describe('at the same moment', () => {
  it('equal requests are one onboarding', async () => {
    const executions = givenExecutions();
    const answers = await Promise.all([post(), post(), post()]);
    for (const answer of answers) expect(answer).toMatchObject(accepted(`${accountId}_auto_1`));
    expect(executions).toHaveLength(1);
  });

  it('of two different requests one is refused', async () => {
    const executions = givenExecutions();
    const answers = await Promise.all([post(), post(other)]);
    expect(answers).toMatchObject([
      accepted(`${accountId}_auto_1`),
      refusedFor(`${accountId}_auto_1`),
    ]);
    expect(executions).toHaveLength(1);
  });
});

describe('a request with an Idempotency-Key', () => {
  it('starts one onboarding, however often it is sent while that runs', async () => {
    const executions = givenExecutions();
    const id = await idOf(post({}, 'a key'));
    expect(id).toBe(keyedName(prefixOf(aRequest()), 'a key'));
    expect(await post({}, 'a key')).toMatchObject(accepted(id));
    expect(executions).toHaveLength(1);
  });

  it.each(ended)(
    'is answered with the same onboarding after that has ended: %s',
    async (status) => {
      const id = keyedName(prefixOf(aRequest()), 'a key');
      const executions = givenExecutions(anOnboarding(id, status));
      expect(await post({}, 'a key')).toMatchObject({ ...accepted(id), body: { id, status } });
      expect(executions).toHaveLength(1);
    },
  );

  it('starts another onboarding after the last has ended, if the key is another', async () => {
    const executions = givenExecutions(
      anOnboarding(keyedName(prefixOf(aRequest()), 'a key'), 'FAILED'),
    );
    expect(await post({}, 'another')).toMatchObject({ statusCode: 202 });
    expect(executions).toHaveLength(2);
  });

  it.each(['RUNNING', ...ended] as const)(
    'is refused where the key was for another request, now %s',
    async (status) => {
      const earlier = keyedName(prefixOf(aRequest()), 'a key');
      const executions = givenExecutions(anOnboarding(earlier, status));
      expect(await post(other, 'a key')).toMatchObject(
        conflict('The Idempotency-Key is taken', { earlier }),
      );
      expect(executions).toHaveLength(1);
    },
  );

  it('is refused while another request’s onboarding runs', async () => {
    const executions = givenExecutions(anOnboarding(1, 'RUNNING'));
    expect(await post(other, 'a key')).toMatchObject(refusedFor(`${accountId}_auto_1`));
    expect(executions).toHaveLength(1);
  });

  it('is the running onboarding of an equal request', async () => {
    givenExecutions(anOnboarding(1, 'RUNNING'));
    expect(await post({}, 'a key')).toMatchObject(accepted(`${accountId}_auto_1`));
  });

  it('is as one without, where the key is empty', async () => {
    givenExecutions();
    expect(await post({}, '')).toMatchObject(accepted(`${accountId}_auto_1`));
  });
});

describe('what is no request', () => {
  it('is refused with every problem at once, and AWS is not asked', async () => {
    const wrong = { accountId: '12', bogus: 1, ports: ['gopher'], role: { name: 'admin' } };
    const { statusCode, body } = await post(wrong);
    expect(statusCode).toBe(400);
    expect(body.problems).toEqual([
      { path: 'accountId', message: expect.stringContaining('12 digits') },
      { path: 'bogus', message: 'is not known here' },
      { path: 'ports.0', message: expect.stringContaining('port profile') },
      { path: 'role.name', message: expect.stringContaining('begins with cross-role') },
    ]);
    expect(await callsTo(sfn)).toEqual([]);
  });

  it.each([
    [{ ports: ['gopher'] }, 'ports.0'],
    [{ role: { name: 'admin' } }, 'role.name'],
  ])('is refused by what the settings tell: %j', async (fields, path) => {
    expect(await post(fields)).toMatchObject({
      statusCode: 400,
      body: { problems: [{ path, message: expect.stringContaining('expected') }] },
    });
    expect(await callsTo(sfn)).toEqual([]);
  });

  it.each([undefined, 'a text', 1, null, []])('is refused as a whole: %j', async (body) => {
    const answer = await handler(anApiEvent({ body }));
    expect(answer.statusCode).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ problems: [{ path: 'body' }] });
  });
});

describe('a dry run', () => {
  const plan = {
    accountId,
    possible: true,
    findings: [],
    changes: [
      {
        does: 'create',
        call: 'ec2:CreateRoute',
        accountId,
        region: 'eu-central-1',
        what: 'a route',
      },
    ],
    did: 'planned',
  };
  const refusal = {
    ...plan,
    possible: false,
    findings: [{ severity: 'blocks', name: 'CidrOverlap', message: 'No.', remedy: 'Move.' }],
    changes: [],
  };

  /** What Preflight answers, with the kind of its error where it has failed. */
  const givenPreflight = (answer: object, FunctionError?: string) => {
    const text = JSON.stringify(answer);
    const Payload = Object.assign(new TextEncoder().encode(text), {
      transformToString: () => text,
    });
    lambda.on(InvokeCommand).resolves({ Payload, ...(FunctionError && { FunctionError }) });
  };

  const tryOut = async (dryRun = 'true', fields: object = {}) => {
    const body = { accountId, ...fields };
    const answer = await handler(anApiEvent({ body, query: { dryRun } }));
    return { ...answer, body: JSON.parse(answer.body) };
  };

  it.each([
    ['what an onboarding would do', plan],
    ['what stands in its way', refusal],
  ])('tells %s, and starts nothing', async (_, verdict) => {
    givenPreflight(verdict);
    expect(await tryOut()).toMatchObject({ statusCode: 200, body: verdict });
    expect(await callsTo(sfn)).toEqual([]);
  });

  it('asks Preflight with the request and its defaults', async () => {
    givenPreflight(plan);
    await tryOut('true', { vpcId });
    const [asked, ...others] = await callsTo(lambda);
    expect(others).toEqual([]);
    expect(asked).toMatchObject({ by: 'hub', command: 'Invoke' });
    const { FunctionName, Payload } = asked!.input as { FunctionName: string; Payload: string };
    expect(FunctionName).toBe(preflightFunction);
    expect(JSON.parse(Payload)).toEqual({
      executionName: expect.stringMatching(/^plan-[0-9a-f-]{36}$/),
      request: aRequest({ vpcId }),
      dryRun: true,
    });
  });

  it.each([
    ['RequestLimitExceeded', 503],
    ['UnauthorizedOperation', 500],
    ['Sandbox.Timedout', 500],
  ])('of which Preflight fails with %s is answered with %d', async (errorType, statusCode) => {
    givenPreflight({ errorType, errorMessage: 'a secret' }, 'Unhandled');
    const answer = await tryOut();
    expect(answer).toMatchObject({ statusCode, body: { status: statusCode } });
    expect(JSON.stringify(answer)).not.toContain('a secret');
  });

  it('is answered that AWS is busy where Lambda throttles', async () => {
    lambda.on(InvokeCommand).rejects(anAwsError('TooManyRequestsException'));
    expect(await tryOut()).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
  });

  it.each([
    ['nonsense', {}, ['dryRun']],
    ['', {}, ['dryRun']],
    ['nonsense', { bogus: 1 }, ['bogus', 'dryRun']],
    ['true', { ports: ['gopher'] }, ['ports.0']],
  ])('is refused where the query says %j and the request %j', async (dryRun, fields, paths) => {
    const { statusCode, body } = await tryOut(dryRun, fields);
    expect(statusCode).toBe(400);
    expect(body.problems.map(({ path }: { path: string }) => path)).toEqual(paths);
    expect(await callsTo(lambda, sfn)).toEqual([]);
  });

  it('is none where the query says false', async () => {
    givenExecutions();
    expect(await tryOut('false')).toMatchObject(accepted(`${accountId}_auto_1`));
    expect(await callsTo(lambda)).toEqual([]);
  });
});

describe('where AWS refuses', () => {
  it.each([ListExecutionsCommand, StartExecutionCommand])(
    'it is answered that AWS is busy',
    async (command) => {
      givenExecutions();
      sfn.on(command as typeof StartExecutionCommand).rejects(anAwsError('ThrottlingException'));
      expect(await post()).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
    },
  );

  it('it is answered that Sightline failed, and not why', async () => {
    givenExecutions();
    sfn.on(StartExecutionCommand).rejects(anAwsError('AccessDeniedException', 'a secret'));
    const answer = await post();
    expect(answer).toMatchObject({ statusCode: 500 });
    expect(JSON.stringify(answer)).not.toContain('a secret');
  });
});
