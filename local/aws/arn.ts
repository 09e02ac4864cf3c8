/** The partition of every ARN that IAM and STS make here. */
const partition = 'aws';

/** An ARN of IAM, which has no Region: `arn:aws:iam::111111111111:role/name`. */
export const iamArn = (accountId: string, resource: string): string =>
  `arn:${partition}:iam::${accountId}:${resource}`;

/** The account's administrator: whoever comes with the account's own id as access key. */
export const rootArn = (accountId: string): string => iamArn(accountId, 'root');

/** A role's ARN. The path begins and ends with a slash and is `/` for most roles. */
export const roleArn = (accountId: string, path: string, name: string): string =>
  iamArn(accountId, `role${path}${name}`);

/** A customer-managed policy's ARN; its path is like a role's. */
export const policyArn = (accountId: string, path: string, name: string): string =>
  iamArn(accountId, `policy${path}${name}`);

/** A session of a role. The role's path is not part of it. */
export const sessionArn = (accountId: string, roleName: string, sessionName: string): string =>
  `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;

/** The account an ARN belongs to: its fifth field. */
export const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

/** What an ARN names, without its kind and path: `name` of `…:role/some/path/name`. */
export const nameIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
