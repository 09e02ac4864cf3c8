import type {
  AttachRolePolicyRequest,
  DeleteRolePermissionsBoundaryRequest,
  DeleteRolePolicyRequest,
  DetachRolePolicyRequest,
  GetRolePolicyRequest,
  GetRolePolicyResponse,
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
  ListRolePoliciesRequest,
  ListRolePoliciesResponse,
  PutRolePermissionsBoundaryRequest,
  PutRolePolicyRequest,
} from '@aws-sdk/client-iam';
import type { NoUndefined } from '@smithy/types';
import { accountOf, nameIn } from '../arn.ts';
import type { Context } from '../service.ts';
import { attachablePolicy } from './attachablePolicy.ts';
import { limitExceeded, noSuchEntity, refuseName } from './errors.ts';
import { boundaryKey, changingRole, showingRole } from './onRole.ts';
import { page } from './page.ts';
import { type PolicyDocument, parsePolicy } from './policyDocument.ts';
import { findPolicy, type IamState, type Role } from './state.ts';

const policyKey = ({ PolicyArn }: { PolicyArn: string }): Context => ({
  'iam:PolicyARN': PolicyArn,
});

/** IAM's operations on the managed policies of a role. */
export const attachedPolicyOperations = (iam: IamState) => ({
  AttachRolePolicy: changingRole<NoUndefined<AttachRolePolicyRequest>>(
    iam,
    (role, { PolicyArn }) =>
      attached(role, attachablePolicy(iam, accountOf(role.arn), PolicyArn).arn),
    policyKey,
  ),
  DetachRolePolicy: changingRole<NoUndefined<DetachRolePolicyRequest>>(
    iam,
    (role, { PolicyArn }) => detached(role, PolicyArn),
    policyKey,
  ),
  ListAttachedRolePolicies: showingRole<
    NoUndefined<ListAttachedRolePoliciesRequest>,
    ListAttachedRolePoliciesResponse
  >(iam, (role, input) => {
    const arns = role.managedPolicies.filter((arn) =>
      findPolicy(iam, iam.now, arn)?.path.startsWith(input.PathPrefix ?? '/'),
    );
    const [found, rest] = page(arns, input);
    return {
      AttachedPolicies: found.map((arn) => ({ PolicyName: nameIn(arn), PolicyArn: arn })),
      ...rest,
    };
  }),
});

const attached = (role: Role, arn: string): Role => {
  const managedPolicies = [...new Set([...role.managedPolicies, arn])];
  if (managedPolicies.length <= 10) return { ...role, managedPolicies };
  throw limitExceeded('Cannot exceed quota for PoliciesPerRole: 10');
};

const detached = (role: Role, arn: string): Role => {
  if (role.managedPolicies.includes(arn)) {
    return { ...role, managedPolicies: role.managedPolicies.filter((other) => other !== arn) };
  }
  throw noSuchEntity(`Policy ${arn} was not found.`);
};

/** IAM's operations on the policies that are written into a role. */
export const inlinePolicyOperations = (iam: IamState) => ({
  PutRolePolicy: changingRole<NoUndefined<PutRolePolicyRequest>>(
    iam,
    (role, { PolicyName, PolicyDocument }) => withInline(role, PolicyName, PolicyDocument),
  ),
  GetRolePolicy: showingRole<NoUndefined<GetRolePolicyRequest>, GetRolePolicyResponse>(
    iam,
    (role, { PolicyName }) => ({
      RoleName: role.name,
      PolicyName,
      PolicyDocument: encodeURIComponent(inlinePolicy(role, PolicyName).text),
    }),
  ),
  DeleteRolePolicy: changingRole<NoUndefined<DeleteRolePolicyRequest>>(
    iam,
    (role, { PolicyName }) => {
      inlinePolicy(role, PolicyName);
      const others = [...role.inlinePolicies].filter(([name]) => name !== PolicyName);
      return { ...role, inlinePolicies: new Map(others) };
    },
  ),
  ListRolePolicies: showingRole<NoUndefined<ListRolePoliciesRequest>, ListRolePoliciesResponse>(
    iam,
    (role, input) => {
      const [PolicyNames, rest] = page([...role.inlinePolicies.keys()].sort(), input);
      return { PolicyNames, ...rest };
    },
  ),
});

const withInline = (role: Role, name: string, text: string): Role => {
  refuseName('policyName', name, 128);
  const inlinePolicies = new Map(role.inlinePolicies).set(name, parsePolicy(text));
  const size = [...inlinePolicies.values()].reduce((sum, policy) => sum + sizeOf(policy), 0);
  if (size <= 10_240) return { ...role, inlinePolicies };
  throw limitExceeded(`Maximum policy size of 10240 bytes exceeded for role ${role.name}`);
};

/** IAM does not count white space. */
const sizeOf = ({ text }: PolicyDocument): number => text.replace(/\s/g, '').length;

const inlinePolicy = (role: Role, name: string): PolicyDocument => {
  const policy = role.inlinePolicies.get(name);
  if (!policy) throw noSuchEntity(`The role policy with name ${name} cannot be found.`);
  return policy;
};

/** IAM's operations on a role's permissions boundary. */
export const boundaryOperations = (iam: IamState) => ({
  PutRolePermissionsBoundary: changingRole<NoUndefined<PutRolePermissionsBoundaryRequest>>(
    iam,
    (role, { PermissionsBoundary }) => ({
      ...role,
      boundary: attachablePolicy(iam, accountOf(role.arn), PermissionsBoundary).arn,
    }),
    ({ PermissionsBoundary }) => boundaryKey(PermissionsBoundary),
  ),
  DeleteRolePermissionsBoundary: changingRole<NoUndefined<DeleteRolePermissionsBoundaryRequest>>(
    iam,
    ({ boundary: _removed, ...role }) => role,
  ),
});
