import {
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { createLocalAws, type LocalAws } from '../../local/aws/localAws.ts';
import { type LocalServer, serve } from '../../local/aws/server.ts';
import type { WireRequest, WireResponse } from '../../local/aws/wire.ts';
import type { World } from '../../local/world.ts';
import type { Emulator, Place } from './emulator.ts';

/** The local AWS, where the emulator's functions find EC2, IAM, STS and Service Quotas. */
export type NetworkAws = LocalAws & LocalServer;

/** In every service's words, an answer to an access key that the local AWS has not issued. */
const isUnknownKey = ({ statusCode, body }: WireResponse) =>
  statusCode >= 400 && body.includes('The security token included in the request is invalid');

/** The function that a request is of, as it tells in its user agent: see bootstrap.cjs. */
const callerOf = ({ headers, method, path }: WireRequest) => {
  const [, name] = / app\/([\w-]+)\./.exec(headers['user-agent'] ?? '') ?? [];
  if (name) return name;
  throw new Error(`${method} ${path} is of no function: ${headers['user-agent']}`);
};

const signedAs = (
  request: WireRequest,
  { accessKeyId, sessionToken }: ReturnType<LocalAws['credentialsFor']>,
): WireRequest => ({
  ...request,
  headers: {
    ...request.headers,
    authorization: (request.headers['authorization'] ?? '').replace(
      /Credential=[^/]+/,
      `Credential=${accessKeyId}`,
    ),
    'x-amz-security-token': sessionToken,
  },
});

/** The roles of functions, as the emulator has them; each is asked for once. */
const createRoleReader = (emulatorOf: () => Emulator, hub: Place) => {
  const roles = new Map<string, Promise<GetFunctionConfigurationCommandOutput>>();
  return async (FunctionName: string) => {
    const client = new LambdaClient(emulatorOf().administratorOf(hub));
    const asked =
      roles.get(FunctionName) ?? client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    roles.set(FunctionName, asked);
    return (await asked).Role ?? '';
  };
};

/**
 * Serves a local AWS that takes a call of one of the emulator's functions as made under the function's
 * role: the emulator has given the function credentials of that role, which only the emulator knows.
 */
export const startLocalAws = async (
  world: World,
  hub: Place,
  emulatorOf: () => Emulator,
): Promise<NetworkAws> => {
  const aws = createLocalAws(world);
  const roleOf = createRoleReader(emulatorOf, hub);
  const sessions = new Map<string, ReturnType<LocalAws['credentialsFor']>>();
  const handle = async (request: WireRequest) => {
    const answer = await aws.handle(request);
    if (!isUnknownKey(answer)) return answer;
    const name = callerOf(request);
    const session = sessions.get(name) ?? aws.credentialsFor(await roleOf(name), name);
    sessions.set(name, session);
    return aws.handle(signedAs(request, session));
  };
  return { ...aws, ...(await serve({ ...aws, handle }, { port: 0 })) };
};
