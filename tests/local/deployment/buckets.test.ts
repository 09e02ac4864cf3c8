import { createS3 } from '../../../local/aws/s3/s3.ts';
import { bucketProviders } from '../../../local/deployment/buckets.ts';
import { deploy } from '../../../local/deployment/deploy.ts';
import { parseTemplate } from '../../../local/deployment/template.ts';

const accountId = '111111111111';
const context = { accountId, region: 'eu-central-1', stackName: 'Test' };

const deployed = async (resources: string) => {
  const s3 = createS3({ ...context, judge: async () => ({ allowed: true }) });
  const template = parseTemplate(`Resources:\n${resources}`);
  return { s3, ...(await deploy(template, context, bucketProviders(s3, context))) };
};
const call = {
  ...{ service: 's3', action: 'PutObject', region: context.region },
  caller: { accountId, arn: 'arn', principalArn: 'arn' },
};

it('makes a bucket and gives it its policy', async () => {
  const { s3, resources, passedOver } = await deployed(`
  Lists:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: { SSEAlgorithm: AES256 }
      PublicAccessBlockConfiguration: { BlockPublicAcls: true }
      LifecycleConfiguration: { Rules: [{ Status: Enabled, ExpirationInDays: 90 }] }
      OwnershipControls: { Rules: [{ ObjectOwnership: BucketOwnerEnforced }] }
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Lists
      PolicyDocument: { Statement: [{ Sid: !GetAtt Lists.Arn }] }`);
  expect(passedOver).toEqual([]);
  expect(resources['Lists']).toMatchObject({
    ref: 'test-lists',
    attributes: {
      Arn: 'arn:aws:s3:::test-lists',
      RegionalDomainName: 'test-lists.s3.eu-central-1.amazonaws.com',
    },
  });
  expect(s3.operations.PutObject.checks({ Bucket: 'test-lists', Key: 'k' }, call)).toMatchObject([
    {
      action: 's3:PutObject',
      resource: 'arn:aws:s3:::test-lists/k',
      policy: { Statement: [{ Sid: 'arn:aws:s3:::test-lists' }] },
    },
  ]);
});

it.each([
  ['a property', '{ WebsiteConfiguration: {} }', /WebsiteConfiguration/],
  [
    'an encryption',
    '{ BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: aws:kms } }] } }',
    /AES256/,
  ],
  ['a name', '{ BucketName: Lists }', /BucketName/],
])('refuses %s that it does not know', async (_what, properties, message) => {
  await expect(
    deployed(`  Lists: { Type: AWS::S3::Bucket, Properties: ${properties} }`),
  ).rejects.toThrow(message);
});
