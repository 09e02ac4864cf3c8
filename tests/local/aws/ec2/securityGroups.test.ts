import type { IpPermission } from '@aws-sdk/client-ec2';
import {
  active,
  anEc2,
  type Client,
  error,
  hub,
  hubVpc,
  monitored,
  monitoredVpc,
  requested,
} from './anEc2.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const group = 'sg-0bbbbbbbbbbbbbbbb';
const hubGroup = 'sg-0aaaaaaaaaaaaaaaa';

const given = (parts: Parameters<typeof anEc2>[0] = {}) => {
  const ec2 = anEc2({
    hubVpc: { securityGroups: [{ name: 'zabbix', id: hubGroup }] },
    ...parts,
    monitoredVpc: { securityGroups: [{ name: 'app', id: group }], ...parts.monitoredVpc },
  });
  return { ...ec2, requester: ec2.as(hub), accepter: ec2.as(monitored) };
};

const agent = (CidrIp = '10.0.0.0/16', more = {}): IpPermission => ({
  IpProtocol: 'tcp',
  FromPort: 10050,
  ToPort: 10050,
  IpRanges: [{ CidrIp, ...more }],
});

const allow = (client: Client, ...IpPermissions: IpPermission[]) =>
  client.AuthorizeSecurityGroupIngress({ GroupId: group, IpPermissions });
const ingressOf = (client: Client, id = group) =>
  client.DescribeSecurityGroups({ GroupIds: [id] }).SecurityGroups?.[0]?.IpPermissions;
const rulesOf = (client: Client) =>
  client
    .DescribeSecurityGroupRules({ Filters: [{ Name: 'group-id', Values: [group] }] })
    .SecurityGroupRules?.filter(({ IsEgress }) => !IsEgress) ?? [];

describe('a security group', () => {
  it('is made with a rule that lets everything out and none that lets anything in', () => {
    const { accepter } = given();
    const made = accepter.CreateSecurityGroup({
      GroupName: 'monitoring',
      Description: 'Let the monitoring in',
      VpcId: monitoredVpc,
      TagSpecifications: [{ ResourceType: 'security-group', Tags: [{ Key: 'a', Value: 'b' }] }],
    });
    expect(made.GroupId).toMatch(/^sg-[0-9a-f]{17}$/);
    const [found] =
      accepter.DescribeSecurityGroups({ GroupIds: [made.GroupId ?? ''] }).SecurityGroups ?? [];
    expect(found).toMatchObject({
      GroupName: 'monitoring',
      Description: 'Let the monitoring in',
      OwnerId: monitored,
      IpPermissions: [],
      IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    expect(found?.IpPermissionsEgress?.[0]).not.toHaveProperty('FromPort');
  });

  it.each([
    ['a name that is taken in the VPC', { GroupName: 'app' }, 'InvalidGroup.Duplicate'],
    ['the name default', { GroupName: 'default' }, 'InvalidParameterValue'],
    ['a name like an id', { GroupName: 'sg-x' }, 'InvalidParameterValue'],
    ['an apostrophe in its description', { Description: "AWS's" }, 'InvalidParameterValue'],
    ['an unknown VPC', { VpcId: 'vpc-0f00000000000000f' }, 'InvalidVpcID.NotFound'],
    ['no VPC, where the account has no default VPC', { VpcId: undefined }, 'VPCIdNotSpecified'],
  ])('is not made with %s', (_what, member, name) => {
    expect(() =>
      given().accepter.CreateSecurityGroup({
        GroupName: 'new',
        Description: 'new',
        VpcId: monitoredVpc,
        ...member,
      }),
    ).toThrow(error(name));
  });

  it('named default comes with every VPC and lets in what is in it', () => {
    const { accepter } = given();
    const [found] =
      accepter.DescribeSecurityGroups({
        Filters: [{ Name: 'group-name', Values: ['default'] }],
      }).SecurityGroups ?? [];
    expect(found?.IpPermissions).toEqual([
      {
        IpProtocol: '-1',
        IpRanges: [],
        Ipv6Ranges: [],
        PrefixListIds: [],
        UserIdGroupPairs: [{ GroupId: found?.GroupId, UserId: monitored }],
      },
    ]);
    expect(() => accepter.DeleteSecurityGroup({ GroupId: found?.GroupId })).toThrow(
      error('CannotDelete'),
    );
  });

  it('is deleted with its rules, unless another group of the VPC names it', () => {
    const { accepter } = given();
    const { GroupId } = accepter.CreateSecurityGroup({
      GroupName: 'x',
      Description: 'x',
      VpcId: monitoredVpc,
    });
    allow(accepter, { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] });
    expect(() => accepter.DeleteSecurityGroup({ GroupId })).toThrow(error('DependencyViolation'));
    accepter.DeleteSecurityGroup({ GroupId: group });
    accepter.DeleteSecurityGroup({ GroupId });
    expect(() => ingressOf(accepter, GroupId)).toThrow(error('InvalidGroup.NotFound'));
    expect(rulesOf(accepter)).toEqual([]);
  });

  it('that does not exist, is not the caller’s or is malformed has its own error', () => {
    const { accepter, requester } = given();
    expect(() => ingressOf(accepter, 'sg-0f00000000000000f')).toThrow(
      error('InvalidGroup.NotFound'),
    );
    expect(() => allow(requester, agent())).toThrow(error('InvalidGroup.NotFound'));
    expect(() => ingressOf(accepter, 'app')).toThrow(error('InvalidGroupId.Malformed'));
  });
});

describe('an inbound rule', () => {
  it('has an id, its own tags and a description, and is answered as made', () => {
    const { accepter } = given();
    const made = accepter.AuthorizeSecurityGroupIngress({
      GroupId: group,
      IpPermissions: [agent('10.0.0.0/16', { Description: 'Zabbix agent' })],
      TagSpecifications: [
        { ResourceType: 'security-group-rule', Tags: [{ Key: 'Name', Value: 'zabbix' }] },
      ],
    });
    expect(made).toEqual({ Return: true, SecurityGroupRules: rulesOf(accepter) });
    expect(rulesOf(accepter)).toEqual([
      {
        SecurityGroupRuleId: expect.stringMatching(/^sgr-[0-9a-f]{17}$/),
        SecurityGroupRuleArn: expect.stringMatching(
          /^arn:aws:ec2:eu-central-1:222222222222:security-group-rule\/sgr-/,
        ),
        GroupId: group,
        GroupOwnerId: monitored,
        IsEgress: false,
        IpProtocol: 'tcp',
        FromPort: 10050,
        ToPort: 10050,
        CidrIpv4: '10.0.0.0/16',
        Description: 'Zabbix agent',
        Tags: [{ Key: 'Name', Value: 'zabbix' }],
      },
    ]);
  });

  it('is shown together with those of the same protocol and ports', () => {
    const { accepter } = given();
    allow(accepter, agent('10.0.0.0/16', { Description: 'hub' }));
    allow(accepter, { ...agent('10.1.0.0/16'), Ipv6Ranges: [{ CidrIpv6: '2001:db8::/48' }] });
    expect(ingressOf(accepter)).toEqual([
      {
        IpProtocol: 'tcp',
        FromPort: 10050,
        ToPort: 10050,
        IpRanges: [{ CidrIp: '10.0.0.0/16', Description: 'hub' }, { CidrIp: '10.1.0.0/16' }],
        Ipv6Ranges: [{ CidrIpv6: '2001:db8::/48' }],
        UserIdGroupPairs: [],
        PrefixListIds: [],
      },
    ]);
    expect(new Set(rulesOf(accepter).map((rule) => rule.SecurityGroupRuleId)).size).toBe(3);
  });

  it.each([
    ['as it was', agent()],
    ['with another description', agent('10.0.0.0/16', { Description: 'other' })],
    ['with host bits', agent('10.0.5.5/16')],
    ['with its protocol as a number', { ...agent(), IpProtocol: '6' }],
  ])('made again %s is a duplicate', (_how, again) => {
    const { accepter } = given();
    allow(accepter, agent('10.0.0.0/16', { Description: 'first' }));
    expect(() => allow(accepter, again)).toThrow(
      error(
        'InvalidPermission.Duplicate',
        'peer: 10.0.0.0/16, TCP, from port: 10050, to port: 10050, ALLOW',
      ),
    );
  });

  it('comes with all the others of its call or not at all', () => {
    const { accepter } = given();
    allow(accepter, agent());
    expect(() => allow(accepter, agent('10.7.0.0/16'), agent())).toThrow(
      error('InvalidPermission.Duplicate'),
    );
    expect(rulesOf(accepter)).toHaveLength(1);
    expect(() => allow(accepter, agent('10.8.0.0/16'), agent('10.8.0.0/16'))).toThrow(
      error('InvalidParameterValue', 'must not appear multiple times'),
    );
    expect(rulesOf(accepter)).toHaveLength(1);
  });

  it('finds no room in a full group, each address family by itself', () => {
    const { accepter } = given({ quotas: { rulesPerSecurityGroup: 2 } });
    allow(accepter, agent('10.1.0.0/16'), agent('10.2.0.0/16'));
    const full = error('RulesPerSecurityGroupLimitExceeded');
    expect(() => allow(accepter, agent('10.3.0.0/16'))).toThrow(full);
    const ipv6 = (CidrIpv6: string) => ({ IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6 }] });
    allow(accepter, ipv6('2001:db8:1::/48'), ipv6('2001:db8:2::/48'));
    expect(() => allow(accepter, ipv6('2001:db8:3::/48'))).toThrow(full);
    expect(rulesOf(accepter)).toHaveLength(4);
  });

  it('that names a group takes room from both address families', () => {
    const { accepter } = given({ quotas: { rulesPerSecurityGroup: 1 } });
    allow(accepter, { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: group }] });
    const full = error('RulesPerSecurityGroupLimitExceeded');
    expect(() => allow(accepter, agent())).toThrow(full);
    expect(() => allow(accepter, { IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: '::/0' }] })).toThrow(
      full,
    );
  });

  it('needs a source', () => {
    const { accepter } = given();
    const missing = error('MissingParameter');
    expect(() => allow(accepter)).toThrow(missing);
    expect(() => allow(accepter, { ...agent(), IpRanges: [] })).toThrow(missing);
  });

  it.each([
    ['all protocols', { IpProtocol: '-1', FromPort: 1, ToPort: 2 }, ['-1', -1, -1]],
    ['ping', { IpProtocol: 'icmp', FromPort: 8, ToPort: -1 }, ['icmp', 8, -1]],
    ['all of icmpv6', { IpProtocol: 'icmpv6' }, ['icmpv6', -1, -1]],
    ['SNMP', { IpProtocol: 'udp', FromPort: 161, ToPort: 162 }, ['udp', 161, 162]],
  ])('is for %s', (_what, permission, expected) => {
    const { accepter } = given();
    allow(accepter, { ...permission, IpRanges: [{ CidrIp: '10.0.0.0/16' }] });
    const [rule] = rulesOf(accepter);
    expect([rule?.IpProtocol, rule?.FromPort, rule?.ToPort]).toEqual(expected);
  });

  it.each([
    ['tcp without ports', { IpProtocol: 'tcp' }],
    ['tcp ports in the wrong order', { IpProtocol: 'tcp', FromPort: 2, ToPort: 1 }],
    ['a port beyond 65535', { IpProtocol: 'udp', FromPort: 1, ToPort: 65536 }],
    ['icmp without type', { IpProtocol: 'icmp' }],
    ['an icmp code for all types', { IpProtocol: 'icmp', FromPort: -1, ToPort: 0 }],
    ['an unknown protocol', { IpProtocol: 'gre' }],
    ['a malformed block', { ...agent(), IpRanges: [{ CidrIp: '10.0.0.1' }] }],
    ['an IPv6 block among the IPv4 ones', { ...agent(), IpRanges: [{ CidrIp: '::/0' }] }],
    ['an apostrophe in its description', agent('10.0.0.0/16', { Description: "AWS's" })],
  ])('is not made with %s', (_what, permission) => {
    const { accepter } = given();
    expect(() => allow(accepter, { IpRanges: [{ CidrIp: '10.0.0.0/16' }], ...permission })).toThrow(
      error('InvalidParameterValue'),
    );
    expect(rulesOf(accepter)).toEqual([]);
  });

  it('can be asked for without IpPermissions', () => {
    const { accepter } = given();
    const rule = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '10.0.0.0/16' };
    accepter.AuthorizeSecurityGroupIngress({ GroupId: group, ...rule });
    expect(rulesOf(accepter)).toMatchObject([{ FromPort: 22, CidrIpv4: '10.0.0.0/16' }]);
    accepter.RevokeSecurityGroupIngress({ GroupId: group, ...rule });
    expect(rulesOf(accepter)).toEqual([]);
  });

  it('is refused where it needs what is not supported', () => {
    const { accepter } = given();
    expect(() =>
      accepter.AuthorizeSecurityGroupIngress({ GroupName: 'app', IpPermissions: [agent()] }),
    ).toThrow(error('NotImplemented', 'GroupName'));
  });

  it('can have a prefix list as its source', () => {
    const { accepter } = given();
    const source = { IpRanges: [], PrefixListIds: [{ PrefixListId: 'pl-0aaaaaaaaaaaaaaaa' }] };
    allow(accepter, { ...agent(), ...source });
    expect(rulesOf(accepter)).toMatchObject([{ PrefixListId: 'pl-0aaaaaaaaaaaaaaaa' }]);
    expect(ingressOf(accepter)).toMatchObject([source]);
    expect(() => allow(accepter, { ...agent(), ...source })).toThrow(
      error('InvalidPermission.Duplicate', 'pl-0aaaaaaaaaaaaaaaa'),
    );
  });

  it('is revoked by its id or by what it says', () => {
    const { accepter } = given();
    const made = allow(accepter, agent(), agent('10.1.0.0/16')).SecurityGroupRules ?? [];
    const id = made[0]?.SecurityGroupRuleId ?? '';
    accepter.CreateTags({ Resources: [id], Tags: [{ Key: 'a', Value: 'b' }] });
    const revoke = (input: object) =>
      accepter.RevokeSecurityGroupIngress({ GroupId: group, ...input });
    expect(revoke({ SecurityGroupRuleIds: [id] }).RevokedSecurityGroupRules).toMatchObject([
      { SecurityGroupRuleId: id, CidrIpv4: '10.0.0.0/16' },
    ]);
    revoke({ IpPermissions: [agent('10.1.0.0/16', { Description: 'whatever' })] });
    expect(rulesOf(accepter)).toEqual([]);
    expect(() => revoke({ SecurityGroupRuleIds: [id] })).toThrow(
      error('InvalidSecurityGroupRuleId.NotFound'),
    );
    expect(() => revoke({ IpPermissions: [agent()] })).toThrow(error('InvalidPermission.NotFound'));
    expect(
      accepter.DescribeTags({ Filters: [{ Name: 'resource-id', Values: [id] }] }).Tags,
    ).toEqual([]);
  });

  it('that is not there is merely reported in a default VPC', () => {
    const { accepter } = given({
      monitoredVpc: { default: true, securityGroups: [{ name: 'app', id: group }] },
    });
    const { UnknownIpPermissions } = accepter.RevokeSecurityGroupIngress({
      GroupId: group,
      IpPermissions: [agent()],
    });
    expect(UnknownIpPermissions).toMatchObject([agent()]);
  });
});

describe('a rule that names the hub’s group', () => {
  const fromHub = (pair = {}): IpPermission => ({
    IpProtocol: 'tcp',
    FromPort: 10050,
    ToPort: 10050,
    UserIdGroupPairs: [{ UserId: hub, GroupId: hubGroup, ...pair }],
  });

  it('is made over an active peering and turns stale with it', () => {
    const ec2 = given();
    const id = active(ec2);
    allow(ec2.accepter, fromHub({ Description: 'Zabbix' }));
    const reference = {
      UserId: hub,
      GroupId: hubGroup,
      VpcId: hubVpc,
      VpcPeeringConnectionId: id,
      PeeringStatus: 'active',
    };
    expect(ingressOf(ec2.accepter)).toMatchObject([
      { UserIdGroupPairs: [{ ...reference, Description: 'Zabbix' }] },
    ]);
    expect(rulesOf(ec2.accepter)).toMatchObject([{ ReferencedGroupInfo: reference }]);
    ec2.requester.DeleteVpcPeeringConnection({ VpcPeeringConnectionId: id });
    expect(rulesOf(ec2.accepter)).toMatchObject([
      { ReferencedGroupInfo: { PeeringStatus: 'deleted' } },
    ]);
  });

  it.each([
    ['before the peering is active', requested, {}, fromHub()],
    ['with another account’s id', active, {}, fromHub({ UserId: '888888888888' })],
    ['without the hub’s id', active, {}, fromHub({ UserId: undefined })],
    ['of a group that is not there', active, {}, fromHub({ GroupId: 'sg-0f00000000000000f' })],
  ])('is not made %s', (_when, peering, parts, permission) => {
    const ec2 = given(parts);
    peering(ec2);
    expect(() => allow(ec2.accepter, permission)).toThrow(error('InvalidGroup.NotFound'));
  });

  it('is not made from another Region', () => {
    const ec2 = given({ monitoredRegion: 'us-east-1' });
    const accepter = ec2.as(monitored, 'us-east-1');
    active({ ...ec2, accepter, peerRegion: 'us-east-1' });
    expect(() => allow(accepter, fromHub())).toThrow(error('InvalidGroup.NotFound'));
    expect(() => allow(accepter, agent())).not.toThrow();
  });
});

describe('the filters of a security group', () => {
  it.each([
    ['group-id', group],
    ['group-name', 'ap?'],
    ['description', 'made*'],
    ['vpc-id', monitoredVpc],
    ['owner-id', monitored],
    ['ip-permission.protocol', 'tcp'],
    ['ip-permission.from-port', '443'],
    ['ip-permission.to-port', '443'],
    ['ip-permission.cidr', '10.20.0.0/16'],
    ['ip-permission.ipv6-cidr', '2001:db8::/48'],
  ])('know it by its %s', (Name, value) => {
    const ports = { protocol: 'tcp', from: 443, to: 443 };
    const { accepter } = given({
      monitoredVpc: {
        securityGroups: [
          {
            name: 'app',
            id: group,
            ingress: [
              { ...ports, cidr: '10.20.0.0/16' },
              { ...ports, cidr: '2001:db8::/48' },
            ],
          },
        ],
      },
    });
    const found = accepter.DescribeSecurityGroups({ Filters: [{ Name, Values: [value] }] });
    expect(found.SecurityGroups?.map(({ GroupId }) => GroupId)).toContain(group);
  });

  it('know it by the groups that it lets in', () => {
    const ec2 = given();
    active(ec2);
    allow(ec2.accepter, {
      IpProtocol: '-1',
      UserIdGroupPairs: [{ UserId: hub, GroupId: hubGroup }],
    });
    const Filters = [
      { Name: 'ip-permission.group-id', Values: [hubGroup] },
      { Name: 'ip-permission.user-id', Values: [hub] },
    ];
    expect(ec2.accepter.DescribeSecurityGroups({ Filters }).SecurityGroups).toMatchObject([
      { GroupId: group },
    ]);
  });
});
