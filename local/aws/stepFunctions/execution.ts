import { randomInt, randomUUID } from 'node:crypto';
import type {
  DescribeExecutionOutput,
  ExecutionListItem,
  ExecutionStatus,
} from '@aws-sdk/client-sfn';
import { ExecutionTimeoutError } from 'aws-local-stepfunctions';
import { Json } from '../../json.ts';
import { AwsError } from '../awsError.ts';
import { callerUnder } from '../credentials.ts';
import type { Judge } from '../judge.ts';
import type { Attempt } from '../losses.ts';
import type { ObjectStore } from '../s3/s3.ts';
import type { Actor } from '../service.ts';
import type { Waits } from '../settings.ts';
import { trace } from '../xray.ts';
import { BranchRun, type Surroundings } from './branchRun.ts';
import type { Branch } from './definition.ts';
import type { DistributedMap } from './distributedMap.ts';
import type { Executions } from './executions.ts';
import { type Failure, failureOf, TaskFailed } from './failure.ts';
import { History } from './history.ts';
import { MapRun } from './mapRun.ts';
import type { NestedExecution } from './nestedExecution.ts';

const day = 24 * 60 * 60 * 1000;
const redrivableForMs = 14 * day;
const keptForMs = 90 * day;
/** 25,000 less room for the events that a redrive adds. */
const redrivableBelowEvents = 24_999;

/** A state machine as it was created. */
export type StateMachineRecord = {
  stateMachineArn: string;
  name: string;
  definition: string;
  roleArn: string;
  tracingConfiguration: { enabled: boolean };
  creationDate: Date;
  root: Branch;
};

/** The `detail` of EventBridge's "Step Functions Execution Status Change". Dates are in ms. */
export type ExecutionStatusChange = {
  executionArn: string;
  stateMachineArn: string;
  name: string;
  status: ExecutionStatus;
  startDate: number;
  stopDate: number | null;
  input: string;
  output: string | null;
  error: string | null;
  cause: string | null;
  redriveCount: number;
  redriveDate: number | null;
  redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE';
  redriveStatusReason: string | null;
};

/** What an execution needs from the service. */
export type ExecutionSurroundings = {
  region: string;
  invoke: (functionArn: string, payload: unknown, actor: Actor) => Promise<unknown>;
  attempt: Attempt;
  onStatusChange: (detail: ExecutionStatusChange) => void;
  judge: Judge;
  executions: Executions;
  /** Starts an execution for a Task of another one. */
  startNested: (actor: Actor, roleArn: string, parameters: Json) => Promise<NestedExecution>;
  objects: ObjectStore;
  waits: Waits;
};

type End = Failure | { output: string } | Partial<Failure>;

/** https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html */
const traceActions = [
  ...['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets'],
];

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Step Functions makes up the name of the session in which an execution acts under its role. */
const sessionName = () =>
  Array.from({ length: 32 }, () => letters[randomInt(letters.length)]).join('');

/** The ARN of a state machine's execution. */
export const executionArnOf = (
  { stateMachineArn, name }: Pick<StateMachineRecord, 'stateMachineArn' | 'name'>,
  executionName: string,
): string =>
  `${stateMachineArn.slice(0, -`:stateMachine:${name}`.length)}:execution:${name}:${executionName}`;

/** One execution of a state machine, from its start through every redrive. */
export class Execution {
  readonly executionArn: string;
  readonly name: string;
  readonly machine: StateMachineRecord;
  readonly input: string;
  /** The Map Run that has started it. */
  readonly mapRunArn: string | undefined;
  readonly startDate = new Date();
  readonly history = new History();
  status: ExecutionStatus = 'RUNNING';
  stopDate: Date | undefined;
  redriveCount = 0;
  redriveDate: Date | undefined;
  #end: { output?: string; error?: string | undefined; cause?: string | undefined } = {};
  #redriveToken: string | undefined;
  #closing = Promise.withResolvers<void>();
  /** None once it has succeeded: nothing goes on with it. */
  #run: BranchRun | undefined;
  readonly #surroundings: ExecutionSurroundings;
  readonly #actor: Actor;

  constructor(
    machine: StateMachineRecord,
    name: string,
    input: string,
    surroundings: ExecutionSurroundings,
    mapRunArn: string | undefined = undefined,
  ) {
    this.machine = machine;
    this.name = name;
    this.input = input;
    this.#surroundings = surroundings;
    const caller = callerUnder(machine.roleArn, sessionName());
    this.#actor = { caller, region: surroundings.region };
    this.executionArn = executionArnOf(machine, name);
    this.mapRunArn = mapRunArn;
    this.history.record('ExecutionStarted', 0, {
      executionStartedEventDetails: {
        input,
        inputDetails: { truncated: false },
        roleArn: machine.roleArn,
      },
    });
    // AWS gives the first state no previous event either.
    this.#run = this.#begin(0);
  }

  /** Resolves when the execution is not running, for now. */
  get ended(): Promise<void> {
    return this.#closing.promise;
  }

  /** Whether Step Functions has forgotten the execution: 90 days after its end. */
  get forgotten(): boolean {
    return this.stopDate !== undefined && Date.now() - this.stopDate.getTime() >= keptForMs;
  }

  /** Why the execution cannot be redriven now, in AWS's words; `undefined` when it can. */
  get notRedrivableBecause(): string | undefined {
    if (this.status === 'RUNNING' || this.status === 'SUCCEEDED') {
      return `Execution is ${this.status} and cannot be redriven`;
    }
    if (this.history.length >= redrivableBelowEvents) {
      return 'Execution history event limit exceeded';
    }
    const endedForMs = Date.now() - (this.stopDate?.getTime() ?? 0);
    return endedForMs > redrivableForMs ? 'Execution redrivable period exceeded' : undefined;
  }

  /** Goes on from the state that failed. Throws `ExecutionNotRedrivable`. */
  redrive(clientToken: string | undefined): Date {
    // An SDK that did not get the answer asks again with the same token.
    if (clientToken && clientToken === this.#redriveToken && this.redriveDate) {
      return this.redriveDate;
    }
    const reason = this.notRedrivableBecause;
    if (reason) throw new AwsError('ExecutionNotRedrivable', reason);
    this.#redriveToken = clientToken;
    this.redriveCount += 1;
    this.redriveDate = new Date();
    this.status = 'RUNNING';
    this.stopDate = undefined;
    this.#end = {};
    this.#closing = Promise.withResolvers();
    const redriven = this.history.record('ExecutionRedriven', this.history.length, {
      executionRedrivenEventDetails: { redriveCount: this.redriveCount },
    });
    this.#run = this.#begin(redriven, this.#run);
    return this.redriveDate;
  }

  /** Ends the execution as `ABORTED`; one that has ended stays as it is. */
  stop(failure: Partial<Failure>): Date {
    if (this.stopDate) return this.stopDate;
    this.#run?.stop();
    this.#record('ExecutionAborted', { executionAbortedEventDetails: failure });
    return this.#close('ABORTED', failure);
  }

  /** The answer of DescribeExecution. */
  describe(): DescribeExecutionOutput {
    const { output, ...failure } = this.#end;
    const reason = this.notRedrivableBecause;
    return {
      ...this.summary(),
      ...failure,
      input: this.input,
      inputDetails: { included: true },
      ...(output === undefined ? {} : { output, outputDetails: { included: true } }),
      redriveStatus: reason ? 'NOT_REDRIVABLE' : 'REDRIVABLE',
      ...(reason ? { redriveStatusReason: reason } : {}),
    };
  }

  /** The execution's line in ListExecutions. */
  summary(): ExecutionListItem {
    return {
      executionArn: this.executionArn,
      stateMachineArn: this.machine.stateMachineArn,
      name: this.name,
      status: this.status,
      startDate: this.startDate,
      redriveCount: this.redriveCount,
      ...(this.stopDate ? { stopDate: this.stopDate } : {}),
      ...(this.redriveDate ? { redriveDate: this.redriveDate } : {}),
      ...(this.mapRunArn ? { mapRunArn: this.mapRunArn } : {}),
    };
  }

  #begin(after: number, before?: BranchRun): BranchRun {
    const input = Json.parse(JSON.parse(this.input));
    const { root } = this.machine;
    const run = new BranchRun(root, input, this.#forBranches(), after, before?.progress);
    run.result.then(
      (output) => this.#succeed(run, JSON.stringify(output)),
      (error: unknown) => this.#fail(run, error),
    );
    void this.#trace();
    this.#announce();
    return run;
  }

  #forBranches(): Surroundings {
    const { invoke, region, startNested, waits } = this.#surroundings;
    return {
      history: this.history,
      context: this.#context(),
      region,
      waits,
      invoke: (arn, payload) => invoke(arn, payload, this.#actor),
      startNested: (parameters) => startNested(this.#actor, this.machine.roleArn, parameters),
      createMapRun: (map, input, context) => this.#createMapRun(map, input, context),
    };
  }

  #createMapRun(map: DistributedMap, input: Json, context: Record<string, unknown>): MapRun {
    const { objects, executions } = this.#surroundings;
    const mapRun = new MapRun(map, input, {
      machine: this.machine,
      executionArn: this.executionArn,
      context,
      ask: (action, resource) => this.#ask(action, resource),
      startChild: (machine, childInput, mapRunArn) => {
        const name = randomUUID();
        const child = new Execution(machine, name, childInput, this.#surroundings, mapRunArn);
        executions.add(child);
        return child;
      },
      getObject: (place) => objects.getObject(this.#actor, place),
      putObject: (place, content) => objects.putObject(this.#actor, place, content),
      mayPutObject: (place) => objects.mayPutObject(this.#actor, place),
    });
    executions.addMapRun(mapRun);
    return mapRun;
  }

  async #ask(action: string, resource: string) {
    const verdict = await this.#surroundings.judge(this.#actor, { action, resource });
    if (verdict.allowed) return;
    throw new TaskFailed({ error: 'States.Permissions', cause: verdict.message });
  }

  async #trace() {
    const { name, tracingConfiguration } = this.machine;
    if (!tracingConfiguration.enabled) return;
    await trace(this.#surroundings.attempt, this.#actor, name, traceActions);
  }

  /** `Started` is `$$.Execution`: see the definition's compilation. */
  #context() {
    return {
      Started: {
        Id: this.executionArn,
        Input: Json.parse(JSON.parse(this.input)),
        Name: this.name,
        RoleArn: this.machine.roleArn,
        StartTime: this.startDate.toISOString(),
        RedriveCount: this.redriveCount,
        ...(this.redriveDate ? { RedriveTime: this.redriveDate.toISOString() } : {}),
      },
      StateMachine: { Id: this.machine.stateMachineArn, Name: this.machine.name },
    };
  }

  #succeed(run: BranchRun, output: string) {
    if (this.#isOver(run)) return;
    this.#record('ExecutionSucceeded', {
      executionSucceededEventDetails: { output, outputDetails: { truncated: false } },
    });
    this.#close('SUCCEEDED', { output });
    this.#run = undefined;
  }

  #fail(run: BranchRun, error: unknown) {
    if (this.#isOver(run)) return;
    run.stop();
    if (error instanceof ExecutionTimeoutError) {
      this.#record('ExecutionTimedOut', { executionTimedOutEventDetails: {} });
      this.#close('TIMED_OUT', {});
      return;
    }
    const failure = failureOf(error);
    this.#record('ExecutionFailed', { executionFailedEventDetails: failure });
    this.#close('FAILED', failure);
  }

  #isOver(run: BranchRun): boolean {
    return this.#run !== run || this.stopDate !== undefined;
  }

  #record(
    ...[type, details]: [Parameters<History['record']>[0], Parameters<History['record']>[2]]
  ) {
    this.history.record(type, this.#run?.lastEventId ?? 0, details);
  }

  #close(status: ExecutionStatus, end: End): Date {
    this.status = status;
    this.#end = end;
    this.stopDate = new Date();
    this.history.pack();
    this.#announce();
    this.#closing.resolve();
    return this.stopDate;
  }

  #announce() {
    const { inputDetails, outputDetails, ...described } = this.describe();
    this.#surroundings.onStatusChange({
      executionArn: this.executionArn,
      stateMachineArn: this.machine.stateMachineArn,
      name: this.name,
      status: this.status,
      input: this.input,
      startDate: this.startDate.getTime(),
      stopDate: this.stopDate?.getTime() ?? null,
      output: described.output ?? null,
      error: described.error ?? null,
      cause: described.cause ?? null,
      redriveCount: this.redriveCount,
      redriveDate: this.redriveDate?.getTime() ?? null,
      redriveStatus: this.notRedrivableBecause ? 'NOT_REDRIVABLE' : 'REDRIVABLE',
      redriveStatusReason: described.redriveStatusReason ?? null,
    });
  }
}
