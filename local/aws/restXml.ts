import { NormalizedSchema } from '@smithy/core/schema';
import type { StaticOperationSchema, StaticStructureSchema } from '@smithy/types';
import { parseText } from './formInput.ts';
import { inputErrors } from './inputErrors.ts';
import type { Protocol } from './protocol.ts';
import { membersOf, requireMembers, structure } from './schemas.ts';
import type { WireRequest, WireResponse } from './wire.ts';
import { envelope, text, xmlResponse } from './xmlOutput.ts';

/** What the method, the host and the path of a request say. */
export type RestAddress = {
  actionOf: (request: WireRequest) => string | undefined;
  /** The members of the input that are in the host or the path. */
  labelsOf: (request: WireRequest) => Readonly<Record<string, string>>;
};

/**
 * The protocol of S3: https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html
 * Where a member is (path, query, header, body), its schema says. Bodies are text here.
 */
export const restXml = (xmlNamespace: string, address: RestAddress): Protocol => ({
  kind: 'restXml',
  actionOf: address.actionOf,
  decode: async (schema, request) => {
    const input = NormalizedSchema.of(schema[4]);
    refuseUnknown(schema, input, request);
    const source = { request, query: queryOf(request.path), labels: address.labelsOf(request) };
    const members = [...input.structIterator()].flatMap(([name, member]) => {
      const value = readMember(name, member, source);
      return value === undefined ? [] : [[name, value]];
    });
    const values = Object.fromEntries(members);
    requireMembers(input, values, inputErrors.restXml);
    return values;
  },
  encode: (schema, output, requestId) => {
    const response = bodyOf(schema, output, xmlNamespace);
    const headers = { ...response.headers, ...headersOf(schema, output) };
    return { ...response, headers: { ...headers, 'x-amz-request-id': requestId } };
  },
  encodeError: ({ name, message, statusCode }, requestId) => {
    const value = { Code: name, Message: message, RequestId: requestId };
    return xmlResponse(statusCode, errorAnswer, value);
  },
});

const errorAnswer = envelope('Error', { Code: text, Message: text, RequestId: text });

type Source = {
  request: WireRequest;
  query: URLSearchParams;
  labels: Readonly<Record<string, string>>;
};

const queryOf = (path: string): URLSearchParams => new URL(path, 'http://localhost').searchParams;

const readMember = (name: string, member: NormalizedSchema, source: Source): unknown => {
  const { httpPayload, httpPrefixHeaders } = member.getMergedTraits();
  if (httpPayload) return source.request.body;
  if (httpPrefixHeaders) return prefixed(source.request, httpPrefixHeaders);
  const found = textOf(name, member, source);
  if (found === undefined) return undefined;
  const value = parseText(member, found);
  if (value === undefined) throw inputErrors.restXml.invalid(name, found);
  return value;
};

const textOf = (
  name: string,
  member: NormalizedSchema,
  { request, query, labels }: Source,
): string | undefined => {
  const { httpLabel, httpHeader, httpQuery } = member.getMergedTraits();
  if (httpLabel) return labels[name];
  if (httpHeader) return request.headers[httpHeader.toLowerCase()];
  return httpQuery ? (query.get(httpQuery) ?? undefined) : undefined;
};

const prefixed = ({ headers }: WireRequest, prefix: string): object | undefined => {
  const found = Object.entries(headers)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), value]);
  return found.length > 0 ? Object.fromEntries(found) : undefined;
};

/** Headers that are about the request itself. */
const ofTheRequest = ['date', 'content-sha256', 'security-token', 'user-agent'];

const refuseUnknown = (
  schema: StaticOperationSchema,
  input: NormalizedSchema,
  { path, headers }: WireRequest,
): void => {
  const members = [...input.structIterator()].map(([, member]) => member.getMergedTraits());
  const parameters = new Set([
    ...['x-id', ...queryOf(httpOf(schema).uri).keys()],
    ...members.map(({ httpQuery }) => httpQuery),
  ]);
  const known = new Set([
    ...ofTheRequest.map((name) => `x-amz-${name}`),
    ...members.map(({ httpHeader }) => httpHeader?.toLowerCase()),
  ]);
  const prefixes = members.flatMap(({ httpPrefixHeaders = [] }) => httpPrefixHeaders);
  const unknown = [
    ...[...queryOf(path).keys()].filter((name) => !parameters.has(name)),
    ...Object.keys(headers).filter(
      (name) =>
        name.startsWith('x-amz-') &&
        !known.has(name) &&
        !prefixes.some((prefix) => name.startsWith(prefix)),
    ),
  ];
  if (unknown[0] !== undefined) throw inputErrors.restXml.unknown(unknown[0]);
};

/** Method, path and status of an operation, which its schema carries as a trait. */
const httpOf = (schema: StaticOperationSchema): { uri: string; status: number } => {
  const [, uri = '/', status = 200] = NormalizedSchema.of(schema).getMergedTraits().http ?? [];
  return { uri, status };
};

const outputMembers = (schema: StaticOperationSchema) => {
  const output = NormalizedSchema.of(schema[5]);
  return output.isStructSchema() ? [...output.structIterator()] : [];
};

const headersOf = (schema: StaticOperationSchema, output: unknown): Record<string, string> =>
  Object.fromEntries(
    outputMembers(schema).flatMap(([name, member]) => {
      const { httpHeader } = member.getMergedTraits();
      const value: unknown = Reflect.get(Object(output), name);
      if (!httpHeader || value === undefined) return [];
      return [[httpHeader.toLowerCase(), value instanceof Date ? value.toUTCString() : `${value}`]];
    }),
  );

/** The root element has a name of its own: `ListBucketResult`. */
const answerOf = (schema: StaticOperationSchema): StaticStructureSchema => {
  const output = NormalizedSchema.of(schema[5]);
  const name = output.getMergedTraits().xmlName ?? output.getName() ?? '';
  return structure(name, membersOf(output));
};

const bodyOf = (
  schema: StaticOperationSchema,
  output: unknown,
  xmlNamespace: string,
): WireResponse => {
  const { status: statusCode } = httpOf(schema);
  const traits = outputMembers(schema).map(([name, member]) => ({
    name,
    ...member.getMergedTraits(),
  }));
  const payload = traits.find(({ httpPayload }) => httpPayload);
  if (payload) {
    return { statusCode, headers: {}, body: `${Reflect.get(Object(output), payload.name) ?? ''}` };
  }
  if (traits.every(({ httpHeader }) => httpHeader)) return { statusCode, headers: {}, body: '' };
  return xmlResponse(statusCode, answerOf(schema), Object(output), xmlNamespace);
};
