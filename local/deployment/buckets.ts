import * as z from 'zod';
import { urlSuffixOf } from '../aws/arn.ts';
import type { S3 } from '../aws/s3/s3.ts';
import { Json } from '../json.ts';
import type { DeploymentContext, Providers } from './deploy.ts';

/** A key of KMS would want permissions of its own, which are not played here. */
const Encryption = z.strictObject({
  ServerSideEncryptionConfiguration: z.array(
    z.looseObject({
      ServerSideEncryptionByDefault: z.strictObject({ SSEAlgorithm: z.literal('AES256') }),
    }),
  ),
});

const Bucket = z.strictObject({
  BucketName: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
    .optional(),
  BucketEncryption: Encryption.optional(),
  // Nobody is anonymous here, objects have no ACLs, and none is old enough to be removed.
  PublicAccessBlockConfiguration: Json.optional(),
  OwnershipControls: Json.optional(),
  LifecycleConfiguration: Json.optional(),
  Tags: Json.optional(),
});

const BucketPolicy = z.strictObject({
  Bucket: z.string(),
  PolicyDocument: z.record(z.string(), Json),
});

/** A name as CloudFormation makes one up, except that it is the same each time. */
const generatedName = ({ stackName }: DeploymentContext, logicalId: string) =>
  `${stackName}-${logicalId}`.toLowerCase().slice(0, 63);

/** Makes a template's buckets and their policies. Throws a `ZodError` for what it does not know. */
export const bucketProviders = (
  { createBucket, setBucketPolicy }: Pick<S3, 'createBucket' | 'setBucketPolicy'>,
  context: DeploymentContext,
): Providers => ({
  'AWS::S3::Bucket': (logicalId, properties) => {
    const { BucketName: name = generatedName(context, logicalId) } = Bucket.parse(properties);
    const suffix = urlSuffixOf(context.region);
    const attributes = {
      Arn: createBucket(name),
      DomainName: `${name}.s3.${suffix}`,
      RegionalDomainName: `${name}.s3.${context.region}.${suffix}`,
    };
    return { ref: name, attributes };
  },
  'AWS::S3::BucketPolicy': (logicalId, properties) => {
    const { Bucket: name, PolicyDocument } = BucketPolicy.parse(properties);
    setBucketPolicy(name, PolicyDocument);
    return { ref: logicalId, attributes: {} };
  },
});
