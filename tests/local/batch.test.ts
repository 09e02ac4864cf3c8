import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { breakAccount, mendAccount } from '../bulk/batches.ts';
import { accountIdOf, manyAccounts } from '../bulk/manyAccounts.ts';
import { administrator } from '../scenarios/owners.ts';
import { deployed } from './harness.ts';
import { hub, idFor } from './worlds.ts';

const [one, two, three] = [0, 1, 2].map(accountIdOf) as [string, string, string];

type Sightline = Awaited<ReturnType<typeof deployed>>;

const withThreeAccounts = () => deployed(manyAccounts(3));

const s3Of = (sightline: Sightline) => new S3Client(administrator(sightline, hub));

/** Starts a batch; the path under which the API has it. */
const start = async ({ api }: Sightline, body: unknown): Promise<string> => {
  const { status, headers } = await api('POST', '/onboardings/batch', body);
  expect(status).toBe(202);
  return headers['location'] ?? '';
};

const get = async ({ api }: Sightline, path: string) => (await api('GET', path)).body;

const run = async (sightline: Sightline, body: unknown) => {
  const path = await start(sightline, body);
  await sightline.finish();
  return { path, batch: await get(sightline, path) };
};

/** Which accounts the onboardings were of that ran since, in the order in which they began. */
const onboarded = ({ aws }: Sightline, since: number) =>
  aws.calls
    .since(since)
    .filter(({ action, principalArn }) => action === 'DescribeVpcs' && !principalArn.includes(hub))
    .map(({ accountId }) => accountId)
    .toSorted();

beforeAll(() => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
});

it('a batch onboards each of its accounts once, and one mail tells that all are ready', async () => {
  const sightline = await withThreeAccounts();

  const { batch } = await run(sightline, [one, { accountId: two }, three, one]);

  expect(batch).toMatchObject({
    status: 'SUCCEEDED',
    accounts: 3,
    progress: { total: 3, succeeded: 3, failed: 0, running: 0, pending: 0 },
    results: { ready: 3, already: 0, failed: 0, notTried: 0, notReady: [] },
  });
  expect(onboarded(sightline, 0)).toEqual([one, two, three]);
  expect(sightline.messages.map(({ subject }) => subject)).toEqual([
    `Sightline: all 3 accounts of batch ${batch.id} are ready`,
  ]);
});

it.each([
  ['S3 is in trouble', 'before', 'ServiceUnavailable'],
  ['S3 throttles', 'before', 'SlowDown'],
  ['its function dies', 'after', 'Runtime.ExitError'],
] as const)(
  'a batch tells by itself what became of it after %s for a while',
  async (_, when, name) => {
    const sightline = await withThreeAccounts();
    sightline.disturb('ReportBatch', when, 2, name);

    const { batch } = await run(sightline, [one, two]);

    expect(batch).toMatchObject({ status: 'SUCCEEDED', results: { ready: 2, notReady: [] } });
    expect(sightline.invocations.filter((state) => state === 'ReportBatch')).toHaveLength(3);
  },
);

it('a second batch of the same accounts finds everything as it is', async () => {
  const sightline = await withThreeAccounts();
  await run(sightline, [one, two, three]);
  const before = sightline.snapshot();

  const { batch } = await run(sightline, [one, two, three]);

  expect(batch).toMatchObject({ status: 'SUCCEEDED', results: { ready: 0, already: 3 } });
  expect(sightline.snapshot()).toEqual(before);
});

it('the accounts of a list in S3 are onboarded, and the result file has a line for each', async () => {
  const sightline = await withThreeAccounts();
  const s3 = s3Of(sightline);
  const Bucket = 'sightline-dev-batchbucket';
  const Body = `accountId,vpcId,access\n${one},,\n${three},,api\n`;
  await s3.send(new PutObjectCommand({ Bucket, Key: 'lists/new.csv', Body }));

  const { batch } = await run(sightline, { list: `s3://${Bucket}/lists/new.csv` });

  const Key = `batches/${batch.id}/results.jsonl`;
  expect(batch.results.file).toBe(`s3://${Bucket}/${Key}`);
  const { Body: written } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const lines = (await written?.transformToString())?.trim().split('\n') ?? [];
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { accountId: one, result: 'ready' },
    { accountId: three, result: 'ready' },
  ]);
});

describe('a batch with an account that cannot be onboarded', () => {
  const failing = async () => {
    const sightline = await withThreeAccounts();
    await breakAccount(sightline, two);
    return { sightline, ...(await run(sightline, [one, two, three])) };
  };

  it('onboards the others, and fails with which it is, why and what to do', async () => {
    const { sightline, batch } = await failing();

    expect(batch).toMatchObject({
      status: 'FAILED',
      results: {
        ready: 2,
        failed: 1,
        notReady: [
          {
            accountId: two,
            error: 'RouteConflict',
            message: expect.stringContaining(idFor('rtb', two, 'private')),
            remedy: expect.stringContaining('aws ec2 delete-route'),
          },
        ],
      },
      failure: { name: 'AccountsNotReady', redrivable: true },
    });
    expect(sightline.messages).toMatchObject([
      { subject: expect.stringContaining('is not ready: AccountsNotReady') },
    ]);
  });

  it('tries just that account again when it is redriven, and is ready once that is mended', async () => {
    const { sightline, path } = await failing();
    await mendAccount(sightline, two);
    const before = sightline.aws.calls.position;

    expect((await sightline.api('POST', `${path}/redrive`)).status).toBe(202);
    await sightline.finish();

    expect(onboarded(sightline, before)).toEqual([two]);
    expect(await get(sightline, path)).toMatchObject({
      status: 'SUCCEEDED',
      progress: { total: 1, succeeded: 1 },
      results: { ready: 3, failed: 0, notReady: [] },
    });
  });

  it('fails again while that is not mended, as often as it is redriven', async () => {
    const { sightline, path } = await failing();

    for (const _ of [1, 2]) {
      await sightline.api('POST', `${path}/redrive`);
      await sightline.finish();
      expect(await get(sightline, path)).toMatchObject({
        status: 'FAILED',
        progress: { total: 1, failed: 1 },
        results: { ready: 2, failed: 1 },
        failure: { redrivable: true },
      });
    }
  });
});

it('a batch stops where more have failed than is tolerated, and goes on with the rest when it is redriven', async () => {
  const sightline = await withThreeAccounts();
  await breakAccount(sightline, one);
  const accounts = [one, two, three];
  const { path, batch } = await run(sightline, {
    accounts,
    maxConcurrency: 1,
    toleratedFailurePercentage: 0,
  });
  expect(batch).toMatchObject({
    status: 'FAILED',
    results: {
      failed: 1,
      notTried: 2,
      notReady: [
        { accountId: one, result: 'failed' },
        { accountId: two, result: 'not tried' },
        { accountId: three, result: 'not tried' },
      ],
    },
  });
  await mendAccount(sightline, one);

  await sightline.api('POST', `${path}/redrive`);
  await sightline.finish();

  expect(await get(sightline, path)).toMatchObject({ status: 'SUCCEEDED', results: { ready: 3 } });
});

it('a batch that somebody stopped leaves nothing running, and goes on when it is redriven', async () => {
  const sightline = await withThreeAccounts();
  const path = await start(sightline, [one, two, three]);
  const { executionArn } = await get(sightline, path);
  setTimeout(() => void sightline.client.send(new StopExecutionCommand({ executionArn })), 1500);
  await sightline.finish();
  expect(await get(sightline, path)).toMatchObject({
    status: 'ABORTED',
    progress: { running: 0 },
    failure: { name: 'Aborted', redrivable: true },
  });

  await sightline.api('POST', `${path}/redrive`);
  await sightline.finish();

  const { status, results } = await get(sightline, path);
  expect(status).toBe('SUCCEEDED');
  expect(results).toMatchObject({ failed: 0, notTried: 0 });
});
