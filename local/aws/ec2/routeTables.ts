import type {
  AssociateRouteTableRequest,
  AssociateRouteTableResult,
  CreateRouteTableRequest,
  CreateRouteTableResult,
  DescribeRouteTablesRequest,
  DescribeRouteTablesResult,
  RouteTable,
  RouteTableAssociation,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../awsError.ts';
import { changing, describing, onExisting, onNew } from './access.ts';
import { type Selection, select, vpcsIn } from './filters.ts';
import { onlyKnows, required } from './input.ts';
import { routeViews } from './routeView.ts';
import { mustOwn, seenBy } from './sharing.ts';
import { type Ec2State, ownedBy, type Place, type RouteTableRecord } from './state.ts';
import { tagsFor } from './tags.ts';

const selection: Selection<RouteTable> = {
  action: 'DescribeRouteTables',
  kind: 'route-table',
  idsMember: 'RouteTableIds',
  idOf: (table) => table.RouteTableId,
  filters: {
    'route-table-id': (table) => [table.RouteTableId],
    'vpc-id': (table) => [table.VpcId],
    'owner-id': (table) => [table.OwnerId],
    'association.main': ({ Associations = [] }) => Associations.map(({ Main }) => Main),
    'association.subnet-id': ({ Associations = [] }) => Associations.map((one) => one.SubnetId),
    'association.gateway-id': ({ Associations = [] }) => Associations.map((one) => one.GatewayId),
    'association.route-table-id': ({ Associations = [] }) =>
      Associations.map((one) => one.RouteTableId),
    'association.route-table-association-id': ({ Associations = [] }) =>
      Associations.map((one) => one.RouteTableAssociationId),
    'route.destination-cidr-block': ({ Routes = [] }) =>
      Routes.map((route) => route.DestinationCidrBlock),
    'route.destination-ipv6-cidr-block': ({ Routes = [] }) =>
      Routes.map((route) => route.DestinationIpv6CidrBlock),
    'route.destination-prefix-list-id': ({ Routes = [] }) =>
      Routes.map((route) => route.DestinationPrefixListId),
    'route.egress-only-internet-gateway-id': ({ Routes = [] }) =>
      Routes.map((route) => route.EgressOnlyInternetGatewayId),
    'route.instance-id': ({ Routes = [] }) => Routes.map((route) => route.InstanceId),
    'route.gateway-id': ({ Routes = [] }) => Routes.map((route) => route.GatewayId),
    'route.nat-gateway-id': ({ Routes = [] }) => Routes.map((route) => route.NatGatewayId),
    'route.transit-gateway-id': ({ Routes = [] }) => Routes.map((route) => route.TransitGatewayId),
    'route.vpc-peering-connection-id': ({ Routes = [] }) =>
      Routes.map((route) => route.VpcPeeringConnectionId),
    'route.origin': ({ Routes = [] }) => Routes.map((route) => route.Origin),
    'route.state': ({ Routes = [] }) => Routes.map((route) => route.State),
  },
};

const viewOf = (state: Ec2State, table: RouteTableRecord, viewer: Place): RouteTable => ({
  RouteTableId: table.id,
  VpcId: table.vpcId,
  OwnerId: table.accountId,
  Associations: associationsOf(table),
  PropagatingVgws: propagatingGateways(table).map((GatewayId) => ({ GatewayId })),
  Routes: routeViews(state, table),
  Tags: state.tags.of(viewer, table.id),
});

const propagatingGateways = ({ routes }: RouteTableRecord): string[] => [
  ...new Set(routes.filter(({ isPropagated }) => isPropagated).map(({ target }) => target)),
];

const associationsOf = ({
  id: RouteTableId,
  mainAssociationId,
  associations,
}: RouteTableRecord): RouteTableAssociation[] => {
  const common = { RouteTableId, AssociationState: { State: 'associated' as const } };
  const main =
    mainAssociationId === undefined
      ? []
      : [{ ...common, Main: true, RouteTableAssociationId: mainAssociationId }];
  const explicit = associations.map(({ id, subnetId, gatewayId }) => ({
    ...common,
    Main: false,
    RouteTableAssociationId: id,
    ...(subnetId === undefined ? { GatewayId: gatewayId } : { SubnetId: subnetId }),
  }));
  return [...main, ...explicit];
};

/** All route tables of an account and Region, as DescribeRouteTables shows them. */
export const routeTableViews = (state: Ec2State, place: Place, vpcIds?: string[]): RouteTable[] =>
  seenBy(state, place, state.routeTables, vpcIds).map((table) => viewOf(state, table, place));

const create = (
  state: Ec2State,
  input: CreateRouteTableRequest,
  place: Place,
): CreateRouteTableResult => {
  // SDKs send a token with each call; two calls with one token are not told apart here.
  onlyKnows('CreateRouteTable', input, ['VpcId', 'TagSpecifications', 'ClientToken']);
  const tags = tagsFor('route-table', input.TagSpecifications);
  const { id: vpcId } = mustOwn(state, 'vpc', state.vpcs, place, input.VpcId);
  const id = state.newId('rtb', vpcId);
  const table = { ...place, id, vpcId, associations: [], routes: [] };
  state.routeTables.set(id, table);
  state.tags.put(place, id, tags);
  return { RouteTable: viewOf(state, table, place) };
};

const associate = (
  state: Ec2State,
  input: AssociateRouteTableRequest,
  place: Place,
): AssociateRouteTableResult => {
  onlyKnows('AssociateRouteTable', input, ['RouteTableId', 'SubnetId']);
  const table = mustOwn(state, 'route-table', state.routeTables, place, input.RouteTableId);
  const subnetId = required('SubnetId', input.SubnetId);
  const subnet = mustOwn(state, 'subnet', state.subnets, place, subnetId);
  if (subnet.vpcId !== table.vpcId) {
    throw new AwsError(
      'InvalidParameterValue',
      `Route table ${table.id} and subnet ${subnet.id} belong to different networks`,
    );
  }
  return {
    AssociationId: addAssociation(state, table, subnetId),
    AssociationState: { State: 'associated' },
  };
};

/** Makes a subnet use a table explicitly, which it can do with one only. The association's id. */
export const addAssociation = (
  state: Ec2State,
  table: RouteTableRecord,
  subnetId: string,
): string => {
  const isTaken = ownedBy(table, state.routeTables).some(({ associations }) =>
    associations.some((one) => one.subnetId === subnetId),
  );
  if (isTaken) {
    throw new AwsError(
      'Resource.AlreadyAssociated',
      `the specified association for route table ${table.id} conflicts with an existing association`,
    );
  }
  const id = state.newId('rtbassoc', table.id, subnetId);
  table.associations.push({ id, subnetId });
  return id;
};

/** Route tables and the subnets that use them. */
export const routeTableOperations = (state: Ec2State) => ({
  DescribeRouteTables: describing(
    selection.action,
    (input: DescribeRouteTablesRequest, place): DescribeRouteTablesResult => {
      const all = routeTableViews(state, place, vpcsIn(input, input.RouteTableIds));
      const { items, next } = select(input, input.RouteTableIds, all, selection);
      return { RouteTables: items, ...next };
    },
  ),
  CreateRouteTable: changing(
    (input: CreateRouteTableRequest, call) => [
      onExisting(state, call, 'CreateRouteTable', 'vpc', input.VpcId),
      ...onNew(call, 'CreateRouteTable', 'route-table', input.TagSpecifications),
    ],
    (input, place) => create(state, input, place),
  ),
  AssociateRouteTable: changing(
    (input: AssociateRouteTableRequest, call) => [
      onExisting(state, call, 'AssociateRouteTable', 'route-table', input.RouteTableId),
      onExisting(state, call, 'AssociateRouteTable', 'subnet', input.SubnetId),
    ],
    (input, place) => associate(state, input, place),
  ),
});
