import { AsyncLocalStorage } from 'node:async_hooks';
import * as sfn from '@aws-sdk/client-sfn';
import type { Explanation } from '../shared/errors.ts';
import { failureOf } from '../shared/executions/status.ts';
import { type Step, stepsOf } from '../shared/executions/steps.ts';
import { Report } from '../shared/report.ts';
import type { CallRecord } from './aws/calls.ts';
import type { Invocation } from './aws/faults.ts';
import type { FunctionDefinition, LambdaRuntime } from './aws/lambda/lambda.ts';
import { createLocalAws, type LocalAws, type LocalOptions } from './aws/localAws.ts';
import { createInProcessRuntime, functionKey } from './inProcessRuntime.ts';
import { sdkDefaults } from './sdkDefaults.ts';
import { bulkMachine, deploySightline } from './sightline.ts';
import { stateOf } from './stateOf.ts';
import { hubRegionOf, readWorld, type World } from './world.ts';

/** A simulated clock: it stands still until it is moved on, and then runs the timers that are due. */
export type Clock = {
  advance: (ms: number) => Promise<void>;
  /** Moves on to the next timer, however far away it is. */
  advanceToNext: () => Promise<void>;
};

/** A function that is called for a state. */
export type Called = { state: string; definition: FunctionDefinition };

/** What is simulated, and how. */
export type SimulationOptions = {
  clock: Clock;
  /** The environment of this process. The functions share it. */
  environment: Record<string, string | undefined>;
  /** Changes the world of local/world.yml. */
  change?: (world: World) => void;
  settings?: LocalOptions;
  /** A template like the packaged one, to be deployed in its place. */
  template?: string | undefined;
  /** Runs a function's invocation, with what is to happen before and after it. */
  around?: (called: Called, invoke: () => Promise<unknown>) => Promise<unknown>;
};

/** How an onboarding on the local AWS ended, and what it did there. */
export type Onboarding = {
  executionArn: string;
  status: string;
  report?: Report;
  failure?: Explanation;
  steps: Step[];
  events: readonly sfn.HistoryEvent[];
  calls: readonly CallRecord[];
  /** The calls that changed something in one of the accounts, as `ec2:CreateRoute`. */
  writes: string[];
};

/** Calls in the accounts themselves: those that run and announce the onboarding are no part of it. */
export const isInAccounts = ({ service }: Pick<CallRecord, 'service'>): boolean =>
  ['ec2', 'iam', 'servicequotas', 'sts'].includes(service);

const stateInProgress = new AsyncLocalStorage<string>();

const invocationInProgress = new AsyncLocalStorage<Invocation>();

/** The invocation of a function in which a call is made, for whoever makes functions die. */
export const currentInvocation = (): Invocation | undefined => invocationInProgress.getStore();

/** The state whose function is making a call, for whoever listens to calls; none outside of functions. */
export const currentState = (): string | undefined => stateInProgress.getStore();

/** Runs an invocation to its end, or until somebody ends it. */
const untilItDies = <Result>(act: () => Promise<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    const invocation: Invocation = {
      isOver: false,
      fail: (error) => {
        invocation.isOver = true;
        reject(error);
      },
    };
    invocationInProgress.run(invocation, act).then(resolve, reject);
  });

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

/** Tells whether anything goes on, and moves the clock on when nothing does. */
const createPace = (clock: Clock) => {
  let running = 0;
  /** Goes up with everything that happens. */
  let activity = 0;
  /** Lets everything go on that needs no time. */
  const settle = async () => {
    for (let quiet = 0; quiet < 10; ) {
      const before = activity;
      await turns(1);
      quiet = activity === before ? quiet + 1 : 0;
    }
  };
  return {
    happened: () => {
      activity += 1;
    },
    /** Of a function that runs: what it waits for may be no timer but this process. */
    during: async <Result>(act: () => Promise<Result>): Promise<Result> => {
      running += 1;
      activity += 1;
      try {
        return await act();
      } finally {
        running -= 1;
        activity += 1;
      }
    },
    /** While a function runs, time goes by in small steps, far from the timeouts, and only when nothing else happens. */
    passTime: async () => {
      await settle();
      if (running > 0) await clock.advance(50);
      else await clock.advanceToNext();
    },
  };
};
type Pace = ReturnType<typeof createPace>;

/** Runs the functions in this process, and remembers what was called and what went wrong. */
const createRuntime = (aws: LocalAws, pace: Pace, { around }: SimulationOptions) => {
  const runtime = createInProcessRuntime(aws);
  const invocations: string[] = [];
  const failures: unknown[] = [];
  const perform = ({ state, definition }: Called, event: unknown) =>
    pace.during(async () => {
      try {
        return await stateInProgress.run(state, () =>
          untilItDies(() => runtime.invoke(definition, event)),
        );
      } catch (error) {
        failures.push(error);
        throw error;
      }
    });
  const invoke: LambdaRuntime['invoke'] = (definition, event) => {
    const called = { state: stateOf(definition.name, event), definition };
    invocations.push(called.state);
    const act = () => perform(called, event);
    return around ? around(called, act) : act();
  };
  return { invoke, invocations, failures };
};

/** A local AWS with Sightline in its hub, and the environment set that its functions share. */
const deploy = async (options: SimulationOptions) => {
  const world = readWorld('local/world.yml');
  options.change?.(world);
  const aws = createLocalAws(world, options.settings);
  const pace = createPace(options.clock);
  const runtime = createRuntime(aws, pace, options);
  const { handle } = aws;
  aws.handle = (request) => {
    pace.happened();
    return handle(request);
  };
  const sightline = await deploySightline(aws, world, runtime, options.template);
  for (const { environment } of sightline.functions.values()) {
    Object.assign(options.environment, environment);
  }
  Object.assign(options.environment, sdkDefaults, {
    AWS_REGION: hubRegionOf(world),
    AWS_ACCESS_KEY_ID: functionKey,
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  const client = new sfn.SFNClient({
    region: hubRegionOf(world),
    credentials: { accessKeyId: world.hub, secretAccessKey: 'local' },
    requestHandler: aws.requestHandler,
  });
  return { world, aws, pace, runtime, sightline, client };
};
type Deployed = Awaited<ReturnType<typeof deploy>>;

const endingOf = async (
  { client, aws }: Deployed,
  execution: sfn.DescribeExecutionOutput,
  callsBefore: number,
): Promise<Onboarding> => {
  const { executionArn = '', status = 'FAILED', output, error } = execution;
  const failure = error && failureOf(execution);
  const { events = [] } = await client.send(
    new sfn.GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
  );
  const calls = aws.calls.since(callsBefore).filter(isInAccounts);
  return {
    executionArn,
    status,
    ...(output && { report: Report.parse(JSON.parse(output)) }),
    ...(failure && { failure }),
    steps: stepsOf(events),
    events,
    calls,
    writes: calls
      .filter(({ mutating, error: failed }) => mutating && !failed)
      .map(({ service, action }) => `${service}:${action}`),
  };
};

/** Starts, follows and redrives onboardings. */
const executionsOf = (deployed: Deployed) => {
  const { client, aws, pace, sightline } = deployed;
  const follow = async (executionArn: string, callsBefore: number): Promise<Onboarding> => {
    for (;;) {
      const execution = await client.send(new sfn.DescribeExecutionCommand({ executionArn }));
      if (execution.status !== 'RUNNING') return endingOf(deployed, execution, callsBefore);
      await pace.passTime();
    }
  };
  const start = async (request: object, name?: string): Promise<string> => {
    const { stateMachineArn } = sightline;
    const input = JSON.stringify(request);
    const { executionArn = '' } = await client.send(
      new sfn.StartExecutionCommand({ stateMachineArn, input, ...(name && { name }) }),
    );
    return executionArn;
  };
  return {
    /** Starts an onboarding and returns its execution's ARN; it runs while `finish` or `redrive` is waited for. */
    start,
    /** Runs an onboarding to its end. */
    onboard: async (request: object): Promise<Onboarding> => {
      const callsBefore = aws.calls.position;
      return follow(await start(request), callsBefore);
    },
    /** Goes on from the failed step, to the end. */
    redrive: async (executionArn: string): Promise<Onboarding> => {
      const callsBefore = aws.calls.position;
      await client.send(new sfn.RedriveExecutionCommand({ executionArn }));
      return follow(executionArn, callsBefore);
    },
  };
};

/** Lets time pass until something is over. */
const waitingFor = ({ client, pace, sightline, world }: Deployed) => {
  const anyRuns = async (stateMachineArn: string) => {
    const query = { stateMachineArn, statusFilter: 'RUNNING' as const };
    const { executions = [] } = await client.send(new sfn.ListExecutionsCommand(query));
    return executions.length > 0;
  };
  const machines = [sightline.stateMachineArn, bulkMachine(world)];
  const isBusy = async () =>
    sightline.eventBridge.pending > 0 || (await Promise.all(machines.map(anyRuns))).includes(true);
  return {
    /** Lets whatever runs come to its end, deliveries of events included. */
    finish: async () => {
      while (await isBusy()) await pace.passTime();
    },
    /** Waits for something that takes time, such as an answer of the API when calls are tried again. */
    passing: async <Result>(waitedFor: Promise<Result>): Promise<Result> => {
      let isOver = false;
      const over = () => {
        isOver = true;
      };
      waitedFor.then(over, over);
      while (!isOver) await pace.passTime();
      return waitedFor;
    },
  };
};

/** A request to the API, with the answer's body as JSON. */
const apiOf =
  ({ sightline: { httpApi } }: Deployed) =>
  async (method: string, path: string, body: unknown = undefined, headers = {}) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const answer = await httpApi.answer({ method, path, headers, body: text });
    return { ...answer, body: JSON.parse(answer.body) };
  };

/** What an onboarding could have changed. */
const stateOfAccounts = ({ aws, world }: Deployed) => {
  /** Everything of EC2 and IAM, to compare before and after. */
  const snapshot = () => ({
    ec2: aws.ec2.state.snapshot(),
    roles: Object.keys(world.accounts).flatMap((id) => [...aws.iam.now(id).roles.values()]),
  });
  return {
    snapshot,
    /** What an onboarding leaves behind, without what differs from run to run: when it was, and ids of roles. */
    leftBehind: () => {
      const { ec2, roles } = snapshot();
      return { ec2, roles: roles.map(({ createdAt: _, id: __, ...role }) => role) };
    },
  };
};

/**
 * Sightline on a local AWS in this process, on a simulated clock: nothing waits for real. The functions are
 * the TypeScript ones; roles, policies, environment and state machine come from the packaged template, or
 * from another one like it. Timers have to be simulated before this is called.
 *
 * @example
 * const sightline = await simulate({ clock, environment: process.env });
 * const { status } = await sightline.onboard({ accountId: '222222222222' });
 */
export const simulate = async (options: SimulationOptions) => {
  const deployed = await deploy(options);
  const { aws, world, client, runtime, sightline } = deployed;
  const { stateMachineArn, eventBridge, messages, lost, deadLetters, functions } = sightline;
  return {
    ...{ aws, world, client, stateMachineArn, eventBridge, messages, functions },
    /** What roles did not allow a service to do, so that logs, traces or events were lost. */
    lost,
    /** The events that functions could not deal with. */
    deadLetters,
    /** The states whose functions were called, in that order. */
    invocations: runtime.invocations,
    /** What the functions themselves have thrown; Lambda writes it to their logs. */
    failures: runtime.failures,
    api: apiOf(deployed),
    ...executionsOf(deployed),
    ...waitingFor(deployed),
    ...stateOfAccounts(deployed),
  };
};
