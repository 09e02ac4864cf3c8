import type { EC2Client, VpcPeeringConnection } from '@aws-sdk/client-ec2';
import type { NetworkPlan } from '../execution.ts';
import { readDnsAttributesOff, readVpcs } from '../network/readNetwork.ts';
import type { KnownVpc } from '../network/vpcs.ts';
import type { NetworkState } from '../readiness/readiness.ts';
import type { Request } from '../request.ts';
import type { Settings } from '../settings.ts';
import type { Asked, Clients, Sides } from './asked.ts';
import { type Change, type NetworkFacts, networkChanges } from './changes.ts';
import { chooseNetwork } from './chooseNetwork.ts';
import { blocks, decided, type Finding } from './findings.ts';
import { findRoom } from './findRoom.ts';
import { foreseeWays } from './foreseeWays.ts';
import { missingPermissions } from './permissionProbes.ts';
import * as planning from './planning.ts';
import { routeCollisions, wantedWays } from './routeCollisions.ts';
import { factsOf, type Seen, seeNetwork } from './seeNetwork.ts';

/** What an onboarding would find and do in the network; without a plan where something stands in the way. */
export type NetworkAssessment = {
  network?: NetworkPlan;
  /** What there is now, where there is a plan. */
  now?: { state: NetworkState; facts: NetworkFacts };
  changes: Change[];
  findings: Finding[];
};

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

const dnsFindings = async (ec2: Sides<EC2Client>, vpcs: Sides<KnownVpc>): Promise<Finding[]> => {
  const off = await Promise.all([
    readDnsAttributesOff(ec2.hub, vpcs.hub.VpcId),
    readDnsAttributesOff(ec2.monitored, vpcs.monitored.VpcId),
  ]);
  const attributes = off.flat().join(' and ');
  return attributes ? [blocks('DnsAttributesOff', { attributes })] : [];
};

const lacksGroup = ({ securityGroupIds, ports }: NetworkPlan, { ownGroupId }: NetworkFacts) =>
  securityGroupIds.length === 0 && ports.length > 0 && ownGroupId === undefined;

/** What stands in the way of a network whose every choice is made. */
const obstacles = (network: NetworkPlan, facts: NetworkFacts, { networks }: Seen): Finding[] => {
  const ways = wantedWays(network, facts);
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
  const seen = await seeNetwork(ec2, vpcs, asked, peerings);
  const { network, findings } = chooseNetwork(seen, asked);
  if (asked.request.dnsResolution) findings.push(...(await dnsFindings(ec2, seen.vpcs)));
  if (!network) return { changes: [], findings };
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
