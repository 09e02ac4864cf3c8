import { idFor } from '../local/worlds.ts';
import {
  madePeering,
  newPeering,
  peeringId,
  routed,
  type Scenario,
  third,
  usual,
  usualRules,
} from './scenario.ts';

/** Two tables in use in the monitored VPC, the main one and one that nobody uses. */
const threeTables = {
  monitored: {
    tables: { private: ['0.0.0.0/0 nat'], data: [], unused: [] },
    subnets: { app: '10.20.1.0/24 private', data: '10.20.2.0/24 data' },
  },
};

const into = (...tables: string[]) => ({
  calls: [
    ...newPeering,
    'hub CreateRoute',
    `monitored CreateRoute${tables.length > 1 ? ` ${tables.length}` : ''}`,
    'monitored AuthorizeSecurityGroupIngress',
  ],
  adds: [
    madePeering,
    ...routed('hub servers', '10.20.0.0/16'),
    ...tables.flatMap((table) => routed(`monitored ${table}`, '10.0.0.0/16')),
    ...usualRules,
  ],
});

/** The monitored table in use has this route too. */
const withRoute = (...routes: string[]) => ({
  monitored: { tables: { private: ['0.0.0.0/0 nat', ...routes] } },
});

const table = (name: string) => idFor('rtb', 'monitored', name);

/** The tables that get routes, and what is in them already. */
export const scenarios: Scenario[] = [
  {
    title: 'every table that a subnet uses gets a route, and no other',
    world: threeTables,
    ...into('private', 'data'),
  },
  {
    title: 'a subnet without a table of its own uses the main one',
    world: {
      monitored: {
        tables: { private: [], main: [] },
        subnets: { app: '10.20.1.0/24 private', data: '10.20.2.0/24' },
      },
    },
    ...into('private', 'main'),
  },
  {
    title: 'just the main table, when it is asked for',
    world: { monitored: { tables: { main: [] }, subnets: { app: '10.20.1.0/24' } } },
    request: { routeTables: { monitored: 'main' } },
    ...into('main'),
  },
  {
    title: 'all tables, when they are asked for',
    world: threeTables,
    request: { routeTables: { monitored: 'all' } },
    ...into('private', 'data', 'unused', 'main'),
  },
  {
    title: 'tables by their ids',
    world: threeTables,
    request: { routeTables: { monitored: [table('private'), table('unused')] } },
    ...into('private', 'unused'),
  },
  {
    title: 'tables by their tag',
    world: threeTables,
    request: { routeTables: { monitored: { tag: { key: 'Name', value: 'private' } } } },
    ...into('private'),
  },
  {
    title: 'the tables of the subnets that are named',
    world: threeTables,
    request: (subnetId) => ({ routeTables: { monitored: { subnets: [subnetId('app')] } } }),
    ...into('private'),
  },
  {
    title: 'tables are chosen on each side by itself: all in the hub, one in the account',
    world: { ...threeTables, hub: { tables: { servers: [], spare: [] } } },
    request: { routeTables: { hub: 'all', monitored: [table('private')] } },
    calls: [
      ...newPeering,
      'hub CreateRoute 3',
      'monitored CreateRoute',
      'monitored AuthorizeSecurityGroupIngress',
    ],
    adds: [
      ...into('private').adds,
      ...routed('hub spare', '10.20.0.0/16'),
      ...routed('hub main', '10.20.0.0/16'),
    ],
  },
  {
    title: 'a table that is not there',
    request: { routeTables: { monitored: ['rtb-0123456789abcdef0'] } },
    findings: ['blocks RouteTableNotFound'],
  },
  {
    title: 'a tag that no table has',
    request: { routeTables: { hub: { tag: { key: 'Name', value: 'nobody' } } } },
    findings: ['blocks RouteTableNotFound'],
  },
  {
    title: 'a subnet that is not there',
    request: { routeTables: { monitored: { subnets: ['subnet-0123456789abcdef0'] } } },
    findings: ['blocks SubnetNotFound'],
  },
  {
    title: 'a table of a gateway, which takes no routes into a peering',
    world: { monitored: { tables: { private: [], edge: [] } } },
    alter: ({ accounts }) => {
      const [vpc] = accounts['222222222222']!.regions['eu-central-1']!.vpcs;
      vpc!.routeTables.find(({ name }) => name === 'edge')!.gateway = 'igw-0123456789abcdef0';
    },
    request: { routeTables: { monitored: [table('edge')] } },
    findings: ['blocks RouteTableOfGateway'],
  },
  {
    title: 'the route is there already, in a peering that is there already',
    world: {
      ...withRoute(`10.0.0.0/16 ${peeringId('hub', 'monitored')}`),
      peerings: [{ from: 'hub', to: 'monitored' }],
    },
    calls: ['hub CreateRoute', 'monitored AuthorizeSecurityGroupIngress'],
    adds: [...routed('hub servers', '10.20.0.0/16'), ...usualRules],
  },
  {
    title: 'a NAT gateway has the hub’s block in the account',
    world: withRoute('10.0.0.0/16 nat'),
    findings: ['blocks RouteConflict'],
  },
  {
    title: 'a transit gateway has the hub’s block in the account',
    world: withRoute('10.0.0.0/16 tgw'),
    findings: ['blocks RouteConflict'],
  },
  {
    title: 'an instance has the hub’s block in the account',
    world: withRoute('10.0.0.0/16 i'),
    findings: ['blocks RouteConflict'],
  },
  {
    title: 'a virtual private gateway has propagated the hub’s block',
    world: withRoute('10.0.0.0/16 vgw propagated'),
    findings: ['blocks RouteConflict'],
  },
  {
    title: 'a transit gateway has the monitored block in the hub',
    world: { hub: { tables: { servers: ['10.20.0.0/16 tgw'] } } },
    findings: ['blocks RouteConflict'],
  },
  {
    title: 'a conflict on both sides is told twice',
    world: { ...withRoute('10.0.0.0/16 tgw'), hub: { tables: { servers: ['10.20.0.0/16 tgw'] } } },
    findings: ['blocks RouteConflict', 'blocks RouteConflict'],
  },
  {
    title: 'a conflict in a table that gets no routes is in nobody’s way',
    world: {
      monitored: {
        tables: { private: [], data: ['10.0.0.0/16 tgw'] },
        subnets: { app: '10.20.1.0/24 private', data: '10.20.2.0/24 private' },
      },
    },
    ...into('private'),
  },
  {
    title: 'a blackhole into a transit gateway that is gone is not ours to replace',
    world: withRoute('10.0.0.0/16 tgw blackhole'),
    findings: ['blocks RouteConflict'],
  },
  {
    title: 'a blackhole into a peering that AWS has forgotten is not ours to replace',
    world: withRoute('10.0.0.0/16 pcx-0123456789abcdef0'),
    findings: ['blocks RouteConflict'],
  },
  {
    title: 'a blackhole into a deleted peering with another VPC is not ours to replace',
    world: {
      others: { [third]: { blocks: ['10.30.0.0/16'] } },
      peerings: [{ from: 'hub', to: '333333333333/333333333333', state: 'deleted' }],
      hub: {
        tables: { servers: [`10.20.0.0/16 ${peeringId('hub', '333333333333/333333333333')}`] },
      },
    },
    findings: ['blocks RouteConflict'],
  },
  {
    title: 'a shorter prefix that leads elsewhere is in nobody’s way',
    world: withRoute('10.0.0.0/8 tgw'),
    ...usual,
  },
  {
    title: 'a longer prefix that leads elsewhere takes no part of the servers: a warning',
    world: withRoute('10.0.200.0/24 tgw'),
    findings: ['warns RouteTakesPart'],
    ...usual,
  },
  {
    title: 'a longer prefix that leads the servers’ answers elsewhere closes the way',
    world: withRoute('10.0.1.0/24 tgw'),
    findings: ['blocks WayBlocked', 'warns RouteTakesPart'],
  },
  {
    title: 'a longer prefix in the hub that leads the requests elsewhere closes the way',
    world: { hub: { tables: { servers: ['10.20.1.0/24 tgw'] } } },
    findings: ['blocks WayBlocked', 'warns RouteTakesPart'],
  },
  {
    title: 'a route to a prefix list is left alone',
    world: withRoute('pl-0123456789abcdef0 tgw'),
    ...usual,
  },
];
