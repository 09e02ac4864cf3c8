import { bucketProviders } from '../../local/deployment/buckets.ts';
import { deploy } from '../../local/deployment/deploy.ts';
import { readTemplate } from '../../local/deployment/template.ts';
import { provenTemplate } from './globalSetup.ts';
import { hub } from './scenarios.ts';

/** The policy of the batches' bucket as it is packaged, without intrinsic functions. */
export const bucketPolicy = async (): Promise<object> => {
  const template = readTemplate(provenTemplate);
  const { BatchBucket, BatchBucketPolicy } = template.Resources;
  if (!BatchBucket || !BatchBucketPolicy) throw new Error('the template has no BatchBucketPolicy');
  const policies: object[] = [];
  const context = { accountId: hub, region: 'eu-central-1', stackName: 'sightline-dev' };
  const providers = bucketProviders(
    {
      createBucket: (name) => `arn:aws:s3:::${name}`,
      setBucketPolicy: (_, policy) => void policies.push(policy),
    },
    context,
  );
  const bucketOnly = { ...template, Resources: { BatchBucket, BatchBucketPolicy }, Outputs: {} };
  await deploy(bucketOnly, context, providers);
  const [policy] = policies;
  if (!policy) throw new Error('BatchBucketPolicy is not deployed');
  return policy;
};
