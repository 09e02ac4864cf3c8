import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  ListExecutionsCommand,
  type ListExecutionsInput,
  StartExecutionCommand,
  type StartExecutionInput,
} from '@aws-sdk/client-sfn';
import { anAwsError, aRequest, stateMachineArn } from '../builders.ts';
import { sfn } from './recordedAws.ts';

/** An execution as Step Functions knows it; `listed: false` for one that its list does not show yet. */
export type Execution = Omit<DescribeExecutionOutput, 'name' | 'status'> & {
  name: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  listed?: boolean;
};

const arnOf = (machineArn: string, name: string) =>
  `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;

export const anExecution = ({
  name = 'one',
  stateMachineArn: machineArn = stateMachineArn,
  ...parts
}: Partial<Execution> = {}): Execution => ({
  name,
  executionArn: arnOf(machineArn, name),
  stateMachineArn: machineArn,
  status: 'RUNNING',
  startDate: new Date('2026-11-02T08:00:00Z'),
  input: JSON.stringify(aRequest()),
  ...parts,
});

/** How many executions the list has on a page here, so that a few of them make several pages. */
const pageSize = 2;

const list = (
  executions: readonly Execution[],
  { stateMachineArn: machineArn, statusFilter, nextToken }: ListExecutionsInput,
) => {
  const all = executions
    .filter((execution) => execution.stateMachineArn === machineArn)
    .filter(({ listed }) => listed !== false)
    .filter(({ status }) => statusFilter === undefined || statusFilter === status)
    .toReversed();
  const begin = Number(nextToken ?? 0);
  const end = begin + pageSize;
  return {
    executions: all.slice(begin, end),
    ...(end < all.length && { nextToken: String(end) }),
  };
};

const startIn = (
  executions: Execution[],
  { stateMachineArn: machineArn = '', name = '', input = '' }: StartExecutionInput,
) => {
  const executionArn = arnOf(machineArn, name);
  const earlier = executions.find((execution) => execution.executionArn === executionArn);
  if (!earlier) {
    executions.push(anExecution({ name, input, stateMachineArn: machineArn }));
  } else if (earlier.status !== 'RUNNING' || earlier.input !== input) {
    throw anAwsError('ExecutionAlreadyExists');
  }
  return { executionArn, startDate: new Date() };
};

/**
 * Lets Step Functions know these executions, the oldest first, and start others. It treats names as
 * AWS does: the name and input of a running execution are that execution, any other name that is taken
 * is `ExecutionAlreadyExists`. Returns all executions, those included that are started later.
 */
export const givenExecutions = (...given: Execution[]): Execution[] => {
  const executions = [...given];
  sfn
    .on(StartExecutionCommand)
    .callsFake((input: StartExecutionInput) => startIn(executions, input));
  sfn.on(ListExecutionsCommand).callsFake((input: ListExecutionsInput) => list(executions, input));
  sfn.on(DescribeExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => {
    const found = executions.find((execution) => execution.executionArn === executionArn);
    if (!found) throw anAwsError('ExecutionDoesNotExist');
    return found;
  });
  return executions;
};
