import { createHash } from 'node:crypto';
import { hubRegionOf, World } from '../../local/world.ts';

const home = 'eu-central-1';

/** Moves all accounts of local/world.yml to another partition: the same things, in a Region there. */
export const inPartition = (world: World, partition: World['partition']): void => {
  world.partition = partition;
  const region = hubRegionOf(world);
  for (const account of Object.values(world.accounts)) {
    const { [home]: vpcs, ...others } = account.regions;
    // Other Regions of the first partition do not exist in this one.
    account.regions = vpcs ? { [region]: vpcs } : {};
    if (!vpcs && Object.keys(others).length > 0) account.about += ' (not in this partition)';
    for (const { subnets } of vpcs?.vpcs ?? []) {
      for (const subnet of subnets) subnet.zone = subnet.zone.replace(home, region);
    }
    for (const { parameters } of account.stacks) {
      parameters['HubRolePrefix'] = `sightline-dev-${region}`;
    }
  }
};

/**
 * A VPC in few words. Every name gets the id `idFor(kind, vpc, name)`.
 *
 * @example
 * {
 *   blocks: ['10.20.0.0/16', '2001:db8:20::/56'],
 *   tables: { private: ['0.0.0.0/0 nat', '10.9.0.0/16 tgw blackhole'] },
 *   subnets: { app: '10.20.1.0/24 2001:db8:20:1::/64 private strict' },
 *   acls: { strict: ['in 100 allow tcp/10050 10.0.0.0/16', 'out 100 allow all 0.0.0.0/0'] },
 *   groups: { app: ['monitored', 'in tcp/443 10.20.0.0/16', 'in tcp/22 bastion'], bastion: [] },
 * }
 */
export type VpcSketch = {
  /** The primary one first. */
  blocks: string[];
  /** Routes as `destination target`, then `blackhole` or `propagated`. The table `main` is the main one. */
  tables?: Record<string, string[]>;
  /** `block`, the IPv6 block if it has one, and the names of its table and its network ACL. */
  subnets?: Record<string, string>;
  /** Entries as `direction number action ports block`. The network ACL `default` is the default one. */
  acls?: Record<string, string[]>;
  /** Rules as `direction ports source`; `monitored` tags the group; `out nothing` lets nothing out. */
  groups?: Record<string, string[]>;
  default?: boolean;
  dns?: boolean;
  tags?: Record<string, string>;
  sharedWith?: string[];
};

/** A side of a peering: the first VPC of the hub or of the monitored account, or `account/vpc`. */
type SideName = 'hub' | 'monitored' | `${number}/${string}`;

/** A peering from the start; its id is `idFor('pcx', from, to)`. */
type PeeringSketch = {
  from: SideName;
  to: SideName;
  state?: World['peerings'][number]['state'];
  ageHours?: number;
  tags?: { from?: Record<string, string>; to?: Record<string, string> };
};

/** A world in few words: a hub and an account to monitor, each with what the test is about. */
export type Sketch = {
  hub?: VpcSketch | VpcSketch[];
  monitored?: VpcSketch | VpcSketch[];
  /** The Region of the monitored account. */
  region?: string;
  /** VPCs of more accounts, each of which is ready to be onboarded too. */
  others?: Record<string, VpcSketch | VpcSketch[]>;
  peerings?: PeeringSketch[];
};

export const hub = '111111111111';
export const monitored = '222222222222';

/** The id of what a sketch names: `idFor('rtb', 'monitored', 'private')`. */
export const idFor = (prefix: string, ...names: string[]): string =>
  `${prefix}-0${createHash('sha256').update(names.join('/')).digest('hex').slice(0, 16)}`;

const words = (text: string): string[] => text.split(/\s+/);

const portsOf = (text: string) => {
  const [protocol = '', numbers] = text.split('/');
  if (numbers === undefined) return { protocol: protocol === 'all' ? '-1' : protocol };
  const [from, to = protocol.startsWith('icmp') ? -1 : from] = numbers.split('-').map(Number);
  return { protocol, from, to };
};

const routeOf = (vpc: string) => (text: string) => {
  const [destination, target = '', ...more] = words(text);
  const isId = target.includes('-');
  return {
    destination,
    target: isId ? target : idFor(target, vpc, target),
    blackhole: more.includes('blackhole'),
    propagated: more.includes('propagated'),
  };
};

const subnetOf =
  ({ tables = {} }: VpcSketch, region: string) =>
  ([name, text]: [string, string], index: number) => {
    const [cidr, ...more] = words(text);
    return {
      name,
      cidr,
      ipv6Cidr: more.find((word) => word.includes(':')),
      zone: `${region}${'abc'[index % 3]}`,
      routeTable: more.find((word) => Object.hasOwn(tables, word)),
    };
  };

const aclOf =
  (vpc: string, { subnets = {} }: VpcSketch) =>
  ([name, texts]: [string, string[]]) => ({
    name,
    id: idFor('acl', vpc, name),
    entries: texts.map((text) => {
      const [direction, number, action, ports = '', cidr] = words(text);
      return {
        egress: direction === 'out',
        number: Number(number),
        action,
        ...portsOf(ports),
        cidr,
      };
    }),
    subnets: Object.keys(subnets).filter((one) => words(subnets[one]!).includes(name)),
  });

const sourceOf = (source: string) => {
  if (source.startsWith('pl-')) return { prefixList: source };
  return /[.:]/.test(source) ? { cidr: source } : { group: source };
};

const groupOf =
  (vpc: string) =>
  ([name, texts]: [string, string[]]) => {
    const rules = (direction: string) =>
      texts.map(words).flatMap(([one, ports = '', source]) => {
        if (one !== direction || source === undefined) return [];
        return [{ ...portsOf(ports), ...sourceOf(source) }];
      });
    const isClosed = texts.some((text) => text.startsWith('out'));
    return {
      name,
      id: idFor('sg', vpc, name),
      tags: texts.includes('monitored') ? { 'sightline:monitor': 'true' } : {},
      ingress: rules('in'),
      ...(isClosed && { egress: rules('out') }),
    };
  };

const vpcOf = (name: string, sketch: VpcSketch, region: string) => ({
  name,
  id: idFor('vpc', name),
  cidrs: sketch.blocks,
  default: sketch.default,
  dnsHostnames: sketch.dns,
  tags: sketch.tags,
  sharedWith: sketch.sharedWith,
  routeTables: Object.entries(sketch.tables ?? {}).map(([table, routes]) => ({
    name: table,
    id: idFor('rtb', name, table),
    routes: routes.map(routeOf(name)),
  })),
  subnets: Object.entries(sketch.subnets ?? {}).map(subnetOf(sketch, region)),
  networkAcls: Object.entries(sketch.acls ?? {}).map(aclOf(name, sketch)),
  securityGroups: Object.entries(sketch.groups ?? {}).map(groupOf(name)),
});

/** The VPCs of an account are called like it: `hub`, `hub-2`, … */
const vpcsOf = (name: string, sketches: VpcSketch | VpcSketch[], region: string) => ({
  [region]: {
    vpcs: [sketches]
      .flat()
      .map((sketch, index) => vpcOf(index ? `${name}-${index + 1}` : name, sketch, region)),
  },
});

const stack = {
  template: 'templates/monitored-account.yml',
  parameters: { HubAccountId: hub, MonitoringRole: 'sightline' },
};

const sideOf = (name: SideName, tags: Record<string, string> = {}) => {
  const [account, vpc] = name.split('/');
  if (vpc !== undefined) return { account, vpc, tags };
  return { account: name === 'hub' ? hub : monitored, vpc: name, tags };
};

const peeringOf = ({ from, to, tags, ...rest }: PeeringSketch) => ({
  ...rest,
  id: idFor('pcx', from, to),
  requester: sideOf(from, tags?.from),
  accepter: sideOf(to, tags?.to),
});

const plainHub: VpcSketch = {
  blocks: ['10.0.0.0/16'],
  tables: { servers: ['0.0.0.0/0 nat'] },
  subnets: { servers: '10.0.1.0/24 servers' },
};
const plainMonitored: VpcSketch = {
  blocks: ['10.20.0.0/16'],
  tables: { private: ['0.0.0.0/0 nat'] },
  subnets: { app: '10.20.1.0/24 private' },
  groups: { app: ['monitored'] },
};

/** The world of a sketch. Throws a `ZodError` that names what is wrong in it. */
export const worldOf = (sketch: Sketch): World => {
  const account = (name: string, vpcs: VpcSketch | VpcSketch[], region = home) => ({
    name,
    about: 'for a test',
    regions: vpcsOf(name, vpcs, region),
    stacks: name === 'hub' ? [] : [stack],
  });
  const others = Object.entries(sketch.others ?? {});
  return World.parse({
    hub,
    accounts: {
      [hub]: account('hub', sketch.hub ?? plainHub),
      [monitored]: account('monitored', sketch.monitored ?? plainMonitored, sketch.region),
      ...Object.fromEntries(others.map(([id, vpcs]) => [id, account(id, vpcs)])),
      '999999999999': { name: 'management', about: 'the management account' },
    },
    peerings: (sketch.peerings ?? []).map(peeringOf),
  });
};

/** What `deployed` takes to begin with the world of a sketch instead of local/world.yml. */
export const sketched =
  (sketch: Sketch) =>
  (world: World): void => {
    Object.assign(world, worldOf(sketch));
  };
