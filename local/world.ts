import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';

const Tags = z.record(z.string(), z.string()).default({});
const AccountId = z.string().regex(/^\d{12}$/, 'an account id has 12 digits: put it in quotes');

/** `from` and `to` are ports, for ICMP the type and the code. One of `cidr`, `group` and `prefixList`. */
const Rule = z.strictObject({
  protocol: z.string(),
  from: z.int().optional(),
  to: z.int().optional(),
  cidr: z.string().optional(),
  /** The name of a group of the same VPC, or `123456789012/sg-…` of a VPC that is peered with it. */
  group: z.string().optional(),
  prefixList: z.string().startsWith('pl-').optional(),
  description: z.string().optional(),
});

const NetworkAclEntry = z.strictObject({
  /** The entry with the lowest number that matches decides. */
  number: z.int().min(1).max(32_766),
  egress: z.boolean().default(false),
  action: z.enum(['allow', 'deny']).default('allow'),
  /** tcp, udp, icmp, icmpv6, a number, or -1 for all. */
  protocol: z.string().default('-1'),
  from: z.int().optional(),
  to: z.int().optional(),
  cidr: z.string(),
});

const Route = z.strictObject({
  /** A block or a prefix list: pl-. */
  destination: z.string(),
  /**
   * Its id tells its kind: nat-, igw-, tgw-, pcx-, eni-, i-, vgw-, eigw-, lgw-, cagw-, vpce-, and of a core
   * network the ARN.
   */
  target: z.string(),
  /** Of an instance as target, its network interface. */
  networkInterface: z.string().startsWith('eni-').optional(),
  /** Whether a virtual private gateway has told the table of it. */
  propagated: z.boolean().optional(),
  /** Whether the target is gone. For a peering that follows from the peering's state. */
  blackhole: z.boolean().optional(),
});

const Vpc = z.strictObject({
  name: z.string(),
  id: z.string().startsWith('vpc-').optional(),
  default: z.boolean().default(false),
  /** IPv4 blocks, the primary one first, then IPv6 blocks. */
  cidrs: z.array(z.string()).min(1),
  tags: Tags,
  dnsSupport: z.boolean().default(true),
  dnsHostnames: z.boolean().default(false),
  /** The accounts that its subnets are shared with through RAM. */
  sharedWith: z.array(AccountId).default([]),
  /** A table named `main` replaces the empty main table. */
  routeTables: z
    .array(
      z.strictObject({
        name: z.string(),
        id: z.string().startsWith('rtb-').optional(),
        tags: Tags,
        routes: z.array(Route).default([]),
        /** The gateway whose inbound traffic it routes. */
        gateway: z.string().optional(),
      }),
    )
    .default([]),
  /** A subnet without `routeTable` uses the main table. */
  subnets: z
    .array(
      z.strictObject({
        name: z.string(),
        cidr: z.string(),
        ipv6Cidr: z.string().optional(),
        zone: z.string(),
        routeTable: z.string().optional(),
        tags: Tags,
      }),
    )
    .default([]),
  securityGroups: z
    .array(
      z.strictObject({
        name: z.string(),
        id: z.string().startsWith('sg-').optional(),
        description: z.string().default('made outside Sightline'),
        tags: Tags,
        ingress: z.array(Rule).default([]),
        /** In the place of the rule that lets everything out. */
        egress: z.array(Rule).optional(),
      }),
    )
    .default([]),
  /** One named `default` has its entries in the place of those that allow everything. */
  networkAcls: z
    .array(
      z.strictObject({
        name: z.string(),
        id: z.string().startsWith('acl-').optional(),
        tags: Tags,
        entries: z.array(NetworkAclEntry).default([]),
        /** The names of the subnets that use it instead of the default one. */
        subnets: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});

const Role = z.strictObject({
  name: z.string(),
  trust: z.looseObject({}),
  managedPolicyArns: z.array(z.string()).default([]),
  inlinePolicies: z.record(z.string(), z.looseObject({})).default({}),
  tags: Tags,
});

const Account = z.strictObject({
  name: z.string(),
  about: z.string(),
  regions: z.record(z.string(), z.strictObject({ vpcs: z.array(Vpc).default([]) })).default({}),
  roles: z.array(Role).default([]),
  /** CloudFormation stacks deployed in the account. */
  stacks: z
    .array(
      z.strictObject({
        template: z.string(),
        parameters: z.record(z.string(), z.string()).default({}),
      }),
    )
    .default([]),
});

const PeeringSide = z.strictObject({
  account: AccountId,
  /** Name or id. */
  vpc: z.string(),
  /** Each side sees only its own. */
  tags: Tags,
  /** Whether private DNS names of this side resolve in the other VPC. */
  dnsResolution: z.boolean().default(false),
});

/** A peering connection that is there before Sightline comes. */
const Peering = z.strictObject({
  id: z.string().startsWith('pcx-').optional(),
  requester: PeeringSide,
  accepter: PeeringSide,
  state: z
    .enum([
      'pending-acceptance',
      'provisioning',
      'active',
      'failed',
      'expired',
      'rejected',
      'deleted',
    ])
    .default('active'),
  /** How long ago it came into this state. */
  ageHours: z.number().min(0).default(0),
  /** The side that deleted it. */
  deletedBy: z.enum(['requester', 'accepter']).default('accepter'),
});

/** The accounts of a local AWS: what world.yml says, with every default filled in. */
export const World = z.strictObject({
  /** All accounts are of one partition: nothing leads from one to another. */
  partition: z.enum(['aws', 'aws-cn', 'aws-us-gov']).default('aws'),
  hub: AccountId,
  /** Where Sightline is deployed. Default: a Region of the partition, of `aws` the one of serverless.yml. */
  hubRegion: z.string().optional(),
  accounts: z.record(AccountId, Account),
  peerings: z.array(Peering).default([]),
});
export type World = z.infer<typeof World>;
export type WorldVpc = z.infer<typeof Vpc>;
export type WorldRule = z.infer<typeof Rule>;
export type WorldRoute = z.infer<typeof Route>;
export type WorldPeering = z.infer<typeof Peering>;
export type WorldRole = z.infer<typeof Role>;

/** Reads the accounts from a YAML file. Throws a `ZodError` that names each wrong field. */
export const readWorld = (path: string): World => World.parse(parse(readFileSync(path, 'utf8')));

const hubRegions = { aws: 'eu-central-1', 'aws-cn': 'cn-north-1', 'aws-us-gov': 'us-gov-west-1' };

/** The Region that Sightline is deployed in. */
export const hubRegionOf = ({ partition, hubRegion }: World): string =>
  hubRegion ?? hubRegions[partition];
