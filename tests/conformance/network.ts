import {
  AcceptVpcPeeringConnectionCommand,
  AssociateVpcCidrBlockCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcPeeringConnectionCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeVpcPeeringConnectionsCommand,
  type IpPermission,
  type Tag,
} from '@aws-sdk/client-ec2';
import { type Clients, hub, monitored, type World } from './aws.ts';
import { idOf, unique } from './check.ts';

/** The blocks of the two VPCs of a pair, which do not overlap. */
export const blocks = { hub: '10.0.0.0/16', monitored: '10.20.0.0/16' };

/** Ids that are well formed, and that nothing has. */
export const unknown = {
  vpc: 'vpc-0f00000000000000f',
  peering: 'pcx-0f00000000000000f',
  table: 'rtb-0f00000000000000f',
  group: 'sg-0f00000000000000f',
};

/** Makes a VPC. */
export const vpcIn = async ({ ec2 }: Clients, CidrBlock: string, Tags: Tag[] = []) => {
  const TagSpecifications = Tags.length > 0 ? [{ ResourceType: 'vpc' as const, Tags }] : undefined;
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock, TagSpecifications }));
  return idOf(Vpc?.VpcId);
};

/** Makes a VPC with a second block. */
export const vpcOfTwoBlocks = async (owner: Clients, CidrBlock: string, second: string) => {
  const VpcId = await vpcIn(owner, CidrBlock);
  await owner.ec2.send(new AssociateVpcCidrBlockCommand({ VpcId, CidrBlock: second }));
  return VpcId;
};

/** Makes a subnet. */
export const subnetIn = async ({ ec2 }: Clients, VpcId: string, CidrBlock: string) => {
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock }));
  return idOf(Subnet?.SubnetId);
};

/** Makes a route table. */
export const tableIn = async ({ ec2 }: Clients, VpcId: string) => {
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  return idOf(RouteTable?.RouteTableId);
};

/** One route table as its owner sees it. */
export const readTable = async ({ ec2 }: Clients, id: string) => {
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [id] }));
  return RouteTables?.[0];
};

/** The route of a table to a destination. */
export const readRoute = async (owner: Clients, tableId: string, destination: string) =>
  (await readTable(owner, tableId))?.Routes?.find(
    (route) => route.DestinationCidrBlock === destination,
  );

/** Makes a security group with a name of its own. */
export const groupIn = async ({ ec2 }: Clients, VpcId: string, GroupName = unique('group')) => {
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ VpcId, GroupName, Description: 'for a check' }),
  );
  return idOf(GroupId);
};

/** The inbound rules of a group. */
export const inboundOf = async ({ ec2 }: Clients, groupId: string) => {
  const Filters = [{ Name: 'group-id', Values: [groupId] }];
  const { SecurityGroupRules: rules = [] } = await ec2.send(
    new DescribeSecurityGroupRulesCommand({ Filters }),
  );
  return rules.filter(({ IsEgress }) => IsEgress === false);
};

/** A rule for one TCP port. */
export const tcp = (port: number, source: Partial<IpPermission>): IpPermission => ({
  IpProtocol: 'tcp',
  FromPort: port,
  ToPort: port,
  ...source,
});

/** One block as a source. */
export const from = (CidrIp: string, Description?: string): Partial<IpPermission> => ({
  IpRanges: [{ CidrIp, ...(Description && { Description }) }],
});

/** The two VPCs that a peering is to connect. */
export type Pair = { hub: string; monitored: string };

/** Makes a VPC in the hub and one in the monitored account. */
export const pairIn = async (world: World): Promise<Pair> => ({
  hub: await vpcIn(world.hub, blocks.hub),
  monitored: await vpcIn(world.monitored, blocks.monitored),
});

/** Requests a peering from the hub's VPC. */
export const request = async ({ ec2 }: Clients, pair: Pair, Tags: Tag[] = []) => {
  const TagSpecifications =
    Tags.length > 0 ? [{ ResourceType: 'vpc-peering-connection' as const, Tags }] : undefined;
  const { VpcPeeringConnection } = await ec2.send(
    new CreateVpcPeeringConnectionCommand({
      VpcId: pair.hub,
      PeerVpcId: pair.monitored,
      PeerOwnerId: monitored,
      TagSpecifications,
    }),
  );
  return idOf(VpcPeeringConnection?.VpcPeeringConnectionId);
};

/** Requests a peering of the two VPCs from the monitored account. */
export const requestBack = async ({ ec2 }: Clients, pair: Pair) => {
  const { VpcPeeringConnection } = await ec2.send(
    new CreateVpcPeeringConnectionCommand({
      VpcId: pair.monitored,
      PeerVpcId: pair.hub,
      PeerOwnerId: hub,
    }),
  );
  return idOf(VpcPeeringConnection?.VpcPeeringConnectionId);
};

/** Accepts a peering. */
export const accept = ({ ec2 }: Clients, VpcPeeringConnectionId: string) =>
  ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));

/** Makes a pair and a peering of them that is pending. */
export const pendingIn = async (world: World) => {
  const pair = await pairIn(world);
  return { ...pair, id: await request(world.hub, pair) };
};

/** Makes a pair and a peering of them that is active. */
export const activeIn = async (world: World) => {
  const peering = await pendingIn(world);
  await accept(world.monitored, peering.id);
  return peering;
};

/** A peering as one account sees it. */
export const readPeering = async ({ ec2 }: Clients, id: string) => {
  const { VpcPeeringConnections: found } = await ec2.send(
    new DescribeVpcPeeringConnectionsCommand({ VpcPeeringConnectionIds: [id] }),
  );
  return found?.[0];
};

/** The status of a peering in the eyes of an account. */
export const statusIn = async (owner: Clients, id: string) =>
  (await readPeering(owner, id))?.Status?.Code;
