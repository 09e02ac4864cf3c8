// The inside of a worker thread that runs one Lambda function: what Lambda's Node.js runtime is there.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { LambdaFailure } from './lambdaError.ts';

/** What a worker is started with. */
export type WorkerStart = { directory: string; handler: string };

/** One invocation; `event` is JSON. */
export type Invocation = {
  event: string;
  requestId: string;
  deadline: number;
  functionName: string;
  functionArn: string;
  memoryMb: number;
};

/** A worker's messages: once that it is ready, then one for each invocation; `result` is JSON. */
export type Answer = { ready: true } | { result: string } | { failure: LambdaFailure };

type Handler = (event: unknown, context: object) => unknown;

const codeFile = async (base: string): Promise<string> => {
  for (const path of ['.js', '.mjs', '.cjs'].map((extension) => base + extension)) {
    const found = await access(path).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  throw Object.assign(new Error(`Cannot find module '${base}'`), {
    name: 'Runtime.ImportModuleError',
  });
};

const load = async ({ directory, handler }: WorkerStart): Promise<Handler> => {
  const dot = handler.lastIndexOf('.');
  const path = await codeFile(join(directory, handler.slice(0, dot)));
  const name = handler.slice(dot + 1);
  const exports = await import(pathToFileURL(path).href);
  const found = exports[name] ?? exports.default?.[name];
  if (typeof found === 'function') return found;
  throw Object.assign(new Error(`${handler} is undefined or not exported`), {
    name: 'Runtime.HandlerNotFound',
  });
};

const contextOf = ({ requestId, deadline, functionName, functionArn, memoryMb }: Invocation) => ({
  awsRequestId: requestId,
  functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: functionArn,
  memoryLimitInMB: `${memoryMb}`,
  logGroupName: `/aws/lambda/${functionName}`,
  logStreamName: 'local',
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
});

const failureOf = (error: unknown): LambdaFailure =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') }
    : { errorType: typeof error, errorMessage: String(error) };

const answer = async (handler: Promise<Handler>, invocation: Invocation): Promise<Answer> => {
  try {
    const run = await handler;
    const result = await run(JSON.parse(invocation.event), contextOf(invocation));
    return { result: JSON.stringify(result ?? null) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
};

const serve = async (start: WorkerStart) => {
  const handler = load(start);
  const post = (message: Answer) => parentPort?.postMessage(message);
  parentPort?.on('message', async (invocation: Invocation) => {
    post(await answer(handler, invocation));
  });
  // An error while loading is the answer to the first invocation, as in Lambda.
  await handler.catch(() => undefined);
  post({ ready: true });
};

await serve(workerData);
