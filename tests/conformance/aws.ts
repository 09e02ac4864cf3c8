import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { AssumeRoleCommand, type Credentials, STSClient } from '@aws-sdk/client-sts';

/** What a caller signs with. */
export type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** The three accounts that every AWS under test has. */
export const hub = '111111111111';
export const monitored = '222222222222';
export const stranger = '888888888888';
export const accountIds: readonly string[] = [hub, monitored, stranger];

/** The Region of everything that does not say otherwise. */
export const region = 'eu-central-1';

/** Where an AWS listens, and how one becomes somebody there. */
export type Aws = {
  endpoint: string;
  /** The keys of an account's administrator. */
  administrator: (accountId: string) => Keys;
  /** The keys of a role's session, as a service gets them that runs something under the role. */
  sessionOf: (roleArn: string) => Promise<Keys>;
};

/** The clients of one caller in one Region. A call is made once: every answer counts. */
export const clientsOf = (
  { endpoint }: Pick<Aws, 'endpoint'>,
  credentials: Keys,
  place = region,
) => {
  const config = { endpoint, credentials, region: place, maxAttempts: 1 };
  return {
    ec2: new EC2Client(config),
    iam: new IAMClient(config),
    sts: new STSClient(config),
    quotas: new ServiceQuotasClient(config),
  };
};
export type Clients = ReturnType<typeof clientsOf>;

/** Keys out of what STS answers. */
export const keysIn = (credentials: Credentials | undefined): Keys => ({
  accessKeyId: credentials?.AccessKeyId ?? '',
  secretAccessKey: credentials?.SecretAccessKey ?? '',
  sessionToken: credentials?.SessionToken ?? '',
});

/** Assumes a role as somebody. Throws what STS throws. */
export const assumed = async (
  { sts }: Clients,
  RoleArn: string,
  options: { ExternalId?: string; RoleSessionName?: string; DurationSeconds?: number } = {},
): Promise<Keys> => {
  const command = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'conformance', ...options });
  return keysIn((await sts.send(command)).Credentials);
};

/** What a check gets: the administrators of the three accounts, and the way to become somebody else. */
export type World = {
  aws: Aws;
  hub: Clients;
  monitored: Clients;
  stranger: Clients;
  /** A caller with these keys. */
  as: (keys: Keys) => Clients;
  /** An administrator in another Region. */
  elsewhere: (accountId: string, place: string) => Clients;
};

/** The world of an AWS. */
export const worldOf = (aws: Aws): World => ({
  aws,
  hub: clientsOf(aws, aws.administrator(hub)),
  monitored: clientsOf(aws, aws.administrator(monitored)),
  stranger: clientsOf(aws, aws.administrator(stranger)),
  as: (keys) => clientsOf(aws, keys),
  elsewhere: (accountId, place) => clientsOf(aws, aws.administrator(accountId), place),
});
