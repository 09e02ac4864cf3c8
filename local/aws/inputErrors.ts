import { AwsError } from './awsError.ts';
import type { ProtocolKind } from './protocol.ts';

/** How a protocol's services refuse an input. `path` names the member, as in `Filters.1.Name`. */
export type InputErrors = {
  unknown: (path: string) => AwsError;
  missing: (path: string) => AwsError;
  invalid: (path: string, value: string) => AwsError;
};

const validationErrors = (code: string): InputErrors => ({
  // AWS ignores what it does not know. Here that would hide a typing error or something not built yet.
  unknown: (path) => new AwsError(code, `The local AWS does not know the parameter ${path}`),
  missing: (path) =>
    new AwsError(
      code,
      `1 validation error detected: Value at '${startingLow(path)}' failed to satisfy constraint: Member must not be null`,
    ),
  invalid: (path, value) =>
    new AwsError(code, `1 validation error detected: Value '${value}' at '${path}' is not valid`),
});

/** EC2's words, those of IAM and STS, those of the services that speak JSON, and S3's. */
export const inputErrors: Record<ProtocolKind, InputErrors> = {
  ec2: {
    unknown: (path) => new AwsError('UnknownParameter', `The parameter ${path} is not recognized`),
    missing: (path) =>
      new AwsError('MissingParameter', `The request must contain the parameter ${path}`),
    invalid: (path, value) =>
      new AwsError('InvalidParameterValue', `Value (${value}) for parameter ${path} is invalid.`),
  },
  query: validationErrors('ValidationError'),
  json: validationErrors('ValidationException'),
  restXml: validationErrors('InvalidArgument'),
};

const startingLow = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
