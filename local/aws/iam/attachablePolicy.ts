import { accountOf } from '../arn.ts';
import { noSuchEntity } from './errors.ts';
import { findPolicy, type IamState, type ManagedPolicy } from './state.ts';

/**
 * The managed policy with this ARN, of the account's own or of AWS's: another account's cannot be attached.
 * Throws `NoSuchEntity`.
 */
export const attachablePolicy = (iam: IamState, accountId: string, arn: string): ManagedPolicy => {
  const isTheirs = ![accountId, 'aws'].includes(accountOf(arn));
  const policy = isTheirs ? undefined : findPolicy(iam, iam.now, arn);
  if (!policy) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  return policy;
};
