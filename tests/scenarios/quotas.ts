import type { PeeringSketchState } from './scenario.ts';
import { type Scenario, third, usual } from './scenario.ts';

const to = (index: number) => `${third}/${third}${index ? `-${index + 1}` : ''}`;

/** Another account with so many VPCs, each of which the hub has a peering with. */
const peered = (count: number, state: PeeringSketchState) => ({
  others: {
    [third]: Array.from({ length: count }, (_, index) => ({
      blocks: [`10.${index + 100}.0.0/16`],
    })),
  },
  peerings: Array.from({ length: count }, (_, index) => ({
    from: 'hub' as const,
    to: to(index) as `${number}/${string}`,
    state,
    ageHours: 1,
  })),
});

const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => `192.168.${index >> 8}.${index & 255}/32`);

/** The table in use has so many routes besides `local`. */
const routes = (count: number) => ({
  tables: { private: addresses(count).map((one) => `${one} tgw`) },
});

const rules = (count: number) => ({
  groups: { app: ['monitored', ...addresses(count).map((one) => `in tcp/443 ${one}`)] },
});

const noRoom = { findings: ['blocks NoRoom'] };

/** Quotas of AWS: what is full, nearly full, and has been raised. */
export const scenarios: Scenario[] = [
  { title: 'the hub’s VPC has 50 active peerings of 50', world: peered(50, 'active'), ...noRoom },
  { title: 'the hub’s VPC has 49 active peerings of 50', world: peered(49, 'active'), ...usual },
  {
    title: 'the hub’s VPC has 50 active peerings, and the quota was raised',
    world: peered(50, 'active'),
    settings: { quotas: { activePeeringsPerVpc: 125 } },
    ...usual,
  },
  {
    title: '25 requests of the hub are outstanding',
    world: peered(25, 'pending-acceptance'),
    ...noRoom,
  },
  {
    title: '24 requests of the hub are outstanding',
    world: peered(24, 'pending-acceptance'),
    ...usual,
  },
  { title: 'dead peerings take no place', world: peered(50, 'deleted'), ...usual },
  { title: 'a route table has 500 routes of 500', world: { monitored: routes(499) }, ...noRoom },
  {
    title: 'a route table has room for one more route',
    world: { monitored: routes(498) },
    ...usual,
  },
  {
    title: 'a route table is full, and the quota was raised',
    world: { monitored: routes(499) },
    settings: { quotas: { routesPerRouteTable: 1000 } },
    ...usual,
  },
  {
    title: 'a security group has room for one rule and lacks two',
    world: { monitored: rules(59) },
    ...noRoom,
  },
  {
    title: 'a security group has room for just the two rules that it lacks',
    world: { monitored: rules(58) },
    ...usual,
  },
  {
    title: 'a security group is full, and the quota was raised',
    world: { monitored: rules(60) },
    settings: { quotas: { rulesPerSecurityGroup: 100 } },
    ...usual,
  },
];
