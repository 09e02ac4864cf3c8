import { randomBytes } from 'node:crypto';
import type { World, WorldRole } from '../../world.ts';
import { type Account, accountOf, nameIn, roleArn } from '../arn.ts';
import type { Call } from '../service.ts';
import { type PolicyDocument, parsePolicy, parseTrust } from './policyDocument.ts';

/** A role with everything that is attached to it. */
export type Role = {
  arn: string;
  id: string;
  name: string;
  path: string;
  createdAt: Date;
  description?: string;
  maxSessionSeconds: number;
  trust: PolicyDocument;
  inlinePolicies: ReadonlyMap<string, PolicyDocument>;
  /** ARNs. */
  managedPolicies: readonly string[];
  /** The ARN of the policy that is its permissions boundary. */
  boundary?: string;
  tags: ReadonlyMap<string, string>;
};

/** A customer- or AWS-managed policy; it has one version, v1. */
export type ManagedPolicy = {
  arn: string;
  id: string;
  name: string;
  path: string;
  createdAt: Date;
  description?: string;
  document: PolicyDocument;
  tags: ReadonlyMap<string, string>;
};

/** IAM of one account at one time: its roles by name and its customer-managed policies by ARN. */
export type AccountIam = {
  roles: ReadonlyMap<string, Role>;
  policies: ReadonlyMap<string, ManagedPolicy>;
};

/** IAM of every account: as it is, and as STS and the services know it. */
export type IamState = {
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  partition: string;
  /** What the IAM API shows: every change at once. */
  now: (accountId: string) => AccountIam;
  /** What authorization goes by: changes that are older than `iamPropagationMs`. */
  effective: (accountId: string) => AccountIam;
  change: (accountId: string, to: Partial<AccountIam>) => void;
  /** Makes every change so far effective at once. */
  settle: () => void;
  /** Remembers everything as it is now. What it returns brings that back, as often as it is called. */
  capture: () => () => void;
  awsPolicies: ReadonlyMap<string, ManagedPolicy>;
  hasAccount: (accountId: string) => boolean;
};

type Version = { from: number; iam: AccountIam };

/** IAM as the world file describes it; what is in there is effective from the start. */
export const createIamState = (
  world: World,
  awsPolicies: ReadonlyMap<string, ManagedPolicy>,
  settings: { iamPropagationMs: number },
): IamState => {
  const { partition } = world;
  const histories = new Map(
    Object.entries(world.accounts).map(([id, account]) => [
      id,
      firstVersion({ partition, accountId: id }, account.roles),
    ]),
  );
  const historyOf = (accountId: string): readonly Version[] => histories.get(accountId) ?? [];
  const now = (accountId: string) => historyOf(accountId).at(-1)?.iam ?? nothing;
  return {
    partition,
    now,
    effective: (accountId) => effectiveIn(historyOf(accountId)).at(0)?.iam ?? nothing,
    change: (accountId, to) => {
      const version = {
        from: Date.now() + settings.iamPropagationMs,
        iam: { ...now(accountId), ...to },
      };
      histories.set(accountId, [...effectiveIn(historyOf(accountId)), version]);
    },
    settle: () => {
      for (const accountId of histories.keys()) {
        histories.set(accountId, [{ from: 0, iam: now(accountId) }]);
      }
    },
    // A version never changes; a change makes another one.
    capture: () => {
      const held = [...histories];
      return () => {
        for (const [accountId, versions] of held) histories.set(accountId, versions);
      };
    },
    awsPolicies,
    hasAccount: (accountId) => histories.has(accountId),
  };
};

const nothing: AccountIam = { roles: new Map(), policies: new Map() };

/** The versions from the effective one on: what is older does not matter any more. */
const effectiveIn = (history: readonly Version[]): readonly Version[] =>
  history.slice(
    Math.max(
      0,
      history.findLastIndex(({ from }) => from <= Date.now()),
    ),
  );

const firstVersion = (account: Account, roles: readonly WorldRole[]): readonly Version[] => {
  const known = new Map(roles.map((role) => [role.name, roleOf(account, role)]));
  return [{ from: 0, iam: { ...nothing, roles: known } }];
};

const roleOf = (account: Account, role: WorldRole): Role => ({
  arn: roleArn(account, '/', role.name),
  id: newId('AROA'),
  name: role.name,
  path: '/',
  createdAt: new Date(),
  maxSessionSeconds: 3600,
  trust: parseTrust(JSON.stringify(role.trust), account.partition, () => true),
  inlinePolicies: new Map(
    Object.entries(role.inlinePolicies).map(([name, policy]) => [
      name,
      parsePolicy(JSON.stringify(policy)),
    ]),
  ),
  managedPolicies: role.managedPolicyArns,
  tags: new Map(Object.entries(role.tags)),
});

/** The account of a call, as ARNs name it. */
export const accountIn = ({ partition }: IamState, { caller }: Call): Account => ({
  partition,
  accountId: caller.accountId,
});

/** An id as IAM makes them; AROA begins a role's, ANPA a managed policy's. */
export const newId = (prefix: 'AROA' | 'ANPA'): string =>
  `${prefix}${randomBytes(9).toString('hex').slice(0, 17).toUpperCase()}`;

/** The role with this ARN, path included; undefined when there is none. */
export const findRole = (
  iamOf: (accountId: string) => AccountIam,
  arn: string,
): Role | undefined => {
  const role = iamOf(accountOf(arn)).roles.get(nameIn(arn));
  return role?.arn === arn ? role : undefined;
};

/** The AWS-managed policy with this ARN, or the customer-managed one of its account. */
export const findPolicy = (
  state: Pick<IamState, 'awsPolicies'>,
  iamOf: (accountId: string) => AccountIam,
  arn: string,
): ManagedPolicy | undefined =>
  state.awsPolicies.get(arn) ?? iamOf(accountOf(arn)).policies.get(arn);
