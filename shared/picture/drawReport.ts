import type { SideName } from '../execution.ts';
import type { NetworkReport, SideReport } from '../report.ts';
import {
  checkNames,
  type Failed,
  failedOf,
  groupBox,
  peeringBox,
  roleBox,
  subnetBoxes,
  tableBoxes,
  tableOf,
  waysBySubnet,
} from './drawBoxes.ts';
import {
  allBoxes,
  type Box,
  type Drawable,
  type Drawing,
  type Frame,
  type Line,
  type Link,
  type Mark,
  type Marked,
  marksOfBox,
} from './drawing.ts';

/** Subnets stand on the outer side of the tables: left of them in the hub, right in the monitored VPC. */
const subnetLinks = (side: SideName, network: NetworkReport, tables: readonly Box[]): Link[] =>
  [...waysBySubnet(side, network)].flatMap(([subnetId, ways]): Link[] => {
    const used = tableOf(ways, tables);
    const table = used ?? tables[0];
    if (!table) return [];
    const [from, to] =
      side === 'hub' ? [`${side}/${subnetId}`, table.id] : [table.id, `${side}/${subnetId}`];
    return [{ from, to, kind: used ? 'uses' : 'order', head: 'none', mark: 'already' }];
  });

const accountNames = { hub: 'Hub account', monitored: 'Monitored account' } as const;

const accountFrame = (
  side: SideName,
  { accountId, region, vpcId, cidrs }: SideReport,
  inVpc: Box[],
  besides: Box[],
): Frame => ({
  id: side,
  kind: 'account',
  caption: accountNames[side],
  title: accountId,
  lines: [region],
  boxes: besides,
  frames: [
    {
      id: `${side}/${vpcId}`,
      kind: 'vpc',
      caption: 'VPC',
      title: vpcId,
      lines: cidrs,
      frames: [],
      boxes: inVpc,
    },
  ],
});

const routeLinks = (side: SideName, peeringId: string, tables: readonly Box[]): Link[] =>
  tables.map(({ id, mark }) =>
    side === 'hub'
      ? { from: id, to: peeringId, kind: 'route', head: 'to', mark }
      : { from: peeringId, to: id, kind: 'route', head: 'from', mark },
  );

const ingressLinks = (side: SideName, peeringId: string, groups: readonly Box[]): Link[] =>
  groups.map(({ id, mark }) =>
    side === 'hub'
      ? { from: id, to: peeringId, kind: 'ingress', head: 'from', mark }
      : { from: peeringId, to: id, kind: 'ingress', head: 'to', mark },
  );

const assumes = (from: string, { id, mark }: Box): Link => ({
  from,
  to: id,
  kind: 'assumes',
  head: 'to',
  mark,
  label: 'assumes',
});

type Parts = Pick<Drawing, 'frames' | 'boxes' | 'links'>;

const groupsOf = ({ hubSecurityGroups = [], securityGroups }: NetworkReport) => ({
  hub: hubSecurityGroups,
  monitored: securityGroups,
});

/** Subnets in the order of the tables that they use, so that their lines do not cross. */
const besideTables = (side: SideName, network: NetworkReport, tables: readonly Box[]): Box[] => {
  const links = subnetLinks(side, network, tables);
  const placeOf = (subnet: Box) =>
    tables.findIndex(({ id }) =>
      links.some(({ from, to }) => [from, to].includes(id) && [from, to].includes(subnet.id)),
    );
  return subnetBoxes(side, network).toSorted((one, other) => placeOf(one) - placeOf(other));
};

const sideBoxes = (side: SideName, network: NetworkReport, failed: Failed) => {
  const tables = tableBoxes(side, network[side], failed);
  return {
    tables,
    groups: groupsOf(network)[side].map((group) => groupBox(side, group, failed)),
    subnets: besideTables(side, network, tables),
  };
};

const networkParts = (network: NetworkReport, roles: Box[], failed: Failed): Parts => {
  const { peering } = network;
  const hub = sideBoxes('hub', network, failed);
  const monitored = sideBoxes('monitored', network, failed);
  const inHub = [...hub.subnets, ...hub.tables, ...hub.groups];
  const inMonitored = [...monitored.tables, ...monitored.groups, ...monitored.subnets];
  return {
    frames: [
      accountFrame('hub', network.hub, inHub, []),
      accountFrame('monitored', network.monitored, inMonitored, roles),
    ],
    boxes: [peeringBox(network, failed)],
    links: [
      ...subnetLinks('hub', network, hub.tables),
      ...routeLinks('hub', peering.id, hub.tables),
      ...ingressLinks('hub', peering.id, hub.groups),
      ...routeLinks('monitored', peering.id, monitored.tables),
      ...ingressLinks('monitored', peering.id, monitored.groups),
      ...subnetLinks('monitored', network, monitored.tables),
      ...roles.map((role) => assumes('hub', role)),
    ],
  };
};

/** Access by API only: the report knows the hub just as the one that assumes the role. */
const roleParts = (accountId: string, roles: Box[]): Parts => ({
  frames: [
    {
      id: 'monitored',
      kind: 'account',
      caption: accountNames.monitored,
      title: accountId,
      lines: [],
      frames: [],
      boxes: roles,
    },
  ],
  boxes: [
    {
      id: 'hub',
      kind: 'hub',
      caption: accountNames.hub,
      title: 'the monitoring account',
      lines: [],
      mark: 'already',
    },
  ],
  links: roles.map((role) => assumes('hub', role)),
});

/** The checks that have a place in the picture: what they name is a line of a box. */
const placed = (network: NetworkReport) => {
  const { peering, hub, monitored } = network;
  const groups = Object.values(groupsOf(network)).flat();
  return new Set([
    checkNames.peering(peering.id),
    ...[...hub.routes, ...monitored.routes].map(({ routeTableId, destination }) =>
      checkNames.route(routeTableId, destination),
    ),
    ...groups.flatMap(({ groupId, rules }) =>
      rules.map(({ port, cidr }) => checkNames.rule(groupId, port, cidr)),
    ),
  ]);
};

const notesOf = ({ network, readiness, notes }: Drawable): string[] => {
  const inPicture = network ? placed(network) : new Set<string>();
  return [
    ...readiness
      .filter(({ check, ok }) => !ok && !inPicture.has(check))
      .map(({ check, detail }) => `Not so: ${check} (${detail})`),
    ...notes,
  ];
};

const countOf = (parts: Parts, ...marks: Mark[]) =>
  allBoxes(parts)
    .flatMap(marksOfBox)
    .filter((mark) => marks.includes(mark)).length;

const titleOf = ({ accountId, ready, readiness }: Drawable, wrong: number): string =>
  ready && wrong === 0 && readiness.every(({ ok }) => ok)
    ? `Account ${accountId} is ready to be monitored`
    : `Account ${accountId} is not ready to be monitored`;

const sideText = ({ accountId, region, vpcId, cidrs }: SideReport) =>
  `${vpcId} (${cidrs.join(', ')}) of account ${accountId} in ${region}`;

const peeringText = ({ hub, monitored, peering }: NetworkReport) =>
  `The hub's ${sideText(hub)} and the monitored ${sideText(monitored)} are connected by the peering ${peering.id}, which is ${peering.status}.`;

const saysOf = (part: Marked | Line | undefined) => (part && 'says' in part ? [part.says] : []);

const boxText = ({ caption, title, state, lines }: Box) =>
  [
    [`${caption} ${title}`, ...saysOf(state)].join(', '),
    ...lines.map((line) => [line.text, ...saysOf(line)].join(', ')),
  ].join('; ');

const summaryOf = ({ network }: Drawable, parts: Parts): string =>
  [
    ...(network ? [peeringText(network)] : []),
    ...allBoxes(parts).map((box) => `${boxText(box)}.`),
  ].join(' ');

/**
 * What a picture of a report shows: whatever draws it decides about places and looks, not about
 * contents.
 */
export const drawingOf = (report: Drawable): Drawing => {
  const { accountId, network, role, readiness } = report;
  const roles = role ? [roleBox(role)] : [];
  const parts = network
    ? networkParts(network, roles, failedOf(readiness))
    : roleParts(accountId, roles);
  return {
    ...parts,
    title: titleOf(report, countOf(parts, 'missing', 'closed')),
    summary: summaryOf(report, parts),
    notes: notesOf(report),
  };
};
