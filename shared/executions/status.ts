import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { type Explanation, explain } from '../errors.ts';
import { Report } from '../report.ts';
import { parse } from '../zod.ts';
import type { Step } from './steps.ts';

/** A Lambda's failure, as Step Functions hands it on in an execution's cause. */
const LambdaCause = z.object({ errorMessage: z.string() });

const messageIn = (cause: string): string => {
  try {
    return parse(LambdaCause, JSON.parse(cause)).errorMessage;
  } catch {
    return cause;
  }
};

const endings: Readonly<Record<string, Explanation>> = {
  ABORTED: {
    name: 'Aborted',
    message: 'Somebody stopped the onboarding.',
    remedy: 'Start it again, or re-run the execution from where it was stopped.',
  },
  TIMED_OUT: {
    name: 'States.Timeout',
    message: 'The onboarding took longer than it may.',
    remedy: 'See at which step it was, mend that, and start it again.',
  },
};

/** How an execution ended, as far as that tells why it failed. */
type Ending = { [Field in 'status' | 'error' | 'cause']?: DescribeExecutionOutput[Field] };

/** Why an execution failed, and what to do; nothing for one that runs or has succeeded. */
export const failureOf = ({
  status = 'FAILED',
  error,
  cause = '',
}: Ending): Explanation | undefined => {
  if (status === 'RUNNING' || status === 'SUCCEEDED') return undefined;
  if (error === undefined) return endings[status];
  return explain(error, messageIn(cause));
};

/** Whether an execution can be redriven, and if not, why. */
export const redrivability = ({ redriveStatus, redriveStatusReason }: DescribeExecutionOutput) => ({
  redrivable: redriveStatus === 'REDRIVABLE',
  ...(redriveStatusReason !== undefined && { reason: redriveStatusReason }),
});

/** The report of an execution that has succeeded. */
export const reportOf = ({ status, output }: DescribeExecutionOutput): Report | undefined =>
  status === 'SUCCEEDED' && output !== undefined ? parse(Report, JSON.parse(output)) : undefined;

/** What of a step is shown: a state that the execution went through several times is shown once. */
export type StepStatus = {
  state: string;
  status: Step['status'];
  startedAt: string;
  durationSeconds: number;
  passes: number;
  attempts: number;
  did?: string;
};

/** The steps as they are shown, with the latest pass through each state, in the order of the first. */
export const stepStatuses = (steps: readonly Step[], now: Date): StepStatus[] => {
  const shown = new Map<string, StepStatus>();
  for (const { state, status, startedAt, endedAt = now, attempts, did } of steps) {
    const earlier = shown.get(state);
    const begin = earlier?.startedAt ?? startedAt.toISOString();
    shown.set(state, {
      state,
      status,
      startedAt: begin,
      durationSeconds: (endedAt.getTime() - new Date(begin).getTime()) / 1000,
      passes: (earlier?.passes ?? 0) + 1,
      attempts: (earlier?.attempts ?? 0) + attempts,
      ...(did !== undefined && { did }),
    });
  }
  return [...shown.values()];
};
