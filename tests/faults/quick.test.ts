import { disturbable } from './convergence.ts';
import { spoilCall } from './pairs.ts';
import { written } from './replay.ts';
import type { ScenarioName } from './scenarios.ts';

/** The kinds that leave something half done or half seen; deliberate mistakes are looked for with these. */
const telling = [
  { kind: 'reset-after', times: 1 },
  { kind: 'stale', times: 1 },
  { kind: 'killed', times: 1 },
  { kind: 'throttled', times: 7 },
  { kind: 'error-500', times: 7 },
  { kind: 'denied', times: 1 },
  { kind: 'stale', times: 3 },
] as const;

it.each<ScenarioName>(['plain', 'asked', 'agents'])(
  'the %s onboarding converges under the faults that tell most',
  async (scenario) => {
    const sightline = await disturbable(scenario);
    for (const { kind, times } of telling) {
      for (const call of sightline.calls.keys()) {
        const fault = { call: call + 1, kind, times };
        const { problems } = await spoilCall(sightline, fault);
        if (problems.length === 0) continue;
        throw new Error(`${written({ scenario, faults: [fault] })}: ${problems[0]}`);
      }
    }
  },
);
