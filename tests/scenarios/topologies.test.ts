import type { RouteTable } from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import type { RegionSnapshot } from '../../local/aws/ec2/snapshot.ts';
import type { Verdict } from '../../shared/preflight/verdict.ts';
import { wayRows } from '../../shared/readiness/reachabilityReport.ts';
import type { Report } from '../../shared/report.ts';
import { deployed } from '../local/harness.ts';
import { topologies } from '../local/topologies.ts';
import { hub, idFor, monitored, type Sketch, sketched, type VpcSketch } from '../local/worlds.ts';
import { type End, type Row, type Wanted, walk } from './packets.ts';

const region = 'eu-central-1';
const runs = Number(process.env['TOPOLOGY_RUNS'] ?? 60);

type Asked = Wanted & { name?: string; towards?: 'hub' };

/** What can be asked for. What has a name is a profile of serverless.yml. */
const zabbixAgent: Asked = { name: 'zabbix-agent', protocol: 'tcp', from: 10_050, to: 10_050 };
const ping: Asked = { name: 'ping', protocol: 'icmp', from: 8, to: -1 };
const others: Asked[] = [
  { name: 'node-exporter', protocol: 'tcp', from: 9100, to: 9100 },
  { name: 'snmp', protocol: 'udp', from: 161, to: 161 },
  { name: 'zabbix-agent-active', protocol: 'tcp', from: 10_051, to: 10_051, towards: 'hub' },
  { protocol: 'tcp', from: 10_000, to: 10_100 },
  { protocol: 'icmp', from: -1, to: -1 },
];

const groupOfHub = idFor('sg', 'hub', 'group-1');

/** A request, and the ports that it asks for in full. */
const requests = fc
  .record({
    ports: fc.option(
      fc.uniqueArray(fc.constantFrom(zabbixAgent, ping, ...others), { minLength: 1, maxLength: 3 }),
      { nil: undefined, freq: 2 },
    ),
    sources: fc.option(fc.constantFrom(['10.0.1.0/24'], ['10.0.1.0/25', '10.0.1.192/26']), {
      nil: undefined,
      freq: 2,
    }),
    isDedicated: fc.boolean(),
  })
  .map(({ ports, sources, isDedicated }) => ({
    ports: ports ?? [zabbixAgent, ping],
    sources,
    request: {
      accountId: monitored,
      ...(ports && {
        ports: ports.map(({ name, protocol, from, to }) => name ?? { protocol, from, to }),
      }),
      ...(ports?.some(({ towards }) => towards) && { hubSecurityGroups: [groupOfHub] }),
      ...(sources && { sources }),
      ...(isDedicated && { securityGroups: 'dedicated' }),
    },
  }));

/** What else a VPC may have: an ACL that lets through the rest, or most of it, and a route to some of the other VPC. */
const additions = (peer: string) =>
  fc.record({
    opensRest: fc.constantFrom(...Array.from({ length: 9 }, () => true), false),
    denies: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc
          .record({
            direction: fc.constantFrom('in', 'out'),
            ports: fc.constantFrom('tcp/1024-2000', 'tcp/60000-65535', 'udp/161', 'icmp/0'),
            block: fc.constantFrom('0.0.0.0/0', `${peer}.1.128/25`),
          })
          .map(({ direction, ports, block }) => [`${direction} 350 deny ${ports} ${block}`]),
      },
    ),
    route: fc.oneof(
      { weight: 9, arbitrary: fc.constant(undefined) },
      {
        weight: 1,
        arbitrary: fc.record({
          table: fc.constantFrom('main', 'private'),
          destination: fc.constantFrom(`${peer}.0.0/16`, `${peer}.1.0/24`, `${peer}.1.64/26`),
          target: fc.constantFrom('tgw', 'eni blackhole'),
        }),
      },
    ),
  });

type Addition = ReturnType<typeof additions> extends fc.Arbitrary<infer Value> ? Value : never;

const rest = ['in', 'out'].flatMap((direction) => [
  `${direction} 400 allow all 0.0.0.0/0`,
  `${direction} 401 allow all ::/0`,
]);

const withAddition = (vpc: VpcSketch, { opensRest, denies, route }: Addition): VpcSketch => ({
  ...vpc,
  ...(vpc.acls && opensRest && { acls: { strict: [...vpc.acls['strict']!, ...denies, ...rest] } }),
  ...(route && {
    tables: {
      ...vpc.tables,
      [route.table]: [...vpc.tables![route.table]!, `${route.destination} ${route.target}`],
    },
  }),
});

const peerings = fc.option(
  fc.record({
    sides: fc.constantFrom(
      { from: 'hub', to: 'monitored' } as const,
      {
        from: 'monitored',
        to: 'hub',
      } as const,
    ),
    state: fc.constantFrom('active', 'pending-acceptance', 'deleted'),
  }),
  { nil: undefined, freq: 2 },
);

const scenarios = fc.record({
  sketch: fc
    .record({
      drawn: topologies,
      hub: additions('10.20'),
      monitored: additions('10.0'),
      peering: peerings,
    })
    .map(
      ({ drawn, peering, ...more }): Sketch => ({
        hub: withAddition(drawn.hub as VpcSketch, more.hub),
        monitored: withAddition(drawn.monitored as VpcSketch, more.monitored),
        ...(peering && { peerings: [{ ...peering.sides, state: peering.state }] }),
      }),
    ),
  asked: requests,
});

type Scenario = typeof scenarios extends fc.Arbitrary<infer Value> ? Value : never;
type Sightline = Awaited<ReturnType<typeof deployed>>;
type Sides = { hub: RegionSnapshot; monitored: RegionSnapshot };

const copy = <Thing>(thing: Thing): Thing => JSON.parse(JSON.stringify(thing));

const sidesOf = ({ aws }: Sightline): Sides => {
  const all = copy(aws.ec2.state.snapshot());
  return { hub: all[hub]![region]!, monitored: all[monitored]![region]! };
};

const rolesOf = (sightline: Sightline) => copy(sightline.snapshot().roles);

const ends = (sides: Sides): { hub: End; monitored: End } => ({
  hub: { vpcId: idFor('vpc', 'hub'), state: sides.hub },
  monitored: { vpcId: idFor('vpc', 'monitored'), state: sides.monitored },
});

const vpcSketches = ({ sketch }: Scenario) => ({
  hub: sketch.hub as VpcSketch,
  monitored: sketch.monitored as VpcSketch,
});

/** The blocks of both VPCs that take part: IPv6 where both have it. */
const blocksOf = (scenario: Scenario) => {
  const both = vpcSketches(scenario);
  const haveIpv6 = Object.values(both).every(({ blocks }) =>
    blocks.some((one) => one.includes(':')),
  );
  const part = ({ blocks }: VpcSketch) => blocks.filter((one) => haveIpv6 || !one.includes(':'));
  return { hub: part(both.hub), monitored: part(both.monitored) };
};

const nameOf = (side: string, cidr: string, { protocol, from, to }: Wanted) =>
  `${side} ${cidr} ${protocol}/${from}-${to}`;

type Found = Row & { name: string };

/** Every way of a scenario, walked; without groups these are taken to let in what they are to. */
const walked = (
  scenario: Scenario,
  sides: Sides,
  groups?: { hub: string[]; monitored: string[] },
) => {
  const { asked } = scenario;
  const blocks = blocksOf(scenario);
  const both = ends(sides);
  return asked.ports.flatMap((port): Found[] => {
    const side = port.towards ?? 'monitored';
    const other = side === 'hub' ? 'monitored' : 'hub';
    const rows = walk({
      from: both[other],
      to: both[side],
      sources: other === 'hub' ? (asked.sources ?? blocks.hub) : blocks.monitored,
      called: blocks[side],
      port,
      ...(groups && { groupIds: groups[side] }),
    });
    return rows.map((row) => ({ ...row, name: nameOf(side, row.cidr, port) }));
  });
};

const byName = (rows: readonly { name: string; open: boolean }[]) =>
  rows.map(({ name, open }) => `${name} ${open ? 'open' : 'closed'}`).toSorted();

const reported = ({ network }: Report) =>
  wayRows(network?.ways ?? []).map(({ side, cidr, port, open }) => ({
    name: nameOf(side, cidr, port),
    open,
  }));

const groupsOf = ({ network }: Report) => ({
  monitored: network?.securityGroups.map(({ groupId }) => groupId) ?? [],
  hub: network?.hubSecurityGroups?.map(({ groupId }) => groupId) ?? [],
});

const plannedPeering = {
  VpcPeeringConnectionId: 'pcx-planned',
  Status: { Code: 'active' as const },
  RequesterVpcInfo: { VpcId: idFor('vpc', 'hub') },
  AccepterVpcInfo: { VpcId: idFor('vpc', 'monitored') },
};

const destinationIn = (block: string) =>
  block.includes(':') ? { DestinationIpv6CidrBlock: block } : { DestinationCidrBlock: block };

/** A side with the planned routes put in place in each table that has none to just that block. */
const asPlanned = (state: RegionSnapshot, others: readonly string[]): RegionSnapshot => ({
  ...state,
  peerings: [plannedPeering],
  routeTables: state.routeTables.map(
    (table): RouteTable => ({
      ...table,
      Routes: [
        ...(table.Routes ?? []).filter(
          ({ DestinationCidrBlock: v4, DestinationIpv6CidrBlock: v6 }) =>
            !others.includes(v4 ?? v6 ?? ''),
        ),
        ...others.map((block) => ({
          ...destinationIn(block),
          VpcPeeringConnectionId: 'pcx-planned',
          State: 'active' as const,
        })),
      ],
    }),
  ),
});

const foreseen = (scenario: Scenario, before: Sides) => {
  const blocks = blocksOf(scenario);
  return walked(scenario, {
    hub: asPlanned(before.hub, blocks.monitored),
    monitored: asPlanned(before.monitored, blocks.hub),
  });
};

/** Whether each of the things of before is still there, just as it was. */
const stays = <Thing>(before: readonly Thing[], after: readonly Thing[]) => {
  expect(after).toEqual(expect.arrayContaining([...before]));
};

const tablesBefore = (before: RegionSnapshot, after: RegionSnapshot) => {
  for (const { Routes: routes = [], ...table } of before.routeTables) {
    const same = after.routeTables.find(({ RouteTableId }) => RouteTableId === table.RouteTableId);
    const { Routes: now = [], ...rest } = same ?? {};
    expect(rest).toEqual(table);
    stays(routes, now);
  }
};

/** An accepted peering tells more of its VPCs; whose it is, and its tags, are as before. */
const peeringsBefore = (before: RegionSnapshot, after: RegionSnapshot) => {
  const essence = ({ peerings: all }: RegionSnapshot) =>
    all.map(({ VpcPeeringConnectionId: id, RequesterVpcInfo, AccepterVpcInfo, Tags }) => ({
      id,
      vpcs: [RequesterVpcInfo?.VpcId, AccepterVpcInfo?.VpcId],
      Tags,
    }));
  stays(essence(before), essence(after));
  stays(
    before.peerings.filter(({ Status }) => Status?.Code !== 'pending-acceptance'),
    after.peerings,
  );
};

const nothingChanged = (before: RegionSnapshot, after: RegionSnapshot) => {
  stays(before.vpcs, after.vpcs);
  stays(before.subnets, after.subnets);
  stays(before.networkAcls, after.networkAcls);
  stays(before.securityGroups, after.securityGroups);
  stays(before.securityGroupRules, after.securityGroupRules);
  tablesBefore(before, after);
  peeringsBefore(before, after);
};

const verdictOn = async ({ api }: Sightline, request: object): Promise<Verdict> => {
  const { status, body } = await api('POST', '/onboardings?dryRun=true', request);
  expect(status).toBe(200);
  return body;
};

const seen = { ways: 0, succeeded: 0, refused: new Map<string, number>() };

/** The places that a refusal names: `subnet-1 (10.20.1.0/24)`. */
const placesIn = (message: string) =>
  [...message.matchAll(/(subnet-\w+) \(([^)]+)\)/g)].map(([, id, cidr]) => `${id} ${cidr}`);

const whenRefused = (scenario: Scenario, before: Sides, { findings }: Verdict) => {
  for (const { severity, name } of findings) {
    if (severity === 'blocks') seen.refused.set(name, (seen.refused.get(name) ?? 0) + 1);
  }
  const blocked = findings.find(({ name }) => name === 'WayBlocked');
  const closed = foreseen(scenario, before).filter(({ open }) => !open);
  expect(blocked !== undefined).toBe(closed.length > 0);
  if (!blocked || /and \d+ more/.test(blocked.message)) return;
  const expected = closed.map(({ subnetId, cidr }) => `${subnetId} ${cidr}`);
  expect(new Set(placesIn(blocked.message))).toEqual(new Set(expected));
};

const onboardIn = async (scenario: Scenario) => {
  const { sketch, asked } = scenario;
  const sightline = await deployed(sketched(sketch));
  const [before, rolesBefore] = [sidesOf(sightline), rolesOf(sightline)];

  const verdict = await verdictOn(sightline, asked.request);
  expect(sidesOf(sightline)).toEqual(before);
  const { status, report, calls, writes } = await sightline.onboard(asked.request);
  const after = sidesOf(sightline);

  expect(status).toBe(verdict.possible ? 'SUCCEEDED' : 'FAILED');
  nothingChanged(before.hub, after.hub);
  nothingChanged(before.monitored, after.monitored);
  stays(rolesBefore, rolesOf(sightline));
  if (!report) {
    expect(writes).toEqual([]);
    expect(after).toEqual(before);
    expect(rolesOf(sightline)).toEqual(rolesBefore);
    whenRefused(scenario, before, verdict);
    return;
  }
  const made = calls
    .filter(({ mutating, error }) => mutating && !error)
    .map(({ service, action, accountId }) => `${service}:${action} in ${accountId}`);
  const planned = verdict.changes.flatMap(({ call, accountId }) =>
    call ? [`${call} in ${accountId}`] : [],
  );
  expect(made.toSorted()).toEqual(planned.toSorted());
  const rows = walked(scenario, after, groupsOf(report));
  expect(byName(reported(report))).toEqual(byName(rows));
  expect(byName(foreseen(scenario, before))).toEqual(byName(rows));
  seen.succeeded += 1;
  seen.ways += rows.length;
};

beforeAll(() => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
});

it('whatever the topology, an onboarding does what it said, harms nothing, and reports what packets meet', async () => {
  await fc.assert(fc.asyncProperty(scenarios, onboardIn), { numRuns: runs });

  // Otherwise the drawn ones would not be worth walking.
  expect(seen.succeeded).toBeGreaterThanOrEqual(runs * 0.2);
  expect(seen.refused.size).toBeGreaterThan(0);
}, 600_000);
