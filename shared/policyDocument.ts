import * as z from 'zod';

/** IAM writes one value or a list of them, and takes a condition's value unquoted too, such as `true`. */
const Value = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const OneOrMany = z.union([Value, z.array(Value)]).transform((value) => [value].flat());

const Principals = z.union([z.literal('*'), z.record(z.string(), OneOrMany)]);

const Statement = z
  .looseObject({
    Effect: z.enum(['Allow', 'Deny']),
    Action: OneOrMany.optional(),
    NotAction: OneOrMany.optional(),
    Principal: Principals.optional(),
    NotPrincipal: Principals.optional(),
    Condition: z.record(z.string(), z.record(z.string(), OneOrMany)).default({}),
  })
  .refine(({ Action, NotAction }) => Action ?? NotAction, 'expected Action or NotAction');
export type Statement = z.infer<typeof Statement>;

const Document = z.object({
  Statement: z.union([Statement, z.array(Statement)]).transform((value) => [value].flat()),
});

/**
 * The statements of a policy document as IAM's API gives it, in percent-encoding.
 * Throws `SyntaxError` or `ZodError` for what is no policy document.
 */
export const statementsIn = (encoded: string): Statement[] =>
  Document.parse(JSON.parse(decodeURIComponent(encoded))).Statement;

/** Actions that cannot give their holder more than it has: those of other services, and IAM's reading ones. */
const harmless = [
  /^(?!iam:|sts:)[\w-]+:/i,
  /^iam:(get|list|generate|simulate)/i,
  /^sts:(get|decode)/i,
];

const escalates = (action: string) => !harmless.some((pattern) => pattern.test(action));

/** Whether a statement that allows all but some actions leaves out both services that hand out power. */
const spares = (actions: readonly string[]) =>
  actions.includes('*') ||
  ['iam:*', 'sts:*'].every((wanted) => actions.some((one) => one.toLowerCase() === wanted));

const escalationsOf = ({ Effect, Action = [], NotAction }: Statement): string[] => {
  if (Effect === 'Deny') return [];
  if (NotAction && !spares(NotAction)) return [`all but ${NotAction.join(' and ')}`];
  return Action.filter(escalates);
};

/**
 * What in a policy lets its holder give itself whatever else there is: write to IAM, or assume other
 * roles. It looks at what is allowed alone, not at what other statements deny or narrow: it may say too
 * much, never too little.
 */
export const escalationsIn = (statements: readonly Statement[]): string[] =>
  statements.flatMap(escalationsOf);
