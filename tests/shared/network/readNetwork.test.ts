import {
  DescribeSecurityGroupRulesCommand,
  DescribeVpcPeeringConnectionsCommand,
  type Filter,
} from '@aws-sdk/client-ec2';
import { ec2In } from '../../../shared/clients.ts';
import { readPeerings, readPeeringsWhere, readRules } from '../../../shared/network/readNetwork.ts';
import { aDescribedPeering, aRule, region } from '../../builders.ts';
import { callsTo, ec2 } from '../recordedAws.ts';

const idsOf = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

type Filtered = { Filters?: Filter[] };

const valuesIn = ({ Filters: [filter] = [] }: Filtered) => filter?.Values ?? [];

const filtersOf = async () =>
  (await callsTo(ec2)).map(({ input }) =>
    ((input as Filtered).Filters ?? []).map(({ Name, Values = [] }) => [Name, Values.length]),
  );

// EC2 takes 200 values for one filter.
describe.each([
  {
    things: 'the rules of groups',
    name: 'group-id',
    given: () =>
      ec2.on(DescribeSecurityGroupRulesCommand).callsFake((input: Filtered) => ({
        SecurityGroupRules: valuesIn(input).map((GroupId) => aRule({ GroupId })),
      })),
    read: async (ids: string[]) =>
      (await readRules(ec2In(region), ids)).map(({ GroupId }) => GroupId),
  },
  {
    things: 'peerings',
    name: 'vpc-peering-connection-id',
    given: () =>
      ec2.on(DescribeVpcPeeringConnectionsCommand).callsFake((input: Filtered) => ({
        VpcPeeringConnections: valuesIn(input).map((VpcPeeringConnectionId) =>
          aDescribedPeering('active', { VpcPeeringConnectionId }),
        ),
      })),
    read: async (ids: string[]) =>
      (await readPeerings(ec2In(region), ids)).map(({ VpcPeeringConnectionId: id }) => id),
  },
])('$things', ({ name, given, read }) => {
  it.each([
    [1, [1]],
    [200, [200]],
    [201, [200, 1]],
    [450, [200, 200, 50]],
  ])('are asked for by %s ids in calls of at most 200 each', async (count, calls) => {
    given();
    const ids = idsOf('id', count);
    await expect(read(ids)).resolves.toEqual(ids);
    expect(await filtersOf()).toEqual(calls.map((values) => [[name, values]]));
  });

  it('are not asked for where there are none', async () => {
    await expect(read([])).resolves.toEqual([]);
    expect(await callsTo(ec2)).toEqual([]);
  });
});

it('finds peerings that meet every filter, on the second page too', async () => {
  const [first, second] = [aDescribedPeering(), aDescribedPeering('failed')];
  ec2
    .on(DescribeVpcPeeringConnectionsCommand)
    .resolvesOnce({ VpcPeeringConnections: [first], NextToken: 'page 2' })
    .resolvesOnce({ VpcPeeringConnections: [second] });
  const filters = [
    { Name: 'status-code', Values: ['active', 'failed'] },
    { Name: 'tag:sightline:onboarding', Values: ['*'] },
  ];
  await expect(readPeeringsWhere(ec2In(region), ...filters)).resolves.toEqual([first, second]);
  expect((await callsTo(ec2)).map(({ input }) => input)).toMatchObject([
    { Filters: filters },
    { Filters: filters, NextToken: 'page 2' },
  ]);
});
