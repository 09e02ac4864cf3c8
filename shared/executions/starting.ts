import {
  type DescribeExecutionOutput,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { HttpProblem, type HttpResponse } from '../http.ts';
import {
  describeExecution,
  executionArnOf,
  keyedName,
  listExecutions,
  numberIn,
  type Startable,
} from './executions.ts';

/** An execution to be started: of which machine, how names of its kind begin, and its input as JSON. */
export type Start = { of: Startable; prefix: string; input: string };

/** 202: it runs, or has run, under this id. */
export const accepted = (of: Startable, id: string, status: string): HttpResponse => ({
  status: 202,
  body: { id, executionArn: executionArnOf(id, of), status },
  headers: { location: `${of.path}/${id}` },
});

/** Starts the execution; false where there was another of this name, with other input or closed. */
const startNamed = async (client: SFNClient, { of, input }: Start, name: string) => {
  const { stateMachineArn } = of;
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionAlreadyExists') return false;
    throw error;
  }
};

/** The answer to a key that was used before: the same execution, however it has ended meanwhile. */
const answerUsedKey = ({ of, input }: Start, earlier: DescribeExecutionOutput) => {
  const { name = '', status = 'RUNNING' } = earlier;
  if (earlier.input === input) return accepted(of, name, status);
  const detail = `The Idempotency-Key was used for ${of.noun} ${name}, with another request.`;
  throw new HttpProblem(409, 'The Idempotency-Key is taken', detail, { earlier: name });
};

/** The answer of the execution that a caller's key has started before; 409 where that was for another request. */
export const findKeyed = async (client: SFNClient, start: Start, key: string) => {
  const earlier = await describeExecution(client, keyedName(start.prefix, key), start.of);
  return earlier && answerUsedKey(start, earlier);
};

/** Starts the one execution that a caller's key stands for. */
export const startKeyed = async (
  client: SFNClient,
  start: Start,
  key: string,
): Promise<HttpResponse> => {
  const name = keyedName(start.prefix, key);
  const running = accepted(start.of, name, 'RUNNING');
  if (await startNamed(client, start, name)) return running;
  return (await findKeyed(client, start, key)) ?? running;
};

/** The number of the newest execution with this prefix; 0 where there is none. */
const findLastNumber = async (client: SFNClient, { of, prefix }: Start) => {
  for await (const { name } of listExecutions(client, undefined, of)) {
    const number = numberIn(name, prefix);
    if (number !== undefined) return number;
  }
  return 0;
};

/**
 * Starts the execution after the last one. Equal requests at the same moment find the same number, and
 * to StartExecution the same name and input are the same execution. A list that is not up to date leads
 * to a number that is taken, and so to the next; `refuse` is for one that runs with another input.
 */
export const startNext = async (
  client: SFNClient,
  start: Start,
  refuse: (running: string) => never,
): Promise<HttpResponse> => {
  let number = (await findLastNumber(client, start)) + 1;
  for (;;) {
    const name = `${start.prefix}${number}`;
    if (await startNamed(client, start, name)) return accepted(start.of, name, 'RUNNING');
    const earlier = await describeExecution(client, name, start.of);
    if (earlier?.status === 'RUNNING' && earlier.input !== start.input) return refuse(name);
    if (earlier?.status === 'RUNNING') return accepted(start.of, name, 'RUNNING');
    number += 1;
  }
};
