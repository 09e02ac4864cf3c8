import type { Route } from '@aws-sdk/client-ec2';
import { familyOf } from './cidrs.ts';
import { statusOf } from './peeringStatus.ts';
import type { Ec2State, RouteRecord, RouteTableRecord } from './state.ts';

/** The member of a route that each kind of target goes in, by the prefix of its id. */
const targetMembers = {
  igw: 'GatewayId',
  vgw: 'GatewayId',
  nat: 'NatGatewayId',
  tgw: 'TransitGatewayId',
  pcx: 'VpcPeeringConnectionId',
  eni: 'NetworkInterfaceId',
  i: 'InstanceId',
  eigw: 'EgressOnlyInternetGatewayId',
  lgw: 'LocalGatewayId',
  cagw: 'CarrierGatewayId',
  arn: 'CoreNetworkArn',
  // A gateway endpoint, or that of a Gateway Load Balancer.
  vpce: 'GatewayId',
} as const satisfies Record<string, keyof Route>;

/** The members of CreateRoute and ReplaceRoute that can name a target. */
export const targetNames = [...new Set(Object.values(targetMembers))];

const isTargetPrefix = (prefix: string): prefix is keyof typeof targetMembers =>
  Object.hasOwn(targetMembers, prefix);

/** Whether the local AWS knows the kind of target this id is of. */
export const isTarget = (id: string): boolean => isTargetPrefix(prefixOf(id));

// Core networks alone are named by their ARN.
const prefixOf = (id: string): string =>
  id.startsWith('arn:') ? 'arn' : id.slice(0, id.indexOf('-'));

/** A table's routes: first `local` for each block of its VPC, which AWS makes and keeps by itself. */
export const routeViews = (state: Ec2State, table: RouteTableRecord): Route[] => [
  ...localDestinations(state, table).map((destination) => ({
    ...destinationOf(destination),
    GatewayId: 'local',
    Origin: 'CreateRouteTable' as const,
    State: 'active' as const,
  })),
  ...table.routes.map((route) => ({
    ...destinationOf(route.destination),
    ...targetOf(table, route),
    Origin: route.isPropagated ? ('EnableVgwRoutePropagation' as const) : ('CreateRoute' as const),
    State: stateOf(state, route),
  })),
];

/** The blocks of a table's VPC, IPv4 first. */
export const localDestinations = (state: Ec2State, table: RouteTableRecord): string[] =>
  (state.vpcs.get(table.vpcId)?.blocks ?? [])
    .map(({ cidr }) => cidr)
    .sort((one, other) => familyOf(one) - familyOf(other));

/** Whether a destination is a prefix list rather than a block. */
export const isPrefixList = (destination: string): boolean => destination.startsWith('pl-');

const destinationOf = (destination: string): Route => {
  if (isPrefixList(destination)) return { DestinationPrefixListId: destination };
  return familyOf(destination) === 4
    ? { DestinationCidrBlock: destination }
    : { DestinationIpv6CidrBlock: destination };
};

const targetOf = (table: RouteTableRecord, { target, networkInterfaceId }: RouteRecord): Route => {
  const prefix = prefixOf(target);
  if (!isTargetPrefix(prefix)) return {};
  return {
    [targetMembers[prefix]]: target,
    // Of an instance AWS shows the network interface and the owner too.
    ...(prefix === 'i' && { InstanceOwnerId: table.accountId }),
    ...(networkInterfaceId !== undefined && { NetworkInterfaceId: networkInterfaceId }),
  };
};

type RouteState = 'active' | 'blackhole';

// A peering that is not active, or no more, leaves its routes behind as black holes.
const stateOf = (state: Ec2State, { target, isBlackhole }: RouteRecord): RouteState => {
  if (!target.startsWith('pcx-')) return isBlackhole ? 'blackhole' : 'active';
  const peering = state.peerings.get(target);
  const isActive = peering !== undefined && statusOf(peering, state.settings) === 'active';
  return isActive ? 'active' : 'blackhole';
};
