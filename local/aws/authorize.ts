import {
  type RequestAnalysis,
  runSimulation,
  type SimulationIdentityPolicy,
} from '@cloud-copilot/iam-simulate';
import { accountOf } from './arn.ts';
import { AwsError } from './awsError.ts';
import { isRoot } from './credentials.ts';
import { findPolicy, findRole, type IamState, type Role } from './iam/state.ts';
import type { ProtocolKind } from './protocol.ts';
import type { Call, Check } from './service.ts';

/**
 * Throws what the called service answers when IAM does not allow a call: `UnauthorizedOperation` (EC2),
 * `AccessDenied` (IAM, STS), `AccessDeniedException` (JSON). It goes by the policies that are effective
 * now, not by those that the IAM API shows.
 */
export const authorize = async (
  iam: IamState,
  kind: ProtocolKind,
  call: Call,
  check: Check,
): Promise<void> => {
  if (isRoot(call.caller)) {
    if (check.action === assumeRole) throw rootMayNotAssume();
    return;
  }
  const analysis = await evaluate(iam, call, check);
  if (analysis.result !== 'Allowed') throw denial(kind, call, check, analysis);
};

const assumeRole = 'sts:AssumeRole';

const evaluate = async (iam: IamState, call: Call, check: Check): Promise<RequestAnalysis> => {
  const role = findRole(iam.effective, call.caller.principalArn);
  const result = await runSimulation(
    {
      request: {
        principal: call.caller.arn,
        action: check.action,
        resource: { resource: check.resource, accountId: resourceAccount(call, check) },
        contextVariables: { ...contextOf(call, role), ...check.context },
      },
      identityPolicies: role ? identityPolicies(iam, role) : [],
      ...boundary(iam, role),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...trustPolicy(iam, check),
    },
    {},
  );
  if (result.resultType === 'error') throw notJudged(check, JSON.stringify(result.errors));
  const analyses = result.resultType === 'single' ? [result.result] : result.results;
  const decisive = analyses.find(({ analysis }) => analysis.result === result.overallResult);
  return decisive?.analysis ?? { result: result.overallResult, sameAccount: true };
};

/** Only a role has a resource policy here, its trust policy; what else is called on is the caller's own. */
const resourceAccount = (call: Call, check: Check): string =>
  check.action === assumeRole ? accountOf(check.resource) : call.caller.accountId;

const trustPolicy = (iam: IamState, check: Check): { resourcePolicy?: object } => {
  if (check.action !== assumeRole) return {};
  const role = findRole(iam.effective, check.resource);
  return { resourcePolicy: role?.trust.content ?? trustsNobody };
};

const trustsNobody = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: assumeRole }],
};

const identityPolicies = (iam: IamState, role: Role): SimulationIdentityPolicy[] => [
  ...[...role.inlinePolicies].map(([name, { content }]) => ({ name, policy: content })),
  ...role.managedPolicies.flatMap((arn) => policyAt(iam, arn)),
];

const boundary = (
  iam: IamState,
  role: Role | undefined,
): { permissionBoundaryPolicies?: SimulationIdentityPolicy[] } =>
  role?.boundary ? { permissionBoundaryPolicies: policyAt(iam, role.boundary) } : {};

const policyAt = (iam: IamState, arn: string): SimulationIdentityPolicy[] => {
  const policy = findPolicy(iam, iam.effective, arn);
  return policy ? [{ name: arn, policy: policy.document.content }] : [];
};

const contextOf = (call: Call, role: Role | undefined): Record<string, string> => ({
  'aws:CurrentTime': new Date().toISOString(),
  'aws:EpochTime': String(Math.floor(Date.now() / 1000)),
  'aws:MultiFactorAuthPresent': 'false',
  'aws:PrincipalAccount': call.caller.accountId,
  'aws:PrincipalArn': call.caller.principalArn,
  'aws:PrincipalType': 'AssumedRole',
  'aws:RequestedRegion': call.region,
  ...Object.fromEntries(
    [...(role?.tags ?? [])].map(([key, value]) => [`aws:PrincipalTag/${key}`, value]),
  ),
});

// Not a refusal: an operation asked for a permission that IAM does not have, and that is a mistake here.
const notJudged = (check: Check, errors: string): Error =>
  new Error(`IAM cannot judge ${check.action} on ${check.resource}: ${errors}`);

const rootMayNotAssume = (): AwsError =>
  new AwsError('AccessDenied', 'Roles may not be assumed by root accounts.', 403);

const denial = (
  kind: ProtocolKind,
  call: Call,
  check: Check,
  analysis: RequestAnalysis,
): AwsError => {
  const what = `User: ${call.caller.arn} is not authorized to perform: ${check.action} on resource: ${check.resource}`;
  // AssumeRole does not tell why, nor whether the role exists.
  if (check.action === assumeRole) return new AwsError('AccessDenied', what, 403);
  const message = `${what} ${reason(check, analysis)}`;
  if (kind === 'query') return new AwsError('AccessDenied', message, 403);
  if (kind === 'json') return new AwsError('AccessDeniedException', message, 400);
  const text = `You are not authorized to perform this operation. ${message}`;
  return new AwsError('UnauthorizedOperation', text, 403);
};

const reason = (check: Check, analysis: RequestAnalysis): string => {
  const bounded = analysis.blockedBy?.includes('pb');
  const policy = bounded ? 'permissions boundary' : 'identity-based policy';
  if (analysis.result === 'ExplicitlyDenied') return `with an explicit deny in ${article(policy)}`;
  return `because no ${policy} allows the ${check.action} action`;
};

const article = (policy: string): string => `${policy.startsWith('i') ? 'an' : 'a'} ${policy}`;
