import { randomUUID } from 'node:crypto';
import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { Json, type JsonObject } from '../../json.ts';
import { regionalArn } from '../arn.ts';
import { AwsError } from '../awsError.ts';
import type { Judge } from '../judge.ts';
import type { Actor } from '../service.ts';
import type { Execution } from './execution.ts';
import { TaskFailed } from './failure.ts';

/** An execution that a Task has started and waits for. */
export type NestedExecution = {
  /** What StartExecution answered. */
  submitted: JsonObject;
  /** What the Task gives when the execution has succeeded. Rejects with `States.TaskFailed`. */
  output: Promise<Json>;
  /** Aborts the execution, if the role may. */
  stop: () => void;
};

type StartRequest = { stateMachineArn: string; name?: string; input: string };

/** What starting executions from a Task takes. */
export type Nesting = {
  accountId: string;
  region: string;
  judge: Judge;
  /** Throws what StartExecution answers. */
  start: (request: StartRequest) => Execution;
};

const Parameters = z.strictObject({
  StateMachineArn: z.string(),
  Name: z.string().optional(),
  Input: Json.default({}),
});

/** An error of the API as the integration reports it: what the SDK has no class for has the service's. */
const refused = (error: AwsError): TaskFailed => {
  const { name: code, message, statusCode } = error;
  const name = code === 'AccessDeniedException' ? 'AWSStepFunctionsException' : `${code}Exception`;
  const details = `Service: AWSStepFunctions; Status Code: ${statusCode}; Error Code: ${code}; Request ID: ${randomUUID()}; Proxy: null`;
  return new TaskFailed({ error: `StepFunctions.${name}`, cause: `${message} (${details})` });
};

const denied = (message: string) => refused(new AwsError('AccessDeniedException', message));

/**
 * The rule that tells Step Functions of the end of nested executions. AWS asks for it when the state machine
 * is created, and does not create one whose role may not; here it is asked for when the rule is needed.
 */
const askForRule = async ({ judge, ...where }: Nesting, actor: Actor, roleArn: string) => {
  const rule = 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule';
  for (const action of ['events:PutTargets', 'events:PutRule', 'events:DescribeRule']) {
    const { allowed } = await judge(actor, {
      action,
      resource: regionalArn('events', where, rule),
    });
    if (!allowed) throw denied(`'${roleArn}' is not authorized to create managed-rule.`);
  }
};

const ask = async (judge: Judge, actor: Actor, action: string, resource: string) => {
  const verdict = await judge(actor, { action: `states:${action}`, resource });
  if (!verdict.allowed) throw denied(verdict.message);
};

const parametersOf = (given: Json) => {
  const parsed = Parameters.safeParse(given);
  if (parsed.success) return parsed.data;
  const cause = `The Parameters of startExecution.sync:2 are wrong: ${z.prettifyError(parsed.error)}`;
  throw new TaskFailed({ error: 'States.Runtime', cause });
};

const capitalised = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** A description with the names and the times (in milliseconds) that service integrations use. */
export const asIntegrationResult = (description: DescribeExecutionOutput): JsonObject =>
  Object.fromEntries(
    Object.entries(description)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [capitalised(name), Json.parse(integrationValue(value))])
      .sort(([one = ''], [other = '']) => (`${one}` < `${other}` ? -1 : 1)),
  );

const integrationValue = (value: unknown): unknown => {
  if (value instanceof Date) return value.getTime();
  if (typeof value !== 'object' || value === null || !('included' in value)) return value;
  return { Included: value.included };
};

const parsed = (text: string | undefined): Json => Json.parse(JSON.parse(text ?? 'null'));

const outputOf = async ({ judge }: Nesting, actor: Actor, execution: Execution): Promise<Json> => {
  await execution.ended;
  await ask(judge, actor, 'DescribeExecution', execution.executionArn);
  const description = execution.describe();
  const result = asIntegrationResult(description);
  if (description.status !== 'SUCCEEDED') {
    throw new TaskFailed({ error: 'States.TaskFailed', cause: JSON.stringify(result) });
  }
  return { ...result, Input: parsed(description.input), Output: parsed(description.output) };
};

const started = (nesting: Nesting, request: StartRequest): Execution => {
  try {
    return nesting.start(request);
  } catch (error) {
    throw error instanceof AwsError ? refused(error) : error;
  }
};

/**
 * `startExecution.sync:2`: starts an execution under a role, to wait for its end. Throws a `TaskFailed` for
 * what the role may not do and for what StartExecution refuses.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 */
export const startNested = async (
  nesting: Nesting,
  actor: Actor,
  roleArn: string,
  parameters: Json,
): Promise<NestedExecution> => {
  const { StateMachineArn, Name, Input } = parametersOf(parameters);
  await askForRule(nesting, actor, roleArn);
  await ask(nesting.judge, actor, 'StartExecution', StateMachineArn);
  const input = typeof Input === 'string' ? Input : JSON.stringify(Input);
  const name = Name === undefined ? {} : { name: Name };
  const execution = started(nesting, { stateMachineArn: StateMachineArn, input, ...name });
  const { executionArn, startDate } = execution;
  return {
    submitted: { ExecutionArn: executionArn, StartDate: startDate.getTime() },
    output: outputOf(nesting, actor, execution),
    stop: () => {
      ask(nesting.judge, actor, 'StopExecution', executionArn).then(
        () => execution.stop({}),
        // A role that may not stop it leaves it running.
        () => undefined,
      );
    },
  };
};
