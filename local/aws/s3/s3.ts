import type {
  DeleteObjectOutput,
  DeleteObjectRequest,
  GetObjectRequest,
  HeadObjectOutput,
  HeadObjectRequest,
  ListObjectsV2Output,
  ListObjectsV2Request,
  PutObjectOutput,
  PutObjectRequest,
} from '@aws-sdk/client-s3';
import { AwsError } from '../awsError.ts';
import type { Judge } from '../judge.ts';
import type { Actor, Operation } from '../service.ts';
import { type Bucket, type Buckets, checkOn, createBuckets, store } from './buckets.ts';
import { listObjects } from './listObjects.ts';

/** One account and Region's S3. */
export type S3Options = { accountId: string; region: string; judge: Judge };

/** An object's place. */
export type ObjectPlace = { Bucket: string; Key: string };

/** What other services do with objects under a role. Each throws what S3 would answer. */
export type ObjectStore = {
  getObject: (actor: Actor, place: ObjectPlace) => Promise<string>;
  putObject: (actor: Actor, place: ObjectPlace, content: string) => Promise<void>;
  /** Throws what S3 would answer to a PutObject, and puts nothing. */
  mayPutObject: (actor: Actor, place: ObjectPlace) => Promise<void>;
};

/** The body is text here, not the stream that the SDK's types have. */
type PutRequest = Omit<PutObjectRequest, 'Body'> & { Body?: string };
type GetOutput = HeadObjectOutput & { Body: string };

const supported = {
  PutObject: [
    ...['Bucket', 'Key', 'Body', 'ContentType', 'ContentLength', 'IfNoneMatch'],
    ...['ServerSideEncryption', 'ChecksumAlgorithm', 'ChecksumCRC32', 'ContentMD5'],
  ],
  GetObject: ['Bucket', 'Key', 'ChecksumMode'],
  HeadObject: ['Bucket', 'Key', 'ChecksumMode'],
  DeleteObject: ['Bucket', 'Key'],
  ListObjectsV2: ['Bucket', 'Prefix', 'MaxKeys', 'ContinuationToken', 'StartAfter', 'EncodingType'],
};

const refuseUnsupported = (action: keyof typeof supported, input: object): void => {
  const other = Object.keys(input).find((name) => !supported[action].includes(name));
  if (!other) return;
  throw new AwsError('NotImplemented', `The local AWS does not know ${other} of s3:${action}`, 501);
};

type OnObject = { Bucket: string | undefined; Key: string | undefined };

/** An operation on an object. HeadObject has no action of its own: who may get an object may. */
const onObject = <Input extends OnObject, Output>(
  buckets: Buckets,
  action: Exclude<keyof typeof supported, 'ListObjectsV2'>,
  run: Operation<Input, Output>['run'],
): Operation<Input, Output> => ({
  mutating: action === 'PutObject' || action === 'DeleteObject',
  checks: (input) => {
    refuseUnsupported(action, input);
    const asked = action === 'HeadObject' ? 'GetObject' : action;
    return [checkOn(buckets.find(input.Bucket), asked, input.Key)];
  },
  run,
});

/** Who may not list a bucket is not told that a key is not there. */
const found = async (judge: Judge, actor: Actor, bucket: Bucket, key: string, code: string) => {
  const object = bucket.objects.get(key);
  if (object) return object;
  const verdict = await judge(actor, checkOn(bucket, 'ListBucket'));
  if (!verdict.allowed) throw new AwsError('AccessDenied', verdict.message, 403);
  throw new AwsError(code, `The specified key does not exist: ${key} in ${bucket.name}`, 404);
};

const headOf = ({ content, contentType, etag, at }: Awaited<ReturnType<typeof found>>) => ({
  ContentLength: Buffer.byteLength(content),
  ContentType: contentType,
  ETag: etag,
  LastModified: at,
});

const putObject = (
  buckets: Buckets,
  { Bucket, Key = '', Body = '', ContentType, IfNoneMatch }: PutRequest,
): PutObjectOutput => {
  const bucket = buckets.find(Bucket);
  if (IfNoneMatch !== undefined && bucket.objects.has(Key)) {
    const message = 'At least one of the pre-conditions you specified did not hold';
    throw new AwsError('PreconditionFailed', message, 412);
  }
  return { ETag: store(bucket, Key, Body, ContentType).etag };
};

const operationsOn = (buckets: Buckets, judge: Judge) => ({
  PutObject: onObject<PutRequest, PutObjectOutput>(buckets, 'PutObject', (input) =>
    putObject(buckets, input),
  ),
  GetObject: onObject<GetObjectRequest, GetOutput>(
    buckets,
    'GetObject',
    async ({ Bucket, Key = '' }, call) => {
      const object = await found(judge, call, buckets.find(Bucket), Key, 'NoSuchKey');
      return { ...headOf(object), Body: object.content };
    },
  ),
  HeadObject: onObject<HeadObjectRequest, HeadObjectOutput>(
    buckets,
    'HeadObject',
    async ({ Bucket, Key = '' }, call) =>
      headOf(await found(judge, call, buckets.find(Bucket), Key, 'NotFound')),
  ),
  DeleteObject: onObject<DeleteObjectRequest, DeleteObjectOutput>(
    buckets,
    'DeleteObject',
    ({ Bucket, Key = '' }) => {
      buckets.find(Bucket).objects.delete(Key);
      return {};
    },
  ),
  ListObjectsV2: listOperation(buckets),
});

const listOperation = (buckets: Buckets): Operation<ListObjectsV2Request, ListObjectsV2Output> => ({
  mutating: false,
  checks: (input) => {
    refuseUnsupported('ListObjectsV2', input);
    const context = { 's3:prefix': input.Prefix ?? '' };
    return [checkOn(buckets.find(input.Bucket), 'ListBucket', undefined, context)];
  },
  run: (input) => listObjects(buckets.find(input.Bucket), input),
});

const objectStore = (buckets: Buckets, judge: Judge): ObjectStore => {
  const asked = async (actor: Actor, action: string, { Bucket, Key }: ObjectPlace) => {
    const bucket = buckets.find(Bucket);
    const verdict = await judge(actor, checkOn(bucket, action, Key));
    if (!verdict.allowed) throw new AwsError('AccessDenied', verdict.message, 403);
    return bucket;
  };
  return {
    getObject: async (actor, place) => {
      const bucket = await asked(actor, 'GetObject', place);
      return (await found(judge, actor, bucket, place.Key, 'NoSuchKey')).content;
    },
    putObject: async (actor, place, content) => {
      store(await asked(actor, 'PutObject', place), place.Key, content, 'application/json');
    },
    mayPutObject: async (actor, place) => {
      await asked(actor, 'PutObject', place);
    },
  };
};

/** S3 as far as lists and results need it: objects of text in buckets with policies. */
export const createS3 = ({ judge, ...where }: S3Options) => {
  const buckets = createBuckets(where);
  return {
    operations: operationsOn(buckets, judge),
    objects: objectStore(buckets, judge),
    /** Makes a bucket and returns its ARN. */
    createBucket: (name: string): string => buckets.create(name).arn,
    /** Gives a bucket the policy that tells who may and who may not use it. */
    setBucketPolicy: (name: string, policy: object) => {
      buckets.find(name).policy = policy;
    },
  };
};
export type S3 = ReturnType<typeof createS3>;
