import * as s3Sdk from '@aws-sdk/client-s3';
import type { LocalAws } from '../../../local/aws/localAws.ts';
import { restXml } from '../../../local/aws/restXml.ts';
import { objectOf, s3Address } from '../../../local/aws/s3/address.ts';
import { createS3 } from '../../../local/aws/s3/s3.ts';
import { serve } from '../../../local/aws/server.ts';
import { aLocalAws, allow, aPolicy, aWorker, hub, roleArnOf, stranger } from './aLocalAws.ts';

const region = 'eu-central-1';
const admin = { accessKeyId: hub, secretAccessKey: 'any' };
const { GetObjectCommand, PutObjectCommand, HeadObjectCommand } = s3Sdk;
const { DeleteObjectCommand, ListObjectsV2Command } = s3Sdk;

/** A hub with the bucket `lists`, and its worker with some permissions. */
const given = (...statements: Record<string, unknown>[]) => {
  const aws = aLocalAws({ hub: [aWorker(...statements)] });
  const s3 = createS3({ accountId: hub, region, judge: aws.judge });
  aws.register({
    signingName: 's3',
    protocol: restXml('http://s3.amazonaws.com/doc/2006-03-01/', s3Address),
    sdk: s3Sdk,
    operations: s3.operations,
  });
  s3.createBucket('lists');
  return { aws, s3, ...clientsOf(aws) };
};

const clientsOf = (aws: LocalAws) => {
  const config = { region, requestHandler: aws.requestHandler, maxAttempts: 1 };
  const clientOf = (credentials: object, more = {}) =>
    new s3Sdk.S3Client({ ...config, credentials: { ...admin, ...credentials }, ...more });
  return {
    asAdmin: clientOf({}),
    asAdminInPathStyle: clientOf({}, { forcePathStyle: true }),
    asStranger: clientOf({ accessKeyId: stranger }),
    asWorker: () => clientOf(aws.credentialsFor(roleArnOf(hub, 'worker'), 'session')),
  };
};

const Bucket = 'lists';
const put = (Key: string, Body = 'x', more = {}) =>
  new PutObjectCommand({ Bucket, Key, Body, ...more });
const get = (Key: string) => new GetObjectCommand({ Bucket, Key });
const textOf = async (client: s3Sdk.S3Client, Key: string) =>
  (await client.send(get(Key))).Body?.transformToString();

it.each([
  ['lists.s3.eu-central-1.amazonaws.com', '/a/k?x-id=GetObject'],
  ['lists.localhost:4566', '/a/k'],
  ['lists.127.0.0.1:4566', '/a/k'],
  ['127.0.0.1:4566', '/lists/a/k?x-id=GetObject'],
  ['localhost:4566', '/lists/a/k'],
])('finds bucket and key with %s and %s', (host, path) => {
  const request = { method: 'GET', path, headers: { host }, body: '' };
  expect(objectOf(request)).toEqual({ Bucket: 'lists', Key: 'a/k' });
});

describe('an object', () => {
  it.each(['asAdmin', 'asAdminInPathStyle'] as const)('is got as it was put, %s', async (who) => {
    const { [who]: client } = given();
    await client.send(put('a b/ü+%.json', '["Ä"]', { ContentType: 'application/json' }));
    const found = await client.send(get('a b/ü+%.json'));
    expect(found).toMatchObject({ ContentType: 'application/json', ContentLength: 6 });
    expect(found.ETag).toBe('"3eee7579762ad7efc33682e04e67a920"');
    expect(await found.Body?.transformToString()).toBe('["Ä"]');
  });

  it('is the same in both styles', async () => {
    const { asAdmin, asAdminInPathStyle } = given();
    await asAdmin.send(put('k', 'one'));
    expect(await textOf(asAdminInPathStyle, 'k')).toBe('one');
  });

  it('can be larger than any request to another service, over HTTP and by its address', async () => {
    const { aws } = given();
    const { url, close } = await serve(aws, { port: 0 });
    const client = new s3Sdk.S3Client({
      region,
      endpoint: url,
      credentials: admin,
      maxAttempts: 1,
    });
    const content = JSON.stringify(['x'.repeat(2 * 1024 * 1024)]);
    await client.send(put('large', content));
    expect(await textOf(client, 'large')).toBe(content);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'large' }));
    expect(head.ContentLength).toBe(content.length);
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject(
      { name: 'NotFound' },
    );
    client.destroy();
    await close();
  });

  it('is gone once it is deleted', async () => {
    const { asAdmin } = given();
    await asAdmin.send(put('k'));
    await asAdmin.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await expect(asAdmin.send(get('k'))).rejects.toBeInstanceOf(s3Sdk.NoSuchKey);
  });

  it('is put only where there is none, if that is asked', async () => {
    const { asAdmin } = given();
    await asAdmin.send(put('k', 'one', { IfNoneMatch: '*' }));
    await expect(asAdmin.send(put('k', 'two', { IfNoneMatch: '*' }))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    expect(await textOf(asAdmin, 'k')).toBe('one');
  });
});

describe('a list of keys', () => {
  it('is sorted, of a prefix, and in pages', async () => {
    const { asAdmin } = given();
    for (const key of ['a/ü 2', 'b', 'a/3', 'a/1']) await asAdmin.send(put(key, '12'));
    const list = (more: object) =>
      asAdmin.send(new ListObjectsV2Command({ Bucket, Prefix: 'a/', MaxKeys: 2, ...more }));
    const first = await list({});
    expect(first).toMatchObject({ Name: 'lists', KeyCount: 2, IsTruncated: true });
    expect(first.Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([
      ['a/1', 2],
      ['a/3', 2],
    ]);
    const second = await list({ ContinuationToken: first.NextContinuationToken });
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(['a/ü 2']);
    expect(second).toMatchObject({ IsTruncated: false });
  });
});

describe('IAM', () => {
  const objects = 'arn:aws:s3:::lists/in/*';

  it('is asked for the object', async () => {
    const { asAdmin, asWorker } = given(
      allow(['s3:GetObject', 's3:PutObject'], { Resource: objects }),
    );
    await asAdmin.send(put('out/k'));
    const worker = asWorker();
    await worker.send(put('in/k', 'mine'));
    expect(await textOf(worker, 'in/k')).toBe('mine');
    await expect(worker.send(get('out/k'))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('s3:GetObject on resource: arn:aws:s3:::lists/out/k'),
    });
    await expect(worker.send(put('out/k'))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('hides that a key is not there from who may not list the bucket', async () => {
    const getIt = allow('s3:GetObject', { Resource: objects });
    await expect(given(getIt).asWorker().send(get('in/none'))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    const list = allow('s3:ListBucket', { Resource: 'arn:aws:s3:::lists' });
    await expect(given(getIt, list).asWorker().send(get('in/none'))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });

  it('is asked for the prefix of a list', async () => {
    const { asWorker } = given(
      allow('s3:ListBucket', {
        Resource: 'arn:aws:s3:::lists',
        Condition: { StringEquals: { 's3:prefix': 'in/' } },
      }),
    );
    const worker = asWorker();
    await worker.send(new ListObjectsV2Command({ Bucket, Prefix: 'in/' }));
    await expect(worker.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('follows the policy of the bucket', async () => {
    const { s3, asWorker } = given(allow('s3:*'));
    const deny = (Condition: object) =>
      s3.setBucketPolicy(
        'lists',
        aPolicy({
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: ['arn:aws:s3:::lists', 'arn:aws:s3:::lists/*'],
          Condition,
        }),
      );
    deny({ Bool: { 'aws:SecureTransport': 'false' } });
    await asWorker().send(put('k'));
    deny({ Bool: { 'aws:SecureTransport': 'true' } });
    await expect(asWorker().send(put('k'))).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('a request is refused', () => {
  it.each([
    [
      'of a bucket that is not there',
      new GetObjectCommand({ Bucket: 'none', Key: 'k' }),
      'NoSuchBucket',
    ],
    ['with something that is not played here', put('k', 'x', { Tagging: 'a=b' }), 'NotImplemented'],
    ['of an operation that is not played here', new s3Sdk.ListBucketsCommand(), 'NotImplemented'],
    [
      'about a part of an object',
      new s3Sdk.GetObjectTaggingCommand({ Bucket, Key: 'k' }),
      'InvalidArgument',
    ],
  ])('%s', async (_what, command, name) => {
    const { asAdmin } = given();
    await expect(asAdmin.send(command as s3Sdk.GetObjectCommand)).rejects.toMatchObject({ name });
  });

  it('with a key that nobody has', async () => {
    const { aws } = given();
    const { asAdmin } = clientsOf(aws);
    asAdmin.config.credentials = async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'x' });
    await expect(asAdmin.send(get('k'))).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
  });
});
