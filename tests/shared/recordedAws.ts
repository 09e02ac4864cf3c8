import { Logger } from '@aws-lambda-powertools/logger';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type AssumeRoleCommandOutput,
  STSClient,
} from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { anAwsError, preflightFunction, settingsEnvironment, topicArn } from '../builders.ts';

export const ec2 = mockClient(EC2Client);
export const iam = mockClient(IAMClient);
export const sts = mockClient(STSClient);
export const sfn = mockClient(SFNClient);
export const sns = mockClient(SNSClient);
export const lambda = mockClient(LambdaClient);
export const s3 = mockClient(S3Client);
export const quotas = mockClient(ServiceQuotasClient);
export const eventBridge = mockClient(EventBridgeClient);

/** What the functions log in the course of a test. */
export const logged = jest.spyOn(Logger.prototype, 'info').mockImplementation(() => undefined);

/** What the routes of the API log of a failure. */
export const loggedErrors = jest
  .spyOn(Logger.prototype, 'error')
  .mockImplementation(() => undefined);

type Client = {
  config: {
    region: () => Promise<string>;
    credentials: () => Promise<{ accessKeyId: string }>;
  };
};

type Call = {
  args: [{ input: object }];
  thisValue: Client;
  calledBefore(other: Call): boolean;
};

type Recorder = { calls: () => Call[] };

/** A call to AWS: who made it, and where. */
export type RecordedCall = { by: string; in: string; command: string; input: object };

const recorded = async ({
  args: [command],
  thisValue: { config },
}: Call): Promise<RecordedCall> => ({
  by: (await config.credentials()).accessKeyId,
  in: await config.region(),
  command: command.constructor.name.replace(/Command$/, ''),
  input: command.input,
});

/**
 * The calls that AWS got, in their order, of one service or of several. `by` is `hub`, or the name of the
 * role whose session made the call.
 */
export const callsTo = (...services: Recorder[]): Promise<RecordedCall[]> => {
  const calls = services.flatMap((aws) => aws.calls());
  return Promise.all(calls.toSorted((a, b) => (a.calledBefore(b) ? -1 : 1)).map(recorded));
};

/** Whether a call only asks whether it would be permitted: EC2 carries out nothing of it. */
const isDryRun = ({ input }: RecordedCall) => 'DryRun' in input && input.DryRun === true;

const reads = ({ command }: RecordedCall) => /^(Describe|Get|List)/.test(command);

/** Those calls that change something: they do not just read, nor just ask with DryRun. */
export const changesIn = async (aws: Recorder): Promise<RecordedCall[]> =>
  (await callsTo(aws)).filter((call) => !reads(call) && !isDryRun(call));

/** Those calls that only ask, with DryRun, whether they would be permitted. */
export const dryRunsIn = async (aws: Recorder): Promise<RecordedCall[]> =>
  (await callsTo(aws)).filter(isDryRun);

/** What STS answers whoever may assume a role. The session's access key is the role's name, which `callsTo` tells. */
export const sessionOf = ({
  RoleArn: arn = '',
  RoleSessionName: session,
}: AssumeRoleCommandInput): Omit<AssumeRoleCommandOutput, '$metadata'> => {
  const name = arn.split('/').at(-1) ?? '';
  const [, partition, , , accountId] = arn.split(':');
  return {
    Credentials: {
      AccessKeyId: name,
      SecretAccessKey: 'secret',
      SessionToken: 'token',
      Expiration: new Date(Date.now() + 900_000),
    },
    AssumedRoleUser: {
      AssumedRoleId: `AROA222222222EXAMPLE:${session}`,
      Arn: `arn:${partition}:sts::${accountId}:assumed-role/${name}/${session}`,
    },
  };
};

/** Makes a role that nobody may assume of the one with this name. */
export const denyRole = (roleArn: string, error = anAwsError('AccessDenied', 'not authorized')) =>
  sts.on(AssumeRoleCommand, { RoleArn: roleArn }).rejects(error);

/** Lets the hub assume a role that `denyRole` has denied it. */
export const allowRole = (RoleArn: string) =>
  sts.on(AssumeRoleCommand, { RoleArn }).callsFake(sessionOf);

beforeEach(() => {
  jest.replaceProperty(process, 'env', {
    ...settingsEnvironment(),
    TOPIC_ARN: topicArn,
    PREFLIGHT_FUNCTION: preflightFunction,
    AWS_ACCESS_KEY_ID: 'hub',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
  // A test names every call that it expects; any other one ends it.
  const unexpected = anAwsError('UnexpectedCall', 'the test says nothing of this call');
  for (const aws of [ec2, iam, sts, sfn, s3, sns, lambda, quotas, eventBridge]) aws.reset();
  ec2.onAnyCommand().rejects(unexpected);
  iam.onAnyCommand().rejects(unexpected);
  sts.onAnyCommand().rejects(unexpected);
  sfn.onAnyCommand().rejects(unexpected);
  s3.onAnyCommand().rejects(unexpected);
  sns.onAnyCommand().rejects(unexpected);
  lambda.onAnyCommand().rejects(unexpected);
  quotas.onAnyCommand().rejects(unexpected);
  eventBridge.onAnyCommand().rejects(unexpected);
  sts.on(AssumeRoleCommand).callsFake(sessionOf);
});
