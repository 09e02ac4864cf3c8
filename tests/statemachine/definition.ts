import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

type Retrier = {
  ErrorEquals: string[];
  MaxAttempts: number;
  IntervalSeconds: number;
  BackoffRate: number;
};

export type State = {
  Type: string;
  Resource?: string | { 'Fn::GetAtt': [string, 'Arn'] };
  Retry?: Retrier[];
  Catch?: unknown;
  Next?: string;
  Branches?: Machine[];
};

export type Machine = { StartAt: string; States: Record<string, State>; TimeoutSeconds?: number };

/** The state machine's file as it is, before CloudFormation puts the functions' ARNs in. */
export const readMachine = (name: string): Machine =>
  // `merge` is what lets YAML share one list of retriers between states.
  parse(readFileSync(`statemachine/${name}.asl.yml`, 'utf8'), { merge: true });

/** Every state with its name, those inside Parallel states included. */
export const statesOf = (machine: Machine): [string, State][] =>
  Object.entries(machine.States).flatMap(([name, state]): [string, State][] => [
    [name, state],
    ...(state.Branches ?? []).flatMap(statesOf),
  ]);

/** The function that a Task state calls, by its key in serverless.yml. */
export const functionOf = ({ Resource: resource }: State): string | undefined =>
  typeof resource === 'object' ? resource['Fn::GetAtt'][0] : undefined;

/** The machine with an ARN in place of each reference, as CloudFormation would leave it. */
export const deployable = (machine: Machine): Machine => ({
  ...machine,
  States: Object.fromEntries(
    Object.entries(machine.States).map(([name, state]) => [
      name,
      {
        ...state,
        ...(state.Resource && {
          Resource: `arn:aws:lambda:eu-central-1:111111111111:function:${functionOf(state)}`,
        }),
        ...(state.Branches && { Branches: state.Branches.map(deployable) }),
      },
    ]),
  ),
});
