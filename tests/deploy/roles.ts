import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
} from '@aws-sdk/client-iam';
import type { Emulator, Place } from './emulator.ts';
import type { NetworkAws } from './localAws.ts';
import type { StackResource } from './stacks.ts';

/** IAM writes a document as a URI component. */
const documentIn = (text = '') => decodeURIComponent(text);

const copyRole = async (from: IAMClient, to: IAMClient, RoleName: string) => {
  const { Role } = await from.send(new GetRoleCommand({ RoleName }));
  const PermissionsBoundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
  const role = {
    RoleName,
    AssumeRolePolicyDocument: documentIn(Role?.AssumeRolePolicyDocument),
    ...(PermissionsBoundary && { PermissionsBoundary }),
  };
  await to.send(new CreateRoleCommand(role));
  await copyInlinePolicies(from, to, RoleName);
  await attachSamePolicies(from, to, RoleName);
};

const copyInlinePolicies = async (from: IAMClient, to: IAMClient, RoleName: string) => {
  for await (const page of paginateListRolePolicies({ client: from }, { RoleName })) {
    for (const PolicyName of page.PolicyNames ?? []) {
      const policy = await from.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      const PolicyDocument = documentIn(policy.PolicyDocument);
      await to.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
    }
  }
};

const attachSamePolicies = async (from: IAMClient, to: IAMClient, RoleName: string) => {
  for await (const page of paginateListAttachedRolePolicies({ client: from }, { RoleName })) {
    for (const { PolicyArn } of page.AttachedPolicies ?? []) {
      await to.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    }
  }
};

/**
 * Makes the roles of a stack also in the local AWS, as the emulator's CloudFormation has made them, so
 * that it enforces them.
 */
export const copyRoles = async (
  emulator: Emulator,
  aws: NetworkAws,
  place: Place,
  resources: readonly StackResource[],
): Promise<void> => {
  const administrator = emulator.administratorOf(place);
  const from = new IAMClient(administrator);
  const to = new IAMClient({
    region: place.region,
    credentials: administrator.credentials,
    requestHandler: aws.requestHandler,
  });
  for (const { type, name } of resources) {
    if (type === 'AWS::IAM::Role') await copyRole(from, to, name);
  }
};
