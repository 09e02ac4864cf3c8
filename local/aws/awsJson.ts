import { JsonCodec } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from './awsError.ts';
import { inputErrors } from './inputErrors.ts';
import type { Protocol } from './protocol.ts';
import { partsOf, requireMembers } from './schemas.ts';
import type { WireResponse } from './wire.ts';

/** The protocol of Step Functions (1.0) and others: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
export const awsJson = (version: '1.0' | '1.1'): Protocol => ({
  kind: 'json',
  actionOf: ({ headers }) => headers['x-amz-target']?.split('.')[1],
  decode: async (schema, { body }) => {
    const structure = NormalizedSchema.of(schema[4]);
    refuseUnknown(structure, parseJson(body));
    const input = await codec.createDeserializer().read(structure, body);
    requireMembers(structure, input, inputErrors.json);
    return input;
  },
  encode: (schema, output, requestId) => {
    const serializer = codec.createSerializer();
    serializer.write(NormalizedSchema.of(schema[5]), Object(output));
    return jsonResponse(200, serializer.flush(), requestId, version);
  },
  encodeError: (error, requestId) => {
    const body = JSON.stringify({ __type: error.name, message: error.message });
    const response = jsonResponse(error.statusCode, body, requestId, version);
    return { ...response, headers: { ...response.headers, 'x-amzn-errortype': error.name } };
  },
});

// Timestamps are numbers: seconds since 1970.
const codec = new JsonCodec({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });

const jsonResponse = (
  statusCode: number,
  body: string,
  requestId: string,
  version: string,
): WireResponse => ({
  statusCode,
  headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-requestid': requestId },
  body,
});

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new AwsError('SerializationException', `The request is not JSON: ${String(cause)}`);
  }
};

const refuseUnknown = (
  schema: NormalizedSchema,
  value: unknown,
  path: readonly string[] = [],
): void => {
  const parts = partsOf(schema, value);
  if (schema.isStructSchema()) {
    const known = new Set(parts.map(([name]) => name));
    const unknown = Object.keys(Object(value)).find((name) => !known.has(name));
    if (unknown) throw inputErrors.json.unknown([...path, unknown].join('.'));
  }
  for (const [name, inner, part] of parts) refuseUnknown(inner, part, [...path, name]);
};
