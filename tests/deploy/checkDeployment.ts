import assert from 'node:assert/strict';
import type { Checks } from './checks.ts';
import { gaps } from './gaps.ts';
import { leftOut } from './leftOut.ts';
import { type Deployed, hub, stackName } from './sightline.ts';
import { cloudFormation, refusalOf, resourcesOf } from './stacks.ts';

const checkStack = ({ check }: Checks, { emulator, template }: Deployed) =>
  check('the stack has every resource of the template but those left out', async () => {
    const made = await resourcesOf(cloudFormation(emulator, hub), stackName);
    const names = new Set(made.map(({ logicalId }) => logicalId));
    // A condition that does not hold is for a setting that is not set.
    const missing = Object.entries(template.Resources)
      .filter(([id, resource]) => !names.has(id) && !('Condition' in resource))
      .map(([id]) => id);
    const out = leftOut.map(({ logicalId }) => logicalId);
    assert.deepEqual(missing.sort(), out.sort());
    const unfinished = made.filter(({ status }) => !/^(CREATE|UPDATE)_COMPLETE$/.test(status));
    assert.deepEqual(unfinished, []);
    return `${made.length} resources`;
  });

const checkLeftOut = async ({ check }: Checks, { emulator, template }: Deployed) => {
  for (const { logicalId, refusal } of leftOut) {
    await check(`the emulator cannot make ${logicalId}`, async () => {
      const remedy = 'remove its entry from tests/deploy/leftOut.ts';
      assert.ok(template.Resources[logicalId], `the template has no ${logicalId}: ${remedy}`);
      const said = await refusalOf(cloudFormation(emulator, hub), template, logicalId);
      assert.notEqual(said, undefined, `the emulator makes ${logicalId}: ${remedy}`);
      assert.ok(said?.includes(refusal), `it says “${said}”; expected “${refusal}”`);
      return said;
    });
  }
};

const checkGaps = async ({ check }: Checks, deployed: Deployed) => {
  for (const { gap, instead, isThere } of gaps) {
    await check(`unlike AWS: ${gap}`, async () => {
      const remedy = 'remove the entry from tests/deploy/gaps.ts, and the way round it';
      assert.ok(await isThere(deployed), `that is not so any more: ${remedy}`);
      return `so ${instead}`;
    });
  }
};

/** Checks that the packaged template is deployed, and that nothing is done otherwise without need. */
export const checkDeployment = async (checks: Checks, deployed: Deployed): Promise<void> => {
  await checkStack(checks, deployed);
  await checkLeftOut(checks, deployed);
  await checkGaps(checks, deployed);
};
