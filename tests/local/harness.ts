import { AsyncLocalStorage } from 'node:async_hooks';
import * as sfn from '@aws-sdk/client-sfn';
import type { CallRecord } from '../../local/aws/calls.ts';
import type { Invocation } from '../../local/aws/faults.ts';
import { createLocalAws, type LocalOptions } from '../../local/aws/localAws.ts';
import { createInProcessRuntime, functionKey } from '../../local/inProcessRuntime.ts';
import { bulkMachine, deploySightline } from '../../local/sightline.ts';
import { hubRegionOf, readWorld, type World } from '../../local/world.ts';
import type { Explanation } from '../../shared/errors.ts';
import { Report } from '../../shared/report.ts';
import { failureOf } from '../../shared/status.ts';
import { type Step, stepsOf } from '../../shared/steps.ts';
import { sdkDefaults } from '../sdkDefaults.ts';
import { stateOf } from '../stateOf.ts';

/** How an onboarding on the local AWS ended, and what it did there. */
export type Onboarding = {
  executionArn: string;
  status: string;
  report?: Report;
  failure?: Explanation;
  steps: Step[];
  calls: readonly CallRecord[];
  /** The calls that changed something in one of the accounts, as `ec2:CreateRoute`. */
  writes: string[];
};

/** Calls in the accounts themselves: those that run and announce the onboarding are no part of it. */
const isInAccounts = ({ service }: CallRecord) =>
  ['ec2', 'iam', 'servicequotas', 'sts'].includes(service);

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

/** Makes the function of a state fail once, or so many times: before it does its work, or after it, so that nobody is told. */
type Disturbance = { state: string; when: 'before' | 'after'; error: Error; times: number };

const stateInProgress = new AsyncLocalStorage<string>();

const invocationInProgress = new AsyncLocalStorage<Invocation>();

/** The invocation of a function in which a call is made, for whoever makes functions die. */
export const currentInvocation = (): Invocation | undefined => invocationInProgress.getStore();

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

/** The state whose function is making a call, for whoever listens to calls; none outside of functions. */
export const currentState = (): string | undefined => stateInProgress.getStore();

/**
 * Sightline on a local AWS in this process, on jest's clock: nothing waits for real. The functions are
 * the TypeScript ones; roles, policies, environment and state machine come from the packaged template,
 * or from another one like it.
 */
export const deployed = async (
  change: (world: World) => void = () => undefined,
  settings: LocalOptions = {},
  template: string | undefined = undefined,
) => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
  const world = readWorld('local/world.yml');
  change(world);
  const aws = createLocalAws(world, settings);
  const runtime = createInProcessRuntime(aws);
  let running = 0;
  /** Goes up with everything that happens. */
  let activity = 0;
  const { handle } = aws;
  aws.handle = (request) => {
    activity += 1;
    return handle(request);
  };
  let disturbance: Disturbance | undefined;
  const invocations: string[] = [];
  const failures: unknown[] = [];
  const { stateMachineArn, httpApi, eventBridge, messages, lost, deadLetters, functions } =
    await deploySightline(
      aws,
      world,
      {
        invoke: async (definition, event) => {
          const state = stateOf(definition.name, event);
          invocations.push(state);
          const disturbed = disturbance?.state === state ? disturbance : undefined;
          const fail = (one: Disturbance) => {
            one.times -= 1;
            if (one.times === 0) disturbance = undefined;
            throw one.error;
          };
          if (disturbed?.when === 'before') fail(disturbed);
          running += 1;
          activity += 1;
          try {
            const result = await stateInProgress.run(state, () =>
              untilItDies(() => runtime.invoke(definition, event)),
            );
            if (disturbed) fail(disturbed);
            return result;
          } catch (error) {
            failures.push(error);
            throw error;
          } finally {
            running -= 1;
            activity += 1;
          }
        },
      },
      template,
    );

  // The functions share this process, and so one environment.
  for (const { environment } of functions.values()) Object.assign(process.env, environment);
  Object.assign(process.env, sdkDefaults, {
    AWS_REGION: hubRegionOf(world),
    AWS_ACCESS_KEY_ID: functionKey,
    AWS_SECRET_ACCESS_KEY: 'local',
  });

  /** Lets everything go on that needs no time. */
  const settle = async () => {
    for (let quiet = 0; quiet < 10; ) {
      const before = activity;
      await turns(1);
      quiet = activity === before ? quiet + 1 : 0;
    }
  };

  /**
   * Moves the clock on. While a function runs, what it waits for may be no timer but this process; so
   * time then goes by in small steps, far from the timeouts, and only when nothing else happens.
   */
  const passTime = async () => {
    await settle();
    if (running > 0) await jest.advanceTimersByTimeAsync(50);
    else await jest.advanceTimersToNextTimerAsync();
  };

  const client = new sfn.SFNClient({
    region: hubRegionOf(world),
    credentials: { accessKeyId: world.hub, secretAccessKey: 'local' },
    requestHandler: aws.requestHandler,
  });

  const follow = async (executionArn: string, callsBefore: number): Promise<Onboarding> => {
    for (;;) {
      const execution = await client.send(new sfn.DescribeExecutionCommand({ executionArn }));
      if (execution.status !== 'RUNNING') return ending(execution, callsBefore);
      await passTime();
    }
  };

  const ending = async (
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
      calls,
      writes: calls
        .filter(({ mutating, error: failed }) => mutating && !failed)
        .map(({ service, action }) => `${service}:${action}`),
    };
  };

  const start = async (request: object, name?: string): Promise<string> => {
    const input = JSON.stringify(request);
    const { executionArn = '' } = await client.send(
      new sfn.StartExecutionCommand({ stateMachineArn, input, ...(name && { name }) }),
    );
    return executionArn;
  };

  /** Everything of EC2 and IAM that an onboarding could have changed, to compare before and after. */
  const snapshot = () => ({
    ec2: aws.ec2.state.snapshot(),
    roles: Object.keys(world.accounts).flatMap((id) => [...aws.iam.now(id).roles.values()]),
  });

  return {
    aws,
    world,
    client,
    stateMachineArn,
    eventBridge,
    messages,
    /** What roles did not allow a service to do, so that logs, traces or events were lost. */
    lost,
    /** The events that functions could not deal with. */
    deadLetters,
    /** A request to the API, with the answer's body as JSON. */
    api: async (method: string, path: string, body: unknown = undefined, headers = {}) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const answer = await httpApi.answer({ method, path, headers, body: text });
      return { ...answer, body: JSON.parse(answer.body) };
    },
    /** Lets whatever runs come to its end, deliveries of events included. */
    finish: async () => {
      const running = async (machineArn: string) => {
        const query = { stateMachineArn: machineArn, statusFilter: 'RUNNING' as const };
        const { executions = [] } = await client.send(new sfn.ListExecutionsCommand(query));
        return executions.length > 0;
      };
      const machines = [stateMachineArn, bulkMachine(world)];
      const anyRuns = async () => (await Promise.all(machines.map(running))).includes(true);
      while (eventBridge.pending > 0 || (await anyRuns())) await passTime();
    },
    /** Waits for something that takes time, such as an answer of the API when calls are tried again. */
    passing: async <Result>(waitedFor: Promise<Result>): Promise<Result> => {
      let isOver = false;
      const over = () => {
        isOver = true;
      };
      waitedFor.then(over, over);
      while (!isOver) await passTime();
      return waitedFor;
    },
    /** Starts an onboarding and returns its execution's ARN; it runs while `finish` or `redrive` is waited for. */
    start,
    /** Runs an onboarding to its end. */
    onboard: async (request: object): Promise<Onboarding> => {
      const callsBefore = aws.calls.position;
      return follow(await start(request), callsBefore);
    },
    /**
     * Makes the function of a state fail the next time, or the next times, with an error that nobody retries: `before` it does
     * anything, or `after` all its work, so that everything has happened and nobody was told.
     */
    disturb: (state: string, when: Disturbance['when'], times = 1) => {
      disturbance = {
        state,
        when,
        times,
        error: Object.assign(new Error('disturbed'), { name: 'Disturbance' }),
      };
    },
    /** The states whose functions were called, in that order. */
    invocations,
    /** What the functions themselves have thrown; Lambda writes it to their logs. */
    failures,
    /** Goes on from the failed step, to the end. */
    redrive: async (executionArn: string): Promise<Onboarding> => {
      const callsBefore = aws.calls.position;
      await client.send(new sfn.RedriveExecutionCommand({ executionArn }));
      return follow(executionArn, callsBefore);
    },
    snapshot,
    /** What an onboarding leaves behind, without what differs from run to run: when it was, and ids of roles. */
    leftBehind: () => {
      const { ec2, roles } = snapshot();
      return { ec2, roles: roles.map(({ createdAt: _, id: __, ...role }) => role) };
    },
  };
};
