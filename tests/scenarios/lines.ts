import type { Route, SecurityGroupRule, Tag } from '@aws-sdk/client-ec2';
import { destinationOf, targetOf } from '../../shared/network/routes.ts';
import { isOurs } from '../../shared/tags.ts';
import type { deployed } from '../local/harness.ts';

type Sightline = Awaited<ReturnType<typeof deployed>>;
type Region = ReturnType<Sightline['snapshot']>['ec2'][string][string];

const nameOf = (tags: Tag[] | undefined) => tags?.find(({ Key }) => Key === 'Name')?.Value;
const theirs = (tags: Tag[] | undefined) => (isOurs(tags) ? '' : ' (theirs)');

/** What belongs to the account, without what others share with it. */
const owned = (region: Region, accountId: string): Region => {
  const mine = <One extends { OwnerId?: string | undefined }>(all: One[]) =>
    all.filter(({ OwnerId }) => OwnerId === accountId);
  return {
    ...region,
    vpcs: mine(region.vpcs),
    subnets: mine(region.subnets),
    routeTables: mine(region.routeTables),
    securityGroups: mine(region.securityGroups),
    networkAcls: mine(region.networkAcls),
    securityGroupRules: region.securityGroupRules.filter(
      ({ GroupOwnerId }) => GroupOwnerId === accountId,
    ),
  };
};

/** The names of the VPCs, and the peerings in words, by id. */
const namesIn = (regions: Region[]) => {
  const vpcs = new Map(
    regions.flatMap(({ vpcs: all }) =>
      all.map(({ VpcId = '', Tags }) => [VpcId, nameOf(Tags) ?? VpcId] as const),
    ),
  );
  const peerings = new Map<string, string>();
  for (const one of regions.flatMap((region) => region.peerings)) {
    const [from, to] = [one.RequesterVpcInfo?.VpcId ?? '', one.AccepterVpcInfo?.VpcId ?? ''];
    const way = `${vpcs.get(from)}→${vpcs.get(to)} ${one.Status?.Code}`;
    peerings.set(one.VpcPeeringConnectionId ?? '', way);
  }
  return { vpcs, peerings };
};
type Names = ReturnType<typeof namesIn>;

const routeLine = (route: Route, { peerings }: Names) => {
  const id = route.VpcPeeringConnectionId ?? '';
  const way = peerings.get(id);
  const isThePeering = /^(hub→monitored|monitored→hub|hub→hub-2) active$/.test(way ?? '');
  const target = isThePeering ? 'the peering' : way ? `peering ${way}` : targetOf(route);
  const gone = route.State === 'blackhole' ? ', a blackhole' : '';
  const destination = destinationOf(route) ?? route.DestinationPrefixListId;
  return `${destination} to ${target}${gone}`;
};

const sourceOf = (rule: SecurityGroupRule) =>
  rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.PrefixListId ?? rule.ReferencedGroupInfo?.GroupId;

const portsOf = ({ IpProtocol, FromPort = -1, ToPort = -1 }: SecurityGroupRule) => {
  if (IpProtocol === '-1') return 'all';
  return `${IpProtocol}/${FromPort}${ToPort > FromPort ? `-${ToPort}` : ''}`;
};

const regionLines = (region: Region, names: Names): string[] => {
  const vpc = (id = '') => names.vpcs.get(id);
  const groups = new Map(
    region.securityGroups.map((one) => [one.GroupId, `${vpc(one.VpcId)} ${one.GroupName}`]),
  );
  return [
    ...region.routeTables.flatMap(({ Routes = [], ...table }) => [
      `table ${JSON.stringify(table)}`,
      ...Routes.map(
        (route) =>
          `${vpc(table.VpcId)} ${nameOf(table.Tags) ?? 'main'}: ${routeLine(route, names)}`,
      ),
    ]),
    ...region.securityGroups.map(
      (one) => `group ${groups.get(one.GroupId)}${isOurs(one.Tags) ? '' : JSON.stringify(one)}`,
    ),
    ...region.securityGroupRules.map((rule) => {
      const [direction, whose] = rule.IsEgress ? ['out', ''] : ['in', theirs(rule.Tags)];
      const what = `${direction} ${portsOf(rule)} ${sourceOf(rule)}`;
      return `${groups.get(rule.GroupId)}: ${what}${whose}`;
    }),
    ...[...region.vpcs, ...region.subnets, ...region.networkAcls].map((one) => JSON.stringify(one)),
  ];
};

/** Each peering once, with what either side knows of it. */
const peeringLines = (regions: Region[], { peerings }: Names): string[] =>
  [...peerings].map(([id, way]) => {
    const views = regions
      .flatMap((region) => region.peerings)
      .filter((one) => one.VpcPeeringConnectionId === id);
    const ours = views.filter(({ Tags }) => isOurs(Tags)).length;
    const whose = ['theirs', 'ours on one side', 'ours on both sides'][
      views.length === 1 ? ours * 2 : ours
    ];
    const [view] = views;
    const resolves = [view?.RequesterVpcInfo, view?.AccepterVpcInfo].filter(
      (side) => side?.PeeringOptions?.AllowDnsResolutionFromRemoteVpc,
    ).length;
    const names = ['', ', names resolve one way', ', names resolve both ways'][resolves];
    return `peering ${way}, ${whose}${names}`;
  });

/**
 * All that is there, a line for each thing, so that two worlds can be told apart line by line:
 * `peering hub→monitored active, ours on both sides`, `hub servers: 10.20.0.0/16 to the peering`,
 * `monitored app: in tcp/10050 10.0.0.0/16`, `group monitored sightline-monitoring`, `role cross-role …`.
 */
export const linesOf = (sightline: Sightline): string[] => {
  const { ec2, roles } = sightline.snapshot();
  const regions = Object.entries(ec2).flatMap(([accountId, all]) =>
    Object.values(all).map((region) => owned(region, accountId)),
  );
  const names = namesIn(regions);
  return [
    ...peeringLines(regions, names),
    ...regions.flatMap((region) => regionLines(region, names)),
    ...roles.map(({ arn, managedPolicies }) => {
      const policies = managedPolicies.map((one) => one.split('/').at(-1)).join(', ');
      return `role ${arn.split(':').slice(4).join(':')} ${policies}`;
    }),
  ];
};

/** The lines of one list that another does not have; a line that is there twice counts twice. */
export const beyond = (lines: readonly string[], others: readonly string[]): string[] => {
  const left = [...others];
  return lines.filter((line) => {
    const index = left.indexOf(line);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
};
