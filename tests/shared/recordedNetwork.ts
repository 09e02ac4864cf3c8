import {
  AuthorizeSecurityGroupIngressCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type Filter,
  type NetworkAcl,
  type RouteTable,
  type SecurityGroup,
  type SecurityGroupRule,
  type Subnet,
  type VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import type { KnownVpc } from '../../shared/network/vpcs.ts';
import {
  accountId,
  aDescribedPeering,
  aHubTable,
  aHubVpc,
  anAwsError,
  aRoute,
  aRule,
  aTable,
  aVpc,
  cidr,
  groupId,
  hubAccountId,
  hubCidr,
  hubVpcId,
  ourTags,
  region,
  vpcId,
} from '../builders.ts';
import { aHubAcl, anAcl, aSubnet, hubSubnetCidr, hubSubnetId } from './readiness/someWays.ts';
import { ec2 } from './recordedAws.ts';

/** What there is in both accounts. */
export type Network = {
  vpcs: KnownVpc[];
  peerings: VpcPeeringConnection[];
  tables: RouteTable[];
  subnets: Subnet[];
  acls: NetworkAcl[];
  groups: SecurityGroup[];
  rules: SecurityGroupRule[];
};

/** Where a thing is. */
export const ofHub = { VpcId: hubVpcId, OwnerId: hubAccountId };
export const ofMonitored = { VpcId: vpcId, OwnerId: accountId };

export const hubSubnet = aSubnet({
  ...ofHub,
  SubnetId: hubSubnetId,
  CidrBlock: hubSubnetCidr,
});
export const monitoredSubnet = aSubnet(ofMonitored);
export const hubAcl: NetworkAcl = { ...aHubAcl(), ...ofHub };
export const monitoredAcl: NetworkAcl = { ...anAcl(), ...ofMonitored };

/** The group that Sightline makes where it is told of none. */
export const ownGroup: SecurityGroup = {
  ...ofMonitored,
  GroupId: groupId,
  GroupName: 'sightline-monitoring',
  Tags: ourTags('sightline-monitoring'),
};

/** A rule that Sightline has made in the monitored account, but for these parts. */
export const ourRule = (parts: Partial<SecurityGroupRule> = {}): SecurityGroupRule =>
  aRule({ GroupOwnerId: accountId, Tags: ourTags('sightline from the hub'), ...parts });

/** The rule that lets the hub ping. */
export const pingRule = (parts: Partial<SecurityGroupRule> = {}): SecurityGroupRule =>
  ourRule({
    SecurityGroupRuleId: 'sgr-0e666666666666666',
    IpProtocol: 'icmp',
    FromPort: 8,
    ToPort: -1,
    ...parts,
  });

/** The peering as Sightline has requested it and as it shows the blocks of both VPCs, but for these parts. */
export const ourPeering = (
  status = 'active',
  parts: Partial<VpcPeeringConnection> = {},
): VpcPeeringConnection =>
  aDescribedPeering(status, {
    RequesterVpcInfo: {
      OwnerId: hubAccountId,
      VpcId: hubVpcId,
      Region: region,
      CidrBlockSet: [{ CidrBlock: hubCidr }],
    },
    AccepterVpcInfo: {
      OwnerId: accountId,
      VpcId: vpcId,
      Region: region,
      CidrBlockSet: [{ CidrBlock: cidr }],
    },
    Tags: ourTags(`sightline to ${accountId}`),
    ...parts,
  });

/** A network in which an onboarding with the default ports has set up everything, but for these parts. */
export const aNetwork = (parts: Partial<Network> = {}): Network => ({
  vpcs: [aHubVpc(ofHub), aVpc(ofMonitored)],
  peerings: [ourPeering()],
  tables: [aHubTable([aRoute(cidr)], ofHub), aTable([aRoute(hubCidr)], ofMonitored)],
  subnets: [hubSubnet, monitoredSubnet],
  acls: [hubAcl, monitoredAcl],
  groups: [ownGroup],
  rules: [ourRule(), pingRule()],
  ...parts,
});

type Thing = {
  VpcId?: string | undefined;
  GroupId?: string | undefined;
  GroupName?: string | undefined;
  VpcPeeringConnectionId?: string | undefined;
  Status?: { Code?: string | undefined } | undefined;
  RequesterVpcInfo?: { VpcId?: string | undefined } | undefined;
  AccepterVpcInfo?: { VpcId?: string | undefined } | undefined;
  Tags?: { Key?: string | undefined; Value?: string | undefined }[] | undefined;
};

const fields: Record<string, (thing: Thing) => string | undefined> = {
  'vpc-id': ({ VpcId }) => VpcId,
  'group-id': ({ GroupId }) => GroupId,
  'group-name': ({ GroupName }) => GroupName,
  'vpc-peering-connection-id': ({ VpcPeeringConnectionId: id }) => id,
  'status-code': ({ Status }) => Status?.Code,
  'requester-vpc-info.vpc-id': ({ RequesterVpcInfo: info }) => info?.VpcId,
  'accepter-vpc-info.vpc-id': ({ AccepterVpcInfo: info }) => info?.VpcId,
  'tag:sightline:onboarding': ({ Tags = [] }) =>
    Tags.find(({ Key }) => Key === 'sightline:onboarding')?.Value,
};

/** EC2's wildcard stands for any characters: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html */
const isLike = (value: string, pattern: string) =>
  new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(value);

const meets = (thing: Thing, { Name = '', Values = [] }: Filter) => {
  const field = fields[Name];
  if (!field) throw anAwsError('InvalidParameterValue', `the tests know no filter ${Name}`);
  const value = field(thing);
  return value !== undefined && Values.some((pattern) => isLike(value, pattern));
};

type Filtered = { Filters?: Filter[] | undefined };

const select = <Some extends Thing>(things: readonly Some[], { Filters = [] }: Filtered) =>
  things.filter((thing) => Filters.every((filter) => meets(thing, filter)));

/** The hub's own client is the one that has no role. */
const isHub = async (client: () => EC2Client) =>
  (await client().config.credentials()).accessKeyId === 'hub';

/** What the caller's account sees of what has an owner. */
const ownOf = async <Some>(
  things: readonly Some[],
  ownerOf: (thing: Some) => string | undefined,
  client: () => EC2Client,
) => {
  const own = (await isHub(client)) ? hubAccountId : accountId;
  return things.filter((thing) => (ownerOf(thing) ?? accountId) === own);
};

const isOfAccount = ({ RequesterVpcInfo, AccepterVpcInfo }: VpcPeeringConnection) =>
  [RequesterVpcInfo?.OwnerId, AccepterVpcInfo?.OwnerId].includes(accountId);

/** An account sees its own peerings, with its own tags; those of Sightline are the hub's. */
const asSeen = async (peerings: readonly VpcPeeringConnection[], client: () => EC2Client) =>
  (await isHub(client))
    ? peerings
    : peerings.filter(isOfAccount).map(({ Tags: _, ...peering }) => peering);

/** Asked with DryRun, EC2 lets the onboarding role do what changes the network, and no other role. */
const givenDryRuns = () => {
  const answer = async (_: object, client: () => EC2Client) => {
    const { accessKeyId } = await client().config.credentials();
    const mayDo = accessKeyId === 'SightlineOnboarding';
    throw anAwsError(mayDo ? 'DryRunOperation' : 'UnauthorizedOperation');
  };
  const DryRun = true;
  ec2.on(CreateRouteCommand, { DryRun }).callsFake(answer);
  ec2.on(CreateSecurityGroupCommand, { DryRun }).callsFake(answer);
  ec2.on(AuthorizeSecurityGroupIngressCommand, { DryRun }).callsFake(answer);
};

/** Lets EC2 know this network, with the filters that are asked for. */
export const givenNetwork = (parts: Partial<Network> = {}): void => {
  const { vpcs, peerings, tables, subnets, acls, groups, rules } = aNetwork(parts);
  ec2.on(DescribeVpcsCommand).callsFake(async (input: Filtered, client: () => EC2Client) => ({
    Vpcs: select(await ownOf(vpcs, ({ OwnerId }) => OwnerId, client), input),
  }));
  ec2
    .on(DescribeVpcPeeringConnectionsCommand)
    .callsFake(async (input: Filtered, client: () => EC2Client) => ({
      VpcPeeringConnections: select(await asSeen(peerings, client), input),
    }));
  ec2.on(DescribeRouteTablesCommand).callsFake((input) => ({ RouteTables: select(tables, input) }));
  ec2.on(DescribeSubnetsCommand).callsFake((input) => ({ Subnets: select(subnets, input) }));
  ec2.on(DescribeNetworkAclsCommand).callsFake((input) => ({ NetworkAcls: select(acls, input) }));
  ec2
    .on(DescribeSecurityGroupsCommand)
    .callsFake((input) => ({ SecurityGroups: select(groups, input) }));
  ec2
    .on(DescribeSecurityGroupRulesCommand)
    .callsFake(async (input: Filtered, client: () => EC2Client) => ({
      SecurityGroupRules: select(
        await ownOf(rules, ({ GroupOwnerId }) => GroupOwnerId, client),
        input,
      ),
    }));
  givenDryRuns();
};
