import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { summary } from './tally.ts';

/** Disturbs onboardings, and says how they ended: `npm run test:faults`, or one again with `--replay`. */
const { replay, only } = parseArgs({
  options: { replay: { type: 'string' }, only: { type: 'string' } },
}).values;

const results = mkdtempSync(join(tmpdir(), 'sightline-faults-'));
const seed = process.env['FAULT_SEED'] ?? String(randomInt(2 ** 31));
const what = replay
  ? ['replay']
  : [only ?? 'tests/faults', '--testPathIgnorePatterns', '(replay|quick).test'];
const { status } = spawnSync('jest', ['--config', 'jest.faults.config.js', ...what], {
  stdio: 'inherit',
  env: {
    ...process.env,
    FAULT_RESULTS: results,
    FAULT_SEED: seed,
    ...(replay && { FAULT_REPLAY: replay }),
  },
});
if (!replay) process.stdout.write(`\n${summary(results)} (seed ${seed})\n`);
rmSync(results, { recursive: true });
process.exitCode = status ?? 1;
