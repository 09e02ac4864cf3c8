import { readFileSync } from 'node:fs';
import * as events from '@aws-sdk/client-eventbridge';
import { GetRoleCommand, IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import type { Event } from '../../local/aws/eventBridge.ts';
import { deployed } from './harness.ts';

const plain = '222222222222';
const bus = 'sightline-dev-account-events';

type Sightline = Awaited<ReturnType<typeof deployed>>;

const executionsOf = async ({ client, stateMachineArn }: Sightline) =>
  (await client.send(new ListExecutionsCommand({ stateMachineArn }))).executions ?? [];

const sample = (name: string): Event =>
  JSON.parse(readFileSync(`tests/events/${name}.json`, 'utf8'));

const put = ({ aws }: Sightline, accountId: string, { source, detail, ...event }: Event) =>
  new events.EventBridgeClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: accountId, secretAccessKey: 'local' },
    requestHandler: aws.requestHandler,
  }).send(
    new events.PutEventsCommand({
      Entries: [
        {
          EventBusName: `arn:aws:events:eu-central-1:111111111111:event-bus/${bus}`,
          Source: source,
          DetailType: event['detail-type'],
          Detail: JSON.stringify(detail),
        },
      ],
    }),
  );

describe('over HTTP', () => {
  it('an onboarding is started, can be followed, and ends with the report', async () => {
    const sightline = await deployed();
    const { api, finish } = sightline;

    const started = await api('POST', '/onboardings', { accountId: plain });
    const path = started.headers['location'] ?? '';
    const during = await api('GET', path);
    await finish();
    const after = await api('GET', path);

    expect(started).toMatchObject({
      status: 202,
      body: { id: `${plain}_auto_1`, status: 'RUNNING' },
    });
    expect(during.body).toMatchObject({ status: 'RUNNING', request: { accountId: plain } });
    expect(after.body).toMatchObject({
      status: 'SUCCEEDED',
      report: { ready: true, accountId: plain },
    });
    const states = after.body.steps.map(({ state }: { state: string }) => state);
    expect(states).toEqual(
      expect.arrayContaining(['Preflight', 'AcceptPeering', 'ConfirmReadiness']),
    );
    expect(after.body.steps[0]).toMatchObject({
      status: 'succeeded',
      did: expect.stringContaining('vpc-'),
    });
  });

  it('20 equal requests at once are one onboarding, and a different one meanwhile is refused', async () => {
    const sightline = await deployed();
    const { api, finish } = sightline;
    const request = { accountId: plain };

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api('POST', '/onboardings', request)),
    );
    const other = await api('POST', '/onboardings', { ...request, access: ['api'] });
    const elsewhere = await api('POST', '/onboardings', {
      accountId: '333333333333',
      access: ['api'],
    });
    await finish();

    expect(new Set(answers.map(({ body }) => body.id))).toEqual(new Set([`${plain}_auto_1`]));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(other).toMatchObject({ status: 409, body: { running: `${plain}_auto_1` } });
    expect(elsewhere.status).toBe(202);
    expect(await executionsOf(sightline)).toHaveLength(2);
  });

  it('the same request after the end starts a new onboarding, and the same key does not', async () => {
    const sightline = await deployed();
    const { api, finish } = sightline;
    const keyed = { 'idempotency-key': 'pipeline-7' };

    const first = await api('POST', '/onboardings', { accountId: plain }, keyed);
    await finish();
    const again = await api('POST', '/onboardings', { accountId: plain }, keyed);
    const anew = await api('POST', '/onboardings', { accountId: plain });
    await finish();

    expect(again.body.id).toBe(first.body.id);
    expect(anew.body.id).toBe(`${plain}_auto_1`);
    expect(await executionsOf(sightline)).toHaveLength(2);
  });

  it('a failed onboarding says why and what to do, and goes on once that is done', async () => {
    const sightline = await deployed();
    const { api, finish, aws } = sightline;
    const asPlain = { region: 'eu-central-1', requestHandler: aws.requestHandler };
    const iam = new IAMClient({
      ...asPlain,
      credentials: { accessKeyId: plain, secretAccessKey: 'local' },
    });
    const RoleName = 'SightlineOnboarding';
    const { Role: role } = await iam.send(new GetRoleCommand({ RoleName }));
    const trust = (PolicyDocument: string) =>
      iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    const good = decodeURIComponent(role?.AssumeRolePolicyDocument ?? '');
    await trust(good.replaceAll('111111111111', '888888888888'));
    jest.advanceTimersByTime(60_000);

    const { body: started } = await api('POST', '/onboardings', { accountId: plain });
    await finish();
    const failed = await api('GET', `/onboardings/${started.id}`);
    await trust(good);
    jest.advanceTimersByTime(60_000);
    const redriven = await api('POST', `/onboardings/${started.id}/redrive`);
    await finish();
    const after = await api('GET', `/onboardings/${started.id}`);

    expect(failed.body.failure).toMatchObject({
      name: 'OnboardingRoleNotAssumable',
      remedy: expect.stringContaining('templates/monitored-account.yml'),
      redrivable: true,
    });
    expect(redriven).toMatchObject({ status: 202, body: { id: started.id } });
    expect(after.body).toMatchObject({ status: 'SUCCEEDED', report: { ready: true } });
  });

  it('a running or a finished onboarding cannot be redriven, and an unknown one is not found', async () => {
    const { api, finish } = await deployed();
    const { body } = await api('POST', '/onboardings', { accountId: plain });

    const running = await api('POST', `/onboardings/${body.id}/redrive`);
    await finish();
    const done = await api('POST', `/onboardings/${body.id}/redrive`);

    expect(running).toMatchObject({ status: 409, body: { detail: expect.stringMatching(/\w/) } });
    expect(done.status).toBe(409);
    expect(await api('GET', '/onboardings/nothing')).toMatchObject({ status: 404 });
    expect(await api('POST', '/onboardings/nothing/redrive')).toMatchObject({ status: 404 });
    expect(await api('GET', '/elsewhere')).toMatchObject({ status: 404 });
  });

  it('onboardings are listed, the newest first, by account and status', async () => {
    const { api, finish } = await deployed();
    for (const accountId of [plain, '444444444444']) {
      await api('POST', '/onboardings', { accountId });
      await finish();
      jest.advanceTimersByTime(1000);
    }

    const all = await api('GET', '/onboardings');
    const failed = await api('GET', '/onboardings?status=FAILED');
    const one = await api('GET', `/onboardings?accountId=${plain}&limit=1`);

    const ids = (answer: typeof all) => answer.body.onboardings.map(({ id }: { id: string }) => id);
    expect(ids(all)).toEqual(['444444444444_auto_1', `${plain}_auto_1`]);
    expect(ids(failed)).toEqual(['444444444444_auto_1']);
    expect(ids(one)).toEqual([`${plain}_auto_1`]);
  });

  it('a wrong request is told every field that is wrong, and starts nothing', async () => {
    const sightline = await deployed();

    const { status, headers, body } = await sightline.api('POST', '/onboardings', {
      accountId: '12',
      ports: ['zabix'],
      colour: 'red',
    });

    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/problem+json');
    const paths = body.problems.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(expect.arrayContaining(['accountId', 'colour']));
    expect(await executionsOf(sightline)).toEqual([]);
  });
});

describe('by an event', () => {
  it.each([
    ['create-account-result.succeeded', plain, 1],
    ['create-managed-account', '333333333333', 1],
    ['update-managed-account', '333333333333', 1],
    ['create-account-result.failed', '', 0],
  ])('%s starts the onboardings that it should', async (name, accountId, count) => {
    const sightline = await deployed();

    const result = await put(sightline, '111111111111', sample(name));
    await sightline.finish();

    expect(result.FailedEntryCount).toBe(0);
    const executions = await executionsOf(sightline);
    expect(executions).toHaveLength(count);
    for (const execution of executions) {
      expect(execution).toMatchObject({
        status: 'SUCCEEDED',
        name: expect.stringMatching(`^${accountId}_`),
      });
    }
  });

  it('an event that is delivered twice starts one onboarding', async () => {
    const sightline = await deployed();
    const event = sample('create-account-result.succeeded');

    sightline.eventBridge.deliver(event, bus);
    sightline.eventBridge.deliver(event, bus);
    await sightline.finish();
    sightline.eventBridge.deliver(event, bus);
    await sightline.finish();

    expect(await executionsOf(sightline)).toHaveLength(1);
  });

  it('an account that nobody named may send no events', async () => {
    const sightline = await deployed();

    const result = await put(sightline, '888888888888', sample('create-account-result.succeeded'));
    await sightline.finish();

    expect(result).toMatchObject({ FailedEntryCount: 1 });
    expect(await executionsOf(sightline)).toEqual([]);
  });

  it('a new account with just a default VPC is onboarded for API access, and the report says so', async () => {
    const sightline = await deployed();

    await put(sightline, '111111111111', sample('create-managed-account'));
    await sightline.finish();

    const [execution] = await executionsOf(sightline);
    const { body } = await sightline.api('GET', `/onboardings/${execution?.name}`);
    expect(body.report).toMatchObject({ role: { outcome: 'already' } });
    expect(body.report.network).toBeUndefined();
    expect(body.report.notes[0]).toContain('vpc-0c33333333333333c');
  });

  it('a new account whose role is not there yet is waited for, for an hour and no longer', async () => {
    const sightline = await deployed(({ accounts }) => {
      accounts[plain]!.stacks = [];
    });
    const begin = Date.now();

    await put(sightline, '111111111111', sample('create-account-result.succeeded'));
    await sightline.finish();

    const [execution] = await executionsOf(sightline);
    const { body } = await sightline.api('GET', `/onboardings/${execution?.name}`);
    expect(body.failure).toMatchObject({ name: 'AccountNotReadyYet', redrivable: true });
    expect(body.steps[0]).toMatchObject({ state: 'Preflight', attempts: 16 });
    expect((Date.now() - begin) / 60_000).toBeGreaterThan(50);
    expect((Date.now() - begin) / 60_000).toBeLessThan(60);
  });
});

describe('what is told', () => {
  it('a failed onboarding is told once, in words that need no console', async () => {
    const { api, finish, messages } = await deployed();

    await api('POST', '/onboardings', { accountId: '444444444444' });
    await finish();

    expect(messages).toHaveLength(1);
    expect(messages[0]?.subject).toBe('Sightline: account 444444444444 is not ready: CidrOverlap');
    expect(messages[0]?.text).toContain('10.0.128.0/20 of vpc-0d44444444444444d');
    expect(messages[0]?.text).toContain('What to do: Monitor another VPC');
    expect(messages[0]?.text).toContain('https://eu-central-1.console.aws.amazon.com/states/home');
  });

  it('a ready account is told once too', async () => {
    const { api, finish, messages } = await deployed();

    await api('POST', '/onboardings', { accountId: plain });
    await finish();

    expect(messages.map(({ subject }) => subject)).toEqual([
      `Sightline: account ${plain} is ready`,
    ]);
    expect(messages[0]?.text).toContain('vpc-0b22222222222222b (10.20.0.0/16, 10.120.0.0/20');
  });
});
