import { type EC2Client, type NetworkAcl, paginateDescribeNetworkAcls } from '@aws-sdk/client-ec2';
import type { VpcNetwork } from './reachabilityPlaces.ts';
import { readRouting } from './readNetwork.ts';

const readNetworkAcls = async (ec2: EC2Client, vpcId: string): Promise<NetworkAcl[]> => {
  const filter = { Name: 'vpc-id', Values: [vpcId] };
  const acls: NetworkAcl[] = [];
  for await (const page of paginateDescribeNetworkAcls({ client: ec2 }, { Filters: [filter] })) {
    acls.push(...(page.NetworkAcls ?? []));
  }
  return acls;
};

/** The subnets of a VPC, and what lets their traffic out and in: one call each. */
export const readVpcNetwork = async (ec2: EC2Client, vpcId: string): Promise<VpcNetwork> => {
  const [routing, networkAcls] = await Promise.all([
    readRouting(ec2, vpcId),
    readNetworkAcls(ec2, vpcId),
  ]);
  return { ...routing, networkAcls };
};
