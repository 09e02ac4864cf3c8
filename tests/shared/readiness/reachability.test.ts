import type { Route } from '@aws-sdk/client-ec2';
import type { Port } from '../../../shared/execution.ts';
import { followWays } from '../../../shared/readiness/reachability.ts';
import {
  aHubTable,
  aRoute,
  aRule,
  aTable,
  cidr,
  groupId,
  hubCidr,
  hubTableId,
  otherPeeringId,
  peeringId,
  ping,
  tableId,
  zabbixAgent,
} from '../../builders.ts';
import {
  aclId,
  aHubAcl,
  aJourney,
  anAcl,
  aSubnet,
  entry,
  hubAclId,
  hubSubnetCidr,
  hubSubnetId,
  subnetCidr,
  subnetId,
  tableOf,
  withIpv6,
} from './someWays.ts';

type Journey = Parameters<typeof aJourney>[0];

const closedHopsIn = (journey: Journey) =>
  followWays(aJourney(journey)).flatMap(({ hops }) =>
    hops.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`),
  );

const snmp: Port = { name: 'snmp', protocol: 'udp', from: 161, to: 161 };
const range: Port = { name: 'exporters', protocol: 'tcp', from: 9100, to: 9200 };
const everyIcmp: Port = { name: 'icmp', protocol: 'icmp', from: -1, to: -1 };
const unreachable: Port = { name: 'unreachable', protocol: 'icmp', from: 3, to: -1 };

it('tells of every hop there and back what it is', () => {
  const [row, ...others] = followWays(aJourney());
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    place: { subnetId, cidr: subnetCidr, availabilityZone: 'eu-central-1a' },
    port: zabbixAgent,
    sources: [{ subnetId: hubSubnetId, cidr: hubSubnetCidr }],
    obstacles: [],
    hops: [
      { name: 'peering', ok: true, detail: `${peeringId} is active` },
      { name: 'route there', ok: true, detail: `${hubTableId}: through ${peeringId}` },
      { name: 'network ACL of the hub', ok: true, detail: `${hubAclId}: open` },
      { name: 'network ACL of the monitored subnet', ok: true, detail: 'open' },
      { name: 'security group', ok: true, detail: `${groupId}: open` },
      { name: 'route back', ok: true, detail: `through ${peeringId}` },
    ],
  });
});

it.each(['pending-acceptance', 'provisioning', 'deleted', 'unknown'])(
  'no way is open while the peering is %s',
  (status) => {
    expect(closedHopsIn({ status })).toEqual([`peering: ${peeringId} is ${status}`]);
  },
);

const allowAll = '100 allow all * 0.0.0.0/0';

/** Entries of the monitored subnet's ACL, and what it denies with them. */
type AclCase = [title: string, ingress: string[], egress: string[], denied: string, port?: Port];

describe('a network ACL', () => {
  it.each<AclCase>([
    [
      'that allows just the port and its replies',
      ['100 allow tcp 10050 10.0.0.0/16'],
      ['100 allow tcp 1024-65535 10.0.0.0/16'],
      '',
    ],
    ['that has no entry', [], [allowAll], 'denies tcp/10050 from 10.0.1.0/24 by rule *'],
    [
      'that denies the port first',
      ['90 deny tcp 10050 10.0.0.0/16', allowAll],
      [allowAll],
      'denies tcp/10050 from 10.0.1.0/24 by rule 90',
    ],
    ['that denies the port later', [allowAll, '110 deny tcp 10050 10.0.0.0/16'], [allowAll], ''],
    [
      'whose entries are not in the order of their numbers',
      ['110 deny tcp 10050 10.0.0.0/16', allowAll],
      [allowAll],
      '',
    ],
    [
      'that denies everything first',
      ['1 deny all * 0.0.0.0/0', allowAll],
      [allowAll],
      'denies tcp/10050 from 10.0.1.0/24 by rule 1',
    ],
    ['that denies another port', ['90 deny tcp 22 0.0.0.0/0', allowAll], [allowAll], ''],
    ['that denies the port for udp', ['90 deny udp 10050 0.0.0.0/0', allowAll], [allowAll], ''],
    [
      'that denies the port for a neighbour',
      ['90 deny tcp 10050 10.0.2.0/24', allowAll],
      [allowAll],
      '',
    ],
    [
      'that denies one machine of the caller’s subnet',
      ['90 deny tcp 10050 10.0.1.7/32', allowAll],
      [allowAll],
      'denies tcp/10050 from 10.0.1.7/32 by rule 90',
    ],
    [
      'that allows the lower half of the subnet',
      ['100 allow tcp 10050 10.0.1.0/25'],
      [allowAll],
      'denies tcp/10050 from 10.0.1.128/25 by rule *',
    ],
    [
      'that allows both halves of the subnet',
      ['100 allow tcp 10050 10.0.1.0/25', '110 allow tcp 10050 10.0.1.128/25'],
      [allowAll],
      '',
    ],
    [
      'that allows one of the halves before it denies the rest',
      ['80 allow tcp 10050 10.0.1.0/25', '90 deny tcp * 10.0.1.0/24', allowAll],
      [allowAll],
      'denies tcp/10050 from 10.0.1.128/25 by rule 90',
    ],
    ['that allows one of two sources by name', ['100 allow tcp 10050 10.0.1.0/24'], [allowAll], ''],
    [
      'that allows the port by a wide range',
      ['100 allow tcp 10000-10100 0.0.0.0/0'],
      [allowAll],
      '',
    ],
    ['that allows every tcp port without a range', ['100 allow tcp * 0.0.0.0/0'], [allowAll], ''],
    [
      'that allows another protocol by number',
      ['100 allow 50 * 0.0.0.0/0'],
      [allowAll],
      'denies tcp/10050 from 10.0.1.0/24 by rule *',
    ],
    [
      'that allows half of a range of ports',
      ['100 allow tcp 9100-9149 0.0.0.0/0'],
      [allowAll],
      'denies tcp/9150-9200 from 10.0.1.0/24 by rule *',
      range,
    ],
    [
      'that denies one port in the midst of a range',
      ['90 deny tcp 9150 0.0.0.0/0', allowAll],
      [allowAll],
      'denies tcp/9150 from 10.0.1.0/24 by rule 90',
      range,
    ],
    [
      'that allows a range by two entries',
      ['100 allow tcp 9100-9149 0.0.0.0/0', '110 allow tcp 9150-9300 0.0.0.0/0'],
      [allowAll],
      '',
      range,
    ],
    [
      'that lets no reply out',
      [allowAll],
      [],
      'denies the replies tcp/1024-65535 to 10.0.1.0/24 by rule *',
    ],
    [
      'that lets just the replies to Linux out',
      [allowAll],
      ['100 allow tcp 32768-60999 0.0.0.0/0'],
      'denies the replies tcp/1024-32767, tcp/61000-65535 to 10.0.1.0/24 by rule *',
    ],
    [
      'that lets the port itself out, as if it were stateful',
      [allowAll],
      ['100 allow tcp 10050 0.0.0.0/0'],
      'denies the replies tcp/1024-10049, tcp/10051-65535 to 10.0.1.0/24 by rule *',
    ],
    [
      'that denies a port in the midst of the replies’',
      [allowAll],
      ['90 deny tcp 3389 0.0.0.0/0', allowAll],
      'denies the replies tcp/3389 to 10.0.1.0/24 by rule 90',
    ],
    [
      'that denies ports below those of the replies',
      [allowAll],
      ['90 deny tcp 22 0.0.0.0/0', allowAll],
      '',
    ],
    [
      'that lets the replies out to another block only',
      [allowAll],
      ['100 allow tcp 1024-65535 10.1.0.0/16'],
      'denies the replies tcp/1024-65535 to 10.0.1.0/24 by rule *',
    ],
    [
      'that lets just tcp replies out',
      ['100 allow udp 161 0.0.0.0/0'],
      ['100 allow tcp 1024-65535 0.0.0.0/0'],
      'denies the replies udp/1024-65535 to 10.0.1.0/24 by rule *',
      snmp,
    ],
    [
      'that lets udp in and out',
      ['100 allow udp 161 0.0.0.0/0'],
      ['100 allow udp 1024-65535 0.0.0.0/0'],
      '',
      snmp,
    ],
    [
      'that allows the echo request and its reply',
      ['100 allow icmp 8/-1 0.0.0.0/0'],
      ['100 allow icmp 0/-1 0.0.0.0/0'],
      '',
      ping,
    ],
    [
      'that allows them with their code',
      ['100 allow icmp 8/0 0.0.0.0/0'],
      ['100 allow icmp 0/0 0.0.0.0/0'],
      '',
      ping,
    ],
    [
      'that allows the request in and a request out',
      ['100 allow icmp 8/-1 0.0.0.0/0'],
      ['100 allow icmp 8/-1 0.0.0.0/0'],
      'denies the replies icmp/0 to 10.0.1.0/24 by rule *',
      ping,
    ],
    [
      'that allows icmp with another type',
      ['100 allow icmp 3/-1 0.0.0.0/0'],
      [allowAll],
      'denies icmp/8 from 10.0.1.0/24 by rule *',
      ping,
    ],
    [
      'that allows all icmp',
      ['100 allow icmp * 0.0.0.0/0'],
      ['100 allow icmp * 0.0.0.0/0'],
      '',
      ping,
    ],
    [
      'that allows just the echo where all icmp is asked',
      ['100 allow icmp 8/-1 0.0.0.0/0'],
      [allowAll],
      'denies icmp/0-7, icmp/9-255 from 10.0.1.0/24 by rule *',
      everyIcmp,
    ],
    [
      'that allows all icmp but for one code',
      ['90 deny icmp 3/4 0.0.0.0/0', allowAll],
      [allowAll],
      'denies icmp/3 code 4 from 10.0.1.0/24 by rule 90',
      everyIcmp,
    ],
    [
      'that allows ICMPv6 for ping',
      ['100 allow icmpv6 * 0.0.0.0/0'],
      [allowAll],
      'denies icmp/8 from 10.0.1.0/24 by rule *',
      ping,
    ],
    ['that lets nothing out where icmp has no reply', [allowAll], [], '', unreachable],
    [
      'that allows tcp for ping',
      ['100 allow tcp * 0.0.0.0/0'],
      [allowAll],
      'denies icmp/8 from 10.0.1.0/24 by rule *',
      ping,
    ],
    [
      'that allows IPv6 only',
      ['100 allow all * ::/0'],
      [allowAll],
      'denies tcp/10050 from 10.0.1.0/24 by rule *',
    ],
  ])('%s', (_, ingress, egress, denied, port = zabbixAgent) => {
    const rules = [aRule({ IpProtocol: '-1' })];
    const networkAcls = [anAcl({ ingress, egress })];
    expect(closedHopsIn({ monitored: { networkAcls }, ports: [port], rules })).toEqual(
      denied === '' ? [] : [`network ACL of the monitored subnet: ${aclId} ${denied}`],
    );
  });

  it.each<AclCase>([
    [
      'lets out just the port, and the replies in',
      ['100 allow tcp 1024-65535 10.20.0.0/16'],
      ['100 allow tcp 10050 10.20.0.0/16'],
      '',
    ],
    [
      'lets out just https',
      [allowAll],
      ['100 allow tcp 443 0.0.0.0/0'],
      'denies tcp/10050 to 10.20.1.0/24 by rule *',
    ],
    [
      'lets no replies in',
      ['100 allow tcp 443 0.0.0.0/0'],
      [allowAll],
      'denies the replies tcp/1024-65535 from 10.20.1.0/24 by rule *',
    ],
    ['denies another monitored subnet', [allowAll], ['90 deny all * 10.20.2.0/24', allowAll], ''],
    [
      'denies half of the monitored subnet',
      [allowAll],
      ['90 deny all * 10.20.1.128/25', allowAll],
      'denies tcp/10050 to 10.20.1.128/25 by rule 90',
    ],
    [
      'lets no echo reply in',
      ['100 allow tcp * 0.0.0.0/0'],
      [allowAll],
      'denies the replies icmp/0 from 10.20.1.0/24 by rule *',
      ping,
    ],
  ])('of the hub that %s', (_, ingress, egress, denied, port = zabbixAgent) => {
    const rules = [aRule({ IpProtocol: '-1' })];
    const networkAcls = [aHubAcl({ ingress, egress })];
    expect(closedHopsIn({ hub: { networkAcls }, ports: [port], rules })).toEqual(
      denied === '' ? [] : [`network ACL of the hub: ${hubAclId} ${denied}`],
    );
  });

  it('of one calling subnet closes the way, though the other’s is open', () => {
    const [one, other] = ['subnet-1', 'subnet-2'];
    const hub = {
      subnets: [
        aSubnet({ SubnetId: one, CidrBlock: '10.0.1.0/24' }),
        aSubnet({ SubnetId: other, CidrBlock: '10.0.2.0/24' }),
      ],
      networkAcls: [
        aHubAcl({ id: 'acl-1', subnets: [one] }),
        aHubAcl({ id: 'acl-2', subnets: [other], egress: [] }),
      ],
    };
    expect(closedHopsIn({ hub })).toEqual([
      'network ACL of the hub: acl-2 denies tcp/10050 to 10.20.1.0/24 by rule *',
    ]);
    expect(closedHopsIn({ hub, sources: ['10.0.1.0/24'] })).toEqual([]);
  });

  it('of the hub closes the way just to the subnet that it denies, and so does a route', () => {
    const subnets = [aSubnet(), aSubnet({ SubnetId: 'subnet-2', CidrBlock: '10.20.2.0/24' })];
    const denied = aHubAcl({ egress: ['90 deny all * 10.20.2.0/24', allowAll] });
    const routeTables = [aHubTable([aRoute(cidr), toNat('10.20.2.0/24')])];
    for (const hub of [{ networkAcls: [denied] }, { routeTables }]) {
      const rows = followWays(aJourney({ hub, monitored: { subnets } }));
      expect(rows.map(({ hops }) => hops.every(({ ok }) => ok))).toEqual([true, false]);
    }
  });

  it('of another subnet decides nothing', () => {
    const networkAcls = [anAcl({ id: 'acl-9', ingress: [], subnets: ['subnet-9'] }), anAcl()];
    expect(closedHopsIn({ monitored: { networkAcls } })).toEqual([]);
  });

  it('that a rule of both families is in is judged for each of them apart', () => {
    const monitored = {
      subnets: [aSubnet(withIpv6('2600:2::/64'))],
      routeTables: [aTable([aRoute(hubCidr), v6Route('2600:1::/56')])],
      networkAcls: [anAcl({ ingress: ['100 allow tcp 10050 ::/0'] })],
    };
    const hub = {
      subnets: [
        aSubnet({ SubnetId: hubSubnetId, CidrBlock: hubSubnetCidr, ...withIpv6('2600:1::/64') }),
      ],
      routeTables: [aHubTable([aRoute(cidr), v6Route('2600:2::/56')])],
    };
    const rows = followWays(
      aJourney({
        hub,
        monitored,
        sources: [hubCidr, '2600:1::/56'],
        cidrs: [cidr, '2600:2::/56'],
        rules: [aRule(), v6Rule('2600:1::/56')],
        ports: [zabbixAgent, ping],
      }),
    );
    const seen = rows.map(({ place, port, hops }) => [
      place.cidr,
      port.name,
      hops.filter(({ ok }) => !ok).map(({ name }) => name),
    ]);
    expect(seen).toEqual([
      [subnetCidr, 'zabbix-agent', ['network ACL of the monitored subnet']],
      [subnetCidr, 'ping', ['network ACL of the monitored subnet', 'security group']],
      ['2600:2::/64', 'zabbix-agent', []],
    ]);
  });
});

const v6Route = (destination: string, parts: Partial<Route> = {}): Route => ({
  DestinationIpv6CidrBlock: destination,
  VpcPeeringConnectionId: peeringId,
  State: 'active',
  ...parts,
});

const v6Rule = (block: string) => {
  const { CidrIpv4: _, ...rule } = aRule();
  return { ...rule, CidrIpv6: block };
};

const toNat = (destination: string): Route => ({
  DestinationCidrBlock: destination,
  NatGatewayId: 'nat-1',
  State: 'active',
});

describe('the route there', () => {
  it.each<[string, Route[], string]>([
    ['to the whole VPC', [aRoute(cidr)], ''],
    ['to the subnet alone', [aRoute(subnetCidr)], ''],
    [
      'by two routes that are the VPC together',
      [aRoute('10.20.0.0/17'), aRoute('10.20.128.0/17')],
      '',
    ],
    [
      'by two routes that are the subnet together',
      [aRoute('10.20.1.0/25'), aRoute('10.20.1.128/25')],
      '',
    ],
    ['by a shorter prefix', [aRoute('10.0.0.0/8')], ''],
    ['by the default route into the peering', [aRoute('0.0.0.0/0')], ''],
    ['beside a default route elsewhere', [toNat('0.0.0.0/0'), aRoute(cidr)], ''],
    [
      'beside a longer prefix elsewhere for another subnet',
      [toNat('10.20.2.0/24'), aRoute(cidr)],
      '',
    ],
    ['that is missing', [], `${hubTableId} has no route to 10.20.1.0/24`],
    [
      'that is missing beside a default route',
      [toNat('0.0.0.0/0')],
      `${hubTableId} sends 10.20.1.0/24 to nat-1 by its route to 0.0.0.0/0`,
    ],
    [
      'of which a longer prefix takes a part',
      [aRoute(cidr), toNat('10.20.1.64/26')],
      `${hubTableId} sends 10.20.1.64/26 to nat-1 by its route to 10.20.1.64/26`,
    ],
    [
      'of which a longer prefix takes all',
      [aRoute(cidr), toNat('10.20.0.0/20')],
      `${hubTableId} sends 10.20.1.0/24 to nat-1 by its route to 10.20.0.0/20`,
    ],
    [
      'that is half there',
      [aRoute('10.20.1.0/25')],
      `${hubTableId} has no route to 10.20.1.128/25`,
    ],
    [
      'that is a blackhole',
      [aRoute(cidr, { State: 'blackhole' })],
      `${hubTableId} sends 10.20.1.0/24 to ${peeringId} by its route to ${cidr}, which is a blackhole`,
    ],
    [
      'that leads into another peering',
      [aRoute(cidr, { VpcPeeringConnectionId: otherPeeringId })],
      `${hubTableId} sends 10.20.1.0/24 to ${otherPeeringId} by its route to ${cidr}`,
    ],
    [
      'that a longer blackhole is in',
      [aRoute(cidr), aRoute('10.20.1.0/28', { State: 'blackhole' })],
      `${hubTableId} sends 10.20.1.0/28 to ${peeringId} by its route to 10.20.1.0/28, which is a blackhole`,
    ],
    [
      'beside an equal one that a gateway propagates',
      [{ ...toNat(cidr), Origin: 'EnableVgwRoutePropagation' }, aRoute(cidr)],
      '',
    ],
    [
      'beside a prefix list',
      [{ DestinationPrefixListId: 'pl-1', GatewayId: 'vpce-1', State: 'active' }, aRoute(cidr)],
      '',
    ],
  ])('%s', (_, routes, closed) => {
    expect(closedHopsIn({ hub: { routeTables: [aHubTable(routes)] } })).toEqual(
      closed === '' ? [] : [`route there: ${closed}`],
    );
  });

  it('has to be in the table of every calling subnet', () => {
    const own = tableOf('rtb-2', 'subnet-2', aHubTable());
    const subnets = [
      aSubnet({ SubnetId: hubSubnetId, CidrBlock: hubSubnetCidr }),
      aSubnet({ SubnetId: 'subnet-2', CidrBlock: '10.0.2.0/24' }),
    ];
    const hub = { subnets, routeTables: [aHubTable([aRoute(cidr)]), own] };
    expect(closedHopsIn({ hub, hubTables: [hubTableId, 'rtb-2'] })).toEqual([
      'route there: rtb-2 has no route to 10.20.1.0/24',
    ]);
  });
});

describe('the route back', () => {
  it.each<[string, Route[], string]>([
    ['to the whole hub', [aRoute(hubCidr)], ''],
    ['to the calling subnet alone', [aRoute(hubSubnetCidr)], ''],
    [
      'to the other half of the hub',
      [aRoute('10.0.128.0/17')],
      `${tableId} has no route to ${hubSubnetCidr}`,
    ],
    [
      'that a longer prefix takes away',
      [aRoute(hubCidr), toNat(hubSubnetCidr)],
      `${tableId} sends ${hubSubnetCidr} to nat-1 by its route to ${hubSubnetCidr}`,
    ],
    [
      'that is a blackhole',
      [aRoute(hubCidr, { State: 'blackhole' })],
      `${tableId} sends ${hubSubnetCidr} to ${peeringId} by its route to ${hubCidr}, which is a blackhole`,
    ],
  ])('%s', (_, routes, closed) => {
    expect(closedHopsIn({ monitored: { routeTables: [aTable(routes)] } })).toEqual(
      closed === '' ? [] : [`route back: ${closed}`],
    );
  });

  it('is that of the subnet’s own table, not of the main one', () => {
    const own = tableOf('rtb-2', subnetId, aTable());
    const routeTables = [aTable([aRoute(hubCidr)]), own];
    expect(closedHopsIn({ monitored: { routeTables }, tables: [tableId, 'rtb-2'] })).toEqual([
      `route back: rtb-2 has no route to ${hubSubnetCidr}`,
    ]);
  });
});

describe('a security group', () => {
  const closed = (text: string) => [`security group: ${groupId} does not let in ${text}`];
  const reference = { CidrIpv4: undefined, ReferencedGroupInfo: { GroupId: 'sg-hub' } } as never;

  it.each<[string, Journey, string[]]>([
    ['with the rule', {}, []],
    [
      'with a rule of another block',
      { rules: [aRule({ CidrIpv4: '10.1.0.0/16' })] },
      closed('tcp/10050 from 10.0.1.0/24'),
    ],
    ['with a rule of a wider block', { rules: [aRule({ CidrIpv4: '0.0.0.0/0' })] }, []],
    [
      'with rules of both halves',
      { rules: [aRule({ CidrIpv4: '10.0.1.0/25' }), aRule({ CidrIpv4: '10.0.1.128/25' })] },
      [],
    ],
    [
      'with a rule of one half',
      { rules: [aRule({ CidrIpv4: '10.0.1.0/25' })] },
      closed('tcp/10050 from 10.0.1.128/25'),
    ],
    [
      'with a rule of all protocols',
      { rules: [aRule({ IpProtocol: '-1', FromPort: -1, ToPort: -1 })] },
      [],
    ],
    ['with a rule of all ports', { rules: [aRule({ FromPort: 0, ToPort: 65_535 })] }, []],
    ['with a rule of the protocol’s number', { rules: [aRule({ IpProtocol: '6' })] }, []],
    [
      'with a rule of another protocol',
      { rules: [aRule({ IpProtocol: 'udp' })] },
      closed('tcp/10050 from 10.0.1.0/24'),
    ],
    [
      'with an outbound rule',
      { rules: [aRule({ IsEgress: true })] },
      closed('tcp/10050 from 10.0.1.0/24'),
    ],
    [
      'with a rule of some of the ports',
      { rules: [aRule({ FromPort: 9100, ToPort: 9150 })], ports: [range] },
      closed('tcp/9151-9200 from 10.0.1.0/24'),
    ],
    [
      'with the rule in a group that was not opened',
      { rules: [aRule({ GroupId: 'sg-2' })] },
      closed('tcp/10050 from 10.0.1.0/24'),
    ],
    ['with the rule in one of two groups', { rules: [aRule()], groupIds: ['sg-2', groupId] }, []],
    [
      'with half of it in each of two groups',
      {
        rules: [
          aRule({ CidrIpv4: '10.0.1.0/25' }),
          aRule({ GroupId: 'sg-2', CidrIpv4: '10.0.1.128/25' }),
        ],
        groupIds: [groupId, 'sg-2'],
      },
      [
        `security group: ${groupId} does not let in tcp/10050 from 10.0.1.128/25; sg-2 does not let in tcp/10050 from 10.0.1.0/25`,
      ],
    ],
    [
      'with a rule for ping',
      { rules: [aRule({ IpProtocol: 'icmp', FromPort: 8, ToPort: -1 })], ports: [ping] },
      [],
    ],
    [
      'with a rule for all icmp',
      { rules: [aRule({ IpProtocol: 'icmp', FromPort: -1, ToPort: -1 })], ports: [ping] },
      [],
    ],
    [
      'with a rule for the reply alone',
      { rules: [aRule({ IpProtocol: 'icmp', FromPort: 0, ToPort: -1 })], ports: [ping] },
      closed('icmp/8 from 10.0.1.0/24'),
    ],
    [
      'with a rule that names the callers’ group',
      { rules: [aRule(reference)], callers: ['sg-hub'] },
      [],
    ],
    [
      'with a rule that names another group',
      { rules: [aRule(reference)] },
      closed('tcp/10050 from 10.0.1.0/24'),
    ],
    ['with no rule', { rules: [] }, closed('tcp/10050 from 10.0.1.0/24')],
  ])('%s', (_, journey, expected) => {
    expect(closedHopsIn(journey)).toEqual(expected);
  });
});

describe('who calls', () => {
  const subnets = ['10.0.1.0/24', '10.0.2.0/24', '10.0.16.0/20'].map((CidrBlock, index) =>
    aSubnet({ SubnetId: `subnet-${index}`, CidrBlock }),
  );
  const callersOf = (journey: Journey) =>
    followWays(aJourney(journey))[0]?.sources.map(({ cidr: block, subnetId: id }) => [id, block]);

  it.each<[string, string[], string[][]]>([
    [
      'every subnet in the hub’s blocks',
      [hubCidr],
      [
        ['subnet-0', '10.0.1.0/24'],
        ['subnet-1', '10.0.2.0/24'],
        ['subnet-2', '10.0.16.0/20'],
      ],
    ],
    ['the one subnet that is named', ['10.0.2.0/24'], [['subnet-1', '10.0.2.0/24']]],
    ['just a part of a subnet', ['10.0.17.0/24'], [['subnet-2', '10.0.17.0/24']]],
    ['one machine', ['10.0.1.7/32'], [['subnet-0', '10.0.1.7/32']]],
  ])('is %s', (_, sources, expected) => {
    expect(callersOf({ hub: { subnets }, sources })).toEqual(expected);
  });

  it('is no subnet that uses another table than those of the onboarding', () => {
    const routeTables = [aHubTable([aRoute(cidr)]), tableOf('rtb-2', 'subnet-1', aHubTable())];
    expect(callersOf({ hub: { subnets, routeTables } })).toEqual([
      ['subnet-0', '10.0.1.0/24'],
      ['subnet-2', '10.0.16.0/20'],
    ]);
  });

  it('is the block itself where the hub has no subnet in it: then its table counts, and no ACL', () => {
    const hub = { subnets: [], networkAcls: [aHubAcl({ egress: [] })] };
    const [row] = followWays(aJourney({ hub }));
    expect(row).toMatchObject({ sources: [{ cidr: hubCidr }], obstacles: [] });
    expect(row?.hops[2]).toEqual({
      name: 'network ACL of the hub',
      ok: true,
      detail: 'the VPC has no subnet here, so none is asked',
    });
    expect(closedHopsIn({ hub: { ...hub, routeTables: [aHubTable()] } })).toEqual([
      `route there: ${hubTableId} has no route to ${subnetCidr}`,
    ]);
  });
});

describe('what is called', () => {
  it('is every port of every subnet', () => {
    const subnets = [aSubnet(), aSubnet({ SubnetId: 'subnet-2', CidrBlock: '10.20.2.0/24' })];
    const rows = followWays(aJourney({ monitored: { subnets }, ports: [zabbixAgent, snmp] }));
    expect(rows.map(({ place, port }) => `${place.subnetId} ${port.name}`)).toEqual([
      `${subnetId} zabbix-agent`,
      `${subnetId} snmp`,
      'subnet-2 zabbix-agent',
      'subnet-2 snmp',
    ]);
  });

  it.each<[string, Journey]>([
    ['in a block that is left out', { cidrs: ['10.20.128.0/17'] }],
    ['that uses a table of no part in the onboarding', { tables: ['rtb-2'] }],
    ['where there is none', { monitored: { subnets: [] } }],
  ])('is no subnet %s', (_, journey) => {
    expect(followWays(aJourney(journey))).toEqual([]);
  });

  it('is just that part of a subnet which is not left out', () => {
    const rows = followWays(aJourney({ cidrs: ['10.20.1.0/25', '10.20.1.192/26'] }));
    expect(rows.map(({ place }) => place.cidr)).toEqual(['10.20.1.0/25', '10.20.1.192/26']);
  });

  it('is no IPv6 block where no caller has IPv6', () => {
    const monitored = { subnets: [aSubnet(withIpv6('2600:2::/64'))] };
    const rows = followWays(aJourney({ monitored, cidrs: [cidr, '2600:2::/56'] }));
    expect(rows.map(({ place }) => place.cidr)).toEqual([subnetCidr]);
  });

  it('may be in the hub: then its ACL and that of the monitored subnet change places', () => {
    const { from, to, ...journey } = aJourney({
      hub: { networkAcls: [aHubAcl({ ingress: [] })] },
      rules: [aRule({ CidrIpv4: cidr })],
    });
    const blocks = { from: { ...to, blocks: [cidr] }, to: { ...from, blocks: [hubCidr] } };
    const [row] = followWays({ ...journey, ...blocks });
    expect(row?.hops.filter(({ ok }) => !ok)).toEqual([
      {
        name: 'network ACL of the hub',
        ok: false,
        detail: `${hubAclId} denies tcp/10050 from 10.20.1.0/24 by rule *`,
      },
    ]);
  });
});

it('reads the entries of a test as EC2 writes them', () => {
  expect(entry('90 deny tcp 1-2 10.0.0.0/8')).toEqual({
    RuleNumber: 90,
    RuleAction: 'deny',
    Protocol: '6',
    CidrBlock: '10.0.0.0/8',
    PortRange: { From: 1, To: 2 },
  });
});
