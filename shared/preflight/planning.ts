import type { SecurityGroup } from '@aws-sdk/client-ec2';
import { containsCidr, excludeCidr, normalizeCidr } from 'cidr-tools';
import { policyIn } from '../allowed.ts';
import { SightlineError } from '../errors.ts';
import type { InHub, Port, RolePlan, Side } from '../execution.ts';
import type { Routing } from '../network/readNetwork.ts';
import {
  blocksOf,
  candidates,
  describeVpcs,
  type KnownVpc,
  overlaps,
  reachableBlocks,
} from '../network/vpcs.ts';
import { isGroup, resolvePorts } from '../ports.ts';
import type { Request, RouteTableChoice, SecurityGroupChoice, Tag } from '../request.ts';
import type { Settings } from '../settings.ts';
import { hasTag, hubTag, monitorTag } from '../tags.ts';
import { findTables, idsOf } from './tableChoice.ts';

/** The VPC that a request names, if the deployment has marked it: by its setting, else by the tag. */
const namedHubVpc = (vpcs: readonly KnownVpc[], { hub }: Settings, vpcId: string) => {
  const marked = vpcs.filter(({ VpcId, Tags }) =>
    hub.vpcId ? VpcId === hub.vpcId : hasTag(Tags, hubTag),
  );
  const vpc = marked.find(({ VpcId }) => VpcId === vpcId);
  if (vpc) return vpc;
  const { region } = hub;
  throw new SightlineError('HubVpcNotAllowed', { region, vpcId, candidates: describeVpcs(marked) });
};

/**
 * The hub's VPC: the one that the request names, else the one of the settings, else the only candidate.
 * Throws `HubVpcNotAllowed` for one that the deployment has not marked, and `HubVpcNotChosen`.
 */
export const chooseHubVpc = (
  vpcs: readonly KnownVpc[],
  settings: Settings,
  named?: string,
): KnownVpc => {
  const { hub } = settings;
  if (named !== undefined && named !== hub.vpcId) return namedHubVpc(vpcs, settings, named);
  const found = hub.vpcId
    ? vpcs.filter(({ VpcId }) => VpcId === hub.vpcId)
    : candidates(vpcs, hubTag);
  const [vpc, ...others] = found;
  if (vpc && others.length === 0) return vpc;
  const asked = hub.vpcId ? `there is no ${hub.vpcId}, there is ` : '';
  throw new SightlineError('HubVpcNotChosen', {
    region: hub.region,
    candidates: asked + describeVpcs(found.length > 0 ? found : vpcs),
  });
};

/** Where a request looks for the VPC to monitor. */
export type VpcWanted = {
  accountId: string;
  region: string;
  vpcId: string | undefined;
  /** The hub may monitor another VPC of its own account, and never this one. */
  hubVpcId?: string;
};

const namedVpc = (
  vpcs: readonly KnownVpc[],
  { accountId, region, vpcId = '', hubVpcId }: VpcWanted,
) => {
  if (vpcId === hubVpcId) throw new SightlineError('VpcIsTheHub', { vpcId });
  const vpc = vpcs.find(({ VpcId }) => VpcId === vpcId);
  if (vpc) return vpc;
  const there = describeVpcs(vpcs);
  throw new SightlineError('VpcNotFound', { accountId, region, vpcId, candidates: there });
};

/**
 * The VPC to monitor: the one named, else the one tagged `sightline:monitor=true`, else the only one
 * that is not a default VPC. The hub's own VPC is none of them. Throws `VpcNotFound`, `VpcIsTheHub`,
 * `NoVpcQualifies` or `SeveralVpcsQualify`.
 */
export const chooseMonitoredVpc = (all: readonly KnownVpc[], wanted: VpcWanted): KnownVpc => {
  const vpcs = all.filter(({ VpcId }) => VpcId !== wanted.hubVpcId);
  if (wanted.vpcId) return namedVpc(vpcs, wanted);
  const found = candidates(vpcs, monitorTag);
  const [vpc, ...others] = found;
  if (vpc && others.length === 0) return vpc;
  const { accountId, region } = wanted;
  throw vpc
    ? new SightlineError('SeveralVpcsQualify', {
        accountId,
        region,
        candidates: describeVpcs(found),
      })
    : new SightlineError('NoVpcQualifies', { accountId, region, candidates: describeVpcs(vpcs) });
};

/** Throws `CidrOverlap` that names each pair of blocks which share addresses. */
export const refuseOverlap = (hub: KnownVpc, monitored: KnownVpc, accountId: string): void => {
  const pairs = overlaps(hub, monitored);
  if (pairs.length === 0) return;
  const named = pairs.map(
    ([a, b]) => `${a} of the hub's ${hub.VpcId} and ${b} of ${monitored.VpcId}`,
  );
  throw new SightlineError('CidrOverlap', { accountId, overlaps: named.join('; ') });
};

/** What is left of blocks without the excluded ones; where nothing is excluded, the blocks themselves. */
const without = (blocks: readonly string[], excluded: readonly string[]) =>
  blocks.flatMap((block) => excludeCidr(block, [...excluded]).map((part) => normalizeCidr(part)));

/**
 * The blocks of both VPCs that get routes and rules: all that the other can reach but the excluded ones.
 * Throws `ExcludedOutsideVpcs` for one within neither VPC, and `NothingLeftToReach`.
 */
export const chooseBlocks = (
  hub: KnownVpc,
  monitored: KnownVpc,
  excluded: readonly string[] = [],
): { hub: string[]; monitored: string[] } => {
  const all = [...blocksOf(hub), ...blocksOf(monitored)];
  const outside = excluded.filter((cidr) => !all.some((block) => containsCidr(block, cidr)));
  if (outside.length > 0) {
    throw new SightlineError('ExcludedOutsideVpcs', {
      excluded: outside.join(', '),
      hub: describeVpcs([hub]),
      monitored: describeVpcs([monitored]),
    });
  }
  const left = {
    hub: without(reachableBlocks(hub, monitored), excluded),
    monitored: without(reachableBlocks(monitored, hub), excluded),
  };
  const empty = left.hub.length === 0 ? hub : monitored;
  if (left.hub.length > 0 && left.monitored.length > 0) return left;
  const values = { vpc: describeVpcs([empty]), excluded: excluded.join(', ') };
  throw new SightlineError('NothingLeftToReach', values);
};

/**
 * The ids of the route tables to give routes to. Throws `RouteTableNotFound`, `SubnetNotFound`, and
 * `RouteTableOfGateway` for one that routes what comes in through a gateway.
 */
export const chooseRouteTables = (
  routing: Routing,
  choice: RouteTableChoice,
  where: { accountId: string; vpcId: string },
): string[] => {
  const { accountId, vpcId } = where;
  const { tables, missingTables, missingSubnets, ofGateways } = findTables(routing, choice);
  if (missingSubnets.length > 0) {
    const subnetIds = missingSubnets.join(', ');
    const candidates = routing.subnets.map(({ SubnetId }) => SubnetId).join(', ') || 'none';
    throw new SightlineError('SubnetNotFound', { accountId, vpcId, subnetIds, candidates });
  }
  if (ofGateways.length > 0) {
    const routeTableIds = ofGateways.join(', ');
    throw new SightlineError('RouteTableOfGateway', { accountId, vpcId, routeTableIds });
  }
  if (missingTables.length === 0) return idsOf(tables);
  const routeTableIds = missingTables.join(', ');
  const candidates = idsOf(routing.routeTables).join(', ');
  throw new SightlineError('RouteTableNotFound', { accountId, vpcId, routeTableIds, candidates });
};

/** The ids of the groups to open; none where one has to be made. Throws `SecurityGroupNotFound`. */
export const chooseSecurityGroups = (
  securityGroups: readonly SecurityGroup[],
  asked: SecurityGroupChoice | undefined,
  { accountId, vpcId }: { accountId: string; vpcId: string },
): string[] => {
  if (asked === 'dedicated') return [];
  if (asked === undefined) return taggedWith(securityGroups, monitorTag);
  const { found, missing } = findGroups(securityGroups, asked);
  if (missing.length === 0) return found;
  const groupIds = missing.join(', ');
  throw new SightlineError('SecurityGroupNotFound', { accountId, vpcId, groupIds });
};

const groupIdsOf = (groups: readonly SecurityGroup[]) =>
  groups.flatMap(({ GroupId }) => GroupId ?? []);

const taggedWith = (groups: readonly SecurityGroup[], tag: Tag) =>
  groupIdsOf(groups.filter(({ Tags }) => hasTag(Tags, tag)));

const findGroups = (groups: readonly SecurityGroup[], asked: readonly string[] | { tag: Tag }) => {
  if ('tag' in asked) {
    const found = taggedWith(groups, asked.tag);
    return {
      found,
      missing: found.length > 0 ? [] : [`tagged ${asked.tag.key}=${asked.tag.value}`],
    };
  }
  const there = groupIdsOf(groups);
  return { found: [...new Set(asked)], missing: asked.filter((id) => !there.includes(id)) };
};

const allPorts = ({ ports }: Request, settings: Settings) =>
  resolvePorts(ports ?? settings.defaultPorts, settings.portProfiles).ports;

/** The ports to open in the monitored account, in a request that `requestFor` has accepted. */
export const choosePorts = (request: Request, settings: Settings): Port[] =>
  allPorts(request, settings).filter(({ towards }) => towards === undefined);

const portsInHub = (request: Request, settings: Settings) =>
  allPorts(request, settings).filter(({ towards }) => towards === 'hub');

/** Whether a request speaks of security groups of the hub, so that they have to be read. */
export const needsHubGroups = (request: Request, settings: Settings): boolean =>
  (request.sources ?? []).some(isGroup) || portsInHub(request, settings).length > 0;

const refuseUnknownHubGroups = (
  asked: readonly string[],
  hub: Side,
  hubGroups: readonly SecurityGroup[],
) => {
  const there = groupIdsOf(hubGroups);
  const missing = asked.filter((id) => !there.includes(id));
  if (missing.length === 0) return;
  const [groupIds, candidates] = [missing.join(', '), there.join(', ')];
  throw new SightlineError('HubSecurityGroupNotFound', { vpcId: hub.vpcId, groupIds, candidates });
};

/**
 * What to open in the hub's own groups for agents that call in; nothing where none of the asked ports is.
 * Throws `HubSecurityGroupUnknown` and `HubSecurityGroupNotFound`.
 */
export const chooseInHub = (
  request: Request,
  settings: Settings,
  sides: { hub: Side; monitored: Side },
  hubGroups: readonly SecurityGroup[],
): InHub | undefined => {
  const ports = portsInHub(request, settings);
  if (ports.length === 0) return undefined;
  const { securityGroupId } = settings.hub;
  const asked = request.hubSecurityGroups ?? (securityGroupId ? [securityGroupId] : []);
  if (asked.length === 0) {
    const names = ports.map(({ name }) => name).join(', ');
    throw new SightlineError('HubSecurityGroupUnknown', { ports: names });
  }
  refuseUnknownHubGroups(asked, sides.hub, hubGroups);
  return { securityGroupIds: [...new Set(asked)], ports, sources: sides.monitored.cidrs };
};

/** In another Region AWS knows no security group of a peer. */
const refuseGroupsElsewhere = (groups: readonly string[], hub: Side, region: string) => {
  if (groups.length === 0 || region === hub.region) return;
  const values = { groupIds: groups.join(', '), hubRegion: hub.region, region };
  throw new SightlineError('SourceGroupInOtherRegion', {
    ...values,
    cidrs: hub.cidrs.join(', '),
  });
};

/**
 * What of the hub to let in: blocks, or security groups where the monitored VPC is in the same Region.
 * Throws `SourceOutsideHub` for a block that is not within the hub's VPC, `SourceGroupInOtherRegion` and
 * `HubSecurityGroupNotFound`.
 */
export const chooseSources = (
  asked: readonly string[] | undefined,
  hub: Side,
  { region, hubGroups }: { region: string; hubGroups: readonly SecurityGroup[] } = {
    region: hub.region,
    hubGroups: [],
  },
): string[] => {
  const groups = (asked ?? []).filter(isGroup);
  refuseGroupsElsewhere(groups, hub, region);
  refuseUnknownHubGroups(groups, hub, hubGroups);
  const blocks = (asked ?? []).filter((source) => !isGroup(source));
  const outside = blocks.filter((source) => !containsCidr(hub.cidrs, source));
  if (outside.length === 0) return [...new Set(asked ?? hub.cidrs)];
  const [sources, cidrs] = [outside.join(', '), hub.cidrs.join(', ')];
  throw new SightlineError('SourceOutsideHub', { sources, vpcId: hub.vpcId, cidrs });
};

/** The monitoring role that is to be: what the request says, else the settings. */
export const planRole = ({ accountId, role, region }: Request, settings: Settings): RolePlan => {
  const { partition, hub, monitoringRole } = settings;
  const name = role.name ?? monitoringRole.name;
  const externalId = role.externalId ?? monitoringRole.externalId;
  return {
    name,
    arn: `arn:${partition}:iam::${accountId}:role/${name}`,
    policyArns: (role.policyArns ?? monitoringRole.policyArns).map((arn) =>
      policyIn(accountId, arn),
    ),
    principals: [...monitoringRole.principals],
    allowWrites: role.allowWrites,
    region: region ?? hub.region,
    ...(monitoringRole.boundaryArn && {
      boundaryArn: policyIn(accountId, monitoringRole.boundaryArn),
    }),
    ...(externalId !== undefined && { externalId }),
  };
};
