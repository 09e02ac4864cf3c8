import { noSuchEntity } from './errors.ts';
import { findPolicy, type IamState, type ManagedPolicy } from './state.ts';

/** The managed policy with this ARN, of the account's own or of AWS's. Throws `NoSuchEntity`. */
export const attachablePolicy = (iam: IamState, arn: string): ManagedPolicy => {
  const policy = findPolicy(iam, iam.now, arn);
  if (!policy) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  return policy;
};
