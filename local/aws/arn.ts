/** The partition a Region belongs to, the second field of every ARN there: `aws`, `aws-cn` or `aws-us-gov`. */
export const partitionOf = (region: string): string => {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
};

/** The partition of an ARN. */
export const partitionIn = (arn: string): string => arn.split(':')[1] ?? '';

/** How the names of a partition's endpoints end, which CloudFormation knows as `AWS::URLSuffix`. */
export const urlSuffixOf = (region: string): string =>
  partitionOf(region) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';

type Place = { accountId: string; region: string };

/** An ARN of a service that has Regions: `arn:aws:states:eu-central-1:111111111111:stateMachine:name`. */
export const regionalArn = (
  service: string,
  { accountId, region }: Place,
  resource: string,
): string => `arn:${partitionOf(region)}:${service}:${region}:${accountId}:${resource}`;

/** An account of a partition, of which there is no other Region to tell: IAM has none. */
export type Account = { partition: string; accountId: string };

/** An ARN of IAM, which has no Region: `arn:aws:iam::111111111111:role/name`. */
export const iamArn = ({ partition, accountId }: Account, resource: string): string =>
  `arn:${partition}:iam::${accountId}:${resource}`;

/** The account's administrator: whoever comes with the account's own id as access key. */
export const rootArn = (account: Account): string => iamArn(account, 'root');

/** A role's ARN. The path begins and ends with a slash and is `/` for most roles. */
export const roleArn = (account: Account, path: string, name: string): string =>
  iamArn(account, `role${path}${name}`);

/** A customer-managed policy's ARN; its path is like a role's. */
export const policyArn = (account: Account, path: string, name: string): string =>
  iamArn(account, `policy${path}${name}`);

/** A session of a role. The role's path is not part of it. */
export const sessionArn = (ofRole: string, sessionName: string): string =>
  `arn:${partitionIn(ofRole)}:sts::${accountOf(ofRole)}:assumed-role/${nameIn(ofRole)}/${sessionName}`;

/** The account an ARN belongs to: its fifth field. */
export const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

/** What an ARN names, without its kind and path: `name` of `…:role/some/path/name`. */
export const nameIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
