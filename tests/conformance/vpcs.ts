import assert from 'node:assert/strict';
import {
  CreateInternetGatewayCommand,
  CreateNetworkAclEntryCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeNetworkAclsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  type DescribeVpcsCommandInput,
  type Filter,
  ModifyVpcAttributeCommand,
  type VpcAttributeName,
} from '@aws-sdk/client-ec2';
import { type Clients, monitored, type World } from './aws.ts';
import { type Check, checks, refused, sorted, unique } from './check.ts';
import { blocks, subnetIn, unknown, vpcIn, vpcOfTwoBlocks } from './network.ts';

const vpcsWhere = async ({ ec2 }: Clients, input: DescribeVpcsCommandInput) => {
  const { Vpcs = [], NextToken } = await ec2.send(new DescribeVpcsCommand(input));
  return { ids: sorted(Vpcs.map(({ VpcId }) => VpcId)), next: NextToken };
};

const found = async (owner: Clients, ...Filters: Filter[]) =>
  (await vpcsWhere(owner, { Filters })).ids;

const readVpc = async ({ ec2 }: Clients, id: string) =>
  (await ec2.send(new DescribeVpcsCommand({ VpcIds: [id] }))).Vpcs?.[0];

const subnetsWhere = async ({ ec2 }: Clients, ...Filters: Filter[]) => {
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
  return sorted(Subnets.map(({ SubnetId }) => SubnetId));
};

const aclsWhere = async ({ ec2 }: Clients, ...Filters: Filter[]) =>
  (await ec2.send(new DescribeNetworkAclsCommand({ Filters }))).NetworkAcls ?? [];

const attribute = ({ ec2 }: Clients, VpcId: string, Attribute: VpcAttributeName) =>
  ec2.send(new DescribeVpcAttributeCommand({ VpcId, Attribute }));

const dnsOf = async (owner: Clients, id: string) => {
  const support = await attribute(owner, id, 'enableDnsSupport');
  const hostnames = await attribute(owner, id, 'enableDnsHostnames');
  return [support.EnableDnsSupport?.Value, hostnames.EnableDnsHostnames?.Value];
};

const tag = ({ ec2 }: Clients, id: string, Key: string, Value: string) =>
  ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value }] }));

const tagsOf = async (owner: Clients, id: string) =>
  sorted(((await readVpc(owner, id))?.Tags ?? []).map(({ Key, Value }) => `${Key}=${Value}`));

/** So many VPCs with a tag that nothing else has. */
const tagged = async ({ hub }: World, count: number) => {
  const Tag = { Key: 'set', Value: unique('set') };
  const ids: string[] = [];
  for (let made = 0; made < count; made++) ids.push(await vpcIn(hub, blocks.hub, [Tag]));
  return { ids: sorted(ids), filter: { Name: 'tag:set', Values: [Tag.Value] } };
};

const defaultAcl = async (owner: Clients, vpc: string) => {
  const Filters = [
    { Name: 'vpc-id', Values: [vpc] },
    { Name: 'default', Values: ['true'] },
  ];
  const acls = await aclsWhere(owner, ...Filters);
  assert.equal(acls.length, 1);
  return acls[0];
};

const entry = (NetworkAclId: string, RuleNumber: number) =>
  new CreateNetworkAclEntryCommand({
    NetworkAclId,
    RuleNumber,
    Protocol: '6',
    RuleAction: 'deny',
    Egress: false,
    CidrBlock: blocks.monitored,
    PortRange: { From: 10050, To: 10051 },
  });

/*
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html (attributes and their defaults)
 */
const vpcs = checks('VPCs', {
  'one shows its block and its owner': async (world) => {
    const vpc = await readVpc(world.monitored, await vpcIn(world.monitored, blocks.monitored));
    assert.deepEqual(
      [vpc?.CidrBlock, vpc?.OwnerId, vpc?.IsDefault, vpc?.State],
      [blocks.monitored, monitored, false, 'available'],
    );
  },
  'a second block is associated': async (world) => {
    const id = await vpcOfTwoBlocks(world.hub, '10.20.0.0/16', '10.120.0.0/20');
    const shown = (await readVpc(world.hub, id))?.CidrBlockAssociationSet ?? [];
    const told = shown.map((one) => `${one.CidrBlock} ${one.CidrBlockState?.State}`);
    assert.deepEqual(sorted(told), ['10.120.0.0/20 associated', '10.20.0.0/16 associated']);
  },
  'a block larger than /16 is refused': async (world) => {
    await refused(vpcIn(world.hub, '10.0.0.0/15'), 'InvalidVpc.Range');
  },
  'one resolves names and gives out none': async (world) => {
    assert.deepEqual(await dnsOf(world.hub, await vpcIn(world.hub, blocks.hub)), [true, false]);
  },
  'DNS attributes can be changed': async (world) => {
    const VpcId = await vpcIn(world.hub, blocks.hub);
    const change = { VpcId, EnableDnsHostnames: { Value: true } };
    await world.hub.ec2.send(new ModifyVpcAttributeCommand(change));
    assert.deepEqual(await dnsOf(world.hub, VpcId), [true, true]);
  },
  'attributes of an unknown one are an error': async (world) => {
    const asked = attribute(world.hub, unknown.vpc, 'enableDnsSupport');
    await refused(asked, 'InvalidVpcID.NotFound');
  },
  'a malformed id is an error': async (world) => {
    await refused(readVpc(world.hub, 'vpc-none'), 'InvalidVpcID.Malformed');
  },
  'an unknown id is an error': async (world) => {
    await refused(readVpc(world.hub, unknown.vpc), 'InvalidVpcID.NotFound');
  },
  'another account’s one is unknown': async (world) => {
    const id = await vpcIn(world.hub, blocks.hub);
    await refused(readVpc(world.monitored, id), 'InvalidVpcID.NotFound');
  },
  'another Region does not have it': async (world) => {
    const id = await vpcIn(world.hub, blocks.hub);
    const there = world.elsewhere('111111111111', 'us-east-1');
    await refused(readVpc(there, id), 'InvalidVpcID.NotFound');
  },
  'with DryRun none is made': async (world) => {
    const asked = { CidrBlock: '10.99.0.0/16', DryRun: true };
    await refused(world.hub.ec2.send(new CreateVpcCommand(asked)), 'DryRunOperation', 412);
    const left = await found(world.hub, { Name: 'cidr', Values: [asked.CidrBlock] });
    assert.deepEqual(left, []);
  },
  'with DryRun no internet gateway is made': async (world) => {
    const asked = new CreateInternetGatewayCommand({ DryRun: true });
    await refused(world.hub.ec2.send(asked), 'DryRunOperation', 412);
  },
  'without instances none is told': async (world) => {
    const asked = new DescribeInstancesCommand({ MaxResults: 5 });
    assert.deepEqual((await world.hub.ec2.send(asked)).Reservations, []);
  },
});

/*
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-pagination.html
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html
 */
const describes = checks('Describe', {
  'filters by tag': async (world) => {
    const { ids, filter } = await tagged(world, 2);
    await vpcIn(world.hub, blocks.hub);
    assert.deepEqual(await found(world.hub, filter), ids);
  },
  'filters by block': async (world) => {
    const id = await vpcIn(world.hub, '10.77.0.0/16');
    assert.deepEqual(await found(world.hub, { Name: 'cidr', Values: ['10.77.0.0/16'] }), [id]);
  },
  'takes all filters, and one value of each': async (world) => {
    const { filter } = await tagged(world, 2);
    const id = await vpcIn(world.hub, '10.78.0.0/16', [{ Key: 'set', Value: filter.Values[0] }]);
    const cidr = { Name: 'cidr', Values: ['10.78.0.0/16', '10.79.0.0/16'] };
    assert.deepEqual(await found(world.hub, filter, cidr), [id]);
  },
  'takes * for any text': async (world) => {
    const { ids, filter } = await tagged(world, 1);
    const Values = filter.Values.map((value) => `*${value.slice(2)}`);
    assert.deepEqual(await found(world.hub, { ...filter, Values }), ids);
  },
  'takes a dot for a dot': async (world) => {
    const value = unique('a.b');
    const id = await vpcIn(world.hub, blocks.hub, [{ Key: 'dotted', Value: value }]);
    await vpcIn(world.hub, blocks.hub, [{ Key: 'dotted', Value: value.replace('.', 'x') }]);
    assert.deepEqual(await found(world.hub, { Name: 'tag:dotted', Values: [value] }), [id]);
  },
  'tells capitals from small letters': async (world) => {
    const { filter } = await tagged(world, 1);
    const Values = filter.Values.map((value) => value.toUpperCase());
    assert.deepEqual(await found(world.hub, { ...filter, Values }), []);
  },
  'answers pages of MaxResults': async (world) => {
    const { ids, filter } = await tagged(world, 7);
    const Filters = [filter];
    const first = await vpcsWhere(world.hub, { Filters, MaxResults: 5 });
    const second = await vpcsWhere(world.hub, { Filters, MaxResults: 5, NextToken: first.next });
    assert.deepEqual([first.ids.length, second.ids.length, second.next], [5, 2, undefined]);
    assert.deepEqual(sorted([...first.ids, ...second.ids]), ids);
  },
  'answers all on one page without MaxResults': async (world) => {
    const { ids, filter } = await tagged(world, 7);
    const page = await vpcsWhere(world.hub, { Filters: [filter] });
    assert.deepEqual(page, { ids, next: undefined });
  },
  'refuses pages of fewer than 5': async (world) => {
    await refused(vpcsWhere(world.hub, { MaxResults: 1 }), 'InvalidParameterValue');
  },
  'shows tags that were added, changed and taken away': async (world) => {
    const id = await vpcIn(world.hub, blocks.hub, [{ Key: 'Name', Value: 'first' }]);
    await tag(world.hub, id, 'Name', 'second');
    await tag(world.hub, id, 'gone', 'soon');
    await world.hub.ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'gone' }] }));
    assert.deepEqual(await tagsOf(world.hub, id), ['Name=second']);
  },
  'knows no tags of what is not there': async (world) => {
    await refused(tag(world.hub, unknown.vpc, 'Name', 'x'), 'InvalidVpcID.NotFound');
  },
});

/*
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html
 * https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html
 */
const subnets = checks('subnets', {
  'are filtered by VPC': async (world) => {
    const [vpc, other] = [
      await vpcIn(world.hub, blocks.hub),
      await vpcIn(world.hub, blocks.hub),
    ] as const;
    const id = await subnetIn(world.hub, vpc, '10.0.1.0/24');
    await subnetIn(world.hub, other, '10.0.1.0/24');
    assert.deepEqual(await subnetsWhere(world.hub, { Name: 'vpc-id', Values: [vpc] }), [id]);
  },
  'one outside of the VPC is refused': async (world) => {
    const vpc = await vpcIn(world.hub, blocks.hub);
    await refused(subnetIn(world.hub, vpc, '10.20.1.0/24'), 'InvalidSubnet.Range');
  },
  'one within a second block is made': async (world) => {
    const vpc = await vpcOfTwoBlocks(world.hub, '10.20.0.0/16', '10.120.0.0/20');
    assert.match(await subnetIn(world.hub, vpc, '10.120.1.0/24'), /^subnet-/);
  },
  'one that overlaps another is refused': async (world) => {
    const vpc = await vpcIn(world.hub, blocks.hub);
    await subnetIn(world.hub, vpc, '10.0.1.0/24');
    await refused(subnetIn(world.hub, vpc, '10.0.1.128/25'), 'InvalidSubnet.Conflict');
  },
  'one uses the default network ACL': async (world) => {
    const vpc = await vpcIn(world.hub, blocks.hub);
    const id = await subnetIn(world.hub, vpc, '10.0.1.0/24');
    const acl = await defaultAcl(world.hub, vpc);
    assert.deepEqual(
      acl?.Associations?.map(({ SubnetId }) => SubnetId),
      [id],
    );
    const named = await aclsWhere(world.hub, { Name: 'association.subnet-id', Values: [id] });
    assert.deepEqual(
      named.map(({ NetworkAclId }) => NetworkAclId),
      [acl?.NetworkAclId],
    );
  },
});

const acls = checks('network ACLs', {
  'the default one allows everything both ways': async (world) => {
    const acl = await defaultAcl(world.hub, await vpcIn(world.hub, blocks.hub));
    const told = acl?.Entries?.map((one) =>
      [one.Egress, one.RuleNumber, one.RuleAction, one.Protocol, one.CidrBlock].join(' '),
    );
    assert.deepEqual(sorted(told ?? []), [
      'false 100 allow -1 0.0.0.0/0',
      'false 32767 deny -1 0.0.0.0/0',
      'true 100 allow -1 0.0.0.0/0',
      'true 32767 deny -1 0.0.0.0/0',
    ]);
  },
  'an entry shows its ports and its protocol’s number': async (world) => {
    const vpc = await vpcIn(world.hub, blocks.hub);
    const acl = await defaultAcl(world.hub, vpc);
    await world.hub.ec2.send(entry(acl?.NetworkAclId ?? '', 90));
    const made = (await defaultAcl(world.hub, vpc))?.Entries?.find(
      ({ RuleNumber }) => RuleNumber === 90,
    );
    assert.deepEqual(
      [made?.Protocol, made?.RuleAction, made?.PortRange],
      ['6', 'deny', { From: 10050, To: 10051 }],
    );
  },
  'a second entry of the same number is refused': async (world) => {
    const acl = await defaultAcl(world.hub, await vpcIn(world.hub, blocks.hub));
    const id = acl?.NetworkAclId ?? '';
    await world.hub.ec2.send(entry(id, 90));
    await refused(world.hub.ec2.send(entry(id, 90)), 'NetworkAclEntryAlreadyExists');
  },
});

/** VPCs, subnets and network ACLs, and what all of EC2's Describe calls have in common. */
export const vpcChecks: Check[] = [...vpcs, ...describes, ...subnets, ...acls];
