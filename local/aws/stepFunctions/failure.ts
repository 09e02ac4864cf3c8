import * as z from 'zod';

/** How a state or an execution failed, as Step Functions reports it. */
export type Failure = { error: string; cause?: string };

// Not `instanceof Error`: an error may come from another JavaScript realm.
const Thrown = z.object({ name: z.string(), message: z.string(), stack: z.string().optional() });

const thrown = (error: unknown) =>
  Thrown.safeParse(error).data ?? { name: 'Error', message: String(error) };

/**
 * What came of invoking a Lambda function, as Step Functions reports it: a function's own error with a cause
 * in JSON, one of Lambda itself with Lambda's words.
 */
export const lambdaFailure = (error: unknown): Required<Failure> => {
  const { name, message, stack } = thrown(error);
  if (name.startsWith('Lambda.')) return { error: name, cause: message };
  const trace = stack ? { trace: stack.split('\n') } : {};
  return {
    error: name,
    cause: JSON.stringify({ errorType: name, errorMessage: message, ...trace }),
  };
};

/** What the interpreter ended with. A timeout has no cause. */
export const failureOf = (error: unknown): Failure => {
  const { name, message } = thrown(error);
  return name === 'States.Timeout' ? { error: name } : { error: name, cause: message };
};

/** Carries a failed function's error through the interpreter, which matches on `name`. */
export class TaskFailed extends Error {
  override readonly name: string;

  constructor({ error, cause }: Required<Failure>) {
    super(cause);
    this.name = error;
  }
}

/** Ends what the interpreter still has under way after a stop: no Retry and no Catch sees it. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly isRetryable = false;
  readonly isCatchable = false;
}
