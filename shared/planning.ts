import type { RouteTable, SecurityGroup } from '@aws-sdk/client-ec2';
import { containsCidr } from 'cidr-tools';
import { policyIn } from './allowed.ts';
import { SightlineError } from './errors.ts';
import type { Port, RolePlan, Side } from './execution.ts';
import { resolvePorts } from './ports.ts';
import type { Routing } from './readNetwork.ts';
import type { Request } from './request.ts';
import type { Settings } from './settings.ts';
import { hasTag, hubTag, monitorTag } from './tags.ts';
import { candidates, describeVpcs, type KnownVpc, overlaps, tablesInUse } from './vpcs.ts';

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

const idsOf = (tables: readonly RouteTable[]) =>
  tables.flatMap(({ RouteTableId }) => RouteTableId ?? []);

/** The ids of the route tables to give routes to. Throws `RouteTableNotFound`. */
export const chooseRouteTables = (
  { routeTables, subnets }: Routing,
  choice: 'in-use' | readonly string[],
  where: { accountId: string; vpcId: string },
): string[] => {
  if (choice === 'in-use') return idsOf(tablesInUse(routeTables, subnets));
  const there = idsOf(routeTables);
  const missing = choice.filter((id) => !there.includes(id));
  if (missing.length === 0) return [...new Set(choice)];
  throw new SightlineError('RouteTableNotFound', {
    accountId: where.accountId,
    vpcId: where.vpcId,
    routeTableIds: missing.join(', '),
    candidates: there.join(', '),
  });
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
