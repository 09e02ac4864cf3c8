import * as sfn from '@aws-sdk/client-sfn';
import type { CallRecord } from '../../local/aws/calls.ts';
import { createLocalAws } from '../../local/aws/localAws.ts';
import type { LocalSettings } from '../../local/aws/settings.ts';
import { createInProcessRuntime, functionKey } from '../../local/inProcessRuntime.ts';
import { deploySightline, hubRegion } from '../../local/sightline.ts';
import { readWorld, type World } from '../../local/world.ts';
import { type Explanation, explain } from '../../shared/errors.ts';
import { Report } from '../../shared/report.ts';
import { type Step, stepsOf } from '../../shared/steps.ts';

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

const startedBySightline = ({ service }: CallRecord) => service !== 'states';

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

/**
 * Sightline on a local AWS in this process, on jest's clock: nothing waits for real. The functions are
 * the TypeScript ones; roles, policies, environment and state machine come from the packaged template.
 */
export const deployed = async (
  change: (world: World) => void = () => undefined,
  settings: Partial<LocalSettings> = {},
) => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
  const world = readWorld('local/world.yml');
  change(world);
  const aws = createLocalAws(world, settings);
  const runtime = createInProcessRuntime(aws);
  let running = 0;
  const stateMachineArn = await deploySightline(aws, world, {
    invoke: async (definition, event) => {
      Object.assign(process.env, definition.environment, {
        AWS_REGION: hubRegion,
        AWS_ACCESS_KEY_ID: functionKey,
        AWS_SECRET_ACCESS_KEY: 'local',
      });
      running += 1;
      try {
        return await runtime.invoke(definition, event);
      } finally {
        running -= 1;
      }
    },
  });

  /**
   * Moves the clock on. While a function runs, what it waits for may be no timer but this process; so
   * time then goes by in small steps, far from the timeouts, and only when nothing else happens.
   */
  const passTime = async () => {
    for (let turn = 0; turn < 100 && running > 0; turn++) await turns(1);
    if (running > 0) await jest.advanceTimersByTimeAsync(50);
    else await jest.advanceTimersToNextTimerAsync();
    await turns(3);
  };

  const client = new sfn.SFNClient({
    region: hubRegion,
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
    { executionArn = '', status = 'FAILED', output, error, cause }: sfn.DescribeExecutionOutput,
    callsBefore: number,
  ): Promise<Onboarding> => {
    const { events = [] } = await client.send(
      new sfn.GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
    );
    const calls = aws.calls.since(callsBefore).filter(startedBySightline);
    return {
      executionArn,
      status,
      ...(output && { report: Report.parse(JSON.parse(output)) }),
      ...(error && { failure: explain(error, JSON.parse(cause ?? '{}').errorMessage ?? '') }),
      steps: stepsOf(events),
      calls,
      writes: calls
        .filter(({ mutating, error: failed }) => mutating && !failed)
        .map(({ service, action }) => `${service}:${action}`),
    };
  };

  return {
    aws,
    world,
    client,
    stateMachineArn,
    /** Runs an onboarding to its end. */
    onboard: async (request: object): Promise<Onboarding> => {
      const callsBefore = aws.calls.since().length;
      const input = JSON.stringify(request);
      const { executionArn = '' } = await client.send(
        new sfn.StartExecutionCommand({ stateMachineArn, input }),
      );
      return follow(executionArn, callsBefore);
    },
    /** Everything of EC2 and IAM that an onboarding could have changed, to compare before and after. */
    snapshot: () => ({
      ec2: aws.ec2.state.snapshot(),
      roles: Object.keys(world.accounts).flatMap((id) => [...aws.iam.now(id).roles.values()]),
    }),
  };
};
