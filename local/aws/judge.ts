import {
  type RequestAnalysis,
  runSimulation,
  type SimulationIdentityPolicy,
} from '@cloud-copilot/iam-simulate';
import { accountOf } from './arn.ts';
import { isRoot } from './credentials.ts';
import { findPolicy, findRole, type IamState, type Role } from './iam/state.ts';
import type { Actor, Call, Check, Context, ServiceActor } from './service.ts';

/** What IAM says. `message` is what whoever is denied something is told. */
export type Verdict = { allowed: true } | { allowed: false; message: string };

/** Asks IAM whether somebody may do something, by the policies that are effective now. */
export type Judge = (actor: Actor, check: Check) => Promise<Verdict>;

/** One decision of IAM about a role: of an API call, or of what a service does under the role. */
export type Authorization = {
  principalArn: string;
  action: string;
  resource: string;
  /** Every condition key that the policies could ask for. */
  context: Context;
  allowed: boolean;
};

/** Gets each decision when it is made, in the asynchronous context of what needs it. */
export type AuthorizationListener = (authorization: Authorization) => void;

/** No policy limits an account's administrator. */
const isAdministrator = (actor: Actor) => 'caller' in actor && isRoot(actor.caller);

/** The one place where IAM decides, and those who listen to its decisions about roles. */
export const createJudge = (iam: IamState) => {
  const listeners = new Set<AuthorizationListener>();
  const tell = (told: Authorization) => {
    for (const listener of listeners) listener(told);
  };
  const judge: Judge = async (actor, check) => {
    if (isAdministrator(actor)) return { allowed: true };
    const principal = principalOf(iam, actor);
    const analysis = await evaluate(principal, check);
    const allowed = analysis.result === 'Allowed';
    if ('caller' in actor) {
      tell(authorization(actor.caller.principalArn, principal, check, allowed));
    }
    return allowed ? { allowed } : { allowed, message: await denial(principal, check, analysis) };
  };
  const onAuthorization = (listener: AuthorizationListener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { judge, onAuthorization };
};

/**
 * Reads what IAM knows of the actions of some checks. Otherwise the first check on each service waits for the
 * disk, and whoever drives the clock lets time go by meanwhile. Afterwards a check waits for nothing.
 */
export const readActions = async (checks: readonly Check[]): Promise<void> => {
  const nobody = { arn: 'arn:aws:iam::000000000000:role/nobody', accountId: '', context: {} };
  await Promise.all(checks.map((check) => evaluate({ ...nobody, identityPolicies: [] }, check)));
};

const authorization = (
  principalArn: string,
  principal: Principal,
  { action, resource, context }: Check,
  allowed: boolean,
): Authorization => ({
  principalArn,
  action,
  resource,
  context: { ...principal.context, ...context },
  allowed,
});

/** Whom policies are about. */
type Principal = {
  arn: string;
  accountId: string;
  context: Context;
  identityPolicies: SimulationIdentityPolicy[];
  permissionBoundaryPolicies?: SimulationIdentityPolicy[];
};

const principalOf = (iam: IamState, actor: Actor): Principal =>
  'caller' in actor ? roleSession(iam, actor) : serviceItself(actor);

const roleSession = (iam: IamState, actor: Pick<Call, 'caller' | 'region'>): Principal => {
  const { arn, accountId, principalArn } = actor.caller;
  const role = findRole(iam.effective, principalArn);
  return {
    arn,
    accountId,
    context: { ...timeContext(), ...roleContext(actor, role) },
    identityPolicies: role ? identityPolicies(iam, role) : [],
    ...(role?.boundary && { permissionBoundaryPolicies: policyAt(iam, role.boundary) }),
  };
};

const serviceItself = ({ servicePrincipal, sourceArn }: ServiceActor): Principal => ({
  arn: servicePrincipal,
  accountId: accountOf(sourceArn),
  context: {
    ...timeContext(),
    'aws:PrincipalIsAWSService': 'true',
    'aws:PrincipalServiceName': servicePrincipal,
    'aws:SourceAccount': accountOf(sourceArn),
    'aws:SourceArn': sourceArn,
  },
  identityPolicies: [],
});

const evaluate = async (
  { arn: principal, accountId, context, ...policies }: Principal,
  check: Check,
): Promise<RequestAnalysis> => {
  const result = await runSimulation(
    {
      request: {
        principal,
        action: check.action,
        // What has no policy of its own is used within its account only.
        resource: {
          resource: check.resource,
          accountId: check.policy ? accountOf(check.resource) : accountId,
        },
        contextVariables: { ...context, ...check.context },
      },
      ...policies,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: check.policy,
    },
    {},
  );
  if (result.resultType === 'error') throw notJudged(check, JSON.stringify(result.errors));
  const analyses = result.resultType === 'single' ? [result.result] : result.results;
  const decisive = analyses.find(({ analysis }) => analysis.result === result.overallResult);
  return decisive?.analysis ?? { result: result.overallResult, sameAccount: true };
};

// Not a refusal: somebody asked for a permission that IAM does not have, and that is a mistake here.
const notJudged = (check: Check, errors: string): Error =>
  new Error(`IAM cannot judge ${check.action} on ${check.resource}: ${errors}`);

const identityPolicies = (iam: IamState, role: Role): SimulationIdentityPolicy[] => [
  ...[...role.inlinePolicies].map(([name, { content }]) => ({ name, policy: content })),
  ...role.managedPolicies.flatMap((arn) => policyAt(iam, arn)),
];

const policyAt = (iam: IamState, arn: string): SimulationIdentityPolicy[] => {
  const policy = findPolicy(iam, iam.effective, arn);
  return policy ? [{ name: arn, policy: policy.document.content }] : [];
};

const timeContext = (): Context => ({
  'aws:CurrentTime': new Date().toISOString(),
  'aws:EpochTime': String(Math.floor(Date.now() / 1000)),
});

const roleContext = (
  { caller, region }: Pick<Call, 'caller' | 'region'>,
  role: Role | undefined,
): Context => ({
  'aws:MultiFactorAuthPresent': 'false',
  'aws:PrincipalAccount': caller.accountId,
  'aws:PrincipalArn': caller.principalArn,
  'aws:PrincipalType': 'AssumedRole',
  'aws:RequestedRegion': region,
  ...Object.fromEntries(
    [...(role?.tags ?? [])].map(([key, value]) => [`aws:PrincipalTag/${key}`, value]),
  ),
});

const denial = async (
  principal: Principal,
  check: Check,
  { result }: RequestAnalysis,
): Promise<string> => {
  const what = `User: ${principal.arn} is not authorized to perform: ${check.action} on resource: ${check.resource}`;
  // AssumeRole does not tell why, nor whether the role exists.
  if (check.action === 'sts:AssumeRole') return what;
  const policy = await decisivePolicy(principal, check);
  if (result === 'ExplicitlyDenied') return `${what} with an explicit deny in ${article(policy)}`;
  return `${what} because no ${policy} allows the ${check.action} action`;
};

/** The kind of policy that denies: the boundary is to blame if all would be well without it. */
const decisivePolicy = async (principal: Principal, check: Check): Promise<string> => {
  const { permissionBoundaryPolicies, ...unbounded } = principal;
  if (permissionBoundaryPolicies && (await evaluate(unbounded, check)).result === 'Allowed') {
    return 'permissions boundary';
  }
  return principal.arn.startsWith('arn:') ? 'identity-based policy' : 'resource-based policy';
};

const article = (policy: string): string => `${policy.startsWith('i') ? 'an' : 'a'} ${policy}`;
