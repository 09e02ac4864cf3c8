import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { HttpRequest } from '@smithy/core/transport';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Checksum } from '@smithy/types';
import { Json, type JsonObject } from '../../local/json.ts';
import type { Emulator, Place } from './emulator.ts';

type Data = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (data: Data) => {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
};

/** SHA-256 as the signer takes it: with a secret it is an HMAC. */
class Sha256 implements Checksum {
  readonly #hash: Hash | Hmac;

  constructor(secret?: Data) {
    this.#hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: Data) {
    this.#hash.update(bytesOf(data));
  }

  async digest() {
    return this.#hash.digest();
  }

  reset() {
    throw new Error('a signer makes a new hash each time');
  }
}

/** What a route is called with. */
export type ApiRequest = {
  method: 'GET' | 'POST';
  path: string;
  query?: Record<string, string>;
  body?: object;
};

/** A route's answer. */
export type ApiAnswer = { status: number; body: JsonObject };

/** Sightline's HTTP API on the emulator. */
export type Api = {
  /** Calls a route, signed as an administrator of the API's account. */
  call: (request: ApiRequest) => Promise<ApiAnswer>;
  /** Calls a route as nobody. */
  callUnsigned: (request: ApiRequest) => Promise<ApiAnswer>;
};

const send = async ({ protocol, hostname, port, path, query, ...request }: HttpRequest) => {
  const url = new URL(`${protocol}//${hostname}:${port}${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  const response = await fetch(url, request);
  const text = await response.text();
  const parsed = Json.safeParse(JSON.parse(text));
  return { status: response.status, body: { ...(parsed.success && Object(parsed.data)) } };
};

/** The API with an id, which the emulator serves under a path of its own. */
export const apiOf = (emulator: Emulator, place: Place, apiId: string): Api => {
  const { endpoint, region, credentials } = emulator.administratorOf(place);
  const { protocol, hostname, port, host } = new URL(endpoint);
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  const requestOf = ({ method, path, query = {}, body }: ApiRequest) =>
    new HttpRequest({
      ...{ method, protocol, hostname, query },
      port: Number(port),
      path: `/_aws/execute-api/${apiId}${path}`,
      headers: { host, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  return {
    call: async (request) => send(new HttpRequest(await signer.sign(requestOf(request)))),
    callUnsigned: (request) => send(requestOf(request)),
  };
};
