import type {
  CreateRouteRequest,
  CreateRouteResult,
  DeleteRouteRequest,
  ReplaceRouteRequest,
} from '@aws-sdk/client-ec2';
import { containsCidr } from 'cidr-tools';
import { AwsError } from '../awsError.ts';
import type { Call } from '../service.ts';
import { changing, onExisting } from './access.ts';
import { canonical, familyOf } from './cidrs.ts';
import { onlyKnows } from './input.ts';
import { missing } from './kinds.ts';
import { connects, isLive, statusOf, visiblePeering } from './peeringStatus.ts';
import { isPrefixList, isTarget, localDestinations, targetNames } from './routeView.ts';
import { mustOwn } from './sharing.ts';
import type { Ec2State, Place, RouteRecord, RouteTableRecord } from './state.ts';

const destinationNames = [
  'DestinationCidrBlock',
  'DestinationIpv6CidrBlock',
  'DestinationPrefixListId',
] as const;

const create = (state: Ec2State, input: CreateRouteRequest, place: Place): CreateRouteResult => {
  onlyKnows('CreateRoute', input, ['RouteTableId', ...destinationNames, ...targetNames]);
  const table = mustOwn(state, 'route-table', state.routeTables, place, input.RouteTableId);
  const route = { destination: destinationOf(input), target: targetOf(input) };
  mustBeReachable(state, table, route);
  if (findRoute(table, route.destination) || isLocal(state, table, route.destination)) {
    throw new AwsError(
      'RouteAlreadyExists',
      `The route identified by ${route.destination} already exists.`,
    );
  }
  refuseOverQuota(state, table, route.destination);
  table.routes.push(route);
  return { Return: true };
};

const replace = (state: Ec2State, input: ReplaceRouteRequest, place: Place): void => {
  onlyKnows('ReplaceRoute', input, ['RouteTableId', ...destinationNames, ...targetNames]);
  const table = mustOwn(state, 'route-table', state.routeTables, place, input.RouteTableId);
  const next = { destination: destinationOf(input), target: targetOf(input) };
  mustBeReachable(state, table, next);
  const route = findRoute(table, next.destination);
  if (route === undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      `There is no route defined for '${next.destination}' in the route table. Use CreateRoute instead.`,
    );
  }
  table.routes = table.routes.map((one) => (one === route ? next : one));
};

const remove = (state: Ec2State, input: DeleteRouteRequest, place: Place): void => {
  onlyKnows('DeleteRoute', input, ['RouteTableId', ...destinationNames]);
  const table = mustOwn(state, 'route-table', state.routeTables, place, input.RouteTableId);
  const destination = destinationOf(input);
  if (isLocal(state, table, destination)) {
    throw new AwsError(
      'InvalidParameterValue',
      `cannot remove local route ${destination} in route table ${table.id}`,
    );
  }
  const route = findRoute(table, destination);
  if (route === undefined) {
    throw new AwsError(
      'InvalidRoute.NotFound',
      `no route with destination-cidr-block ${destination} in route table ${table.id}`,
    );
  }
  table.routes = table.routes.filter((one) => one !== route);
};

// A propagated route is the gateway's: a static one to the same destination may stand before it.
const findRoute = (table: RouteTableRecord, destination: string): RouteRecord | undefined =>
  table.routes.find((route) => !route.isPropagated && route.destination === destination);

const isLocal = (state: Ec2State, table: RouteTableRecord, destination: string): boolean =>
  localDestinations(state, table).includes(destination);

const destinationOf = (input: DeleteRouteRequest): string => {
  const { DestinationCidrBlock: ipv4, DestinationIpv6CidrBlock: ipv6 } = input;
  const { DestinationPrefixListId: prefixList } = input;
  const given = [ipv4, ipv6, prefixList].filter((one) => one !== undefined);
  if (given.length !== 1) throw exactlyOne(destinationNames);
  if (prefixList !== undefined) return prefixList;
  return ipv4 === undefined ? canonical(ipv6, 6) : canonical(ipv4, 4);
};

const targetOf = (input: CreateRouteRequest | ReplaceRouteRequest): string => {
  const [target, second] = targetNames.flatMap((name) => input[name] ?? []);
  if (target === undefined || second !== undefined) throw exactlyOne(targetNames);
  if (isTarget(target)) return target;
  throw new AwsError('InvalidParameterValue', `${target} cannot be the target of a route`);
};

const exactlyOne = (members: readonly string[]): AwsError =>
  new AwsError(
    'InvalidParameterCombination',
    `The request must contain exactly one of ${members.join(', ')}`,
  );

const mustBeReachable = (
  state: Ec2State,
  table: RouteTableRecord,
  { destination, target }: RouteRecord,
): void => {
  if (!target.startsWith('pcx-')) return;
  const peering = visiblePeering(state, table, target);
  // A pending peering will do: the route is a black hole until it is active. A dead one will not;
  // AWS does not say with which error.
  if (!isLive(statusOf(peering, state.settings))) throw missing('vpc-peering-connection', target);
  if (!connects(peering, table.vpcId)) {
    throw new AwsError(
      'InvalidParameterValue',
      `route table ${table.id} and peering connection ${target} belong to different networks`,
    );
  }
  if (isPrefixList(destination)) return;
  if (localDestinations(state, table).some((own) => containsCidr(own, destination))) {
    throw new AwsError(
      'InvalidParameterValue',
      `Destination CIDR block ${destination} is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance.`,
    );
  }
};

const refuseOverQuota = (state: Ec2State, table: RouteTableRecord, destination: string): void => {
  const family = familyOf(destination);
  // Propagated routes have a quota of their own.
  const sameFamily = table.routes.filter(
    (route) => !route.isPropagated && familyOf(route.destination) === family,
  );
  if (sameFamily.length >= state.quotas.routesPerRouteTable) {
    throw new AwsError('RouteLimitExceeded', 'The maximum number of routes has been reached.');
  }
};

/** The routes in a table. */
export const routeOperations = (state: Ec2State) => {
  const onTable = (action: string) => (input: { RouteTableId: string | undefined }, call: Call) => [
    onExisting(state, call, action, 'route-table', input.RouteTableId),
  ];
  return {
    CreateRoute: changing(onTable('CreateRoute'), (input: CreateRouteRequest, place) =>
      create(state, input, place),
    ),
    ReplaceRoute: changing(onTable('ReplaceRoute'), (input: ReplaceRouteRequest, place) =>
      replace(state, input, place),
    ),
    DeleteRoute: changing(onTable('DeleteRoute'), (input: DeleteRouteRequest, place) =>
      remove(state, input, place),
    ),
  };
};
