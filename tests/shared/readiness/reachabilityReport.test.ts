import type { Port } from '../../../shared/execution.ts';
import { followWays, type Journey } from '../../../shared/readiness/reachability.ts';
import {
  closuresIn,
  closureText,
  firstOf,
  groupWays,
  notesOnWays,
  wayRows,
} from '../../../shared/readiness/reachabilityReport.ts';
import { Way } from '../../../shared/report.ts';
import {
  aHubTable,
  aRoute,
  aRule,
  aTable,
  cidr,
  groupId,
  hubCidr,
  hubVpcId,
  ping,
  tableId,
  vpcId,
  zabbixAgent,
} from '../../builders.ts';
import {
  aclId,
  aHubAcl,
  aJourney,
  anAcl,
  aSubnet,
  hubSubnetCidr,
  hubSubnetId,
  subnetCidr,
  subnetId,
  tableOf,
} from './someWays.ts';

const ports = [zabbixAgent, ping];
const rules = [aRule({ IpProtocol: '-1' })];
const other = aSubnet({ SubnetId: 'subnet-2', CidrBlock: '10.20.2.0/24' });
const everySubnet = [subnetId, 'subnet-2'];

const waysOf = (journey: Journey) => groupWays(journey.to.side, followWays(journey));

/** Which subnets are together with which ports, and whether the way is open. */
const groupsOf = (journey: Journey) =>
  waysOf(journey).map(({ subnets, ports: together, open }) => [
    subnets.map((subnet) => subnet.subnetId),
    together.map(({ name }) => name),
    open,
  ]);

describe('the matrix', () => {
  it('tells of a way who calls, what is called, and what is on it', () => {
    const [way, ...others] = waysOf(aJourney());
    expect(others).toEqual([]);
    expect(way).toEqual({
      side: 'monitored',
      subnets: [
        {
          subnetId,
          cidr: subnetCidr,
          availabilityZone: 'eu-central-1a',
          routeTableId: tableId,
          networkAclId: aclId,
        },
      ],
      ports: [zabbixAgent],
      sources: [{ subnetId: hubSubnetId, cidr: hubSubnetCidr }],
      open: true,
      hops: expect.arrayContaining([
        { name: 'security group', ok: true, detail: `${groupId}: open` },
      ]),
    });
    expect(Way.parse(way)).toEqual(way);
  });

  it('has subnets and ports together of which the same is to be said', () => {
    const subnets = [aSubnet(), other];
    const networkAcls = [anAcl({ subnets: everySubnet })];
    expect(groupsOf(aJourney({ monitored: { subnets, networkAcls }, ports, rules }))).toEqual([
      [everySubnet, ['zabbix-agent', 'ping'], true],
    ]);
  });

  it('has those together that are open, whatever their tables and ACLs are', () => {
    const monitored = {
      subnets: [aSubnet(), other],
      routeTables: [
        aTable([aRoute(hubCidr)]),
        tableOf('rtb-2', 'subnet-2', aTable([aRoute(hubCidr)])),
      ],
      networkAcls: [anAcl(), anAcl({ id: 'acl-2', subnets: ['subnet-2'] })],
    };
    const [way, ...others] = waysOf(aJourney({ monitored, tables: [tableId, 'rtb-2'] }));
    expect(others).toEqual([]);
    expect(way?.subnets).toMatchObject([
      { subnetId, routeTableId: tableId, networkAclId: aclId },
      { subnetId: 'subnet-2', routeTableId: 'rtb-2', networkAclId: 'acl-2' },
    ]);
  });

  it('has what is closed apart from what is open, port by port and subnet by subnet', () => {
    const denying = anAcl({
      id: 'acl-2',
      subnets: ['subnet-2'],
      ingress: ['90 deny tcp 10050 0.0.0.0/0', '100 allow all * 0.0.0.0/0'],
    });
    const monitored = { subnets: [aSubnet(), other], networkAcls: [anAcl(), denying] };
    expect(groupsOf(aJourney({ monitored, ports, rules }))).toEqual([
      [[subnetId], ['zabbix-agent', 'ping'], true],
      [['subnet-2'], ['zabbix-agent'], false],
      [['subnet-2'], ['ping'], true],
    ]);
  });

  it('can be had in full: one row for each subnet and port', () => {
    const networkAcls = [anAcl({ subnets: everySubnet })];
    const monitored = { subnets: [aSubnet(), other], networkAcls };
    const rows = wayRows(waysOf(aJourney({ monitored, ports, rules })));
    expect(rows.map((row) => [row.subnetId, row.port.name, row.side, row.open])).toEqual([
      [subnetId, 'zabbix-agent', 'monitored', true],
      [subnetId, 'ping', 'monitored', true],
      ['subnet-2', 'zabbix-agent', 'monitored', true],
      ['subnet-2', 'ping', 'monitored', true],
    ]);
    expect(rows[0]?.hops).toHaveLength(6);
  });

  it('is empty where nothing can be called', () => {
    expect(waysOf(aJourney({ monitored: { subnets: [] } }))).toEqual([]);
  });
});

describe('what is closed', () => {
  const closed = (journey: Journey) => closuresIn(followWays(journey)).map(closureText);

  it('is told once for all the subnets and ports that it closes', () => {
    const networkAcls = [
      anAcl({
        subnets: everySubnet,
        ingress: ['90 deny all * 10.0.0.0/16', '100 allow all * 0.0.0.0/0'],
        egress: [],
      }),
    ];
    const monitored = { subnets: [aSubnet(), other], networkAcls };
    const where = `${subnetId} (${subnetCidr}), subnet-2 (10.20.2.0/24)`;
    const hop = 'network ACL of the monitored subnet';
    expect(closed(aJourney({ monitored, ports, rules }))).toEqual([
      `tcp/10050, icmp/8 to ${where}: ${hop}: ${aclId} denies tcp/10050, icmp/8 from 10.0.1.0/24 by rule 90`,
      `tcp/10050, icmp/8 to ${where}: ${hop}: ${aclId} denies the replies tcp/1024-65535, icmp/0 to 10.0.1.0/24 by rule *`,
    ]);
  });

  it('names each thing that is in the way', () => {
    const hub = { routeTables: [aHubTable()], networkAcls: [aHubAcl({ ingress: [] })] };
    const where = `tcp/10050 to ${subnetId} (${subnetCidr})`;
    expect(closed(aJourney({ hub, rules: [] }))).toEqual([
      `${where}: route there: rtb-0a111111111111111 has no route to 10.20.1.0/24`,
      `${where}: network ACL of the hub: acl-0a111111111111111 denies the replies tcp/1024-65535 from 10.20.1.0/24 by rule *`,
      `${where}: security group: ${groupId} does not let in tcp/10050 from 10.0.1.0/24`,
    ]);
  });

  it('names blocks that touch as one, and the first of many subnets', () => {
    const subnets = Array.from({ length: 8 }, (_, index) =>
      aSubnet({ SubnetId: `subnet-${index}`, CidrBlock: `10.20.${index}.0/24` }),
    );
    const hub = { networkAcls: [aHubAcl({ egress: [] })] };
    const [text] = closed(aJourney({ hub, monitored: { subnets } }));
    expect(text).toContain('subnet-4 (10.20.4.0/24), and 3 more: ');
    expect(text).toContain('denies tcp/10050 to 10.20.0.0/21 by rule *');
  });

  it('is nothing where every way is open', () => {
    expect(closed(aJourney())).toEqual([]);
  });
});

describe('what a person has to know', () => {
  const notesOf = (journey: Journey) => notesOnWays(journey.from, journey.to, followWays(journey));
  const elsewhere = (subnet: string) => tableOf('rtb-2', subnet, aTable());

  it('is nothing where every subnet takes part', () => {
    expect(notesOf(aJourney())).toEqual([]);
  });

  it.each<[string, Parameters<typeof aJourney>[0], string]>([
    [
      'that the monitored VPC has no subnet',
      { monitored: { subnets: [] } },
      `${vpcId} has no subnet yet that could be reached in ${cidr}.`,
    ],
    [
      'that the hub has no subnet in the sources',
      { sources: ['10.0.9.0/24'] },
      `${hubVpcId} has no subnet in 10.0.9.0/24 yet: nothing calls from there.`,
    ],
    [
      'that a monitored subnet uses another table',
      {
        monitored: {
          subnets: [aSubnet(), other],
          routeTables: [aTable([aRoute(hubCidr)]), elsewhere('subnet-2')],
        },
      },
      `Subnets of ${vpcId} that cannot be reached, because they use none of the route tables of this onboarding: subnet-2 (rtb-2).`,
    ],
    [
      'that a subnet of the hub uses another table',
      {
        hub: {
          subnets: [
            aSubnet({ SubnetId: hubSubnetId, CidrBlock: hubSubnetCidr }),
            aSubnet({ SubnetId: 'subnet-9', CidrBlock: '10.0.9.0/24' }),
          ],
          routeTables: [aHubTable([aRoute(cidr)]), elsewhere('subnet-9')],
        },
      },
      `Subnets of ${hubVpcId} that cannot reach out, because they use none of the route tables of this onboarding: subnet-9 (rtb-2).`,
    ],
  ])('is %s', (_, journey, note) => {
    expect(notesOf(aJourney(journey))).toEqual([note]);
  });
});

it('names the first of a list and how many there are besides', () => {
  expect(firstOf(['a', 'b'], 2, '; ')).toBe('a; b');
  expect(firstOf(['a', 'b', 'c', 'd'], 2, '; ')).toBe('a; b; and 2 more');
});

describe('a VPC of 200 subnets, called from 200 subnets on 20 ports', () => {
  const numbers = Array.from({ length: 200 }, (_, index) => index);
  const twentyPorts = numbers.slice(0, 20).map((index): Port => {
    const from = 9000 + 2 * index;
    return { name: `port-${index}`, protocol: 'tcp', from, to: from };
  });
  const subnetsIn = (net: string) =>
    numbers.map((index) =>
      aSubnet({
        SubnetId: `subnet-${net === '10.0' ? 'a' : 'b'}${String(index).padStart(16, '0')}`,
        CidrBlock: `${net}.${index}.0/25`,
      }),
    );
  const idsOf = (net: string) => subnetsIn(net).flatMap(({ SubnetId }) => SubnetId ?? []);
  const large = aJourney({
    ports: twentyPorts,
    hub: { subnets: subnetsIn('10.0'), networkAcls: [aHubAcl({ subnets: idsOf('10.0') })] },
    monitored: {
      subnets: subnetsIn('10.20'),
      networkAcls: [
        anAcl({
          subnets: idsOf('10.20'),
          ingress: twentyPorts.map(
            ({ from }, index) => `${index + 1} allow tcp ${from} 10.0.0.0/16`,
          ),
        }),
      ],
    },
    rules: [aRule({ FromPort: 0, ToPort: 65_535 })],
  });

  it('is followed in less than a second, on a slow machine too', () => {
    const begin = performance.now();
    const rows = followWays(large);
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(rows).toHaveLength(4000);
  });

  it('has a matrix that leaves most of the 256 KiB between states to others', () => {
    expect(JSON.stringify(waysOf(large)).length).toBeLessThan(100_000);
  });
});
