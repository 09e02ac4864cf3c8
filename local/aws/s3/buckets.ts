import { createHash } from 'node:crypto';
import { partitionOf } from '../arn.ts';
import { AwsError } from '../awsError.ts';
import type { Check, Context } from '../service.ts';

/** An object; its content is text here. */
export type StoredObject = { content: string; contentType: string; etag: string; at: Date };

/** A bucket with its objects by key. */
export type Bucket = {
  name: string;
  arn: string;
  accountId: string;
  policy?: object;
  objects: Map<string, StoredObject>;
};

/** The buckets of an account and Region; `find` throws `NoSuchBucket`. */
export type Buckets = {
  create: (name: string) => Bucket;
  find: (name: string | undefined) => Bucket;
};

/** No buckets yet. */
export const createBuckets = ({
  accountId,
  region,
}: {
  accountId: string;
  region: string;
}): Buckets => {
  const buckets = new Map<string, Bucket>();
  return {
    create: (name) => {
      const arn = `arn:${partitionOf(region)}:s3:::${name}`;
      const bucket = { name, arn, accountId, objects: new Map() };
      buckets.set(name, bucket);
      return bucket;
    },
    find: (name = '') => {
      const bucket = buckets.get(name);
      if (bucket) return bucket;
      throw new AwsError('NoSuchBucket', `The specified bucket does not exist: ${name}`, 404);
    },
  };
};

/** Puts a content where there may have been another. */
export const store = (
  { objects }: Bucket,
  key: string,
  content: string,
  contentType = 'application/octet-stream',
): StoredObject => {
  const etag = `"${createHash('md5').update(content).digest('hex')}"`;
  const object = { content, contentType, etag, at: new Date() };
  objects.set(key, object);
  return object;
};

/**
 * What IAM is asked about a bucket, or about an object in it. Clients reach the local AWS without TLS on this
 * machine only; a policy that wants TLS of them wants it of AWS, so it is told that there is.
 */
export const checkOn = (
  { arn, accountId, policy }: Bucket,
  action: string,
  key: string | undefined = undefined,
  context: Context = {},
): Check => ({
  action: `s3:${action}`,
  resource: key === undefined ? arn : `${arn}/${key}`,
  resourceAccountId: accountId,
  context: { 'aws:SecureTransport': 'true', ...context },
  ...(policy && { policy }),
});
