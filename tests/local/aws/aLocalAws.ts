import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { createLocalAws, type LocalAws, type LocalOptions } from '../../../local/aws/localAws.ts';
import { World } from '../../../local/world.ts';

export const hub = '111111111111';
export const monitored = '222222222222';
export const stranger = '888888888888';

type PolicyStatement = Record<string, unknown>;
type RoleDescription = {
  name: string;
  trust: object;
  inlinePolicies?: Record<string, object>;
  managedPolicyArns?: string[];
  tags?: Record<string, string>;
};

export const roleArnOf = (accountId: string, name: string) =>
  `arn:aws:iam::${accountId}:role/${name}`;

export const aPolicy = (...Statement: PolicyStatement[]) => ({ Version: '2012-10-17', Statement });

export const allow = (Action: string | string[], more: PolicyStatement = {}) => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...more,
});

/** A trust policy that lets a principal assume the role. */
export const trusting = (principal: string, more: PolicyStatement = {}) =>
  aPolicy({ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole', ...more });

export const lambdaTrust = aPolicy({
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: 'sts:AssumeRole',
});

/** The hub's role `worker`, which may do what the statements say. */
export const aWorker = (...statements: PolicyStatement[]): RoleDescription => ({
  name: 'worker',
  trust: lambdaTrust,
  inlinePolicies: statements.length > 0 ? { permissions: aPolicy(...statements) } : {},
});

type Given = { hub?: RoleDescription[]; monitored?: RoleDescription[] };

/** An AWS of three accounts with the given roles, where a change to IAM takes 10 seconds to propagate. */
export const aLocalAws = (roles: Given = {}, settings: LocalOptions = {}): LocalAws => {
  const regions = { 'eu-central-1': { vpcs: [{ name: 'main', cidrs: ['10.0.0.0/16'] }] } };
  const world = World.parse({
    hub,
    accounts: {
      [hub]: { name: 'hub', about: 'x', regions, roles: roles.hub ?? [] },
      [monitored]: { name: 'monitored', about: 'x', regions, roles: roles.monitored ?? [] },
      [stranger]: { name: 'stranger', about: 'x' },
    },
  });
  return createLocalAws(world, { iamPropagationMs: 10_000, ...settings });
};

type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** SDK clients that call a local AWS with some credentials, without retries. */
export const clientsWith = (aws: LocalAws, credentials: Keys, region = 'eu-central-1') => {
  const config = { region, credentials, requestHandler: aws.requestHandler, maxAttempts: 1 };
  return { ec2: new EC2Client(config), iam: new IAMClient(config), sts: new STSClient(config) };
};

/** The clients of an account's administrator. */
export const adminOf = (aws: LocalAws, accountId: string) =>
  clientsWith(aws, { accessKeyId: accountId, secretAccessKey: 'any' });

/** The clients of a role's session. */
export const sessionOf = (aws: LocalAws, accountId: string, roleName: string) =>
  clientsWith(aws, aws.credentialsFor(roleArnOf(accountId, roleName), 'session'));
