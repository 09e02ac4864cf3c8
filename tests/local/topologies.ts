import fc from 'fast-check';
import type { Sketch, VpcSketch } from './worlds.ts';

// What the two sides have is drawn from these, so that a way may be open, blocked half-way or shadowed.
const ports = ['all', 'tcp/10050', 'tcp/1024-65535', 'udp/161', 'icmp/8', 'tcp/22'] as const;
const elsewhere = ['192.168.0.0/16', '10.0.0.0/8', '0.0.0.0/0', '172.16.0.0/12'] as const;
const targets = ['nat', 'tgw', 'igw', 'vgw', 'eni', 'lgw'] as const;

type Base = {
  /** `10.0`: its primary block is 10.0.0.0/16. */
  v4: string;
  /** A second IPv4 block. */
  second: string;
  /** `2001:db8:a`: its IPv6 block is 2001:db8:a::/56. */
  v6: string;
};

const hubBase: Base = { v4: '10.0', second: '10.1.0.0/20', v6: '2001:db8:a' };
const monitoredBase: Base = { v4: '10.20', second: '100.64.0.0/20', v6: '2001:db8:b' };

/** Ports as they are for a block: ICMP of IPv6 has numbers of its own, where 128 is the echo request. */
const portFor = (port: string, block: string) =>
  port === 'icmp/8' && block.includes(':') ? 'icmpv6/128' : port;

const sources = ({ v4 }: Base, peer: Base) => [
  `${peer.v4}.0.0/16`,
  `${peer.v4}.1.0/24`,
  `${v4}.0.0/16`,
  '0.0.0.0/0',
  `${peer.v6}::/56`,
  '::/0',
];

const routes = fc
  .uniqueArray(
    fc.record({
      destination: fc.constantFrom(...elsewhere),
      target: fc.constantFrom(...targets),
      state: fc.constantFrom('', ' blackhole'),
    }),
    { selector: ({ destination }) => destination, maxLength: 3 },
  )
  .map((all) => all.map(({ destination, target, state }) => `${destination} ${target}${state}`));

const entries = (blocks: string[]) =>
  fc
    .uniqueArray(
      fc.record({
        direction: fc.constantFrom('in', 'out'),
        number: fc.integer({ min: 1, max: 300 }),
        action: fc.constantFrom('allow', 'allow', 'deny'),
        port: fc.constantFrom(...ports),
        block: fc.constantFrom(...blocks),
      }),
      { selector: ({ direction, number }) => `${direction} ${number}`, maxLength: 6 },
    )
    .map((all) =>
      all.map(
        (one) =>
          `${one.direction} ${one.number} ${one.action} ${portFor(one.port, one.block)} ${one.block}`,
      ),
    );

const rules = (blocks: string[]) =>
  fc.uniqueArray(
    fc
      .record({ port: fc.constantFrom(...ports), block: fc.constantFrom(...blocks) })
      .map(({ port, block }) => `in ${portFor(port, block)} ${block}`),
    { maxLength: 4 },
  );

const vpc = (base: Base, peer: Base): fc.Arbitrary<VpcSketch> =>
  fc
    .record({
      hasSecond: fc.boolean(),
      hasIpv6: fc.boolean(),
      main: routes,
      private_: routes,
      acl: fc.option(entries(sources(base, peer)), { nil: undefined }),
      groups: fc.array(rules(sources(base, peer)), { minLength: 1, maxLength: 2 }),
      subnets: fc.array(fc.record({ isPrivate: fc.boolean(), isStrict: fc.boolean() }), {
        minLength: 1,
        maxLength: 3,
      }),
    })
    .map((drawn) => ({
      blocks: [
        `${base.v4}.0.0/16`,
        ...(drawn.hasSecond ? [base.second] : []),
        ...(drawn.hasIpv6 ? [`${base.v6}::/56`] : []),
      ],
      tables: { main: drawn.main, private: drawn.private_ },
      ...(drawn.acl && { acls: { strict: drawn.acl } }),
      subnets: Object.fromEntries(
        drawn.subnets.map(({ isPrivate, isStrict }, n) => [
          `subnet-${n + 1}`,
          [
            `${base.v4}.${n + 1}.0/24`,
            ...(drawn.hasIpv6 ? [`${base.v6}:${n + 1}::/64`] : []),
            ...(isPrivate ? ['private'] : []),
            ...(drawn.acl && isStrict ? ['strict'] : []),
          ].join(' '),
        ]),
      ),
      groups: Object.fromEntries(
        drawn.groups.map((group, n) => [
          `group-${n + 1}`,
          n === 0 ? ['monitored', ...group] : group,
        ]),
      ),
    }));

/**
 * Two VPCs that can be peered, with blocks, tables, routes, network ACLs and groups as they come. No route
 * leads to a block of the other VPC itself: such a one is a conflict, and that has tests of its own.
 */
export const topologies: fc.Arbitrary<Sketch> = fc.record({
  hub: vpc(hubBase, monitoredBase),
  monitored: vpc(monitoredBase, hubBase),
});
