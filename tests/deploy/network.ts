import {
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeVpcPeeringConnectionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  IAMClient,
  ListAttachedRolePoliciesCommand,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import type { Place } from './emulator.ts';
import type { NetworkAws } from './localAws.ts';

const configOf = (aws: NetworkAws, { accountId, region }: Place) => ({
  region,
  credentials: { accessKeyId: accountId, secretAccessKey: 'local' },
  requestHandler: aws.requestHandler,
});

/** What there is in an account, in words, as its own administrator reads it from EC2 and IAM. */
export type Found = {
  /** `pcx-… active` */
  peerings: string[];
  /** `rtb-… 10.0.0.0/16 pcx-… active`: the routes into peerings. */
  routes: string[];
  /** `sg-… tcp/10050 10.0.0.0/16`: the rules that let another VPC's blocks in. */
  rules: string[];
  /** The ARNs of the policies of the role; none where there is no such role. */
  policies: string[];
};

const peeringsIn = async (ec2: EC2Client) => {
  const { VpcPeeringConnections: found = [] } = await ec2.send(
    new DescribeVpcPeeringConnectionsCommand({}),
  );
  return found.map((one) => `${one.VpcPeeringConnectionId} ${one.Status?.Code}`);
};

const routesIn = async (ec2: EC2Client) => {
  const { RouteTables: tables = [] } = await ec2.send(new DescribeRouteTablesCommand({}));
  return tables.flatMap(({ RouteTableId, Routes = [] }) =>
    Routes.filter((route) => route.VpcPeeringConnectionId).map(
      (route) =>
        `${RouteTableId} ${route.DestinationCidrBlock} ${route.VpcPeeringConnectionId} ${route.State}`,
    ),
  );
};

const rulesIn = async (ec2: EC2Client, cidr: string) => {
  const { SecurityGroupRules: rules = [] } = await ec2.send(
    new DescribeSecurityGroupRulesCommand({}),
  );
  return rules
    .filter((rule) => !rule.IsEgress && rule.CidrIpv4 === cidr)
    .map((rule) => `${rule.GroupId} ${rule.IpProtocol}/${rule.FromPort} ${rule.CidrIpv4}`);
};

const policiesOf = async (iam: IAMClient, RoleName: string) => {
  try {
    const answer = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    return (answer.AttachedPolicies ?? []).map(({ PolicyArn = '' }) => PolicyArn);
  } catch (error) {
    if (error instanceof NoSuchEntityException) return [];
    throw error;
  }
};

/** Reads an account; `from` is the block whose rules are of interest, `role` the role. */
export const read = async (
  aws: NetworkAws,
  place: Place,
  { from, role }: { from: string; role: string },
): Promise<Found> => {
  const ec2 = new EC2Client(configOf(aws, place));
  return {
    peerings: (await peeringsIn(ec2)).sort(),
    routes: (await routesIn(ec2)).sort(),
    rules: (await rulesIn(ec2, from)).sort(),
    policies: await policiesOf(new IAMClient(configOf(aws, place)), role),
  };
};
