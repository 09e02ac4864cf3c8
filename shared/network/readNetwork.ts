import {
  DescribeVpcAttributeCommand,
  type EC2Client,
  type Filter,
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
import { onboardingTag } from '../tags.ts';
import type { KnownVpc } from './vpcs.ts';

/** What AWS says of a VPC: its subnets, and what lets their traffic out and in. */
export type VpcNetwork = {
  subnets: readonly Subnet[];
  routeTables: readonly RouteTable[];
  networkAcls: readonly NetworkAcl[];
};

const inVpc = (vpcId: string) => ({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] });

/** The largest page; without one and without a filter, EC2 allows half as many calls. */
const pageSize = 1000;

/** All VPCs that the account has in the client's Region, or the one that is named. */
export const readVpcs = async (ec2: EC2Client, vpcId?: string): Promise<KnownVpc[]> => {
  const vpcs: KnownVpc[] = [];
  const query = vpcId ? inVpc(vpcId) : {};
  for await (const page of paginateDescribeVpcs({ client: ec2, pageSize }, query)) {
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

/** The peerings that meet all filters, as the client's account sees them; dead ones are seen for hours or days. */
export const readPeeringsWhere = async (
  ec2: EC2Client,
  ...filters: Filter[]
): Promise<VpcPeeringConnection[]> => {
  const peerings: VpcPeeringConnection[] = [];
  const query = filters.length > 0 ? { Filters: filters } : {};
  const pages = paginateDescribeVpcPeeringConnections({ client: ec2, pageSize }, query);
  for await (const page of pages) peerings.push(...(page.VpcPeeringConnections ?? []));
  return peerings;
};

/** As many values as EC2 takes for one filter: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html */
const mostValues = 200;

/** One filter for all values, or several where they are more than EC2 takes. */
const filtersFor = (Name: string, values: readonly string[]): Filter[] =>
  Array.from({ length: Math.ceil(values.length / mostValues) }, (_, n) => ({
    Name,
    Values: values.slice(n * mostValues, (n + 1) * mostValues),
  }));

/** Those of the peerings that the account sees still. */
export const readPeerings = async (
  ec2: EC2Client,
  ids: readonly string[],
): Promise<VpcPeeringConnection[]> => {
  const filters = filtersFor('vpc-peering-connection-id', ids);
  return (await Promise.all(filters.map((filter) => readPeeringsWhere(ec2, filter)))).flat();
};

/** The rules of security groups, inbound and outbound. */
export const readRules = async (
  ec2: EC2Client,
  groupIds: readonly string[],
): Promise<SecurityGroupRule[]> => {
  const filters = filtersFor('group-id', groupIds);
  return (await Promise.all(filters.map((filter) => rulesWhere(ec2, filter)))).flat();
};

const rulesWhere = async (ec2: EC2Client, filter: Filter) => {
  const rules: SecurityGroupRule[] = [];
  const pages = paginateDescribeSecurityGroupRules({ client: ec2 }, { Filters: [filter] });
  for await (const page of pages) rules.push(...(page.SecurityGroupRules ?? []));
  return rules;
};

/** The rules that Sightline has marked as made for an onboarding, in whichever group. */
export const readMarkedRules = (ec2: EC2Client, onboarding: string): Promise<SecurityGroupRule[]> =>
  rulesWhere(ec2, { Name: `tag:${onboardingTag}`, Values: [onboarding] });
