import {
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';

/** Where an object is, as the AWS CLI takes it. */
export const uriOf = (bucket: string, key: string): string => `s3://${bucket}/${key}`;

/** The text of an object; nothing where there is none of that key. */
export const readObject = async (
  client: S3Client,
  bucket: string,
  key: string,
): Promise<string | undefined> => {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
};

/** Writes a text, in the place of what has the same key. */
export const writeObject = async (
  client: S3Client,
  bucket: string,
  key: string,
  text: string,
): Promise<void> => {
  const ContentType = key.endsWith('.jsonl') ? 'application/jsonl' : 'application/json';
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType }));
};

/** The keys that begin like this, in the order of the alphabet. */
export const listKeys = async (
  client: S3Client,
  bucket: string,
  prefix: string,
): Promise<string[]> => {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
  }
  return keys;
};
