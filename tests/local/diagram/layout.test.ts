import fc from 'fast-check';
import type { Rectangle } from '../../../local/diagram/layout.ts';
import { type Page, pageOf } from '../../../local/diagram/page.ts';
import type { Outcome } from '../../../shared/execution.ts';
import type { Drawable } from '../../../shared/picture/drawing.ts';
import { drawingOf } from '../../../shared/picture/drawReport.ts';
import { HopName, type NetworkReport, type Way } from '../../../shared/report.ts';
import { aReport, ping, zabbixAgent } from '../../builders.ts';
import { onOtherTables, plain, reports } from '../../diagram/reports.ts';
import { idsOf } from '../../diagram/whatIsReported.ts';

const pageFor = (report: Drawable) => pageOf(drawingOf(report));

const overlap = (a: Rectangle, b: Rectangle) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const within = (inner: Rectangle, outer: Rectangle) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

/** The pairs of these that share room. */
const overlaps = <T extends Rectangle>(things: readonly T[]) =>
  things.flatMap((one, index) =>
    things.slice(index + 1).flatMap((other) => (overlap(one, other) ? [[one, other]] : [])),
  );

const isFrame = ({ kind }: Page['shapes'][number]) => kind === 'account' || kind === 'vpc';
const boxesOf = ({ shapes }: Page) => shapes.filter((shape) => !isFrame(shape));

/** What is wrong with the places on a page, for a reader: nothing, if all is well. */
const faultsOf = (page: Page) => ({
  labelsThatOverlap: overlaps(page.labels),
  boxesThatOverlap: overlaps(boxesOf(page)),
  labelsOverTheEdgeOfABox: boxesOf(page).flatMap((box) =>
    page.labels.filter((label) => overlap(label, box) && !within(label, box)),
  ),
  cutOff: [...page.labels, ...page.shapes].filter(
    (thing) => !within(thing, { x: 0, y: 0, ...page }),
  ),
  pathsThroughLabels: page.labels.filter((label) =>
    segmentsOf(page).some((segment) => overlap(segment, label)),
  ),
});

const segmentsOf = ({ paths }: Page): Rectangle[] =>
  paths.flatMap(({ points }) =>
    points.slice(1).map((point, index) => {
      const before = points[index]!;
      return {
        x: Math.min(before.x, point.x),
        y: Math.min(before.y, point.y),
        width: Math.max(Math.abs(before.x - point.x), 1),
        height: Math.max(Math.abs(before.y - point.y), 1),
      };
    }),
  );

const faultless = {
  labelsThatOverlap: [],
  boxesThatOverlap: [],
  labelsOverTheEdgeOfABox: [],
  cutOff: [],
  pathsThroughLabels: [],
};

const wordsOn = ({ labels }: Page) => labels.map(({ text }) => text).join('\n');

it.each(Object.entries(reports))(
  '%s: nothing overlaps and nothing is cut off',
  async (_name, report) => {
    expect(faultsOf(await pageFor(report))).toEqual(faultless);
  },
);

it.each(Object.entries(reports))('%s: shows all that is in the report', async (_name, report) => {
  const words = wordsOn(await pageFor(report));
  expect(idsOf(report).length).toBeGreaterThan(10);
  for (const id of idsOf(report)) expect(words).toContain(id);
});

it.each(['access by API only', 'access by network only'])('draws %s', async (which) => {
  const { network, role, ...neither } = aReport();
  const report = which === 'access by API only' ? { ...neither, role } : { ...neither, network };
  const page = await pageFor(report);
  expect(faultsOf(page)).toEqual(faultless);
  for (const id of idsOf(report)) expect(wordsOn(page)).toContain(id);
});

it('draws what is left to right: hub, peering, tables, subnets; each in the order of the report', async () => {
  const { shapes } = await pageFor(reports.closedWays);
  const ofKind = (kind: string) => shapes.filter((shape) => shape.kind === kind);
  const [peering] = ofKind('peering');
  const monitored = ofKind('routeTable').filter(({ id }) => id.startsWith('monitored/'));
  const subnets = ofKind('subnet').filter(({ id }) => id.startsWith('monitored/'));

  expect(ofKind('account')[0]!.x).toBeLessThan(peering!.x);
  for (const table of monitored) expect(table.x).toBeGreaterThan(peering!.x + peering!.width);
  for (const column of [monitored, subnets]) {
    expect(column.length).toBeGreaterThan(5);
    expect(column.toSorted((a, b) => a.y - b.y)).toEqual(column);
    expect(new Set(column.map(({ x, width }) => `${x} ${width}`)).size).toBe(1);
  }
  expect(subnets[0]!.x).toBeGreaterThan(monitored[0]!.x + monitored[0]!.width);

  const inHub = (kind: string) => ofKind(kind).filter(({ id }) => id.startsWith('hub/'));
  const [table] = inHub('routeTable');
  expect(inHub('subnet')).toHaveLength(2);
  for (const { x, width } of inHub('subnet')) expect(x + width).toBeLessThan(table!.x);
  expect(inHub('securityGroup')).toHaveLength(1);
  for (const { x, width } of inHub('securityGroup')) expect(x + width).toBeLessThan(peering!.x);
});

it('puts subnets beside the tables where the report does not know which they use, and joins none', async () => {
  const { network, ...rest } = reports.otherRegion;
  const ways = onOtherTables(network!.ways);
  const known = await pageFor(reports.otherRegion);
  const unknown = await pageFor({ ...rest, network: { ...network!, ways } });
  const table = unknown.shapes.find(({ id }) => id.startsWith('monitored/rtb'));
  const subnets = unknown.shapes.filter(({ kind }) => kind === 'subnet');

  expect(subnets).toHaveLength(2);
  for (const { x } of subnets) expect(x).toBeGreaterThan(table!.x + table!.width);
  expect(unknown.paths).toHaveLength(known.paths.length - subnets.length);
});

it('gives what was made, what was there and what is missing lines of their own', async () => {
  const { paths } = await pageFor(reports.closedWays);
  const ends = new Map<string, Set<string>>();
  for (const { points, mark } of paths) {
    for (const { x, y } of [points[0]!, points.at(-1)!]) {
      ends.set(`${x} ${y}`, (ends.get(`${x} ${y}`) ?? new Set()).add(mark));
    }
  }
  expect(new Set(paths.map(({ mark }) => mark))).toEqual(new Set(['made', 'already', 'missing']));
  expect([...ends.values()].filter((marks) => marks.size > 1)).toEqual([]);
});

it('has a legend of exactly the marks that it shows', async () => {
  const words = (report: Drawable) =>
    pageFor(report).then(({ labels }) => labels.map(({ text }) => text));
  expect(await words(plain)).not.toContain('missing');
  expect(await words(reports.closedWays)).toEqual(
    expect.arrayContaining(['Legend', 'made now', 'already so', 'open', 'missing', 'closed']),
  );
});

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const outcome = fc.constantFrom<Outcome>('created', 'replaced', 'updated', 'already');
const cidr = fc.oneof(
  fc.ipV4().map((ip) => `${ip}/24`),
  fc.ipV6().map((ip) => `${ip}/64`),
);
const port = fc.constantFrom(zabbixAgent, ping, { ...zabbixAgent, name: 'x'.repeat(64), from: 1 });

const side = fc.record({
  accountId: fc.constant('222222222222'),
  region: fc.constantFrom('eu-central-1', 'us-gov-west-1'),
  vpcId: hex(17).map((id) => `vpc-${id}`),
  cidrs: fc.array(cidr, { minLength: 1, maxLength: 6 }),
  routes: fc
    .array(
      fc.record({ routeTableId: hex(17).map((id) => `rtb-${id}`), destination: cidr, outcome }),
      { maxLength: 7 },
    )
    .map((routes) =>
      routes.map((route, index) => ({
        ...route,
        ...(index % 3 && routes[index - 1] && { routeTableId: routes[index - 1]!.routeTableId }),
      })),
    ),
});

const way = (tables: readonly string[]) =>
  fc.record({
    side: fc.constantFrom('hub', 'monitored'),
    subnets: fc.array(
      fc.record({
        subnetId: hex(2).map((id) => `subnet-0123456789abcde${id}`),
        cidr,
        availabilityZone: fc.constantFrom('eu-central-1a', undefined),
        routeTableId: fc.constantFrom('rtb-0', ...tables),
        networkAclId: fc.constant('acl-0'),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    ports: fc.uniqueArray(port, { minLength: 1, selector: ({ name }) => name }),
    sources: fc.array(fc.record({ cidr }), { maxLength: 2 }),
    open: fc.boolean(),
    hops: fc.array(
      fc.record({
        name: fc.constantFrom(...HopName.options),
        ok: fc.boolean(),
        detail: fc.string({ maxLength: 200 }),
      }),
      { maxLength: 3 },
    ),
  }) satisfies fc.Arbitrary<Way>;

const groups = fc.uniqueArray(
  fc.record({
    groupId: hex(17).map((id) => `sg-${id}`),
    name: fc.string({ unit: 'grapheme', maxLength: 255 }),
    outcome,
    rules: fc.array(
      fc.record({ port, cidr: fc.oneof(cidr, fc.constant('sg-0123456789abcdef0')), outcome }),
      { maxLength: 6 },
    ),
  }),
  { maxLength: 4, selector: ({ groupId }) => groupId },
);

const network: fc.Arbitrary<NetworkReport> = fc
  .record({ hub: side, monitored: side })
  .chain(({ hub, monitored }) =>
    fc.record({
      hub: fc.constant(hub),
      monitored: fc.constant({ ...monitored, vpcId: `${monitored.vpcId}0` }),
      peering: fc.record({
        id: hex(17).map((id) => `pcx-${id}`),
        status: fc.constant('active'),
        outcome,
        ours: fc.boolean(),
        requester: fc.constantFrom('hub', 'monitored'),
      }),
      securityGroups: groups,
      hubSecurityGroups: groups,
      dnsResolution: fc.record({ asked: fc.boolean(), outcome }),
      ways: fc.array(
        way([...hub.routes, ...monitored.routes].map(({ routeTableId }) => routeTableId)),
        { maxLength: 8 },
      ),
    }),
  );

it('draws any network without overlaps', async () => {
  await fc.assert(
    fc.asyncProperty(network, async (drawn) => {
      const page = await pageFor({ ...aReport(), network: drawn });
      expect(faultsOf(page)).toEqual(faultless);
      const words = wordsOn(page);
      for (const { routeTableId } of [...drawn.hub.routes, ...drawn.monitored.routes]) {
        expect(words).toContain(routeTableId);
      }
      for (const { groupId } of [...drawn.securityGroups, ...drawn.hubSecurityGroups!]) {
        expect(words).toContain(groupId);
      }
      for (const { subnetId } of drawn.ways.flatMap(({ subnets }) => subnets)) {
        expect(words).toContain(subnetId);
      }
    }),
    { numRuns: 150 },
  );
});
