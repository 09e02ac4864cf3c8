import { randomUUID } from 'node:crypto';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { parse } from '../zod.ts';
import { Verdict } from './verdict.ts';

const Failure = z.object({ errorType: z.string(), errorMessage: z.string() });

/**
 * Has Preflight say what an onboarding would do and what stands in its way, without starting one: it alone
 * may look into the accounts. Throws what Preflight throws, under its name.
 */
export const askForVerdict = async (
  client: LambdaClient,
  preflightFunction: string,
  request: object,
): Promise<Verdict> => {
  const { FunctionError: failed, Payload } = await client.send(
    new InvokeCommand({
      FunctionName: preflightFunction,
      Payload: JSON.stringify({ executionName: `plan-${randomUUID()}`, request, dryRun: true }),
    }),
  );
  const answer: unknown = JSON.parse(Payload?.transformToString() ?? '');
  if (!failed) return parse(Verdict, answer);
  const { errorType: name, errorMessage } = parse(Failure, answer);
  throw Object.assign(new Error(errorMessage), { name });
};
