import type { RouteTable } from '@aws-sdk/client-ec2';
import {
  blocksOf,
  candidates,
  describeVpc,
  describeVpcs,
  overlaps,
  reachableBlocks,
  tablesInUse,
} from '../../../shared/network/vpcs.ts';
import { aHubVpc, aTable, aVpc, cidr, hubCidr } from '../../builders.ts';

const hubTag = { key: 'sightline:hub', value: 'true' };
const tagged = [{ Key: 'sightline:hub', Value: 'true' }];
const ipv6 = '2001:db8:a::/56';

it('describes a VPC by its id, name and blocks, and says that it is a default VPC', () => {
  const Tags = [{ Key: 'Name', Value: 'payments' }];
  expect(describeVpc(aVpc({ VpcId: 'vpc-1', Tags, cidrs: [cidr, '100.64.0.0/16'] }))).toBe(
    `vpc-1 (payments, ${cidr}, 100.64.0.0/16)`,
  );
  expect(describeVpc(aVpc({ VpcId: 'vpc-2', IsDefault: true }))).toBe(
    `vpc-2 (${cidr}, default VPC)`,
  );
});

it('lists VPCs, or says that there is none', () => {
  const vpcs = [aVpc({ VpcId: 'vpc-1' }), aVpc({ VpcId: 'vpc-2' })];
  expect(describeVpcs(vpcs)).toBe(`vpc-1 (${cidr}), vpc-2 (${cidr})`);
  expect(describeVpcs([])).toBe('no VPC at all');
});

describe('the VPCs that could be meant', () => {
  const plain = aVpc({ VpcId: 'vpc-1' });
  const defaultVpc = aVpc({ VpcId: 'vpc-2', IsDefault: true });

  it('are those with the tag, a default VPC among them too', () => {
    const taggedDefault = aVpc({ VpcId: 'vpc-3', IsDefault: true, Tags: tagged });
    expect(candidates([plain, defaultVpc, taggedDefault], hubTag)).toEqual([taggedDefault]);
  });

  it('are all but the default VPC where none has the tag', () => {
    const otherValue = aVpc({ VpcId: 'vpc-4', Tags: [{ Key: hubTag.key, Value: 'false' }] });
    expect(candidates([plain, defaultVpc, otherValue], hubTag)).toEqual([plain, otherValue]);
  });

  it('are none where there is just the default VPC', () => {
    expect(candidates([defaultVpc], hubTag)).toEqual([]);
  });
});

it('counts all blocks of a VPC that are associated, secondary and IPv6 ones too', () => {
  const vpc = aVpc({ cidrs: [cidr, '100.64.0.0/16'], ipv6: [ipv6] });
  vpc.CidrBlockAssociationSet?.push({
    CidrBlock: '10.99.0.0/16',
    CidrBlockState: { State: 'disassociated' },
  });
  vpc.Ipv6CidrBlockAssociationSet?.push({
    Ipv6CidrBlock: '2001:db8:ff::/56',
    Ipv6CidrBlockState: { State: 'disassociating' },
  });
  expect(blocksOf(vpc)).toEqual([cidr, '100.64.0.0/16', ipv6]);
  expect(blocksOf({})).toEqual([]);
});

it.each([
  ['both VPCs have some', [ipv6], ['2001:db8:b::/56'], [cidr, ipv6]],
  ['only this VPC has some', [ipv6], [], [cidr]],
  ['only the other VPC has some', [], ['2001:db8:b::/56'], [cidr]],
])('reaches IPv6 blocks where %s', (_, own, others, reachable) => {
  expect(reachableBlocks(aVpc({ ipv6: own }), aHubVpc({ ipv6: others }))).toEqual(reachable);
});

it.each([
  ['equal', [hubCidr], [[hubCidr, hubCidr]]],
  ['inside the other', ['10.0.128.0/24'], [[hubCidr, '10.0.128.0/24']]],
  ['around the other', ['10.0.0.0/8'], [[hubCidr, '10.0.0.0/8']]],
  ['next to each other', ['10.1.0.0/16'], []],
  ['far apart', ['192.168.0.0/16'], []],
  ['equal in a secondary block only', [cidr, '10.0.4.0/22'], [[hubCidr, '10.0.4.0/22']]],
])('finds the overlaps of VPCs whose blocks are %s', (_, cidrs, pairs) => {
  expect(overlaps(aHubVpc(), aVpc({ cidrs }))).toEqual(pairs);
});

it('finds overlaps of IPv6 blocks, and none between IPv4 and IPv6', () => {
  const hub = aHubVpc({ ipv6: [ipv6] });
  expect(overlaps(hub, aVpc({ ipv6: ['2001:db8:a:0::/60'] }))).toEqual([
    [ipv6, '2001:db8:a:0::/60'],
  ]);
  expect(overlaps(aHubVpc({ cidrs: ['0.0.0.0/0'] }), aVpc({ cidrs: [], ipv6: [ipv6] }))).toEqual(
    [],
  );
});

describe('the route tables in use', () => {
  const main = aTable([], { RouteTableId: 'rtb-main', Associations: [{ Main: true }] });
  const ofSubnet1 = aTable([], {
    RouteTableId: 'rtb-1',
    Associations: [{ Main: false, SubnetId: 'subnet-1' }],
  });
  const unused = aTable([], { RouteTableId: 'rtb-unused', Associations: [] });
  const ofGateway = aTable([], {
    RouteTableId: 'rtb-edge',
    Associations: [{ Main: false, GatewayId: 'igw-1' }],
  });
  const tables = [main, ofSubnet1, unused, ofGateway];
  const inUse = (subnetIds: string[], among: RouteTable[] = tables) =>
    tablesInUse(
      among,
      subnetIds.map((SubnetId) => ({ SubnetId })),
    ).map(({ RouteTableId }) => RouteTableId);

  it('are those of subnets, and the main one for a subnet that has none of its own', () => {
    expect(inUse(['subnet-1', 'subnet-2'])).toEqual(['rtb-main', 'rtb-1']);
  });

  it('are without the main one where every subnet has its own', () => {
    expect(inUse(['subnet-1'])).toEqual(['rtb-1']);
  });

  it('count a main table that subnets name themselves', () => {
    const named = aTable([], {
      RouteTableId: 'rtb-main',
      Associations: [{ Main: true }, { Main: false, SubnetId: 'subnet-1' }],
    });
    expect(inUse(['subnet-1'], [named, unused])).toEqual(['rtb-main']);
  });

  it('are just the main one in a VPC without subnets', () => {
    expect(inUse([], [main, unused])).toEqual(['rtb-main']);
  });
});
