import {
  DescribeRuleCommand,
  type EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  PutRuleCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { until } from './until.ts';

const Pattern = z.looseObject({ source: z.array(z.string()) });
const Event = z.object({ 'detail-type': z.string(), detail: z.unknown() });

/** The one rule of an event bus, as it is deployed. */
export const ruleOn = async (events: EventBridgeClient, EventBusName: string) => {
  const { Rules: rules = [] } = await events.send(new ListRulesCommand({ EventBusName }));
  const [rule] = rules;
  if (rules.length !== 1 || !rule?.Name) {
    throw new Error(`${EventBusName} has ${rules.length} rules; expected just Sightline's`);
  }
  const name = rule.Name;
  const { EventPattern = '' } = await events.send(
    new DescribeRuleCommand({ Name: name, EventBusName }),
  );
  return { name, bus: EventBusName, pattern: EventPattern };
};
export type Rule = Awaited<ReturnType<typeof ruleOn>>;

/** Whether EventBridge says that a pattern matches an event. */
export const matches = async (
  events: EventBridgeClient,
  { pattern }: Rule,
  event: object,
): Promise<boolean> => {
  const { Result } = await events.send(
    new TestEventPatternCommand({ EventPattern: pattern, Event: JSON.stringify(event) }),
  );
  return Result === true;
};

/** Lets a rule take events of one more source; its targets stay. */
export const alsoFrom = async (
  events: EventBridgeClient,
  { name, bus, pattern }: Rule,
  source: string,
): Promise<void> => {
  const parsed = Pattern.parse(JSON.parse(pattern));
  const wider = { ...parsed, source: [...parsed.source, source] };
  await events.send(
    new PutRuleCommand({ Name: name, EventBusName: bus, EventPattern: JSON.stringify(wider) }),
  );
};

/** Puts an event on a bus. Answers the error's code where EventBridge does not take it. */
export const put = async (
  events: EventBridgeClient,
  bus: string,
  source: string,
  event: object,
): Promise<string | undefined> => {
  const { detail, 'detail-type': DetailType } = Event.parse(event);
  const entry = { EventBusName: bus, Source: source, DetailType, Detail: JSON.stringify(detail) };
  const { Entries: [result] = [] } = await events.send(new PutEventsCommand({ Entries: [entry] }));
  return result?.ErrorCode;
};

/** The executions of an account's onboardings, by the names that Sightline gives them. */
export const executionsOf = async (
  client: SFNClient,
  stateMachineArn: string,
  accountId: string,
): Promise<string[]> => {
  const found: string[] = [];
  for await (const page of paginateListExecutions({ client }, { stateMachineArn })) {
    for (const { name = '', executionArn = '' } of page.executions ?? []) {
      if (name.startsWith(`${accountId}_`)) found.push(executionArn);
    }
  }
  return found;
};

/** An execution once it has ended. */
export const ended = (client: SFNClient, executionArn: string): Promise<DescribeExecutionOutput> =>
  until(`${executionArn} has ended`, 60, async () => {
    const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status === 'RUNNING' ? undefined : execution;
  });
