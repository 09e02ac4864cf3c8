import type { Tag } from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { createLocalAws } from '../../local/aws/localAws.ts';
import { deployed } from './harness.ts';
import { topologies } from './topologies.ts';
import { hub, idFor, monitored, type Sketch, sketched, worldOf } from './worlds.ts';

const region = 'eu-central-1';
const snapshotOf = (sketch: Sketch, account: string, inRegion = region) =>
  createLocalAws(worldOf(sketch)).ec2.state.snapshot(account)[account]![inRegion]!;

it('a sketch says in a few words what a VPC has', () => {
  const snapshot = snapshotOf(
    {
      monitored: {
        blocks: ['10.20.0.0/16', '2001:db8:20::/56'],
        tables: { main: [], private: ['0.0.0.0/0 nat', '10.9.0.0/16 tgw blackhole'] },
        subnets: { app: '10.20.1.0/24 2001:db8:20:1::/64 private strict', data: '10.20.2.0/24' },
        acls: { strict: ['in 100 allow tcp/10050 10.0.0.0/16', 'out 90 deny all 0.0.0.0/0'] },
        groups: {
          app: ['monitored', 'in tcp/443 10.20.0.0/16', 'in tcp/22-23 bastion', 'out nothing'],
          bastion: ['in icmp/8 10.0.0.0/16'],
        },
        sharedWith: [hub],
      },
    },
    monitored,
  );
  const named = <One extends { Tags?: Tag[] | undefined }>(all: One[], name: string) =>
    all.find(({ Tags }) => Tags?.some(({ Key, Value }) => Key === 'Name' && Value === name));

  const app = named(snapshot.subnets, 'app');
  expect(app).toMatchObject({
    CidrBlock: '10.20.1.0/24',
    AvailabilityZone: `${region}a`,
    Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: '2001:db8:20:1::/64' }],
  });
  const table = named(snapshot.routeTables, 'private');
  expect(table).toMatchObject({
    RouteTableId: idFor('rtb', 'monitored', 'private'),
    Associations: [{ SubnetId: app?.SubnetId }],
  });
  expect(table?.Routes).toContainEqual(
    expect.objectContaining({
      DestinationCidrBlock: '10.9.0.0/16',
      TransitGatewayId: idFor('tgw', 'monitored', 'tgw'),
      State: 'blackhole',
    }),
  );
  const strict = named(snapshot.networkAcls, 'strict');
  expect(strict?.Associations).toMatchObject([{ SubnetId: app?.SubnetId }]);
  expect(strict?.Entries).toMatchObject([
    { RuleNumber: 90, RuleAction: 'deny', Egress: true, Protocol: '-1' },
    { RuleNumber: 32767 },
    { RuleNumber: 32768 },
    { RuleNumber: 100, Egress: false, PortRange: { From: 10050, To: 10050 } },
    { RuleNumber: 32767 },
    { RuleNumber: 32768 },
  ]);
  const rulesOf = (name: string) =>
    snapshot.securityGroupRules.filter(({ GroupId }) => GroupId === idFor('sg', 'monitored', name));
  expect(rulesOf('app')).toHaveLength(2);
  expect(rulesOf('app')).toContainEqual(
    expect.objectContaining({
      FromPort: 22,
      ToPort: 23,
      ReferencedGroupInfo: { GroupId: idFor('sg', 'monitored', 'bastion'), UserId: monitored },
    }),
  );
  expect(rulesOf('bastion')).toContainEqual(expect.objectContaining({ FromPort: 8, ToPort: -1 }));
});

it('a sketch has peerings, more accounts, and a Region of the monitored account', () => {
  const sketch: Sketch = {
    region: 'us-east-1',
    others: { '333333333333': { blocks: ['10.30.0.0/16'] } },
    peerings: [
      { from: 'monitored', to: 'hub', state: 'pending-acceptance', tags: { from: { by: 'hand' } } },
      { from: 'hub', to: '333333333333/333333333333' },
    ],
  };
  expect(snapshotOf(sketch, monitored, 'us-east-1').peerings).toMatchObject([
    {
      VpcPeeringConnectionId: idFor('pcx', 'monitored', 'hub'),
      Status: { Code: 'pending-acceptance' },
      Tags: [{ Key: 'by', Value: 'hand' }],
    },
  ]);
  expect(snapshotOf(sketch, hub).peerings).toHaveLength(2);
});

it('an account of a sketch can be onboarded', async () => {
  const { onboard } = await deployed(sketched({}));
  const { status, report } = await onboard({ accountId: monitored });
  expect(status).toBe('SUCCEEDED');
  expect(report?.network?.peering.status).toBe('active');
});

it('every generated topology is a world that AWS could have', () => {
  const shapes = new Set<string>();
  fc.assert(
    fc.property(topologies, (sketch) => {
      const { networkAcls, vpcs } = snapshotOf(sketch, monitored);
      shapes.add(`${networkAcls.length} ${vpcs[0]?.Ipv6CidrBlockAssociationSet?.length ?? 0}`);
    }),
    { numRuns: 100 },
  );
  // With and without a network ACL of its own, with and without IPv6.
  expect([...shapes].sort()).toEqual(['1 0', '1 1', '2 0', '2 1']);
});
