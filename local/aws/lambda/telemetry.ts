import { randomUUID } from 'node:crypto';
import { regionalArn } from '../arn.ts';
import type { Attempt } from '../losses.ts';
import type { Actor } from '../service.ts';
import { trace } from '../xray.ts';
import type { FunctionDefinition } from './lambda.ts';

/** One account and Region's log groups, and what writes to them. */
export type TelemetryOptions = { accountId: string; region: string; attempt: Attempt };

/**
 * What Lambda does under a function's role with each invocation: it writes the log and the trace. The log
 * itself goes to whoever runs the functions; here it is about whether it would arrive.
 */
export const createTelemetry = ({ accountId, region, attempt }: TelemetryOptions) => {
  const logGroups = new Set<string>();
  const streamArn = (logGroup: string, stream: string) =>
    regionalArn('logs', { accountId, region }, `log-group:${logGroup}:log-stream:${stream}`);

  const writeLog = async (actor: Actor, { name, logGroup }: FunctionDefinition) => {
    const may = (action: string, stream: string) =>
      attempt(actor, { action, resource: streamArn(logGroup, stream) }, { name, what: 'logs' });
    // CloudWatch Logs asks for a log group that is to be made as for a stream without a name.
    if (!logGroups.has(logGroup) && !(await may('logs:CreateLogGroup', ''))) return;
    logGroups.add(logGroup);
    const stream = streamName();
    if (await may('logs:CreateLogStream', stream)) await may('logs:PutLogEvents', stream);
  };

  return {
    createLogGroup: (name: string) => logGroups.add(name),
    /** Writes what there is to tell of an invocation. */
    write: async (actor: Actor, definition: FunctionDefinition): Promise<void> => {
      await writeLog(actor, definition);
      if (definition.traced) await trace(attempt, actor, definition.name, traceActions);
    },
  };
};

/** https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html */
const traceActions = ['PutTraceSegments', 'PutTelemetryRecords'];

/** As Lambda names them, but each invocation has a sandbox of its own here. */
const streamName = () =>
  `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
