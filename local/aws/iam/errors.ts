import { AwsError } from '../awsError.ts';

/** IAM's `NoSuchEntity`. */
export const noSuchEntity = (message: string): AwsError =>
  new AwsError('NoSuchEntity', message, 404);

/** IAM's `LimitExceeded`. */
export const limitExceeded = (message: string): AwsError =>
  new AwsError('LimitExceeded', message, 409);

/** IAM's `EntityAlreadyExists`. */
export const alreadyExists = (message: string): AwsError =>
  new AwsError('EntityAlreadyExists', message, 409);

/** IAM's `DeleteConflict`. */
export const deleteConflict = (message: string): AwsError =>
  new AwsError('DeleteConflict', message, 409);

/** IAM's `ValidationError`. */
export const validationError = (message: string): AwsError =>
  new AwsError('ValidationError', message);

/** Refuses a name of a role or policy that IAM does not take. */
export const refuseName = (member: string, name: string, longest: number): void => {
  if (name.length > longest || !/^[\w+=,.@-]+$/.test(name)) {
    throw validationError(
      `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_- and be at most ${longest} characters long`,
    );
  }
};

/** Refuses a path that does not begin and end with a slash. */
export const refusePath = (path: string): void => {
  if (!/^\/([!-~]+\/)?$/.test(path)) {
    throw validationError(
      'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
    );
  }
};
