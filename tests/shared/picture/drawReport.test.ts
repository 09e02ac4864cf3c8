import type { SideName } from '../../../shared/execution.ts';
import { allBoxes, type Drawable, marksOfBox } from '../../../shared/picture/drawing.ts';
import { drawingOf } from '../../../shared/picture/drawReport.ts';
import { checkNetwork } from '../../../shared/readiness/readiness.ts';
import { aConfigured, aNetworkPlan, aReport, peeringId, tableId } from '../../builders.ts';
import { onOtherTables, otherRegion, reports } from '../../diagram/reports.ts';

const empty = { subnets: [], routeTables: [], networkAcls: [] };

/** What is read back of a network in which nothing is there any more. */
const nothingThere = checkNetwork(
  { hub: empty, monitored: empty, rules: [] },
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

it('joins a subnet to the table that it uses, and guesses none', () => {
  const { links } = drawingOf(otherRegion);
  expect(links.filter(({ kind }) => kind === 'uses')).toHaveLength(2);

  const ways = onOtherTables(otherRegion.network!.ways);
  const unknown = drawingOf({ ...otherRegion, network: { ...otherRegion.network!, ways } });
  expect(unknown.links.filter(({ kind }) => kind === 'uses')).toEqual([]);
  expect(allBoxes(unknown).filter(({ kind }) => kind === 'subnet')).toHaveLength(2);
});

/** The subnets of one side in the picture of the closed ways. */
const subnetsOf = (side: SideName) =>
  allBoxes(drawingOf(reports.closedWays)).filter(
    ({ id, kind }) => kind === 'subnet' && id.startsWith(`${side}/`),
  );

it('has subnets in the order of the tables that they use, whatever the order of the ways', () => {
  const { network, ...rest } = reports.closedWays;
  const ways = network!.ways.toReversed();
  const { frames, links } = drawingOf({ ...rest, network: { ...network!, ways } });
  const { boxes } = frames[1]!.frames[0]!;
  const idsOfKind = (kind: string) => boxes.filter((box) => box.kind === kind).map(({ id }) => id);
  const tablesUsed = idsOfKind('subnet').map((id) => links.find(({ to }) => to === id)?.from);

  expect(tablesUsed).toEqual(idsOfKind('routeTable').flatMap((id) => [id, id]));
});

it('has the ports of a subnet with IPv4 and IPv6 below the block that they are open for', () => {
  expect(subnetsOf('monitored')[3]).toMatchObject({
    lines: [
      { text: '10.70.4.0/24', kind: 'heading' },
      { text: 'zabbix-agent tcp/10050', mark: 'open' },
      { text: 'ping icmp/8', mark: 'open' },
      { text: '2001:db8:4321:5b04::/64', kind: 'heading' },
      { text: 'zabbix-agent tcp/10050', mark: 'open' },
    ],
  });
});

it('draws the group of the hub that lets agents in, and the subnets that they call', () => {
  const { boxes, frames, links } = drawingOf(reports.closedWays);
  const [{ groupId, rules } = { groupId: '', rules: [] }] =
    reports.closedWays.network!.hubSecurityGroups!;
  const group = allBoxes({ boxes, frames }).find(({ id }) => id === `hub/${groupId}`);

  expect(group).toMatchObject({
    kind: 'securityGroup',
    mark: 'made',
    lines: [
      { text: 'monitoring-servers' },
      { text: 'zabbix-agent-active tcp/10051', kind: 'heading' },
      ...rules.slice(0, 2).map(({ cidr }) => ({ text: `from ${cidr}`, mark: 'made' })),
      { text: 'snmp-trap udp/162', kind: 'heading' },
      ...rules.slice(2).map(({ cidr }) => ({ text: `from ${cidr}`, mark: 'made' })),
    ],
  });
  expect(frames[0]!.frames[0]!.boxes).toContainEqual(group);
  expect(links).toContainEqual(
    expect.objectContaining({ from: `hub/${groupId}`, to: boxes[0]!.id, head: 'from' }),
  );
  expect(subnetsOf('hub')).toMatchObject(
    ['10.0.1.0/24', '10.0.2.0/24'].map((text) => ({
      lines: [
        { text },
        { text: 'zabbix-agent-active tcp/10051', mark: 'open' },
        { text: 'snmp-trap udp/162', mark: 'open' },
      ],
    })),
  );
});

it('marks a rule of the hub that was not read back as missing, in its place', () => {
  const [{ groupId } = { groupId: '' }] = reports.closedWays.network!.hubSecurityGroups!;
  const check = `${groupId} lets udp/162 in from 10.70.0.0/16`;
  const readiness = [{ check, ok: false, detail: 'there is no such rule' }];
  const drawing = drawingOf({ ...reports.closedWays, readiness });

  const group = allBoxes(drawing).find(({ id }) => id === `hub/${groupId}`);
  expect(group).toMatchObject({ mark: 'missing' });
  expect(group!.lines).toContainEqual({ text: 'there is no such rule', kind: 'reason' });
  expect(drawing.notes.filter((note) => note.startsWith('Not so'))).toEqual([]);
});

it('says of a group of the hub that is let in that it is let in', () => {
  const [{ groupId } = { groupId: '' }] = reports.closedWays.network!.hubSecurityGroups!;
  const group = allBoxes(drawingOf(reports.closedWays)).find(
    ({ id }) => id === `monitored/${reports.closedWays.network!.securityGroups[1]!.groupId}`,
  );
  expect(group!.lines.filter(({ text }) => text === `from ${groupId}`)).toHaveLength(3);
});

it('tells why a way is closed below it', () => {
  const subnets = subnetsOf('monitored');
  expect(subnets).toHaveLength(12);
  expect(subnets[2]).toMatchObject({
    mark: 'closed',
    lines: [
      { text: '10.70.3.0/24' },
      { text: 'zabbix-agent tcp/10050', mark: 'closed' },
      { text: expect.stringMatching(/^network ACL of the monitored subnet: acl-/), kind: 'reason' },
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
