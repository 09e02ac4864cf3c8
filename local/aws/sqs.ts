import { nameIn, regionalArn, urlSuffixOf } from './arn.ts';
import type { Attempt } from './losses.ts';
import type { Actor } from './service.ts';

/** A message in a queue. */
export type QueueMessage = {
  queueArn: string;
  body: string;
  /** The message attributes, which tell why an event became a dead letter. */
  attributes: Readonly<Record<string, string>>;
};

/** One account and Region's SQS. */
export type SqsOptions = { accountId: string; region: string; attempt: Attempt };

/** SQS as far as dead letters need it: queues with policies, and what was sent to them. */
export const createSqs = ({ accountId, region, attempt }: SqsOptions) => {
  const policies = new Map<string, object>();
  const messages: QueueMessage[] = [];
  const arnOf = (name: string) => regionalArn('sqs', { accountId, region }, name);
  return {
    messages,
    /** Makes a queue. */
    createQueue: (name: string) => ({
      arn: arnOf(name),
      url: `https://sqs.${region}.${urlSuffixOf(region)}/${accountId}/${name}`,
    }),
    /** Gives a queue the policy that tells who else than its account may use it. */
    setPolicy: (queueUrl: string, policy: object) => policies.set(arnOf(nameIn(queueUrl)), policy),
    /** Sends a dead letter of a function or a rule. It is lost if the sender may not. */
    sendDeadLetter: async (actor: Actor, name: string, message: QueueMessage): Promise<void> => {
      const { queueArn } = message;
      const policy = policies.get(queueArn);
      const check = { action: 'sqs:SendMessage', resource: queueArn, ...(policy && { policy }) };
      if (await attempt(actor, check, { name, what: 'dead letter' })) messages.push(message);
    },
  };
};
export type Sqs = ReturnType<typeof createSqs>;
