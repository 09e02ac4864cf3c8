import { anEc2, error, hub, hubVpc, monitored } from './anEc2.ts';

const names = ['alpha', 'beta', 'gamma', 'a*b', 'a?b', 'delta', 'epsilon'];

const given = () => {
  const vpcs = names.map((name, n) => ({
    name,
    cidrs: [`10.${n + 1}.0.0/16`],
    tags: n < 2 ? { tier: 'one' } : {},
  }));
  return anEc2({ more: { [hub]: vpcs } }).as(hub);
};

const nameOf = ({ Tags }: { Tags?: { Key?: string; Value?: string }[] }) =>
  Tags?.find(({ Key }) => Key === 'Name')?.Value;

const found = (filters: Record<string, string[]>) => {
  const Filters = Object.entries(filters).map(([Name, Values]) => ({ Name, Values }));
  return given()
    .DescribeVpcs({ Filters })
    .Vpcs?.map((vpc) => nameOf(vpc as never));
};

describe('filters', () => {
  it.each([
    ['several values: one has to match', { 'tag:Name': ['alpha', 'gamma'] }, ['alpha', 'gamma']],
    ['several filters: each has to match', { 'tag:tier': ['one'], cidr: ['10.1.*'] }, ['alpha']],
    ['* for any text', { 'tag:Name': ['*eta'] }, ['beta']],
    ['? for one character', { 'tag:Name': ['?eta'] }, ['beta']],
    ['a backslash for the character itself', { 'tag:Name': ['a\\*b'] }, ['a*b']],
    ['a dot for a dot', { cidr: ['10x1.0.0/16'] }, []],
    ['a tag’s key', { 'tag-key': ['tier'] }, ['alpha', 'beta']],
    ['upper and lower case apart', { 'tag:Name': ['Alpha'] }, []],
    ['no value: nothing matches', { 'tag:Name': [] }, []],
  ])('take %s', (_what, filters, expected) => {
    expect(found(filters)).toEqual(expected);
  });

  it('that are not known are an error, never ignored', () => {
    expect(() => found({ 'dhcp-options-id': ['x'] })).toThrow(
      error('NotImplemented', 'the filter dhcp-options-id of ec2:DescribeVpcs'),
    );
    expect(() => found({ constructor: ['x'] })).toThrow(error('NotImplemented', 'constructor'));
  });
});

describe('what is in a VPC', () => {
  const inVpc = (account: string, vpcId: string) => {
    const client = anEc2({
      hubVpc: { subnets: [{ name: 'one', cidr: '10.0.1.0/24', zone: 'eu-central-1a' }] },
      more: { [hub]: [{ name: 'other', cidrs: ['10.9.0.0/16'] }] },
    }).as(account);
    const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
    return [
      client.DescribeRouteTables({ Filters }).RouteTables?.length,
      client.DescribeSubnets({ Filters }).Subnets?.length,
      client.DescribeNetworkAcls({ Filters }).NetworkAcls?.length,
      client.DescribeSecurityGroups({ Filters }).SecurityGroups?.length,
    ];
  };

  it.each([
    ['by its id', hub, hubVpc, [1, 1, 1, 1]],
    ['by a pattern', hub, `${hubVpc.slice(0, -1)}?`, [1, 1, 1, 1]],
    ['by a pattern for every VPC', hub, 'vpc-*', [2, 1, 2, 2]],
    ['by no other account', monitored, hubVpc, [0, 0, 0, 0]],
    ['by no id of another VPC', hub, 'vpc-0f00000000000000f', [0, 0, 0, 0]],
  ])('is found %s', (_, account, vpcId, counts) => {
    expect(inVpc(account, vpcId)).toEqual(counts);
  });
});

describe('pages', () => {
  it('follow one another until there is no next token', () => {
    const client = given();
    const first = client.DescribeVpcs({ MaxResults: 5 });
    const second = client.DescribeVpcs({ MaxResults: 5, NextToken: first.NextToken });
    expect(second).not.toHaveProperty('NextToken');
    expect([...(first.Vpcs ?? []), ...(second.Vpcs ?? [])]).toEqual(client.DescribeVpcs({}).Vpcs);
    expect(first.Vpcs).toHaveLength(5);
  });

  it('have from 5 to 1000 items and a token that came from a page', () => {
    const client = given();
    expect(() => client.DescribeVpcs({ MaxResults: 4 })).toThrow(error('InvalidParameterValue'));
    expect(() => client.DescribeVpcs({ MaxResults: 1001 })).toThrow(error('InvalidParameterValue'));
    expect(() => client.DescribeVpcs({ NextToken: 'x' })).toThrow(error('InvalidNextToken'));
  });
});
