import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod/mini';
import { configOf, sfn } from '../shared/clients.ts';
import {
  type Announcement,
  announcementOf,
  batchAnnouncementOf,
} from '../shared/executions/announcement.ts';
import { batches, isInBatch } from '../shared/executions/executions.ts';
import { settings } from '../shared/settings.ts';
import { task } from '../shared/task.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
const Input = z.object({
  detail: z.object({ executionArn: z.string().check(z.startsWith('arn:')) }),
});

const Subject = z.object({ accountId: z.string(), vpcId: z.optional(z.string()) });

/** A request that was none has failed for that reason, and is announced too. */
const subjectOf = (input: string | undefined) =>
  z.catch(Subject, { accountId: 'unknown' }).parse(JSON.parse(input ?? 'null'));

/** Tells people (SNS) and programs (EventBridge). */
export type Channels = {
  publish: (announcement: Announcement) => Promise<unknown>;
  emit: (announcement: Announcement) => Promise<unknown>;
};

/** What is told of an onboarding. One of a batch is told to programs only: people get one mail for the batch. */
const ofOnboarding = (execution: DescribeExecutionOutput) => {
  const subject = subjectOf(execution.input);
  const inBatch = isInBatch(execution.name ?? '');
  return {
    accountId: subject.accountId,
    announcement: announcementOf(execution, subject),
    toPeople: !inBatch,
  };
};

const ofBatch = (execution: DescribeExecutionOutput) => ({
  accountId: 'several',
  announcement: batchAnnouncementOf(execution),
  toPeople: true,
});

/** Puts the outcome of an execution into words and tells it, once for each end of an execution. */
export const announceOutcome = async (
  client: SFNClient,
  channels: Channels,
  executionArn: string,
) => {
  const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  const isBatch = execution.stateMachineArn === batches().stateMachineArn;
  const { announcement, accountId, toPeople } = (isBatch ? ofBatch : ofOnboarding)(execution);
  await channels.emit(announcement);
  if (toPeople) await channels.publish(announcement);
  const about = { accountId, execution: execution.name ?? executionArn };
  return { did: announcement.subject, about };
};

const channels = (): Channels => {
  const { topicArn, stateMachineArn } = settings();
  const config = configOf(stateMachineArn.split(':')[3] ?? '');
  return {
    publish: ({ subject, text }) =>
      new SNSClient(config).send(
        new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text }),
      ),
    emit: async ({ detailType, detail }) => {
      const entry = { Source: 'Sightline', DetailType: detailType, Detail: JSON.stringify(detail) };
      const { Entries: [result] = [] } = await new EventBridgeClient(config).send(
        new PutEventsCommand({ Entries: [entry] }),
      );
      // PutEvents succeeds also when an entry of it has failed.
      if (result?.ErrorCode) throw new Error(`${result.ErrorCode}: ${result.ErrorMessage}`);
    },
  };
};

export const handler = task(Input, ({ detail }) =>
  announceOutcome(sfn(), channels(), detail.executionArn),
);
