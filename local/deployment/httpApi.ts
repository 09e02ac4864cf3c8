import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { regionalArn } from '../aws/arn.ts';
import type { Lambda } from '../aws/lambda/lambda.ts';
import type { Providers } from './deploy.ts';

/** A request as a client sends it. */
export type HttpRequest = {
  method: string;
  /** With the query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
};

/** What the client gets. */
export type HttpAnswer = { status: number; headers: Record<string, string>; body: string };

const Integration = z.looseObject({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
});
const Route = z.looseObject({
  ApiId: z.string(),
  RouteKey: z.string().regex(/^(GET|POST|PUT|PATCH|DELETE) \//),
  Target: z.string().startsWith('integrations/'),
  AuthorizationType: z.string(),
});
const Api = z.looseObject({ ProtocolType: z.literal('HTTP') });
const Stage = z.looseObject({ StageName: z.literal('$default') });

const LambdaAnswer = z.object({
  statusCode: z.int(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
  isBase64Encoded: z.literal(false).default(false),
});

type RouteTarget = { key: string; pattern: RegExp; apiId: string; functionArn: string };

/** Where API Gateway is, and the Lambda whose functions it invokes. */
export type HttpApiOptions = {
  accountId: string;
  region: string;
  lambda: Pick<Lambda, 'invoke'>;
};

const patternOf = (key: string) => {
  const [method, path = ''] = key.split(' ');
  return new RegExp(`^${method} ${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
};

const json = (status: number, message: string): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
});

const payloadOf = (
  { key }: RouteTarget,
  { method, headers, body }: HttpRequest,
  url: URL,
  pathParameters: Record<string, string>,
) => ({
  version: '2.0',
  routeKey: key,
  rawPath: url.pathname,
  rawQueryString: url.search.slice(1),
  headers,
  // As API Gateway does: several values of one name are joined by commas.
  queryStringParameters: Object.fromEntries(
    [...url.searchParams.keys()].map((name) => [name, url.searchParams.getAll(name).join(',')]),
  ),
  pathParameters,
  requestContext: {
    http: { method, path: url.pathname },
    requestId: randomUUID(),
    stage: '$default',
  },
  ...(body !== '' && { body }),
  isBase64Encoded: false,
});

const decoded = (groups: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]),
  );

/** Makes a template's HTTP API. Its routes are added to those that are given. */
const httpApiProviders = (routes: RouteTarget[]): Providers => {
  const integrations = new Map<string, string>();
  return {
    'AWS::ApiGatewayV2::Api': (logicalId, properties) => {
      Api.parse(properties);
      return { ref: logicalId.toLowerCase(), attributes: { ApiEndpoint: 'http://127.0.0.1' } };
    },
    'AWS::ApiGatewayV2::Stage': (_, properties) => ({
      ref: Stage.parse(properties).StageName,
      attributes: {},
    }),
    'AWS::ApiGatewayV2::Integration': (logicalId, properties) => {
      integrations.set(logicalId, Integration.parse(properties).IntegrationUri);
      return { ref: logicalId, attributes: {} };
    },
    'AWS::ApiGatewayV2::Route': (logicalId, properties) => {
      const { RouteKey: key, ApiId: apiId, Target } = Route.parse(properties);
      const functionArn = integrations.get(Target.replace('integrations/', '')) ?? '';
      routes.push({ key, pattern: patternOf(key), apiId, functionArn });
      return { ref: logicalId, attributes: {} };
    },
  };
};

/** API Gateway in its own name: a function's permission is about the API, the stage, the method and the path. */
const actorFor = ({ apiId, key }: RouteTarget, place: HttpApiOptions) => ({
  servicePrincipal: 'apigateway.amazonaws.com',
  sourceArn: regionalArn('execute-api', place, `${apiId}/$default/${key.replace(' ', '')}`),
});

/**
 * API Gateway's HTTP API (payload format 2.0) in front of Lambda functions. Signatures are not checked
 * here: whoever reaches it may call it, so it is served on the loopback interface only.
 */
export const createHttpApi = (options: HttpApiOptions) => {
  const routes: RouteTarget[] = [];
  const answer = async (request: HttpRequest): Promise<HttpAnswer> => {
    const url = new URL(request.path, 'http://127.0.0.1');
    const called = `${request.method} ${url.pathname}`;
    const route = routes.find(({ pattern }) => pattern.test(called));
    if (!route) return json(404, 'Not Found');
    try {
      const parameters = decoded(called.match(route.pattern)?.groups);
      const payload = payloadOf(route, request, url, parameters);
      const actor = actorFor(route, options);
      const result = await options.lambda.invoke(actor, route.functionArn, payload);
      const { statusCode: status, headers, body } = LambdaAnswer.parse(result);
      return { status, headers, body };
    } catch {
      return json(500, 'Internal Server Error');
    }
  };
  return { providers: httpApiProviders(routes), answer };
};
export type HttpApi = ReturnType<typeof createHttpApi>;

const requestOf = async (incoming: IncomingMessage): Promise<HttpRequest> => ({
  method: incoming.method ?? 'GET',
  path: incoming.url ?? '/',
  headers: Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(',')]),
  ),
  body: await text(incoming),
});

/** Serves the API on the loopback interface. */
export const serveHttpApi = async ({ answer }: HttpApi, port: number) => {
  const server = createServer((incoming, outgoing) => {
    const send = ({ status, headers, body }: HttpAnswer) =>
      outgoing.writeHead(status, headers).end(body);
    requestOf(incoming)
      .then(answer)
      .then(send, () => send(json(500, 'Internal Server Error')));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${actual}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
