import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { LocalAws } from './localAws.ts';
import { isToS3, type WireRequest, type WireResponse } from './wire.ts';

/** A local AWS that listens. */
export type LocalServer = {
  /** What clients take as endpoint, for instance as AWS_ENDPOINT_URL. */
  url: string;
  close: () => Promise<void>;
};

/**
 * Serves a local AWS over HTTP. It has no passwords, so it listens on the loopback interface only.
 * Besides AWS's APIs it answers:
 * - GET /_local/health
 * - GET /_local/calls?since=INDEX: the call log from a position on
 * - GET /_local/credentials?role=ARN&session=NAME: a role's credentials, as a container gets them. A program
 *   runs under a role with AWS_CONTAINER_CREDENTIALS_FULL_URI set to this address.
 */
export const serve = async (
  aws: LocalAws,
  { port, host = '127.0.0.1' }: { port: number; host?: string },
): Promise<LocalServer> => {
  if (!loopback.includes(host)) throw new Error(`${host} is not a loopback address`);
  const server = createServer((request, response) => {
    respond(aws, request).then(
      (answer) => send(response, answer),
      (error: unknown) => send(response, json(500, { message: String(error) })),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${portOf(server.address())}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
};

const loopback = ['127.0.0.1', '::1', 'localhost'];

/** EC2 and IAM take requests of some kilobytes, Step Functions 256 KiB of input; S3 takes objects. */
const mebibyte = 1024 * 1024;
const maxBodyBytesOf = ({ headers }: IncomingMessage): number =>
  isToS3(headers) ? 16 * mebibyte : mebibyte;

const portOf = (address: ReturnType<ReturnType<typeof createServer>['address']>): number => {
  if (typeof address === 'object' && address) return address.port;
  throw new Error('the server listens on no port');
};

const respond = async (aws: LocalAws, request: IncomingMessage): Promise<WireResponse> => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname.startsWith('/_local/')) return about(aws, url);
  const maxBytes = maxBodyBytesOf(request);
  const body = await bodyOf(request, maxBytes);
  return body === undefined
    ? json(413, { message: `The request is larger than ${maxBytes} bytes` })
    : aws.handle(wireRequest(request, body));
};

const about = (aws: LocalAws, { pathname, searchParams }: URL): WireResponse => {
  if (pathname === '/_local/health') return json(200, { status: 'ok' });
  if (pathname === '/_local/calls') {
    return json(200, aws.calls.since(Number(searchParams.get('since') ?? 0)));
  }
  if (pathname === '/_local/credentials') {
    return containerCredentials(aws, searchParams.get('role') ?? '', searchParams.get('session'));
  }
  return json(404, { message: `the local AWS does not know ${pathname}` });
};

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
const containerCredentials = (
  aws: LocalAws,
  roleArn: string,
  sessionName: string | null,
): WireResponse => {
  try {
    const session = aws.credentialsFor(roleArn, sessionName ?? 'local');
    return json(200, {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      Token: session.sessionToken,
      Expiration: session.expiration.toISOString(),
    });
  } catch (error) {
    return json(404, { message: String(error) });
  }
};

/** The body as text; undefined when it is too large, and then it is not read to its end. */
const bodyOf = async (request: IncomingMessage, maxBytes: number): Promise<string | undefined> => {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > maxBytes) return undefined;
  }
  return Buffer.concat(chunks).toString();
};

const wireRequest = (request: IncomingMessage, body: string): WireRequest => ({
  method: request.method ?? 'GET',
  path: request.url ?? '/',
  headers: Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  ),
  body,
});

const json = (statusCode: number, body: unknown): WireResponse => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const send = (response: ServerResponse, { statusCode, headers, body }: WireResponse): void => {
  response.writeHead(statusCode, headers).end(body);
};
