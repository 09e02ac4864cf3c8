import { CreateVpcCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  NoSuchEntityException,
  type Tag,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { trustPolicyFor } from '../../shared/role/monitoringRole.ts';
import {
  accountId,
  anAwsError,
  aRolePlan,
  executionName,
  hubRoot,
  monitoringRoleArn,
  readOnlyAccess,
} from '../builders.ts';
import { ec2, iam, sessionOf, sts } from './recordedAws.ts';

/** The tags of a role that Sightline made. */
export const ourRoleTags: Tag[] = [
  { Key: 'Name', Value: 'cross-role' },
  { Key: 'sightline:onboarding', Value: accountId },
];

/** A monitoring role as the account has it. */
export type RoleInIam = {
  trustPolicy: string;
  policyArns: string[];
  inlinePolicyNames: string[];
  boundaryArn: string | undefined;
  tags: Tag[];
};

/** A role that fits the plan and that Sightline made, but for these parts. */
export const aRole = (parts: Partial<RoleInIam> = {}): RoleInIam => ({
  trustPolicy: trustPolicyFor(aRolePlan()),
  policyArns: [readOnlyAccess],
  inlinePolicyNames: [],
  boundaryArn: readOnlyAccess,
  tags: ourRoleTags,
  ...parts,
});

/** A trust policy of these statements, as its owner may have written it. */
export const aTrustPolicy = (...statements: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** A statement that lets somebody assume the role: the hub account, but for these parts. */
export const aTrustStatement = (parts: object = {}) => ({
  Effect: 'Allow',
  Principal: { AWS: hubRoot },
  Action: 'sts:AssumeRole',
  ...parts,
});

const noSuchEntity = () => new NoSuchEntityException({ message: 'cannot be found', $metadata: {} });

/** What IAM denies the monitoring role itself, and nobody else: the error of each command. */
export type DeniedToItself = Partial<
  Record<'GetRole' | 'ListAttachedRolePolicies' | 'ListRolePolicies', Error>
>;

const answering =
  <Answer>(denial: Error | undefined, answer: () => Answer) =>
  async (_: object, client: () => IAMClient): Promise<Answer> => {
    const { accessKeyId } = await client().config.credentials();
    if (denial && accessKeyId === 'cross-role') throw denial;
    return answer();
  };

/** Lets IAM know this role. */
export const givenRole = (role: RoleInIam = aRole(), denied: DeniedToItself = {}): void => {
  const toRole = () => ({
    Role: {
      Path: '/',
      RoleName: 'cross-role',
      RoleId: 'AROA222222222EXAMPLE',
      Arn: monitoringRoleArn,
      CreateDate: new Date(0),
      AssumeRolePolicyDocument: encodeURIComponent(role.trustPolicy),
      Tags: role.tags,
      ...(role.boundaryArn && {
        PermissionsBoundary: {
          PermissionsBoundaryType: 'Policy',
          PermissionsBoundaryArn: role.boundaryArn,
        },
      }),
    },
  });
  const toAttached = () => ({
    AttachedPolicies: role.policyArns.map((PolicyArn) => ({ PolicyArn })),
  });
  const toInline = () => ({ PolicyNames: role.inlinePolicyNames });
  iam.on(GetRoleCommand).callsFake(answering(denied.GetRole, toRole));
  iam
    .on(ListAttachedRolePoliciesCommand)
    .callsFake(answering(denied.ListAttachedRolePolicies, toAttached));
  iam.on(ListRolePoliciesCommand).callsFake(answering(denied.ListRolePolicies, toInline));
  iam.on(AttachRolePolicyCommand).resolves({});
};

/** Lets IAM know no role, and make one. */
export const givenNoRole = (): void => {
  iam.on(GetRoleCommand).rejects(noSuchEntity());
  iam.on(CreateRoleCommand).resolves({});
  iam.on(AttachRolePolicyCommand).resolves({});
};

/** Lets IAM know these policies, by ARN, each with an older version that allows nothing. */
export const givenPolicies = (policies: Record<string, object | object[]>): void => {
  iam.on(GetPolicyCommand).callsFake(({ PolicyArn: arn }: { PolicyArn: string }) => {
    if (!Object.hasOwn(policies, arn)) throw noSuchEntity();
    return { Policy: { Arn: arn, DefaultVersionId: 'v2' } };
  });
  iam
    .on(GetPolicyVersionCommand)
    .callsFake(({ PolicyArn: arn, VersionId }: { PolicyArn: string; VersionId: string }) => {
      const Statement = VersionId === 'v2' ? policies[arn] : [];
      const text = JSON.stringify({ Version: '2012-10-17', Statement });
      return { PolicyVersion: { VersionId, Document: encodeURIComponent(text) } };
    });
};

/** The session in which the hub uses the monitoring role. */
export const roleSessionArn = `arn:aws:sts::${accountId}:assumed-role/cross-role/sightline-${executionName}`;

/** Lets the monitoring role be assumed with this external id alone. */
export const givenExternalId = (externalId: string): void => {
  sts
    .on(AssumeRoleCommand, { RoleArn: monitoringRoleArn })
    .callsFake((input: AssumeRoleCommandInput) => {
      if (input.ExternalId !== externalId) throw anAwsError('AccessDenied', 'not authorized');
      return sessionOf(input);
    });
};

/** Lets the monitoring role read in the account, and write nothing. */
export const givenReader = (): void => {
  const denied = anAwsError('UnauthorizedOperation', 'You are not authorized');
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  // Without DryRun the call would be one that no test expects.
  ec2.on(CreateVpcCommand, { DryRun: true }).rejects(denied);
};
