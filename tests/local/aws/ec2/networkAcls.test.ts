import { anEc2, error, hub, monitored, monitoredVpc } from './anEc2.ts';

const acl = 'acl-0aaaaaaaaaaaaaaaa';
const subnets = [
  { name: 'app', cidr: '10.20.1.0/24', zone: 'eu-central-1a' },
  { name: 'data', cidr: '10.20.2.0/24', zone: 'eu-central-1b' },
];

const given = (networkAcls: object[], parts: Parameters<typeof anEc2>[0] = {}) => {
  const ec2 = anEc2({
    ...parts,
    monitoredVpc: { subnets, networkAcls, ...parts.monitoredVpc },
  });
  const client = ec2.as(monitored);
  const all = (Filters: { Name: string; Values: string[] }[] = []) =>
    client.DescribeNetworkAcls({ Filters }).NetworkAcls ?? [];
  const one = (id = acl) => all().find(({ NetworkAclId }) => NetworkAclId === id);
  return { ...ec2, client, all, one };
};

const fromHub = { number: 100, protocol: 'tcp', from: 10050, to: 10050, cidr: '10.0.0.0/16' };
const denied = { RuleNumber: 32767, RuleAction: 'deny', Protocol: '-1', CidrBlock: '0.0.0.0/0' };

it('a network ACL of the world has its entries, both ways by number, and denies the rest', () => {
  const { one } = given([
    {
      name: 'strict',
      id: acl,
      tags: { tier: 'app' },
      entries: [
        { number: 110, protocol: 'icmp', from: 8, to: -1, cidr: '10.0.0.0/16' },
        fromHub,
        { number: 90, action: 'deny', cidr: '10.0.9.0/24' },
        { ...fromHub, egress: true, protocol: 'udp', from: 1024, to: 65535 },
      ],
    },
  ]);
  expect(one()).toMatchObject({
    IsDefault: false,
    VpcId: monitoredVpc,
    OwnerId: monitored,
    Tags: [
      { Key: 'Name', Value: 'strict' },
      { Key: 'tier', Value: 'app' },
    ],
  });
  expect(one()?.Entries).toEqual([
    {
      RuleNumber: 100,
      RuleAction: 'allow',
      Egress: true,
      Protocol: '17',
      CidrBlock: '10.0.0.0/16',
      PortRange: { From: 1024, To: 65535 },
    },
    { ...denied, Egress: true },
    { RuleNumber: 90, RuleAction: 'deny', Egress: false, Protocol: '-1', CidrBlock: '10.0.9.0/24' },
    {
      RuleNumber: 100,
      RuleAction: 'allow',
      Egress: false,
      Protocol: '6',
      CidrBlock: '10.0.0.0/16',
      PortRange: { From: 10050, To: 10050 },
    },
    {
      RuleNumber: 110,
      RuleAction: 'allow',
      Egress: false,
      Protocol: '1',
      CidrBlock: '10.0.0.0/16',
      IcmpTypeCode: { Type: 8, Code: -1 },
    },
    { ...denied, Egress: false },
  ]);
});

it('a subnet has the network ACL that it is associated with, and just that one', () => {
  const { all } = given([{ name: 'strict', id: acl, subnets: ['app'] }]);
  const used = all().map(({ IsDefault, Associations }) => [IsDefault, Associations?.length]);
  expect(used).toEqual([
    [true, 1],
    [false, 1],
  ]);
  const [association] = all()[1]?.Associations ?? [];
  const found = (Name: string, value = '') =>
    all([{ Name, Values: [value] }]).map(({ NetworkAclId }) => NetworkAclId);
  expect(found('association.subnet-id', association?.SubnetId)).toEqual([acl]);
  expect(found('tag:Name', 'strict')).toEqual([acl]);
  expect(found('default', 'false')).toEqual([acl]);
  expect(found('entry.rule-action', 'allow')).not.toContain(acl);
});

it('the default network ACL allows everything, unless the world says otherwise', () => {
  const entriesOf = (networkAcls: object[]) => given(networkAcls).all()[0]?.Entries;
  expect(entriesOf([])).toMatchObject([
    { RuleNumber: 100, RuleAction: 'allow', Egress: true, CidrBlock: '0.0.0.0/0' },
    denied,
    { RuleNumber: 100, RuleAction: 'allow', Egress: false, CidrBlock: '0.0.0.0/0' },
    denied,
  ]);
  const closed = [{ name: 'default', entries: [{ ...fromHub, egress: true }] }];
  expect(entriesOf(closed)).toMatchObject([{ RuleNumber: 100, Protocol: '6' }, denied, denied]);
});

it('a VPC with IPv6 has entries for it, also when it gets its block later', () => {
  const ipv6 = { RuleNumber: 101, RuleAction: 'allow', Ipv6CidrBlock: '::/0' };
  const cidrs = ['10.20.0.0/16', '2001:db8::/56'];
  const { all } = given([], { monitoredVpc: { cidrs } });
  expect(all()[0]?.Entries).toContainEqual(expect.objectContaining(ipv6));
  const { client, all: later } = given([]);
  expect(later()[0]?.Entries).not.toContainEqual(expect.objectContaining(ipv6));
  client.AssociateVpcCidrBlock({ VpcId: monitoredVpc, AmazonProvidedIpv6CidrBlock: true });
  expect(later()[0]?.Entries).toContainEqual(expect.objectContaining(ipv6));
  expect(later()[0]?.Entries).toContainEqual(expect.objectContaining({ RuleNumber: 32768 }));
});

describe('an entry', () => {
  const entry = {
    NetworkAclId: acl,
    RuleNumber: 200,
    Protocol: 'tcp',
    RuleAction: 'allow',
    Egress: false,
    CidrBlock: '10.0.0.0/16',
    PortRange: { From: 1024, To: 65535 },
  } as const;
  const strict = { name: 'strict', id: acl, entries: [fromHub] };

  it('is made, replaced and removed', () => {
    const { client, one } = given([strict]);
    const made = () => one()?.Entries?.find(({ RuleNumber }) => RuleNumber === 200);
    client.CreateNetworkAclEntry(entry);
    expect(made()).toMatchObject({ Protocol: '6', PortRange: { From: 1024, To: 65535 } });
    client.ReplaceNetworkAclEntry({ ...entry, RuleAction: 'deny' });
    expect(made()).toMatchObject({ RuleAction: 'deny' });
    client.DeleteNetworkAclEntry({ NetworkAclId: acl, RuleNumber: 200, Egress: false });
    expect(made()).toBeUndefined();
  });

  it.each([
    ['a number that is taken', { RuleNumber: 100 }, 'NetworkAclEntryAlreadyExists'],
    ['a number of AWS’s own', { RuleNumber: 32767 }, 'InvalidParameterValue'],
    ['an unknown protocol', { Protocol: 'gre' }, 'InvalidParameterValue'],
    ['a wrong block', { CidrBlock: '10.0.0.0' }, 'InvalidParameterValue'],
    ['an unknown ACL', { NetworkAclId: 'acl-0f00000000000000f' }, 'InvalidNetworkAclID.NotFound'],
  ])('is refused with %s', (_what, member, name) => {
    const { client } = given([strict]);
    expect(() => client.CreateNetworkAclEntry({ ...entry, ...member })).toThrow(error(name));
  });

  it('of another direction may have the same number', () => {
    const { client, one } = given([strict]);
    client.CreateNetworkAclEntry({ ...entry, RuleNumber: 100, Egress: true });
    expect(one()?.Entries?.filter(({ RuleNumber }) => RuleNumber === 100)).toHaveLength(2);
  });

  it('that is not there cannot be removed, nor can another account’s', () => {
    const { client, as } = given([strict]);
    const remove = { NetworkAclId: acl, RuleNumber: 7, Egress: false };
    expect(() => client.DeleteNetworkAclEntry(remove)).toThrow(
      error('InvalidNetworkAclEntry.NotFound'),
    );
    expect(() => as(hub).DeleteNetworkAclEntry(remove)).toThrow(
      error('InvalidNetworkAclID.NotFound'),
    );
  });

  it('counts for the quota together with the last one, each direction by itself', () => {
    const { client } = given([strict], { quotas: { rulesPerNetworkAcl: 3 } });
    client.CreateNetworkAclEntry(entry);
    const third = { ...entry, RuleNumber: 300 };
    expect(() => client.CreateNetworkAclEntry(third)).toThrow(
      error('NetworkAclEntryLimitExceeded'),
    );
    client.CreateNetworkAclEntry({ ...third, Egress: true });
  });
});
