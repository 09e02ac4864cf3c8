import { createHash } from 'node:crypto';
import type { Outcome, Port, RouteResult, SideName } from '../../shared/execution.ts';
import type { Drawable } from '../../shared/picture/drawing.ts';
import type { Hop, NetworkReport, Way } from '../../shared/report.ts';

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

type Subnets = Way['subnets'];

const subnet = (seed: number, cidr: string, availabilityZone: string, routeTableId: string) => ({
  subnetId: idOf('subnet', 500 + seed),
  cidr,
  availabilityZone,
  routeTableId,
  networkAclId: idOf('acl', 700),
});

type WayParts = {
  side?: SideName;
  subnets: Subnets;
  ports: Port[];
  sources?: Way['sources'];
  closedBy?: Pick<Hop, 'name' | 'detail'>;
};

const way = ({
  side = 'monitored',
  subnets,
  ports,
  sources = [{ cidr: '10.0.1.0/24', subnetId: idOf('subnet', 499) }],
  closedBy,
}: WayParts): Way => ({
  side,
  subnets,
  ports,
  sources,
  open: closedBy === undefined,
  hops: [
    { name: 'peering', ok: true, detail: 'it is active' },
    { name: 'security group', ok: true, detail: 'open' },
    ...(closedBy ? [{ ...closedBy, ok: false }] : []),
  ],
});

const plainHubTable = idOf('rtb', 1);
const plainTables = [idOf('rtb', 2), idOf('rtb', 3)];
const plainGroup = idOf('sg', 4);

const plainNetwork: NetworkReport = {
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
  ways: [],
};

/** Everything made in one go, within one Region; the VPC has no subnet yet. */
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
    ways: [
      way({
        subnets: [
          subnet(1, '10.60.1.0/24', 'us-east-1a', farTable),
          subnet(2, '10.60.2.0/24', 'us-east-1b', farTable),
        ],
        ports: [agent, web],
      }),
    ],
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

/** Agents that call in: what the hub's own servers are called through. */
const agentActive: Port = {
  name: 'zabbix-agent-active',
  protocol: 'tcp',
  from: 10051,
  to: 10051,
  towards: 'hub',
};
const trap: Port = { name: 'snmp-trap', protocol: 'udp', from: 162, to: 162, towards: 'hub' };
const servers = idOf('sg', 43);

/** Two of the twelve subnets use each table. */
const many = (...seeds: number[]): Subnets =>
  seeds.map((seed) =>
    subnet(
      seed,
      `10.70.${seed}.0/24`,
      `eu-central-1${'abc'[seed % 3]}`,
      manyTables[Math.floor((seed - 1) / 2)] ?? '',
    ),
  );

const callers: Way['sources'] = many(1, 2).map(({ cidr, subnetId }) => ({ cidr, subnetId }));

const manyWays: Way[] = [
  way({ subnets: many(1, 2), ports: [agent, ping] }),
  way({
    subnets: many(3),
    ports: [agent],
    closedBy: {
      name: 'network ACL of the monitored subnet',
      detail: 'acl-0fedcba9876543210 denies tcp/10050 from 10.0.0.0/16 in rule 90',
    },
  }),
  way({ subnets: many(3), ports: [ping] }),
  way({ subnets: many(4), ports: [agent, ping] }),
  way({
    subnets: many(4).map((one) => ({ ...one, cidr: '2001:db8:4321:5b04::/64' })),
    ports: [agent],
  }),
  way({ subnets: many(5, 6), ports: [agent, ping] }),
  way({ subnets: many(7, 8), ports: [agent, ping] }),
  way({ subnets: many(9, 10), ports: [agent, ping] }),
  way({ subnets: many(11, 12), ports: [agent] }),
  way({
    subnets: many(11, 12),
    ports: [ping],
    closedBy: { name: 'route back', detail: `${manyTables[5]} has no route to 10.0.0.0/16` },
  }),
  way({
    side: 'hub',
    subnets: [1, 2].map((index) =>
      subnet(
        20 + index,
        `10.0.${index}.0/24`,
        `eu-central-1${'ab'[index - 1]}`,
        hubTables[index - 1] ?? '',
      ),
    ),
    ports: [agentActive, trap],
    sources: callers,
  }),
];

/**
 * Twelve subnets on six tables, IPv4 and IPv6, two groups that let in blocks and a group of the hub,
 * agents that call in, and ways that are closed.
 */
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
        (index === 0 ? hubBlocks : [...hubBlocks, servers]).map((cidr) => ({
          port,
          cidr,
          outcome: index === 0 ? ('created' as const) : ('already' as const),
        })),
      ),
    })),
    hubSecurityGroups: [
      {
        groupId: servers,
        name: 'monitoring-servers',
        outcome: 'already',
        rules: [agentActive, trap].flatMap((port) =>
          manyBlocks.slice(0, 2).map((cidr) => ({ port, cidr, outcome: 'created' as const })),
        ),
      },
    ],
    dnsResolution: { asked: false, outcome: 'already' },
    ways: manyWays,
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

/** The same ways, to subnets on tables that the onboarding has nothing to do with. */
export const onOtherTables = (ways: readonly Way[]): Way[] =>
  ways.map((one) => ({
    ...one,
    subnets: one.subnets.map((known) => ({ ...known, routeTableId: idOf('rtb', 60) })),
  }));
