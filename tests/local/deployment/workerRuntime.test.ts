import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import type { FunctionDefinition } from '../../../local/aws/lambda/lambda.ts';
import { createWorkerRuntime } from '../../../local/deployment/workerRuntime.ts';

const directory = mkdtempSync(join(tmpdir(), 'sightline-test-'));
const lines: string[] = [];
let assumed: string[] = [];
let expiration: Date | undefined;

const runtime = createWorkerRuntime({
  region: 'eu-central-1',
  endpointUrl: 'http://127.0.0.1:4566',
  credentialsOf: async ({ roleArn }) => {
    assumed.push(roleArn);
    return { accessKeyId: 'ASIA', secretAccessKey: 'secret', sessionToken: 'token', expiration };
  },
  log: ({ functionName, text }) => lines.push(`${functionName}: ${text}`),
});

beforeEach(() => {
  assumed = [];
  expiration = undefined;
});
afterAll(async () => {
  await runtime.close();
  rmSync(directory, { recursive: true });
});

let count = 0;
/** A function whose bundle is `code`. */
const aFunction = (code: string, rest: Partial<FunctionDefinition> = {}): FunctionDefinition => {
  count += 1;
  const name = `function${count}`;
  const codePath = join(directory, `${name}.zip`);
  writeFileSync(codePath, zipSync({ functions: { 'work.js': strToU8(code) } }));
  return {
    ...{ name, arn: `arn:aws:lambda:eu-central-1:111111111111:function:${name}`, codePath },
    ...{ roleArn: `arn:aws:iam::111111111111:role/${name}`, handler: 'functions/work.handler' },
    ...{ timeoutSeconds: 30, memoryMb: 512, environment: {} },
    ...{ logGroup: `/aws/lambda/${name}`, traced: false, ...rest },
  };
};

it('runs a function with its own environment, role and endpoint, and none of ours', async () => {
  process.env['OURS'] = 'secret';
  const echo = aFunction('exports.handler = async (event) => ({ event, env: process.env });', {
    environment: { SETTING: 'value' },
  });
  const answer = await runtime.invoke(echo, { x: 1 });
  expect(answer).toEqual({
    event: { x: 1 },
    env: expect.objectContaining({
      SETTING: 'value',
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_FUNCTION_NAME: echo.name,
      AWS_ACCESS_KEY_ID: 'ASIA',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    }),
  });
  expect(answer).not.toHaveProperty('env.OURS');
  expect(assumed).toEqual([echo.roleArn]);
});

it('runs an ES module too, and gives it a context', async () => {
  const work = aFunction(`
    export const handler = async (event, context) => ({
      ...context, left: context.getRemainingTimeInMillis(),
    });`);
  expect(await runtime.invoke(work, {})).toMatchObject({
    awsRequestId: expect.stringMatching(/^[\da-f-]{36}$/),
    functionName: work.name,
    invokedFunctionArn: work.arn,
    left: expect.any(Number),
  });
});

it('keeps a worker warm, and adds one for a second event at the same time', async () => {
  const work = aFunction(`
    let calls = 0;
    exports.handler = async ({ ms }) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return (calls += 1);
    };`);
  expect(await runtime.invoke(work, { ms: 0 })).toBe(1);
  expect(await runtime.invoke(work, { ms: 0 })).toBe(2);
  const both = [runtime.invoke(work, { ms: 50 }), runtime.invoke(work, { ms: 50 })];
  expect(await Promise.all(both)).toEqual([3, 1]);
  expect(assumed).toHaveLength(2);
});

it('starts a new worker rather than let its credentials expire', async () => {
  expiration = new Date(Date.now() + 10_000);
  const work = aFunction('let calls = 0; exports.handler = async () => (calls += 1);');
  await runtime.invoke(work, {});
  expect(await runtime.invoke(work, {})).toBe(1);
  expect(assumed).toHaveLength(2);
});

it("answers with the function's error by name, message and trace, and stays usable", async () => {
  const work = aFunction(`
    class RouteConflict extends Error { name = 'RouteConflict'; }
    let calls = 0;
    exports.handler = async () => {
      calls += 1;
      if (calls === 1) throw new RouteConflict('leads elsewhere');
      return calls;
    };`);
  await expect(runtime.invoke(work, {})).rejects.toMatchObject({
    name: 'RouteConflict',
    message: 'leads elsewhere',
    stack: expect.stringMatching(/leads elsewhere\n\s+at .*work\.js/),
  });
  expect(await runtime.invoke(work, {})).toBe(2);
});

it('kills a function at its timeout, and the next event gets a new worker', async () => {
  const work = aFunction(
    'exports.handler = async ({ hang }) => { while (hang) {} return "done"; };',
    { timeoutSeconds: 0.3 },
  );
  await expect(runtime.invoke(work, { hang: true })).rejects.toMatchObject({
    name: 'Sandbox.Timedout',
    message: expect.stringMatching(/Task timed out after 0\.30 seconds$/),
  });
  expect(await runtime.invoke(work, { hang: false })).toBe('done');
});

it.each([
  ['ends its process', 'exports.handler = async () => process.exit(3);', 'Runtime.ExitError'],
  ['ends it while loading', 'process.exit(3);', 'Runtime.ExitError'],
  ['fails while loading', 'throw new RangeError("bad setting");', 'RangeError'],
  ['does not parse', 'exports.handler = (', 'SyntaxError'],
  ['has no handler', 'exports.other = 1;', 'Runtime.HandlerNotFound'],
])('reports a function that %s', async (_, code, name) => {
  await expect(runtime.invoke(aFunction(code), {})).rejects.toMatchObject({ name });
});

it('reports a missing file', async () => {
  const work = aFunction('', { handler: 'functions/other.handler' });
  await expect(runtime.invoke(work, {})).rejects.toMatchObject({
    name: 'Runtime.ImportModuleError',
  });
});

it('hands on what a function writes, line by line', async () => {
  const work = aFunction(
    'exports.handler = async () => { console.log("one\\ntwo"); console.error("three"); };',
  );
  await runtime.invoke(work, {});
  for (let wait = 0; wait < 100 && lines.length < 3; wait += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(lines.toSorted()).toEqual(['one', 'three', 'two'].map((text) => `${work.name}: ${text}`));
});

it('leaves nothing behind when it is closed', async () => {
  const own = createWorkerRuntime({
    ...{ region: 'eu-central-1', endpointUrl: '', log: () => undefined },
    credentialsOf: async () => ({ accessKeyId: '', secretAccessKey: '', sessionToken: '' }),
  });
  const root = await own.invoke(
    aFunction('exports.handler = async () => process.env.LAMBDA_TASK_ROOT;'),
    {},
  );
  expect(existsSync(String(root))).toBe(true);
  await own.close();
  expect(existsSync(String(root))).toBe(false);
});
