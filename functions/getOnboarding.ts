import {
  type HistoryEvent,
  paginateGetExecutionHistory,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { sfn } from '../shared/clients.ts';
import { onboardings } from '../shared/executions/executions.ts';
import { failurePart, findExecution, headOf } from '../shared/executions/lookup.ts';
import { reportOf, stepStatuses } from '../shared/executions/status.ts';
import { stepsOf } from '../shared/executions/steps.ts';
import { type HttpResponse, route } from '../shared/http.ts';
import { diagramOf } from '../shared/picture/diagram.ts';

const readHistory = async (client: SFNClient, executionArn: string) => {
  const events: HistoryEvent[] = [];
  const pages = paginateGetExecutionHistory({ client, pageSize: 1000 }, { executionArn });
  for await (const page of pages) events.push(...(page.events ?? []));
  return events;
};

/** How far an onboarding is, its report when it is ready, and why it failed. Answers 404 for no id. */
export const getOnboarding = async (client: SFNClient, id: string): Promise<HttpResponse> => {
  const execution = await findExecution(client, onboardings(), id);
  const { executionArn = '', input = '{}' } = execution;
  const report = reportOf(execution);
  return {
    status: 200,
    body: {
      ...headOf(id, execution),
      request: JSON.parse(input),
      steps: stepStatuses(stepsOf(await readHistory(client, executionArn)), new Date()),
      ...(report && { report, diagram: diagramOf(report) }),
      ...failurePart(execution),
    },
  };
};

export const handler = route(({ path }) => getOnboarding(sfn(), path['id'] ?? ''));
