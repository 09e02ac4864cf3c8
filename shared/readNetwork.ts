import {
  DescribeVpcAttributeCommand,
  type EC2Client,
  type NetworkAcl,
  paginateDescribeNetworkAcls,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVpcPeeringConnections,
  paginateDescribeVpcs,
  type RouteTable,
  type SecurityGroup,
  type SecurityGroupRule,
  type Subnet,
  type VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import type { VpcNetwork } from './reachabilityPlaces.ts';
import { onboardingTag } from './tags.ts';
import type { KnownVpc } from './vpcs.ts';

const inVpc = (vpcId: string) => ({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] });

/** The largest page; without one and without a filter, EC2 allows half as many calls. */
const pageSize = 1000;

/** All VPCs that the account has in the client's Region. */
export const readVpcs = async (ec2: EC2Client): Promise<KnownVpc[]> => {
  const vpcs: KnownVpc[] = [];
  for await (const page of paginateDescribeVpcs({ client: ec2, pageSize }, {})) {
    for (const vpc of page.Vpcs ?? []) {
      if (vpc.VpcId) vpcs.push({ ...vpc, VpcId: vpc.VpcId });
    }
  }
  return vpcs;
};

/** All route tables of a VPC. */
export const readRouteTables = async (ec2: EC2Client, vpcId: string): Promise<RouteTable[]> => {
  const tables: RouteTable[] = [];
  for await (const page of paginateDescribeRouteTables({ client: ec2 }, inVpc(vpcId))) {
    tables.push(...(page.RouteTables ?? []));
  }
  return tables;
};

const readSubnets = async (ec2: EC2Client, vpcId: string): Promise<Subnet[]> => {
  const subnets: Subnet[] = [];
  for await (const page of paginateDescribeSubnets({ client: ec2 }, inVpc(vpcId))) {
    subnets.push(...(page.Subnets ?? []));
  }
  return subnets;
};

/** What decides which route tables of a VPC are in use. */
export type Routing = { routeTables: readonly RouteTable[]; subnets: readonly Subnet[] };

const readNetworkAcls = async (ec2: EC2Client, vpcId: string): Promise<NetworkAcl[]> => {
  const acls: NetworkAcl[] = [];
  for await (const page of paginateDescribeNetworkAcls({ client: ec2 }, inVpc(vpcId))) {
    acls.push(...(page.NetworkAcls ?? []));
  }
  return acls;
};

/** The subnets of a VPC, and what lets their traffic out and in: one call each. */
export const readVpcNetwork = async (ec2: EC2Client, vpcId: string): Promise<VpcNetwork> => {
  const [routeTables, subnets, networkAcls] = await Promise.all([
    readRouteTables(ec2, vpcId),
    readSubnets(ec2, vpcId),
    readNetworkAcls(ec2, vpcId),
  ]);
  return { routeTables, subnets, networkAcls };
};

/** The security groups of a VPC. */
export const readSecurityGroups = async (
  ec2: EC2Client,
  vpcId: string,
): Promise<SecurityGroup[]> => {
  const groups: SecurityGroup[] = [];
  for await (const page of paginateDescribeSecurityGroups({ client: ec2 }, inVpc(vpcId))) {
    groups.push(...(page.SecurityGroups ?? []));
  }
  return groups;
};

/** The DNS attributes of a VPC that are off; DNS resolution over a peering needs both. */
export const readDnsAttributesOff = async (ec2: EC2Client, vpcId: string): Promise<string[]> => {
  const [support, hostnames] = await Promise.all([
    ec2.send(new DescribeVpcAttributeCommand({ VpcId: vpcId, Attribute: 'enableDnsSupport' })),
    ec2.send(new DescribeVpcAttributeCommand({ VpcId: vpcId, Attribute: 'enableDnsHostnames' })),
  ]);
  return [
    ...(support.EnableDnsSupport?.Value ? [] : [`enableDnsSupport of ${vpcId}`]),
    ...(hostnames.EnableDnsHostnames?.Value ? [] : [`enableDnsHostnames of ${vpcId}`]),
  ];
};

const peeringsWhere = async (ec2: EC2Client, Name: string, Values: string[]) => {
  const peerings: VpcPeeringConnection[] = [];
  const query = { Filters: [{ Name, Values }] };
  const pages = paginateDescribeVpcPeeringConnections({ client: ec2, pageSize }, query);
  for await (const page of pages) peerings.push(...(page.VpcPeeringConnections ?? []));
  return peerings;
};

/**
 * Every peering of one of these VPCs that the account sees in the client's Region, once each; dead ones are
 * seen for hours or days. EC2 wants all filters of a call to be met, so each end has a call of its own.
 * However many peerings other VPCs have, this reads no more.
 */
export const readPeerings = async (
  ec2: EC2Client,
  vpcIds: string[],
): Promise<VpcPeeringConnection[]> => {
  const [requested, accepted] = await Promise.all([
    peeringsWhere(ec2, 'requester-vpc-info.vpc-id', vpcIds),
    peeringsWhere(ec2, 'accepter-vpc-info.vpc-id', vpcIds),
  ]);
  const all = [...requested, ...accepted];
  return [...new Map(all.map((one) => [one.VpcPeeringConnectionId, one])).values()];
};

/** The rules of security groups, inbound and outbound. */
export const readRules = async (
  ec2: EC2Client,
  groupIds: readonly string[],
): Promise<SecurityGroupRule[]> => {
  return groupIds.length > 0 ? rulesWhere(ec2, { Name: 'group-id', Values: [...groupIds] }) : [];
};

const rulesWhere = async (ec2: EC2Client, filter: { Name: string; Values: string[] }) => {
  const rules: SecurityGroupRule[] = [];
  const pages = paginateDescribeSecurityGroupRules({ client: ec2 }, { Filters: [filter] });
  for await (const page of pages) rules.push(...(page.SecurityGroupRules ?? []));
  return rules;
};

/** The rules that Sightline has marked as made for an onboarding, in whichever group. */
export const readMarkedRules = (ec2: EC2Client, onboarding: string): Promise<SecurityGroupRule[]> =>
  rulesWhere(ec2, { Name: `tag:${onboardingTag}`, Values: [onboarding] });
