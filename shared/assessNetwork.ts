import type {
  EC2Client,
  RouteTable,
  SecurityGroup,
  VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { type Change, type NetworkFacts, networkChanges } from './changes.ts';
import { ec2In, quotasIn, type Session } from './clients.ts';
import { SightlineError } from './errors.ts';
import type { NetworkPlan, Side } from './execution.ts';
import { blocks, decided, type Finding } from './findings.ts';
import { foreseeWays } from './foreseeWays.ts';
import { bestOf, connects, isLive } from './peerings.ts';
import { missingPermissions } from './permissionProbes.ts';
import * as planning from './planning.ts';
import type { VpcNetwork } from './reachabilityPlaces.ts';
import type { NetworkState } from './readiness.ts';
import {
  type Routing,
  readDnsAttributesOff,
  readRules,
  readSecurityGroups,
  readVpcNetwork,
  readVpcs,
} from './readNetwork.ts';
import { readPeeringsOfBoth, withRouted } from './readPeerings.ts';
import { weigh } from './readQuotas.ts';
import type { Request, RouteTableChoice } from './request.ts';
import { noRoom, peeringNeeds, quotas, routeNeeds, ruleNeeds, type Weighed } from './room.ts';
import { routeCollisions, type WantedRoutes } from './routeCollisions.ts';
import { decideRoutes } from './routes.ts';
import { decideRules, ownGroupName } from './rules.ts';
import type { Settings } from './settings.ts';
import { isOurs } from './tags.ts';
import type { KnownVpc } from './vpcs.ts';

export type Sides<Thing> = { hub: Thing; monitored: Thing };

/** What an onboarding would find and do in the network; without a plan where something stands in the way. */
export type NetworkAssessment = {
  network?: NetworkPlan;
  /** What there is now, where there is a plan. */
  now?: { state: NetworkState; facts: NetworkFacts };
  changes: Change[];
  findings: Finding[];
};

/** What is asked for, in which deployment, in which Region of the monitored account. */
export type Asked = { request: Request; known: Settings; region: string };

/** Clients of both sides. */
export type Clients = { ec2: Sides<EC2Client>; quotas: Sides<ServiceQuotasClient> };

/** Of the hub, which may have dozens of VPCs, one that is named is read alone; unless it is refused, for that names all. */
const chooseHubVpc = async (ec2: EC2Client, { hubVpcId }: Request, known: Settings) => {
  const choose = async (vpcId?: string) => {
    const vpcs = await readVpcs(ec2, vpcId);
    return decided(() => planning.chooseHubVpc(vpcs, known, hubVpcId));
  };
  const named = hubVpcId ?? known.hub.vpcId;
  const chosen = await choose(named);
  return named && !chosen.result ? choose() : chosen;
};

/** Clients of the hub, and of a session in the monitored account. */
export const clientsOf = (
  { known, region }: Pick<Asked, 'known' | 'region'>,
  session: Session,
): Clients => ({
  ec2: { hub: ec2In(known.hub.region), monitored: ec2In(region, session) },
  quotas: { hub: quotasIn(known.hub.region), monitored: quotasIn(region, session) },
});

const chooseVpcs = async (ec2: Sides<EC2Client>, { request, known, region }: Asked) => {
  const [hub, ofMonitored] = await Promise.all([
    chooseHubVpc(ec2.hub, request, known),
    readVpcs(ec2.monitored),
  ]);
  const { accountId, vpcId } = request;
  const hubVpcId = hub.result?.VpcId;
  const wanted = { accountId, vpcId, region, ...(hubVpcId && { hubVpcId }) };
  const monitored = decided(() => planning.chooseMonitoredVpc(ofMonitored, wanted));
  return {
    hub: hub.result,
    monitored: monitored.result,
    findings: [...hub.findings, ...monitored.findings],
  };
};

/** A shared VPC is seen by whoever takes part in it, and peered by its owner alone. */
const refuseShared = ({ VpcId: vpcId, OwnerId: ownerId }: KnownVpc, accountId: string) => {
  if (ownerId === undefined || ownerId === accountId) return;
  throw new SightlineError('VpcShared', { vpcId, accountId, ownerId });
};

const dnsFindings = async (ec2: Sides<EC2Client>, vpcs: Sides<KnownVpc>): Promise<Finding[]> => {
  const off = await Promise.all([
    readDnsAttributesOff(ec2.hub, vpcs.hub.VpcId),
    readDnsAttributesOff(ec2.monitored, vpcs.monitored.VpcId),
  ]);
  const attributes = off.flat().join(' and ');
  return attributes ? [blocks('DnsAttributesOff', { attributes })] : [];
};

/**
 * What is read of both VPCs before anything is decided. Peerings of other VPCs are not: where their open
 * requests take up the quota, RequestPeering waits.
 */
type Seen = {
  vpcs: Sides<KnownVpc>;
  networks: Sides<VpcNetwork>;
  groups: Sides<SecurityGroup[]>;
  peerings: VpcPeeringConnection[];
};

const see = async (
  ec2: Sides<EC2Client>,
  vpcs: Sides<KnownVpc>,
  { request, known }: Asked,
  given: VpcPeeringConnection[] | undefined,
): Promise<Seen> => {
  const [hub, monitored, groups, hubGroups, requests] = await Promise.all([
    readVpcNetwork(ec2.hub, vpcs.hub.VpcId),
    readVpcNetwork(ec2.monitored, vpcs.monitored.VpcId),
    readSecurityGroups(ec2.monitored, vpcs.monitored.VpcId),
    planning.needsHubGroups(request, known) ? readSecurityGroups(ec2.hub, vpcs.hub.VpcId) : [],
    given ?? readPeeringsOfBoth(ec2, vpcs.hub),
  ]);
  return {
    vpcs,
    networks: { hub, monitored },
    groups: { hub: hubGroups, monitored: groups },
    peerings: given ?? (await withRouted(ec2.hub, requests, hub)),
  };
};

const sideOf = (
  { VpcId: vpcId }: KnownVpc,
  cidrs: string[],
  routing: Routing,
  { accountId, region }: { accountId: string; region: string },
  choice: RouteTableChoice,
): Side => ({
  accountId,
  region,
  vpcId,
  cidrs,
  routeTableIds: planning.chooseRouteTables(routing, choice, { accountId, vpcId }),
});

/** What the request itself decides. */
const asAsked = ({ request, known }: Asked) => ({
  ports: planning.choosePorts(request, known),
  acceptance: request.acceptance,
  dnsResolution: request.dnsResolution,
});

const chooseSides = ({ vpcs, networks }: Seen, { request, known, region }: Asked) => {
  const { accountId, routeTables, excludeCidrs } = request;
  const there = { accountId, region };
  const blocksOf = decided(() => planning.chooseBlocks(vpcs.hub, vpcs.monitored, excludeCidrs));
  const cidrs = blocksOf.result ?? { hub: [], monitored: [] };
  const hub = decided(() => sideOf(vpcs.hub, cidrs.hub, networks.hub, known.hub, routeTables.hub));
  const monitored = decided(() =>
    sideOf(vpcs.monitored, cidrs.monitored, networks.monitored, there, routeTables.monitored),
  );
  const findings = [blocksOf, hub, monitored].flatMap((one) => one.findings);
  const sides = blocksOf.result &&
    hub.result &&
    monitored.result && { hub: hub.result, monitored: monitored.result };
  return { sides, findings };
};

/** The groups to open on both sides, and whom they let in. */
const chooseOpening = ({ groups }: Seen, sides: Sides<Side>, { request, known, region }: Asked) => {
  const chosen = decided(() =>
    planning.chooseSecurityGroups(groups.monitored, request.securityGroups, sides.monitored),
  );
  const sources = decided(() =>
    planning.chooseSources(request.sources, sides.hub, { region, hubGroups: groups.hub }),
  );
  const inHub = decided(() => planning.chooseInHub(request, known, sides, groups.hub));
  const findings = [chosen, sources, inHub].flatMap((one) => one.findings);
  if (!chosen.result || !sources.result) return { findings };
  const opening = {
    securityGroupIds: chosen.result,
    sources: sources.result,
    ...(inHub.result && { inHub: inHub.result }),
  };
  return { opening, findings };
};

/** Where Sightline is to use a group of its own, nobody else's may have its name. */
const refuseTheirGroup = (
  groups: readonly SecurityGroup[],
  { monitored, securityGroupIds, ports }: NetworkPlan,
) => {
  if (securityGroupIds.length > 0 || ports.length === 0) return;
  const theirs = groups.find(({ GroupName, Tags }) => GroupName === ownGroupName && !isOurs(Tags));
  if (!theirs) return;
  const { vpcId } = monitored;
  throw new SightlineError('SecurityGroupConflict', { vpcId, groupId: theirs.GroupId ?? '' });
};

/** Every choice that the request leaves open, with all that stands in the way of one. */
const choose = (seen: Seen, asked: Asked): { network?: NetworkPlan; findings: Finding[] } => {
  const { accountId } = asked.request;
  const { hub: hubVpc, monitored: vpc } = seen.vpcs;
  const { sides, findings } = chooseSides(seen, asked);
  findings.push(
    ...decided(() => planning.refuseOverlap(hubVpc, vpc, accountId)).findings,
    ...decided(() => refuseShared(vpc, accountId)).findings,
  );
  if (!sides) return { findings };
  const { opening, findings: ofGroups } = chooseOpening(seen, sides, asked);
  findings.push(...ofGroups);
  return opening
    ? { network: { ...sides, ...opening, ...asAsked(asked) }, findings }
    : { findings };
};

const tablesOf = ({ routeTables }: Routing, { routeTableIds }: Side): RouteTable[] =>
  routeTables.filter(({ RouteTableId = '' }) => routeTableIds.includes(RouteTableId));

/** Of the monitored VPC the rules of all groups, where one of them is opened: earlier onboardings may have opened others. */
const readAllRules = async (
  ec2: Sides<EC2Client>,
  opensAny: boolean,
  groups: readonly SecurityGroup[],
  { inHub }: NetworkPlan,
) => {
  const [monitored, hub] = await Promise.all([
    opensAny
      ? readRules(
          ec2.monitored,
          groups.flatMap(({ GroupId }) => GroupId ?? []),
        )
      : [],
    inHub ? readRules(ec2.hub, inHub.securityGroupIds) : [],
  ]);
  return [...monitored, ...hub];
};

const factsOf = async (
  ec2: Sides<EC2Client>,
  network: NetworkPlan,
  { groups, networks, peerings }: Seen,
): Promise<NetworkFacts> => {
  const { hub, monitored, securityGroupIds } = network;
  const own = groups.monitored.find(({ GroupName }) => GroupName === ownGroupName)?.GroupId;
  const opensAny = securityGroupIds.length > 0 || own !== undefined;
  const live = peerings.filter((peering) => isLive(peering) && connects(peering, hub, monitored));
  return {
    peering: bestOf(live),
    peerings,
    tables: {
      hub: tablesOf(networks.hub, hub),
      monitored: tablesOf(networks.monitored, monitored),
    },
    ownGroupId: own,
    rules: await readAllRules(ec2, opensAny, groups.monitored, network),
  };
};

const waysOf = ({ hub, monitored }: NetworkPlan, { peering, peerings, tables }: NetworkFacts) => {
  const common = { peeringId: peering?.VpcPeeringConnectionId ?? '', others: peerings };
  return {
    hub: { tables: tables.hub, way: { own: hub, other: monitored, ...common } },
    monitored: { tables: tables.monitored, way: { own: monitored, other: hub, ...common } },
  };
};

/** What the onboarding would add to things that have a quota. */
const needsOf = (network: NetworkPlan, facts: NetworkFacts) => {
  const ways = waysOf(network, facts);
  const fresh = ({ tables, way }: WantedRoutes) =>
    decideRoutes(tables, way).filter(({ kind }) => kind === 'create');
  const missing = (groupIds: readonly string[], open: Pick<NetworkPlan, 'ports' | 'sources'>) =>
    groupIds
      .flatMap((id) => decideRules(id, facts.rules, open.ports, open.sources))
      .filter(({ outcome }) => outcome === 'created');
  const { hub, monitored, inHub, securityGroupIds: chosen } = network;
  const groupIds = chosen.length > 0 ? chosen : [facts.ownGroupId ?? ownGroupName];
  return {
    hub: [
      ...(facts.peering ? [] : peeringNeeds(hub, facts.peerings.filter(isLive))),
      ...routeNeeds(hub, ways.hub.tables, fresh(ways.hub)),
      ...(inHub ? ruleNeeds(hub, facts.rules, missing(inHub.securityGroupIds, inHub)) : []),
    ],
    monitored: [
      ...routeNeeds(monitored, ways.monitored.tables, fresh(ways.monitored)),
      ...ruleNeeds(monitored, facts.rules, missing(groupIds, network)),
    ],
  };
};

/** The real quota of rules, where it had to be asked for; whoever adds the rules goes by it. */
const rulesQuota = (weighed: readonly Weighed[]) => {
  const real = weighed.find(({ quota }) => quota.code === quotas.rules.code)?.real;
  return real === undefined ? {} : { rulesPerSecurityGroup: real };
};

/** What there is no room for, and the plan with the quotas that were read for that. */
const findRoom = async (clients: Clients, network: NetworkPlan, facts: NetworkFacts) => {
  const needs = needsOf(network, facts);
  const [hub, monitored] = await Promise.all([
    weigh(clients.quotas.hub, needs.hub),
    weigh(clients.quotas.monitored, needs.monitored),
  ]);
  const { inHub } = network;
  const withQuotas: NetworkPlan = {
    ...network,
    ...rulesQuota(monitored),
    ...(inHub && { inHub: { ...inHub, ...rulesQuota(hub) } }),
  };
  return { findings: noRoom([...hub, ...monitored]), network: withQuotas };
};

const lacksGroup = ({ securityGroupIds, ports }: NetworkPlan, { ownGroupId }: NetworkFacts) =>
  securityGroupIds.length === 0 && ports.length > 0 && ownGroupId === undefined;

/** What stands in the way of a network whose every choice is made. */
const obstacles = (network: NetworkPlan, facts: NetworkFacts, { networks }: Seen): Finding[] => {
  const ways = waysOf(network, facts);
  return [
    ...routeCollisions(ways.hub),
    ...routeCollisions(ways.monitored),
    ...foreseeWays(network, networks),
  ];
};

/**
 * Decides between two VPCs what the request leaves open, and looks for all in the network that would stand
 * in the way; changes nothing. The clients are the hub's, and those of a role that may read the monitored
 * account. Peerings that are given are not read.
 */
export const assessVpcs = async (
  clients: Clients,
  asked: Asked,
  vpcs: Sides<KnownVpc>,
  peerings?: VpcPeeringConnection[],
): Promise<NetworkAssessment> => {
  const { ec2 } = clients;
  const seen = await see(ec2, vpcs, asked, peerings);
  const { network, findings } = choose(seen, asked);
  if (asked.request.dnsResolution) findings.push(...(await dnsFindings(ec2, seen.vpcs)));
  if (!network) return { changes: [], findings };
  findings.push(...decided(() => refuseTheirGroup(seen.groups.monitored, network)).findings);
  const facts = await factsOf(ec2, network, seen);
  const changes = networkChanges(network, facts);
  const room = await findRoom(clients, network, facts);
  findings.push(...obstacles(network, facts, seen), ...room.findings);
  const state = { ...seen.networks, rules: facts.rules };
  const planned = { ...room.network, ...(lacksGroup(network, facts) && { isGroupMissing: true }) };
  return { network: planned, now: { state, facts }, changes, findings };
};

/** What the onboarding role may not do of what is planned. */
const findDenied = async (
  ec2: EC2Client,
  { network, now, changes, findings }: NetworkAssessment,
): Promise<Finding[]> => {
  // Who takes part in a shared VPC may change nothing in it, whatever the role allows.
  const isShared = findings.some(({ error }) => error.name === 'VpcShared');
  if (!network || !now || isShared) return [];
  return missingPermissions(ec2, changes, network, now.facts);
};

/**
 * Finds the two VPCs, decides what the request leaves open, and looks for all that would stand in the way;
 * changes nothing. The clients are the hub's, and those of the onboarding role.
 */
export const assessNetwork = async (clients: Clients, asked: Asked): Promise<NetworkAssessment> => {
  const { hub, monitored, findings } = await chooseVpcs(clients.ec2, asked);
  if (!hub || !monitored) return { changes: [], findings };
  const assessed = await assessVpcs(clients, asked, { hub, monitored });
  const denied = await findDenied(clients.ec2.monitored, assessed);
  return { ...assessed, findings: [...assessed.findings, ...denied] };
};
