import type { ListObjectsV2Output, ListObjectsV2Request } from '@aws-sdk/client-s3';
import type { Bucket } from './buckets.ts';

/** AWS answers with a thousand keys at most. */
const mostKeys = 1000;

const tokenOf = (key: string) => Buffer.from(key).toString('base64url');
const keyOf = (token: string) => Buffer.from(token, 'base64url').toString();

/** The page of a bucket's keys that a request asks for, in the order of their bytes. */
export const listObjects = (
  { name, objects }: Bucket,
  request: ListObjectsV2Request,
): ListObjectsV2Output => {
  const { Prefix = '', MaxKeys = mostKeys, ContinuationToken: token, EncodingType } = request;
  const after = token === undefined ? (request.StartAfter ?? '') : keyOf(token);
  const encode = (key: string) => (EncodingType === 'url' ? encodeURIComponent(key) : key);
  const rest = [...objects]
    .filter(
      ([key]) => key.startsWith(Prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0,
    )
    .sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  const page = rest.slice(0, Math.min(MaxKeys, mostKeys));
  const last = page.at(-1)?.[0];
  const more = last !== undefined && page.length < rest.length;
  return {
    Name: name,
    Prefix: encode(Prefix),
    MaxKeys,
    KeyCount: page.length,
    IsTruncated: more,
    ...(EncodingType && { EncodingType }),
    ...(more && { NextContinuationToken: tokenOf(last) }),
    Contents: page.map(([key, { content, etag, at }]) => ({
      Key: encode(key),
      Size: Buffer.byteLength(content),
      ETag: etag,
      LastModified: at,
      StorageClass: 'STANDARD',
    })),
  };
};
