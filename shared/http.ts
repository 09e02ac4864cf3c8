import * as z from 'zod/mini';
import type { Problem } from './errors.ts';
import { log } from './log.ts';
import { parse } from './zod.ts';

/** A request in payload format 2.0 of API Gateway's HTTP APIs, as far as it is looked at. */
const HttpEvent = z.object({
  headers: z._default(z.record(z.string(), z.string()), {}),
  queryStringParameters: z._default(z.record(z.string(), z.string()), {}),
  pathParameters: z._default(z.record(z.string(), z.string()), {}),
  body: z.optional(z.string()),
  isBase64Encoded: z._default(z.boolean(), false),
});

/** What a route gets of a request; names of headers are in lower case. */
export type HttpRequest = {
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  path: Readonly<Record<string, string>>;
  body: string;
};

/** What a route answers. */
export type HttpResponse = { status: number; body: unknown; headers?: Record<string, string> };

/**
 * An answer that is not a success, told as RFC 9457 says. `problems` names every wrong field,
 * `more` are further members of the problem document.
 */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly title: string;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    title: string,
    detail: string,
    more: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.status = status;
    this.title = title;
    this.more = more;
  }
}

/** 400: the request itself is wrong; `problems` has each field with what was expected of it. */
export const badRequest = (wrong: readonly Problem[]): HttpProblem => {
  const problems = wrong.map(({ path, message }) => ({ path: path || 'body', message }));
  const detail = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new HttpProblem(400, 'The request is wrong', detail, { problems });
};

/** Larger than any single request has to be; API Gateway itself would take 10 MB. */
const maxRequestBytes = 32 * 1024;

const bodyOf = (
  { body = '', isBase64Encoded }: z.output<typeof HttpEvent>,
  maxBodyBytes: number,
) => {
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
  if (Buffer.byteLength(text) <= maxBodyBytes) return text;
  const detail = `The body is larger than ${maxBodyBytes} bytes.`;
  throw new HttpProblem(413, 'The body is too large', detail);
};

/** The body as JSON. Throws a 400 for what is none. */
export const jsonIn = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    throw badRequest([{ path: '', message: 'expected JSON' }]);
  }
};

const toLambda = ({ status, body, headers }: HttpResponse, type = 'application/json') => ({
  statusCode: status,
  headers: { 'content-type': type, 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});

const asProblem = (error: unknown): HttpProblem => {
  if (error instanceof HttpProblem) return error;
  // The caller gets an answer in any case, so this is the one place that sees what went wrong.
  log().error('the request failed', error instanceof Error ? error : new Error(String(error)));
  const busy = error instanceof Error && /Throttl|TooManyRequests|LimitExceeded/.test(error.name);
  return busy
    ? new HttpProblem(503, 'AWS is busy', 'AWS throttles the calls. Try again in some seconds.')
    : new HttpProblem(500, 'Sightline failed', 'The log of the function tells why.');
};

/**
 * Makes a Lambda handler of a route. A thrown `HttpProblem` is the answer; any other error is logged and
 * answered as 500, or 503 where AWS throttles.
 *
 * @example export const handler = route(({ path }) => getOnboarding(sfn(), path['id'] ?? ''));
 */
export const route =
  (
    answer: (request: HttpRequest) => Promise<HttpResponse>,
    { maxBodyBytes }: { maxBodyBytes: number } = { maxBodyBytes: maxRequestBytes },
  ) =>
  async (event: unknown): Promise<ReturnType<typeof toLambda>> => {
    try {
      const parsed = parse(HttpEvent, event);
      const { headers, queryStringParameters: query, pathParameters: path } = parsed;
      return toLambda(await answer({ headers, query, path, body: bodyOf(parsed, maxBodyBytes) }));
    } catch (error) {
      const { status, title, message: detail, more } = asProblem(error);
      const body = { type: 'about:blank', title, status, detail, ...more };
      const headers = status === 503 ? { 'retry-after': '5' } : {};
      return toLambda({ status, body, headers }, 'application/problem+json');
    }
  };
