import assert from 'node:assert/strict';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  type Filter,
  type IpPermission,
  RevokeSecurityGroupIngressCommand,
  type Tag,
} from '@aws-sdk/client-ec2';
import { type Clients, hub, type World } from './aws.ts';
import { type Check, checks, refused, sorted, unique } from './check.ts';
import {
  activeIn,
  blocks,
  from,
  groupIn,
  inboundOf,
  pairIn,
  pendingIn,
  tcp,
  unknown,
  vpcIn,
} from './network.ts';

const authorize = ({ ec2 }: Clients, GroupId: string, ...IpPermissions: IpPermission[]) =>
  ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));

const authorizeTagged = ({ ec2 }: Clients, GroupId: string, rule: IpPermission, Tags: Tag[]) =>
  ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [rule],
      TagSpecifications: [{ ResourceType: 'security-group-rule', Tags }],
    }),
  );

const aGroup = async ({ hub }: World) => groupIn(hub, await vpcIn(hub, blocks.hub));

const groupsWhere = async ({ ec2 }: Clients, Filters: Filter[]) => {
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
  return SecurityGroups;
};

const rulesWhere = async ({ ec2 }: Clients, Filters: Filter[]) => {
  const { SecurityGroupRules = [] } = await ec2.send(
    new DescribeSecurityGroupRulesCommand({ Filters }),
  );
  return SecurityGroupRules;
};

const groupNamed = async (owner: Clients, vpc: string, name: string) => {
  const found = await groupsWhere(owner, [
    { Name: 'vpc-id', Values: [vpc] },
    { Name: 'group-name', Values: [name] },
  ]);
  assert.equal(found.length, 1);
  return found[0];
};

const ports = async (owner: Clients, group: string) =>
  sorted((await inboundOf(owner, group)).map(({ FromPort }) => `${FromPort}`));

const ofHub = (GroupId: string): Partial<IpPermission> => ({
  UserIdGroupPairs: [{ UserId: hub, GroupId }],
});

/*
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 * https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
 */
const groups = checks('security groups', {
  'one gets an id and lets everything out, nothing in': async (world) => {
    const id = await aGroup(world);
    assert.match(id, /^sg-[0-9a-f]{17}$/);
    const [group] = await groupsWhere(world.hub, [{ Name: 'group-id', Values: [id] }]);
    assert.deepEqual(group?.IpPermissions, []);
    const out = group?.IpPermissionsEgress?.map((one) => [
      one.IpProtocol,
      one.IpRanges?.map(({ CidrIp }) => CidrIp),
    ]);
    assert.deepEqual(out, [['-1', ['0.0.0.0/0']]]);
  },
  'a second one of the same name in a VPC is refused': async (world) => {
    const vpc = await vpcIn(world.hub, blocks.hub);
    await groupIn(world.hub, vpc, 'sightline-monitoring');
    await refused(groupIn(world.hub, vpc, 'sightline-monitoring'), 'InvalidGroup.Duplicate');
  },
  'two VPCs have one each of the same name': async (world) => {
    const name = unique('twin');
    const one = await groupIn(world.hub, await vpcIn(world.hub, blocks.hub), name);
    const other = await groupIn(world.hub, await vpcIn(world.hub, blocks.hub), name);
    assert.notEqual(one, other);
  },
  'an unknown VPC is refused': async (world) => {
    await refused(groupIn(world.hub, unknown.vpc), 'InvalidVpcID.NotFound');
  },
  'a VPC has one called default that lets in itself': async (world) => {
    const group = await groupNamed(world.hub, await vpcIn(world.hub, blocks.hub), 'default');
    const sources = group?.IpPermissions?.flatMap(({ UserIdGroupPairs = [] }) =>
      UserIdGroupPairs.map(({ GroupId }) => GroupId),
    );
    assert.deepEqual(sources, [group?.GroupId]);
  },
  'no other may be called default': async (world) => {
    const vpc = await vpcIn(world.hub, blocks.hub);
    await refused(groupIn(world.hub, vpc, 'default'), 'InvalidParameterValue');
  },
  'a description takes no apostrophe': async (world) => {
    const VpcId = await vpcIn(world.hub, blocks.hub);
    const made = world.hub.ec2.send(
      new CreateSecurityGroupCommand({ VpcId, GroupName: 'quoted', Description: "the hub's" }),
    );
    await refused(made, 'InvalidParameterValue');
  },
  'are found by VPC and name': async (world) => {
    const [vpc, other] = [
      await vpcIn(world.hub, blocks.hub),
      await vpcIn(world.hub, blocks.hub),
    ] as const;
    const name = unique('named');
    const id = await groupIn(world.hub, vpc, name);
    await groupIn(world.hub, other, name);
    assert.equal((await groupNamed(world.hub, vpc, name))?.GroupId, id);
  },
  'tags of the request are there': async (world) => {
    const VpcId = await vpcIn(world.hub, blocks.hub);
    const Tags = [{ Key: 'sightline:onboarding', Value: unique('tagged') }];
    const TagSpecifications = [{ ResourceType: 'security-group' as const, Tags }];
    const { GroupId } = await world.hub.ec2.send(
      new CreateSecurityGroupCommand({
        VpcId,
        GroupName: 'tagged',
        Description: 'x',
        TagSpecifications,
      }),
    );
    const Filters = [{ Name: 'tag:sightline:onboarding', Values: [Tags[0]?.Value ?? ''] }];
    const found = await groupsWhere(world.hub, Filters);
    assert.deepEqual(
      found.map((one) => [one.GroupId, one.Tags]),
      [[GroupId, Tags]],
    );
  },
  'with DryRun none is made': async (world) => {
    const VpcId = await vpcIn(world.hub, blocks.hub);
    const asked = { VpcId, GroupName: 'dry', Description: 'x', DryRun: true };
    await refused(
      world.hub.ec2.send(new CreateSecurityGroupCommand(asked)),
      'DryRunOperation',
      412,
    );
    assert.equal((await groupsWhere(world.hub, [{ Name: 'vpc-id', Values: [VpcId] }])).length, 1);
  },
  'one that a rule of its VPC names cannot be deleted': async (world) => {
    const vpc = await vpcIn(world.hub, blocks.hub);
    const named = await groupIn(world.hub, vpc);
    await authorize(world.hub, await groupIn(world.hub, vpc), tcp(22, ofHub(named)));
    await refused(
      world.hub.ec2.send(new DeleteSecurityGroupCommand({ GroupId: named })),
      'DependencyViolation',
    );
  },
});

/*
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
 * https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
 */
const rules = checks('rules', {
  'a rule is answered with its id': async (world) => {
    const group = await aGroup(world);
    const { SecurityGroupRules: [made] = [] } = await authorize(
      world.hub,
      group,
      tcp(10050, from(blocks.monitored)),
    );
    assert.match(made?.SecurityGroupRuleId ?? '', /^sgr-[0-9a-f]{17}$/);
    assert.deepEqual(
      [
        made?.GroupId,
        made?.IsEgress,
        made?.IpProtocol,
        made?.FromPort,
        made?.ToPort,
        made?.CidrIpv4,
      ],
      [group, false, 'tcp', 10050, 10050, blocks.monitored],
    );
    const seen = (await inboundOf(world.hub, group)).map((rule) => rule.SecurityGroupRuleId);
    assert.deepEqual(seen, [made?.SecurityGroupRuleId]);
  },
  'a call with two sources makes two rules': async (world) => {
    const group = await aGroup(world);
    const IpRanges = [{ CidrIp: '10.20.0.0/16' }, { CidrIp: '10.30.0.0/16' }];
    await authorize(world.hub, group, tcp(10050, { IpRanges }));
    const sources = (await inboundOf(world.hub, group)).map(({ CidrIpv4 }) => CidrIpv4);
    assert.deepEqual(sorted(sources), ['10.20.0.0/16', '10.30.0.0/16']);
  },
  'ping is ICMP type 8 of any code': async (world) => {
    const group = await aGroup(world);
    const ping = { IpProtocol: 'icmp', FromPort: 8, ToPort: -1, ...from(blocks.monitored) };
    await authorize(world.hub, group, ping);
    const [rule] = await inboundOf(world.hub, group);
    assert.deepEqual([rule?.IpProtocol, rule?.FromPort, rule?.ToPort], ['icmp', 8, -1]);
  },
  'IPv6 blocks have a field of their own': async (world) => {
    const group = await aGroup(world);
    await authorize(world.hub, group, tcp(22, { Ipv6Ranges: [{ CidrIpv6: '2001:db8::/32' }] }));
    const [rule] = await inboundOf(world.hub, group);
    assert.deepEqual([rule?.CidrIpv6, rule?.CidrIpv4], ['2001:db8::/32', undefined]);
  },
  'one that exists is refused': async (world) => {
    const group = await aGroup(world);
    await authorize(world.hub, group, tcp(22, from(blocks.monitored)));
    await refused(
      authorize(world.hub, group, tcp(22, from(blocks.monitored))),
      'InvalidPermission.Duplicate',
    );
  },
  'another description makes it no other rule': async (world) => {
    const group = await aGroup(world);
    await authorize(world.hub, group, tcp(22, from(blocks.monitored, 'one')));
    await refused(
      authorize(world.hub, group, tcp(22, from(blocks.monitored, 'other'))),
      'InvalidPermission.Duplicate',
    );
  },
  'where one exists, none of a call is made': async (world) => {
    const group = await aGroup(world);
    await authorize(world.hub, group, tcp(22, from(blocks.monitored)));
    const both = [tcp(443, from(blocks.monitored)), tcp(22, from(blocks.monitored))];
    await refused(authorize(world.hub, group, ...both), 'InvalidPermission.Duplicate');
    assert.deepEqual(await ports(world.hub, group), ['22']);
  },
  'one that a call names twice is refused': async (world) => {
    const group = await aGroup(world);
    const twice = [tcp(22, from(blocks.monitored)), tcp(22, from(blocks.monitored))];
    await refused(authorize(world.hub, group, ...twice), 'InvalidParameterValue');
    assert.deepEqual(await ports(world.hub, group), []);
  },
  'an unknown group is refused': async (world) => {
    await refused(
      authorize(world.hub, unknown.group, tcp(22, from(blocks.hub))),
      'InvalidGroup.NotFound',
    );
  },
  'another account’s group is unknown': async (world) => {
    const group = await aGroup(world);
    await refused(
      authorize(world.monitored, group, tcp(22, from(blocks.hub))),
      'InvalidGroup.NotFound',
    );
  },
  'a description takes no apostrophe': async (world) => {
    const group = await aGroup(world);
    const quoted = tcp(22, from(blocks.hub, "the hub's"));
    await refused(authorize(world.hub, group, quoted), 'InvalidParameterValue');
  },
  'have tags of their own': async (world) => {
    const group = await aGroup(world);
    const Tags = [{ Key: 'sightline:onboarding', Value: unique('rule') }];
    await authorizeTagged(world.hub, group, tcp(22, from(blocks.monitored)), Tags);
    const [rule] = await inboundOf(world.hub, group);
    assert.deepEqual(rule?.Tags, Tags);
  },
  'are found by a tag, in whichever group': async (world) => {
    const Tags = [{ Key: 'sightline:onboarding', Value: unique('found') }];
    const [one, other] = [await aGroup(world), await aGroup(world)] as const;
    await authorizeTagged(world.hub, one, tcp(22, from(blocks.monitored)), Tags);
    await authorizeTagged(world.hub, other, tcp(22, from(blocks.monitored)), Tags);
    await authorize(world.hub, one, tcp(23, from(blocks.monitored)));
    const Filters = [{ Name: 'tag:sightline:onboarding', Values: [Tags[0]?.Value ?? ''] }];
    const found = await rulesWhere(world.hub, Filters);
    assert.deepEqual(sorted(found.map(({ GroupId }) => GroupId)), sorted([one, other]));
  },
  'of a group are inbound and outbound': async (world) => {
    const group = await aGroup(world);
    await authorize(world.hub, group, tcp(22, from(blocks.monitored)));
    const found = await rulesWhere(world.hub, [{ Name: 'group-id', Values: [group] }]);
    assert.deepEqual(sorted(found.map(({ IsEgress }) => `${IsEgress}`)), ['false', 'true']);
  },
  'the 61st of a group is refused, as a whole call': async (world) => {
    const group = await aGroup(world);
    const many = Array.from({ length: 61 }, (_, port) => tcp(port + 1, from(blocks.monitored)));
    await refused(authorize(world.hub, group, ...many), 'RulesPerSecurityGroupLimitExceeded');
    assert.deepEqual(await ports(world.hub, group), []);
  },
  'RevokeSecurityGroupIngress takes one away': async (world) => {
    const group = await aGroup(world);
    const [ssh, web] = [tcp(22, from(blocks.monitored)), tcp(443, from(blocks.monitored))];
    await authorize(world.hub, group, ssh, web);
    await world.hub.ec2.send(
      new RevokeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: [ssh] }),
    );
    assert.deepEqual(await ports(world.hub, group), ['443']);
  },
  'with DryRun none is made': async (world) => {
    const GroupId = await aGroup(world);
    const IpPermissions = [tcp(22, from(blocks.monitored))];
    const asked = { GroupId, IpPermissions, DryRun: true };
    await refused(
      world.hub.ec2.send(new AuthorizeSecurityGroupIngressCommand(asked)),
      'DryRunOperation',
      412,
    );
    assert.deepEqual(await ports(world.hub, GroupId), []);
  },
});

/** https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html */
const references = checks('rules', {
  'name a group of the same VPC': async (world) => {
    const vpc = await vpcIn(world.hub, blocks.hub);
    const [group, named] = [await groupIn(world.hub, vpc), await groupIn(world.hub, vpc)] as const;
    await authorize(world.hub, group, tcp(22, { UserIdGroupPairs: [{ GroupId: named }] }));
    const [rule] = await inboundOf(world.hub, group);
    assert.equal(rule?.ReferencedGroupInfo?.GroupId, named);
  },
  'name a peer’s group over an active peering': async (world) => {
    const pair = await activeIn(world);
    const named = await groupIn(world.hub, pair.hub);
    const group = await groupIn(world.monitored, pair.monitored);
    await authorize(world.monitored, group, tcp(10050, ofHub(named)));
    const info = (await inboundOf(world.monitored, group))[0]?.ReferencedGroupInfo;
    assert.deepEqual(
      [info?.GroupId, info?.UserId, info?.VpcId, info?.VpcPeeringConnectionId],
      [named, hub, pair.hub, pair.id],
    );
  },
  'know no group of a VPC that is not peered': async (world) => {
    const pair = await pairIn(world);
    const named = await groupIn(world.hub, pair.hub);
    const group = await groupIn(world.monitored, pair.monitored);
    await refused(
      authorize(world.monitored, group, tcp(10050, ofHub(named))),
      'InvalidGroup.NotFound',
    );
  },
  'know no peer’s group while the peering is pending': async (world) => {
    const pair = await pendingIn(world);
    const named = await groupIn(world.hub, pair.hub);
    const group = await groupIn(world.monitored, pair.monitored);
    await refused(
      authorize(world.monitored, group, tcp(10050, ofHub(named))),
      'InvalidGroup.NotFound',
    );
  },
});

/** Security groups, their rules, and rules that name groups. */
export const securityGroupChecks: Check[] = [...groups, ...rules, ...references];
