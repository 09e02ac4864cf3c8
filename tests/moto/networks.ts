import {
  AssociateRouteTableCommand,
  AssociateVpcCidrBlockCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  type EC2Client,
  type ResourceType,
} from '@aws-sdk/client-ec2';
import type { World, WorldRule, WorldVpc } from '../../local/world.ts';
import type { Clients } from '../conformance/aws.ts';

const tagged = (ResourceType: ResourceType, name: string, tags: Record<string, string>) => {
  const Tags = Object.entries({ Name: name, ...tags }).map(([Key, Value]) => ({ Key, Value }));
  return { TagSpecifications: [{ ResourceType, Tags }] };
};

/** The ids of a VPC's parts, by their names. */
export type Network = {
  vpcId: string;
  routeTables: Map<string, string>;
  securityGroups: Map<string, string>;
};

const makeTables = async (ec2: EC2Client, VpcId: string, { routeTables }: WorldVpc) => {
  const ids = new Map<string, string>();
  for (const { name, tags } of routeTables) {
    // Their routes lead to gateways, of which there are none here; nothing of an onboarding depends on them.
    const command = new CreateRouteTableCommand({ VpcId, ...tagged('route-table', name, tags) });
    ids.set(name, (await ec2.send(command)).RouteTable?.RouteTableId ?? '');
  }
  return ids;
};

const makeSubnets = async (
  ec2: EC2Client,
  VpcId: string,
  { subnets }: WorldVpc,
  tables: ReadonlyMap<string, string>,
) => {
  for (const { name, cidr: CidrBlock, zone: AvailabilityZone, routeTable, tags } of subnets) {
    const input = { VpcId, CidrBlock, AvailabilityZone, ...tagged('subnet', name, tags) };
    const { Subnet } = await ec2.send(new CreateSubnetCommand(input));
    if (routeTable === undefined) continue;
    const association = { SubnetId: Subnet?.SubnetId, RouteTableId: tables.get(routeTable) };
    await ec2.send(new AssociateRouteTableCommand(association));
  }
};

const permissionOf = ({ protocol, from, to, cidr }: WorldRule) => ({
  IpProtocol: protocol,
  FromPort: from,
  ToPort: to,
  IpRanges: [{ CidrIp: cidr }],
});

const makeGroups = async (ec2: EC2Client, VpcId: string, { securityGroups }: WorldVpc) => {
  const ids = new Map<string, string>();
  for (const { name: GroupName, description: Description, tags, ingress } of securityGroups) {
    const specification = tagged('security-group', GroupName, tags);
    const input = { VpcId, GroupName, Description, ...specification };
    const { GroupId = '' } = await ec2.send(new CreateSecurityGroupCommand(input));
    ids.set(GroupName, GroupId);
    if (ingress.length === 0) continue;
    const IpPermissions = ingress.map(permissionOf);
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  }
  return ids;
};

const makeVpc = async ({ ec2 }: Clients, given: WorldVpc): Promise<Network> => {
  const [CidrBlock, ...more] = given.cidrs;
  const { Vpc } = await ec2.send(
    new CreateVpcCommand({ CidrBlock, ...tagged('vpc', given.name, given.tags) }),
  );
  const vpcId = Vpc?.VpcId ?? '';
  for (const block of more) {
    await ec2.send(new AssociateVpcCidrBlockCommand({ VpcId: vpcId, CidrBlock: block }));
  }
  const routeTables = await makeTables(ec2, vpcId, given);
  await makeSubnets(ec2, vpcId, given, routeTables);
  return { vpcId, routeTables, securityGroups: await makeGroups(ec2, vpcId, given) };
};

/**
 * Makes the VPC of an account of a world through EC2's API. Default VPCs are left out: moto's accounts have
 * them already.
 */
export const makeNetwork = async (
  owner: Clients,
  world: World,
  accountId: string,
  region: string,
): Promise<Network> => {
  const vpcs = world.accounts[accountId]?.regions[region]?.vpcs ?? [];
  const [only, ...others] = vpcs.filter((vpc) => !vpc.default);
  if (only === undefined || others.length > 0) {
    throw new Error(`account ${accountId} is to have one VPC in ${region} besides the default one`);
  }
  return makeVpc(owner, only);
};
