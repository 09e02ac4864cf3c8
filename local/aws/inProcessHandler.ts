import { Readable } from 'node:stream';
import { buildQueryString } from '@smithy/core/protocols';
import { HttpResponse } from '@smithy/core/transport';
import type { HttpRequest } from '@smithy/types';
import { isToS3, type WireRequest, type WireResponse } from './wire.ts';

/** What an SDK client takes as its `requestHandler`. */
export type InProcessHandler = {
  handle: (request: HttpRequest) => Promise<{ response: HttpResponse }>;
  updateHttpClientConfig: () => void;
  httpHandlerConfigs: () => object;
};

/** Calls a function where an SDK client would open a connection. */
export const inProcessHandler = (
  answer: (request: WireRequest) => Promise<WireResponse>,
): InProcessHandler => ({
  handle: async ({ method, path, query, headers, body }) => {
    const { statusCode, ...response } = await answer({
      method,
      path: withQuery(path, query),
      headers: lowerCased(headers),
      body: typeof body === 'string' ? body : new TextDecoder().decode(body),
    });
    const content = Buffer.from(response.body);
    return {
      response: new HttpResponse({
        statusCode,
        headers: response.headers,
        body: isToS3(headers) ? Readable.from([content]) : content,
      }),
    };
  },
  updateHttpClientConfig: () => {},
  httpHandlerConfigs: () => ({}),
});

const withQuery = (path: string, query: HttpRequest['query'] = {}): string => {
  const text = buildQueryString(query);
  return text ? `${path}?${text}` : path;
};

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
