import { HttpResponse } from '@smithy/core/transport';
import type { HttpRequest } from '@smithy/types';
import type { WireRequest, WireResponse } from './wire.ts';

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
  handle: async ({ method, path, headers, body }) => {
    const { statusCode, ...response } = await answer({
      method,
      path,
      headers: lowerCased(headers),
      body: typeof body === 'string' ? body : new TextDecoder().decode(body),
    });
    return {
      response: new HttpResponse({
        statusCode,
        headers: response.headers,
        body: Buffer.from(response.body),
      }),
    };
  },
  updateHttpClientConfig: () => {},
  httpHandlerConfigs: () => ({}),
});

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
