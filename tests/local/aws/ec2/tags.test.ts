import { anEc2, error, hub, hubVpc, monitored } from './anEc2.ts';

const given = () => {
  const ec2 = anEc2();
  const client = ec2.as(hub);
  const tagsOf = (id: string) =>
    client
      .DescribeTags({ Filters: [{ Name: 'resource-id', Values: [id] }] })
      .Tags?.map(({ Key, Value }) => `${Key}=${Value}`);
  return { ...ec2, client, tagsOf };
};

const tag = (Key: string, Value?: string) => ({ Key, ...(Value !== undefined && { Value }) });

it('anything of one’s own can be tagged, and a tag is overwritten by the next of its key', () => {
  const { client, tagsOf } = given();
  const sg = client.DescribeSecurityGroups({}).SecurityGroups?.[0]?.GroupId ?? '';
  const rule = client.DescribeSecurityGroupRules({}).SecurityGroupRules?.[0];
  const rtb = client.DescribeRouteTables({}).RouteTables?.[0]?.RouteTableId ?? '';
  const acl = client.DescribeNetworkAcls({}).NetworkAcls?.[0]?.NetworkAclId ?? '';
  const Resources = [hubVpc, sg, rule?.SecurityGroupRuleId ?? '', rtb, acl];
  client.CreateTags({ Resources, Tags: [tag('a', '1'), tag('b', '1')] });
  client.CreateTags({ Resources, Tags: [tag('b', '2')] });
  for (const id of Resources.slice(1)) expect(tagsOf(id)).toEqual(['a=1', 'b=2']);
  expect(tagsOf(hubVpc)).toEqual(['Name=monitoring', 'a=1', 'b=2']);
  const found = client.DescribeTags({
    Filters: [
      { Name: 'resource-type', Values: ['security-group-rule'] },
      { Name: 'key', Values: ['a'] },
      { Name: 'value', Values: ['1'] },
    ],
  });
  expect(found.Tags).toEqual([
    { Key: 'a', Value: '1', ResourceId: Resources[2], ResourceType: 'security-group-rule' },
  ]);
});

it('a tag is deleted by its key, by key and value, or with all others', () => {
  const { client, tagsOf } = given();
  const Resources = [hubVpc];
  client.CreateTags({ Resources, Tags: [tag('a', '1'), tag('b', '1'), tag('c', '1')] });
  client.DeleteTags({ Resources, Tags: [tag('a'), tag('b', 'other')] });
  expect(tagsOf(hubVpc)).toEqual(['Name=monitoring', 'b=1', 'c=1']);
  client.DeleteTags({ Resources, Tags: [tag('b', '1')] });
  expect(tagsOf(hubVpc)).toEqual(['Name=monitoring', 'c=1']);
  client.DeleteTags({ Resources });
  expect(tagsOf(hubVpc)).toEqual([]);
});

it('what is not there cannot be tagged, and then nothing is', () => {
  const { client, as, tagsOf } = given();
  const put = (...Resources: string[]) => client.CreateTags({ Resources, Tags: [tag('a', '1')] });
  expect(() => put(hubVpc, 'rtb-0f00000000000000f')).toThrow(error('InvalidRouteTableID.NotFound'));
  expect(() => put('sgr-0f00000000000000f')).toThrow(error('InvalidSecurityGroupRuleId.NotFound'));
  expect(() => put('pcx-0f00000000000000f')).toThrow(
    error('InvalidVpcPeeringConnectionID.NotFound'),
  );
  expect(() => put('x-0')).toThrow(error('InvalidID'));
  expect(() => as(monitored).CreateTags({ Resources: [hubVpc], Tags: [tag('a')] })).toThrow(
    error('InvalidVpcID.NotFound'),
  );
  expect(tagsOf(hubVpc)).toEqual(['Name=monitoring']);
});

it.each([
  ['a reserved key', [tag('aws:x', '1')], 'InvalidParameterValue'],
  ['no key', [tag('', '1')], 'InvalidParameterValue'],
  ['a key of 129 characters', [tag('k'.repeat(129), '1')], 'InvalidParameterValue'],
  ['a value of 257 characters', [tag('k', 'v'.repeat(257))], 'InvalidParameterValue'],
  ['a 51st tag', Array.from({ length: 50 }, (_, n) => tag(`${n}`, '')), 'TagLimitExceeded'],
])('%s is refused', (_what, Tags, name) => {
  const { client } = given();
  expect(() => client.CreateTags({ Resources: [hubVpc], Tags })).toThrow(error(name));
});

it('a create call takes tags only for what it makes', () => {
  const { client } = given();
  expect(() =>
    client.CreateVpc({
      CidrBlock: '10.9.0.0/16',
      TagSpecifications: [{ ResourceType: 'subnet', Tags: [tag('a', '1')] }],
    }),
  ).toThrow(error('InvalidParameterValue', "'subnet' is not a valid taggable resource type"));
});
