import { RedriveExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { HttpProblem, type HttpResponse } from '../http.ts';
import { executionArnOf, type Startable } from './executions.ts';
import { findExecution, notThere } from './lookup.ts';
import { accepted } from './starting.ts';

/** Goes on from the failed step. Answers 404 for no id, 409 with the reason where AWS refuses. */
export const redrive = async (
  client: SFNClient,
  of: Startable,
  id: string,
): Promise<HttpResponse> => {
  await findExecution(client, of, id);
  try {
    await client.send(new RedriveExecutionCommand({ executionArn: executionArnOf(id, of) }));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'ExecutionDoesNotExist') throw notThere(of, id);
    if (error.name !== 'ExecutionNotRedrivable') throw error;
    throw new HttpProblem(409, `The ${of.noun} cannot be redriven`, error.message);
  }
  return accepted(of, id, 'RUNNING');
};
