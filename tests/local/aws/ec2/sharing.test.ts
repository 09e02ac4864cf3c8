import {
  anEc2,
  day,
  error,
  hub,
  hubVpc,
  monitored,
  monitoredVpc,
  region,
  stranger,
} from './anEc2.ts';

const table = 'rtb-0aaaaaaaaaaaaaaaa';

/** The monitored account takes part in a VPC of a stranger. */
const given = () => {
  const vpc = {
    name: 'central',
    id: 'vpc-0d88888888888888d',
    cidrs: ['10.88.0.0/16'],
    sharedWith: [monitored],
    routeTables: [{ name: 'main', id: table }],
    subnets: [{ name: 'shared', cidr: '10.88.1.0/24', zone: 'eu-central-1a' }],
  };
  const ec2 = anEc2({ more: { [stranger]: [vpc] } });
  return { ...ec2, vpcId: vpc.id, owner: ec2.as(stranger), participant: ec2.as(monitored) };
};

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a VPC that is shared', () => {
  it('is seen by the participant as its owner’s, without tags', () => {
    const { participant, vpcId, as } = given();
    const { Vpcs = [] } = participant.DescribeVpcs({});
    expect(Vpcs.map(({ VpcId, OwnerId }) => [VpcId, OwnerId])).toEqual([
      [monitoredVpc, monitored],
      [vpcId, stranger],
    ]);
    expect(participant.DescribeVpcs({ VpcIds: [vpcId] }).Vpcs?.[0]?.Tags).toEqual([]);
    expect(as(hub).DescribeVpcs({}).Vpcs).toHaveLength(1);
    expect(as(monitored, 'us-east-1').DescribeVpcs({}).Vpcs).toEqual([]);
  });

  it('shows the participant its subnets, tables and network ACLs, not its groups', () => {
    const { participant, vpcId } = given();
    const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
    const seen = { OwnerId: stranger, Tags: [] };
    expect(participant.DescribeSubnets({ Filters }).Subnets).toMatchObject([seen]);
    expect(participant.DescribeRouteTables({ Filters }).RouteTables).toMatchObject([seen]);
    expect(participant.DescribeNetworkAcls({ Filters }).NetworkAcls).toMatchObject([seen]);
    expect(participant.DescribeSecurityGroups({ Filters }).SecurityGroups).toEqual([]);
    expect(
      participant.DescribeVpcAttribute({ VpcId: vpcId, Attribute: 'enableDnsSupport' }),
    ).toMatchObject({ EnableDnsSupport: { Value: true } });
  });

  it('takes security groups of the participant', () => {
    const { participant, owner, vpcId } = given();
    const { GroupId = '' } = participant.CreateSecurityGroup({
      GroupName: 'mine',
      Description: 'mine',
      VpcId: vpcId,
    });
    const { SecurityGroups = [] } = participant.DescribeSecurityGroups({ GroupIds: [GroupId] });
    expect(SecurityGroups).toMatchObject([{ VpcId: vpcId, OwnerId: monitored }]);
    expect(() => owner.DescribeSecurityGroups({ GroupIds: [GroupId] })).toThrow(
      error('InvalidGroup.NotFound'),
    );
  });

  it('is changed and peered by its owner only', () => {
    const { participant, owner, vpcId } = given();
    const refused = error('OperationNotPermitted', `only its owner ${stranger}`);
    const route = { RouteTableId: table, DestinationCidrBlock: '10.9.0.0/16', GatewayId: 'igw-0' };
    const peer = { VpcId: vpcId, PeerVpcId: hubVpc, PeerOwnerId: hub };
    expect(() => participant.CreateRoute(route)).toThrow(refused);
    expect(() => participant.CreateVpcPeeringConnection(peer)).toThrow(refused);
    expect(() => participant.AssociateVpcCidrBlock({ VpcId: vpcId })).toThrow(refused);
    owner.CreateRoute(route);
    owner.CreateVpcPeeringConnection(peer);
  });

  it('cannot be peered as if it were the participant’s: the request fails', () => {
    const { as, participant, vpcId } = given();
    const request = (PeerOwnerId: string) =>
      as(hub).CreateVpcPeeringConnection({ VpcId: hubVpc, PeerVpcId: vpcId, PeerOwnerId });
    const { VpcPeeringConnection: wrong } = request(monitored);
    jest.advanceTimersByTime(day / 24);
    const { VpcPeeringConnections = [] } = as(hub).DescribeVpcPeeringConnections({});
    expect(VpcPeeringConnections).toMatchObject([
      { VpcPeeringConnectionId: wrong?.VpcPeeringConnectionId, Status: { Code: 'failed' } },
    ]);
    expect(participant.DescribeVpcPeeringConnections({}).VpcPeeringConnections).toEqual([]);
  });

  it('is asked for by the ARN that it has in its owner’s account', () => {
    const { operations } = given();
    const arn = `arn:aws:iam::${monitored}:root`;
    const caller = { accountId: monitored, arn, principalArn: arn };
    const call = { service: 'ec2', action: 'CreateRoute', region, caller };
    const [check] = operations.CreateRoute.checks({ RouteTableId: table }, call);
    expect(check?.resource).toBe(`arn:aws:ec2:${region}:${stranger}:route-table/${table}`);
  });
});
