import * as z from 'zod/mini';

/** What happened to one thing: made now, mended now, or found to be already so. */
export const Outcome = z.enum(['created', 'replaced', 'updated', 'already']);
export type Outcome = z.infer<typeof Outcome>;

/** The two sides of a peering. */
export const SideName = z.enum(['hub', 'monitored']);
export type SideName = z.infer<typeof SideName>;

/** One side of the network: a VPC, its blocks and the route tables that get routes. */
export const Side = z.object({
  accountId: z.string(),
  region: z.string(),
  vpcId: z.string(),
  /** The blocks that the other side is to reach: IPv4, and IPv6 when both VPCs have it. */
  cidrs: z.array(z.string()),
  routeTableIds: z.array(z.string()),
});
export type Side = z.infer<typeof Side>;

/** A port, or a range of them, that monitoring needs; for ICMP `from` is the type and `to` the code. */
export const Port = z.object({
  name: z.string(),
  protocol: z.enum(['tcp', 'udp', 'icmp']),
  from: z.int(),
  to: z.int(),
  /** Set where the hub is called rather than calling: the port is opened in the hub. */
  towards: z.optional(z.literal('hub')),
});
export type Port = z.infer<typeof Port>;

/** What is opened in the hub's own security groups, for agents that call in. */
export const InHub = z.object({
  securityGroupIds: z.array(z.string()),
  ports: z.array(Port),
  /** The monitored blocks that the groups let in. */
  sources: z.array(z.string()),
  /** The quota of inbound rules of a group in the hub, where it is known. */
  rulesPerSecurityGroup: z.optional(z.int()),
});
export type InHub = z.infer<typeof InHub>;

export const NetworkPlan = z.object({
  hub: Side,
  monitored: Side,
  acceptance: z.enum(['auto', 'manual']),
  /** The groups to open; none: one is made. */
  securityGroupIds: z.array(z.string()),
  /** Whether the one that is made was not there when Preflight looked. */
  isGroupMissing: z.optional(z.boolean()),
  ports: z.array(Port),
  /** What the groups let in: blocks of the hub, or ids of its security groups (`isGroup` tells). */
  sources: z.array(z.string()),
  inHub: z.optional(InHub),
  /** The quota of inbound rules of a group in the monitored account, where it is known. */
  rulesPerSecurityGroup: z.optional(z.int()),
  dnsResolution: z.boolean(),
});
export type NetworkPlan = z.infer<typeof NetworkPlan>;

export const RolePlan = z.object({
  name: z.string(),
  arn: z.string(),
  policyArns: z.array(z.string()),
  externalId: z.optional(z.string()),
  principals: z.array(z.string()),
  /** The permissions boundary that the role gets if it is made. */
  boundaryArn: z.optional(z.string()),
  /** Whether the role may also change things; then nothing is said against it. */
  allowWrites: z.boolean(),
  /** The Region in which the role is shown to be able to read. */
  region: z.string(),
  /** Whether there was no such role when Preflight looked. */
  isMissing: z.optional(z.boolean()),
});
export type RolePlan = z.infer<typeof RolePlan>;

/** What Preflight decided; every default is filled in, every id is known to exist. */
export const Plan = z.object({
  accountId: z.string(),
  network: z.optional(NetworkPlan),
  role: z.optional(RolePlan),
  /** What the report has to tell a person besides. */
  notes: z.optional(z.array(z.string())),
  did: z.string(),
});
export type Plan = z.infer<typeof Plan>;

/** The peering as last seen. */
export const Peering = z.object({
  id: z.string(),
  outcome: Outcome,
  /** Whether Sightline requested it, in this execution or an earlier one; only then is it tagged. */
  ours: z.boolean(),
  /** Who has to accept it: the side that did not request it. */
  accepter: SideName,
  status: z.string(),
  /** How often WaitForAcceptance has found it in this status, one time after the other. */
  looks: z.int(),
  lookAgainInSeconds: z.int(),
  /** How many requests this execution has seen or made; one that expires is made anew once. */
  requests: z._default(z.int(), 1),
  did: z.string(),
});
export type Peering = z.infer<typeof Peering>;

export const RouteResult = z.object({
  routeTableId: z.string(),
  destination: z.string(),
  outcome: Outcome,
});
export type RouteResult = z.infer<typeof RouteResult>;

/** A route that an earlier onboarding made and that this one would not make. It is left as it is. */
export const SuperfluousRoute = z.object({ routeTableId: z.string(), destination: z.string() });
export type SuperfluousRoute = z.infer<typeof SuperfluousRoute>;

export const Routes = z.object({ routes: z.array(RouteResult), did: z.string() });
export type Routes = z.infer<typeof Routes>;

export const RuleResult = z.object({
  groupId: z.string(),
  /** What is let in: a block, or the id of a security group of the hub. */
  cidr: z.string(),
  port: Port,
  outcome: Outcome,
});
export type RuleResult = z.infer<typeof RuleResult>;

/** A rule that an earlier onboarding made and that this one would not make. It is left as it is. */
export const SuperfluousRule = z.object({
  accountId: z.string(),
  groupId: z.string(),
  ruleId: z.string(),
  /** Such as `tcp/10050`. */
  port: z.string(),
  source: z.string(),
});
export type SuperfluousRule = z.infer<typeof SuperfluousRule>;

const GroupResult = z.object({ groupId: z.string(), name: z.string(), outcome: Outcome });
export type GroupResult = z.infer<typeof GroupResult>;

export const SecurityGroups = z.object({
  groups: z.array(GroupResult),
  rules: z.array(RuleResult),
  /** The same in the hub, where agents call in. */
  inHub: z.optional(z.object({ groups: z.array(GroupResult), rules: z.array(RuleResult) })),
  superfluous: z.optional(z.array(SuperfluousRule)),
  /** The group that Sightline made and that somebody has to attach to the instances. */
  toAttach: z.optional(z.string()),
  did: z.string(),
});
export type SecurityGroups = z.infer<typeof SecurityGroups>;

/** What SetDnsResolution did, where that was asked for. */
export const DnsResolution = z.object({ outcome: Outcome, did: z.string() });
export type DnsResolution = z.infer<typeof DnsResolution>;

/** What ConfigureNetwork's branches did. */
export const Configured = z.object({
  routesInHub: Routes,
  routesInMonitoredAccount: Routes,
  securityGroups: SecurityGroups,
});
export type Configured = z.infer<typeof Configured>;

export const RoleResult = z.object({ arn: z.string(), outcome: Outcome, did: z.string() });
export type RoleResult = z.infer<typeof RoleResult>;

/** As whom the monitoring role was last tried, and when, in ISO 8601. */
export const VerifiedRole = z.object({ arn: z.string(), at: z.string() });
export type VerifiedRole = z.infer<typeof VerifiedRole>;

/** The data of one execution: each state reads what it picks and adds its own. Only Preflight reads the request. */
export const Execution = z.object({
  /** Names the sessions in the other account, so that its CloudTrail tells which onboarding it was. */
  executionName: z.string().check(z.minLength(1)),
  plan: Plan,
  peering: Peering,
  configured: Configured,
  role: RoleResult,
});
