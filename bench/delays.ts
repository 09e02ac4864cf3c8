import type { Kind } from './kinds.ts';

/** Something that is assumed of AWS: how long it takes, and who says so. */
export type Assumption = { what: string; ms: number; source: string };

const guess = 'a guess: AWS publishes no figure, and no measurement of it was found';

/**
 * How long things take. A call: from its leaving to its answer's coming. Whoever knows better changes a
 * number here; everything else follows.
 */
export const assumptions = {
  ec2Read: { what: 'EC2, reading call', ms: 100, source: guess },
  ec2Write: { what: 'EC2, changing call', ms: 300, source: guess },
  ec2Question: { what: 'EC2, call with DryRun', ms: 100, source: guess },
  iamRead: {
    what: 'IAM, reading call',
    ms: 150,
    source: `${guess}; its only endpoint is in us-east-1, some 90 ms away from eu-central-1 and back`,
  },
  iamWrite: { what: 'IAM, changing call', ms: 250, source: `${guess}; as for its reading calls` },
  session: { what: 'STS, AssumeRole', ms: 80, source: guess },
  stsRead: { what: 'STS, GetCallerIdentity', ms: 40, source: guess },
  otherCall: {
    what: 'Service Quotas, Step Functions, SNS, EventBridge',
    ms: 60,
    source: guess,
  },
  peeringVisible: {
    what: 'a peering request becomes visible to both sides',
    ms: 500,
    source: `${guess}; only that it is not at once: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html`,
  },
  peeringProvisioning: {
    what: 'an accepted peering becomes active',
    ms: 1000,
    source:
      'a guess: seconds, by what users do about it; 30 s were "sufficient" for one: https://github.com/cloudposse/terraform-aws-vpc-peering-multi-account/pull/11',
  },
  iamPropagation: {
    what: 'IAM propagates a change of a role',
    ms: 10_000,
    source:
      'seen: usually some seconds, rarely a minute: https://github.com/DataDog/stratus-red-team/pull/358; 10 to 30 s: https://github.com/hashicorp/terraform-provider-aws/issues/6566',
  },
  lambdaInit: {
    what: 'Lambda, INIT of a cold start',
    ms: 400,
    source:
      'measured by others: 375 ms with three AWS clients and a first request: https://speedrun.nobackspacecrew.com/blog/2025/07/21/the-fastest-node-22-lambda-coldstart-configuration.html',
  },
  lambdaSandbox: { what: 'Lambda, a new sandbox before INIT', ms: 150, source: guess },
  lambdaInvoke: { what: 'Lambda, to a warm function and back', ms: 20, source: guess },
  lambdaOwnWork: {
    what: "Lambda, a function's own work besides its calls",
    ms: 20,
    source: `${guess}; a third of a vCPU signs requests and reads XML`,
  },
  transition: { what: 'Step Functions, one state transition', ms: 25, source: guess },
} satisfies Record<string, Assumption>;

/** How long each of the things takes that are assumed. */
export type Delays = Readonly<Record<keyof typeof assumptions, Assumption>>;

/** What a call is to its delay: where it goes, and what it is for. */
export type TimedCall = { service: string; kind: Kind };

type DelayName = keyof Delays;
const ofServices: Readonly<Record<string, Readonly<Record<Kind, DelayName>>>> = {
  ec2: { read: 'ec2Read', write: 'ec2Write', question: 'ec2Question', session: 'session' },
  iam: { read: 'iamRead', write: 'iamWrite', question: 'iamRead', session: 'session' },
  sts: { read: 'stsRead', write: 'stsRead', question: 'stsRead', session: 'session' },
};

/** How long a call takes, in milliseconds. */
export const callMs = (delays: Delays, { service, kind }: TimedCall): number =>
  delays[ofServices[service]?.[kind] ?? 'otherCall'].ms;

/** What the local AWS has to be told of them. */
export const settingsOf = (delays: Delays) => ({
  peeringVisibleAfterMs: delays.peeringVisible.ms,
  peeringProvisioningMs: delays.peeringProvisioning.ms,
  iamPropagationMs: delays.iamPropagation.ms,
});
