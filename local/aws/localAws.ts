import { fileURLToPath } from 'node:url';
import * as ec2Sdk from '@aws-sdk/client-ec2';
import * as iamSdk from '@aws-sdk/client-iam';
import * as serviceQuotasSdk from '@aws-sdk/client-service-quotas';
import * as stsSdk from '@aws-sdk/client-sts';
import type { World } from '../world.ts';
import { answer, type LocalService } from './answer.ts';
import { awsJson } from './awsJson.ts';
import { awsQuery } from './awsQuery.ts';
import { type CallLog, createCallLog } from './calls.ts';
import { captureMaps } from './capture.ts';
import { type Credentials, createCredentials, type Session } from './credentials.ts';
import { createEc2, type Ec2 } from './ec2/ec2.ts';
import { defaultQuotas, type Quotas } from './ec2/quotas.ts';
import { ec2Query } from './ec2Query.ts';
import { noSuchEntity } from './iam/errors.ts';
import { readManagedPolicies } from './iam/managedPolicies.ts';
import { iamOperations } from './iam/operations.ts';
import { createIamState, findRole, type IamState, type Role } from './iam/state.ts';
import { type InProcessHandler, inProcessHandler } from './inProcessHandler.ts';
import { type AuthorizationListener, createJudge, type Judge } from './judge.ts';
import { serviceQuotaOperations } from './serviceQuotas.ts';
import { defaultSettings, type LocalSettings, type Waits } from './settings.ts';
import { stsOperations } from './sts.ts';
import { createThrottle, type Level } from './throttle.ts';
import type { WireRequest, WireResponse } from './wire.ts';

/** A small AWS that runs in this process. */
export type LocalAws = {
  /** Answers a signed request of any AWS client; never throws. Signatures are not verified. */
  handle: (request: WireRequest) => Promise<WireResponse>;
  /** The `requestHandler` of an SDK client that is to call this AWS without a socket. */
  requestHandler: InProcessHandler;
  /** Adds a service. EC2, IAM, STS and Service Quotas are there from the start. */
  register: (service: LocalService) => void;
  /**
   * Credentials of a role for an hour, as the service that runs a workload under the role hands them out
   * (Lambda, an EC2 instance). The role's trust policy is not asked. Throws `NoSuchEntity`.
   */
  credentialsFor: (roleArn: string, sessionName: string) => Session;
  /**
   * Asks IAM about what a service does under a role, or in its own name on something that has a policy. API
   * calls are asked about when they are answered.
   */
  judge: Judge;
  /** Tells a listener of every decision about a role from now on, until the returned function is called. */
  onAuthorization: (listener: AuthorizationListener) => () => void;
  calls: CallLog;
  iam: IamState;
  ec2: Ec2;
  /**
   * Remembers what EC2 and IAM have now, and how much they have been called. What it returns brings that back, as often as it is called: for
   * another run from the same start, or for an answer that is not of the latest state.
   */
  capture: () => () => void;
  settings: LocalSettings;
  waits: Waits;
  /** What EC2 enforces and Service Quotas tells. A change is effective at once, as a quota that was raised is. */
  quotas: Quotas;
};

/** What a local AWS has other than by default. */
export type LocalOptions = Partial<LocalSettings> & { quotas?: Partial<Quotas>; waits?: Waits };

/**
 * Creates an AWS that consists of a world's accounts. Time is `Date.now()`, looked at when a call comes:
 * there are no timers but those of `waits`, so a test moves the clock.
 *
 * @example
 * const aws = createLocalAws(readWorld('local/world.yml'), { iamPropagationMs: 0 });
 * const ec2 = new EC2Client({ region: 'eu-central-1', credentials, requestHandler: aws.requestHandler });
 */
export const createLocalAws = (
  world: World,
  { quotas: changedQuotas, waits = {}, ...changed }: LocalOptions = {},
): LocalAws => {
  const settings = { ...defaultSettings, ...changed };
  const quotas = { ...defaultQuotas, ...changedQuotas };
  const iam = createIamState(
    world,
    readManagedPolicies(managedPolicies, world.partition),
    settings,
  );
  const ec2 = createEc2(world, settings, quotas);
  const credentials = createCredentials(world);
  const levels = new Map<string, Level>();
  const calls = createCallLog();
  const services = new Map<string, LocalService>();
  const register = (service: LocalService) => services.set(service.signingName, service);
  const { judge, onAuthorization } = createJudge(iam);
  const throttle = createThrottle(settings, levels);
  const core = { services, credentials, throttle, judge, calls, waits };
  const handle = (request: WireRequest) => answer(core, request);
  for (const service of builtIn(iam, ec2, quotas, credentials)) register(service);
  return {
    handle,
    requestHandler: inProcessHandler(handle),
    register,
    credentialsFor: (roleArn, name) => credentials.issue(existing(iam, roleArn), name, 3600),
    judge,
    onAuthorization,
    calls,
    iam,
    ec2,
    capture: () => together(ec2.state.capture(), iam.capture(), captureMaps([levels])),
    ...{ settings, waits, quotas },
  };
};

const together =
  (...acts: readonly (() => void)[]) =>
  () => {
    for (const act of acts) act();
  };

const managedPolicies = fileURLToPath(new URL('../managedPolicies.yml', import.meta.url));

const builtIn = (
  iam: IamState,
  ec2: Ec2,
  quotas: Quotas,
  credentials: Credentials,
): LocalService[] => [
  {
    signingName: 'ec2',
    protocol: ec2Query('http://ec2.amazonaws.com/doc/2016-11-15/'),
    sdk: ec2Sdk,
    operations: ec2.operations,
  },
  {
    signingName: 'iam',
    protocol: awsQuery('https://iam.amazonaws.com/doc/2010-05-08/'),
    sdk: iamSdk,
    operations: iamOperations(iam),
  },
  {
    signingName: 'sts',
    protocol: awsQuery('https://sts.amazonaws.com/doc/2011-06-15/'),
    sdk: stsSdk,
    operations: stsOperations(iam, credentials),
  },
  {
    signingName: 'servicequotas',
    protocol: awsJson('1.1'),
    sdk: serviceQuotasSdk,
    operations: serviceQuotaOperations(quotas),
  },
];

const existing = (iam: IamState, roleArn: string): Role => {
  const role = findRole(iam.now, roleArn);
  if (!role) throw noSuchEntity(`The role ${roleArn} cannot be found.`);
  return role;
};
