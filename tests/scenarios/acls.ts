import { type Scenario, usual } from './scenario.ts';

const everything = ['in 100 allow all 0.0.0.0/0', 'out 100 allow all 0.0.0.0/0'];

/** The monitored subnet, or the servers', has a network ACL with these entries. */
const monitoredAcl = (...entries: string[]) => ({
  monitored: { acls: { strict: entries }, subnets: { app: '10.20.1.0/24 private strict' } },
});
const hubAcl = (...entries: string[]) => ({
  hub: { acls: { strict: entries }, subnets: { servers: '10.0.1.0/24 servers strict' } },
});

const blocked = { findings: ['blocks WayBlocked'] };

/** Network ACLs, which Sightline never changes. */
export const scenarios: Scenario[] = [
  {
    title: 'the network ACL of the monitored subnet lets no requests in',
    world: monitoredAcl('in 100 allow tcp/22 0.0.0.0/0', 'out 100 allow all 0.0.0.0/0'),
    ...blocked,
  },
  {
    title: 'the network ACL of the monitored subnet lets no answers out',
    world: monitoredAcl('in 100 allow all 0.0.0.0/0', 'out 100 allow tcp/443 0.0.0.0/0'),
    ...blocked,
  },
  {
    title: 'the network ACL of the monitored subnet lets everything in but ping',
    world: monitoredAcl('in 90 deny icmp 0.0.0.0/0', ...everything),
    ...blocked,
  },
  {
    title: 'the same network ACL, when no ping is asked for',
    world: monitoredAcl('in 90 deny icmp 0.0.0.0/0', ...everything),
    request: { ports: ['zabbix-agent'] },
    calls: usual.calls,
    adds: usual.adds.filter((line) => !line.includes('icmp')),
  },
  {
    title: 'the network ACL of the servers’ subnet lets no requests out',
    world: hubAcl('in 100 allow all 0.0.0.0/0', 'out 100 allow tcp/443 0.0.0.0/0'),
    ...blocked,
  },
  {
    title: 'the network ACL of the servers’ subnet lets no answers in',
    world: hubAcl('in 100 allow tcp/22 0.0.0.0/0', 'out 100 allow all 0.0.0.0/0'),
    ...blocked,
  },
  {
    title: 'network ACLs on both sides deny, which is one finding',
    world: { ...monitoredAcl(), ...hubAcl() },
    ...blocked,
  },
  {
    title: 'a network ACL that allows everything',
    world: { ...monitoredAcl(...everything), ...hubAcl(...everything) },
    ...usual,
  },
  {
    title: 'a network ACL that allows just what is asked, and the answers',
    world: monitoredAcl(
      'in 100 allow tcp/10050 10.0.0.0/16',
      'in 110 allow icmp 10.0.0.0/16',
      'out 100 allow tcp/1024-65535 10.0.0.0/16',
      'out 110 allow icmp 10.0.0.0/16',
    ),
    ...usual,
  },
  {
    title: 'an entry that denies after the one that allows is never reached',
    world: monitoredAcl(...everything, 'in 200 deny all 10.0.0.0/16'),
    ...usual,
  },
  {
    title: 'an entry that denies before the one that allows decides',
    world: monitoredAcl('in 50 deny all 10.0.0.0/16', ...everything),
    ...blocked,
  },
  {
    title: 'a network ACL that denies others than the servers',
    world: monitoredAcl('in 50 deny all 10.9.0.0/16', ...everything),
    ...usual,
  },
  {
    title: 'a network ACL that no subnet uses',
    world: { monitored: { acls: { strict: [] } } },
    ...usual,
  },
];
