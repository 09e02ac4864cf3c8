import { allBoxes, type Drawable, marksOfBox } from '../../shared/drawing.ts';
import { drawingOf } from '../../shared/drawReport.ts';
import { checkNetwork } from '../../shared/readiness.ts';
import { aConfigured, aNetworkPlan, aReport, peeringId, tableId } from '../builders.ts';
import { otherRegion, reports } from '../diagram/reports.ts';

/** What is read back of a network in which nothing is there any more. */
const nothingThere = checkNetwork(
  { peering: undefined, hubTables: [], monitoredTables: [], rules: [] },
  aNetworkPlan(),
  peeringId,
  aConfigured().securityGroups.rules,
);

const boxOfKind = (report: Drawable, kind: string) =>
  allBoxes(drawingOf(report)).find((box) => box.kind === kind)!;

it('marks everything as missing that was not read back, and nothing is left over', () => {
  const { role: _, ...report } = aReport({ readiness: nothingThere });
  const drawing = drawingOf(report);
  const marks = allBoxes(drawing).map((box) => [box.kind, marksOfBox(box)]);

  expect(nothingThere).toHaveLength(4);
  expect(marks).toEqual([
    ['peering', ['missing']],
    ['routeTable', ['missing']],
    ['routeTable', ['missing']],
    ['securityGroup', ['made', 'missing']],
  ]);
  expect(drawing.notes.filter((note) => note.startsWith('Not so'))).toEqual([]);
  expect(drawing.title).toMatch(/is not ready/);
});

it('notes a failed check that has no place in the picture', () => {
  const readiness = [{ check: 'the moon is full', ok: false, detail: 'it is new' }];
  expect(drawingOf(aReport({ readiness })).notes).toContain('Not so: the moon is full (it is new)');
});

it('says that an account is ready when all is so', () => {
  expect(drawingOf(aReport()).title).toMatch(/is ready to be monitored$/);
});

it.each([
  ['hub', 'requested by the hub'],
  ['monitored', 'requested by the monitored account'],
] as const)('says that the %s requested the peering', (requester, text) => {
  const { network, ...rest } = aReport();
  const peering = { ...network!.peering, requester };
  const report = { ...rest, network: { ...network!, peering } };
  expect(boxOfKind(report, 'peering').lines).toContainEqual({ text, kind: 'note' });
});

it.each([
  ['already', false, 'adopted', 'adopted'],
  ['already', true, 'already', 'already so'],
  ['created', true, 'made', 'made now'],
] as const)('marks a peering that was %s (ours: %s) as %s', (outcome, ours, mark, says) => {
  const { network, ...rest } = aReport();
  const peering = { ...network!.peering, outcome, ours };
  const box = boxOfKind({ ...rest, network: { ...network!, peering } }, 'peering');
  expect(box).toMatchObject({ state: { mark, says }, mark });
});

it('joins a subnet to the table that its way names, and guesses none', () => {
  const { links } = drawingOf(otherRegion);
  expect(links.filter(({ kind }) => kind === 'uses')).toHaveLength(2);

  const ways = otherRegion.network!.ways!.map((way) => ({ ...way, hops: [] }));
  const unknown = drawingOf({ ...otherRegion, network: { ...otherRegion.network!, ways } });
  expect(unknown.links.filter(({ kind }) => kind === 'uses')).toEqual([]);
  expect(allBoxes(unknown).filter(({ kind }) => kind === 'subnet')).toHaveLength(2);
});

it('tells why a way is closed below it', () => {
  const subnets = allBoxes(drawingOf(reports.closedWays)).filter(({ kind }) => kind === 'subnet');
  expect(subnets).toHaveLength(12);
  expect(subnets[2]).toMatchObject({
    mark: 'closed',
    lines: [
      { text: '10.70.3.0/24' },
      { text: 'zabbix-agent tcp/10050', mark: 'closed' },
      { text: expect.stringMatching(/^network ACL: acl-/), kind: 'reason' },
      { text: 'ping icmp/8', mark: 'open' },
    ],
  });
});

it('draws a table once for all its routes', () => {
  const { network, ...rest } = aReport();
  const routes = ['10.0.0.0/16', '10.1.0.0/16'].map((destination) => ({
    routeTableId: tableId,
    destination,
    outcome: 'created' as const,
  }));
  const monitored = { ...network!.monitored, routes };
  const boxes = allBoxes(drawingOf({ ...rest, network: { ...network!, monitored } }));
  expect(boxes.filter(({ title }) => title === tableId)).toMatchObject([
    { lines: [{ text: '10.0.0.0/16 → peering' }, { text: '10.1.0.0/16 → peering' }] },
  ]);
});
