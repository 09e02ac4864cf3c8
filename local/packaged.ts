import { execFile } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** Where `serverless package` leaves the functions, each in a zip. */
export const packageDirectory = '.serverless/bundles';

/** The CloudFormation template that `serverless deploy` would deploy. */
export const packagedTemplate = '.serverless/cloudformation-template-update-stack.json';

const sources = [
  'functions/*.ts',
  'shared/*.ts',
  'statemachine/*.yml',
  'serverless.yml',
  'bundle.ts',
  'functionRoles.ts',
  'package-lock.json',
];

const changedAt = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const isCurrent = () => {
  const packagedAt = changedAt(packagedTemplate);
  return globSync(sources).every((path) => changedAt(path) < packagedAt);
};

const notCopied = /^(node_modules|coverage|\.(git|serverless|local)[^/]*)(\/|$)/;

/**
 * Runs the Serverless Framework in a directory, and answers what it printed. `env` takes the place of this
 * process's environment. Throws with what the Serverless Framework printed if it fails.
 */
export const runServerless = async (
  cwd: string,
  [command, ...options]: readonly [string, ...string[]],
  env?: NodeJS.ProcessEnv,
): Promise<string> => {
  const settings = { cwd, encoding: 'utf8', ...(env && { env }) } as const;
  try {
    return (await promisify(execFile)('serverless', [command, ...options], settings)).stdout;
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? `\n${error.stdout}` : '';
    throw new Error(`serverless ${command} failed: ${error}${output}`, { cause: error });
  }
};

/** Copies the project into a new directory, without what is made from it; returns the directory. */
export const copyProject = (): string => {
  const copy = mkdtempSync(join(tmpdir(), 'sightline-'));
  cpSync('.', copy, { recursive: true, filter: (path) => !notCopied.test(path) });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  return copy;
};

/** Does something in a copy of the project, so that .serverless keeps the defaults for everybody else. */
export const inCopy = async <Result>(
  work: (directory: string) => Promise<Result>,
): Promise<Result> => {
  const copy = copyProject();
  try {
    return await work(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
};

/**
 * Packages the application as for a deployment, unless that was done since the last change; it needs no
 * AWS credentials. Throws with what the Serverless Framework printed if it fails.
 */
export const packageApplication = async (): Promise<void> => {
  if (!isCurrent()) await runServerless('.', ['package']);
};

/**
 * Packages the application with other parameters than the defaults, or for another Region, and writes the
 * template to a file.
 * Throws with what the Serverless Framework printed if it fails.
 */
export const packageWith = async (
  parameters: Readonly<Record<string, string>>,
  file: string,
  region: string | undefined = undefined,
): Promise<void> => {
  const given = Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
  const options = region === undefined ? given : [...given, `--region=${region}`];
  await inCopy(async (copy) => {
    await runServerless(copy, ['package', ...options]);
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync(join(copy, packagedTemplate), file);
  });
};
