import * as z from 'zod/mini';
import { problemsOf, SightlineError } from './errors.ts';
import {
  AccountId,
  AllowedPolicyArn,
  ExternalId,
  PortProfiles,
  type PortRange,
  PortRangeText,
  RoleName,
} from './fields.ts';
import { matching } from './zod.ts';

/** An empty environment variable is one that is not set: CloudFormation cannot leave one out. */
const optional = <Schema extends z.core.$ZodType>(schema: Schema) =>
  z.pipe(
    z.transform((value) => (value === '' ? undefined : value)),
    z.optional(schema),
  );

const listOf = <Schema extends z.core.$ZodType>(item: Schema) =>
  z.pipe(
    z.transform((value) =>
      typeof value === 'string' ? value.split(',').filter((part) => part !== '') : value,
    ),
    z.array(item),
  );

const Json = z.pipe(
  z.string(),
  z.transform((text, { issues }): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      issues.push({ code: 'custom', message: 'expected JSON', input: text });
      return z.NEVER;
    }
  }),
);

const Arn = z.string().check(z.startsWith('arn:'));

const Environment = z
  .object({
    PARTITION: z.string().check(z.minLength(1)),
    HUB_ACCOUNT_ID: AccountId,
    HUB_REGION: z.string().check(z.minLength(1)),
    HUB_VPC_ID: optional(z.string().check(z.startsWith('vpc-'))),
    HUB_SECURITY_GROUP_ID: optional(z.string().check(z.startsWith('sg-'))),
    ONBOARDING_ROLE_NAME: RoleName,
    ONBOARDING_EXTERNAL_ID: ExternalId,
    MONITORING_ROLE_NAME: RoleName,
    MONITORING_POLICY_ARNS: listOf(AllowedPolicyArn),
    MONITORING_EXTERNAL_ID: optional(ExternalId),
    MONITORING_BOUNDARY_ARN: optional(AllowedPolicyArn),
    ALLOWED_POLICY_ARNS: listOf(AllowedPolicyArn),
    MONITORING_PRINCIPALS: listOf(Arn),
    VERIFIER_ROLE_ARNS: z._default(listOf(Arn), []),
    PORT_PROFILES: z.pipe(Json, PortProfiles),
    DEFAULT_PORTS: listOf(z.string()),
    ALLOWED_PORTS: listOf(PortRangeText),
    ALLOWED_ACCOUNTS: listOf(matching(/^(all|\d{12})$/, 'expected all, or ids of accounts')),
    POLL_SECONDS: z.coerce.number().check(z.int(), z.minimum(1)),
    ROLE_PROPAGATION_SECONDS: z.coerce.number().check(z.int(), z.minimum(0)),
    STATE_MACHINE_ARN: optional(Arn),
    BULK_STATE_MACHINE_ARN: optional(Arn),
    BATCH_BUCKET: optional(z.string()),
    TOPIC_ARN: optional(Arn),
    PREFLIGHT_FUNCTION: optional(z.string()),
    NEW_ACCOUNTS: z._default(listOf(z.string()), ['all']),
    NEW_ACCOUNT_REQUEST: z._default(z.pipe(Json, z.record(z.string(), z.unknown())), {}),
  })
  .check(
    z.superRefine(({ MONITORING_PRINCIPALS, HUB_ACCOUNT_ID }, context) => {
      for (const arn of MONITORING_PRINCIPALS.filter(
        (one) => one.split(':')[4] !== HUB_ACCOUNT_ID,
      )) {
        const message = `${arn} is not in the hub account ${HUB_ACCOUNT_ID}`;
        context.addIssue({ code: 'custom', path: ['MONITORING_PRINCIPALS'], message });
      }
    }),
    z.refine((env) => env.MONITORING_ROLE_NAME !== env.ONBOARDING_ROLE_NAME, {
      path: ['MONITORING_ROLE_NAME'],
      message: 'expected another name than that of the onboarding role',
    }),
    z.superRefine(({ DEFAULT_PORTS, PORT_PROFILES }, context) => {
      const unknown = DEFAULT_PORTS.filter((name) => !Object.hasOwn(PORT_PROFILES, name));
      if (unknown.length === 0) return;
      const message = `${unknown.join(', ')} is not in PORT_PROFILES`;
      context.addIssue({ code: 'custom', path: ['DEFAULT_PORTS'], message });
    }),
  );

/** Principals named one by one must include the functions that prove the role to work. */
const principalsOf = (env: z.output<typeof Environment>) =>
  env.MONITORING_PRINCIPALS.length > 0
    ? [...env.MONITORING_PRINCIPALS, ...env.VERIFIER_ROLE_ARNS]
    : [`arn:${env.PARTITION}:iam::${env.HUB_ACCOUNT_ID}:root`];

/** What this deployment of Sightline was told; serverless.yml says what each setting is for. */
export type Settings = {
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  partition: string;
  hub: {
    accountId: string;
    region: string;
    vpcId: string | undefined;
    /** The group to open for agents that call in, unless a request names others. */
    securityGroupId: string | undefined;
  };
  onboardingRole: { name: string; externalId: string };
  monitoringRole: {
    name: string;
    policyArns: readonly string[];
    externalId: string | undefined;
    /** Whom the role trusts: the hub account as a whole, or what the setting names. */
    principals: readonly string[];
    /** The permissions boundary of a role that Sightline makes. */
    boundaryArn: string | undefined;
    /** What a request may ask for instead; an account of `*` stands for the monitored account. */
    allowedPolicyArns: readonly string[];
  };
  portProfiles: PortProfiles;
  defaultPorts: readonly string[];
  /** What a request may open besides the profiles. */
  allowedPorts: readonly PortRange[];
  /** The accounts that may be onboarded: `all`, or their ids. */
  allowedAccounts: readonly string[];
  /** Seconds between two looks at a peering while AWS works on it. */
  pollSeconds: number;
  /** Seconds from a change of the monitoring role until it is tried. */
  rolePropagationSeconds: number;
  /** The `onboarding` state machine; only for the functions that start or read executions. */
  stateMachineArn: string;
  /** The `bulkOnboarding` state machine; only for the functions that start or read its executions. */
  bulkStateMachineArn: string;
  /** The S3 bucket of the batches' lists and results; only for the functions that read or write them. */
  batchBucket: string;
  /** The topic for announcements; only for the function that makes them. */
  topicArn: string;
  /** The name of the function that makes verdicts; only for the function that asks for them. */
  preflightFunction: string;
  /** Which new accounts are onboarded: `all`, `none`, or ids of accounts and ids or names of OUs. */
  newAccounts: readonly string[];
  /** What a request for a new account says besides the account. */
  newAccountRequest: Readonly<Record<string, unknown>>;
};

/** The names of a Lambda's environment, as the rest of the code speaks of them. */
const settingsOf = (env: z.output<typeof Environment>): Settings => ({
  partition: env.PARTITION,
  hub: {
    accountId: env.HUB_ACCOUNT_ID,
    region: env.HUB_REGION,
    vpcId: env.HUB_VPC_ID,
    securityGroupId: env.HUB_SECURITY_GROUP_ID,
  },
  onboardingRole: { name: env.ONBOARDING_ROLE_NAME, externalId: env.ONBOARDING_EXTERNAL_ID },
  monitoringRole: {
    name: env.MONITORING_ROLE_NAME,
    policyArns: env.MONITORING_POLICY_ARNS,
    externalId: env.MONITORING_EXTERNAL_ID,
    principals: principalsOf(env),
    boundaryArn: env.MONITORING_BOUNDARY_ARN,
    allowedPolicyArns: env.ALLOWED_POLICY_ARNS,
  },
  portProfiles: env.PORT_PROFILES,
  defaultPorts: env.DEFAULT_PORTS,
  allowedPorts: env.ALLOWED_PORTS,
  allowedAccounts: env.ALLOWED_ACCOUNTS,
  pollSeconds: env.POLL_SECONDS,
  rolePropagationSeconds: env.ROLE_PROPAGATION_SECONDS,
  stateMachineArn: env.STATE_MACHINE_ARN ?? '',
  bulkStateMachineArn: env.BULK_STATE_MACHINE_ARN ?? '',
  batchBucket: env.BATCH_BUCKET ?? '',
  topicArn: env.TOPIC_ARN ?? '',
  preflightFunction: env.PREFLIGHT_FUNCTION ?? '',
  newAccounts: env.NEW_ACCOUNTS,
  newAccountRequest: env.NEW_ACCOUNT_REQUEST,
});

/**
 * Reads the settings from environment variables.
 * Throws `InvalidSettings` that names every variable which is missing or wrong.
 */
export const parseSettings = (
  environment: Readonly<Record<string, string | undefined>>,
): Settings => {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    throw new SightlineError('InvalidSettings', { problems: problemsOf(parsed.error) });
  }
  return settingsOf(parsed.data);
};

let settingsOfThisProcess: Settings | undefined;

/** The settings of this Lambda, read from its environment once. Throws `InvalidSettings`. */
export const settings = (): Settings => {
  settingsOfThisProcess ??= parseSettings(process.env);
  return settingsOfThisProcess;
};
