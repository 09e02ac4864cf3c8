import { disturbable } from './convergence.ts';
import { readSchedule, remedyOf, written } from './replay.ts';

const line = process.env['FAULT_REPLAY'] ?? 'plain';
const { scenario, faults } = readSchedule(line);

it(`the onboarding converges under ${written({ scenario, faults })}`, async () => {
  const { calls, run } = await disturbable(scenario);

  const outcome = await run(faults, remedyOf(faults));

  const spoiled = faults.map(
    ({ call }) => `${call} ${calls[call - 1]?.action ?? '(a later call)'}`,
  );
  process.stdout.write(`${JSON.stringify({ spoiled, ...outcome }, null, 2)}\n`);
  expect(outcome.problems).toEqual([]);
});
