import type { Authorization } from '../../local/aws/judge.ts';
import { currentState, deployed } from '../local/harness.ts';
import { provenTemplate } from './globalSetup.ts';
import type { Scenario, Sightline } from './scenarios.ts';

/** Something that a role was allowed to do; `by` is the step, or `AWS` for what a service did by itself. */
export type Use = Pick<Authorization, 'action' | 'resource' | 'context'> & {
  role: string;
  by: string;
};

/** Sightline as the proof has it packaged, in the world of a scenario. */
export const deploy = (world: Scenario['world']): Promise<Sightline> =>
  deployed(world, {}, provenTemplate);

/** Runs a scenario and tells what its roles were allowed to do, and for whom. Throws where it fails. */
export const watch = async ({ world, run }: Scenario): Promise<Use[]> => {
  const sightline = await deploy(world);
  const uses: Use[] = [];
  const stop = sightline.aws.onAuthorization(({ principalArn, allowed, ...check }) => {
    const role = principalArn.split('/').at(-1) ?? '';
    if (allowed) uses.push({ ...check, role, by: currentState() ?? 'AWS' });
  });
  try {
    await run(sightline);
  } finally {
    stop();
  }
  return uses;
};

/** The different values of a field. */
export const distinct = <Field extends 'role' | 'action' | 'by'>(
  uses: readonly Use[],
  field: Field,
): string[] => [...new Set(uses.map((use) => use[field]))].toSorted();
