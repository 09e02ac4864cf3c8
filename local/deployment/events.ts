import * as z from 'zod';
import type { EventBridge } from '../aws/eventBridge.ts';
import type { Sns } from '../aws/sns.ts';
import { Json } from '../json.ts';
import type { DeploymentContext, Providers } from './deploy.ts';

const Bus = z.strictObject({ Name: z.string() });

const BusPolicy = z.strictObject({
  EventBusName: z.string(),
  StatementId: z.string(),
  Statement: z.looseObject({
    Principal: z.strictObject({ AWS: z.string().regex(/^arn:aws:iam::\d{12}:root$/) }),
  }),
});

const Rule = z.strictObject({
  Name: z.string(),
  EventBusName: z.string().default('default'),
  EventPattern: z.record(z.string(), Json),
  State: z.literal('ENABLED').default('ENABLED'),
  Description: z.string().optional(),
  Targets: z.array(
    z.strictObject({
      Id: z.string(),
      Arn: z.string().regex(/:function:/, 'only functions are targets here'),
      // Here a target is tried a fixed number of times, without waiting.
      RetryPolicy: Json.optional(),
      DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
    }),
  ),
});

const Topic = z.strictObject({ TopicName: z.string() });
const Queue = z.looseObject({ QueueName: z.string() });

/** Makes a template's event buses, rules, topics and queues. Throws a `ZodError` for what it does not know. */
export const eventProviders = (
  eventBridge: EventBridge,
  sns: Sns,
  { accountId, region }: DeploymentContext,
): Providers => ({
  'AWS::Events::EventBus': (_, properties) => {
    const { Name } = Bus.parse(properties);
    return { ref: Name, attributes: { Arn: eventBridge.createBus(Name), Name } };
  },
  'AWS::Events::EventBusPolicy': (_, properties) => {
    const { EventBusName, Statement, StatementId } = BusPolicy.parse(properties);
    eventBridge.allow(EventBusName, Statement.Principal.AWS.split(':')[4] ?? '');
    return { ref: StatementId, attributes: {} };
  },
  'AWS::Events::Rule': (_, properties) => {
    const { Name, EventBusName: busName, EventPattern: pattern, Targets } = Rule.parse(properties);
    for (const { Arn: functionArn, DeadLetterConfig } of Targets) {
      eventBridge.createRule({
        busName,
        pattern,
        functionArn,
        deadLetterArn: DeadLetterConfig?.Arn,
      });
    }
    const attributes = { Arn: `arn:aws:events:${region}:${accountId}:rule/${busName}/${Name}` };
    return { ref: Name, attributes };
  },
  'AWS::SNS::Topic': (_, properties) => {
    const { TopicName } = Topic.parse(properties);
    const arn = sns.createTopic(TopicName);
    return { ref: arn, attributes: { TopicArn: arn, TopicName } };
  },
  'AWS::SQS::Queue': (_, properties) => {
    const { QueueName } = Queue.parse(properties);
    const arn = `arn:aws:sqs:${region}:${accountId}:${QueueName}`;
    const ref = `https://sqs.${region}.amazonaws.com/${accountId}/${QueueName}`;
    return { ref, attributes: { Arn: arn, QueueName } };
  },
});
