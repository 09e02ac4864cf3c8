import {
  AuthorizeSecurityGroupIngressCommand,
  type AuthorizeSecurityGroupIngressCommandInput,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  type SecurityGroup,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { handler, openSecurityGroups as open } from '../../functions/openSecurityGroups.ts';
import { ec2In } from '../../shared/clients.ts';
import type { NetworkPlan, Peering } from '../../shared/execution.ts';
import {
  accountId,
  aHubSide,
  aNetworkPlan,
  anAwsError,
  aPeering,
  aRule,
  executionName,
  groupId,
  hubAccountId,
  hubCidr,
  ourTags,
  ping,
  vpcId,
  zabbixAgent,
} from '../builders.ts';
import { callsTo, changesIn, ec2 } from '../shared/recordedAws.ts';
import 'aws-sdk-client-mock-jest';

const openSecurityGroups = (
  parts: Partial<NetworkPlan> = {},
  peering: Peering = aPeering({ outcome: 'already' }),
) =>
  handler(
    { executionName, plan: { network: aNetworkPlan(parts) }, peering },
    { functionName: 'openSecurityGroups' },
  );

const given = (groups: SecurityGroup[], rules: SecurityGroupRule[] = []) => {
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: groups });
  ec2.on(DescribeSecurityGroupRulesCommand).resolves({ SecurityGroupRules: rules });
  ec2.on(CreateSecurityGroupCommand).resolves({ GroupId: groupId });
  ec2.on(AuthorizeSecurityGroupIngressCommand).resolves({ Return: true });
};

const ownGroup = { GroupId: groupId, GroupName: 'sightline-monitoring', Tags: ourTags('group') };
const asOnboardingRole = { by: 'SightlineOnboarding', in: 'eu-central-1' };
const ruleTags = [
  { ResourceType: 'security-group-rule', Tags: ourTags('sightline from the hub') },
] as const;

const marked = expect.objectContaining({
  Filters: [{ Name: 'tag:sightline:onboarding', Values: [`${accountId}/${vpcId}`] }],
});

describe('where the plan names no security group', () => {
  it('makes one with tags, opens it for the hub, and says that it is to be attached', async () => {
    given([]);
    await expect(openSecurityGroups()).resolves.toEqual({
      groups: [{ groupId, name: 'sightline-monitoring', outcome: 'created' }],
      rules: [{ groupId, cidr: hubCidr, port: zabbixAgent, outcome: 'created' }],
      toAttach: groupId,
      did: `made sightline-monitoring; opened tcp/10050 in ${groupId}`,
    });
    expect(await callsTo(ec2)).toEqual([
      {
        ...asOnboardingRole,
        command: 'DescribeSecurityGroups',
        input: {
          Filters: [
            { Name: 'vpc-id', Values: [vpcId] },
            { Name: 'group-name', Values: ['sightline-monitoring'] },
          ],
        },
      },
      {
        ...asOnboardingRole,
        command: 'CreateSecurityGroup',
        input: {
          VpcId: vpcId,
          GroupName: 'sightline-monitoring',
          Description: `Lets the monitoring servers of account ${hubAccountId} in`,
          TagSpecifications: [
            { ResourceType: 'security-group', Tags: ourTags('sightline-monitoring') },
          ],
        },
      },
      {
        ...asOnboardingRole,
        command: 'AuthorizeSecurityGroupIngress',
        input: {
          GroupId: groupId,
          IpPermissions: [
            {
              IpProtocol: 'tcp',
              FromPort: 10050,
              ToPort: 10050,
              IpRanges: [{ CidrIp: hubCidr, Description: 'sightline: zabbix-agent from the hub' }],
            },
          ],
          TagSpecifications: ruleTags,
        },
      },
      { ...asOnboardingRole, command: 'DescribeSecurityGroupRules', input: marked },
      { by: 'hub', in: 'eu-central-1', command: 'DescribeSecurityGroupRules', input: marked },
    ]);
  });

  it('finds the group that it made earlier, which is still to be attached', async () => {
    given([ownGroup], [aRule()]);
    await expect(openSecurityGroups()).resolves.toEqual({
      groups: [{ groupId, name: 'sightline-monitoring', outcome: 'already' }],
      rules: [{ groupId, cidr: hubCidr, port: zabbixAgent, outcome: 'already' }],
      toAttach: groupId,
      did: '1 already so',
    });
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('refuses a group of that name which Sightline did not make, and changes nothing', async () => {
    given([{ ...ownGroup, Tags: [] }]);
    await expect(openSecurityGroups()).rejects.toMatchObject({
      name: 'SecurityGroupConflict',
      message: expect.stringContaining(
        `VPC ${vpcId} already has a security group sightline-monitoring (${groupId})`,
      ),
    });
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('finds everything in place when it runs a second time', async () => {
    const groups: SecurityGroup[] = [];
    const rules: SecurityGroupRule[] = [];
    given(groups, rules);
    ec2.on(CreateSecurityGroupCommand).callsFake(() => {
      groups.push(ownGroup);
      return { GroupId: groupId };
    });
    ec2
      .on(AuthorizeSecurityGroupIngressCommand)
      .callsFake(({ IpPermissions: [one] = [] }: AuthorizeSecurityGroupIngressCommandInput) => {
        rules.push(aRule({ IpProtocol: one?.IpProtocol, CidrIpv4: one?.IpRanges?.[0]?.CidrIp }));
        return { Return: true };
      });
    await openSecurityGroups();
    await expect(openSecurityGroups()).resolves.toMatchObject({ did: '1 already so' });
    expect(await changesIn(ec2)).toHaveLength(2);
  });
});

// Preflight has looked: the group is looked for once more only where EC2 has one of that name.
describe('where Preflight has seen no group of Sightline’s own', () => {
  const isGroupMissing = true;
  const commands = async () => (await callsTo(ec2)).map(({ command }) => command);
  const exists = anAwsError('InvalidGroup.Duplicate');

  it('makes it at once, and opens it', async () => {
    given([]);
    await expect(
      openSecurityGroups({ isGroupMissing }, aPeering({ outcome: 'created' })),
    ).resolves.toMatchObject({
      groups: [{ groupId, outcome: 'created' }],
      rules: [{ groupId, outcome: 'created' }],
      toAttach: groupId,
    });
    expect(await commands()).toEqual(['CreateSecurityGroup', 'AuthorizeSecurityGroupIngress']);
  });

  it('opens its own that an earlier try has left without a rule', async () => {
    given([ownGroup]);
    ec2.on(CreateSecurityGroupCommand).rejects(exists);
    await expect(openSecurityGroups({ isGroupMissing })).resolves.toMatchObject({
      groups: [{ groupId, outcome: 'already' }],
      rules: [{ groupId, outcome: 'created' }],
      toAttach: groupId,
      did: `opened tcp/10050 in ${groupId}`,
    });
    expect((await commands()).slice(0, 4)).toEqual([
      'CreateSecurityGroup',
      'DescribeSecurityGroups',
      'DescribeSecurityGroupRules',
      'AuthorizeSecurityGroupIngress',
    ]);
  });

  it('leaves its own as it is that an earlier try has opened', async () => {
    given([ownGroup], [aRule()]);
    ec2.on(CreateSecurityGroupCommand).rejects(exists);
    await expect(openSecurityGroups({ isGroupMissing })).resolves.toMatchObject({
      did: '1 already so',
    });
    expect(ec2).not.toHaveReceivedCommand(AuthorizeSecurityGroupIngressCommand);
  });

  it('refuses what somebody has made meanwhile under that name, and leaves it', async () => {
    given([{ ...ownGroup, Tags: [] }]);
    ec2.on(CreateSecurityGroupCommand).rejects(exists);
    await expect(openSecurityGroups({ isGroupMissing })).rejects.toMatchObject({
      name: 'SecurityGroupConflict',
    });
    expect(ec2).not.toHaveReceivedCommand(AuthorizeSecurityGroupIngressCommand);
  });

  // The state machine tries again what EC2 will show in a moment.
  it('passes on that it is there where EC2 does not show it yet', async () => {
    given([]);
    ec2.on(CreateSecurityGroupCommand).rejects(exists);
    await expect(openSecurityGroups({ isGroupMissing })).rejects.toBe(exists);
  });

  it.each(['SecurityGroupLimitExceeded', 'UnauthorizedOperation', 'InvalidPermission.Duplicate'])(
    'passes on why else it could not be made, and looks no further: %s',
    async (name) => {
      const error = anAwsError(name);
      given([ownGroup]);
      ec2.on(CreateSecurityGroupCommand).rejects(error);
      await expect(openSecurityGroups({ isGroupMissing })).rejects.toBe(error);
      expect(await commands()).toEqual(['CreateSecurityGroup']);
    },
  );
});

it('does not try a second time what EC2 has refused after a look', async () => {
  const exists = anAwsError('InvalidGroup.Duplicate');
  given([]);
  ec2.on(CreateSecurityGroupCommand).rejects(exists);
  await expect(openSecurityGroups()).rejects.toBe(exists);
  expect(ec2).toHaveReceivedCommandTimes(CreateSecurityGroupCommand, 1);
});

describe('where the plan names security groups', () => {
  const second = 'sg-0f777777777777777';

  it('adds to each, in one call, the rules that it lacks', async () => {
    given([], [aRule(), aRule({ GroupId: second, IpProtocol: 'udp' })]);
    const chosen = {
      securityGroupIds: [groupId, second],
      ports: [zabbixAgent, ping],
      sources: [hubCidr, '2001:db8::/56'],
    };
    const result = await openSecurityGroups(chosen);
    expect(result.groups).toEqual([
      { groupId, name: groupId, outcome: 'already' },
      { groupId: second, name: second, outcome: 'already' },
    ]);
    expect(result).not.toHaveProperty('toAttach');
    expect(
      result.rules.map(({ groupId, port, cidr, outcome }) => [groupId, port.name, cidr, outcome]),
    ).toEqual([
      [groupId, 'zabbix-agent', hubCidr, 'already'],
      [groupId, 'zabbix-agent', '2001:db8::/56', 'created'],
      [groupId, 'ping', hubCidr, 'created'],
      [second, 'zabbix-agent', hubCidr, 'created'],
      [second, 'zabbix-agent', '2001:db8::/56', 'created'],
      [second, 'ping', hubCidr, 'created'],
    ]);
    const changes = await changesIn(ec2);
    expect(changes.map(({ command }) => command)).toEqual([
      'AuthorizeSecurityGroupIngress',
      'AuthorizeSecurityGroupIngress',
    ]);
    const Description = 'sightline: zabbix-agent from the hub';
    expect(changes[0]?.input).toMatchObject({
      GroupId: groupId,
      IpPermissions: [
        { IpProtocol: 'tcp', Ipv6Ranges: [{ CidrIpv6: '2001:db8::/56', Description }] },
        { IpProtocol: 'icmp', FromPort: 8, ToPort: -1 },
      ],
    });
    expect(changes[0]?.input).not.toHaveProperty('IpPermissions.0.IpRanges');
    expect(changes[1]?.input).toMatchObject({
      GroupId: second,
      IpPermissions: [{ IpRanges: [{ CidrIp: hubCidr, Description }] }, {}],
    });
  });

  it('makes no group and adds no rule where all of them are there', async () => {
    given([], [aRule({ Description: 'made by hand' })]);
    await expect(openSecurityGroups({ securityGroupIds: [groupId] })).resolves.toMatchObject({
      did: '1 already so',
    });
    expect(await changesIn(ec2)).toEqual([]);
    expect(ec2).not.toHaveReceivedCommand(DescribeSecurityGroupsCommand);
  });

  it('lets in just the sources of the plan, not all of the hub', async () => {
    given([], [aRule()]);
    const sources = ['10.0.1.0/24', '2001:db8:0:1::/64'];
    const hub = aHubSide({ cidrs: [hubCidr, '2001:db8::/56'] });
    const { rules } = await openSecurityGroups({ securityGroupIds: [groupId], hub, sources });
    expect(rules.map(({ cidr, outcome }) => [cidr, outcome])).toEqual([
      ['10.0.1.0/24', 'created'],
      ['2001:db8:0:1::/64', 'created'],
    ]);
    expect(await changesIn(ec2)).toMatchObject([
      {
        command: 'AuthorizeSecurityGroupIngress',
        input: {
          IpPermissions: [
            {
              IpRanges: [{ CidrIp: '10.0.1.0/24' }],
              Ipv6Ranges: [{ CidrIpv6: '2001:db8:0:1::/64' }],
            },
          ],
        },
      },
    ]);
  });

  it('takes a rule that lets in all of the hub for another one than that of a source', async () => {
    given([], [aRule(), aRule({ CidrIpv4: '10.0.1.0/24' })]);
    const chosen = { securityGroupIds: [groupId], sources: ['10.0.1.0/24'] };
    await expect(openSecurityGroups(chosen)).resolves.toMatchObject({ did: '1 already so' });
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('does not count a rule of another group', async () => {
    given([], [aRule({ GroupId: second })]);
    await openSecurityGroups({ securityGroupIds: [groupId] });
    expect(ec2).toHaveReceivedCommandTimes(AuthorizeSecurityGroupIngressCommand, 1);
  });

  it('counts a rule on the second page of rules', async () => {
    ec2
      .on(DescribeSecurityGroupRulesCommand)
      .resolvesOnce({ SecurityGroupRules: [], NextToken: 'page 2' })
      .resolvesOnce({ SecurityGroupRules: [aRule()] })
      .resolves({ SecurityGroupRules: [] });
    await expect(openSecurityGroups({ securityGroupIds: [groupId] })).resolves.toMatchObject({
      did: '1 already so',
    });
  });
});

describe('rules by reference to a security group of the hub', () => {
  const servers = 'sg-0a111111111111111';
  const referring = {
    ...aRule({ ReferencedGroupInfo: { GroupId: servers } }),
    CidrIpv4: undefined,
  };

  it('name the group and the account that owns it', async () => {
    given([], []);
    const chosen = { securityGroupIds: [groupId], sources: [servers] };
    await expect(openSecurityGroups(chosen)).resolves.toMatchObject({
      rules: [{ groupId, cidr: servers, outcome: 'created' }],
    });
    const Description = 'sightline: zabbix-agent from the hub';
    expect(await changesIn(ec2)).toMatchObject([
      {
        input: {
          IpPermissions: [
            { UserIdGroupPairs: [{ UserId: hubAccountId, GroupId: servers, Description }] },
          ],
        },
      },
    ]);
  });

  it('are found where they are there', async () => {
    given([], [referring as SecurityGroupRule]);
    const chosen = { securityGroupIds: [groupId], sources: [servers] };
    await expect(openSecurityGroups(chosen)).resolves.toMatchObject({ did: '1 already so' });
    expect(await changesIn(ec2)).toEqual([]);
  });
});

const trap = { name: 'snmp-trap', protocol: 'udp', from: 162, to: 162, towards: 'hub' } as const;

describe('for agents that call in', () => {
  const hubGroupId = 'sg-0a111111111111111';
  const inHub = { securityGroupIds: [hubGroupId], ports: [trap], sources: ['10.20.0.0/16'] };

  it('opens the hub’s own group from the monitored blocks, as the hub, with marked rules', async () => {
    given([]);
    await expect(openSecurityGroups({ ports: [], inHub })).resolves.toEqual({
      groups: [],
      rules: [],
      inHub: {
        groups: [{ groupId: hubGroupId, name: hubGroupId, outcome: 'already' }],
        rules: [{ groupId: hubGroupId, cidr: '10.20.0.0/16', port: trap, outcome: 'created' }],
      },
      did: `opened udp/162 in ${hubGroupId}`,
    });
    const from = `${accountId}/${vpcId}`;
    expect(await changesIn(ec2)).toEqual([
      {
        by: 'hub',
        in: 'eu-central-1',
        command: 'AuthorizeSecurityGroupIngress',
        input: {
          GroupId: hubGroupId,
          IpPermissions: [
            {
              IpProtocol: 'udp',
              FromPort: 162,
              ToPort: 162,
              IpRanges: [
                { CidrIp: '10.20.0.0/16', Description: `sightline: snmp-trap from ${from}` },
              ],
            },
          ],
          TagSpecifications: [
            { ResourceType: 'security-group-rule', Tags: ourTags(`sightline from ${from}`) },
          ],
        },
      },
    ]);
  });

  it('opens both sides, the monitored account first', async () => {
    given([]);
    await openSecurityGroups({ securityGroupIds: [groupId], inHub });
    expect((await changesIn(ec2)).map(({ by }) => by)).toEqual(['SightlineOnboarding', 'hub']);
  });
});

describe('where there is no room for all that is missing', () => {
  const second = 'sg-0f777777777777777';
  const held = (count: number, parts: Partial<SecurityGroupRule> = {}) =>
    Array.from({ length: count }, (_, index) =>
      aRule({ FromPort: index, ToPort: index, ...parts }),
    );
  const refused = (message: string) => ({
    name: 'SecurityGroupFull',
    message: expect.stringContaining(message),
  });

  it('adds no rule to any group, and says which one is full', async () => {
    given([], held(60, { GroupId: second }));
    await expect(openSecurityGroups({ securityGroupIds: [groupId, second] })).rejects.toMatchObject(
      refused(`${second} holds 60 of 60 IPv4 rules and lacks 1. No rule was added to any group.`),
    );
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('makes no group of its own that could not hold them', async () => {
    given([]);
    const sources = Array.from({ length: 61 }, (_, index) => `10.0.${index}.0/24`);
    await expect(openSecurityGroups({ sources })).rejects.toMatchObject(
      refused('a new group holds 0 of 60 IPv4 rules and lacks 61'),
    );
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('adds none in the monitored account where the hub’s group is full', async () => {
    const hubGroupId = 'sg-0a111111111111111';
    const ports = [{ ...zabbixAgent, towards: 'hub' as const }];
    const inHub = { securityGroupIds: [hubGroupId], ports, sources: ['10.20.0.0/16'] };
    given([], held(60, { GroupId: hubGroupId }));
    await expect(openSecurityGroups({ securityGroupIds: [groupId], inHub })).rejects.toMatchObject(
      refused(hubGroupId),
    );
    expect(await changesIn(ec2)).toEqual([]);
  });

  it.each([
    ['there is room for just one more', held(59), {}],
    [
      'the other family has no room',
      held(60, { CidrIpv4: undefined as never, CidrIpv6: '::/0' }),
      {},
    ],
    ['outbound rules are many', held(60, { IsEgress: true }), {}],
    ['the quota is known to be higher', held(60), { rulesPerSecurityGroup: 100 }],
    ['more rules than the default show that it is higher', held(61), {}],
  ] as const)('adds them where %s', async (_, rules, more) => {
    given([], [...rules]);
    await openSecurityGroups({ securityGroupIds: [groupId], ...more });
    expect(ec2).toHaveReceivedCommandTimes(AuthorizeSecurityGroupIngressCommand, 1);
  });

  it('goes by a quota that is known to be lower', async () => {
    given([], held(10));
    await expect(
      openSecurityGroups({ securityGroupIds: [groupId], rulesPerSecurityGroup: 10 }),
    ).rejects.toMatchObject(refused('holds 10 of 10 IPv4 rules and lacks 1'));
  });

  it('counts a rule that names a group for both families', async () => {
    given([], held(60, { CidrIpv4: undefined as never, ReferencedGroupInfo: { GroupId: 'sg-1' } }));
    const chosen = { securityGroupIds: [groupId], sources: ['2001:db8::/56'] };
    await expect(openSecurityGroups(chosen)).rejects.toMatchObject(
      refused('holds 60 of 60 IPv6 rules and lacks 1'),
    );
  });
});

it('tells of marked rules that nothing asks for any more, and leaves them', async () => {
  const rule = aRule({ SecurityGroupRuleId: 'sgr-9', FromPort: 9100, ToPort: 9100 });
  given([ownGroup], [aRule(), { ...rule, GroupOwnerId: accountId }]);
  await expect(openSecurityGroups()).resolves.toMatchObject({
    superfluous: [{ accountId, groupId, ruleId: 'sgr-9', port: 'tcp/9100', source: hubCidr }],
    did: '1 already so',
  });
  expect(await changesIn(ec2)).toEqual([]);
});

const marks = async () =>
  (await callsTo(ec2))
    .filter(({ input }) => JSON.stringify(input).includes('tag:sightline:onboarding'))
    .map(({ by, command }) => `${by}: ${command}`);

// Without a peering no earlier onboarding got as far as the rules.
it('does not look for marked rules where the peering has just been requested', async () => {
  const rule = aRule({ SecurityGroupRuleId: 'sgr-9', FromPort: 9100, ToPort: 9100 });
  given([ownGroup], [aRule(), { ...rule, GroupOwnerId: accountId }]);
  const { superfluous, did } = await openSecurityGroups({}, aPeering({ outcome: 'created' }));
  expect(superfluous).toBeUndefined();
  expect(did).toBe('1 already so');
  expect(await marks()).toEqual([]);
});

it('looks for them on both sides where the peering was there', async () => {
  given([ownGroup], [aRule()]);
  await openSecurityGroups();
  expect(await marks()).toEqual([
    'SightlineOnboarding: DescribeSecurityGroupRules',
    'hub: DescribeSecurityGroupRules',
  ]);
});

it.each([
  ['a block that is not the hub’s', { CidrIpv4: '10.99.0.0/16' }],
  [
    'a group of another account',
    { ReferencedGroupInfo: { GroupId: 'sg-1', UserId: '888888888888' } },
  ],
])('does not call superfluous what may be another hub’s: %s', async (_, source) => {
  const { CidrIpv4: __, ...rule } = aRule({ SecurityGroupRuleId: 'sgr-9', FromPort: 9100 });
  given([ownGroup], [aRule(), { ...rule, GroupOwnerId: accountId, ...source }]);
  const { superfluous } = await openSecurityGroups();
  expect(superfluous).toBeUndefined();
});

describe('a marked rule of a group of the hub', () => {
  const [opened, another] = ['sg-0aaaaaaaaaaaaaaa1', 'sg-0aaaaaaaaaaaaaaa2'];
  const inHub = { securityGroupIds: [opened], ports: [trap], sources: ['10.20.0.0/16'] };
  const tellOf = async (GroupId: string, isOnlyVpc: boolean) => {
    const rule = aRule({ GroupId, GroupOwnerId: hubAccountId, CidrIpv4: '10.20.0.0/16' });
    given([ownGroup], [{ ...rule, SecurityGroupRuleId: 'sgr-9', FromPort: 9100, ToPort: 9100 }]);
    const clients = { hub: ec2In('eu-central-1'), monitored: ec2In('eu-central-1') };
    const network = aNetworkPlan({ ports: [], inHub });
    const { superfluous = [] } = await open(clients, network, { isFresh: false, isOnlyVpc });
    return superfluous.map(({ groupId: id, ruleId }) => `${ruleId} in ${id}`);
  };

  it.each([
    ['of one that is opened', opened, false],
    ['of another one, where the hub has no other VPC', another, true],
  ])('is told where nothing asks for it any more: %s', async (_, group, isOnlyVpc) => {
    expect(await tellOf(group, isOnlyVpc)).toEqual([`sgr-9 in ${group}`]);
  });

  it('is not called superfluous where another VPC of the hub may have it for the same account', async () => {
    expect(await tellOf(another, false)).toEqual([]);
  });
});

it('passes on that a group is full', async () => {
  given([ownGroup]);
  ec2
    .on(AuthorizeSecurityGroupIngressCommand)
    .rejects(anAwsError('RulesPerSecurityGroupLimitExceeded'));
  await expect(openSecurityGroups()).rejects.toMatchObject({
    name: 'RulesPerSecurityGroupLimitExceeded',
  });
});
