#!/usr/bin/env node
// Lambda's Node.js runtime, in the place of the emulator's own, as
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html has it.
const { join } = require('node:path');

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER, AWS_LAMBDA_FUNCTION_NAME } =
  process.env;

// The function's calls tell in their user agent which function they are of.
process.env.AWS_SDK_UA_APP_ID = `${AWS_LAMBDA_FUNCTION_NAME}.`;

const api = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
const dot = _HANDLER.lastIndexOf('.');
const { [_HANDLER.slice(dot + 1)]: handler } = require(
  join(LAMBDA_TASK_ROOT, _HANDLER.slice(0, dot)),
);

const answer = (requestId, kind, body) =>
  fetch(`${api}/${requestId}/${kind}`, { method: 'POST', body: JSON.stringify(body ?? null) });

const contextOf = (headers) => ({
  awsRequestId: headers.get('lambda-runtime-aws-request-id'),
  functionName: AWS_LAMBDA_FUNCTION_NAME,
  invokedFunctionArn: headers.get('lambda-runtime-invoked-function-arn'),
  getRemainingTimeInMillis: () => headers.get('lambda-runtime-deadline-ms') - Date.now(),
});

/** What an HTTP request does not have, AWS leaves out; the emulator says null. */
const asOnAws = (event) =>
  event.version === '2.0'
    ? Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null))
    : event;

const serveNext = async () => {
  const next = await fetch(`${api}/next`);
  const context = contextOf(next.headers);
  try {
    const event = asOnAws(await next.json());
    await answer(context.awsRequestId, 'response', await handler(event, context));
  } catch (error) {
    const { name: errorType, message: errorMessage, stack = '' } = error;
    await answer(context.awsRequestId, 'error', {
      ...{ errorType, errorMessage },
      trace: stack.split('\n'),
    });
  }
};

const serve = async () => {
  for (;;) await serveNext();
};

serve().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
