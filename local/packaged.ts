import { execFile } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
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
  'package-lock.json',
];

const changedAt = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const isCurrent = () => {
  const packagedAt = changedAt(packagedTemplate);
  return globSync(sources).every((path) => changedAt(path) < packagedAt);
};

/**
 * Packages the application as for a deployment, unless that was done since the last change; it needs no
 * AWS credentials. Throws with what the Serverless Framework printed if it fails.
 */
export const packageApplication = async (): Promise<void> => {
  if (isCurrent()) return;
  try {
    await promisify(execFile)('serverless', ['package'], { encoding: 'utf8' });
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? `\n${error.stdout}` : '';
    throw new Error(`serverless package failed: ${error}${output}`, { cause: error });
  }
};
