import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { FunctionDefinition } from '../local/aws/lambda/lambda.ts';
import { createLocalAws } from '../local/aws/localAws.ts';
import { worldFile } from '../local/instance.ts';
import { packageApplication } from '../local/packaged.ts';
import { deploySightline } from '../local/sightline.ts';
import { hubRegionOf, readWorld } from '../local/world.ts';
import type { Benchmark, Result } from './benchmark.ts';
import { type Bundle, buildBare, lookInto, type Parts, unpack } from './coldstart/bundles.ts';
import { eventFor } from './coldstart/events.ts';
import { type Started, start } from './coldstart/start.ts';

/** How much more than the bare clients a function may take. */
const limit = 1.25;

type Variant = 'ours' | 'bare' | 'unbundled';
type Figures = { loadMs: number; callMs: number };

/** What was measured of a function. */
type Row = {
  name: string;
  ours: Bundle & Figures;
  bare: Bundle & Figures;
  unbundled: Figures;
  ratios: { size: number; load: number; call: number };
  parts: Parts;
};

const median = (values: readonly number[]) => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};

/** The functions as they are deployed, each with its environment. */
const deployedFunctions = async () => {
  await packageApplication();
  const world = readWorld(worldFile);
  const { functions } = await deploySightline(createLocalAws(world), world, {
    invoke: () => Promise.reject(new Error('nothing is to be invoked here')),
  });
  const region = hubRegionOf(world);
  return [...functions.values()].map((definition) => ({ definition, region }));
};

const nameOf = ({ handler }: FunctionDefinition) => basename(handler, '.handler');

/** What Lambda gives a function besides its own variables, and a home in which the SDK finds no settings. */
const environmentOf = (
  { name, environment, memoryMb }: FunctionDefinition,
  region: string,
  home: string,
) => ({
  ...environment,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: `${memoryMb}`,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: 'AKIACOLDSTART',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
  HOME: home,
});

/** Starts each variant so many times, one after the other, so that all meet the same noise. */
const measure = async (
  starts: Readonly<Record<Variant, () => Promise<Started>>>,
  rounds: number,
): Promise<Record<Variant, Figures>> => {
  const all: Record<Variant, Started[]> = { ours: [], bare: [], unbundled: [] };
  for (let round = 0; round < rounds; round++) {
    all.ours.push(await starts.ours());
    all.bare.push(await starts.bare());
    // It takes a second, and no ratio depends on it.
    if (round % 5 === 0) all.unbundled.push(await starts.unbundled());
  }
  const medians = (started: readonly Started[]) => ({
    loadMs: median(started.map(({ loadMs }) => loadMs)),
    callMs: median(started.map(({ callMs }) => callMs)),
  });
  const { ours, bare, unbundled } = all;
  return { ours: medians(ours), bare: medians(bare), unbundled: medians(unbundled) };
};

/** Makes the bare bundle for a function, whose first call is to the service that the function calls first. */
const bareFor = async (name: string, service: string, directory: string) => {
  const { uses, parts } = await lookInto(parse(readFileSync('serverless.yml', 'utf8')), name);
  const first = `@aws-sdk/client-${service.replaceAll('_', '-')}`;
  if (!uses.some(({ client }) => client === first)) {
    throw new Error(`${name} first called ${service}, but ${first} is not in its bundle`);
  }
  const sorted = uses.toSorted(
    (one, other) => Number(other.client === first) - Number(one.client === first),
  );
  return { bare: await buildBare(sorted, join(directory, 'bare', `${name}.js`)), parts };
};

const benchOne = async (
  { definition, region }: { definition: FunctionDefinition; region: string },
  directory: string,
  rounds: number,
): Promise<Row> => {
  const name = nameOf(definition);
  const environment = environmentOf(definition, region, directory);
  const event = eventFor(name);
  const starting = (file: string) => () => start({ file, event, environment });
  const ours = unpack(definition.codePath, directory);
  const { service } = await starting(ours.file)();
  const { bare, parts } = await bareFor(name, service, directory);
  const starts = {
    ours: starting(ours.file),
    bare: starting(bare.file),
    unbundled: starting(resolve(`functions/${name}.ts`)),
  };
  // Once without measuring: from then on, all files are in the machine's cache.
  await measure(starts, 1);
  const figures = await measure(starts, rounds);
  const ratios = {
    size: ours.bytes / bare.bytes,
    load: figures.ours.loadMs / figures.bare.loadMs,
    call: figures.ours.callMs / figures.bare.callMs,
  };
  return {
    ...{ name, ratios, parts, unbundled: figures.unbundled },
    ours: { ...ours, ...figures.ours },
    bare: { ...bare, ...figures.bare },
  };
};

const kilobytes = (bytes: number) => Math.round(bytes / 1000);
const times = (ratio: number) => `${ratio.toFixed(2)} ×`;
const milliseconds = (value: number) => value.toFixed(0);

const verdict = (ratios: Row['ratios']) => {
  const above = Object.entries(ratios).flatMap(([what, ratio]) => (ratio > limit ? [what] : []));
  return above.length === 0 ? 'yes' : `no: ${above.join(', ')}`;
};

const cells = ({ name, ours, bare, unbundled, ratios }: Row) => [
  ...[name, kilobytes(ours.bytes), kilobytes(bare.bytes), times(ratios.size)],
  ...[kilobytes(ours.zippedBytes), kilobytes(bare.zippedBytes)],
  ...[ours, bare, unbundled].map(({ loadMs }) => milliseconds(loadMs)),
  times(ratios.load),
  ...[ours, bare, unbundled].map(({ callMs }) => milliseconds(callMs)),
  times(ratios.call),
  verdict(ratios),
];

const columns = [
  ...['function', 'kB', 'bare', 'size', 'zip kB', 'bare'],
  ...['load ms', 'bare', 'unbundled', 'load'],
  ...['call ms', 'bare', 'unbundled', 'call'],
  `≤ ${limit}`,
];

const resultOf = (rows: readonly Row[], rounds: number): Result[number] => ({
  title: 'Cold starts: size, time to load and time to the first AWS call',
  columns,
  rows: rows.map(cells),
  notes: [
    `Medians of ${rounds} starts of Node ${process.version}, each in a new process; unbundled of every fifth; both times begin when the file begins to be loaded, and a call ends when its request arrives at a server on this machine.`,
    'bare: one call with each of the SDK clients that the function uses, bundled by esbuild without our plugin and alias; its first call is to the same service.',
    'unbundled: the function’s TypeScript, run by Node from the checkout.',
  ],
  data: rows,
});

/** Measures the cold start of every function of serverless.yml. */
export const coldstart: Benchmark = {
  about: 'how large the functions’ bundles are, and how soon they load and call AWS',
  run: async ({ rounds = 15 }) => {
    const directory = mkdtempSync(join(tmpdir(), 'sightline-coldstart-'));
    try {
      const rows: Row[] = [];
      for (const one of await deployedFunctions()) {
        rows.push(await benchOne(one, directory, rounds));
      }
      return [resultOf(rows, rounds)];
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
};
