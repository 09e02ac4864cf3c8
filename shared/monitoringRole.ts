import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { RolePlan } from './execution.ts';

/** IAM takes a condition's value unquoted too, such as `true`. */
const Value = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const OneOrMany = z.union([Value, z.array(Value)]).transform((value) => [value].flat().sort());
const Principals = z.union([z.string(), z.record(z.string(), OneOrMany)]);

const Statement = z.looseObject({
  Sid: z.string().optional(),
  Action: OneOrMany.optional(),
  Principal: Principals.optional(),
  Condition: z.record(z.string(), z.record(z.string(), OneOrMany)).optional(),
});
const OneOrManyStatements = z
  .union([Statement, z.array(Statement)])
  .transform((value) => [value].flat());
const TrustPolicy = z.object({ Statement: OneOrManyStatements });

/** The trust policy of the monitoring role: the hub's principals, with the external id if there is one. */
export const trustPolicyFor = ({ principals, externalId }: RolePlan): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: principals.length === 1 ? principals[0] : [...principals] },
        Action: 'sts:AssumeRole',
        ...(externalId !== undefined && {
          Condition: { StringEquals: { 'sts:ExternalId': externalId } },
        }),
      },
    ],
  });

/**
 * A trust policy without what does not change its meaning: order, statement ids, lists of one, and the
 * empty condition that the console writes.
 */
const meaningOf = (document: string): unknown => {
  const { Statement: statements } = TrustPolicy.parse(JSON.parse(document));
  return statements.map(({ Sid: _, Condition: condition = {}, ...rest }) => ({
    ...rest,
    condition,
  }));
};

/** Whether two trust policies say the same. Throws `ZodError` for what is no trust policy. */
export const sameTrust = (one: string, other: string): boolean =>
  isDeepStrictEqual(meaningOf(one), meaningOf(other));

/** A monitoring role as it is. */
export type ExistingRole = {
  trustPolicy: string;
  /** Managed policies. */
  policyArns: readonly string[];
  inlinePolicyNames: readonly string[];
};

/** How an existing role differs from what was asked; all empty for a role that fits. */
export type RoleDifferences = {
  trust: boolean;
  missingPolicyArns: string[];
  /** What the role has beyond what was asked; Sightline takes nothing away. */
  extraPolicies: string[];
};

/** Compares an existing role with the plan. */
export const differencesOf = (existing: ExistingRole, plan: RolePlan): RoleDifferences => ({
  trust: !sameTrust(existing.trustPolicy, trustPolicyFor(plan)),
  missingPolicyArns: plan.policyArns.filter((arn) => !existing.policyArns.includes(arn)),
  extraPolicies: [
    ...existing.policyArns.filter((arn) => !plan.policyArns.includes(arn)),
    ...existing.inlinePolicyNames.map((name) => `inline policy ${name}`),
  ],
});

/** The differences as an error lists them. */
export const describeDifferences = (differences: RoleDifferences): string =>
  [
    ...(differences.trust ? ['its trust policy is not the asked one'] : []),
    ...differences.missingPolicyArns.map((arn) => `${arn} is not attached`),
    ...differences.extraPolicies.map((policy) => `${policy} is attached and was not asked for`),
  ].join('; ');
