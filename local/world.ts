import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';

const Tags = z.record(z.string(), z.string()).default({});
const AccountId = z.string().regex(/^\d{12}$/, 'an account id has 12 digits: put it in quotes');

const Rule = z.strictObject({
  protocol: z.string(),
  from: z.int().optional(),
  to: z.int().optional(),
  cidr: z.string(),
  description: z.string().optional(),
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
  /** A table named `main` replaces the empty main table. */
  routeTables: z
    .array(
      z.strictObject({
        name: z.string(),
        id: z.string().startsWith('rtb-').optional(),
        tags: Tags,
        /** The target's id tells its kind: nat-, igw-, tgw-, pcx-, eni-, i-, vgw-. */
        routes: z
          .array(z.strictObject({ destination: z.string(), target: z.string() }))
          .default([]),
      }),
    )
    .default([]),
  /** A subnet without `routeTable` uses the main table. */
  subnets: z
    .array(
      z.strictObject({
        name: z.string(),
        cidr: z.string(),
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

/** The accounts of a local AWS: what world.yml says, with every default filled in. */
export const World = z.strictObject({ hub: AccountId, accounts: z.record(AccountId, Account) });
export type World = z.infer<typeof World>;
export type WorldVpc = z.infer<typeof Vpc>;
export type WorldRole = z.infer<typeof Role>;

/** Reads the accounts from a YAML file. Throws a `ZodError` that names each wrong field. */
export const readWorld = (path: string): World => World.parse(parse(readFileSync(path, 'utf8')));
