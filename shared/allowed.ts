import { partition } from '@aws-sdk/core/client';
import * as z from 'zod/mini';
import type { Problem } from './errors.ts';
import type { PortRange } from './fields.ts';
import { formatPort } from './ports.ts';
import { Request } from './request.ts';
import type { Settings } from './settings.ts';

/** One thing that a request may not ask for: the field, and what was expected of it. */
type Refusal = { path: (string | number)[]; message: Problem['message'] };

type Judge = (request: Request, settings: Settings) => Refusal[];

/** Whether an account is one of those that Sightline may onboard, and assume roles in. */
export const isAllowedAccount = (
  accountId: string,
  { allowedAccounts }: Pick<Settings, 'allowedAccounts'>,
): boolean => allowedAccounts.includes('all') || allowedAccounts.includes(accountId);

/** The ARN of a policy of the settings, where an account of `*` stands for the monitored account. */
export const policyIn = (accountId: string, arn: string): string =>
  arn.replace('::*:', `::${accountId}:`);

const judgeAccount: Judge = ({ accountId }, settings) =>
  isAllowedAccount(accountId, settings)
    ? []
    : [
        {
          path: ['accountId'],
          message: 'expected one of the accounts in the setting allowedAccounts',
        },
      ];

const judgeRegion: Judge = ({ region }, settings) =>
  region === undefined || partition(region).name === settings.partition
    ? []
    : [
        {
          path: ['region'],
          message: `expected a Region of the hub's partition, ${settings.partition}`,
        },
      ];

const isWithin = (port: PortRange, allowed: PortRange) =>
  port.protocol === allowed.protocol &&
  ((allowed.protocol === 'icmp' && allowed.from === -1) ||
    (allowed.from <= port.from && port.to <= allowed.to));

const judgePorts: Judge = ({ ports = [] }, { portProfiles, allowedPorts }) => {
  const profiles = Object.keys(portProfiles);
  const ranges = allowedPorts.map(formatPort).join(', ');
  const message = `expected a port profile (${profiles.join(', ')}) or {protocol, from, to} within ${ranges || 'nothing'} (setting allowedPorts)`;
  return ports.flatMap((port, index) => {
    const known =
      typeof port === 'string'
        ? profiles.includes(port)
        : allowedPorts.some((allowed) => isWithin(port, allowed));
    return known ? [] : [{ path: ['ports', index], message }];
  });
};

/** The policies of both accounts allow no other names. To IAM names that differ by case alone are the same. */
const judgeRoleName: Judge = ({ role }, { monitoringRole, onboardingRole }) => {
  if (role.name === undefined) return [];
  const path = ['role', 'name'];
  if (role.name.toLowerCase() === onboardingRole.name.toLowerCase()) {
    return [{ path, message: 'expected another name than that of the onboarding role' }];
  }
  if (role.name.startsWith(monitoringRole.name)) return [];
  return [{ path, message: `expected a name that begins with ${monitoringRole.name}` }];
};

const judgePolicies: Judge = ({ accountId, role }, { monitoringRole }) => {
  const allowed = [...monitoringRole.policyArns, ...monitoringRole.allowedPolicyArns].map((arn) =>
    policyIn(accountId, arn),
  );
  const message = `expected one of ${[...new Set(allowed)].join(', ')} (setting allowedPolicyArns)`;
  return (role.policyArns ?? []).flatMap((arn, index) =>
    allowed.includes(arn) ? [] : [{ path: ['role', 'policyArns', index], message }],
  );
};

/** AWS's own policies that let change things by their very names; of others, EnsureRole reads the text. */
const powerful =
  /^arn:[^:]+:iam::aws:policy\/(.+\/)?(AdministratorAccess.*|.*PowerUser.*|.*FullAccess.*|.*Administrator)$/;

const judgePower: Judge = ({ role }, { monitoringRole }) => {
  const wanted = role.policyArns ?? monitoringRole.policyArns;
  const found = wanted.filter((arn) => powerful.test(arn));
  if (role.allowWrites || found.length === 0) return [];
  const message = `expected true, because ${found.join(', ')} may change things in the account`;
  return [{ path: ['role', 'allowWrites'], message }];
};

const judges = [
  judgeAccount,
  judgeRegion,
  judgePorts,
  judgeRoleName,
  judgePolicies,
  judgePower,
] satisfies Judge[];

/**
 * The schema of a request within what the settings of this deployment allow: accounts, the partition,
 * ports, names and policies of roles. A request can choose among these and steer to nothing else.
 */
export const requestFor = (settings: Settings) =>
  Request.check(
    z.superRefine((request, context) => {
      for (const { path, message } of judges.flatMap((judge) => judge(request, settings))) {
        context.addIssue({ code: 'custom', path, message });
      }
    }),
  );
