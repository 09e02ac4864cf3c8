import { createHash } from 'node:crypto';
import type { Drawable, DrawableNetwork, Way } from '../../shared/drawing.ts';
import type { Outcome, Port, RouteResult, SideName } from '../../shared/execution.ts';

/** Ids that look like AWS's and are always the same. */
const idOf = (prefix: string, seed: number) =>
  `${prefix}-0${createHash('sha256').update(`${seed}`).digest('hex').slice(0, 16)}`;

const agent: Port = { name: 'zabbix-agent', protocol: 'tcp', from: 10050, to: 10050 };
const ping: Port = { name: 'ping', protocol: 'icmp', from: 8, to: -1 };
const web: Port = { name: 'tcp/8080-8090', protocol: 'tcp', from: 8080, to: 8090 };

const routes = (
  routeTableIds: readonly string[],
  destinations: readonly string[],
  outcome: Outcome = 'created',
): RouteResult[] =>
  routeTableIds.flatMap((routeTableId) =>
    destinations.map((destination) => ({ routeTableId, destination, outcome })),
  );

type WayParts = {
  side?: SideName;
  subnet: number;
  cidr: string;
  zone: string;
  table: string;
  port: Port;
  closedBy?: { name: string; detail: string };
};

const way = ({ side = 'monitored', subnet, cidr, zone, table, port, closedBy }: WayParts): Way => ({
  subnetId: idOf('subnet', 500 + subnet),
  cidr,
  availabilityZone: zone,
  side,
  port,
  open: closedBy === undefined,
  hops: [
    { name: 'security group', ok: true, detail: 'lets it in' },
    ...(closedBy ? [{ ...closedBy, ok: false }] : []),
    { name: 'route back', ok: true, detail: `${table} routes it into the peering` },
  ],
});

const plainHubTable = idOf('rtb', 1);
const plainTables = [idOf('rtb', 2), idOf('rtb', 3)];
const plainGroup = idOf('sg', 4);

const plainNetwork: DrawableNetwork = {
  peering: {
    id: idOf('pcx', 5),
    status: 'active',
    outcome: 'created',
    ours: true,
    requester: 'hub',
  },
  hub: {
    accountId: '111111111111',
    region: 'eu-central-1',
    vpcId: idOf('vpc', 6),
    cidrs: ['10.0.0.0/16'],
    routes: routes([plainHubTable], ['10.20.0.0/16', '10.120.0.0/20']),
  },
  monitored: {
    accountId: '222222222222',
    region: 'eu-central-1',
    vpcId: idOf('vpc', 7),
    cidrs: ['10.20.0.0/16', '10.120.0.0/20'],
    routes: routes(plainTables, ['10.0.0.0/16']),
  },
  securityGroups: [
    {
      groupId: plainGroup,
      name: plainGroup,
      outcome: 'already',
      rules: [agent, ping].map((port) => ({ port, cidr: '10.0.0.0/16', outcome: 'created' })),
    },
  ],
  dnsResolution: { asked: false, outcome: 'already' },
};

/** Everything made in one go, within one Region; the report does not know the subnets. */
export const plain: Drawable = {
  accountId: '222222222222',
  ready: true,
  changes: 8,
  network: plainNetwork,
  role: {
    arn: 'arn:aws:iam::222222222222:role/cross-role',
    outcome: 'created',
    policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    externalId: false,
  },
  readiness: [
    { check: `${plainNetwork.peering.id} connects the VPCs`, ok: true, detail: 'active' },
  ],
  notes: [],
  did: 'confirmed 1 of 1 checks',
};

const farTable = idOf('rtb', 12);
const dedicated = idOf('sg', 13);

/** A VPC in another Region, whose owner had requested the peering; a group made for this; subnets known. */
export const otherRegion: Drawable = {
  accountId: '666666666666',
  ready: true,
  changes: 4,
  network: {
    peering: {
      id: idOf('pcx', 14),
      status: 'active',
      outcome: 'already',
      ours: false,
      requester: 'monitored',
    },
    hub: { ...plainNetwork.hub, routes: routes([plainHubTable], ['10.60.0.0/16'], 'replaced') },
    monitored: {
      accountId: '666666666666',
      region: 'us-east-1',
      vpcId: idOf('vpc', 15),
      cidrs: ['10.60.0.0/16'],
      routes: routes([farTable], ['10.0.0.0/16'], 'already'),
    },
    securityGroups: [
      {
        groupId: dedicated,
        name: 'sightline-monitoring',
        outcome: 'created',
        rules: [agent, web].flatMap((port) =>
          ['10.0.1.0/24', '10.0.2.0/24'].map((cidr) => ({
            port,
            cidr,
            outcome: 'created' as const,
          })),
        ),
      },
    ],
    dnsResolution: { asked: true, outcome: 'updated' },
    ways: [1, 2].flatMap((subnet) =>
      [agent, web].map((port) =>
        way({
          subnet,
          cidr: `10.60.${subnet}.0/24`,
          zone: `us-east-1${'ab'[subnet - 1]}`,
          table: farTable,
          port,
        }),
      ),
    ),
  },
  role: {
    arn: 'arn:aws:iam::666666666666:role/monitoring/cross-role',
    outcome: 'already',
    policyArns: [
      'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess',
      'arn:aws:iam::aws:policy/SecurityAudit',
    ],
    externalId: true,
  },
  readiness: [],
  notes: [
    `Attach security group ${dedicated} (sightline-monitoring) to the instances that are to be monitored: it was made for this and nothing uses it by itself.`,
  ],
  did: 'confirmed 0 of 0 checks',
};

const manyTables = [21, 22, 23, 24, 25, 26].map((seed) => idOf('rtb', seed));
const hubTables = [31, 32].map((seed) => idOf('rtb', seed));
const manyGroups = [41, 42].map((seed) => idOf('sg', seed));
const hubBlocks = ['10.0.0.0/16', '2001:db8:1234:1a00::/56'];
const manyBlocks = ['10.70.0.0/16', '100.64.0.0/20', '100.64.16.0/20', '2001:db8:4321:5b00::/56'];

const closedBy = (subnet: number, port: Port) => {
  if (subnet === 3 && port === agent) {
    return {
      name: 'network ACL',
      detail: 'acl-0fedcba9876543210 denies tcp/10050 from 10.0.0.0/16 in rule 90',
    };
  }
  return subnet > 10 && port === ping
    ? { name: 'route back', detail: `${manyTables[5]} has no route to 10.0.0.0/16` }
    : undefined;
};

/** Twelve subnets on six tables, IPv4 and IPv6, two groups, and ways that are closed. */
export const closedWays: Drawable = {
  accountId: '777777777777',
  ready: false,
  changes: 21,
  network: {
    peering: {
      id: idOf('pcx', 50),
      status: 'active',
      outcome: 'created',
      ours: true,
      requester: 'hub',
    },
    hub: {
      accountId: '111111111111',
      region: 'eu-central-1',
      vpcId: idOf('vpc', 51),
      cidrs: hubBlocks,
      routes: routes(hubTables, manyBlocks),
    },
    monitored: {
      accountId: '777777777777',
      region: 'eu-central-1',
      vpcId: idOf('vpc', 52),
      cidrs: manyBlocks,
      routes: [
        ...routes(manyTables.slice(0, 2), hubBlocks, 'already'),
        ...routes(manyTables.slice(2), hubBlocks),
      ],
    },
    securityGroups: manyGroups.map((groupId, index) => ({
      groupId,
      name:
        index === 0
          ? groupId
          : 'app <servers> & "friends", as the tags of a careless day name them',
      outcome: 'already',
      rules: [agent, ping, web].flatMap((port) =>
        hubBlocks.map((cidr) => ({
          port,
          cidr,
          outcome: index === 0 ? ('created' as const) : ('already' as const),
        })),
      ),
    })),
    dnsResolution: { asked: false, outcome: 'already' },
    ways: Array.from({ length: 12 }, (_, index) => index + 1).flatMap((subnet) =>
      [agent, ping].map((port) => {
        const reason = closedBy(subnet, port);
        return way({
          subnet,
          cidr: `10.70.${subnet}.0/24`,
          zone: `eu-central-1${'abc'[subnet % 3]}`,
          table: manyTables[Math.floor((subnet - 1) / 2)] ?? '',
          port,
          ...(reason && { closedBy: reason }),
        });
      }),
    ),
  },
  role: {
    arn: 'arn:aws:iam::777777777777:role/cross-role',
    outcome: 'created',
    policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    externalId: false,
  },
  readiness: [
    { check: `${manyTables[5]} routes 10.0.0.0/16`, ok: false, detail: 'there is no such route' },
    {
      check: 'the hub alone assumes cross-role and reads; writing is denied',
      ok: false,
      detail: 'ec2:DescribeInstances is denied',
    },
  ],
  notes: ['Access over IPv6 was asked for by the blocks of both VPCs.'],
  did: 'confirmed 0 of 2 checks',
};

/** The pictures that are looked at, by what they show. */
export const reports = { plain, otherRegion, closedWays } as const;
