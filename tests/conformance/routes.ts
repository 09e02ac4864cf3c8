import assert from 'node:assert/strict';
import {
  AssociateRouteTableCommand,
  CreateRouteCommand,
  DeleteRouteCommand,
  DeleteVpcPeeringConnectionCommand,
  DescribeRouteTablesCommand,
  type Filter,
  ReplaceRouteCommand,
} from '@aws-sdk/client-ec2';
import type { Clients, World } from './aws.ts';
import { type Check, checks, refused, sorted } from './check.ts';
import {
  accept,
  activeIn,
  blocks,
  pairIn,
  pendingIn,
  readRoute,
  readTable,
  request,
  subnetIn,
  tableIn,
  unknown,
  vpcIn,
  vpcOfTwoBlocks,
} from './network.ts';

type Way = { DestinationCidrBlock: string; VpcPeeringConnectionId: string; DryRun?: boolean };

const route = ({ ec2 }: Clients, RouteTableId: string, way: Way) =>
  ec2.send(new CreateRouteCommand({ RouteTableId, ...way }));

const replace = ({ ec2 }: Clients, RouteTableId: string, way: Way) =>
  ec2.send(new ReplaceRouteCommand({ RouteTableId, ...way }));

const unroute = ({ ec2 }: Clients, RouteTableId: string, DestinationCidrBlock: string) =>
  ec2.send(new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock }));

const into = (VpcPeeringConnectionId: string, DestinationCidrBlock = blocks.monitored): Way => ({
  DestinationCidrBlock,
  VpcPeeringConnectionId,
});

const tablesWhere = async ({ ec2 }: Clients, Filters: Filter[]) => {
  const { RouteTables: found = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
  return sorted(found.map(({ RouteTableId }) => RouteTableId));
};

const mainTable = async ({ ec2 }: Clients, vpcId: string) => {
  const Filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'association.main', Values: ['true'] },
  ];
  const { RouteTables: found = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
  assert.equal(found.length, 1);
  return found[0];
};

/** A route table of the hub with a route into an active peering. */
const routed = async (world: World) => {
  const peering = await activeIn(world);
  const table = await tableIn(world.hub, peering.hub);
  await route(world.hub, table, into(peering.id));
  return { ...peering, table };
};

const withTable = async (world: World) => {
  const peering = await activeIn(world);
  return { ...peering, table: await tableIn(world.hub, peering.hub) };
};

const stateIn = async (owner: Clients, table: string, destination = blocks.monitored) =>
  (await readRoute(owner, table, destination))?.State;

/*
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html
 * https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html (pending and deleted peerings)
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
const routes = checks('routes', {
  'a route into an active peering is active': async (world) => {
    const { table, id } = await routed(world);
    const made = await readRoute(world.hub, table, blocks.monitored);
    assert.deepEqual(
      [made?.VpcPeeringConnectionId, made?.State, made?.Origin],
      [id, 'active', 'CreateRoute'],
    );
  },
  'the accepter routes back': async (world) => {
    const peering = await activeIn(world);
    const table = await tableIn(world.monitored, peering.monitored);
    await route(world.monitored, table, into(peering.id, blocks.hub));
    assert.equal(await stateIn(world.monitored, table, blocks.hub), 'active');
  },
  'a second route to the same destination is refused': async (world) => {
    const { table, id } = await routed(world);
    await refused(route(world.hub, table, into(id)), 'RouteAlreadyExists');
  },
  'an unknown table is refused': async (world) => {
    const { id } = await activeIn(world);
    await refused(route(world.hub, unknown.table, into(id)), 'InvalidRouteTableID.NotFound');
  },
  'another account’s table is unknown': async (world) => {
    const { table, id } = await withTable(world);
    await refused(route(world.monitored, table, into(id)), 'InvalidRouteTableID.NotFound');
  },
  'an unknown peering is refused': async (world) => {
    const { table } = await withTable(world);
    await refused(
      route(world.hub, table, into(unknown.peering)),
      'InvalidVpcPeeringConnectionID.NotFound',
    );
  },
  'a route into a pending peering is a blackhole until it is active': async (world) => {
    const { id, hub } = await pendingIn(world);
    const table = await tableIn(world.hub, hub);
    await route(world.hub, table, into(id));
    const before = await stateIn(world.hub, table);
    await accept(world.monitored, id);
    assert.deepEqual([before, await stateIn(world.hub, table)], ['blackhole', 'active']);
  },
  'a deleted peering leaves a blackhole': async (world) => {
    const { table, id: VpcPeeringConnectionId } = await routed(world);
    await world.monitored.ec2.send(
      new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId }),
    );
    const left = await readRoute(world.hub, table, blocks.monitored);
    assert.deepEqual(
      [left?.State, left?.VpcPeeringConnectionId],
      ['blackhole', VpcPeeringConnectionId],
    );
  },
  'a part of the VPC’s own block cannot go into a peering': async (world) => {
    const { table, id } = await withTable(world);
    await refused(route(world.hub, table, into(id, '10.0.5.0/24')), 'InvalidParameterValue');
  },
  'the VPC’s own block cannot go into a peering': async (world) => {
    const { table, id } = await withTable(world);
    await refused(route(world.hub, table, into(id, blocks.hub)), 'InvalidParameterValue');
  },
  'a peering of other VPCs is refused': async (world) => {
    const { id } = await activeIn(world);
    const table = await tableIn(world.hub, await vpcIn(world.hub, '10.50.0.0/16'));
    await refused(route(world.hub, table, into(id)), 'InvalidParameterValue');
  },
  'bits beyond the prefix are cut off': async (world) => {
    const { table, id } = await withTable(world);
    await route(world.hub, table, into(id, '10.20.30.40/16'));
    assert.equal(await stateIn(world.hub, table), 'active');
  },
  'ReplaceRoute gives a route another target': async (world) => {
    const { table, hub } = await routed(world);
    const monitored = await vpcIn(world.monitored, blocks.monitored);
    const id = await request(world.hub, { hub, monitored });
    await accept(world.monitored, id);
    await replace(world.hub, table, into(id));
    const now = await readRoute(world.hub, table, blocks.monitored);
    assert.equal(now?.VpcPeeringConnectionId, id);
  },
  'ReplaceRoute of no route is refused': async (world) => {
    const { table, id } = await withTable(world);
    await refused(replace(world.hub, table, into(id)), 'InvalidParameterValue');
  },
  'DeleteRoute takes a route away': async (world) => {
    const { table } = await routed(world);
    await unroute(world.hub, table, blocks.monitored);
    assert.equal(await readRoute(world.hub, table, blocks.monitored), undefined);
  },
  'DeleteRoute of no route is refused': async (world) => {
    const { table } = await withTable(world);
    await refused(unroute(world.hub, table, blocks.monitored), 'InvalidRoute.NotFound');
  },
  'with DryRun no route is made': async (world) => {
    const { table, id } = await withTable(world);
    await refused(route(world.hub, table, { ...into(id), DryRun: true }), 'DryRunOperation', 412);
    assert.equal(await readRoute(world.hub, table, blocks.monitored), undefined);
  },
  'with DryRun no route is replaced': async (world) => {
    const { table, id } = await routed(world);
    await refused(replace(world.hub, table, { ...into(id), DryRun: true }), 'DryRunOperation', 412);
  },
});

const tables = checks('route tables', {
  'a VPC has a main one with a local route': async (world) => {
    const table = await mainTable(world.hub, await vpcIn(world.hub, blocks.hub));
    const local = table?.Routes?.map((one) => [one.DestinationCidrBlock, one.GatewayId, one.State]);
    assert.deepEqual(local, [[blocks.hub, 'local', 'active']]);
  },
  'a second block gets a local route': async (world) => {
    const vpc = await vpcOfTwoBlocks(world.hub, '10.20.0.0/16', '10.120.0.0/20');
    const table = await mainTable(world.hub, vpc);
    const local = sorted((table?.Routes ?? []).map((one) => one.DestinationCidrBlock));
    assert.deepEqual(local, ['10.120.0.0/20', '10.20.0.0/16']);
  },
  'one that is made has a local route and no subnet': async (world) => {
    const id = await tableIn(world.hub, await vpcIn(world.hub, blocks.hub));
    const table = await readTable(world.hub, id);
    assert.deepEqual(
      [table?.Routes?.map(({ GatewayId }) => GatewayId), table?.Associations],
      [['local'], []],
    );
  },
  'a subnet uses the table that it is associated with': async (world) => {
    const vpc = await vpcIn(world.hub, blocks.hub);
    const [RouteTableId, SubnetId] = [
      await tableIn(world.hub, vpc),
      await subnetIn(world.hub, vpc, '10.0.1.0/24'),
    ];
    await world.hub.ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
    const [association] = (await readTable(world.hub, RouteTableId))?.Associations ?? [];
    assert.deepEqual([association?.SubnetId, association?.Main], [SubnetId, false]);
    const Filters = [{ Name: 'association.subnet-id', Values: [SubnetId] }];
    assert.deepEqual(await tablesWhere(world.hub, Filters), [RouteTableId]);
  },
  'a subnet cannot be associated with a second one': async (world) => {
    const vpc = await vpcIn(world.hub, blocks.hub);
    const SubnetId = await subnetIn(world.hub, vpc, '10.0.1.0/24');
    const associate = async () =>
      world.hub.ec2.send(
        new AssociateRouteTableCommand({ RouteTableId: await tableIn(world.hub, vpc), SubnetId }),
      );
    await associate();
    await refused(associate(), 'Resource.AlreadyAssociated');
  },
  'are filtered by VPC': async (world) => {
    const pair = await pairIn(world);
    const table = await tableIn(world.hub, pair.hub);
    const main = await mainTable(world.hub, pair.hub);
    const found = await tablesWhere(world.hub, [{ Name: 'vpc-id', Values: [pair.hub] }]);
    assert.deepEqual(found, sorted([table, main?.RouteTableId]));
  },
  'are filtered by the peering that they route into': async (world) => {
    const { id, table, hub } = await routed(world);
    await tableIn(world.hub, hub);
    const found = await tablesWhere(world.hub, [
      { Name: 'vpc-id', Values: [hub] },
      { Name: 'route.vpc-peering-connection-id', Values: [id] },
    ]);
    assert.deepEqual(found, [table]);
  },
  'a malformed id is an error': async (world) => {
    await refused(readTable(world.hub, 'rtb-none'), 'InvalidRouteTableId.Malformed');
  },
  'an unknown id is an error': async (world) => {
    await refused(readTable(world.hub, unknown.table), 'InvalidRouteTableID.NotFound');
  },
  'another account does not see them': async (world) => {
    const vpc = await vpcIn(world.hub, blocks.hub);
    const found = await tablesWhere(world.monitored, [{ Name: 'vpc-id', Values: [vpc] }]);
    assert.deepEqual(found, []);
  },
});

/** Route tables and routes. */
export const routeChecks: Check[] = [...routes, ...tables];
