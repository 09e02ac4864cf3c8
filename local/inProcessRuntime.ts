import { AsyncLocalStorage } from 'node:async_hooks';
import { transport } from '../shared/clients.ts';
import type { Session } from './aws/credentials.ts';
import { inProcessHandler } from './aws/inProcessHandler.ts';
import type { LambdaRuntime } from './aws/lambda/lambda.ts';
import type { LocalAws } from './aws/localAws.ts';
import type { WireRequest } from './aws/wire.ts';

type Handler = (event: unknown, context: { functionName: string }) => Promise<unknown>;

/** The access key that every function has in its environment here; it stands for the function's role. */
export const functionKey = 'AKIAFUNCTIONROLE0000';

/** The module and the export of a function, as `functions/preflight.handler` names them. */
const load = async (handler: string): Promise<Handler> => {
  const [path = '', name = ''] = handler.split('.');
  const module: Record<string, Handler> = await import(`../${path}.ts`);
  const found = module[name];
  if (!found) throw new Error(`${handler} does not exist`);
  return found;
};

/**
 * Runs the functions' TypeScript in this process, several at a time, with no socket between them and the
 * local AWS: fast, and on the clock of whoever drives this process. All functions share one environment,
 * so the caller sets `AWS_ACCESS_KEY_ID` to `functionKey`; whose call it is, is told by the invocation in
 * which it is made.
 */
export const createInProcessRuntime = (aws: LocalAws): LambdaRuntime => {
  /** Each invocation has one session of the function's role, however many calls it makes. */
  const invocation = new AsyncLocalStorage<Session>();
  const asFunctionRole = (request: WireRequest): WireRequest => {
    const session = invocation.getStore();
    const authorization = request.headers['authorization'] ?? '';
    if (!session || !authorization.includes(functionKey)) return request;
    return {
      ...request,
      headers: {
        ...request.headers,
        authorization: authorization.replace(functionKey, session.accessKeyId),
        'x-amz-security-token': session.sessionToken,
      },
    };
  };
  transport.requestHandler = inProcessHandler((request) => aws.handle(asFunctionRole(request)));
  return {
    invoke: async (definition, event) => {
      const handler = await load(definition.handler);
      const copy: unknown = JSON.parse(JSON.stringify(event));
      const session = aws.credentialsFor(definition.roleArn, definition.name);
      const result = await invocation.run(session, () =>
        handler(copy, { functionName: definition.name }),
      );
      return JSON.parse(JSON.stringify(result));
    },
  };
};
