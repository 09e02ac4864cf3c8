import { deployed } from './harness.ts';
import { hub, idFor, monitored, sketched, type VpcSketch } from './worlds.ts';

const other = '333333333333';
const tags = { 'sightline:hub': 'true' };

const servers = (block: string, more: Partial<VpcSketch> = {}): VpcSketch => ({
  blocks: [`${block}.0.0/16`],
  tables: { servers: ['0.0.0.0/0 nat'] },
  subnets: { servers: `${block}.1.0/24 servers` },
  tags,
  ...more,
});

const watched: VpcSketch = {
  blocks: ['10.20.0.0/16'],
  tables: { private: ['0.0.0.0/0 nat'] },
  subnets: { app: '10.20.1.0/24 private' },
  groups: { app: ['monitored'] },
};

const [first, second, untagged, overlapping] = ['hub', 'hub-2', 'hub-3', 'hub-4'].map((name) =>
  idFor('vpc', name),
);

/** Two accounts with the same addresses, which no VPC could reach both of, and VPCs of the hub. */
const severalHubs = () =>
  deployed(
    sketched({
      hub: [
        servers('10.0'),
        servers('10.1'),
        servers('10.2', { tags: {} }),
        servers('10.3', {
          blocks: ['10.0.128.0/17'],
          subnets: { servers: '10.0.129.0/24 servers' },
        }),
      ],
      monitored: watched,
      others: { [other]: watched },
    }),
  );

it('of two accounts each is onboarded to the VPC of the hub that its request names', async () => {
  const { onboard } = await severalHubs();

  const one = await onboard({ accountId: monitored, hubVpcId: first });
  const two = await onboard({ accountId: other, hubVpcId: second });

  for (const [{ status, report }, vpcId, block] of [
    [one, first, '10.0.0.0/16'],
    [two, second, '10.1.0.0/16'],
  ] as const) {
    expect(status).toBe('SUCCEEDED');
    expect(report?.network?.hub.vpcId).toBe(vpcId);
    expect(report?.network?.peering).toMatchObject({ status: 'active', outcome: 'created' });
    expect(report?.network?.monitored.routes.map(({ destination }) => destination)).toEqual([
      block,
    ]);
    expect(report?.readiness.every(({ ok }) => ok)).toBe(true);
  }
});

it('an account is not peered to a VPC of the hub that is not tagged, nor to one that nobody named', async () => {
  const { onboard } = await severalHubs();

  const notAllowed = await onboard({ accountId: monitored, hubVpcId: untagged });
  const notChosen = await onboard({ accountId: monitored });

  expect(notAllowed).toMatchObject({ status: 'FAILED', failure: { name: 'HubVpcNotAllowed' } });
  expect(notChosen).toMatchObject({ status: 'FAILED', failure: { name: 'HubVpcNotChosen' } });
  expect([...notAllowed.writes, ...notChosen.writes]).toEqual([]);
});

it('an account is not peered to a second VPC of the hub that shares addresses with its first', async () => {
  const { onboard } = await severalHubs();
  await onboard({ accountId: monitored, hubVpcId: first });

  const again = await onboard({ accountId: monitored, hubVpcId: overlapping });

  expect(again).toMatchObject({ status: 'FAILED', failure: { name: 'RouteCollision' } });
  expect(again.failure?.message).toContain(`which leads to ${first} of account ${hub}`);
  expect(again.writes).toEqual([]);
});
