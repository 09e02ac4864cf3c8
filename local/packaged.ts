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

const runServerless = async (cwd: string, options: readonly string[]) => {
  try {
    await promisify(execFile)('serverless', ['package', ...options], { cwd, encoding: 'utf8' });
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? `\n${error.stdout}` : '';
    throw new Error(`serverless package failed: ${error}${output}`, { cause: error });
  }
};

/**
 * Packages the application as for a deployment, unless that was done since the last change; it needs no
 * AWS credentials. Throws with what the Serverless Framework printed if it fails.
 */
export const packageApplication = async (): Promise<void> => {
  if (!isCurrent()) await runServerless('.', []);
};

/**
 * Packages the application with other parameters than the defaults, or for another Region, and writes the
 * template to a file.
 * That is done in a copy of the project: .serverless keeps the defaults for everybody else.
 * Throws with what the Serverless Framework printed if it fails.
 */
export const packageWith = async (
  parameters: Readonly<Record<string, string>>,
  file: string,
  region: string | undefined = undefined,
): Promise<void> => {
  const given = Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
  const options = region === undefined ? given : [...given, `--region=${region}`];
  const copy = mkdtempSync(join(tmpdir(), 'sightline-'));
  try {
    cpSync('.', copy, { recursive: true, filter: (path) => !notCopied.test(path) });
    symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
    await runServerless(copy, options);
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync(join(copy, packagedTemplate), file);
  } finally {
    rmSync(copy, { recursive: true });
  }
};
