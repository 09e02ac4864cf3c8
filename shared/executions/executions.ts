import { createHash } from 'node:crypto';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  type ExecutionListItem,
  type ExecutionStatus,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { Request } from '../request.ts';
import { settings } from '../settings.ts';

/** A state machine whose executions callers start and look up, and where the API has them. */
export type Startable = { stateMachineArn: string; path: string; noun: string };

/** The onboardings of single accounts. */
export const onboardings = (): Startable => ({
  stateMachineArn: settings().stateMachineArn,
  path: '/onboardings',
  noun: 'onboarding',
});

/** The batches of many accounts. */
export const batches = (): Startable => ({
  stateMachineArn: settings().bulkStateMachineArn,
  path: '/onboardings/batch',
  noun: 'batch',
});

/** The ARN of an execution, from its id, which is the execution's name. */
export const executionArnOf = (
  id: string,
  { stateMachineArn }: Startable = onboardings(),
): string => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${id}`;

/** The id of an onboarding or a batch: the name of its execution. */
export const idOf = (executionArn: string): string => executionArn.split(':').at(-1) ?? '';

/** What an id may look like: a name of an execution, as StartExecution takes it. */
export const isId = (id: string): boolean => /^[\w+!@.()='-]{1,80}$/.test(id);

/** The execution, or nothing where there is none of that id. */
export const describeExecution = async (
  client: SFNClient,
  id: string,
  startable = onboardings(),
): Promise<DescribeExecutionOutput | undefined> => {
  if (!isId(id)) return undefined;
  const executionArn = executionArnOf(id, startable);
  try {
    return await client.send(new DescribeExecutionCommand({ executionArn }));
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
};

/** Executions, the newest first, as they are asked for; AWS forgets them after 90 days. */
export async function* listExecutions(
  client: SFNClient,
  statusFilter?: ExecutionStatus,
  { stateMachineArn } = onboardings(),
): AsyncGenerator<ExecutionListItem & { name: string }> {
  const query = { stateMachineArn, ...(statusFilter && { statusFilter }) };
  for await (const page of paginateListExecutions({ client, pageSize: 1000 }, query)) {
    for (const item of page.executions ?? []) yield { ...item, name: item.name ?? '' };
  }
}

/** Which onboarding a name is of: the account, and its VPC where the request names one. */
type Subject = Pick<Request, 'accountId' | 'vpcId'>;

/** How the names of all onboardings of an account and VPC begin. */
export const prefixOf = ({ accountId, vpcId }: Subject): string =>
  `${accountId}_${vpcId ?? 'auto'}_`;

/** The number in a name that consists of this prefix and a number. */
export const numberIn = (name: string, prefix: string): number | undefined => {
  const number = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d+$/.test(number) ? Number(number) : undefined;
};

/** The first characters of a text's SHA-256, in hexadecimal. */
export const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 32);

/** The name of the one execution that a caller's key stands for: the same key, the same name. */
export const keyedName = (prefix: string, key: string): string => `${prefix}key-${digestOf(key)}`;

/** Whether an onboarding is one of a batch: statemachine/bulkOnboarding.asl.yml names it so. */
export const isInBatch = (name: string): boolean => /^\d{12}_[\w-]+_batch-/.test(name);

/**
 * Whether a running execution may be changing what another request is about: the same account, and the
 * same VPC or one that is not known yet.
 */
export const collides = (runningName: string, { accountId, vpcId }: Subject): boolean => {
  const [account, vpc] = runningName.split('_');
  return account === accountId && (vpc === 'auto' || vpcId === undefined || vpc === vpcId);
};
