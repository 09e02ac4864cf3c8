import {
  GetObjectCommand,
  type GetObjectCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2Request,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { anAwsError, batchBucket } from '../builders.ts';
import { s3 } from './recordedAws.ts';

/** So many keys are on a page here, so that a few of them make several pages. */
const pageSize = 2;

/**
 * Lets the batches' bucket hold these texts by their keys, and take others. Returns all of them, those
 * included that are written later.
 */
export const givenObjects = (given: Record<string, string> = {}): Map<string, string> => {
  const objects = new Map(Object.entries(given));
  const inBucket = (bucket: string | undefined) => {
    if (bucket !== batchBucket) throw anAwsError('NoSuchBucket');
  };
  s3.on(GetObjectCommand).callsFake(({ Bucket, Key = '' }: GetObjectCommandInput) => {
    inBucket(Bucket);
    const text = objects.get(Key);
    if (text === undefined) throw anAwsError('NoSuchKey');
    return { Body: { transformToString: async () => text } };
  });
  s3.on(PutObjectCommand).callsFake(({ Bucket, Key = '', Body }: PutObjectCommandInput) => {
    inBucket(Bucket);
    objects.set(Key, String(Body));
    return {};
  });
  s3.on(ListObjectsV2Command).callsFake(
    ({ Bucket, Prefix = '', ContinuationToken = '0' }: ListObjectsV2Request) => {
      inBucket(Bucket);
      const keys = [...objects.keys()].filter((key) => key.startsWith(Prefix)).toSorted();
      const begin = Number(ContinuationToken);
      const end = begin + pageSize;
      return {
        Contents: keys.slice(begin, end).map((Key) => ({ Key })),
        ...(end < keys.length && { IsTruncated: true, NextContinuationToken: String(end) }),
      };
    },
  );
  return objects;
};
