import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { ExecutionError, StateMachine } from 'aws-local-stepfunctions';
import { type Json, overTheWire } from '../../json.ts';
import type { Waits } from '../settings.ts';
import type { Branch, StateKind } from './definition.ts';
import type { DistributedMap } from './distributedMap.ts';
import { failureOf, lambdaFailure, Stopped, TaskFailed } from './failure.ts';
import type { EventDetails, History } from './history.ts';
import type { MapRun } from './mapRun.ts';
import type { NestedExecution } from './nestedExecution.ts';

/**
 * How far a branch has come. The interpreter cannot resume, but a branch runs one state at a time:
 * started anew at the state it was in, with that state's input, it goes on where it stopped.
 * So a redrive invokes no function again whose state was left, and waits for nothing twice.
 */
export type Progress = {
  at?: { state: string; input: Json };
  /** The function of the current state had answered, but the state was not left yet. */
  answer?: { value: Json };
  /** The branches of the current state, a Parallel one. */
  branches?: readonly Progress[];
  /** The Map Run of the current state, a Map one. */
  mapRun?: MapRun;
  output?: { value: Json };
};

/** What all branches of an execution share. */
export type Surroundings = {
  history: History;
  context: Readonly<Record<string, unknown>>;
  invoke: (functionArn: string, payload: unknown) => Promise<unknown>;
  region: string;
  waits: Waits;
  startNested: (parameters: Json) => Promise<NestedExecution>;
  createMapRun: (map: DistributedMap, input: Json, context: Record<string, unknown>) => MapRun;
};

type Run = ReturnType<StateMachine['run']>;
type Event = Run['eventLogs'] extends AsyncGenerator<infer Log> ? Log : never;
type StateEvent = Extract<Event, { state: unknown }>;
type Call = PromiseWithResolvers<Json> & { input: Json };
type Task = Extract<StateKind, { type: 'Task' }>;
/** The states that the interpreter calls a handler for. */
type CalledKind = Extract<StateKind, { type: 'Task' | 'Parallel' | 'Map' }>;
const isCalled = (kind: StateKind): kind is CalledKind =>
  ['Task', 'Parallel', 'Map'].includes(kind.type);
type FunctionTask = Extract<Task, { functionArn: string }>;

const complete = { truncated: false };

/** What the events of a Task that starts an execution say of its resource. */
const integration = { resourceType: 'states', resource: 'startExecution.sync:2' };

const asOutput = (output: Json) => ({
  output: JSON.stringify(output),
  outputDetails: complete,
});

const enteredEvents = {
  Task: 'TaskStateEntered',
  Parallel: 'ParallelStateEntered',
  Map: 'MapStateEntered',
  Pass: 'PassStateEntered',
  Wait: 'WaitStateEntered',
  Choice: 'ChoiceStateEntered',
  Succeed: 'SucceedStateEntered',
  Fail: 'FailStateEntered',
} as const satisfies Record<StateKind['type'], HistoryEventType>;

const exitedEvents = {
  Task: 'TaskStateExited',
  Parallel: 'ParallelStateExited',
  Map: 'MapStateExited',
  Pass: 'PassStateExited',
  Wait: 'WaitStateExited',
  Choice: 'ChoiceStateExited',
  Succeed: 'SucceedStateExited',
  Fail: undefined,
} as const satisfies Record<StateKind['type'], HistoryEventType | undefined>;

const abortedEvents: Partial<Record<StateKind['type'], HistoryEventType>> = {
  Task: 'TaskStateAborted',
  Parallel: 'ParallelStateAborted',
  Map: 'MapStateAborted',
  Wait: 'WaitStateAborted',
};

/** One run of a state machine or of one branch of a Parallel state. Its events go to the history. */
export class BranchRun {
  readonly progress: Progress;
  readonly result: Promise<Json>;
  #lastEventId: number;
  readonly #branch: Branch;
  readonly #surroundings: Surroundings;
  readonly #run: Run | undefined;
  /** The state that a redrive goes on with was entered before, and says so in the history. */
  #entersAgain: boolean;
  #resumed: Progress | undefined;
  /** The state that was entered and not left, as the history has it. */
  #current: StateKind | undefined;
  #call: Call | undefined;
  #children: readonly BranchRun[] = [];
  /** Ends what the call has started elsewhere. */
  #cancel: (() => void) | undefined;
  #ended: boolean;
  /** The state transitions since the last wait for some. */
  #transitions = 0;

  constructor(
    branch: Branch,
    input: Json,
    surroundings: Surroundings,
    after: number,
    resumed: Progress = {},
  ) {
    this.#branch = branch;
    this.#surroundings = surroundings;
    this.#lastEventId = after;
    this.#resumed = resumed;
    this.#entersAgain = resumed.at !== undefined;
    this.progress = { ...resumed };
    this.#ended = resumed.output !== undefined;
    this.#run = resumed.output ? undefined : this.#start(resumed.at?.input ?? input);
    this.result = this.#run
      ? this.#follow(this.#run)
      : Promise.resolve(resumed.output?.value ?? null);
    // Whoever waits for the result gets the error; nobody has to wait.
    this.result.catch(() => undefined);
  }

  get lastEventId(): number {
    return this.#lastEventId;
  }

  /** Ends the run, and says in the history which state it was in. */
  abort() {
    this.#cancelCall();
    const type = this.#current && abortedEvents[this.#current.type];
    if (type) this.#record(type);
    this.stop();
  }

  /** Ends the run. What is under way comes to nothing and adds no event any more. */
  stop() {
    this.#cancelCall();
    this.#ended = true;
    this.#run?.abort();
    this.#call?.reject(new Stopped());
    for (const child of this.#children) child.stop();
  }

  #start(input: Json): Run {
    const { definition, kinds } = this.#branch;
    const StartAt = this.#resumed?.at?.state ?? definition.StartAt;
    const machine = new StateMachine(
      { ...definition, StartAt },
      { validationOptions: { noValidate: true } },
    );
    const handlers = [...kinds.keys()].map((name) => [
      name,
      (stateInput: Json) => this.#enqueue(stateInput),
    ]);
    const run = machine.run(input, {
      context: this.#context,
      overrides: { taskResourceLocalHandlers: Object.fromEntries(handlers) },
    });
    run.result.catch(() => undefined);
    return run;
  }

  get #context(): Record<string, unknown> {
    return { ...this.#surroundings.context, ...this.#branch.stateNames };
  }

  /** A branch that was aborted meanwhile is not done: a redrive goes on with it. */
  #done(value: Json): Json {
    if (!this.#ended) this.progress.output = { value };
    return value;
  }

  async #follow(run: Run): Promise<Json> {
    for await (const event of run.eventLogs) {
      if ('state' in event && !this.#ended) this.#take(event);
    }
    try {
      return this.#done(await run.result);
    } catch (error) {
      throw error instanceof ExecutionError ? error.cause : error;
    } finally {
      this.#ended = true;
    }
  }

  #take(event: StateEvent) {
    const kind = this.#kind(event.state.name);
    if (event.type === 'StateEntered') this.#enter(event, kind);
    if (event.type === 'StateExited') this.#exit(event, kind);
    if (event.type === 'StateFailed') this.#fail(event.Error);
    if (event.type !== 'StateEntered' && event.type !== 'StateRetried') return;
    this.#transitions += 1;
    this.#answerCall(kind);
  }

  #enter({ state: { name, input } }: StateEvent, kind: StateKind) {
    this.#current = kind;
    if (this.#entersAgain) {
      this.#entersAgain = false;
      return;
    }
    delete this.progress.answer;
    delete this.progress.branches;
    delete this.progress.mapRun;
    this.#resumed = undefined;
    this.progress.at = { state: name, input };
    this.#record(enteredEvents[kind.type], {
      stateEnteredEventDetails: { name, input: JSON.stringify(input), inputDetails: complete },
    });
  }

  #exit({ state: { name, output = null } }: StateEvent, kind: StateKind) {
    const type = exitedEvents[kind.type];
    this.#current = undefined;
    if (!type) return;
    this.#record(type, {
      stateExitedEventDetails: { name, output: JSON.stringify(output), outputDetails: complete },
    });
  }

  #fail(error: string) {
    delete this.progress.answer;
    this.#resumed = undefined;
    if (this.#call && error === 'States.Timeout') {
      this.#cancelCall();
      if (this.#current?.type === 'Task') this.#recordTimeout(this.#current, error);
      this.#call = undefined;
    }
  }

  #recordTimeout(kind: Task, error: string) {
    if ('functionArn' in kind) {
      this.#record('LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: { error } });
    } else this.#record('TaskTimedOut', { taskTimedOutEventDetails: { ...integration, error } });
  }

  /**
   * The interpreter calls a state's handler before its event of entering the state can be read.
   * So a call waits here until the history has come that far.
   */
  #enqueue(input: Json): Promise<Json> {
    if (this.#ended) return Promise.reject(new Stopped());
    this.#call = { input, ...Promise.withResolvers<Json>() };
    return this.#call.promise;
  }

  #answerCall(kind: StateKind) {
    const call = this.#call;
    // The call may be the next state's already.
    if (!call || !isCalled(kind)) return;
    this.#answer(call, kind).then(call.resolve, call.reject);
  }

  async #answer(call: Call, kind: CalledKind): Promise<Json> {
    const { transitions } = this.#surroundings.waits;
    if (transitions) await this.#waitForTransitions(transitions);
    if (this.#resumed?.answer) return this.#answered(call, this.#resumed.answer.value);
    if (kind.type === 'Parallel') return this.#runBranches(call, kind.branches);
    if (kind.type === 'Map') return this.#runMap(call, kind.map);
    return 'functionArn' in kind ? this.#invoke(call, kind) : this.#nest(call, kind);
  }

  async #waitForTransitions(wait: NonNullable<Waits['transitions']>) {
    const count = this.#transitions;
    this.#transitions = 0;
    await wait(count);
    if (this.#ended) throw new Stopped();
  }

  async #invoke(call: Call, { functionArn, timeoutSeconds }: FunctionTask): Promise<Json> {
    this.#record('LambdaFunctionScheduled', {
      lambdaFunctionScheduledEventDetails: {
        resource: functionArn,
        input: JSON.stringify(call.input),
        inputDetails: complete,
        ...(timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds }),
      },
    });
    this.#record('LambdaFunctionStarted');
    try {
      const output = overTheWire(await this.#surroundings.invoke(functionArn, call.input));
      this.#recordEnd(call, 'LambdaFunctionSucceeded', {
        lambdaFunctionSucceededEventDetails: {
          output: JSON.stringify(output),
          outputDetails: complete,
        },
      });
      return this.#answered(call, output);
    } catch (error) {
      const failure = lambdaFailure(error);
      this.#recordEnd(call, 'LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: failure });
      this.#close(call);
      throw new TaskFailed(failure);
    }
  }

  async #nest(call: Call, { timeoutSeconds }: Task): Promise<Json> {
    this.#recordNesting(call.input, timeoutSeconds);
    try {
      const nested = await this.#surroundings.startNested(call.input);
      this.#cancelWith(call, nested.stop);
      this.#recordEnd(call, 'TaskSubmitted', {
        taskSubmittedEventDetails: { ...integration, ...asOutput(nested.submitted) },
      });
      const output = await nested.output;
      this.#recordEnd(call, 'TaskSucceeded', {
        taskSucceededEventDetails: { ...integration, ...asOutput(output) },
      });
      return this.#answered(call, output);
    } catch (error) {
      const taskFailedEventDetails = { ...integration, ...failureOf(error) };
      this.#recordEnd(call, 'TaskFailed', { taskFailedEventDetails });
      this.#close(call);
      throw error;
    }
  }

  #recordNesting(input: Json, timeoutSeconds: number | undefined) {
    this.#record('TaskScheduled', {
      taskScheduledEventDetails: {
        ...integration,
        region: this.#surroundings.region,
        parameters: JSON.stringify(input),
        ...(timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds }),
      },
    });
    this.#record('TaskStarted', { taskStartedEventDetails: integration });
  }

  async #runMap(call: Call, map: DistributedMap): Promise<Json> {
    const resumed = this.#resumed?.mapRun;
    const mapRun = resumed ?? this.#surroundings.createMapRun(map, call.input, this.#context);
    this.progress.mapRun = mapRun;
    try {
      const result = resumed ? mapRun.redrive() : mapRun.run();
      this.#recordMapRun(mapRun);
      this.#cancelWith(call, () => {
        this.#record('MapRunAborted');
        mapRun.abort();
      });
      const output = await result;
      this.#recordEnd(call, 'MapRunSucceeded');
      this.#recordEnd(call, 'MapStateSucceeded');
      return this.#answered(call, output);
    } catch (error) {
      this.#recordEnd(call, 'MapRunFailed', { mapRunFailedEventDetails: failureOf(error) });
      this.#recordEnd(call, 'MapStateFailed');
      this.#close(call);
      throw error;
    }
  }

  #recordMapRun({ mapRunArn, redriveCount }: MapRun) {
    if (redriveCount > 0) {
      this.#record('MapRunRedriven', { mapRunRedrivenEventDetails: { mapRunArn, redriveCount } });
      return;
    }
    // How many items there are is not known before they are read.
    this.#record('MapStateStarted', { mapStateStartedEventDetails: { length: 0 } });
    this.#record('MapRunStarted', { mapRunStartedEventDetails: { mapRunArn } });
  }

  /** What a call has started after it was stopped or has timed out is cancelled at once. */
  #cancelWith(call: Call, cancel: () => void) {
    if (this.#call === call && !this.#ended) this.#cancel = cancel;
    else cancel();
  }

  #cancelCall() {
    const cancel = this.#cancel;
    this.#cancel = undefined;
    cancel?.();
  }

  async #runBranches(call: Call, branches: readonly Branch[]): Promise<Json> {
    const resumed = this.#resumed?.branches;
    if (!resumed) this.#record('ParallelStateStarted');
    const runs = branches.map(
      (branch, index) =>
        new BranchRun(branch, call.input, this.#surroundings, this.lastEventId, resumed?.[index]),
    );
    this.#children = runs;
    this.progress.branches = runs.map(({ progress }) => progress);
    try {
      const outputs = await Promise.all(runs.map(({ result }) => result));
      this.#join(call, runs, 'ParallelStateSucceeded');
      return outputs;
    } catch (error) {
      for (const run of runs) run.abort();
      this.#join(call, runs, 'ParallelStateFailed');
      throw error;
    }
  }

  #join(call: Call, runs: readonly BranchRun[], type: HistoryEventType) {
    if (this.#call !== call) return;
    this.#lastEventId = Math.max(this.#lastEventId, ...runs.map((run) => run.lastEventId));
    this.#record(type);
    this.#close(call);
  }

  #answered(call: Call, value: Json): Json {
    if (this.#call === call && !this.#ended) this.progress.answer = { value };
    this.#close(call);
    return value;
  }

  /** A call that has timed out or was stopped meanwhile has no end in the history. */
  #recordEnd(call: Call, type: HistoryEventType, details: EventDetails = {}) {
    if (this.#call === call) this.#record(type, details);
  }

  #close(call: Call) {
    if (this.#call !== call) return;
    this.#call = undefined;
    this.#cancel = undefined;
  }

  #record(type: HistoryEventType, details: EventDetails = {}) {
    if (this.#ended) return;
    this.#lastEventId = this.#surroundings.history.record(type, this.#lastEventId, details);
  }

  #kind(state: string): StateKind {
    return this.#branch.kinds.get(state) ?? { type: 'Pass' };
  }
}
