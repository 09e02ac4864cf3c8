import type { Outcome, Port, SideName } from '../execution.ts';
import { outcomeWords } from '../outcomes.ts';
import { formatPort } from '../ports.ts';
import { type WayRow, wayRows } from '../readiness/reachabilityReport.ts';
import type { Check, NetworkReport, Report, SideReport } from '../report.ts';
import {
  type Box,
  type Line,
  type Mark,
  type Marked,
  marksOf,
  marksOfBox,
  markWords,
  strongest,
} from './drawing.ts';

const markOf = (outcome: Outcome): Mark => {
  if (outcome === 'created') return 'made';
  return outcome === 'already' ? 'already' : 'changed';
};

const marked = (outcome: Outcome): Marked => ({
  mark: markOf(outcome),
  says: outcomeWords[outcome],
});

/** The names that ConfirmReadiness gives to its checks of what is drawn. */
export const checkNames = {
  peering: (id: string) => `${id} connects the VPCs`,
  route: (routeTableId: string, destination: string) => `${routeTableId} routes ${destination}`,
  rule: (groupId: string, port: Port, cidr: string) =>
    `${groupId} lets ${formatPort(port)} in from ${cidr}`,
};

/** The checks that are not so, by their names. */
export type Failed = ReadonlyMap<string, Check>;

/** The checks that are not so, to be looked up by what they check. */
export const failedOf = (readiness: readonly Check[]): Failed =>
  new Map(readiness.filter(({ ok }) => !ok).map((one) => [one.check, one]));

const missing: Marked = { mark: 'missing', says: markWords.missing };

/** An entry as it was left; if it was not so any more when it was read back, that and why. */
const checked = (text: string, outcome: Outcome, check: Check | undefined): Line[] =>
  check
    ? [
        { text, kind: 'entry', ...missing },
        { text: check.detail, kind: 'reason' },
      ]
    : [{ text, kind: 'entry', ...marked(outcome) }];

const portLabel = (port: Port) => {
  const numbers = formatPort(port);
  return port.name === numbers ? numbers : `${port.name} ${numbers}`;
};

/** The route tables of one side, each with its routes into the peering. */
export const tableBoxes = (side: SideName, { routes }: SideReport, failed: Failed): Box[] =>
  [...Map.groupBy(routes, ({ routeTableId }) => routeTableId)].map(([routeTableId, ofTable]) => {
    const lines = ofTable.flatMap(({ destination, outcome }) =>
      checked(
        `${destination} → peering`,
        outcome,
        failed.get(checkNames.route(routeTableId, destination)),
      ),
    );
    return {
      id: `${side}/${routeTableId}`,
      kind: 'routeTable',
      caption: 'Route table',
      title: routeTableId,
      lines,
      mark: strongest(marksOf(lines)),
    };
  });

type Group = NetworkReport['securityGroups'][number];

const ruleLines = ({ groupId, rules }: Group, failed: Failed): Line[] =>
  [...Map.groupBy(rules, ({ port }) => portLabel(port))].flatMap(([label, ofPort]): Line[] => [
    { text: label, kind: 'heading' },
    ...ofPort.flatMap(({ port, cidr, outcome }) =>
      checked(`from ${cidr}`, outcome, failed.get(checkNames.rule(groupId, port, cidr))),
    ),
  ]);

/** A security group of one side, with what it lets in port by port. */
export const groupBox = (side: SideName, group: Group, failed: Failed): Box => {
  const { groupId, name, outcome } = group;
  const state = marked(outcome);
  const lines = [
    ...(name === groupId ? [] : [{ text: name, kind: 'note' } as const]),
    ...ruleLines(group, failed),
  ];
  return {
    id: `${side}/${groupId}`,
    kind: 'securityGroup',
    caption: 'Security group',
    title: groupId,
    state,
    lines,
    mark: strongest(marksOfBox({ state, lines })),
  };
};

const wayLines = ({ port, open, hops }: WayRow): Line[] => [
  {
    text: portLabel(port),
    kind: 'entry',
    mark: open ? 'open' : 'closed',
    says: open ? markWords.open : markWords.closed,
  },
  ...(open ? [] : hops.filter(({ ok }) => !ok)).map(
    ({ name, detail }): Line => ({ text: `${name}: ${detail}`, kind: 'reason' }),
  ),
];

/** The ways to the ports of one side's subnets; none when the report does not know them. */
export const waysBySubnet = (side: SideName, { ways }: NetworkReport) =>
  Map.groupBy(
    wayRows(ways).filter((way) => way.side === side),
    ({ subnetId }) => subnetId,
  );

/** The ports of a subnet below its block; of one with IPv4 and IPv6 each block stands over its own. */
const blockLines = (ways: readonly WayRow[]): Line[] => {
  const byBlock = Map.groupBy(ways, ({ cidr }) => cidr);
  const kind = byBlock.size > 1 ? 'heading' : 'value';
  return [...byBlock].flatMap(([text, ofBlock]): Line[] => [
    { text, kind },
    ...ofBlock.flatMap(wayLines),
  ]);
};

/** The subnets of one side, each with its ports and why they are closed. */
export const subnetBoxes = (side: SideName, network: NetworkReport): Box[] =>
  [...waysBySubnet(side, network)].map(([subnetId, ways]) => {
    const zone = ways[0]?.availabilityZone;
    const lines = blockLines(ways);
    return {
      id: `${side}/${subnetId}`,
      kind: 'subnet',
      caption: zone === undefined ? 'Subnet' : `Subnet in ${zone}`,
      title: subnetId,
      lines,
      mark: strongest(marksOf(lines)),
    };
  });

/** The table that a subnet uses, where the onboarding has to do with it. */
export const tableOf = (ways: readonly WayRow[], tables: readonly Box[]): Box | undefined =>
  tables.find(({ title }) => ways.some(({ routeTableId }) => routeTableId === title));

const peeringState = ({ outcome, ours }: NetworkReport['peering']): Marked =>
  outcome === 'already' && !ours ? { mark: 'adopted', says: 'adopted' } : marked(outcome);

const requesterLine = ({ requester }: NetworkReport['peering']): Line[] =>
  requester === undefined
    ? []
    : [
        {
          text: `requested by the ${requester === 'hub' ? 'hub' : 'monitored account'}`,
          kind: 'note',
        },
      ];

const dnsLine = ({ asked, outcome }: NetworkReport['dnsResolution']): Line[] =>
  asked ? [{ text: 'private DNS names', kind: 'entry', ...marked(outcome) }] : [];

/** The peering, who requested it, and whether it was made or adopted. */
export const peeringBox = ({ peering, dnsResolution }: NetworkReport, failed: Failed): Box => {
  const check = failed.get(checkNames.peering(peering.id));
  const state = check ? missing : peeringState(peering);
  const lines: Line[] = [
    { text: check?.detail ?? peering.status, kind: 'note' },
    ...requesterLine(peering),
    ...dnsLine(dnsResolution),
  ];
  return {
    id: peering.id,
    kind: 'peering',
    caption: 'Peering',
    title: peering.id,
    state,
    lines,
    mark: state.mark,
  };
};

/** The part of an ARN that names the thing: what follows its kind, the path included. */
const nameIn = (arn: string) => arn.slice(arn.indexOf('/') + 1);

/** The monitoring role and what it may do. */
export const roleBox = ({
  arn,
  outcome,
  policyArns,
  externalId,
}: NonNullable<Report['role']>): Box => ({
  id: 'monitored/role',
  kind: 'role',
  caption: 'Monitoring role',
  title: nameIn(arn),
  state: marked(outcome),
  lines: [
    ...policyArns.map((policy): Line => ({ text: nameIn(policy), kind: 'value' })),
    { text: externalId ? 'asks for an external id' : 'asks for no external id', kind: 'note' },
  ],
  mark: markOf(outcome),
});
