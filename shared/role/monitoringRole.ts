import { SightlineError } from '../errors.ts';
import type { RolePlan } from '../execution.ts';
import { type Statement, statementsIn } from './policyDocument.ts';

/** A monitoring role as it is. */
export type ExistingRole = {
  /** In percent-encoding, as IAM gives it. */
  trustPolicy: string;
  /** Managed policies. */
  policyArns: readonly string[];
  inlinePolicyNames: readonly string[];
  boundaryArn: string | undefined;
};

const trustStatement = ({ principals }: RolePlan, externalId: string | undefined) => ({
  Effect: 'Allow',
  Principal: { AWS: principals.length === 1 ? principals[0] : [...principals] },
  Action: 'sts:AssumeRole',
  ...(externalId !== undefined && {
    Condition: { StringEquals: { 'sts:ExternalId': externalId } },
  }),
});

const documentWith = (statement: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [statement] });

/** The trust policy of the monitoring role: the hub's principals, with the external id if there is one. */
export const trustPolicyFor = (plan: RolePlan): string =>
  documentWith(trustStatement(plan, plan.externalId));

/** The same for people to read: messages go further than an external id should. */
export const trustPolicyToShow = (plan: RolePlan): string =>
  documentWith(trustStatement(plan, plan.externalId && 'THE-EXTERNAL-ID'));

/** The account as a whole; IAM shows it as an ARN, people write the bare id too. */
const isRoot = (principal: string) => /^\d{12}$|:root$/.test(principal);

const accountIn = (principal: string) =>
  /^\d{12}$/.test(principal) ? principal : principal.split(':')[4];

/** Whoever trusts the hub account as a whole trusts each principal in it. */
const isHubs = (principal: string, { principals }: RolePlan) =>
  principals.some(
    (wanted) =>
      wanted === principal || (isRoot(wanted) && accountIn(wanted) === accountIn(principal)),
  );

/** Whether trusting this principal lets in the wanted one. */
const covers = (principal: string, wanted: string) =>
  principal === '*' ||
  principal === wanted ||
  (accountIn(principal) === accountIn(wanted) && (isRoot(wanted) || isRoot(principal)));

const awsPrincipals = ({ Principal: principal, NotPrincipal }: Statement): readonly string[] => {
  if (principal === '*' || NotPrincipal) return ['*'];
  return principal?.['AWS'] ?? [];
};

const otherPrincipals = (statement: Statement, plan: RolePlan): string[] => {
  const { Principal: principal, NotPrincipal: spared } = statement;
  if (spared) return ['everybody but some (NotPrincipal)'];
  if (principal === '*') return ['everybody (*)'];
  if (!principal) return ['somebody whom its statement does not name'];
  const { AWS: own = [], ...others } = principal;
  return [...own.filter((one) => !isHubs(one, plan)), ...Object.values(others).flat()];
};

/** The external ids that a statement takes; none where it does not ask for one. Keys have no case in IAM. */
const externalIdsOf = ({ Condition }: Statement): readonly string[] =>
  Object.entries(Condition['StringEquals'] ?? {})
    .filter(([key]) => key.toLowerCase() === 'sts:externalid')
    .flatMap(([, ids]) => ids);

const asksForOther = (statement: Statement, { externalId }: RolePlan) => {
  const taken = externalIdsOf(statement);
  return taken.length > 0 && (externalId === undefined || !taken.includes(externalId));
};

const isLaxer = (statement: Statement, { externalId }: RolePlan) => {
  const taken = externalIdsOf(statement);
  return externalId !== undefined && (taken.length !== 1 || taken[0] !== externalId);
};

/** Some statements only let sessions carry tags or a name along; by themselves they let nobody in. */
const letsAssume = ({ Effect, Action }: Statement) =>
  Effect === 'Allow' &&
  !Action?.every((action) => /^sts:(TagSession|SetSourceIdentity)$/i.test(action));

/** How whom a role trusts differs from what was asked. */
export type TrustFindings = {
  /** Whom it lets in besides the hub, or the hub without what it should ask for. */
  others: string[];
  /** What keeps the hub out. */
  lacking: string[];
};

/** Compares a trust policy, in percent-encoding, with the plan. Throws what `statementsIn` throws. */
export const findingsInTrust = (trustPolicy: string, plan: RolePlan): TrustFindings => {
  const allowing = statementsIn(trustPolicy).filter(letsAssume);
  const trusted = allowing.flatMap(awsPrincipals);
  const other = allowing.length > 0 && allowing.every((one) => asksForOther(one, plan));
  const lax = !other && allowing.some((one) => isLaxer(one, plan));
  return {
    others: [
      ...allowing
        .flatMap((statement) => otherPrincipals(statement, plan))
        .map((principal) => `it trusts ${principal}`),
      ...(lax ? ['it does not insist on the external id'] : []),
    ],
    lacking: [
      ...plan.principals
        .filter((wanted) => !trusted.some((principal) => covers(principal, wanted)))
        .map((wanted) => `it does not trust ${wanted}`),
      ...(other ? ['it asks for another external id'] : []),
    ],
  };
};

/** The asked policies that a role does not have. */
export const missingPolicies = ({ policyArns }: ExistingRole, plan: RolePlan): string[] =>
  plan.policyArns.filter((arn) => !policyArns.includes(arn));

/** A missing policy as an error names it. */
export const notAttached = (arn: string): string => `${arn} is not attached`;

/** What a role has beyond the asked policies. */
export const extraPolicies = (role: ExistingRole, plan: RolePlan): string[] => [
  ...role.policyArns
    .filter((arn) => !plan.policyArns.includes(arn))
    .map((arn) => `${arn} is attached and was not asked for`),
  ...role.inlinePolicyNames.map(
    (name) => `it has the inline policy ${name}, which was not asked for`,
  ),
];

/** Throws an error about a role that names all findings, if there are any. */
export const refuseRole = (
  name: 'RoleConflict' | 'RoleTrustsOthers' | 'RoleTooPowerful',
  plan: RolePlan,
  findings: readonly string[],
): void => {
  if (findings.length === 0) return;
  throw new SightlineError(name, {
    roleArn: plan.arn,
    name: plan.name,
    findings: findings.join('; '),
    trustPolicy: trustPolicyToShow(plan),
  });
};

/** What keeps Sightline from giving an existing role the policies that it lacks. */
const obstacles = (
  { boundaryArn = 'none' }: ExistingRole,
  plan: RolePlan,
  missing: readonly string[],
  ours: boolean,
): string[] => {
  if (missing.length === 0) return [];
  if (!ours) return missing.map(notAttached);
  return boundaryArn === (plan.boundaryArn ?? 'none')
    ? []
    : [`its permissions boundary is ${boundaryArn}, not ${plan.boundaryArn ?? 'none'}`];
};

/**
 * The policies that an existing role lacks and is to get. Throws `RoleConflict`, with all that is wrong
 * with the role, where the hub is kept out or the role is not Sightline's to give policies to.
 */
export const policiesToAttach = (role: ExistingRole, plan: RolePlan, ours: boolean): string[] => {
  const missing = missingPolicies(role, plan);
  const { lacking, others } = findingsInTrust(role.trustPolicy, plan);
  const conflicts = [...lacking, ...obstacles(role, plan, missing, ours)];
  const besides = conflicts.length > 0 ? [...others, ...extraPolicies(role, plan)] : [];
  refuseRole('RoleConflict', plan, [...conflicts, ...besides]);
  return missing;
};

/** Throws `RoleTrustsOthers` or `RoleTooPowerful` for a role that is more than the plan wants it to be. */
export const refuseBesides = (role: ExistingRole, plan: RolePlan): void => {
  refuseRole('RoleTrustsOthers', plan, findingsInTrust(role.trustPolicy, plan).others);
  refuseRole('RoleTooPowerful', plan, extraPolicies(role, plan));
};
