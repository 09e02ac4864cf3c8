import type { World, WorldVpc } from '../../world.ts';
import { canonical, familyOf } from './cidrs.ts';
import { draftsOf } from './permissions.ts';
import { addAssociation } from './routeTables.ts';
import { isTarget } from './routeView.ts';
import { addIngress } from './securityGroupRules.ts';
import { addSecurityGroup } from './securityGroups.ts';
import {
  type Ec2State,
  ownedBy,
  type Place,
  type RouteTableRecord,
  type VpcRecord,
} from './state.ts';
import { addSubnet } from './subnets.ts';
import { addVpc } from './vpcs.ts';

/** Fills EC2 with what the accounts of a world have. Throws an `Error` for a world that AWS could not have. */
export const loadWorld = (state: Ec2State, world: World): void => {
  for (const [accountId, account] of Object.entries(world.accounts)) {
    for (const [region, { vpcs }] of Object.entries(account.regions)) {
      for (const vpc of vpcs) loadVpc(state, { accountId, region }, vpc);
    }
  }
};

const loadVpc = (state: Ec2State, place: Place, world: WorldVpc): void => {
  const id = world.id ?? state.newId('vpc', place.accountId, place.region, world.name);
  mustBeNew(state.vpcs, id);
  const vpc = addVpc(state, {
    ...place,
    id,
    cidrs: world.cidrs,
    isDefault: world.default,
    enableDnsSupport: world.dnsSupport,
    enableDnsHostnames: world.dnsHostnames,
  });
  state.tags.put(place, id, { Name: world.name, ...world.tags });
  for (const table of world.routeTables) loadRouteTable(state, vpc, table);
  for (const subnet of world.subnets) loadSubnet(state, vpc, world, subnet);
  for (const group of world.securityGroups) loadSecurityGroup(state, vpc, group);
};

const loadRouteTable = (
  state: Ec2State,
  vpc: VpcRecord,
  world: WorldVpc['routeTables'][number],
): void => {
  const id = tableId(state, vpc, world);
  mustBeNew(state.routeTables, id);
  const routes = world.routes.map(({ destination, target }) => {
    if (!isTarget(target)) throw new Error(`${target}: not a target that a route can have`);
    return { destination: canonical(destination, familyOf(destination)), target };
  });
  state.routeTables.set(id, {
    accountId: vpc.accountId,
    region: vpc.region,
    id,
    vpcId: vpc.id,
    associations: [],
    ...(world.name === 'main' && takeMainAssociation(state, vpc)),
    routes,
  });
  state.tags.put(vpc, id, { Name: world.name, ...world.tags });
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
  { name, cidr, zone, routeTable, tags }: WorldVpc['subnets'][number],
): void => {
  const { accountId, region, id: vpcId } = vpc;
  const subnet = addSubnet(state, { accountId, region, vpcId, cidr, zone });
  state.tags.put(vpc, subnet.id, { Name: name, ...tags });
  if (routeTable === undefined) return;
  const table = tablesOf(state, vpc).find((one) => nameOf(state, one) === routeTable);
  if (table === undefined) {
    throw new Error(`subnet ${name}: the VPC ${world.name} has no route table ${routeTable}`);
  }
  addAssociation(state, table, subnet.id);
};

const nameOf = (state: Ec2State, table: RouteTableRecord): string | undefined =>
  state.tags.of(table, table.id).find(({ Key }) => Key === 'Name')?.Value;

const loadSecurityGroup = (
  state: Ec2State,
  vpc: VpcRecord,
  { id: worldId, name, description, tags, ingress }: WorldVpc['securityGroups'][number],
): void => {
  const { accountId, region, id: vpcId } = vpc;
  const id = worldId ?? state.newId('sg', vpcId, name);
  mustBeNew(state.securityGroups, id);
  const group = addSecurityGroup(state, { accountId, region, id, vpcId, name, description });
  state.tags.put(vpc, id, tags);
  const permissions = ingress.map(permissionOf);
  if (permissions.length === 0) return;
  const drafts = draftsOf(state, group, 'world', { IpPermissions: permissions });
  for (const draft of drafts) addIngress(state, group, draft);
};

const permissionOf = ({
  protocol,
  from,
  to,
  cidr,
  description,
}: WorldVpc['securityGroups'][number]['ingress'][number]) => ({
  IpProtocol: protocol,
  FromPort: from,
  ToPort: to,
  ...(familyOf(cidr) === 4
    ? { IpRanges: [{ CidrIp: cidr, Description: description }] }
    : { Ipv6Ranges: [{ CidrIpv6: cidr, Description: description }] }),
});

const mustBeNew = (records: ReadonlyMap<string, unknown>, id: string): void => {
  if (records.has(id)) throw new Error(`the world has ${id} twice`);
};
