import { normalizeCidr, parseCidr } from 'cidr-tools';
import * as z from 'zod/mini';
import { AccountId, ExternalId, PortRange, RoleName } from './fields.ts';
import { described, matching } from './zod.ts';

const Region = matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected an AWS Region such as eu-central-1');

const idPattern = (prefix: string) => new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`);
const idExpected = (prefix: string) => `expected an id such as ${prefix}-0123456789abcdef0`;
const idOf = (prefix: string) => matching(idPattern(prefix), idExpected(prefix));

/** A tag by which a request points to things. Source of the lengths: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html */
const Tag = z.strictObject({
  key: z.string().check(z.minLength(1), z.maxLength(128)),
  value: z.string().check(z.maxLength(256)),
});
export type Tag = z.infer<typeof Tag>;

/** Which route tables get routes: those that subnets use, or the ones that are named in some other way. */
const RouteTableChoice = z.union(
  [
    z.enum(['in-use', 'main', 'all']),
    z.array(idOf('rtb')).check(z.minLength(1)),
    z.strictObject({ tag: Tag }),
    z.strictObject({ subnets: z.array(idOf('subnet')).check(z.minLength(1)) }),
  ],
  {
    error:
      'expected "in-use", "main", "all", a list of route table ids such as rtb-0123456789abcdef0, {"tag": {"key", "value"}} or {"subnets": [ids]}',
  },
);
export type RouteTableChoice = z.infer<typeof RouteTableChoice>;

/** Which security groups are opened: the ones that are named or tagged, or Sightline's own. */
const SecurityGroupChoice = z.union(
  [z.literal('dedicated'), z.array(idOf('sg')).check(z.minLength(1)), z.strictObject({ tag: Tag })],
  {
    error:
      'expected a list of security group ids such as sg-0123456789abcdef0, {"tag": {"key", "value"}} or "dedicated"',
  },
);
export type SecurityGroupChoice = z.infer<typeof SecurityGroupChoice>;

export const PolicyArn = matching(
  /^arn:aws(-[a-z]+)*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]{1,512}$/,
  'expected a policy ARN such as arn:aws:iam::aws:policy/ReadOnlyAccess',
);

/**
 * The widest block that a VPC can have, as the length of its prefix:
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
 */
const widestPrefix = { 4: 16, 6: 44 } as const;

const isBlockOfAVpc = (cidr: string) => {
  const { prefix, version } = parseCidr(cidr);
  return Number(prefix) >= widestPrefix[version];
};

const SourceCidr = z
  .union([z.cidrv4(), z.cidrv6()], { error: 'expected a block such as 10.0.1.0/24' })
  .check(
    z.refine((cidr) => normalizeCidr(cidr) === cidr, {
      error: ({ input }) => `expected the block in its usual form, ${normalizeCidr(String(input))}`,
    }),
    z.refine(
      isBlockOfAVpc,
      'expected a block within a VPC: /16 or narrower, for IPv6 /44 or narrower',
    ),
  );

/** What is let in: a block, or whatever has a security group of the hub. Only `sg-` decides which is meant. */
const Source = z.union(
  [
    z.string().check(z.regex(/^sg-/, { abort: true }), z.regex(idPattern('sg'), idExpected('sg'))),
    SourceCidr,
  ],
  { error: 'expected a block such as 10.0.1.0/24, or the id of a security group of the hub' },
);

/**
 * What an onboarding is asked to do: the body of the POST and the state machine's input.
 * Only `accountId` is required. A field that is not listed here is an error.
 */
export const Request = z.strictObject({
  accountId: described(AccountId, 'The account to monitor.'),
  region: described(z.optional(Region), "The Region of its VPC. Default: the hub's Region."),
  vpcId: described(
    z.optional(idOf('vpc')),
    'The VPC to reach. Default: the one tagged `sightline:monitor=true`, else the only one that is not a default VPC.',
  ),
  hubVpcId: described(
    z.optional(idOf('vpc')),
    'The hub’s VPC to peer, one of those tagged `sightline:hub=true`. Default: the setting `hubVpcId`, which lets no other be named, else the only one that has the tag, else the only one that is not a default VPC.',
  ),
  acceptance: described(
    z._default(z.enum(['auto', 'manual']), 'auto'),
    'Who accepts the peering: Sightline (`auto`), or the other account’s owner within 7 days (`manual`).',
  ),
  routeTables: described(
    z._default(
      z.strictObject({
        hub: z._default(RouteTableChoice, 'in-use'),
        monitored: z._default(RouteTableChoice, 'in-use'),
      }),
      { hub: 'in-use', monitored: 'in-use' },
    ),
    'The route tables of each side that get routes: `in-use` by a subnet, `main`, `all`, a list of ids, `{"tag": {"key", "value"}}`, or `{"subnets": [ids]}` for the tables that those subnets use.',
  ),
  excludeCidrs: described(
    z.optional(z.array(SourceCidr).check(z.minLength(1), z.maxLength(20))),
    'Blocks of either VPC, or parts of them, that get neither routes nor rules, such as one that several VPCs have.',
  ),
  securityGroups: described(
    z.optional(SecurityGroupChoice),
    'The groups to open: a list of ids, `{"tag": {"key", "value"}}`, or `dedicated` for the group `sightline-monitoring` that is made. Default: those tagged `sightline:monitor=true`, else `dedicated`.',
  ),
  sources: described(
    z.optional(z.array(Source).check(z.minLength(1), z.maxLength(20))),
    'What is let in: blocks of the hub’s VPC, such as the subnets of the monitoring servers, or, within one Region, ids of its security groups. Default: all its blocks.',
  ),
  hubSecurityGroups: described(
    z.optional(z.array(idOf('sg')).check(z.minLength(1))),
    'The hub’s own groups to open for agents that call in, such as `zabbix-agent-active`. Default: the setting `hubSecurityGroupId`.',
  ),
  ports: described(
    z.optional(
      z
        .array(
          z.union([z.string().check(z.minLength(1)), PortRange], {
            error: 'expected the name of a port profile, or {protocol, from, to}',
          }),
        )
        .check(z.minLength(1), z.maxLength(20)),
    ),
    'What to open: names of port profiles or `{protocol, from, to}` within the setting `allowedPorts`. Default: the setting `defaultPorts`.',
  ),
  role: described(
    z._default(
      z.strictObject({
        name: z.optional(RoleName),
        policyArns: z.optional(z.array(PolicyArn).check(z.minLength(1), z.maxLength(10))),
        externalId: z.optional(ExternalId),
        allowWrites: z._default(z.boolean(), false),
      }),
      { allowWrites: false },
    ),
    'The monitoring role: `name` (which begins with the name in the settings), `policyArns` (of the setting `allowedPolicyArns`), `externalId`. Defaults: the settings, where it is `cross-role` with `ReadOnlyAccess`. A role that may change things is refused unless `allowWrites` is true.',
  ),
  dnsResolution: described(
    z._default(z.boolean(), false),
    'Whether private DNS names of each VPC resolve to private addresses in the other.',
  ),
  access: described(
    z._default(z.array(z.enum(['network', 'api'])).check(z.minLength(1)), ['network', 'api']),
    '`network`: peering, routes and rules. `api`: the monitoring role.',
  ),
  newAccount: described(
    z._default(z.boolean(), false),
    'Whether the account is just being created: then Sightline waits up to an hour for its onboarding role, and onboards it for API access only if no VPC qualifies. Set for accounts that an event announces.',
  ),
});
/** A request with its own defaults filled in; those that come from the settings are still open. */
export type Request = z.output<typeof Request>;
