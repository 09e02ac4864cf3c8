/** A function's error as Lambda answers it. */
export type LambdaFailure = {
  errorType: string;
  errorMessage: string;
  trace?: string[] | undefined;
};

/** A function's error as one that can be thrown: what it was before it went over the wire. */
export const lambdaError = ({ errorType, errorMessage, trace }: LambdaFailure): Error => {
  const error = new Error(errorMessage);
  // Without a trace of the function's own, this program's must not pass for it.
  return Object.assign(error, { name: errorType, stack: trace?.join('\n') ?? '' });
};
