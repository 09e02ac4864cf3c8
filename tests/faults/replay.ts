import { type Fault, type FaultKind, faultKinds } from '../../local/aws/faults.ts';
import { type ScenarioName, scenarios } from './scenarios.ts';

/** What a failed onboarding is mended with. */
export type Remedy = 'redrive' | 'new execution';

/** Which onboarding is disturbed, and how: what a run is repeated from. */
export type Schedule = { scenario: ScenarioName; faults: readonly Fault[] };

/** Takes both remedies in turn, so that a schedule says all about its run. */
export const remedyOf = ([first]: readonly Fault[]): Remedy =>
  (first?.call ?? 0) % 2 === 0 ? 'redrive' : 'new execution';

const writtenFault = ({ call, kind, times }: Fault): string =>
  `${call}:${kind}${times > 1 ? `-x${times}` : ''}`;

/** A schedule in one line; `-x3` strikes those too that ask for the same again. */
export const written = ({ scenario, faults }: Schedule): string =>
  [scenario, ...faults.map(writtenFault)].join(' ');

const isScenario = (name: string): name is ScenarioName => Object.hasOwn(scenarios, name);
const isKind = (name: string): name is FaultKind => faultKinds.some((kind) => kind === name);

const readFault = (text: string): Fault => {
  const [, call, kind = '', times = '1'] = /^(\d+):([\w-]+?)(?:-x(\d+))?$/.exec(text) ?? [];
  if (isKind(kind)) return { call: Number(call), kind, times: Number(times) };
  throw new Error(
    `${text} is no fault: write the call's number, a colon and one of ${faultKinds.join(', ')}, such as 12:reset-after or 12:throttled-x7`,
  );
};

/** Reads what `written` writes. Throws an `Error` that names what is wrong and what was expected. */
export const readSchedule = (line: string): Schedule => {
  const [scenario = '', ...faults] = line.trim().split(/\s+/);
  if (isScenario(scenario)) return { scenario, faults: faults.map(readFault) };
  throw new Error(`${scenario} is no world: begin with ${Object.keys(scenarios).join(', ')}`);
};
