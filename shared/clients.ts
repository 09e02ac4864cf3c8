import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SFNClient } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { isAllowedAccount } from './allowed.ts';
import { SightlineError } from './errors.ts';
import { settings } from './settings.ts';

/**
 * How requests leave the process. All clients share it, so that a warm Lambda keeps its connections
 * although every onboarding has clients of its own. Tests put the local AWS in its place.
 */
export const transport: { requestHandler: NonNullable<EC2ClientConfig['requestHandler']> } = {
  requestHandler: new NodeHttpHandler({
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    // Without this, the handler only warns, and the function waits until Lambda ends it.
    throwOnRequestTimeout: true,
  }),
};

/** Credentials of an assumed role, and as whom; good for 15 minutes, as long as a Lambda may run. */
export type Session = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** The ARN of the session, by which AWS's logs name it. */
  arn: string;
};

/**
 * How often a call is tried: a throttled one for some 15 s at most. To try the call again is cheaper than
 * to try the step again, which repeats all of its calls.
 */
const maxAttempts = 6;

/** What a client of a Region is made from, with a session or as the hub. */
export const configOf = (region: string, session?: Session) => ({
  region,
  requestHandler: transport.requestHandler,
  maxAttempts,
  ...(session && { credentials: session }),
});

/** An EC2 client for a Region: the hub's own, or that of a session in another account. */
export const ec2In = (region: string, session?: Session): EC2Client =>
  new EC2Client(configOf(region, session));

/** An IAM client of a session. */
export const iamOf = (session: Session): IAMClient =>
  new IAMClient(configOf(settings().hub.region, session));

/** A Service Quotas client for a Region: the hub's own, or that of a session in another account. */
export const quotasIn = (region: string, session?: Session): ServiceQuotasClient =>
  new ServiceQuotasClient(configOf(region, session));

/** The hub's own STS client, in the hub's Region. */
export const sts = (): STSClient => new STSClient(configOf(settings().hub.region));

/** A Lambda client for the Region that this function runs in, as the state machine does. */
export const lambda = (): LambdaClient =>
  new LambdaClient(configOf(settings().stateMachineArn.split(':')[3] ?? ''));

/** An S3 client for the Region of the batches' bucket, which is the state machine's. */
export const s3 = (): S3Client =>
  new S3Client(configOf(settings().stateMachineArn.split(':')[3] ?? ''));

/** A Step Functions client for the state machine's Region. */
export const sfn = (): SFNClient =>
  new SFNClient(configOf(settings().stateMachineArn.split(':')[3] ?? ''));

/**
 * The name of a role session: `sightline-` and the execution's name, in the characters and the length
 * that STS allows (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html). The other
 * account sees it in its CloudTrail.
 */
export const sessionNameOf = (executionName: string): string =>
  `sightline-${executionName}`.replace(/[^\w+=,.@-]/g, '-').slice(0, 64);

/** A role to act as, and for which execution. */
export type RoleToAssume = {
  arn: string;
  externalId: string | undefined;
  executionName: string;
};

/** Whatever a request or a step's input may say: no role is assumed outside the allowed accounts. */
const refuseOtherAccounts = (arn: string) => {
  const accountId = arn.split(':')[4] ?? '';
  if (isAllowedAccount(accountId, settings())) return;
  throw new SightlineError('AccountNotAllowed', { accountId });
};

/**
 * Assumes a role as the hub. Throws `AccountNotAllowed`, and what STS throws: `AccessDenied` for every
 * reason there is.
 */
export const assume = async ({
  arn,
  externalId,
  executionName,
}: RoleToAssume): Promise<Session> => {
  refuseOtherAccounts(arn);
  const { Credentials: credentials, AssumedRoleUser: user } = await sts().send(
    new AssumeRoleCommand({
      RoleArn: arn,
      RoleSessionName: sessionNameOf(executionName),
      DurationSeconds: 900,
      ...(externalId !== undefined && { ExternalId: externalId }),
    }),
  );
  return {
    accessKeyId: credentials?.AccessKeyId ?? '',
    secretAccessKey: credentials?.SecretAccessKey ?? '',
    sessionToken: credentials?.SessionToken ?? '',
    arn: user?.Arn ?? '',
  };
};

/** The ARN of a role, in the partition that the hub is in. */
export const roleArn = (accountId: string, roleName: string): string =>
  `arn:${settings().partition}:iam::${accountId}:role/${roleName}`;

/** Whether AWS said that it may not be done, in the words of any of its services. */
export const isDenied = (error: unknown): error is Error =>
  error instanceof Error &&
  /^(AccessDenied|AccessDeniedException|UnauthorizedOperation)$/.test(error.name);

/**
 * A session of the onboarding role in the monitored account.
 * Throws `OnboardingRoleNotAssumable` with what may be the reason.
 */
export const onboardingSession = async (
  accountId: string,
  executionName: string,
): Promise<Session> => {
  const { onboardingRole, hub } = settings();
  const arn = roleArn(accountId, onboardingRole.name);
  try {
    return await assume({ arn, externalId: onboardingRole.externalId, executionName });
  } catch (cause) {
    if (!isDenied(cause)) throw cause;
    throw new SightlineError(
      'OnboardingRoleNotAssumable',
      { roleArn: arn, accountId, hubAccountId: hub.accountId, reason: cause.message },
      { cause },
    );
  }
};
