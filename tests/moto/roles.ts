import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  type IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import * as z from 'zod';
import { nameIn } from '../../local/aws/arn.ts';
import type { IamState, Role } from '../../local/aws/iam/state.ts';

const Texts = z.union([z.string(), z.array(z.string())]);
/** No role of Sightline's has a denial; moto would let all conditions of one hold, and deny too much. */
const Statement = z.looseObject({ Effect: z.literal('Allow'), Action: Texts, Resource: Texts });
const Policy = z.strictObject({ Version: z.string(), Statement: z.array(Statement) });

const assumesRoles = ({ Action }: z.infer<typeof Statement>) =>
  [Action].flat().every((action) => action === 'sts:AssumeRole');

/**
 * A policy in terms that moto can follow. It compares the resources of a statement with `*`, whatever a call is
 * about, AssumeRole apart. So what is left is which actions are allowed, and which roles may be assumed.
 */
const inMotosTerms = (text: string): string => {
  const policy = Policy.parse(JSON.parse(text));
  const Statement = policy.Statement.map((one) =>
    assumesRoles(one) ? one : { ...one, Resource: '*' },
  );
  return JSON.stringify({ ...policy, Statement });
};

const copyRole = async (iam: IAMClient, role: Role) => {
  await iam.send(
    new CreateRoleCommand({
      RoleName: role.name,
      Path: role.path,
      AssumeRolePolicyDocument: role.trust.text,
      PermissionsBoundary: role.boundary,
    }),
  );
  for (const [PolicyName, { text }] of role.inlinePolicies) {
    const PolicyDocument = inMotosTerms(text);
    await iam.send(new PutRolePolicyCommand({ RoleName: role.name, PolicyName, PolicyDocument }));
  }
  for (const PolicyArn of role.managedPolicies) {
    await iam.send(new AttachRolePolicyCommand({ RoleName: role.name, PolicyArn }));
  }
};

/** Makes the roles that an account of the local AWS has, as far as moto can follow their policies. */
export const copyRoles = async (
  from: IamState,
  accountId: string,
  iam: IAMClient,
): Promise<void> => {
  const { roles, policies } = from.now(accountId);
  for (const { arn, path: Path, document } of policies.values()) {
    const PolicyDocument = inMotosTerms(document.text);
    await iam.send(new CreatePolicyCommand({ PolicyName: nameIn(arn), Path, PolicyDocument }));
  }
  for (const role of roles.values()) await copyRole(iam, role);
};
