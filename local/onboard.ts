import { setTimeout } from 'node:timers/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  type HistoryEvent,
  paginateGetExecutionHistory,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type Explanation, explain } from '../shared/errors.ts';
import { failureOf, reportOf } from '../shared/executions/status.ts';
import { type Step, stepsOf } from '../shared/executions/steps.ts';
import type { Report } from '../shared/report.ts';

/** How an onboarding ended. */
export type Ending = { report: Report } | { failure: Explanation };

/** Gets all steps so far, again and again while they go on. */
export type Follower = (steps: readonly Step[]) => void;

const endingOf = (execution: DescribeExecutionOutput): Ending => {
  const report = reportOf(execution);
  if (report) return { report };
  return { failure: failureOf(execution) ?? explain(execution.status ?? 'unknown', '') };
};

const readHistory = async (client: SFNClient, executionArn: string) => {
  const events: HistoryEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client }, { executionArn })) {
    events.push(...(page.events ?? []));
  }
  return events;
};

const betweenLooksMs = 150;

/** The administrator of the account and Region that something is in, as the local AWS has it. */
const administratorOf = (endpoint: string, arn: string) => {
  const [, , , region = '', accountId = ''] = arn.split(':');
  return { endpoint, region, credentials: { accessKeyId: accountId, secretAccessKey: 'local' } };
};

/** Lambda where a state machine is, at an endpoint. */
export const lambdaAt = (endpoint: string, stateMachineArn: string): LambdaClient =>
  new LambdaClient(administratorOf(endpoint, stateMachineArn));

/**
 * Starts an onboarding through Step Functions at an endpoint and follows it to its end.
 * Throws what Step Functions throws when it cannot be started.
 */
export const onboard = async (
  { endpoint, stateMachineArn }: { endpoint: string; stateMachineArn: string },
  request: { accountId: string },
  follow: Follower,
): Promise<Ending> => {
  const client = new SFNClient(administratorOf(endpoint, stateMachineArn));
  const { executionArn = '' } = await client.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(request) }),
  );
  for (;;) {
    const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
    follow(stepsOf(await readHistory(client, executionArn)));
    if (execution.status !== 'RUNNING') return endingOf(execution);
    await setTimeout(betweenLooksMs);
  }
};
