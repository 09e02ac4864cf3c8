import * as z from 'zod';
import type { EventBridge } from '../aws/eventBridge.ts';
import type { Sns } from '../aws/sns.ts';
import type { Sqs } from '../aws/sqs.ts';
import { Json } from '../json.ts';
import type { Providers } from './deploy.ts';

const Bus = z.strictObject({ Name: z.string() });

const BusPolicy = z.strictObject({
  EventBusName: z.string(),
  StatementId: z.string(),
  Statement: z.looseObject({
    Principal: z.strictObject({ AWS: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:root$/) }),
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
      // Here a target takes an event at once or never.
      RetryPolicy: Json.optional(),
      DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
    }),
  ),
});

const Topic = z.strictObject({ TopicName: z.string() });
const Queue = z.looseObject({ QueueName: z.string() });
const QueuePolicy = z.strictObject({
  /** Their URLs. */
  Queues: z.array(z.string()),
  PolicyDocument: z.record(z.string(), Json),
});

/** Makes a template's event buses and rules. Throws a `ZodError` for what it does not know. */
export const eventProviders = (eventBridge: EventBridge): Providers => ({
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
    const targets = Targets.map(({ Arn, DeadLetterConfig }) => ({
      functionArn: Arn,
      deadLetterArn: DeadLetterConfig?.Arn,
    }));
    const arn = eventBridge.createRule({ name: Name, busName, pattern, targets });
    return { ref: Name, attributes: { Arn: arn } };
  },
});

/** Makes a template's topics and queues. Throws a `ZodError` for what it does not know. */
export const messageProviders = (sns: Sns, sqs: Sqs): Providers => ({
  'AWS::SNS::Topic': (_, properties) => {
    const { TopicName } = Topic.parse(properties);
    const arn = sns.createTopic(TopicName);
    return { ref: arn, attributes: { TopicArn: arn, TopicName } };
  },
  'AWS::SQS::Queue': (_, properties) => {
    const { QueueName } = Queue.parse(properties);
    const { arn, url } = sqs.createQueue(QueueName);
    return { ref: url, attributes: { Arn: arn, QueueName } };
  },
  'AWS::SQS::QueuePolicy': (logicalId, properties) => {
    const { Queues, PolicyDocument } = QueuePolicy.parse(properties);
    for (const url of Queues) sqs.setPolicy(url, PolicyDocument);
    return { ref: logicalId, attributes: {} };
  },
});
