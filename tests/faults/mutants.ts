import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyProject, packageApplication } from '../../local/packaged.ts';
import { type Mutation, mutations } from './mutations.ts';

/** Makes each deliberate mistake in a copy of the project, and says whether disturbed onboardings notice it. */

/** Throws an `Error` that names the text that is not in the file any more. */
const edit = (path: string, from: string | RegExp, to: string): void => {
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, () => to);
  if (after === before) throw new Error(`${path} has no ${from} any more: correct the mutation`);
  writeFileSync(path, after);
};

const isCaught = ({ edits, world }: Mutation): string | undefined => {
  const copy = copyProject();
  try {
    for (const [file, from, to] of edits) edit(join(copy, file), from, to);
    // What is packaged has only to be packaged again where it is not the functions alone that changed.
    const isPackagedAnew = edits.some(([file]) => file.startsWith('statemachine'));
    if (!isPackagedAnew) cpSync('.serverless', join(copy, '.serverless'), { recursive: true });
    const options = ['--config', 'jest.faults.config.js', 'quick.test', '--bail', '-t', world];
    const { status, stderr } = spawnSync('jest', options, { cwd: copy, encoding: 'utf8' });
    if (status === 0) return undefined;
    return (
      /^ +(Error: |thrown: )?(.*(?:\d+:[a-z]|the undisturbed).*)$/m.exec(stderr)?.[2] ?? stderr
    );
  } finally {
    rmSync(copy, { recursive: true });
  }
};

await packageApplication();
let survivors = 0;
for (const mutation of mutations) {
  const startedAt = Date.now();
  const how = isCaught(mutation);
  if (how === undefined) survivors += 1;
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0).padStart(4);
  const verdict = how === undefined ? 'SURVIVED' : 'caught  ';
  process.stdout.write(
    `${verdict} ${seconds} s  ${mutation.mistake}${how ? `\n    ${how.slice(0, 160)}` : ''}\n`,
  );
}
process.stdout.write(`\n${mutations.length - survivors} of ${mutations.length} mistakes caught\n`);
process.exitCode = survivors === 0 ? 0 : 1;
