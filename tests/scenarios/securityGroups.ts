import { idFor } from '../local/worlds.ts';
import {
  madePeering,
  newPeering,
  opened,
  type Scenario,
  usual,
  usualCalls,
  usualRoutes,
  usualRules,
} from './scenario.ts';

const app = idFor('sg', 'monitored', 'app');
const other = idFor('sg', 'monitored', 'other');
const servers = idFor('sg', 'hub', 'servers');

const groups = (all: Record<string, string[]>) => ({ monitored: { groups: all } });

/** The usual routes, and these rules. */
const letsIn = (...rules: string[]) => ({
  calls: usualCalls,
  adds: [madePeering, ...usualRoutes, ...rules],
});

const dedicated = {
  calls: [...usualCalls, 'monitored CreateSecurityGroup'],
  adds: [
    madePeering,
    ...usualRoutes,
    'group monitored sightline-monitoring',
    'monitored sightline-monitoring: out all 0.0.0.0/0',
    ...opened('monitored sightline-monitoring', '10.0.0.0/16'),
  ],
};

const withServers = { hub: { groups: { servers: [] } } };

/** The groups that are opened, to whom, and for what. */
export const scenarios: Scenario[] = [
  {
    title: 'no group is tagged: Sightline makes one of its own',
    world: groups({ app: [] }),
    ...dedicated,
  },
  {
    title: 'Sightline’s own group is asked for, although another is tagged',
    request: { securityGroups: 'dedicated' },
    ...dedicated,
  },
  {
    title: 'somebody else’s group has the name of Sightline’s own',
    world: groups({ 'sightline-monitoring': [] }),
    findings: ['blocks SecurityGroupConflict'],
  },
  {
    title: 'two tagged groups are both opened',
    world: groups({ app: ['monitored'], other: ['monitored'] }),
    calls: [
      ...newPeering,
      'hub CreateRoute',
      'monitored CreateRoute',
      'monitored AuthorizeSecurityGroupIngress 2',
    ],
    adds: [...usual.adds, ...opened('monitored other', '10.0.0.0/16')],
  },
  {
    title: 'a group by its id, although another is tagged',
    world: groups({ app: ['monitored'], other: [] }),
    request: { securityGroups: [other] },
    ...letsIn(...opened('monitored other', '10.0.0.0/16')),
  },
  {
    title: 'groups by a tag of the request',
    world: groups({ app: [], other: [] }),
    request: { securityGroups: { tag: { key: 'Name', value: 'other' } } },
    alter: ({ accounts }) => {
      const [vpc] = accounts['222222222222']!.regions['eu-central-1']!.vpcs;
      vpc!.securityGroups.find(({ name }) => name === 'other')!.tags = { Name: 'other' };
    },
    ...letsIn(...opened('monitored other', '10.0.0.0/16')),
  },
  {
    title: 'a group that is not there',
    request: { securityGroups: ['sg-0123456789abcdef0'] },
    findings: ['blocks SecurityGroupNotFound'],
  },
  {
    title: 'a tag that no group has',
    request: { securityGroups: { tag: { key: 'role', value: 'nobody' } } },
    findings: ['blocks SecurityGroupNotFound'],
  },
  {
    title: 'the sources are narrowed to the servers’ subnet',
    request: { sources: ['10.0.1.0/24'] },
    ...letsIn(...opened('monitored app', '10.0.1.0/24')),
  },
  {
    title: 'two narrowed sources',
    request: { sources: ['10.0.1.0/25', '10.0.1.128/25'], ports: ['zabbix-agent'] },
    ...letsIn(
      'monitored app: in tcp/10050 10.0.1.0/25',
      'monitored app: in tcp/10050 10.0.1.128/25',
    ),
  },
  {
    title: 'a source outside of the hub’s VPC',
    request: { sources: ['192.168.1.0/24'] },
    findings: ['blocks SourceOutsideHub'],
  },
  {
    title: 'the source is a group of the hub',
    world: withServers,
    request: { sources: [servers] },
    ...letsIn(...opened('monitored app', servers)),
  },
  {
    title: 'the source is a group that the hub does not have',
    world: withServers,
    request: { sources: [app] },
    findings: ['blocks HubSecurityGroupNotFound'],
  },
  {
    title: 'several ports of several protocols are opened in one call',
    request: {
      ports: ['zabbix-agent', 'snmp', 'ping', { protocol: 'tcp', from: 9000, to: 9100 }],
    },
    ...letsIn(
      ...usualRules,
      'monitored app: in udp/161 10.0.0.0/16',
      'monitored app: in tcp/9000-9100 10.0.0.0/16',
    ),
  },
  {
    title: 'a rule that somebody has made already is left, and the other is added',
    world: groups({ app: ['monitored', 'in tcp/10050 10.0.0.0/16'] }),
    ...letsIn('monitored app: in icmp/8 10.0.0.0/16'),
  },
  {
    title: 'all rules are there already, so none is added',
    world: groups({ app: ['monitored', 'in tcp/10050 10.0.0.0/16', 'in icmp/8 10.0.0.0/16'] }),
    calls: [...newPeering, 'hub CreateRoute', 'monitored CreateRoute'],
    adds: [madePeering, ...usualRoutes],
  },
  {
    title: 'a wider rule of somebody else is left, and the exact one is added beside it',
    world: groups({ app: ['monitored', 'in tcp/10000-10100 10.0.0.0/8'] }),
    ...usual,
  },
  {
    title: 'a group with rules from groups and prefix lists keeps them',
    world: groups({
      app: ['monitored', 'in tcp/22 bastion', 'in tcp/443 pl-0123456789abcdef0'],
      bastion: [],
    }),
    ...usual,
  },
  {
    title: 'agents that call in: udp/162 is opened in the hub’s group, from the monitored block',
    world: withServers,
    request: { ports: ['snmp', 'snmp-trap'], hubSecurityGroups: [servers] },
    calls: [...usualCalls, 'hub AuthorizeSecurityGroupIngress'],
    adds: [
      madePeering,
      ...usualRoutes,
      'monitored app: in udp/161 10.0.0.0/16',
      'hub servers: in udp/162 10.20.0.0/16',
    ],
  },
  {
    title: 'agents that call in alone: tcp/10051 in the hub, and nothing in the account',
    world: withServers,
    request: { ports: ['zabbix-agent-active'], hubSecurityGroups: [servers] },
    calls: [
      ...newPeering,
      'hub CreateRoute',
      'monitored CreateRoute',
      'hub AuthorizeSecurityGroupIngress',
    ],
    adds: [madePeering, ...usualRoutes, 'hub servers: in tcp/10051 10.20.0.0/16'],
  },
  {
    title: 'agents that call in, and the hub’s rule is there already',
    world: { hub: { groups: { servers: ['in tcp/10051 10.20.0.0/16'] } } },
    request: { ports: ['zabbix-agent-active'], hubSecurityGroups: [servers] },
    calls: [...newPeering, 'hub CreateRoute', 'monitored CreateRoute'],
    adds: [madePeering, ...usualRoutes],
  },
  {
    title: 'an IPv6 block of the hub is let in beside the IPv4 one',
    world: {
      hub: { blocks: ['10.0.0.0/16', '2001:db8:a::/56'] },
      monitored: { blocks: ['10.20.0.0/16', '2001:db8:b::/56'] },
    },
    request: { ports: ['zabbix-agent'], sources: ['10.0.1.0/24', '2001:db8:a:1::/64'] },
    calls: [
      ...newPeering,
      'hub CreateRoute 2',
      'monitored CreateRoute 2',
      'monitored AuthorizeSecurityGroupIngress',
    ],
    adds: [
      madePeering,
      ...usualRoutes,
      'hub servers: 2001:db8:b::/56 to the peering',
      'monitored private: 2001:db8:a::/56 to the peering',
      'monitored app: in tcp/10050 10.0.1.0/24',
      'monitored app: in tcp/10050 2001:db8:a:1::/64',
    ],
  },
  {
    title: 'agents that call in, and nobody says which group of the hub',
    request: { ports: ['zabbix-agent-active'] },
    findings: ['blocks HubSecurityGroupUnknown'],
  },
  {
    title: 'agents that call in to a group that the hub does not have',
    request: { ports: ['snmp-trap'], hubSecurityGroups: ['sg-0123456789abcdef0'] },
    findings: ['blocks HubSecurityGroupNotFound'],
  },
];
