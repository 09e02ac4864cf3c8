import type { VpcPeeringConnection } from '@aws-sdk/client-ec2';
import { tell } from '../../../shared/preflight/findings.ts';
import {
  noRoom,
  overDefault,
  peeringNeeds,
  quotas,
  routeNeeds,
  ruleNeeds,
} from '../../../shared/preflight/room.ts';
import {
  accountId,
  aDescribedPeering,
  aHubSide,
  aMonitoredSide,
  aReversedPeering,
  aRoute,
  aRule,
  aTable,
  cidr,
  groupId,
  hubAccountId,
  hubCidr,
  hubVpcId,
  tableId,
} from '../../builders.ts';

const countsOf = (needs: { count: number }[]) => needs.map(({ count }) => count);
const ofOtherVpc = { OwnerId: hubAccountId, VpcId: 'vpc-0f777777777777777' };

describe('a new peering', () => {
  const now = Date.parse('2026-11-26T12:00:00Z');
  /** A request that was made so many minutes ago. It expires after 7 days. */
  const aRequest = (minutes: number, parts: Partial<VpcPeeringConnection> = {}) => ({
    ExpirationTime: new Date(now + (7 * 24 * 60 - minutes) * 60_000),
    ...parts,
  });

  it('takes a place in the hub’s VPC and among the open requests of its account', () => {
    expect(peeringNeeds(aHubSide(), [])).toMatchObject([
      { quota: quotas.peerings, holder: hubVpcId, count: 1 },
      { quota: quotas.requests, holder: `account ${hubAccountId}`, count: 1 },
    ]);
  });

  it.each([
    ['an active one of the VPC', aDescribedPeering('active'), [2, 1]],
    ['an active one that the other side requested', aReversedPeering('active'), [2, 1]],
    ['one that is being provisioned', aDescribedPeering('provisioning'), [2, 1]],
    ['an open request', aDescribedPeering('pending-acceptance', aRequest(11)), [1, 2]],
    [
      'a request of some minutes, for which RequestPeering waits',
      aDescribedPeering('pending-acceptance', aRequest(9)),
      [1, 1],
    ],
    [
      'a request that is only just made',
      aDescribedPeering('initiating-request', aRequest(0)),
      [1, 1],
    ],
    [
      'an open request of the other side',
      aReversedPeering('pending-acceptance', aRequest(11)),
      [1, 1],
    ],
    [
      'an open request for another VPC of the hub',
      aDescribedPeering('pending-acceptance', aRequest(11, { RequesterVpcInfo: ofOtherVpc })),
      [1, 2],
    ],
    [
      'an active one of another VPC of the hub',
      aDescribedPeering('active', { RequesterVpcInfo: ofOtherVpc }),
      [1, 1],
    ],
  ])('beside %s', (_, peering, counts) => {
    expect(countsOf(peeringNeeds(aHubSide(), [peering], now))).toEqual(counts);
  });
});

describe('new routes', () => {
  const table = aTable([aRoute('10.30.0.0/16')]);
  const add = (destination: string, routeTableId = tableId) => ({ routeTableId, destination });

  it.each([
    ['of IPv4 come to those of IPv4', [add(hubCidr), add('10.1.0.0/16')], [4, 0]],
    ['of IPv6 come to those of IPv6', [add('2001:db8::/56')], [0, 1]],
    ['of another table come to none', [add(hubCidr, 'rtb-2')], [0, 0]],
  ])('%s', (_, added, counts) => {
    const needs = routeNeeds(aMonitoredSide(), [table], added);
    expect(countsOf(needs)).toEqual(counts);
    expect(needs[0]).toMatchObject({ holder: tableId, place: { accountId }, quota: quotas.routes });
  });
});

describe('new rules', () => {
  const there = [
    aRule(),
    aRule({ IsEgress: true }),
    aRule({ GroupId: 'sg-2' }),
    { GroupId: groupId, IsEgress: false, IpProtocol: 'tcp', CidrIpv6: '2001:db8::/56' },
  ];
  const ofGroup = {
    GroupId: groupId,
    IsEgress: false,
    IpProtocol: 'tcp',
    ReferencedGroupInfo: { GroupId: 'sg-3' },
  };
  const add = (source: string) => ({ groupId, cidr: source });

  it.each([
    ['of IPv4 come to the inbound ones of IPv4', there, [add('10.1.0.0/16')], [2, 0]],
    ['of IPv6 come to those of IPv6', there, [add('2001:db8:1::/56')], [0, 2]],
    ['that name a group count in both families', there, [add('sg-4')], [2, 2]],
    [
      'come to those that name a group in either family',
      [...there, ofGroup],
      [add('10.1.0.0/16'), add('2001:db8:1::/56')],
      [3, 3],
    ],
  ])('%s', (_, rules, added, counts) => {
    const needs = ruleNeeds(aMonitoredSide(), rules, added);
    expect(countsOf(needs)).toEqual(counts);
    expect(needs[0]).toMatchObject({ holder: groupId, quota: quotas.rules });
  });

  it('are none where none is missing', () => {
    expect(ruleNeeds(aMonitoredSide(), there, [])).toEqual([]);
  });
});

describe('a quota', () => {
  const need = (count: number) => ({
    quota: quotas.rules,
    place: aMonitoredSide(),
    holder: groupId,
    count,
    held: Math.min(count - 1, 60),
  });

  it('is asked about where its default would not do', () => {
    expect(countsOf(overDefault([need(60), need(61)]))).toEqual([61]);
  });

  it.each([
    [100, undefined, 'allows 60 by default (the real value cannot be read)'],
    [
      100,
      99,
      'would hold 100 where its quota “Inbound or outbound rules per security group” allows 99.',
    ],
  ])('of a need of %d and a real value of %s leaves no room', (count, real, message) => {
    const [finding] = noRoom([{ ...need(count), real }]);
    expect(finding && tell(finding)).toMatchObject({
      severity: 'blocks',
      name: 'NoRoom',
      message: expect.stringContaining(message),
      remedy: expect.stringContaining('--quota-code L-0EA8095F'),
    });
  });

  it.each([
    [60, undefined],
    [100, 100],
  ])('of a need of %d and a real value of %s leaves room', (count, real) => {
    expect(noRoom([{ ...need(count), real }])).toEqual([]);
  });

  it('is not denied where more than the default is there already, and the real value cannot be read', () => {
    expect(noRoom([{ ...need(70), held: 69, real: undefined }])).toEqual([]);
  });
});

it('counts the monitored VPC’s own route among those that fill its table', () => {
  const needs = routeNeeds(
    aMonitoredSide(),
    [aTable()],
    [{ routeTableId: tableId, destination: hubCidr }],
  );
  expect(aTable().Routes).toMatchObject([{ DestinationCidrBlock: cidr }]);
  expect(countsOf(needs)).toEqual([2, 0]);
});
