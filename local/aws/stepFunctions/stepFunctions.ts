import { randomUUID } from 'node:crypto';
import type {
  DescribeExecutionInput,
  DescribeExecutionOutput,
  DescribeMapRunInput,
  DescribeMapRunOutput,
  DescribeStateMachineInput,
  DescribeStateMachineOutput,
  GetExecutionHistoryInput,
  GetExecutionHistoryOutput,
  ListExecutionsInput,
  ListExecutionsOutput,
  ListMapRunsInput,
  ListMapRunsOutput,
  ListStateMachinesInput,
  ListStateMachinesOutput,
  RedriveExecutionInput,
  RedriveExecutionOutput,
  StartExecutionInput,
  StartExecutionOutput,
  StopExecutionInput,
  StopExecutionOutput,
} from '@aws-sdk/client-sfn';
import { Json } from '../../json.ts';
import { regionalArn } from '../arn.ts';
import { AwsError } from '../awsError.ts';
import type { Judge } from '../judge.ts';
import type { Attempt } from '../losses.ts';
import type { ObjectStore } from '../s3/s3.ts';
import type { Actor, Operation } from '../service.ts';
import type { Waits } from '../settings.ts';
import { compileDefinition } from './definition.ts';
import {
  Execution,
  type ExecutionStatusChange,
  type ExecutionSurroundings,
  executionArnOf,
  type StateMachineRecord,
} from './execution.ts';
import { Executions } from './executions.ts';
import { withoutExecutionData } from './history.ts';
import { startNested } from './nestedExecution.ts';
import { pageOf } from './paging.ts';

/** One account and Region's Step Functions. */
export type StepFunctionsOptions = {
  accountId: string;
  region: string;
  /**
   * Runs a Lambda function for an execution, which acts under the state machine's role. A function's error is
   * thrown with the error type as its `name`, and one of Lambda itself with a name that begins `Lambda.`.
   */
  invoke: (functionArn: string, payload: unknown, actor: Actor) => Promise<unknown>;
  /** Does what tracing needs; without it, it succeeds. */
  attempt?: Attempt;
  /** Asks IAM about what an execution does besides invoking functions. Without it, everything is allowed. */
  judge?: Judge;
  /** The S3 that Map Runs read their items from and write their results to. */
  objects?: ObjectStore;
  onStatusChange?: (detail: ExecutionStatusChange) => void;
  waits?: Waits;
  /** AWS allows a million running executions. */
  maxRunningExecutions?: number;
};

type Store = Required<StepFunctionsOptions> &
  ExecutionSurroundings & { machines: Map<string, StateMachineRecord> };

const required = (value: string | undefined, name: string): string => {
  if (value) return value;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must not be null`,
  );
};

const checkArn = (arn: string, kind: 'stateMachine' | 'execution' | 'mapRun') => {
  if (!new RegExp(`^arn:[^:]+:states:[^:]+:\\d{12}:${kind}:[^:]+`).test(arn)) {
    throw new AwsError('InvalidArn', `Invalid Arn: '${arn}'`);
  }
};

const machineOf = ({ machines }: Store, stateMachineArn: string | undefined) => {
  const arn = required(stateMachineArn, 'stateMachineArn');
  checkArn(arn, 'stateMachine');
  const machine = machines.get(arn);
  if (machine) return machine;
  throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
};

const executionOf = ({ executions }: Store, executionArn: string | undefined) => {
  const arn = required(executionArn, 'executionArn');
  checkArn(arn, 'execution');
  const execution = executions.find(arn);
  if (execution) return execution;
  throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
};

const mapRunOf = ({ executions }: Store, mapRunArn: string | undefined) => {
  const arn = required(mapRunArn, 'mapRunArn');
  checkArn(arn, 'mapRun');
  const mapRun = executions.findMapRun(arn);
  if (mapRun) return mapRun;
  throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
};

const checkName = (name: string) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: AWS forbids control characters by name.
  if (!/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]{1,80}$/u.test(name)) {
    throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
  }
};

const checkInput = (input: string) => {
  try {
    Json.parse(JSON.parse(input));
  } catch {
    throw new AwsError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${input}'`,
    );
  }
};

const checkCapacity = ({ executions, maxRunningExecutions }: Store) => {
  if (executions.runningCount >= maxRunningExecutions) {
    throw new AwsError(
      'ExecutionLimitExceeded',
      `The maximum number of running executions has been reached: ${maxRunningExecutions}`,
    );
  }
};

const runningTwin = (known: Execution, input: string) => {
  if (known.status === 'RUNNING' && known.input === input) return known;
  throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${known.executionArn}'`);
};

const start = (store: Store, { stateMachineArn, name, input = '{}' }: StartExecutionInput) => {
  const machine = machineOf(store, stateMachineArn);
  const executionName = name ?? randomUUID();
  checkName(executionName);
  checkInput(input);
  const known = store.executions.find(executionArnOf(machine, executionName));
  if (known) return runningTwin(known, input);
  checkCapacity(store);
  const execution = new Execution(machine, executionName, input, store);
  store.executions.add(execution);
  return execution;
};

const listed = (
  store: Store,
  { stateMachineArn, mapRunArn, statusFilter, redriveFilter }: ListExecutionsInput,
) => {
  const owner = mapRunArn
    ? mapRunOf(store, mapRunArn).mapRunArn
    : machineOf(store, stateMachineArn).stateMachineArn;
  const { executions } = store;
  const found = statusFilter === 'RUNNING' ? executions.runningOf(owner) : executions.of(owner);
  return found
    .filter(({ status }) => !statusFilter || status === statusFilter)
    .filter(
      ({ redriveCount }) => !redriveFilter || (redriveFilter === 'REDRIVEN') === redriveCount > 0,
    )
    .reverse();
};

const history = (execution: Execution, input: GetExecutionHistoryInput) => {
  const { events } = execution.history;
  const found = pageOf(
    input.reverseOrder ? events.toReversed() : events,
    ({ id }) => `${execution.executionArn} ${id}`,
    input,
  );
  const { items, ...rest } = found;
  return {
    events: input.includeExecutionData === false ? items.map(withoutExecutionData) : items,
    ...rest,
  };
};

const onMachine = <Input extends { stateMachineArn: string | undefined }, Output>(
  action: string,
  run: (input: Input) => Output,
  mutating = false,
): Operation<Input, Output> => ({
  checks: ({ stateMachineArn }) => [
    { action: `states:${action}`, resource: required(stateMachineArn, 'stateMachineArn') },
  ],
  run,
  mutating,
});

const onExecution = <Input extends { executionArn: string | undefined }, Output>(
  store: Store,
  action: string,
  run: (execution: Execution, input: Input) => Output,
  mutating = false,
): Operation<Input, Output> => ({
  checks: ({ executionArn }) => [
    { action: `states:${action}`, resource: required(executionArn, 'executionArn') },
  ],
  run: (input) => run(executionOf(store, input.executionArn), input),
  mutating,
});

const startExecution = (store: Store) =>
  onMachine<StartExecutionInput, StartExecutionOutput>(
    'StartExecution',
    (input) => {
      const { executionArn, startDate } = start(store, input);
      return { executionArn, startDate };
    },
    true,
  );

const stopExecution = (store: Store) =>
  onExecution<StopExecutionInput, StopExecutionOutput>(
    store,
    'StopExecution',
    (execution, { error, cause }) => ({
      stopDate: execution.stop({
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
      }),
    }),
    true,
  );

const redriveExecution = (store: Store) =>
  onExecution<RedriveExecutionInput, RedriveExecutionOutput>(
    store,
    'RedriveExecution',
    (execution, { clientToken }) => {
      checkCapacity(store);
      return { redriveDate: execution.redrive(clientToken) };
    },
    true,
  );

const listExecutions = (store: Store): Operation<ListExecutionsInput, ListExecutionsOutput> => ({
  checks: ({ stateMachineArn, mapRunArn }) => [
    {
      action: 'states:ListExecutions',
      resource: mapRunArn ?? required(stateMachineArn, 'stateMachineArn'),
    },
  ],
  run: (input) => {
    const { items, ...rest } = pageOf(listed(store, input), (each) => each.executionArn, input);
    return { executions: items.map((each) => each.summary()), ...rest };
  },
  mutating: false,
});

const listMapRuns = (store: Store) =>
  onExecution<ListMapRunsInput, ListMapRunsOutput>(
    store,
    'ListMapRuns',
    ({ executionArn }, input) => {
      const found = store.executions.mapRunsOf(executionArn);
      const { items, ...rest } = pageOf(found, (each) => each.mapRunArn, input);
      return { mapRuns: items.map((each) => each.summary()), ...rest };
    },
  );

const describeMapRun = (store: Store): Operation<DescribeMapRunInput, DescribeMapRunOutput> => ({
  checks: ({ mapRunArn }) => [
    { action: 'states:DescribeMapRun', resource: required(mapRunArn, 'mapRunArn') },
  ],
  run: ({ mapRunArn }) => mapRunOf(store, mapRunArn).describe(),
  mutating: false,
});

const describeStateMachine = (store: Store) =>
  onMachine<DescribeStateMachineInput, DescribeStateMachineOutput>(
    'DescribeStateMachine',
    ({ stateMachineArn }) => {
      const { root, ...machine } = machineOf(store, stateMachineArn);
      return { ...machine, type: 'STANDARD', status: 'ACTIVE' };
    },
  );

const listStateMachines = ({
  machines,
}: Store): Operation<ListStateMachinesInput, ListStateMachinesOutput> => ({
  checks: () => [{ action: 'states:ListStateMachines', resource: '*' }],
  run: (input) => {
    const { items, ...rest } = pageOf([...machines.values()], (each) => each.name, input);
    const stateMachines = items.map(({ stateMachineArn, name, creationDate }) => {
      return { stateMachineArn, name, creationDate, type: 'STANDARD' as const };
    });
    return { stateMachines, ...rest };
  },
  mutating: false,
});

const operationsOn = (store: Store) => ({
  StartExecution: startExecution(store),
  StopExecution: stopExecution(store),
  RedriveExecution: redriveExecution(store),
  DescribeExecution: onExecution<DescribeExecutionInput, DescribeExecutionOutput>(
    store,
    'DescribeExecution',
    (execution) => execution.describe(),
  ),
  GetExecutionHistory: onExecution<GetExecutionHistoryInput, GetExecutionHistoryOutput>(
    store,
    'GetExecutionHistory',
    history,
  ),
  ListExecutions: listExecutions(store),
  ListMapRuns: listMapRuns(store),
  DescribeMapRun: describeMapRun(store),
  DescribeStateMachine: describeStateMachine(store),
  ListStateMachines: listStateMachines(store),
});

const noS3 = async (): Promise<never> => {
  throw new AwsError('NoSuchBucket', 'There is no S3 here', 404);
};

const storeFor = (options: StepFunctionsOptions): Store => {
  const executions = new Executions();
  const { onStatusChange = () => undefined } = options;
  const store: Store = {
    attempt: async () => true,
    judge: async () => ({ allowed: true }),
    objects: { getObject: noS3, putObject: noS3, mayPutObject: noS3 },
    maxRunningExecutions: 1_000_000,
    waits: {},
    ...options,
    onStatusChange: (detail) => {
      executions.follow(detail);
      onStatusChange(detail);
    },
    machines: new Map(),
    executions,
    startNested: (actor, roleArn, parameters) =>
      startNested(
        { ...options, judge: store.judge, start: (request) => start(store, request) },
        actor,
        roleArn,
        parameters,
      ),
  };
  return store;
};

/**
 * Step Functions (Standard workflows) of one account and Region, on top of `aws-local-stepfunctions`.
 *
 * @example
 * const { operations, createStateMachine } = createStepFunctions({ accountId, region, invoke });
 * const stateMachineArn = createStateMachine('onboarding', definition, { roleArn });
 */
export const createStepFunctions = (options: StepFunctionsOptions) => {
  const store = storeFor(options);
  const { machines } = store;
  return {
    operations: operationsOn(store),
    /** Throws `InvalidDefinition` for what cannot be run here. A machine of the same name is replaced. */
    createStateMachine: (
      name: string,
      definition: string,
      { roleArn, traced = false }: { roleArn: string; traced?: boolean },
    ) => {
      const stateMachineArn = regionalArn('states', options, `stateMachine:${name}`);
      const root = compileDefinition(definition);
      const creationDate = new Date();
      machines.set(stateMachineArn, {
        ...{ stateMachineArn, name, definition, roleArn, creationDate, root },
        tracingConfiguration: { enabled: traced },
      });
      return stateMachineArn;
    },
  };
};
export type StepFunctions = ReturnType<typeof createStepFunctions>;
