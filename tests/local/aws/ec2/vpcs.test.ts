import { createEc2 } from '../../../../local/aws/ec2/ec2.ts';
import { defaultSettings } from '../../../../local/aws/settings.ts';
import { readWorld } from '../../../../local/world.ts';
import { active, anEc2, error, hub, hubVpc, monitored, monitoredVpc, requested } from './anEc2.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const given = (parts: Parameters<typeof anEc2>[0] = {}) => {
  const ec2 = anEc2(parts);
  return { ...ec2, requester: ec2.as(hub), accepter: ec2.as(monitored) };
};

describe('a VPC', () => {
  it('shows its blocks, each as associated', () => {
    const { requester } = given({
      hubVpc: { cidrs: ['10.0.0.0/16', '10.1.0.0/16', '2001:db8::/56'], tags: { hub: 'true' } },
    });
    const associated = { State: 'associated' };
    expect(requester.DescribeVpcs({}).Vpcs).toEqual([
      {
        VpcId: hubVpc,
        OwnerId: hub,
        State: 'available',
        IsDefault: false,
        InstanceTenancy: 'default',
        CidrBlock: '10.0.0.0/16',
        CidrBlockAssociationSet: [
          expect.objectContaining({ CidrBlock: '10.0.0.0/16', CidrBlockState: associated }),
          expect.objectContaining({ CidrBlock: '10.1.0.0/16', CidrBlockState: associated }),
        ],
        Ipv6CidrBlockAssociationSet: [
          expect.objectContaining({
            Ipv6CidrBlock: '2001:db8::/56',
            Ipv6CidrBlockState: associated,
          }),
        ],
        Tags: [
          { Key: 'Name', Value: 'monitoring' },
          { Key: 'hub', Value: 'true' },
        ],
      },
    ]);
  });

  it('belongs to one account and Region; elsewhere there is nothing', () => {
    const { as, accepter } = given();
    expect(accepter.DescribeVpcs({}).Vpcs).toMatchObject([{ VpcId: monitoredVpc }]);
    expect(as(hub, 'us-east-1').DescribeVpcs({}).Vpcs).toEqual([]);
    expect(as('777777777777').DescribeVpcs({}).Vpcs).toEqual([]);
    expect(() => accepter.DescribeVpcs({ VpcIds: [hubVpc] })).toThrow(
      error('InvalidVpcID.NotFound', hubVpc),
    );
    expect(() => accepter.DescribeVpcs({ VpcIds: ['hub'] })).toThrow(
      error('InvalidVpcID.Malformed'),
    );
  });

  it('is made with a main table, a default group and a default ACL', () => {
    const { requester } = given();
    const { Vpc: made } = requester.CreateVpc({
      CidrBlock: '10.9.1.1/16',
      AmazonProvidedIpv6CidrBlock: true,
      TagSpecifications: [{ ResourceType: 'vpc', Tags: [{ Key: 'a', Value: 'b' }] }],
    });
    expect(made).toMatchObject({
      VpcId: expect.stringMatching(/^vpc-[0-9a-f]{17}$/),
      State: 'pending',
      CidrBlock: '10.9.0.0/16',
      Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: expect.stringMatching(/::\/56$/) }],
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    const Filters = [{ Name: 'vpc-id', Values: [made?.VpcId ?? ''] }];
    expect(requester.DescribeRouteTables({ Filters }).RouteTables).toMatchObject([
      { Associations: [{ Main: true }] },
    ]);
    expect(requester.DescribeSecurityGroups({ Filters }).SecurityGroups).toMatchObject([
      {
        GroupName: 'default',
        IpPermissionsEgress: [
          { IpRanges: [{ CidrIp: '0.0.0.0/0' }], Ipv6Ranges: [{ CidrIpv6: '::/0' }] },
        ],
      },
    ]);
    expect(requester.DescribeNetworkAcls({ Filters }).NetworkAcls).toMatchObject([
      { IsDefault: true },
    ]);
  });

  it.each(['10.0.0.0/8', '10.0.0.0/29'])('is not made with a block of %s', (CidrBlock) => {
    expect(() => given().requester.CreateVpc({ CidrBlock })).toThrow(error('InvalidVpc.Range'));
  });

  it('with options that are not supported is refused rather than made without them', () => {
    const { requester } = given();
    expect(() => requester.CreateVpc({ Ipv4IpamPoolId: 'ipam-pool-0' })).toThrow(
      error('NotImplemented', 'the input Ipv4IpamPoolId of ec2:CreateVpc'),
    );
    expect(() =>
      requester.CreateVpc({ CidrBlock: '10.9.0.0/16', InstanceTenancy: 'dedicated' }),
    ).toThrow(error('NotImplemented', 'InstanceTenancy dedicated'));
  });

  it.each([
    ['vpc-id', hubVpc],
    ['owner-id', hub],
    ['is-default', 'false'],
    ['state', 'available'],
    ['cidr', '10.0.0.0/16'],
    ['cidr-block-association.cidr-block', '10.1.0.0/16'],
    ['cidr-block-association.state', 'associated'],
    ['ipv6-cidr-block-association.ipv6-cidr-block', '2001:db8::/56'],
    ['tag:hub', 'true'],
    ['tag-key', 'hub'],
  ])('is found by its %s', (Name, value) => {
    const { requester } = given({
      hubVpc: { cidrs: ['10.0.0.0/16', '10.1.0.0/16', '2001:db8::/56'], tags: { hub: 'true' } },
      more: { [hub]: [{ name: 'other', default: true, cidrs: ['172.31.0.0/16'] }] },
    });
    const Filters = [
      { Name, Values: [value] },
      { Name: 'is-default', Values: ['false'] },
    ];
    expect(requester.DescribeVpcs({ Filters }).Vpcs).toMatchObject([{ VpcId: hubVpc }]);
  });
});

describe('another block for a VPC', () => {
  const add = (client: ReturnType<typeof given>['requester'], VpcId: string, CidrBlock: string) =>
    client.AssociateVpcCidrBlock({ VpcId, CidrBlock });

  it('is associating in the answer and associated from then on', () => {
    const { requester } = given();
    expect(add(requester, hubVpc, '10.1.0.0/16').CidrBlockAssociation).toMatchObject({
      CidrBlock: '10.1.0.0/16',
      CidrBlockState: { State: 'associating' },
    });
    expect(requester.DescribeVpcs({}).Vpcs?.[0]?.CidrBlockAssociationSet).toMatchObject([
      {},
      { CidrBlock: '10.1.0.0/16', CidrBlockState: { State: 'associated' } },
    ]);
  });

  it('can be an IPv6 one, each time a different one', () => {
    const { requester } = given();
    const addIpv6 = () =>
      requester.AssociateVpcCidrBlock({ VpcId: hubVpc, AmazonProvidedIpv6CidrBlock: true })
        .Ipv6CidrBlockAssociation?.Ipv6CidrBlock;
    expect(addIpv6()).not.toBe(addIpv6());
  });

  it('does not overlap its own, nor come sixth', () => {
    const { requester } = given();
    expect(() => add(requester, hubVpc, '10.0.1.0/24')).toThrow(error('InvalidVpc.Range'));
    for (const n of [1, 2, 3, 4]) add(requester, hubVpc, `10.${n}.0.0/16`);
    expect(() => add(requester, hubVpc, '10.5.0.0/16')).toThrow(error('CidrLimitExceeded'));
  });

  it('does not overlap that of a peered VPC', () => {
    const ec2 = given();
    active(ec2);
    for (const [client, vpc, taken, free] of [
      [ec2.requester, hubVpc, '10.20.1.0/24', '10.98.0.0/16'],
      [ec2.accepter, monitoredVpc, '10.0.1.0/24', '10.99.0.0/16'],
    ] as const) {
      expect(() => add(client, vpc, taken)).toThrow(error('InvalidVpc.Range', 'pcx-'));
      expect(() => add(client, vpc, free)).not.toThrow();
    }
  });

  it('waits, at the requester, until the request is answered', () => {
    const ec2 = given();
    requested(ec2);
    expect(() => add(ec2.requester, hubVpc, '10.99.0.0/16')).toThrow(error('InvalidVpc.Range'));
    expect(() => add(ec2.accepter, monitoredVpc, '10.99.0.0/16')).not.toThrow();
  });
});

describe('the DNS attributes of a VPC', () => {
  it('are read and changed one at a time', () => {
    const { requester } = given();
    const read = () => ({
      ...requester.DescribeVpcAttribute({ VpcId: hubVpc, Attribute: 'enableDnsSupport' }),
      ...requester.DescribeVpcAttribute({ VpcId: hubVpc, Attribute: 'enableDnsHostnames' }),
    });
    expect(read()).toEqual({
      VpcId: hubVpc,
      EnableDnsSupport: { Value: true },
      EnableDnsHostnames: { Value: false },
    });
    requester.ModifyVpcAttribute({ VpcId: hubVpc, EnableDnsHostnames: { Value: true } });
    expect(read().EnableDnsHostnames).toEqual({ Value: true });
    expect(() =>
      requester.ModifyVpcAttribute({
        VpcId: hubVpc,
        EnableDnsHostnames: { Value: true },
        EnableDnsSupport: { Value: true },
      }),
    ).toThrow(error('InvalidParameterCombination'));
  });

  it('have no host names without DNS support', () => {
    const { requester } = given({ hubVpc: { dnsSupport: false } });
    expect(() =>
      requester.ModifyVpcAttribute({ VpcId: hubVpc, EnableDnsHostnames: { Value: true } }),
    ).toThrow(error('InvalidParameterValue'));
  });

  it('are the only ones known', () => {
    expect(() =>
      given().requester.DescribeVpcAttribute({
        VpcId: hubVpc,
        Attribute: 'enableNetworkAddressUsageMetrics',
      }),
    ).toThrow(error('NotImplemented', 'enableNetworkAddressUsageMetrics'));
  });
});

describe('a subnet', () => {
  const subnet = { VpcId: hubVpc, CidrBlock: '10.0.1.0/24' };

  it('is a part of its VPC', () => {
    const { requester } = given();
    const { Subnet: made } = requester.CreateSubnet({
      ...subnet,
      AvailabilityZone: 'eu-central-1b',
      TagSpecifications: [{ ResourceType: 'subnet', Tags: [{ Key: 'Name', Value: 'b' }] }],
    });
    expect(requester.DescribeSubnets({}).Subnets).toEqual([made]);
    expect(made).toMatchObject({
      SubnetId: expect.stringMatching(/^subnet-[0-9a-f]{17}$/),
      VpcId: hubVpc,
      AvailabilityZone: 'eu-central-1b',
      AvailableIpAddressCount: 251,
      Tags: [{ Key: 'Name', Value: 'b' }],
    });
  });

  it.each([
    ['outside the VPC', { CidrBlock: '10.1.1.0/24' }, 'InvalidSubnet.Range'],
    ['on top of another', { CidrBlock: '10.0.1.128/25' }, 'InvalidSubnet.Conflict'],
    ['in a zone of another Region', { AvailabilityZone: 'us-east-1a' }, 'InvalidParameterValue'],
    ['with IPv6', { Ipv6CidrBlock: '2001:db8::/64' }, 'NotImplemented'],
  ])('is not made %s', (_where, member, name) => {
    const { requester } = given();
    requester.CreateSubnet(subnet);
    const other = { ...subnet, CidrBlock: '10.0.2.0/24', ...member };
    expect(() => requester.CreateSubnet(other)).toThrow(error(name));
  });

  it.each([
    ['vpc-id', hubVpc],
    ['owner-id', hub],
    ['availability-zone', 'eu-central-1a'],
    ['cidr-block', '10.0.1.0/24'],
    ['state', 'available'],
    ['default-for-az', 'false'],
    ['subnet-id', 'subnet-*'],
    ['subnet-arn', 'arn:aws:ec2:eu-central-1:111111111111:subnet/*'],
  ])('is found by its %s', (Name, value) => {
    const { requester } = given();
    const { Subnet: made } = requester.CreateSubnet(subnet);
    const find = (Values: string[]) => requester.DescribeSubnets({ Filters: [{ Name, Values }] });
    expect(find([value]).Subnets).toEqual([made]);
    expect(find(['other']).Subnets).toEqual([]);
  });

  it('has its VPC’s default network ACL, which allows all both ways', () => {
    const { requester } = given();
    const id = requester.CreateSubnet(subnet).Subnet?.SubnetId ?? '';
    const Filters = [
      { Name: 'association.subnet-id', Values: [id] },
      { Name: 'default', Values: ['true'] },
    ];
    const [acl] = requester.DescribeNetworkAcls({ Filters }).NetworkAcls ?? [];
    expect(acl).toMatchObject({ VpcId: hubVpc, Associations: [{ SubnetId: id }] });
    expect(acl?.Entries).toEqual(
      [true, false].flatMap((Egress) => [
        { Egress, Protocol: '-1', CidrBlock: '0.0.0.0/0', RuleNumber: 100, RuleAction: 'allow' },
        { Egress, Protocol: '-1', CidrBlock: '0.0.0.0/0', RuleNumber: 32767, RuleAction: 'deny' },
      ]),
    );
    expect(() =>
      requester.DescribeNetworkAcls({ NetworkAclIds: ['acl-0f00000000000000f'] }),
    ).toThrow(error('InvalidNetworkAclID.NotFound'));
  });
});

describe('the world', () => {
  it('of the demonstration can be loaded', () => {
    const world = readWorld('local/world.yml');
    const { state } = createEc2(world, defaultSettings);
    expect(Object.keys(state.snapshot())).toContain(world.hub);
  });

  it('has each id once', () => {
    const more = { [monitored]: [{ name: 'again', id: hubVpc, cidrs: ['10.9.0.0/16'] }] };
    expect(() => anEc2({ more })).toThrow(`the world has ${hubVpc} twice`);
  });

  it('has no instances', () => {
    const { requester } = given();
    const Filters = [{ Name: 'vpc-id', Values: [hubVpc] }];
    expect(requester.DescribeInstances({ Filters })).toEqual({ Reservations: [] });
    expect(() => requester.DescribeInstances({ InstanceIds: ['i-0f00000000000000f'] })).toThrow(
      error('InvalidInstanceID.NotFound'),
    );
  });

  it.each([
    ['eu-central-1', 17],
    ['cn-north-1', 2],
    ['us-gov-west-1', 2],
  ])('has, seen from %s, the %d Regions of its partition', (from, count) => {
    const { as } = given();
    const names = as(hub, from)
      .DescribeRegions({})
      .Regions?.map((one) => one.RegionName);
    expect(names).toContain(from);
    expect(names).toHaveLength(count);
  });

  it('has no Region that AWS has not', () => {
    const { requester } = given();
    expect(requester.DescribeRegions({ RegionNames: ['eu-west-1'] }).Regions).toHaveLength(1);
    expect(() => requester.DescribeRegions({ RegionNames: ['eu-west-9'] })).toThrow(
      error('InvalidParameterValue', 'eu-west-9'),
    );
  });

  it('can be compared as a whole or by account, however the calls came', () => {
    const run = (first: string, then: string) => {
      const ec2 = given();
      for (const account of [first, then]) {
        const VpcId = account === hub ? hubVpc : monitoredVpc;
        const { GroupId } = ec2
          .as(account)
          .CreateSecurityGroup({ GroupName: 'x', Description: 'x', VpcId });
        ec2.as(account).AuthorizeSecurityGroupIngress({
          GroupId,
          IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
        });
      }
      active(ec2);
      return ec2.state;
    };
    const state = run(hub, monitored);
    jest.advanceTimersByTime(1234);
    expect(run(monitored, hub).snapshot()).toEqual(state.snapshot());
    expect(state.snapshot(hub)).toEqual({ [hub]: state.snapshot()[hub] });
    expect(JSON.parse(JSON.stringify(state.snapshot()))).toEqual(state.snapshot());
    expect(state.snapshot()[monitored]?.['eu-central-1']?.peerings).toMatchObject([
      { Status: { Code: 'active' } },
    ]);
  });
});
