import {
  type HistoryEvent,
  paginateGetExecutionHistory,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { sfn } from '../shared/clients.ts';
import { diagramOf } from '../shared/diagram.ts';
import { describeExecution } from '../shared/executions.ts';
import { HttpProblem, type HttpResponse, route } from '../shared/http.ts';
import { failureOf, redrivability, reportOf, stepStatuses } from '../shared/status.ts';
import { stepsOf } from '../shared/steps.ts';

const readHistory = async (client: SFNClient, executionArn: string) => {
  const events: HistoryEvent[] = [];
  const pages = paginateGetExecutionHistory({ client, pageSize: 1000 }, { executionArn });
  for await (const page of pages) events.push(...(page.events ?? []));
  return events;
};

/** How far an onboarding is, its report when it is ready, and why it failed. Answers 404 for no id. */
export const getOnboarding = async (client: SFNClient, id: string): Promise<HttpResponse> => {
  const execution = await describeExecution(client, id);
  if (!execution) throw new HttpProblem(404, 'There is no such onboarding', `No onboarding ${id}.`);
  const { executionArn = '', status, startDate, stopDate, input = '{}' } = execution;
  const failure = failureOf(execution);
  const report = reportOf(execution);
  return {
    status: 200,
    body: {
      id,
      executionArn,
      status,
      startedAt: startDate,
      ...(stopDate && { endedAt: stopDate }),
      request: JSON.parse(input),
      steps: stepStatuses(stepsOf(await readHistory(client, executionArn)), new Date()),
      ...(report && { report, diagram: diagramOf(report) }),
      ...(failure && { failure: { ...failure, ...redrivability(execution) } }),
    },
  };
};

export const handler = route(({ path }) => getOnboarding(sfn(), path['id'] ?? ''));
