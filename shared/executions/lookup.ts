import type { DescribeExecutionOutput, SFNClient } from '@aws-sdk/client-sfn';
import { HttpProblem } from '../http.ts';
import { describeExecution, type Startable } from './executions.ts';
import { failureOf, redrivability } from './status.ts';

/** 404: there is no execution of this id. */
export const notThere = ({ noun }: Startable, id: string): HttpProblem =>
  new HttpProblem(404, `There is no such ${noun}`, `No ${noun} ${id}.`);

/** The execution of an id. Throws a 404 where there is none. */
export const findExecution = async (
  client: SFNClient,
  of: Startable,
  id: string,
): Promise<DescribeExecutionOutput> => {
  const execution = await describeExecution(client, id, of);
  if (!execution) throw notThere(of, id);
  return execution;
};

/** How far an execution is, as every answer about one begins. */
export const headOf = (
  id: string,
  { executionArn, status, startDate, stopDate }: DescribeExecutionOutput,
) => ({ id, executionArn, status, startedAt: startDate, ...(stopDate && { endedAt: stopDate }) });

/** Why an execution failed and whether it can be redriven, as every answer about one ends. */
export const failurePart = (execution: DescribeExecutionOutput) => {
  const failure = failureOf(execution);
  return failure ? { failure: { ...failure, ...redrivability(execution) } } : {};
};
