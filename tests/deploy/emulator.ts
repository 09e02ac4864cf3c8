import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { until } from './until.ts';

/** An account and a Region of the emulator. */
export type Place = { accountId: string; region: string };

/** A running emulator. */
export type Emulator = {
  url: string;
  /** What a client of an account's administrator is made from. */
  administratorOf: (place: Place) => {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** What it has written about itself and the functions so far. */
  log: () => string;
  stop: () => Promise<void>;
};

/** What the emulator writes about itself, for whoever wants to know why a check has failed. */
const logFile = '.local/deploy/emulator.log';

/** The emulator's administrators all have it. */
const secretAccessKey = 'local';

const freePort = () =>
  new Promise<number>((found, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => found(typeof address === 'object' && address ? address.port : 0));
    });
  });

const urlOf = (port: number) => `http://127.0.0.1:${port}`;

/** The services that the functions find at another address than the emulator's. */
export type Elsewhere = { url: string; services: readonly string[] };

const settingsOf = (hub: Place, port: number, elsewhere: Elsewhere) => ({
  GATEWAY_PORT: String(port),
  BIND_HOST: '127.0.0.1',
  MINISTACK_HOST: '127.0.0.1',
  MINISTACK_ACCOUNT_ID: hub.accountId,
  MINISTACK_REGION: hub.region,
  // It verifies signatures and asks IAM, and its functions have credentials of their roles.
  AUTH: 'true',
  IOT_MTLS_ENABLED: '0',
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  // What follows is for the functions, which inherit it.
  AWS_ENDPOINT_URL: urlOf(port),
  ...Object.fromEntries(
    elsewhere.services.map((service) => [`AWS_ENDPOINT_URL_${service}`, elsewhere.url]),
  ),
});

const hasEnded = ({ exitCode, signalCode }: ChildProcess) =>
  exitCode !== null || signalCode !== null;

/** Settings of AWS's tools that this machine may have are not for the emulator and its functions. */
const environment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')));

const answers = async (url: string, child: ChildProcess) => {
  if (child.pid === undefined) throw new Error('there is no such command');
  if (hasEnded(child)) throw new Error(`it ended with ${child.exitCode}`);
  const response = await fetch(`${url}/_ministack/health`).catch(() => undefined);
  return response?.ok || undefined;
};

/**
 * Starts the emulator on a free port of this machine. It ends with this process at the latest. Throws with
 * its log if it does not answer.
 */
export const startEmulator = async (hub: Place, elsewhere: Elsewhere): Promise<Emulator> => {
  const port = await freePort();
  const url = urlOf(port);
  mkdirSync(dirname(logFile), { recursive: true });
  const output = openSync(logFile, 'w');
  const child = spawn('ministack', [], {
    env: { ...environment(), ...settingsOf(hub, port, elsewhere) },
    stdio: ['ignore', output, output],
  });
  // A command that is not there is an event, which nobody has to hear: then there is no pid.
  child.once('error', () => undefined);
  process.once('exit', () => child.kill('SIGKILL'));
  const log = () => readFileSync(logFile, 'utf8');
  await until('the emulator answers', 30, () => answers(url, child)).catch((error: unknown) => {
    throw new Error(`ministack does not start: ${error}\n${log()}`, { cause: error });
  });
  return {
    url,
    administratorOf: ({ accountId, region }) => ({
      endpoint: url,
      region,
      credentials: { accessKeyId: accountId, secretAccessKey },
    }),
    log,
    stop: async () => {
      // It ends its functions' processes first; at the end of this process it is killed.
      child.kill('SIGTERM');
      await until('the emulator has ended', 20, async () => hasEnded(child) || undefined);
    },
  };
};
