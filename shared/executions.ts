import { createHash } from 'node:crypto';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  type ExecutionListItem,
  type ExecutionStatus,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { Request } from './request.ts';
import { settings } from './settings.ts';

/** The ARN of an onboarding's execution, from its id, which is the execution's name. */
export const executionArnOf = (id: string): string =>
  `${settings().stateMachineArn.replace(':stateMachine:', ':execution:')}:${id}`;

/** The id of an onboarding: the name of its execution. */
export const idOf = (executionArn: string): string => executionArn.split(':').at(-1) ?? '';

/** What an id may look like: a name of an execution, as StartExecution takes it. */
export const isId = (id: string): boolean => /^[\w+!@.()='-]{1,80}$/.test(id);

/** The execution, or nothing where there is none of that id. */
export const describeExecution = async (
  client: SFNClient,
  id: string,
): Promise<DescribeExecutionOutput | undefined> => {
  if (!isId(id)) return undefined;
  try {
    return await client.send(new DescribeExecutionCommand({ executionArn: executionArnOf(id) }));
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
};

/** Executions, the newest first, as they are asked for; AWS forgets them after 90 days. */
export async function* listExecutions(
  client: SFNClient,
  statusFilter?: ExecutionStatus,
): AsyncGenerator<ExecutionListItem & { name: string }> {
  const { stateMachineArn } = settings();
  const query = { stateMachineArn, ...(statusFilter && { statusFilter }) };
  for await (const page of paginateListExecutions({ client, pageSize: 1000 }, query)) {
    for (const item of page.executions ?? []) yield { ...item, name: item.name ?? '' };
  }
}

/** Which onboarding a name is of: the account, and its VPC where the request names one. */
type Subject = Pick<Request, 'accountId' | 'vpcId'>;

const prefixOf = ({ accountId, vpcId }: Subject) => `${accountId}_${vpcId ?? 'auto'}_`;

/** The name of the n-th onboarding of an account and VPC. */
export const numberedName = (subject: Subject, n: number): string => `${prefixOf(subject)}${n}`;

/** The number in a name that `numberedName` made for the same account and VPC. */
export const numberIn = (name: string, subject: Subject): number | undefined => {
  const prefix = prefixOf(subject);
  const number = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d+$/.test(number) ? Number(number) : undefined;
};

/** The name of the one onboarding that a caller's key stands for: the same key, the same name. */
export const keyedName = (subject: Subject, key: string): string =>
  `${prefixOf(subject)}key-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;

/**
 * Whether a running execution may be changing what another request is about: the same account, and the
 * same VPC or one that is not known yet.
 */
export const collides = (runningName: string, { accountId, vpcId }: Subject): boolean => {
  const [account, vpc] = runningName.split('_');
  return account === accountId && (vpc === 'auto' || vpcId === undefined || vpc === vpcId);
};
