import { NormalizedSchema } from '@smithy/core/schema';
import type { AwsError } from './awsError.ts';
import { formAction, readForm } from './formInput.ts';
import type { Protocol } from './protocol.ts';
import { membersOf, structure } from './schemas.ts';
import { envelope, text, xmlResponse } from './xmlOutput.ts';

/** The protocol that only EC2 speaks: https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html */
export const ec2Query = (xmlNamespace: string): Protocol => ({
  kind: 'ec2',
  actionOf: ({ body }) => formAction(body),
  decode: async (schema, { body }) => readForm(schema, body, 'ec2'),
  encode: (schema, output, requestId) => {
    const members = membersOf(NormalizedSchema.of(schema[5]));
    const answer = structure(`${schema[2]}Response`, {
      4: ['requestId', ...members[4]],
      5: [text, ...members[5]],
    });
    return xmlResponse(200, answer, { requestId, ...Object(output) }, xmlNamespace);
  },
  encodeError: (error, requestId) =>
    xmlResponse(error.statusCode, errorAnswer, {
      Errors: { Error: codeAndMessage(error) },
      RequestID: requestId,
    }),
});

const codeAndMessage = (error: AwsError) => ({ Code: error.name, Message: error.message });

const errorAnswer = envelope('Response', {
  Errors: envelope('Errors', { Error: envelope('Error', { Code: text, Message: text }) }),
  RequestID: text,
});
