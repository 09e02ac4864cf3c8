import type { Entry } from '../../shared/batch/batch.ts';
import { executionArns } from '../builders.ts';

const early = '2026-11-02T08:00:00.000Z';

/**
 * A child of a Map Run, as Step Functions writes it into the files of results:
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */
export const aChild = (entry: Entry, parts: object) => ({
  ExecutionArn:
    'arn:aws:states:eu-central-1:111111111111:execution:bulkOnboarding/OnboardAccounts:1',
  Input: JSON.stringify(entry),
  InputDetails: { Included: true },
  Name: '1',
  StartDate: early,
  StopDate: early,
  Status: 'SUCCEEDED',
  ...parts,
});

/** A child whose onboarding has made so many changes. */
export const aReadyChild = (
  entry: Entry,
  onboarding: string,
  changes: number,
  StopDate = early,
) => {
  const Output = JSON.stringify({ executionArn: `${executionArns}:${onboarding}`, changes });
  return aChild(entry, { Output, StopDate });
};

/** A child whose onboarding has failed: the cause is the onboarding as DescribeExecution has it. */
export const aFailedChild = (entry: Entry, onboarding: string, error: Error, StopDate = early) => {
  const { name, message } = error;
  const Cause = JSON.stringify({
    ExecutionArn: `${executionArns}:${onboarding}`,
    Status: 'FAILED',
    Error: name,
    Cause: JSON.stringify({ errorType: name, errorMessage: message }),
  });
  return aChild(entry, { Status: 'FAILED', Error: 'States.TaskFailed', Cause, StopDate });
};
