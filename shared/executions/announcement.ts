import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import type { Report } from '../report.ts';
import { parse } from '../zod.ts';
import { idOf } from './executions.ts';
import { failureOf, reportOf } from './status.ts';

/** What is told of an onboarding that has ended: as a text for people, as an event for programs. */
export type Announcement = {
  /** At most 100 characters of ASCII, as SNS wants the subject of a mail. */
  subject: string;
  text: string;
  detailType: 'Account Ready' | 'Onboarding Failed' | 'Batch Ready' | 'Batch Failed';
  detail: Record<string, unknown>;
};

/** Where the console shows an execution, in the console of its partition. */
const consoleLink = (executionArn: string): string => {
  const [, partition, , region] = executionArn.split(':');
  const host: Record<string, string> = {
    'aws-cn': 'console.amazonaws.cn',
    'aws-us-gov': 'console.amazonaws-us-gov.com',
  };
  const domain = host[partition ?? ''] ?? 'console.aws.amazon.com';
  return `https://${region}.${domain}/states/home?region=${region}#/v2/executions/details/${executionArn}`;
};

const networkText = ({ network }: Report) => {
  if (!network) return 'No VPC of it can be reached: it was onboarded for API access only.';
  const { monitored, hub, peering, securityGroups } = network;
  const rules = securityGroups.flatMap((group) => group.rules);
  const ports = new Set(rules.map(({ port }) => port.name));
  return `Its VPC ${monitored.vpcId} (${monitored.cidrs.join(', ')}, ${monitored.region}) can be reached from ${hub.vpcId} through ${peering.id}, on ${[...ports].join(', ')}.`;
};

const roleText = ({ role }: Report) =>
  role ? `Its APIs can be read with ${role.arn}.` : 'No monitoring role was looked after.';

const readyText = (report: Report) =>
  [
    `Account ${report.accountId} is ready to be monitored.`,
    '',
    networkText(report),
    roleText(report),
    ...report.notes.map((note) => `\nStill to do: ${note}`),
  ].join('\n');

/** SNS refuses a subject that is longer, or not of ASCII. */
const asSubject = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);

type Subject = { accountId: string; vpcId?: string | undefined };

const failedText = (
  { accountId, vpcId }: Subject,
  failure: { name: string; message: string; remedy: string },
) =>
  [
    `Account ${accountId}${vpcId ? `, ${vpcId},` : ''} is not ready to be monitored: ${failure.name}.`,
    '',
    failure.message,
    '',
    `What to do: ${failure.remedy}`,
  ].join('\n');

/** Puts an execution that has ended into words. `subject` is what its request was about. */
export const announcementOf = (
  execution: DescribeExecutionOutput,
  { accountId, vpcId }: Subject,
): Announcement => {
  const { executionArn = '', status = '' } = execution;
  const common = { onboarding: idOf(executionArn), executionArn, accountId, status };
  const link = `\n\n${consoleLink(executionArn)}\n`;
  const report = reportOf(execution);
  if (report) {
    const subject = `Sightline: account ${accountId} is ready`;
    const detail = { ...common, report };
    return { subject, text: readyText(report) + link, detailType: 'Account Ready', detail };
  }
  const failure = failureOf(execution) ?? { name: status, message: status, remedy: '' };
  return {
    subject: asSubject(`Sightline: account ${accountId} is not ready: ${failure.name}`),
    text: failedText({ accountId, vpcId }, failure) + link,
    detailType: 'Onboarding Failed',
    detail: { ...common, ...(vpcId && { vpcId }), failure },
  };
};

/** What ReportBatch says of a batch in which all accounts are ready. */
const BatchReport = z.object({ accounts: z.int(), already: z.int(), results: z.string() });

/** Puts an execution of a batch that has ended into words. */
export const batchAnnouncementOf = (execution: DescribeExecutionOutput): Announcement => {
  const { executionArn = '', status = '', output } = execution;
  const common = { batch: idOf(executionArn), executionArn, status };
  const link = `\n\n${consoleLink(executionArn)}\n`;
  const failure = failureOf(execution);
  if (failure) {
    const { name, message, remedy } = failure;
    return {
      subject: asSubject(`Sightline: batch ${common.batch} is not ready: ${name}`),
      text: `${message}\n\nWhat to do: ${remedy}${link}`,
      detailType: 'Batch Failed',
      detail: { ...common, failure },
    };
  }
  const report = parse(BatchReport, JSON.parse(output ?? ''));
  return {
    subject: asSubject(
      `Sightline: all ${report.accounts} accounts of batch ${common.batch} are ready`,
    ),
    text: `All ${report.accounts} accounts are ready to be monitored; ${report.already} of them were before. One line for each: ${report.results}${link}`,
    detailType: 'Batch Ready',
    detail: { ...common, ...report },
  };
};
