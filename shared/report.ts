import * as z from 'zod/mini';
import {
  type Configured,
  type DnsResolution,
  Outcome,
  type Peering,
  type Plan,
  Port,
  type RoleResult,
  RouteResult,
  type Routes,
  type SecurityGroups,
  type Side,
  SideName,
  SuperfluousRoute,
  SuperfluousRule,
  type VerifiedRole,
} from './execution.ts';

/** One thing that has to be true for monitoring to work, as it was read back from AWS. */
export const Check = z.object({ check: z.string(), ok: z.boolean(), detail: z.string() });
export type Check = z.infer<typeof Check>;

export const HopName = z.enum([
  'peering',
  'route there',
  'network ACL of the hub',
  'network ACL of the monitored subnet',
  'security group',
  'route back',
]);
export type HopName = z.infer<typeof HopName>;

/** What a way passes: whether that lets the traffic through, there and back, and what it is. */
const Hop = z.object({ name: HopName, ok: z.boolean(), detail: z.string() });
export type Hop = z.infer<typeof Hop>;

const WaySubnet = z.object({
  subnetId: z.string(),
  /** The block of the subnet that is called; one with IPv4 and IPv6 has a way for each. */
  cidr: z.string(),
  availabilityZone: z.optional(z.string()),
  routeTableId: z.string(),
  networkAclId: z.string(),
});

/** The ways from all calling subnets to each of these subnets through each of these ports. */
export const Way = z.object({
  /** Whose subnets are called. */
  side: SideName,
  subnets: z.array(WaySubnet),
  ports: z.array(Port),
  /** Who calls: the other side's subnets; a block without one where its VPC has no subnet there. */
  sources: z.array(z.object({ cidr: z.string(), subnetId: z.optional(z.string()) })),
  open: z.boolean(),
  hops: z.array(Hop),
});
export type Way = z.infer<typeof Way>;

const SideReport = z.object({
  accountId: z.string(),
  region: z.string(),
  vpcId: z.string(),
  cidrs: z.array(z.string()),
  routes: z.array(RouteResult),
  /** Routes of earlier onboardings that this one would not make; they are left as they are. */
  superfluous: z.optional(z.array(SuperfluousRoute)),
});
export type SideReport = z.infer<typeof SideReport>;

const GroupReport = z.object({
  groupId: z.string(),
  name: z.string(),
  outcome: Outcome,
  rules: z.array(z.object({ port: Port, cidr: z.string(), outcome: Outcome })),
});

const NetworkReport = z.object({
  peering: z.object({
    id: z.string(),
    status: z.string(),
    outcome: Outcome,
    ours: z.boolean(),
    /** The side that requested it; reports of earlier versions do not say. */
    requester: z.optional(SideName),
  }),
  hub: SideReport,
  monitored: SideReport,
  securityGroups: z.array(GroupReport),
  /** The hub's own groups, where agents call in. */
  hubSecurityGroups: z.optional(z.array(GroupReport)),
  /** Rules of earlier onboardings that this one would not make; they are left as they are. */
  superfluousRules: z.optional(z.array(SuperfluousRule)),
  dnsResolution: z.object({ asked: z.boolean(), outcome: Outcome }),
  /** Every way as it is; ways that are alike are one entry, because of the 256 KiB between states. */
  ways: z.array(Way),
});
export type NetworkReport = z.infer<typeof NetworkReport>;

const RoleReport = z.object({
  arn: z.string(),
  outcome: Outcome,
  policyArns: z.array(z.string()),
  /** Whether whoever assumes the role has to send an external id; the id itself is not reported. */
  externalId: z.boolean(),
});

/** What is so at the end of an onboarding: the output of the execution. */
export const Report = z.object({
  accountId: z.string(),
  ready: z.literal(true),
  /** How many things this execution made or changed; 0 for one that found all of it in place. */
  changes: z.int(),
  network: z.optional(NetworkReport),
  role: z.optional(RoleReport),
  readiness: z.array(Check),
  /** What a person still has to do or know. */
  notes: z.array(z.string()),
  did: z.string(),
});
export type Report = z.infer<typeof Report>;

/** What the two branches of PrepareAccount did; a branch that was not asked for did nothing. */
export type Prepared = {
  peering?: Peering | undefined;
  configured?: Configured | undefined;
  dns?: DnsResolution | undefined;
  role?: RoleResult | undefined;
  verified?: VerifiedRole | undefined;
};

/** Every way, what there is besides, and what a person has to know of both. */
export type Reach = {
  ways: Way[];
  /** Routes into the peering that nothing asks for. */
  superfluous: Record<SideName, SuperfluousRoute[]>;
  notes: string[];
};

const nothingReached: Reach = { ways: [], superfluous: { hub: [], monitored: [] }, notes: [] };

const sideReport = (
  { accountId, region, vpcId, cidrs }: Side,
  { routes }: Routes,
  superfluous: SuperfluousRoute[],
): SideReport => ({
  accountId,
  region,
  vpcId,
  cidrs,
  routes,
  ...(superfluous.length > 0 && { superfluous }),
});

const groupReports = ({ groups, rules }: Pick<SecurityGroups, 'groups' | 'rules'>) =>
  groups.map((group) => ({
    ...group,
    rules: rules
      .filter(({ groupId }) => groupId === group.groupId)
      .map(({ port, cidr, outcome }) => ({ port, cidr, outcome })),
  }));

const networkReport = (
  { network }: Plan,
  { peering, configured, dns }: Prepared,
  { ways, superfluous: { hub, monitored } }: Reach,
): NetworkReport | undefined => {
  if (!network || !peering || !configured) return undefined;
  const { id, status, outcome, ours, accepter } = peering;
  const { inHub, superfluous } = configured.securityGroups;
  return {
    peering: { id, status, outcome, ours, requester: accepter === 'hub' ? 'monitored' : 'hub' },
    hub: sideReport(network.hub, configured.routesInHub, hub),
    monitored: sideReport(network.monitored, configured.routesInMonitoredAccount, monitored),
    securityGroups: groupReports(configured.securityGroups),
    ...(inHub && { hubSecurityGroups: groupReports(inHub) }),
    ...(superfluous && { superfluousRules: superfluous }),
    dnsResolution: {
      asked: network.dnsResolution,
      outcome: dns?.outcome ?? 'already',
    },
    ways,
  };
};

const roleReport = ({ role: plan }: Plan, { role }: Prepared) => {
  if (!plan || !role) return undefined;
  const { arn, outcome } = role;
  return { arn, outcome, policyArns: plan.policyArns, externalId: plan.externalId !== undefined };
};

const outcomesOf = ({ peering, configured, dns, role }: Prepared) =>
  [
    peering,
    role,
    dns,
    ...(configured?.routesInHub.routes ?? []),
    ...(configured?.routesInMonitoredAccount.routes ?? []),
    ...(configured?.securityGroups.groups ?? []),
    ...(configured?.securityGroups.rules ?? []),
    ...(configured?.securityGroups.inHub?.rules ?? []),
  ].flatMap((thing) => thing?.outcome ?? []);

const notesOnRoutes = ({ hub, monitored }: Reach['superfluous']) =>
  [...hub, ...monitored].map(
    ({ routeTableId, destination }) =>
      `${routeTableId} still routes ${destination} into the peering, which nothing asks for any more. Remove it if nobody needs it.`,
  );

const notesOnRules = ({ superfluous = [] }: SecurityGroups) =>
  superfluous.map(
    ({ accountId, groupId, ruleId, port, source }) =>
      `${ruleId} in ${groupId} of account ${accountId} still lets ${port} in from ${source}, which nothing asks for any more. Remove it if nobody needs it.`,
  );

const notesOf = (
  { network, role, notes = [] }: Plan,
  { configured }: Prepared,
  reach: Reach,
): string[] => {
  const groupId = configured?.securityGroups.toAttach;
  return [
    ...notes,
    ...(groupId
      ? [
          `Attach security group ${groupId} (sightline-monitoring) to the instances that are to be monitored: it was made for this and nothing uses it by itself.`,
        ]
      : []),
    ...notesOnRoutes(reach.superfluous),
    ...(configured ? notesOnRules(configured.securityGroups) : []),
    ...(network ? [] : ['Access by API only: no VPC of this account can be reached.']),
    ...(role ? [] : ['Access by network only: no monitoring role was looked after.']),
  ];
};

const didOf = ({ length }: readonly Check[], ways: readonly Way[]) => {
  const count = ways.reduce((sum, { subnets, ports }) => sum + subnets.length * ports.length, 0);
  const open = count > 0 ? [count === 1 ? '1 way is open' : `${count} ways are open`] : [];
  return [`confirmed ${length} of ${length} checks`, ...open].join('; ');
};

/** Puts together what was done, what was read back, and which ways that opens. */
export const buildReport = (
  plan: Plan,
  prepared: Prepared,
  readiness: Check[],
  reach: Reach = nothingReached,
): Report => {
  const changes = outcomesOf(prepared).filter((outcome) => outcome !== 'already').length;
  const network = networkReport(plan, prepared, reach);
  const role = roleReport(plan, prepared);
  return {
    accountId: plan.accountId,
    ready: true,
    changes,
    ...(network && { network }),
    ...(role && { role }),
    readiness,
    notes: [...notesOf(plan, prepared, reach), ...reach.notes],
    did: didOf(readiness, reach.ways),
  };
};
