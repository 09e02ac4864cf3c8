import { validateIdentityPolicy, validateTrustPolicy } from '@cloud-copilot/iam-policy';
import * as z from 'zod';
import { rootArn } from '../arn.ts';
import { AwsError } from '../awsError.ts';

/** A policy as it was written, and what it says. */
export type PolicyDocument = { text: string; content: object };

/** A policy that is known to be right, such as one of the world file. */
export const documentOf = (content: object): PolicyDocument => ({
  text: JSON.stringify(content),
  content,
});

/** Reads a policy for an identity. Throws `MalformedPolicyDocument` with what is wrong about it. */
export const parsePolicy = (text: string): PolicyDocument => {
  const content = parseObject(text);
  refuse(validateIdentityPolicy(content));
  return { text, content };
};

/**
 * Reads a trust policy. Like IAM, it puts an account's root ARN where only the account's id was given,
 * and throws `MalformedPolicyDocument` for a principal that does not exist.
 */
export const parseTrust = (
  text: string,
  partition: string,
  exists: (principalArn: string) => boolean,
): PolicyDocument => {
  const content = parseObject(text, withRootArns(partition));
  refuse(validateTrustPolicy(content));
  const principals = principalsOf(TrustPolicy.parse(content));
  const unknown = principals.find((arn) => arn !== '*' && !exists(arn));
  if (unknown) throw malformed(`Invalid principal in policy: "AWS":"${unknown}"`);
  return documentOf(content);
};

/** Called for every member of the JSON text; those named `AWS` are principals. */
const withRootArns =
  (partition: string) =>
  (key: string, value: unknown): unknown => {
    if (key !== 'AWS') return value;
    const inFull = (one: unknown) => withRootArn(partition, one);
    return Array.isArray(value) ? value.map(inFull) : inFull(value);
  };

const withRootArn = (partition: string, principal: unknown): unknown =>
  typeof principal === 'string' && /^\d{12}$/.test(principal)
    ? rootArn({ partition, accountId: principal })
    : principal;

const Principals = z.union([z.array(z.string()), z.string()]);

const Statement = z.looseObject({
  Principal: z.union([z.literal('*'), z.looseObject({ AWS: Principals.optional() })]).optional(),
});

const TrustPolicy = z.looseObject({ Statement: z.union([z.array(Statement), Statement]) });

const principalsOf = (trust: z.infer<typeof TrustPolicy>): string[] =>
  [trust.Statement]
    .flat()
    .map(({ Principal: principal }) => (principal === '*' ? '*' : principal?.AWS))
    .flatMap((principals) => principals ?? []);

const parseObject = (text: string, reviver?: (key: string, value: unknown) => unknown): object => {
  try {
    return z.looseObject({}).parse(JSON.parse(text, reviver));
  } catch {
    throw malformed('This policy contains invalid Json');
  }
};

const refuse = (problems: readonly { message: string; path: string }[]): void => {
  if (problems.length === 0) return;
  const what = problems.map(({ message, path }) => `${message} (${path})`).join('; ');
  throw malformed(`Syntax errors in policy: ${what}`);
};

const malformed = (message: string): AwsError => new AwsError('MalformedPolicyDocument', message);
