import type { StaticOperationSchema } from '@smithy/types';
import type { AwsError } from './awsError.ts';
import type { WireRequest, WireResponse } from './wire.ts';

/** EC2's form and XML, the form and XML of IAM and STS, the JSON of newer services, and S3's HTTP and XML. */
export type ProtocolKind = 'ec2' | 'query' | 'json' | 'restXml';

/** How the calls of a service look on the wire. */
export type Protocol = {
  kind: ProtocolKind;
  /** The operation that a request asks for; undefined when it does not say. */
  actionOf: (request: WireRequest) => string | undefined;
  /** The input as the SDK's types describe it. Throws an `AwsError` for what is missing, wrong or not known. */
  decode: (schema: StaticOperationSchema, request: WireRequest) => Promise<object>;
  encode: (schema: StaticOperationSchema, output: unknown, requestId: string) => WireResponse;
  encodeError: (error: AwsError, requestId: string) => WireResponse;
};
