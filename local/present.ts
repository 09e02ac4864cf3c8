import { styleText } from 'node:util';
import type { Explanation } from '../shared/errors.ts';
import type { Outcome, Port } from '../shared/execution.ts';
import type { Step } from '../shared/executions/steps.ts';
import { outcomeWords } from '../shared/outcomes.ts';
import { formatPort } from '../shared/ports.ts';
import type { Verdict } from '../shared/preflight/verdict.ts';
import { firstOf } from '../shared/readiness/reachabilityReport.ts';
import type { NetworkReport, Report, SideReport, Way } from '../shared/report.ts';

const outcomeText = (outcome: Outcome) =>
  styleText(outcome === 'already' ? 'dim' : 'green', outcomeWords[outcome]);

const heading = (text: string) => `\n${styleText('bold', text)}`;

const seconds = ({ startedAt, endedAt = startedAt }: Step) =>
  `${((endedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1)} s`;

const marks = {
  succeeded: styleText('green', '✔'),
  failed: styleText('red', '✘'),
  running: '…',
  stopped: styleText('dim', '-'),
} as const;

/** What to say of a step that says nothing itself: a Wait state, or one that did not come to its end. */
const fallback = ({ status }: Step) => (status === 'succeeded' ? 'waited' : status);

/** The line of one step: how it ended, its state, how long it took, and what it did. */
export const stepLine = (step: Step): string => {
  const tries = step.attempts > 1 ? styleText('dim', ` (after ${step.attempts} tries)`) : '';
  const [mark, time] = [marks[step.status], seconds(step).padStart(7)];
  return `${mark} ${step.state.padEnd(27)} ${time}  ${step.did ?? fallback(step)}${tries}`;
};

const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join('  ')}`.trimEnd(),
  );
};

const sideLines = (title: string, side: SideReport) => [
  heading(
    `${title}: account ${side.accountId}, ${side.region}, ${side.vpcId} (${side.cidrs.join(', ')})`,
  ),
  ...table(
    side.routes.map(({ routeTableId, destination, outcome }) => [
      routeTableId,
      `routes ${destination} into the peering`,
      outcomeText(outcome),
    ]),
  ),
];

const portText = (port: Port) => {
  const numbers = formatPort(port);
  return port.name === numbers ? numbers : `${port.name} (${numbers})`;
};

const groupLines = ({ securityGroups }: NetworkReport) => [
  heading('Security groups'),
  ...table(
    securityGroups.flatMap(({ groupId, name, rules }) =>
      rules.map(({ port, cidr, outcome }) => [
        groupId === name ? groupId : `${groupId} (${name})`,
        `lets ${portText(port)} in from ${cidr}`,
        outcomeText(outcome),
      ]),
    ),
  ),
];

/** So many lines tell one way of a report. */
const mostSubnets = 12;

const subnetLines = (subnets: Way['subnets']) => {
  const shown = subnets.slice(0, mostSubnets);
  const more = subnets.length - shown.length;
  const rows = shown.map(({ subnetId, cidr, availabilityZone = '' }) => [
    '  to',
    subnetId,
    cidr,
    availabilityZone,
  ]);
  return [...table(rows), ...(more > 0 ? [`    and ${more} more subnets`] : [])];
};

const wayLines = ({ ports, sources, subnets, open, hops }: Way): string[] => [
  `  ${open ? marks.succeeded : marks.failed} ${ports.map(portText).join(', ')} from ${firstOf(
    sources.map(({ cidr }) => cidr),
    mostSubnets,
    ', ',
  )}`,
  ...subnetLines(subnets),
  ...hops
    .filter(({ ok }) => !ok)
    .map(({ name, detail }) => `    ${marks.failed} ${name}: ${detail}`),
];

const waysLines = ({ ways }: NetworkReport) =>
  ways.length > 0 ? [heading('Ways, there and back'), ...ways.flatMap(wayLines)] : [];

const networkLines = (network: NetworkReport) => [
  heading('Peering'),
  `  ${network.peering.id} is ${network.peering.status}  ${outcomeText(network.peering.outcome)}`,
  ...(network.dnsResolution.asked
    ? [`  private DNS names resolve over it  ${outcomeText(network.dnsResolution.outcome)}`]
    : []),
  ...sideLines('Hub', network.hub),
  ...sideLines('Monitored', network.monitored),
  ...groupLines(network),
  ...waysLines(network),
];

const roleLines = ({ arn, policyArns, externalId, outcome }: NonNullable<Report['role']>) => [
  heading('Monitoring role'),
  `  ${arn}  ${outcomeText(outcome)}`,
  `  may do what ${policyArns.join(', ')} allows; ${externalId ? 'asks for an external id' : 'asks for no external id'}`,
];

const readinessLines = ({ readiness }: Report) => [
  heading('Readiness, as read back from AWS'),
  ...table(
    readiness.map(({ check, ok, detail }) => [ok ? marks.succeeded : marks.failed, check, detail]),
  ),
];

/** The report as a person reads it. `mutatingCalls` is what the local AWS counted meanwhile. */
export const reportText = (report: Report, mutatingCalls: number): string => {
  const { accountId, network, role, notes, changes } = report;
  return [
    `\n${styleText(['bold', 'green'], `Account ${accountId} is ready to be monitored.`)}`,
    ...(network ? networkLines(network) : []),
    ...(role ? roleLines(role) : []),
    ...readinessLines(report),
    ...(notes.length > 0 ? [heading('Still to do'), ...notes.map((note) => `  ${note}`)] : []),
    '',
    changes === 0
      ? `Nothing had to be changed: all of it was already so (${mutatingCalls} mutating calls).`
      : `${changes} things made or changed (${mutatingCalls} mutating calls).`,
  ].join('\n');
};

/** A failure as a person reads it: what is wrong, and what to do. */
export const failureText = (accountId: string, { name, message, remedy }: Explanation): string =>
  [
    '',
    styleText(['bold', 'red'], `Account ${accountId} is not ready: ${name}`),
    `  ${message}`,
    '',
    styleText('bold', 'What to do'),
    `  ${remedy}`,
  ].join('\n');

const findingLines = (title: string, mark: string, findings: Verdict['findings']) =>
  findings.length === 0
    ? []
    : [
        heading(title),
        ...findings.flatMap(({ name, message, remedy }) => [
          `  ${mark}  ${name}: ${message}`,
          `     ${styleText('dim', remedy)}`,
        ]),
      ];

const changeWords = {
  create: styleText('green', 'to be made'),
  adopt: 'used as it is',
  leave: styleText('dim', 'already so'),
} as const;

const changeLines = (changes: Verdict['changes']) =>
  table(
    changes.map(({ does, accountId, region, what, call = '' }) => [
      `account ${accountId}, ${region}`,
      what,
      changeWords[does],
      styleText('dim', call),
    ]),
  );

/** A verdict as a person reads it: what stands in the way, and what would be done. */
export const verdictText = ({ accountId, possible, findings, changes }: Verdict): string => {
  const of = (severity: string) => findings.filter((finding) => finding.severity === severity);
  const calls = changes.filter(({ call }) => call).length;
  const title = possible ? 'can be onboarded' : 'cannot be onboarded as it is';
  return [
    `${styleText(['bold', possible ? 'green' : 'red'], `Account ${accountId} ${title}.`)}`,
    ...findingLines('In the way', marks.failed, of('blocks')),
    ...findingLines('Worth knowing', '!', of('warns')),
    ...(changes.length > 0 ? [heading('What an onboarding does'), ...changeLines(changes)] : []),
    '',
    possible
      ? `${calls} mutating calls would be made; none was.`
      : 'Nothing would be changed, and nothing was.',
  ].join('\n');
};
