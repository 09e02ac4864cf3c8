import type {
  CreatePolicyRequest,
  CreatePolicyResponse,
  GetPolicyRequest,
  GetPolicyResponse,
  GetPolicyVersionRequest,
  GetPolicyVersionResponse,
  Policy,
} from '@aws-sdk/client-iam';
import type { NoUndefined } from '@smithy/types';
import { policyArn } from '../arn.ts';
import type { Call, Operation } from '../service.ts';
import { alreadyExists, limitExceeded, noSuchEntity, refuseName, refusePath } from './errors.ts';
import { requestTags } from './onRole.ts';
import { parsePolicy } from './policyDocument.ts';
import { accountIn, findPolicy, type IamState, type ManagedPolicy, newId } from './state.ts';
import { tagList, withTags } from './tags.ts';

/** IAM's operations on managed policies, each of which has one version here. */
export const policyOperations = (iam: IamState) => ({
  CreatePolicy: createPolicy(iam),
  GetPolicy: getPolicy(iam),
  GetPolicyVersion: getPolicyVersion(iam),
});

type CreatePolicy = NoUndefined<CreatePolicyRequest>;

const createPolicy = (iam: IamState): Operation<CreatePolicy, CreatePolicyResponse> => ({
  mutating: true,
  checks: (input, call) => {
    refuseName('policyName', input.PolicyName, 128);
    refusePath(input.Path ?? '/');
    return [
      {
        action: 'iam:CreatePolicy',
        resource: policyArn(accountIn(iam, call), input.Path ?? '/', input.PolicyName),
        context: requestTags(input.Tags),
      },
    ];
  },
  run: (input, call) => {
    const { accountId } = call.caller;
    const { policies } = iam.now(accountId);
    const policy = newPolicy(iam, input, call);
    if ([...policies.values()].some(({ name }) => name === policy.name)) {
      throw alreadyExists(`A policy called ${policy.name} already exists.`);
    }
    iam.change(accountId, { policies: new Map(policies).set(policy.arn, policy) });
    return { Policy: shown(iam, policy, call) };
  },
});

const newPolicy = (iam: IamState, input: CreatePolicy, call: Call): ManagedPolicy => {
  const path = input.Path ?? '/';
  if (input.PolicyDocument.replace(/\s/g, '').length > 6144) {
    throw limitExceeded('Cannot exceed quota for PolicySize: 6144');
  }
  return {
    arn: policyArn(accountIn(iam, call), path, input.PolicyName),
    id: newId('ANPA'),
    name: input.PolicyName,
    path,
    createdAt: new Date(),
    ...(input.Description === undefined ? {} : { description: input.Description }),
    document: parsePolicy(input.PolicyDocument),
    tags: withTags(new Map(), input.Tags),
  };
};

const getPolicy = (iam: IamState): Operation<NoUndefined<GetPolicyRequest>, GetPolicyResponse> => ({
  mutating: false,
  checks: ({ PolicyArn }) => [{ action: 'iam:GetPolicy', resource: PolicyArn }],
  run: ({ PolicyArn }, call) => ({ Policy: shown(iam, existing(iam, PolicyArn), call) }),
});

const getPolicyVersion = (
  iam: IamState,
): Operation<NoUndefined<GetPolicyVersionRequest>, GetPolicyVersionResponse> => ({
  mutating: false,
  checks: ({ PolicyArn }) => [{ action: 'iam:GetPolicyVersion', resource: PolicyArn }],
  run: ({ PolicyArn, VersionId }) => {
    const policy = existing(iam, PolicyArn);
    if (VersionId !== onlyVersion) {
      throw noSuchEntity(`Policy ${PolicyArn} version ${VersionId} does not exist.`);
    }
    return {
      PolicyVersion: {
        Document: encodeURIComponent(policy.document.text),
        VersionId,
        IsDefaultVersion: true,
        CreateDate: policy.createdAt,
      },
    };
  },
});

const onlyVersion = 'v1';

const existing = (iam: IamState, arn: string): ManagedPolicy => {
  const policy = findPolicy(iam, iam.now, arn);
  if (!policy) throw noSuchEntity(`Policy ${arn} was not found.`);
  return policy;
};

const shown = (iam: IamState, policy: ManagedPolicy, call: Call): Policy => {
  const roles = [...iam.now(call.caller.accountId).roles.values()];
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: onlyVersion,
    AttachmentCount: roles.filter((role) => role.managedPolicies.includes(policy.arn)).length,
    PermissionsBoundaryUsageCount: roles.filter(({ boundary }) => boundary === policy.arn).length,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: policy.createdAt,
    UpdateDate: policy.createdAt,
    Tags: tagList(policy.tags),
  };
};
