import { createHash } from 'node:crypto';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  type IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import * as z from 'zod';
import { Json, type JsonObject } from '../json.ts';
import type { Deployed, Providers } from './deploy.ts';

/** `iam` acts as the administrator of the account that the stack is deployed in. */
export type IamOptions = { iam: IAMClient; stackName: string };

const Document = z.record(z.string(), Json).transform((document) => JSON.stringify(document));
const InlinePolicy = z.strictObject({ PolicyName: z.string(), PolicyDocument: Document });
const Tags = z.array(z.strictObject({ Key: z.string(), Value: z.string() }));

const RoleProperties = z.strictObject({
  RoleName: z.string().optional(),
  AssumeRolePolicyDocument: Document,
  Policies: z.array(InlinePolicy).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
  Description: z.string().optional(),
  MaxSessionDuration: z.coerce.number().optional(),
  Path: z.string().optional(),
  PermissionsBoundary: z.string().optional(),
  Tags: Tags.optional(),
});

const PolicyProperties = InlinePolicy.extend({ Roles: z.array(z.string()) });

const ManagedPolicyProperties = z.strictObject({
  ManagedPolicyName: z.string().optional(),
  PolicyDocument: Document,
  Roles: z.array(z.string()).default([]),
  Description: z.string().optional(),
  Path: z.string().optional(),
});

/** A name as CloudFormation makes one up, except that it is the same each time. */
const generatedName = (stackName: string, logicalId: string) => {
  const hash = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex');
  return `${`${stackName}-${logicalId}`.slice(0, 51)}-${hash.slice(0, 12).toUpperCase()}`;
};

const attach = async (iam: IAMClient, RoleName: string, policyArns: readonly string[]) => {
  for (const PolicyArn of policyArns) {
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  }
};

const makeRole = async (
  { iam, stackName }: IamOptions,
  logicalId: string,
  properties: JsonObject,
): Promise<Deployed> => {
  const { Policies, ManagedPolicyArns, RoleName, ...rest } = RoleProperties.parse(properties);
  const name = RoleName ?? generatedName(stackName, logicalId);
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, ...rest }));
  for (const policy of Policies) {
    await iam.send(new PutRolePolicyCommand({ RoleName: name, ...policy }));
  }
  await attach(iam, name, ManagedPolicyArns);
  return { ref: name, attributes: { Arn: Role?.Arn ?? '', RoleId: Role?.RoleId ?? '' } };
};

const makePolicy = async ({ iam }: IamOptions, properties: JsonObject): Promise<Deployed> => {
  const { Roles, ...policy } = PolicyProperties.parse(properties);
  for (const RoleName of Roles) await iam.send(new PutRolePolicyCommand({ RoleName, ...policy }));
  return { ref: policy.PolicyName, attributes: {} };
};

const makeManagedPolicy = async (
  { iam, stackName }: IamOptions,
  logicalId: string,
  properties: JsonObject,
): Promise<Deployed> => {
  const { ManagedPolicyName, Roles, ...rest } = ManagedPolicyProperties.parse(properties);
  const PolicyName = ManagedPolicyName ?? generatedName(stackName, logicalId);
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, ...rest }));
  const arn = Policy?.Arn ?? '';
  for (const role of Roles) await attach(iam, role, [arn]);
  return { ref: arn, attributes: { PolicyArn: arn } };
};

/**
 * Makes a template's roles and policies through the IAM API. Throws a `ZodError` for a property
 * that it does not know, and whatever IAM throws.
 */
export const iamProviders = (options: IamOptions): Providers => ({
  'AWS::IAM::Role': (logicalId, properties) => makeRole(options, logicalId, properties),
  'AWS::IAM::Policy': (_, properties) => makePolicy(options, properties),
  'AWS::IAM::ManagedPolicy': (logicalId, properties) =>
    makeManagedPolicy(options, logicalId, properties),
});
