import type { RouteTable, SecurityGroupRule, VpcPeeringConnection } from '@aws-sdk/client-ec2';
import * as z from 'zod/mini';
import type { NetworkPlan, RolePlan, Side, SideName } from '../execution.ts';
import { accepterOf, statusOf } from '../network/peerings.ts';
import { decideRoutes } from '../network/routes.ts';
import { decideRules, ownGroupName } from '../network/rules.ts';
import { formatPort } from '../ports.ts';
import { isOurs } from '../tags.ts';

/**
 * One thing of an onboarding: `create` makes or changes it by one call of AWS, `adopt` uses what somebody
 * else has made, `leave` finds it as it should be.
 */
export const Change = z.object({
  does: z.enum(['create', 'adopt', 'leave']),
  /** The call that does it, as `ec2:CreateRoute`; only where something is done. */
  call: z.optional(z.string()),
  accountId: z.string(),
  region: z.string(),
  what: z.string(),
});
export type Change = z.infer<typeof Change>;

type Place = { accountId: string; region: string };

const create = ({ accountId, region }: Place, call: string, what: string): Change => ({
  does: 'create',
  call,
  accountId,
  region,
  what,
});

const keep = (ours: boolean, { accountId, region }: Place, what: string): Change => ({
  does: ours ? 'leave' : 'adopt',
  accountId,
  region,
  what,
});

/** What is there of the network before an onboarding. */
export type NetworkFacts = {
  /** The live peering of the two VPCs, as the hub sees it. */
  peering: VpcPeeringConnection | undefined;
  /** Every peering that the hub sees, the dead ones too, which blackholes may lead into. */
  peerings: readonly VpcPeeringConnection[];
  tables: { hub: readonly RouteTable[]; monitored: readonly RouteTable[] };
  /** The group of Sightline's own in the monitored VPC. */
  ownGroupId: string | undefined;
  /** The rules of the groups to open, on both sides. */
  rules: readonly SecurityGroupRule[];
};

const acceptance = (network: NetworkPlan, accepter: SideName, ours: boolean): Change[] => {
  // By hand means by the owner of the monitored account; what waits for the hub, Sightline accepts.
  if (network.acceptance === 'manual' && accepter === 'monitored') return [];
  const side = network[accepter];
  const tag = create(side, 'ec2:CreateTags', 'tag its side of the peering');
  const accept = create(side, 'ec2:AcceptVpcPeeringConnection', 'accept the peering');
  // Within one account there is one set of tags, which the request has put there.
  const oneAccount = network.hub.accountId === network.monitored.accountId;
  return ours && !oneAccount ? [tag, accept] : [accept];
};

const peeringChanges = (network: NetworkPlan, { peering }: NetworkFacts): Change[] => {
  const { hub, monitored } = network;
  if (!peering) {
    const what = `request a peering from ${hub.vpcId} to ${monitored.vpcId} of account ${monitored.accountId}`;
    return [
      create(hub, 'ec2:CreateVpcPeeringConnection', what),
      ...acceptance(network, 'monitored', true),
    ];
  }
  const { VpcPeeringConnectionId: id, Tags, RequesterVpcInfo: requester } = peering;
  const [ours, status] = [isOurs(Tags), statusOf(peering)];
  const what = `${id} is ${status}, requested by account ${requester?.OwnerId}`;
  const isPending = status === 'pending-acceptance' || status === 'initiating-request';
  return [
    keep(ours, hub, what),
    ...(isPending ? acceptance(network, accepterOf(peering, hub), ours) : []),
  ];
};

const routeChanges = (
  own: Side,
  other: Side,
  tables: readonly RouteTable[],
  { peering, peerings }: NetworkFacts,
): Change[] => {
  const peeringId = peering?.VpcPeeringConnectionId ?? '';
  const way = { own, other, peeringId, others: peerings };
  return decideRoutes(tables, way).flatMap(({ kind, routeTableId, destination }) => {
    const what = `route ${destination} in ${routeTableId} into the peering`;
    if (kind === 'create') return create(own, 'ec2:CreateRoute', what);
    if (kind === 'already') return keep(true, own, what);
    if (kind === 'conflict') return [];
    return create(own, 'ec2:ReplaceRoute', `${what}, in place of a blackhole`);
  });
};

/** The rules of one side's groups: one call for each group that lacks some. */
const ruleChanges = (
  place: Place,
  groupIds: readonly string[],
  { ports, sources }: Pick<NetworkPlan, 'ports' | 'sources'>,
  rules: readonly SecurityGroupRule[],
): Change[] =>
  groupIds.flatMap((groupId) => {
    const wanted = decideRules(groupId, rules, ports, sources);
    const missing = wanted.filter(({ outcome }) => outcome === 'created');
    const kept = wanted.filter(({ outcome }) => outcome === 'already');
    const says = (some: typeof wanted) =>
      `let in ${some.map(({ port, cidr }) => `${formatPort(port)} from ${cidr}`).join(', ')} in ${groupId}`;
    return [
      ...(missing.length > 0
        ? [create(place, 'ec2:AuthorizeSecurityGroupIngress', says(missing))]
        : []),
      ...(kept.length > 0 ? [keep(true, place, says(kept))] : []),
    ];
  });

const groupChanges = (network: NetworkPlan, { ownGroupId, rules }: NetworkFacts): Change[] => {
  const { hub, monitored, securityGroupIds, inHub } = network;
  const isOwn = securityGroupIds.length === 0 && network.ports.length > 0;
  const groupIds = isOwn ? [ownGroupId ?? ownGroupName] : securityGroupIds;
  const make = create(monitored, 'ec2:CreateSecurityGroup', `make the group ${ownGroupName}`);
  return [
    ...(isOwn && !ownGroupId ? [make] : []),
    ...ruleChanges(monitored, groupIds, network, rules),
    ...(inHub ? ruleChanges(hub, inHub.securityGroupIds, inHub, rules) : []),
  ];
};

const dnsChanges = (network: NetworkPlan, { peering }: NetworkFacts): Change[] => {
  if (!network.dnsResolution) return [];
  const isHubAccepter = peering !== undefined && accepterOf(peering, network.hub) === 'hub';
  const requester = peering?.RequesterVpcInfo?.PeeringOptions?.AllowDnsResolutionFromRemoteVpc;
  const accepter = peering?.AccepterVpcInfo?.PeeringOptions?.AllowDnsResolutionFromRemoteVpc;
  const sides = [
    [network.hub, isHubAccepter ? accepter : requester],
    [network.monitored, isHubAccepter ? requester : accepter],
  ] as const;
  return sides.map(([side, isOn = false]) => {
    const what = `names of ${side.vpcId} resolve over the peering`;
    return isOn
      ? keep(true, side, what)
      : create(side, 'ec2:ModifyVpcPeeringConnectionOptions', what);
  });
};

/** What an onboarding does to the network, call for call, and what it finds there. */
export const networkChanges = (network: NetworkPlan, facts: NetworkFacts): Change[] => [
  ...peeringChanges(network, facts),
  ...routeChanges(network.hub, network.monitored, facts.tables.hub, facts),
  ...routeChanges(network.monitored, network.hub, facts.tables.monitored, facts),
  ...groupChanges(network, facts),
  ...dnsChanges(network, facts),
];

/** What an onboarding does to the monitoring role; `missing` are policies that an existing one lacks. */
export const roleChanges = (
  place: Place,
  role: RolePlan,
  existing: { ours: boolean; missing: readonly string[] } | undefined,
): Change[] => {
  const attach = (arn: string) => create(place, 'iam:AttachRolePolicy', `attach ${arn}`);
  if (!existing) {
    const make = create(place, 'iam:CreateRole', `make the role ${role.name}`);
    return [make, ...role.policyArns.map(attach)];
  }
  return [keep(existing.ours, place, `the role ${role.name}`), ...existing.missing.map(attach)];
};
