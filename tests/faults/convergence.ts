import type { CallMade, Fault } from '../../local/aws/faults.ts';
import { Report } from '../../shared/report.ts';
import { prepare } from './onboardings.ts';
import type { Remedy } from './replay.ts';
import { hub, type ScenarioName, scenarios } from './scenarios.ts';

/** How a disturbed onboarding came to its end. */
export type Outcome = {
  /** The last thing that it took. */
  by: 'itself' | Remedy;
  /** The errors of the executions that failed on the way. */
  failures: string[];
  /** What is not as it should be; nothing where it converged. */
  problems: string[];
  /** How many calls were spoiled. */
  struck: number;
};

/** Enough for each of five faults to fail an execution, and to fail its remedies for as long as it lasts. */
const mostRemedies = 40;

const asked = ({ service, body }: CallMade) => `${service} ${body}`;

/** Where two long texts begin to differ. */
const difference = (expected: string, found: string): string => {
  let at = 0;
  while (at < expected.length && expected[at] === found[at]) at += 1;
  const around = (text: string) => text.slice(Math.max(0, at - 120), at + 120);
  return `expected …${around(expected)}…, found …${around(found)}…`;
};

/**
 * A scenario whose onboarding can be disturbed again and again. Each time it has to end as an undisturbed one
 * does: once nothing is spoiled any more, one remedy is all that it may take.
 */
export const disturbable = async (name: ScenarioName) => {
  const sightline = await prepare(scenarios[name]);
  const { begin, start, finish, redrive, leftBehind } = sightline;

  // What is read and made only once puts the calls of the first runs in another order now and then.
  for (let warmUp = 0; warmUp < 25; warmUp++) {
    begin([]);
    await finish(start());
  }
  const { calls } = begin([]);
  const { status } = await finish(start());
  if (status !== 'SUCCEEDED') throw new Error(`the undisturbed ${name} is ${status}`);
  const undisturbed = leftBehind();
  // What the others are held against has to be right itself.
  const { [hub]: inHub } = sightline.aws.ec2.state.snapshot(hub);
  const peerings = Object.values(inHub ?? {}).flatMap((region) => region.peerings);
  if (peerings.length !== 1)
    throw new Error(`the undisturbed ${name} has ${peerings.length} peerings`);
  const allowed = new Set(calls.filter(({ isWrite }) => isWrite).map(asked));

  const run = async (faults: readonly Fault[], remedy: Remedy): Promise<Outcome> => {
    const problems: string[] = [];
    const failures: string[] = [];
    const spoiled = begin(faults, {
      onStatusChange: ({ status: now, output }) => {
        if (now !== 'SUCCEEDED') {
          if (output !== null) problems.push(`an execution that is ${now} has a report`);
          return;
        }
        const left = leftBehind();
        if (left !== undisturbed) problems.push(`left behind: ${difference(undisturbed, left)}`);
      },
    });
    let executionArn = start();
    let execution = await finish(executionArn);
    let by: Outcome['by'] = 'itself';
    for (let struck = -1, n = 0; execution.status === 'FAILED' && n < mostRemedies; n++) {
      failures.push(`${execution.error}: ${execution.cause?.slice(0, 300)}`);
      if (n > 0 && spoiled.struck() === struck) break;
      struck = spoiled.struck();
      by = remedy;
      if (remedy === 'redrive') await redrive(executionArn);
      else executionArn = start();
      execution = await finish(executionArn);
    }
    if (execution.status !== 'SUCCEEDED') problems.push(`it is ${execution.status}`);
    else {
      const { readiness } = Report.parse(JSON.parse(execution.output ?? ''));
      if (!readiness.every(({ ok }) => ok)) problems.push('the report tells of what is not ready');
    }
    for (const call of spoiled.calls) {
      if (call.isWrite && !allowed.has(asked(call))) {
        problems.push(`an undisturbed onboarding does not ask for ${call.action} ${call.body}`);
      }
    }
    return { by, failures, problems, struck: spoiled.struck() };
  };
  return { calls, run };
};
