import { NormalizedSchema } from '@smithy/core/schema';
import type { StaticOperationSchema, StaticStructureSchema } from '@smithy/types';
import { formAction, readForm } from './formInput.ts';
import type { Protocol } from './protocol.ts';
import { membersOf, structure } from './schemas.ts';
import { envelope, text, xmlResponse } from './xmlOutput.ts';

/** The protocol of IAM and STS: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export const awsQuery = (xmlNamespace: string): Protocol => ({
  kind: 'query',
  actionOf: ({ body }) => formAction(body),
  decode: async (schema, { body }) => readForm(schema, body, 'query'),
  encode: (schema, output, requestId) => {
    const value = {
      [`${schema[2]}Result`]: Object(output),
      ResponseMetadata: { RequestId: requestId },
    };
    return xmlResponse(200, answerOf(schema), value, xmlNamespace);
  },
  encodeError: (error, requestId) =>
    xmlResponse(
      error.statusCode,
      errorAnswer,
      {
        Error: {
          Type: error.statusCode < 500 ? 'Sender' : 'Receiver',
          Code: error.name,
          Message: error.message,
        },
        RequestId: requestId,
      },
      xmlNamespace,
    ),
});

/** An operation without output has no result element. */
const answerOf = (schema: StaticOperationSchema): StaticStructureSchema => {
  const output = NormalizedSchema.of(schema[5]);
  const result = output.isStructSchema() ? { [`${schema[2]}Result`]: resultOf(output) } : {};
  return envelope(`${schema[2]}Response`, { ...result, ResponseMetadata: metadata });
};

const resultOf = (output: NormalizedSchema): StaticStructureSchema =>
  structure(output.getName() ?? '', membersOf(output));

const metadata = envelope('ResponseMetadata', { RequestId: text });

const errorAnswer = envelope('ErrorResponse', {
  Error: envelope('Error', { Type: text, Code: text, Message: text }),
  RequestId: text,
});
