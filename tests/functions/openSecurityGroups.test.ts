import {
  AuthorizeSecurityGroupIngressCommand,
  type AuthorizeSecurityGroupIngressCommandInput,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  type SecurityGroup,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { handler } from '../../functions/openSecurityGroups.ts';
import type { NetworkPlan } from '../../shared/execution.ts';
import {
  aHubSide,
  aNetworkPlan,
  anAwsError,
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

const openSecurityGroups = (parts: Partial<NetworkPlan> = {}) =>
  handler(
    { executionName, plan: { network: aNetworkPlan(parts) } },
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
        command: 'DescribeSecurityGroupRules',
        input: expect.objectContaining({ Filters: [{ Name: 'group-id', Values: [groupId] }] }),
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
      .resolvesOnce({ SecurityGroupRules: [aRule()] });
    await expect(openSecurityGroups({ securityGroupIds: [groupId] })).resolves.toMatchObject({
      did: '1 already so',
    });
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
