import * as lambdaSdk from '@aws-sdk/client-lambda';
import type { LocalService } from '../answer.ts';
import { AwsError } from '../awsError.ts';
import type { Protocol } from '../protocol.ts';
import type { Operation } from '../service.ts';
import { InvocationRefused } from './invocationRefused.ts';
import type { Lambda } from './lambda.ts';

const path = /^\/2015-03-31\/functions\/([^/]+)\/invocations/;

/** The function that a request names, and the event for it. */
type Invocation = { FunctionName: string; Payload: string };

/** What a function answers, or how it failed. */
type Outcome = { payload: string; failed: boolean };

/**
 * Lambda's Invoke on the wire: the name is in the path, the event is the body. It is the only operation of
 * a REST protocol here, so the rest of that protocol is not played.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
const protocol: Protocol = {
  kind: 'json',
  actionOf: (request) => (path.test(request.path) ? 'Invoke' : undefined),
  decode: async (_, { path: asked, body }): Promise<Invocation> => ({
    FunctionName: decodeURIComponent(path.exec(asked)?.[1] ?? ''),
    Payload: body || '{}',
  }),
  encode: (_, output, requestId) => {
    const { payload, failed }: Outcome = { payload: '', failed: false, ...Object(output) };
    return {
      statusCode: 200,
      headers: {
        'content-type': 'application/json',
        'x-amzn-requestid': requestId,
        ...(failed && { 'x-amz-function-error': 'Unhandled' }),
      },
      body: payload,
    };
  },
  encodeError: ({ name, message, statusCode }, requestId) => ({
    statusCode,
    headers: {
      'content-type': 'application/json',
      'x-amzn-errortype': name,
      'x-amzn-requestid': requestId,
    },
    body: JSON.stringify({ message }),
  }),
};

const failureOf = (error: unknown): Outcome => {
  if (error instanceof InvocationRefused) {
    const isMissing = error.name === 'Lambda.ResourceNotFoundException';
    const code = isMissing ? 'ResourceNotFoundException' : 'AccessDeniedException';
    throw new AwsError(code, error.message, isMissing ? 404 : 403);
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const payload = JSON.stringify({ errorType: name, errorMessage: message });
  return { payload, failed: true };
};

/** Lambda as a service that functions can call themselves: Invoke, which waits for the answer. */
export const lambdaService = (
  lambda: Lambda,
  { accountId, region }: { accountId: string; region: string },
): LocalService => {
  const arnOf = (name: string) =>
    name.startsWith('arn:') ? name : `arn:aws:lambda:${region}:${accountId}:function:${name}`;
  const invoke: Operation<Invocation, Outcome> = {
    mutating: false,
    // Lambda itself asks whether the caller may, by the function's policy too.
    checks: () => [],
    run: ({ FunctionName, Payload }, call) =>
      lambda
        .invoke(call, arnOf(FunctionName), JSON.parse(Payload))
        .then((result) => ({ payload: JSON.stringify(result), failed: false }), failureOf),
  };
  return { signingName: 'lambda', protocol, sdk: lambdaSdk, operations: { Invoke: invoke } };
};
