import type { IpPermission } from '@aws-sdk/client-ec2';
import type { World, WorldRoute, WorldRule, WorldVpc } from '../../world.ts';
import { canonical, familyOf } from './cidrs.ts';
import { addEntry, protocolNumber } from './networkAclEntries.ts';
import { loadPeering } from './peeringFromWorld.ts';
import { draftsOf } from './permissions.ts';
import { addAssociation } from './routeTables.ts';
import { isPrefixList, isTarget } from './routeView.ts';
import { addIngress, replaceEgress } from './securityGroupRules.ts';
import { addSecurityGroup } from './securityGroups.ts';
import {
  type AclEntryRecord,
  type Ec2State,
  type NetworkAclRecord,
  ownedBy,
  type Place,
  type RouteRecord,
  type RouteTableRecord,
  type SecurityGroupRecord,
  type SubnetRecord,
  type VpcRecord,
} from './state.ts';
import { addSubnet } from './subnets.ts';
import { addVpc } from './vpcs.ts';

/** Fills EC2 with what the accounts of a world have. Throws an `Error` for a world that AWS could not have. */
export const loadWorld = (state: Ec2State, world: World): void => {
  const vpcs = vpcsOf(world).map((one) => ({ ...one, vpc: loadVpc(state, one) }));
  for (const peering of world.peerings) loadPeering(state, peering);
  // Last, for a rule may name a group of another VPC, over a peering.
  for (const { vpc, given } of vpcs) loadRules(state, vpc, given);
};

type Placed = { place: Place; given: WorldVpc };

const vpcsOf = ({ accounts }: World): Placed[] =>
  Object.entries(accounts).flatMap(([accountId, { regions }]) =>
    Object.entries(regions).flatMap(([region, { vpcs }]) =>
      vpcs.map((given) => ({ place: { accountId, region }, given })),
    ),
  );

const loadVpc = (state: Ec2State, { place, given }: Placed): VpcRecord => {
  const id = given.id ?? state.newId('vpc', place.accountId, place.region, given.name);
  mustBeNew(state.vpcs, id);
  const vpc = addVpc(state, {
    ...place,
    id,
    cidrs: given.cidrs,
    isDefault: given.default,
    enableDnsSupport: given.dnsSupport,
    enableDnsHostnames: given.dnsHostnames,
    sharedWith: given.sharedWith,
  });
  state.tags.put(place, id, { Name: given.name, ...given.tags });
  for (const table of given.routeTables) loadRouteTable(state, vpc, table);
  for (const subnet of given.subnets) loadSubnet(state, vpc, given, subnet);
  for (const acl of given.networkAcls) loadNetworkAcl(state, vpc, acl);
  for (const group of given.securityGroups) loadSecurityGroup(state, vpc, group);
  return vpc;
};

const loadRouteTable = (
  state: Ec2State,
  vpc: VpcRecord,
  world: WorldVpc['routeTables'][number],
): void => {
  const id = tableId(state, vpc, world);
  mustBeNew(state.routeTables, id);
  const { gateway } = world;
  state.routeTables.set(id, {
    accountId: vpc.accountId,
    region: vpc.region,
    id,
    vpcId: vpc.id,
    associations: gateway ? [{ id: state.newId('rtbassoc', id, gateway), gatewayId: gateway }] : [],
    ...(world.name === 'main' && takeMainAssociation(state, vpc)),
    routes: world.routes.map(routeOf),
  });
  state.tags.put(vpc, id, { Name: world.name, ...world.tags });
};

const routeOf = ({ destination, target, ...rest }: WorldRoute): RouteRecord => {
  if (!isTarget(target)) throw new Error(`${target}: not a target that a route can have`);
  return {
    destination: isPrefixList(destination)
      ? destination
      : canonical(destination, familyOf(destination)),
    target,
    isPropagated: rest.propagated ?? false,
    isBlackhole: rest.blackhole ?? false,
    ...(rest.networkInterface && { networkInterfaceId: rest.networkInterface }),
  };
};

const tableId = (
  state: Ec2State,
  vpc: VpcRecord,
  { id, name }: WorldVpc['routeTables'][number],
): string => id ?? state.newId('rtb', vpc.id, `named ${name}`);

/** The main table that every VPC is made with gives way to the world's own. */
const takeMainAssociation = (
  state: Ec2State,
  vpc: VpcRecord,
): Pick<RouteTableRecord, 'mainAssociationId'> => {
  const main = tablesOf(state, vpc).find((table) => table.mainAssociationId !== undefined);
  if (main?.mainAssociationId === undefined) return {};
  state.routeTables.delete(main.id);
  return { mainAssociationId: main.mainAssociationId };
};

const tablesOf = (state: Ec2State, vpc: VpcRecord): RouteTableRecord[] =>
  ownedBy(vpc, state.routeTables).filter((table) => table.vpcId === vpc.id);

const loadSubnet = (
  state: Ec2State,
  vpc: VpcRecord,
  world: WorldVpc,
  { name, cidr, ipv6Cidr, zone, routeTable, tags }: WorldVpc['subnets'][number],
): void => {
  const { accountId, region, id: vpcId } = vpc;
  const subnet = addSubnet(state, {
    ...{ accountId, region, vpcId, cidr, zone },
    ...(ipv6Cidr && { ipv6Cidr }),
  });
  state.tags.put(vpc, subnet.id, { Name: name, ...tags });
  if (routeTable === undefined) return;
  const table = tablesOf(state, vpc).find((one) => nameOf(state, one) === routeTable);
  if (table === undefined) {
    throw new Error(`subnet ${name}: the VPC ${world.name} has no route table ${routeTable}`);
  }
  addAssociation(state, table, subnet.id);
};

const nameOf = (state: Ec2State, thing: Place & { id: string }): string | undefined =>
  state.tags.of(thing, thing.id).find(({ Key }) => Key === 'Name')?.Value;

const loadNetworkAcl = (
  state: Ec2State,
  vpc: VpcRecord,
  world: WorldVpc['networkAcls'][number],
): void => {
  const acl = world.name === 'default' ? defaultAcl(state, vpc) : newAcl(state, vpc, world);
  acl.entries = [];
  for (const entry of world.entries) addEntry(state, acl, entryOf(entry));
  state.tags.put(vpc, acl.id, { Name: world.name, ...world.tags });
  for (const name of world.subnets) subnetNamed(state, vpc, name).networkAclId = acl.id;
};

const defaultAcl = (state: Ec2State, vpc: VpcRecord): NetworkAclRecord => {
  const acl = ownedBy(vpc, state.networkAcls).find((one) => one.isDefault && one.vpcId === vpc.id);
  if (acl === undefined) throw new Error(`${vpc.id} has no default network ACL`);
  return acl;
};

const newAcl = (
  state: Ec2State,
  { accountId, region, id: vpcId }: VpcRecord,
  { id: worldId, name }: WorldVpc['networkAcls'][number],
): NetworkAclRecord => {
  const id = worldId ?? state.newId('acl', vpcId, `named ${name}`);
  mustBeNew(state.networkAcls, id);
  const acl = { accountId, region, id, vpcId, isDefault: false, entries: [] };
  state.networkAcls.set(id, acl);
  return acl;
};

const entryOf = ({
  egress,
  protocol,
  cidr,
  ...rest
}: WorldVpc['networkAcls'][number]['entries'][number]): AclEntryRecord => ({
  number: rest.number,
  action: rest.action,
  isEgress: egress,
  protocol: protocolNumber(protocol),
  cidr: canonical(cidr, familyOf(cidr)),
  ...(rest.from !== undefined && { from: rest.from }),
  ...(rest.to !== undefined && { to: rest.to }),
});

const subnetNamed = (state: Ec2State, vpc: VpcRecord, name: string): SubnetRecord => {
  const found = ownedBy(vpc, state.subnets).find(
    (one) => one.vpcId === vpc.id && nameOf(state, one) === name,
  );
  if (found === undefined) throw new Error(`${vpc.id} has no subnet ${name}`);
  return found;
};

type WorldGroup = WorldVpc['securityGroups'][number];

const loadSecurityGroup = (
  state: Ec2State,
  vpc: VpcRecord,
  { id: worldId, name, description, tags }: WorldGroup,
): void => {
  const { accountId, region, id: vpcId } = vpc;
  const id = worldId ?? state.newId('sg', vpcId, name);
  mustBeNew(state.securityGroups, id);
  addSecurityGroup(state, { accountId, region, id, vpcId, name, description });
  state.tags.put(vpc, id, tags);
};

const loadRules = (state: Ec2State, vpc: VpcRecord, { securityGroups }: WorldVpc): void => {
  for (const { name, ingress, egress } of securityGroups) {
    const group = groupNamed(state, vpc, name);
    for (const draft of rulesOf(state, group, ingress)) addIngress(state, group, draft);
    if (egress) replaceEgress(state, group, rulesOf(state, group, egress));
  }
};

const groupNamed = (state: Ec2State, vpc: Place & { id: string }, name: string) => {
  const groups = ownedBy(vpc, state.securityGroups).filter((one) => one.vpcId === vpc.id);
  const group = groups.find((one) => one.name === name);
  if (group === undefined) throw new Error(`${vpc.id} has no security group ${name}`);
  return group;
};

const rulesOf = (state: Ec2State, group: SecurityGroupRecord, rules: readonly WorldRule[]) => {
  const IpPermissions = rules.map((rule) => permissionOf(state, group, rule));
  return rules.length > 0 ? draftsOf(state, group, 'world', { IpPermissions }) : [];
};

const permissionOf = (state: Ec2State, group: SecurityGroupRecord, rule: WorldRule) => ({
  IpProtocol: rule.protocol,
  FromPort: rule.from,
  ToPort: rule.to,
  ...sourceOf(state, group, rule),
});

const sourceOf = (
  state: Ec2State,
  { vpcId, ...place }: SecurityGroupRecord,
  { cidr, group, prefixList, description: Description }: WorldRule,
): IpPermission => {
  if (group) return { UserIdGroupPairs: [{ ...pairOf(state, place, vpcId, group), Description }] };
  if (prefixList) return { PrefixListIds: [{ PrefixListId: prefixList, Description }] };
  if (cidr === undefined) throw new Error(`a rule of ${place.id} has no source`);
  return familyOf(cidr) === 4
    ? { IpRanges: [{ CidrIp: cidr, Description }] }
    : { Ipv6Ranges: [{ CidrIpv6: cidr, Description }] };
};

const pairOf = (state: Ec2State, place: Place, vpcId: string, group: string) => {
  const [UserId, GroupId] = group.split('/');
  return GroupId === undefined
    ? { GroupId: groupNamed(state, { ...place, id: vpcId }, group).id }
    : { GroupId, UserId };
};

const mustBeNew = (records: ReadonlyMap<string, unknown>, id: string): void => {
  if (records.has(id)) throw new Error(`the world has ${id} twice`);
};
