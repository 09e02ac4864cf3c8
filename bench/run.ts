import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { packageApplication } from '../local/packaged.ts';
import type { Benchmark } from './benchmark.ts';
import { machine } from './machine.ts';
import { tableText } from './table.ts';

/** Every benchmark by its name. Each is loaded only when it is run, so that none disturbs another. */
const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  calls: async () => (await import('./calls.ts')).calls,
  latency: async () => (await import('./latency.ts')).latency,
  cost: async () => (await import('./cost.ts')).cost,
  api: async () => (await import('./api.ts')).api,
  coldstart: async () => (await import('./coldstart.ts')).coldstart,
  bulk: async () => (await import('./bulk.ts')).bulk,
};

const names = Object.keys(benchmarks);

const known = (name: string, before: string[] = []): string[] => {
  if (names.includes(name)) return [...before, name];
  throw new InvalidArgumentError(`There are ${names.join(', ')}.`);
};

const rounds = (text: string): number => {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('It is a whole number from 1 on.');
};

const command = new Command('npm run bench --')
  .description('Runs benchmarks, prints their tables and writes them as JSON.')
  .argument('[names...]', `which ones: ${names.join(', ')}; without a name, all`, known)
  .option('--json <file>', 'where to write the JSON of all that are run')
  .option('--rounds <count>', 'how often what takes real time is measured', rounds)
  .parse();
const options = command.opts<{ json?: string; rounds?: number }>();
const asked = command.args.length > 0 ? command.args : names;

const write = (file: string, content: unknown) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
};

const run = async (name: string) => {
  const benchmark = await benchmarks[name]?.();
  if (!benchmark) throw new Error(`there is no benchmark ${name}: there are ${names.join(', ')}`);
  const begin = performance.now();
  const tables = await benchmark.run(options);
  const tookSeconds = (performance.now() - begin) / 1000;
  console.log(`\n== ${name}: ${benchmark.about} (${tookSeconds.toFixed(1)} s)\n`);
  console.log(tables.map(tableText).join('\n\n'));
  return { name, about: benchmark.about, tookSeconds, tables };
};

await packageApplication();
const where = machine();
console.log(
  `${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, load ${where.load.toFixed(1)}, Node ${where.node}, ${where.date}`,
);
const results: Awaited<ReturnType<typeof run>>[] = [];
for (const name of asked) {
  const result = await run(name);
  results.push(result);
  if (!options.json) {
    write(join('bench', 'results', `${name}.json`), { machine: where, benchmarks: [result] });
  }
}
if (options.json) write(options.json, { machine: where, benchmarks: results });
