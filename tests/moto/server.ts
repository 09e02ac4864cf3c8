import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';

/** A moto that runs as a process of its own on a free port of this machine. */
export type Moto = {
  url: string;
  /** Turns the enforcement of policies on or off; moto starts with it off. */
  enforcePolicies: (enforced: boolean) => Promise<void>;
  /** Writes down every request from now on. */
  record: () => Promise<void>;
  /** The calls written down that were to change something, those of EC2 with DryRun left out. */
  writes: () => Promise<string[]>;
  close: () => Promise<void>;
};

/** The caller's own AWS_… and MOTO_… variables would change what moto does, MOTO_ACCOUNT_ID above all. */
const environment = (recording: string) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|MOTO)_/.test(name))),
  MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
  MOTO_RECORDER_FILEPATH: recording,
  // Hundreds of them in every account and Region, which take a second.
  MOTO_EC2_LOAD_DEFAULT_AMIS: 'false',
});

/** The address that it tells as soon as it listens. Throws what it said instead if it ends before that. */
const addressIn = (lines: NodeJS.EventEmitter): Promise<string> =>
  new Promise((resolve, reject) => {
    const said: string[] = [];
    lines.on('line', (line: string) => {
      said.push(line);
      const [, url] = /Running on (http:\S+)/.exec(line) ?? [];
      if (url) resolve(url);
    });
    lines.on('close', () => reject(new Error(`moto_server does not run:\n${said.join('\n')}`)));
  });

const post = async (url: string, body = '') => {
  const answer = await fetch(url, { method: 'POST', body });
  if (!answer.ok) throw new Error(`moto answers ${answer.status} to POST ${url}`);
};

const Recorded = z.object({ body: z.string() });

const reads = /^(Describe|Get|List|AssumeRole$)/;

/** The action of each call in a recording that was more than a question. EC2, IAM and STS take it as a form. */
const writesIn = (recording: string): string[] =>
  recording
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Buffer.from(Recorded.parse(JSON.parse(line)).body, 'base64').toString())
    .map((body) => new URLSearchParams(body))
    .filter((form) => form.get('DryRun') !== 'true')
    .flatMap((form) => form.get('Action') ?? [])
    .filter((action) => !reads.test(action));

/** Starts `moto_server`, which has to be on the path, and waits until it answers. */
export const startMoto = async (): Promise<Moto> => {
  const directory = await mkdtemp(join(tmpdir(), 'sightline-moto-'));
  const child = spawn('moto_server', ['--host', '127.0.0.1', '--port', '0'], {
    env: environment(join(directory, 'recording')),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  // It has nothing to save, and takes seconds to end by itself.
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  const url = await addressIn(createInterface(child.stderr));
  await fetch(`${url}/moto-api/config`);
  return {
    url,
    enforcePolicies: (enforced) => post(`${url}/moto-api/reset-auth`, enforced ? '0' : 'inf'),
    record: () => post(`${url}/moto-api/recorder/start-recording`),
    writes: async () => writesIn(await readFile(join(directory, 'recording'), 'utf8')),
    close: async () => {
      process.removeListener('exit', stop);
      stop();
      await ended;
      await rm(directory, { recursive: true });
    },
  };
};
