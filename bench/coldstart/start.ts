import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** Node 24, which Lambda runs the functions with, whatever runs this. */
const node = resolve('node_modules/node/bin/node');
const program = fileURLToPath(new URL('./loadAndCall.mjs', import.meta.url));

/** What is started: a file that exports `handler`, and what it gets. */
export type Start = {
  file: string;
  event: unknown;
  environment: Readonly<Record<string, string>>;
};

/** Milliseconds since the file began to be loaded, and the service that was called, such as `ec2`. */
export type Started = { loadMs: number; callMs: number; service: string };

/** The SDK names the service in its own user agent, as `api/ec2#3.1169.0`. */
const serviceOf = ({ headers }: IncomingMessage) =>
  String(headers['user-agent']).match(/ api\/([\w-]+)#/)?.[1] ?? '';

/** Listens as AWS, and notes the first request. It is not answered: what comes after is of no interest. */
const listen = async () => {
  const server = createServer();
  const called = once(server, 'request').then(([request]) => ({
    // All processes of a machine share this clock.
    at: process.hrtime.bigint(),
    service: serviceOf(request),
  }));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { called, url: `http://127.0.0.1:${port}`, close: () => server.close() };
};

const millisecondsBetween = (from: string | undefined, to: bigint) =>
  Number(to - BigInt(from ?? 0)) / 1e6;

/**
 * Starts a function in a process of its own, until it calls AWS. Throws with what it wrote if it ends
 * without a call.
 */
export const start = async ({ file, event, environment }: Start): Promise<Started> => {
  const { called, url, close } = await listen();
  const child = spawn(node, [program, file, JSON.stringify(event)], {
    env: { ...environment, AWS_ENDPOINT_URL: url },
  });
  const written = Promise.all([text(child.stdout), text(child.stderr)]);
  const call = await Promise.race([called, once(child, 'exit').then(() => undefined)]);
  child.kill('SIGKILL');
  close();
  const output = await written;
  if (!call) throw new Error(`${file} did not call AWS: ${output.join('')}`);
  const [began, loaded] = (output[0].split('\n')[0] ?? '').split(' ');
  return {
    loadMs: millisecondsBetween(began, BigInt(loaded ?? 0)),
    callMs: millisecondsBetween(began, call.at),
    service: call.service,
  };
};
