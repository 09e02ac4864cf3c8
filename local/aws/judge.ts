import { createHash } from 'node:crypto';
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

const textsOfPolicies = new WeakMap<object, string>();

/** A policy's document never changes; what replaces it is another object. */
const textOf = (policy: object): string => {
  const text = textsOfPolicies.get(policy) ?? JSON.stringify(policy);
  textsOfPolicies.set(policy, text);
  return text;
};

/** Account ids, UUIDs, names of log streams, and what follows the dash in the ids of things. */
const ids =
  /(?<![0-9a-f])(\d{12}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|(?<=-)[0-9a-f]{17})(?![0-9a-f])/g;

const saysMoreOfIds = new WeakMap<object, boolean>();

/** Whether a policy says something of a part of an id: to any other, two ids are equal or not. */
const hasPartsOfIds = (policy: object): boolean => {
  const known = saysMoreOfIds.get(policy);
  if (known !== undefined) return known;
  const withoutActions = (key: string, value: unknown) => (/Action$/.test(key) ? undefined : value);
  const has = /[0-9a-f]{2}[*?]|[*?][0-9a-f]{2}/.test(JSON.stringify(policy, withoutActions));
  saysMoreOfIds.set(policy, has);
  return has;
};

/** The name of a role's session, which is another one in each execution. */
const sessionNames = (arn: string, { context = {} }: Check): string[] =>
  [arn.includes(':assumed-role/') ? arn.split('/').at(-1) : '', context['sts:RoleSessionName']]
    .flat()
    .filter((name) => name !== undefined && name !== '') as string[];

/**
 * Names ids and sessions in the order in which they come. What then reads the same is decided in the same
 * way: the thousandth account as the first.
 */
const withoutIds = (text: string, sessions: readonly string[]): string => {
  const names = new Map<string, string>();
  const nameOf = (id: string) => {
    const name = names.get(id) ?? `#${names.size}`;
    names.set(id, name);
    return name;
  };
  return sessions
    .reduce((rest, session, index) => rest.replaceAll(session, `#session${index}`), text)
    .replaceAll(ids, nameOf);
};

const policiesOf = (
  { identityPolicies: own, permissionBoundaryPolicies: boundary }: Principal,
  { policy }: Check,
) => [...own, ...(boundary ?? [])].map((one) => one.policy).concat(policy ?? []);

/** Everything that a decision depends on, but for the time. */
const keyOf = (principal: Principal, check: Check): string => {
  const { 'aws:CurrentTime': _, 'aws:EpochTime': __, ...context } = principal.context;
  const { identityPolicies: own, permissionBoundaryPolicies: boundary } = principal;
  const policies = policiesOf(principal, check);
  const { policy: ___, ...asked } = check;
  const about = [principal.arn, principal.accountId, context, own.length, boundary?.length, asked];
  const text = [JSON.stringify(about), ...policies.map(textOf)].join('\n');
  const key = policies.some(hasPartsOfIds)
    ? text
    : withoutIds(text, sessionNames(principal.arn, check));
  return createHash('sha256').update(key).digest('base64');
};

const dependsOnTime = (policies: readonly object[]) =>
  policies.some((policy) => /aws:(CurrentTime|EpochTime)/i.test(textOf(policy)));

/** What IAM decided before it decides again, which saves most of the work; the oldest are forgotten. */
const decisions = new Map<string, Promise<RequestAnalysis>>();
const mostDecisions = 2_000;

const evaluate = (principal: Principal, check: Check): Promise<RequestAnalysis> => {
  const key = keyOf(principal, check);
  const known = decisions.get(key);
  if (known) return known;
  const decided = simulate(principal, check);
  if (dependsOnTime(policiesOf(principal, check))) return decided;
  const [oldest] = decisions.keys();
  if (decisions.size >= mostDecisions && oldest !== undefined) decisions.delete(oldest);
  decisions.set(key, decided);
  return decided;
};

const simulate = async (
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
          accountId:
            check.resourceAccountId ?? (check.policy ? accountOf(check.resource) : accountId),
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
