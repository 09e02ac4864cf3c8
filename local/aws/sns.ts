import { randomUUID } from 'node:crypto';
import type { PublishInput, PublishResponse } from '@aws-sdk/client-sns';
import { regionalArn } from './arn.ts';
import { AwsError } from './awsError.ts';
import type { Operation } from './service.ts';

/** A message as its subscribers get it. */
export type Message = { topicArn: string; subject: string; text: string };

const checkSubject = (subject: string | undefined) => {
  if (subject === undefined || /^[\x20-\x7e]{1,100}$/.test(subject)) return;
  throw new AwsError('InvalidParameter', 'Invalid parameter: Subject');
};

/** The newest so many are kept. */
const mostMessages = 1_000;

/** SNS of one account and Region: topics, and what was published to them. */
export const createSns = ({ accountId, region }: { accountId: string; region: string }) => {
  const topics = new Set<string>();
  const messages: Message[] = [];
  const publish: Operation<PublishInput, PublishResponse> = {
    mutating: true,
    checks: ({ TopicArn = '*' }) => [{ action: 'sns:Publish', resource: TopicArn }],
    run: ({ TopicArn: topicArn = '', Subject: subject, Message: text = '' }) => {
      if (!topics.has(topicArn)) throw new AwsError('NotFound', 'Topic does not exist', 404);
      checkSubject(subject);
      messages.push({ topicArn, subject: subject ?? '', text });
      if (messages.length > mostMessages) messages.shift();
      return { MessageId: randomUUID() };
    },
  };
  const operations: Record<string, Operation> = { Publish: publish };
  return {
    operations,
    messages,
    /** Makes a topic and returns its ARN. */
    createTopic: (name: string): string => {
      const arn = regionalArn('sns', { accountId, region }, name);
      topics.add(arn);
      return arn;
    },
  };
};
export type Sns = ReturnType<typeof createSns>;
