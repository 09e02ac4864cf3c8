import * as z from 'zod/mini';
import { problemsOf, SightlineError } from './errors.ts';
import { log } from './log.ts';
import { parse } from './zod.ts';

/** What the log lines of a step say about its onboarding; nothing else of the input is logged. */
const Subject = z.object({
  executionName: z.optional(z.string()),
  plan: z.optional(z.object({ accountId: z.string() })),
  request: z.optional(z.object({ accountId: z.string() })),
});

const subjectOf = (event: unknown) => {
  const { executionName, plan, request } = parse(z.catch(Subject, {}), event);
  return { execution: executionName, accountId: (plan ?? request)?.accountId };
};

/** Whom a result is about, where the input does not tell it. */
type About = { accountId: string; execution: string };

type LambdaContext = { functionName: string };

/**
 * Makes a Lambda handler of a use case: the input is parsed, what was done is logged as one line.
 * Errors pass through untouched, so that the state machine sees their names. Throws
 * `InvalidStepInput` for an input that does not fit.
 *
 * @example export const handler = task(Input, ({ peering }) => waitForAcceptance(ec2, peering.id));
 */
export const task =
  <Input extends z.core.$ZodType, Result extends { did: string; about?: About }>(
    input: Input,
    useCase: (input: z.output<Input>) => Promise<Result>,
  ) =>
  async (event: unknown, context: LambdaContext): Promise<Result> => {
    const subject = { ...subjectOf(event), step: context.functionName };
    const parsed = z.safeParse(input, event);
    if (!parsed.success) {
      const problems = problemsOf(parsed.error);
      throw new SightlineError('InvalidStepInput', { step: context.functionName, problems });
    }
    const result = await useCase(parsed.data);
    log().info(result.did, { ...subject, ...result.about });
    return result;
  };
