import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { buildBare, lookInto, unpack } from '../../bench/coldstart/bundles.ts';
import { start } from '../../bench/coldstart/start.ts';
import { packageDirectory } from '../../local/packaged.ts';

const service = parse(readFileSync('serverless.yml', 'utf8'), { merge: true });
const directory = mkdtempSync(join(tmpdir(), 'sightline-coldstart-'));
const environment = {
  ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKIACOLDSTART' },
  ...{ AWS_SECRET_ACCESS_KEY: 'secret', HOME: directory },
};

afterAll(() => rmSync(directory, { recursive: true }));

it('finds the clients of a function, and a call that the function makes with each', async () => {
  const { uses, parts } = await lookInto(service, 'getBatch');

  expect(uses.toSorted((one, other) => one.client.localeCompare(other.client))).toEqual([
    { client: '@aws-sdk/client-s3', className: 'S3Client', command: 'GetObjectCommand' },
    { client: '@aws-sdk/client-sfn', className: 'SFNClient', command: 'DescribeExecutionCommand' },
  ]);
  expect(parts['@aws-sdk/client-s3']).toBeGreaterThan(10_000);
  expect(parts['functions']).toBeGreaterThan(100);
});

it('unpacks the bundle that is deployed', () => {
  const { file, bytes, zippedBytes } = unpack(`${packageDirectory}/listOnboardings.zip`, directory);

  expect(readFileSync(file).length).toBe(bytes);
  expect(zippedBytes).toBeLessThan(bytes);
});

it('starts a bare function until it calls AWS', async () => {
  const { uses } = await lookInto(service, 'listOnboardings');
  const bare = await buildBare(uses, join(directory, 'bare.js'));
  const {
    loadMs,
    callMs,
    service: called,
  } = await start({
    file: bare.file,
    event: {},
    environment,
  });

  expect(called).toBe('sfn');
  expect(loadMs).toBeGreaterThan(0);
  expect(callMs).toBeGreaterThan(loadMs);
});

it('starts a function’s TypeScript as it is', async () => {
  const file = join(directory, 'typed.ts');
  const call =
    "fetch(String(process.env['AWS_ENDPOINT_URL']), { headers: { 'user-agent': agent } })";
  writeFileSync(
    file,
    `export const handler = (event: { agent: string }) => { const { agent } = event; return ${call}; };`,
  );
  const event = { agent: 'aws-sdk-js/3 api/ec2#3' };

  expect(await start({ file: resolve(file), event, environment })).toMatchObject({
    service: 'ec2',
  });
});

it('tells what a function wrote that ended without a call', async () => {
  const file = join(directory, 'broken.js');
  writeFileSync(file, "exports.handler = async () => { throw new Error('no input'); };");

  await expect(start({ file, event: {}, environment })).rejects.toMatchObject({
    message: expect.stringContaining('did not call AWS: '),
  });
  await expect(start({ file, event: {}, environment })).rejects.toThrow('no input');
});
