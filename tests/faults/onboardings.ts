import { AsyncLocalStorage } from 'node:async_hooks';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import {
  type CallMade,
  createFaults,
  type Fault,
  type Invocation,
} from '../../local/aws/faults.ts';
import type { InProcessHandler } from '../../local/aws/inProcessHandler.ts';
import type { FunctionDefinition } from '../../local/aws/lambda/lambda.ts';
import { createLocalAws, type LocalAws } from '../../local/aws/localAws.ts';
import type { ExecutionStatusChange } from '../../local/aws/stepFunctions/execution.ts';
import {
  createStepFunctions,
  type StepFunctions,
} from '../../local/aws/stepFunctions/stepFunctions.ts';
import { createInProcessRuntime, functionKey } from '../../local/inProcessRuntime.ts';
import { sdkDefaults } from '../../local/sdkDefaults.ts';
import { deploySightline } from '../../local/sightline.ts';
import { stateOf } from '../../local/stateOf.ts';
import { hubRegionOf, readWorld } from '../../local/world.ts';
import { transport } from '../../shared/clients.ts';
import { seeded } from '../seeded.ts';
import { environment } from './environment.ts';
import type { Scenario } from './scenarios.ts';

/** As long as the functions wait for an answer: see shared/clients.ts. */
const timeoutMs = 10_000;

/** The SDK waits for an answer for 10 s and between two attempts for 20 s at most; a function may take 60 s. */
const longestRetryMs = 25_000;

type FakeClock = { now: number; timers?: ReadonlyMap<number, { callAt: number }> };

/** Jest's clock tells when the next timer is due only to those who look into it. */
const untilNextTimer = (): number => {
  const { now, timers } = Reflect.get(setTimeout, 'clock') as FakeClock;
  return Math.min(...[...(timers?.values() ?? [])].map(({ callAt }) => callAt)) - now;
};

/** Lets everything go on that waits for nothing. */
export const immediate = () => new Promise<void>((resolve) => setImmediate(resolve));

const withMaps = (_key: string, value: unknown) => (value instanceof Map ? [...value] : value);

const caller = { accountId: '', arn: '', principalArn: '' };
const nobody = { service: 'states', action: '', region: '', caller };

/** Executions are kept for ever; a new Step Functions now and then forgets them, which takes 90 ms. */
const runsOfOne = 100;

const timedOut = ({ timeoutSeconds }: FunctionDefinition) =>
  Object.assign(new Error(`Task timed out after ${timeoutSeconds} seconds`), {
    name: 'Sandbox.Timedout',
  });

/** What goes on besides the onboarding itself. */
export type Meanwhile = {
  onStatusChange?: (detail: ExecutionStatusChange) => void;
  /** How long each call takes, in milliseconds; by default no time. */
  latency?: () => number;
  /** What somebody does before a state's function is called. */
  before?: (state: string) => Promise<void>;
};

/** Grows whenever something goes on, in whichever deployment. */
let activity = 0;
/** The functions that run, in whichever deployment; not those of a run before, whose timers are gone. */
let inProgress = new Set<Invocation>();

/** Where a second Sightline is deployed: on the AWS of the first one, from a template of its own. */
export type Beside = { aws: LocalAws; template: string };

/** Sightline deployed in a scenario's world. */
const deploy = async ({ change }: Scenario, beside?: Beside) => {
  const world = readWorld('local/world.yml');
  change(world);
  const aws = beside?.aws ?? createLocalAws(world);
  const runtime = createInProcessRuntime(aws);
  const next = transport.requestHandler as InProcessHandler;
  const { stateMachineArn, functions } = await deploySightline(
    aws,
    world,
    runtime,
    beside?.template,
  );
  for (const { environment } of functions.values()) Object.assign(process.env, environment);
  const where = { accountId: world.hub, region: hubRegionOf(world) };
  Object.assign(process.env, sdkDefaults, {
    AWS_REGION: where.region,
    AWS_ACCESS_KEY_ID: functionKey,
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  const client = new SFNClient({
    region: where.region,
    credentials: { accessKeyId: world.hub, secretAccessKey: 'local' },
    requestHandler: aws.requestHandler,
  });
  const machine = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
  return { world, aws, runtime, next, functions, where, machine, stateMachineArn };
};

/**
 * Sightline deployed once in a scenario's world, to be run again and again from the same start: nothing waits
 * for real, and nothing is random. Only what an onboarding needs is run: no API, no events, no telemetry.
 */
export const prepare = async (scenario: Scenario, beside?: Beside) => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
  const deployed = await deploy(scenario, beside);
  const { world, aws, runtime, next, functions, where, machine, stateMachineArn } = deployed;
  const backToStart = aws.capture();
  const startedAt = Date.now();
  const input = JSON.stringify(scenario.request);

  const invocation = new AsyncLocalStorage<Invocation>();
  const newFaults = (faults: readonly Fault[]) =>
    createFaults(aws, next, faults, { invocation: () => invocation.getStore(), timeoutMs });
  let spoiled = newFaults([]);
  let planned: readonly Fault[] = [];
  let runs = 0;
  let meanwhile: Meanwhile = {};

  let isFirstCall = true;
  let preflight: { calls: readonly CallMade[]; plan: string } | undefined;
  /** Preflight changes nothing and begins from the same start: undisturbed, it says and asks for the same. */
  const rememberedPlan = (): unknown => {
    const isFirst = isFirstCall;
    isFirstCall = false;
    if (!isFirst || !preflight || meanwhile.before || meanwhile.latency) return undefined;
    const { calls, plan } = preflight;
    if (planned.some(({ call }) => call <= calls.length)) return undefined;
    spoiled.calls.push(...calls);
    return JSON.parse(plan);
  };

  const perform = async (definition: FunctionDefinition, event: object): Promise<unknown> => {
    const death = Promise.withResolvers<never>();
    const current: Invocation = {
      isOver: false,
      fail: (error) => {
        current.isOver = true;
        death.reject(error);
      },
    };
    const { timeoutSeconds } = definition;
    const timeout = setTimeout(() => current.fail(timedOut(definition)), timeoutSeconds * 1000);
    const all = inProgress.add(current);
    try {
      return await environment.run(definition.environment, () =>
        invocation.run(current, () =>
          Promise.race([runtime.invoke(definition, event), death.promise]),
        ),
      );
    } finally {
      clearTimeout(timeout);
      all.delete(current);
      current.isOver = true;
    }
  };

  const invoke = async (arn: string, payload: unknown): Promise<unknown> => {
    const definition = functions.get(arn);
    if (!definition) throw new Error(`there is no function ${arn}`);
    const known = rememberedPlan();
    if (known) return known;
    activity += 1;
    await meanwhile.before?.(stateOf(definition.name, payload));
    const before = spoiled.calls.length;
    // One name of all executions lets IAM decide the same things in each run.
    const result = await perform(definition, { ...Object(payload), executionName: 'onboarding' });
    activity += 1;
    if (before === 0 && planned.length === 0) {
      preflight = { calls: [...spoiled.calls], plan: JSON.stringify(result) };
    }
    return result;
  };

  const newStepFunctions = (): StepFunctions => {
    const created = createStepFunctions({
      ...where,
      invoke,
      onStatusChange: (detail) => meanwhile.onStatusChange?.(detail),
    });
    const { definition = '', name = '', roleArn = '' } = machine;
    created.createStateMachine(name, definition, { roleArn });
    return created;
  };
  let stepFunctions = newStepFunctions();

  /** Waits until the functions wait for nothing but the clock, and moves the clock on. */
  const passTime = async () => {
    for (let quiet = 0; quiet < 5; ) {
      const before = activity;
      await immediate();
      quiet = activity === before ? quiet + 1 : 0;
    }
    // A function that waits for a timer far away reads a file, unless a fault has it wait for ever.
    const isHung = planned.some(({ kind }) => kind === 'hung');
    if (inProgress.size > 0 && !isHung && untilNextTimer() > longestRetryMs) return;
    jest.advanceTimersToNextTimer();
  };

  return {
    aws,
    /** Begins another run from the start, of which these faults are to spoil some calls. */
    begin: (faults: readonly Fault[], besides: Meanwhile = {}) => {
      for (const left of inProgress) left.isOver = true;
      inProgress = new Set();
      backToStart();
      jest.clearAllTimers();
      jest.setSystemTime(startedAt);
      jest.spyOn(Math, 'random').mockImplementation(seeded(1));
      runs += 1;
      if (runs % runsOfOne === 0) stepFunctions = newStepFunctions();
      meanwhile = besides;
      planned = faults;
      isFirstCall = true;
      spoiled = newFaults(faults);
      const { requestHandler: own } = spoiled;
      const handle: InProcessHandler['handle'] = async (request) => {
        activity += 1;
        const takes = besides.latency?.() ?? 0;
        if (takes > 0) await new Promise((resolve) => setTimeout(resolve, takes));
        activity += 1;
        try {
          return await own.handle(request);
        } finally {
          activity += 1;
        }
      };
      transport.requestHandler = { ...own, handle };
      return spoiled;
    },
    /** Starts an execution, and returns its ARN. */
    start: (): string => {
      const start = stepFunctions.operations.StartExecution.run;
      const { executionArn = '' } = Object(start({ stateMachineArn, input }, nobody));
      return executionArn;
    },
    redrive: async (executionArn: string) => {
      await stepFunctions.operations.RedriveExecution.run({ executionArn }, nobody);
    },
    /** Lets an execution come to its end. */
    finish: async (executionArn: string) => {
      for (;;) {
        const { run } = stepFunctions.operations.DescribeExecution;
        const execution = await run({ executionArn }, nobody);
        if (execution.status !== 'RUNNING') return execution;
        await passTime();
      }
    },
    /** What EC2 and IAM have, without what differs from run to run: when roles were made, and their ids. */
    leftBehind: (): string => {
      const roles = Object.keys(world.accounts).flatMap((id) => [
        ...aws.iam.now(id).roles.values(),
      ]);
      const comparable = roles.map(({ createdAt: _, id: __, ...role }) => role);
      return JSON.stringify({ ec2: aws.ec2.state.snapshot(), roles: comparable }, withMaps);
    },
  };
};
