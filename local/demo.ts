import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import ora from 'ora';
import * as z from 'zod';
import type { Step } from '../shared/executions/steps.ts';
import { askForVerdict } from '../shared/preflight/askForVerdict.ts';
import type { Report } from '../shared/report.ts';
import { diagramSvg } from './diagram/diagram.ts';
import { startInstance, worldFile } from './instance.ts';
import { type Ending, lambdaAt, onboard } from './onboard.ts';
import { failureText, reportText, stepLine, verdictText } from './present.ts';
import { onboardingMachine, preflightFunction } from './sightline.ts';
import { hubRegionOf, readWorld } from './world.ts';

const world = readWorld(worldFile);
const { hub, accounts } = world;

const accountList = Object.entries(accounts)
  .filter(([id]) => id !== hub)
  .map(([id, { name, about }]) => `  ${id}  ${name}: ${about}`)
  .join('\n');

const options = new Command('npm run demo --')
  .description('Onboards one account on the local AWS and shows every step.')
  .option('--account <id>', 'the account to onboard, with everything else by default')
  .option('--request <file>', 'a JSON file with the whole request')
  .option('--endpoint <url>', 'use a local AWS that is already running (npm start)')
  .option('--plan', 'say what an onboarding would do and what stands in its way, and do nothing')
  .option('--diagram <file>', 'draw the report into an SVG file')
  .option('--json', 'print just the report, as one JSON document')
  .addHelpText('after', `\nAccounts of ${worldFile}:\n${accountList}`)
  .parse()
  .opts<{
    account?: string;
    request?: string;
    endpoint?: string;
    plan?: true;
    diagram?: string;
    json?: true;
  }>();

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} cannot be read as JSON: ${error}`, { cause: error });
  }
};

/** An account's VPCs may all be in another Region than the hub's, which a request has to say. */
const regionOf = (accountId: string) => {
  const regions = Object.keys(accounts[accountId]?.regions ?? {});
  const [region] = regions.includes(hubRegionOf(world)) ? [] : regions;
  return region && { region };
};

/** What is asked for; whether it is a good request is for Preflight to say. */
const readRequest = () => {
  const accountId = options.account ?? '222222222222';
  if (!options.request) return { accountId, ...regionOf(accountId) };
  const request = z
    .looseObject({ accountId: z.string().default('') })
    .parse(readJson(options.request));
  return { ...request, ...(options.account && { accountId }) };
};

const Calls = z.array(
  z.object({ service: z.string(), mutating: z.boolean(), error: z.string().optional() }),
);

/** How many calls so far have changed something in one of the accounts. */
const countMutations = async (url: string) => {
  const calls = Calls.parse(await (await fetch(`${url}/_local/calls`)).json());
  return calls.filter(
    ({ service, mutating, error }) => mutating && !error && ['ec2', 'iam'].includes(service),
  ).length;
};

const say = (text: string) => {
  if (!options.json) process.stdout.write(`${text}\n`);
};

/** Shows a line for each step that has ended, and below them what is going on. */
const createFollower = () => {
  const spinner = ora({ isSilent: options.json === true || !process.stderr.isTTY });
  const shown = new Set<number>();
  return (steps: readonly Step[]) => {
    spinner.stop();
    for (const [index, step] of steps.entries()) {
      if (step.status === 'running' || shown.has(index)) continue;
      shown.add(index);
      say(stepLine(step));
    }
    const running = steps.filter(({ status }) => status === 'running').map(({ state }) => state);
    if (running.length > 0) spinner.start(running.join(', '));
  };
};

/** What an onboarding would do, as Preflight says it. */
const plan = async (endpoint: string, request: object) => {
  const verdict = await askForVerdict(
    lambdaAt(endpoint, onboardingMachine(world)),
    preflightFunction,
    request,
  );
  say(verdictText(verdict));
  if (!verdict.possible) process.exitCode = 1;
  return verdict;
};

const draw = async (report: Report, file: string) => {
  writeFileSync(file, await diagramSvg(report));
  say(`\nThe picture of it is in ${file}.`);
};

const show = (accountId: string, ending: Ending, mutatingCalls: number) => {
  if ('report' in ending) {
    say(reportText(ending.report, mutatingCalls));
    return ending.report;
  }
  say(failureText(accountId, ending.failure));
  process.exitCode = 1;
  return { accountId, ready: false, error: ending.failure };
};

/** The state machine that an instance at an endpoint runs. */
const stateMachineAt = async (endpoint: string) => {
  const response = await fetch(`${endpoint}/_local/health`).catch(() => undefined);
  if (response?.ok) return onboardingMachine(world);
  throw new Error(`No local AWS answers at ${endpoint}. Start one with npm start.`);
};

const run = async (
  endpoint: string,
  stateMachineArn: string,
  request: ReturnType<typeof readRequest>,
) => {
  const before = await countMutations(endpoint);
  const ending = await onboard({ endpoint, stateMachineArn }, request, createFollower());
  const document = show(request.accountId, ending, (await countMutations(endpoint)) - before);
  if ('report' in ending && options.diagram) await draw(ending.report, options.diagram);
  return document;
};

const demo = async () => {
  const request = readRequest();
  const name = accounts[request.accountId]?.name;
  const doing = options.plan ? 'Planning to onboard' : 'Onboarding';
  say(`${doing} account ${request.accountId}${name ? ` (${name})` : ''} from the hub ${hub}`);
  if (!options.endpoint) say('Packaging Sightline and deploying it on a local AWS …\n');
  const own = options.endpoint
    ? undefined
    : await startInstance({ port: 0, apiPort: 0 }, () => undefined);
  const endpoint = (own?.url ?? options.endpoint ?? '').replace(/\/$/, '');
  try {
    const stateMachineArn = await stateMachineAt(endpoint);
    const document = options.plan
      ? await plan(endpoint, request)
      : await run(endpoint, stateMachineArn, request);
    if (options.json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } finally {
    await own?.close();
  }
};

await demo().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
