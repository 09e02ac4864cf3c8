import * as z from 'zod/mini';
import { parse } from '../zod.ts';

/** IAM writes one value or a list of them, and takes a condition's value unquoted too, such as `true`. */
const Value = z.pipe(z.union([z.string(), z.boolean(), z.number()]), z.transform(String));

/** A list of what may stand alone. */
const listOf = <Schema extends z.core.$ZodType>(item: Schema) =>
  z.pipe(
    z.union([item, z.array(item)]),
    z.transform((value) => [value].flat()),
  );

const OneOrMany = listOf(Value);

const Principals = z.union([z.literal('*'), z.record(z.string(), OneOrMany)]);

const Statement = z
  .looseObject({
    Effect: z.enum(['Allow', 'Deny']),
    Action: z.optional(OneOrMany),
    NotAction: z.optional(OneOrMany),
    Principal: z.optional(Principals),
    NotPrincipal: z.optional(Principals),
    Condition: z._default(z.record(z.string(), z.record(z.string(), OneOrMany)), {}),
  })
  .check(z.refine(({ Action, NotAction }) => Action ?? NotAction, 'expected Action or NotAction'));
export type Statement = z.infer<typeof Statement>;

const Document = z.object({ Statement: listOf(Statement) });

/**
 * The statements of a policy document as IAM's API gives it, in percent-encoding.
 * Throws `SyntaxError` or `ZodError` for what is no policy document.
 */
export const statementsIn = (encoded: string): Statement[] =>
  parse(Document, JSON.parse(decodeURIComponent(encoded))).Statement;

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
