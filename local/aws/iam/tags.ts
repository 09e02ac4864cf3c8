import type { Tag } from '@aws-sdk/client-iam';
import { AwsError } from '../awsError.ts';
import { limitExceeded } from './errors.ts';

/** Tags with others added or replaced. IAM takes 50 and none whose key begins with `aws:`. */
export const withTags = (
  tags: ReadonlyMap<string, string>,
  added: readonly Tag[] = [],
): ReadonlyMap<string, string> => {
  const all = new Map([...tags, ...added.map(({ Key = '', Value = '' }) => [Key, Value] as const)]);
  if (added.some(({ Key }) => Key?.toLowerCase().startsWith('aws:'))) {
    throw new AwsError('InvalidInput', 'Tag keys that begin with aws: are reserved.');
  }
  if (all.size > 50) throw limitExceeded('Cannot exceed quota for TagsPerResource: 50');
  return all;
};

/** Tags as the IAM API shows them, in the order of their keys. */
export const tagList = (tags: ReadonlyMap<string, string>): { Key: string; Value: string }[] =>
  [...tags]
    .map(([Key, Value]) => ({ Key, Value }))
    .sort((one, other) => one.Key.localeCompare(other.Key));
