import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  type IAMClient,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  type Role,
} from '@aws-sdk/client-iam';
import type { ExistingRole } from './monitoringRole.ts';
import { escalationsIn, statementsIn } from './policyDocument.ts';

/** The role of this name. Throws `NoSuchEntityException`. */
export const getRole = async (iam: IAMClient, name: string): Promise<Role | undefined> =>
  (await iam.send(new GetRoleCommand({ RoleName: name }))).Role;

/** The role of this name, or nothing where there is none. */
export const findRole = async (iam: IAMClient, name: string): Promise<Role | undefined> => {
  try {
    return await getRole(iam, name);
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchEntityException') return undefined;
    throw error;
  }
};

const attachedPolicies = async (iam: IAMClient, role: { RoleName: string }) => {
  const arns: string[] = [];
  for await (const page of paginateListAttachedRolePolicies({ client: iam }, role)) {
    arns.push(...(page.AttachedPolicies ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []));
  }
  return arns;
};

const inlinePolicies = async (iam: IAMClient, role: { RoleName: string }) => {
  const names: string[] = [];
  for await (const page of paginateListRolePolicies({ client: iam }, role)) {
    names.push(...(page.PolicyNames ?? []));
  }
  return names;
};

/** What IAM tells of a role's permissions and of whom it trusts. */
export const readRole = async (iam: IAMClient, role: Partial<Role> = {}): Promise<ExistingRole> => {
  const { RoleName = '', AssumeRolePolicyDocument: trustPolicy = '', PermissionsBoundary } = role;
  const [policyArns, inlinePolicyNames] = await Promise.all([
    attachedPolicies(iam, { RoleName }),
    inlinePolicies(iam, { RoleName }),
  ]);
  return {
    trustPolicy,
    policyArns,
    inlinePolicyNames,
    boundaryArn: PermissionsBoundary?.PermissionsBoundaryArn,
  };
};

/** AWS's own policies whose text need not be read each time: they are made for reading, and kept so by AWS. */
const madeForReading =
  /^arn:[^:]+:iam::aws:policy\/(ReadOnlyAccess|job-function\/ViewOnlyAccess|SecurityAudit|CloudWatchReadOnlyAccess)$/;

const readDocument = async (iam: IAMClient, PolicyArn: string) => {
  const { Policy: policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const { PolicyVersion: version } = await iam.send(
    new GetPolicyVersionCommand({ PolicyArn, VersionId: policy?.DefaultVersionId }),
  );
  return version?.Document ?? '';
};

/**
 * How policies would let a role give itself more, as findings. Reads the text of each, except of the four
 * AWS-managed policies that are made for reading. Throws `NoSuchEntityException` for one that is not there.
 */
export const escalationsBy = async (
  iam: IAMClient,
  policyArns: readonly string[],
): Promise<string[]> => {
  const findings: string[] = [];
  for (const arn of policyArns.filter((one) => !madeForReading.test(one))) {
    const found = escalationsIn(statementsIn(await readDocument(iam, arn)));
    if (found.length > 0) findings.push(`${arn} allows ${found.join(', ')}`);
  }
  return findings;
};
