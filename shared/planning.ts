import type { SecurityGroup } from '@aws-sdk/client-ec2';
import { containsCidr, excludeCidr, normalizeCidr } from 'cidr-tools';
import { policyIn } from './allowed.ts';
import { SightlineError } from './errors.ts';
import type { Port, RolePlan, Side } from './execution.ts';
import { isIpv6, resolvePorts } from './ports.ts';
import type { Routing } from './readNetwork.ts';
import type { Request, RouteTableChoice } from './request.ts';
import type { Settings } from './settings.ts';
import { findTables, idsOf } from './tableChoice.ts';
import { hasTag, hubTag, monitorTag } from './tags.ts';
import {
  blocksOf,
  candidates,
  describeVpcs,
  type KnownVpc,
  overlaps,
  reachableBlocks,
} from './vpcs.ts';

/** The hub's VPC: the one of the settings, else the only candidate. Throws `HubVpcNotChosen`. */
export const chooseHubVpc = (vpcs: readonly KnownVpc[], { hub }: Settings): KnownVpc => {
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
export type VpcWanted = { accountId: string; region: string; vpcId: string | undefined };

const namedVpc = (vpcs: readonly KnownVpc[], { accountId, region, vpcId = '' }: VpcWanted) => {
  const vpc = vpcs.find(({ VpcId }) => VpcId === vpcId);
  if (vpc) return vpc;
  const there = describeVpcs(vpcs);
  throw new SightlineError('VpcNotFound', { accountId, region, vpcId, candidates: there });
};

/**
 * The VPC to monitor: the one named, else the one tagged `sightline:monitor=true`, else the only one
 * that is not a default VPC. Throws `VpcNotFound`, `NoVpcQualifies` or `SeveralVpcsQualify`.
 */
export const chooseMonitoredVpc = (vpcs: readonly KnownVpc[], wanted: VpcWanted): KnownVpc => {
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
  blocks.flatMap((block) => {
    const inFamily = excluded.filter((one) => isIpv6(one) === isIpv6(block));
    const rest = inFamily.length > 0 ? excludeCidr(block, inFamily) : [block];
    return rest.map((part) => normalizeCidr(part));
  });

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
  asked: readonly string[] | undefined,
  where: { accountId: string; vpcId: string },
): string[] => {
  const there = securityGroups.flatMap(({ GroupId }) => GroupId ?? []);
  if (!asked) {
    const tagged = securityGroups.filter(({ Tags }) => hasTag(Tags, monitorTag));
    return tagged.flatMap(({ GroupId }) => GroupId ?? []);
  }
  const missing = asked.filter((id) => !there.includes(id));
  if (missing.length === 0) return [...new Set(asked)];
  const { accountId, vpcId } = where;
  const groupIds = missing.join(', ');
  throw new SightlineError('SecurityGroupNotFound', { accountId, vpcId, groupIds });
};

/** The ports to open, in a request that `requestFor` has accepted. */
export const choosePorts = ({ ports }: Request, settings: Settings): Port[] =>
  resolvePorts(ports ?? settings.defaultPorts, settings.portProfiles).ports;

/** The blocks of the hub to let in. Throws `SourceOutsideHub` for one that is not within its VPC. */
export const chooseSources = (asked: readonly string[] | undefined, hub: Side): string[] => {
  const outside = (asked ?? []).filter((source) => !containsCidr(hub.cidrs, source));
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
