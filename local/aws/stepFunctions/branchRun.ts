import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { ExecutionError, StateMachine } from 'aws-local-stepfunctions';
import { type Json, overTheWire } from '../../json.ts';
import type { Branch, StateKind } from './definition.ts';
import { lambdaFailure, Stopped, TaskFailed } from './failure.ts';
import type { EventDetails, History } from './history.ts';

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
  output?: { value: Json };
};

/** What all branches of an execution share. */
export type Surroundings = {
  history: History;
  context: Readonly<Record<string, unknown>>;
  invoke: (functionArn: string, payload: unknown) => Promise<unknown>;
};

type Run = ReturnType<StateMachine['run']>;
type Event = Run['eventLogs'] extends AsyncGenerator<infer Log> ? Log : never;
type StateEvent = Extract<Event, { state: unknown }>;
type Call = PromiseWithResolvers<Json> & { input: Json };
type Task = Extract<StateKind, { type: 'Task' }>;

const complete = { truncated: false };

const enteredEvents = {
  Task: 'TaskStateEntered',
  Parallel: 'ParallelStateEntered',
  Pass: 'PassStateEntered',
  Wait: 'WaitStateEntered',
  Choice: 'ChoiceStateEntered',
  Succeed: 'SucceedStateEntered',
  Fail: 'FailStateEntered',
} as const satisfies Record<StateKind['type'], HistoryEventType>;

const exitedEvents = {
  Task: 'TaskStateExited',
  Parallel: 'ParallelStateExited',
  Pass: 'PassStateExited',
  Wait: 'WaitStateExited',
  Choice: 'ChoiceStateExited',
  Succeed: 'SucceedStateExited',
  Fail: undefined,
} as const satisfies Record<StateKind['type'], HistoryEventType | undefined>;

const abortedEvents: Partial<Record<StateKind['type'], HistoryEventType>> = {
  Task: 'TaskStateAborted',
  Parallel: 'ParallelStateAborted',
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
  #ended: boolean;

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
    const type = this.#current && abortedEvents[this.#current.type];
    if (type) this.#record(type);
    this.stop();
  }

  /** Ends the run. What is under way comes to nothing and adds no event any more. */
  stop() {
    this.#ended = true;
    this.#run?.abort();
    this.#call?.reject(new Stopped());
    for (const child of this.#children) child.stop();
  }

  #start(input: Json): Run {
    const { definition, kinds, stateNames } = this.#branch;
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
      context: { ...this.#surroundings.context, ...stateNames },
      overrides: { taskResourceLocalHandlers: Object.fromEntries(handlers) },
    });
    run.result.catch(() => undefined);
    return run;
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
    if (event.type === 'StateEntered' || event.type === 'StateRetried') this.#answerCall(kind);
  }

  #enter({ state: { name, input } }: StateEvent, kind: StateKind) {
    this.#current = kind;
    if (this.#entersAgain) {
      this.#entersAgain = false;
      return;
    }
    delete this.progress.answer;
    delete this.progress.branches;
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
      this.#record('LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: { error } });
      this.#call = undefined;
    }
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
    if (!call) return;
    if (kind.type === 'Task') this.#invoke(call, kind).then(call.resolve, call.reject);
    if (kind.type === 'Parallel') {
      this.#runBranches(call, kind.branches).then(call.resolve, call.reject);
    }
  }

  async #invoke(call: Call, { functionArn, timeoutSeconds }: Task): Promise<Json> {
    if (this.#resumed?.answer) return this.#answered(call, this.#resumed.answer.value);
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
  #recordEnd(call: Call, type: HistoryEventType, details: EventDetails) {
    if (this.#call === call) this.#record(type, details);
  }

  #close(call: Call) {
    if (this.#call === call) this.#call = undefined;
  }

  #record(type: HistoryEventType, details: EventDetails = {}) {
    if (this.#ended) return;
    this.#lastEventId = this.#surroundings.history.record(type, this.#lastEventId, details);
  }

  #kind(state: string): StateKind {
    return this.#branch.kinds.get(state) ?? { type: 'Pass' };
  }
}
