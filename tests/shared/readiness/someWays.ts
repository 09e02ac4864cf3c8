import type {
  NetworkAcl,
  NetworkAclEntry,
  RouteTable,
  SecurityGroupRule,
  Subnet,
} from '@aws-sdk/client-ec2';
import type { Port } from '../../../shared/execution.ts';
import type { VpcNetwork } from '../../../shared/network/readNetwork.ts';
import type { Journey } from '../../../shared/readiness/reachability.ts';
import {
  aHubSide,
  aHubTable,
  aMonitoredSide,
  aRoute,
  aRule,
  aTable,
  cidr,
  groupId,
  hubCidr,
  hubTableId,
  peeringId,
  tableId,
  zabbixAgent,
} from '../../builders.ts';

export const hubSubnetId = 'subnet-0a111111111111111';
export const subnetId = 'subnet-0b222222222222222';
export const hubSubnetCidr = '10.0.1.0/24';
export const subnetCidr = '10.20.1.0/24';
export const hubAclId = 'acl-0a111111111111111';
export const aclId = 'acl-0b222222222222222';

export const aSubnet = (parts: Partial<Subnet> = {}): Subnet => ({
  SubnetId: subnetId,
  CidrBlock: subnetCidr,
  AvailabilityZone: 'eu-central-1a',
  ...parts,
});

export const withIpv6 = (Ipv6CidrBlock: string): Partial<Subnet> => ({
  Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock, Ipv6CidrBlockState: { State: 'associated' } }],
});

/** `90 deny tcp 10050-10060 10.0.0.0/16` as an entry; `icmp 8/0` gives type and code. */
export const entry = (text: string): NetworkAclEntry => {
  const [number = '', action, protocol = '', ports = '', block = ''] = text.split(' ');
  const [from, to = from] = ports.split(protocol === 'icmp' ? '/' : '-').map(Number);
  const numbers: Record<string, string> = {
    all: '-1',
    icmp: '1',
    tcp: '6',
    udp: '17',
    icmpv6: '58',
  };
  return {
    RuleNumber: number === '*' ? 32_767 : Number(number),
    RuleAction: action as 'allow',
    Protocol: numbers[protocol] ?? protocol,
    ...(block.includes(':') ? { Ipv6CidrBlock: block } : { CidrBlock: block }),
    ...(['tcp', 'udp'].includes(protocol) &&
      ports !== '*' && { PortRange: { From: from, To: to } }),
    ...(protocol === 'icmp' && {
      IcmpTypeCode: ports === '*' ? { Type: -1, Code: -1 } : { Type: from, Code: to },
    }),
  };
};

const allow = ['100 allow all * 0.0.0.0/0', '101 allow all * ::/0'];
const last = ['* deny all * 0.0.0.0/0', '* deny all * ::/0'];

type AclParts = { id?: string; ingress?: string[]; egress?: string[]; subnets?: string[] };

/** An ACL with these entries before the last ones that deny all; without them it allows all. */
export const anAcl = ({
  id = aclId,
  ingress = allow,
  egress = allow,
  subnets = [subnetId],
}: AclParts = {}): NetworkAcl => ({
  NetworkAclId: id,
  Associations: subnets.map((SubnetId) => ({ SubnetId })),
  Entries: [
    ...[...ingress, ...last].map((text) => ({ ...entry(text), Egress: false })),
    ...[...egress, ...last].map((text) => ({ ...entry(text), Egress: true })),
  ],
});

export const aHubAcl = (parts: AclParts = {}): NetworkAcl =>
  anAcl({ id: hubAclId, subnets: [hubSubnetId], ...parts });

type Parts = {
  hub?: Partial<VpcNetwork>;
  monitored?: Partial<VpcNetwork>;
  sources?: string[];
  cidrs?: string[];
  hubTables?: string[];
  tables?: string[];
  ports?: Port[];
  rules?: SecurityGroupRule[];
  groupIds?: string[];
  callers?: string[];
  status?: string;
};

/** From one subnet of the hub to one monitored subnet, through the Zabbix agent's port; all of it open. */
export const aJourney = ({ hub, monitored, ...parts }: Parts = {}): Journey => ({
  from: {
    side: 'hub',
    at: aHubSide({ routeTableIds: parts.hubTables ?? [hubTableId] }),
    network: {
      subnets: [aSubnet({ SubnetId: hubSubnetId, CidrBlock: hubSubnetCidr })],
      routeTables: [aHubTable([aRoute(cidr)])],
      networkAcls: [aHubAcl()],
      ...hub,
    },
    blocks: parts.sources ?? [hubCidr],
  },
  to: {
    side: 'monitored',
    at: aMonitoredSide({ routeTableIds: parts.tables ?? [tableId] }),
    network: {
      subnets: [aSubnet()],
      routeTables: [aTable([aRoute(hubCidr)])],
      networkAcls: [anAcl()],
      ...monitored,
    },
    blocks: parts.cidrs ?? [cidr],
  },
  peering: { id: peeringId, status: parts.status ?? 'active' },
  ports: parts.ports ?? [zabbixAgent],
  doors: {
    groupIds: parts.groupIds ?? [groupId],
    rules: parts.rules ?? [aRule()],
    callers: parts.callers ?? [],
  },
});

/** A VPC's tables of which each is used by one subnet explicitly. */
export const tableOf = (id: string, subnet: string, table: RouteTable): RouteTable => ({
  ...table,
  RouteTableId: id,
  Associations: [{ SubnetId: subnet, Main: false }],
});
