import { RedriveExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { sfn } from '../shared/clients.ts';
import { describeExecution, executionArnOf } from '../shared/executions.ts';
import { HttpProblem, type HttpResponse, route } from '../shared/http.ts';

const refuse = (id: string, error: unknown): never => {
  if (!(error instanceof Error)) throw error;
  if (error.name === 'ExecutionDoesNotExist') {
    throw new HttpProblem(404, 'There is no such onboarding', `No onboarding ${id}.`);
  }
  if (error.name === 'ExecutionNotRedrivable') {
    throw new HttpProblem(409, 'The onboarding cannot be redriven', error.message);
  }
  throw error;
};

/** Goes on from the failed step. Answers 404 for no id, 409 with the reason where AWS refuses. */
export const redriveOnboarding = async (client: SFNClient, id: string): Promise<HttpResponse> => {
  if (!(await describeExecution(client, id))) {
    throw new HttpProblem(404, 'There is no such onboarding', `No onboarding ${id}.`);
  }
  const executionArn = executionArnOf(id);
  try {
    await client.send(new RedriveExecutionCommand({ executionArn }));
  } catch (error) {
    refuse(id, error);
  }
  const headers = { location: `/onboardings/${id}` };
  return { status: 202, body: { id, executionArn, status: 'RUNNING' }, headers };
};

export const handler = route(({ path }) => redriveOnboarding(sfn(), path['id'] ?? ''));
