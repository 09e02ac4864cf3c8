import type { World } from '../../local/world.ts';

export const hub = '111111111111';
export const plain = '222222222222';

const hubVpc = 'vpc-0a11111111111111a';
const plainVpc = 'vpc-0b22222222222222b';
const home = 'eu-central-1';

/** A world, and the onboarding that is disturbed in it. */
export type Scenario = { change: (world: World) => void; request: Record<string, unknown> };

/** A world in which names can resolve over the peering, and a security group has to be made. */
export const withEverythingToDo = ({ accounts }: World): void => {
  for (const id of [hub, plain]) {
    for (const vpc of accounts[id]!.regions[home]!.vpcs) {
      vpc.dnsHostnames = true;
      for (const group of vpc.securityGroups) group.tags = {};
    }
  }
};

const requestedByTheOtherSide = (world: World) => {
  withEverythingToDo(world);
  world.peerings.push({
    id: 'pcx-0123456789abcdef0',
    requester: { account: plain, vpc: plainVpc, tags: {}, dnsResolution: false },
    accepter: { account: hub, vpc: hubVpc, tags: {}, dnsResolution: false },
    state: 'pending-acceptance',
    ageHours: 1,
    deletedBy: 'accepter',
  });
};

const zabbixServer = 'sg-0123456789abcdef0';

const withGroupInHub = ({ accounts }: World) => {
  const [vpc] = accounts[hub]!.regions[home]!.vpcs;
  vpc!.securityGroups[0]!.id = zabbixServer;
};

/** The worlds in which every call is disturbed in every way. */
export const scenarios = {
  /** Everything has to be done. */
  plain: { change: withEverythingToDo, request: { accountId: plain, dnsResolution: true } },
  /** The other account has requested the peering, and the hub is to accept it. */
  asked: {
    change: requestedByTheOtherSide,
    request: { accountId: plain, dnsResolution: true },
  },
  /** Agents call in, so that groups are opened on both sides. */
  agents: {
    change: withGroupInHub,
    request: {
      accountId: plain,
      ports: ['zabbix-agent', 'zabbix-agent-active', 'snmp-trap'],
      hubSecurityGroups: [zabbixServer],
    },
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;
