import type { NetworkAcl, Route, SecurityGroupRule } from '@aws-sdk/client-ec2';
import type { RegionSnapshot } from '../../local/aws/ec2/snapshot.ts';

/*
 * Sends packets one by one through what the local AWS has, as the guides of AWS tell how each one fares.
 * Nothing of the code under test is used for that.
 */

type Address = { isIpv6: boolean; value: bigint };
type Block = { isIpv6: boolean; from: bigint; to: bigint };

const valueOf4 = (text: string) =>
  text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);

const valueOf6 = (text: string) => {
  const [head = '', tail] = text.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const [first, last] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return [...first, ...zeros, ...last].reduce(
    (sum, part) => sum * 65_536n + BigInt(`0x${part}`),
    0n,
  );
};

const parse = (text: string): Block => {
  const [net = '', length] = text.split('/');
  const isIpv6 = net.includes(':');
  const size = 1n << BigInt((isIpv6 ? 128 : 32) - Number(length));
  const value = isIpv6 ? valueOf6(net) : valueOf4(net);
  const from = value - (value % size);
  return { isIpv6, from, to: from + size - 1n };
};

const known = new Map<string, Block>();

const blockOf = (text: string): Block => {
  const block = known.get(text) ?? parse(text);
  known.set(text, block);
  return block;
};

const isIn = ({ isIpv6, value }: Address, text: string | undefined) => {
  if (text === undefined) return false;
  const block = blockOf(text);
  return block.isIpv6 === isIpv6 && block.from <= value && value <= block.to;
};

const lengthOf = (text: string) => Number(text.split('/')[1]);

/** Of two blocks that meet, the one within the other. */
const overlap = (one: string, other: string): string[] => {
  const [narrow, wide] = lengthOf(one) >= lengthOf(other) ? [one, other] : [other, one];
  const { isIpv6, from } = blockOf(narrow);
  return isIn({ isIpv6, value: from }, wide) ? [narrow] : [];
};

/** What is asked for; for ICMP `from` is the type and `to` the code, and -1 stands for all. */
export type Wanted = { protocol: 'tcp' | 'udp' | 'icmp'; from: number; to: number };

/** What a packet asks for: a port, or a type and a code. */
type Goal = { protocol: Wanted['protocol']; port: number; code: number };
type Packet = Goal & { source: Address; destination: Address };

const protocolNumbers = { icmp: '1', tcp: '6', udp: '17' };

const meets = (number: number | undefined, wanted: number) =>
  number === undefined || number === -1 || number === wanted;

const passesAcl = (acl: NetworkAcl | undefined, egress: boolean, packet: Packet): boolean => {
  const remote = egress ? packet.destination : packet.source;
  const entries = (acl?.Entries ?? []).filter(({ Egress }) => Egress === egress);
  entries.sort((one, other) => one.RuleNumber! - other.RuleNumber!);
  const first = entries.find(({ CidrBlock, Ipv6CidrBlock, Protocol, PortRange, IcmpTypeCode }) => {
    if (!isIn(remote, CidrBlock ?? Ipv6CidrBlock)) return false;
    if (Protocol === '-1') return true;
    if (Protocol !== protocolNumbers[packet.protocol]) return false;
    if (packet.protocol === 'icmp') {
      return meets(IcmpTypeCode?.Type, packet.port) && meets(IcmpTypeCode?.Code, packet.code);
    }
    return PortRange!.From! <= packet.port && packet.port <= PortRange!.To!;
  });
  return first?.RuleAction === 'allow';
};

const letsIn = (rule: SecurityGroupRule, { source, protocol, port, code }: Packet): boolean => {
  if (rule.IsEgress || !isIn(source, rule.CidrIpv4 ?? rule.CidrIpv6)) return false;
  if (rule.IpProtocol === '-1') return true;
  if (rule.IpProtocol !== protocol) return false;
  if (protocol === 'icmp') return meets(rule.FromPort, port) && meets(rule.ToPort, code);
  return rule.FromPort! <= port && port <= rule.ToPort!;
};

/** A VPC, and what its account has in the Region. */
export type End = { vpcId: string; state: RegionSnapshot };

const destinationOf = (route: Route) =>
  route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock;

const tableOf = (end: End, subnetId: string) => {
  const tables = end.state.routeTables.filter(({ VpcId }) => VpcId === end.vpcId);
  const own = tables.find(({ Associations }) =>
    Associations?.some(({ SubnetId }) => SubnetId === subnetId),
  );
  return own ?? tables.find(({ Associations }) => Associations?.some(({ Main }) => Main));
};

const aclOf = ({ state }: End, subnetId: string) =>
  state.networkAcls.find(({ Associations }) =>
    Associations?.some(({ SubnetId }) => SubnetId === subnetId),
  );

/** Whether a subnet sends what is for an address into an active peering with the other VPC. */
const isSentTo = (end: End, subnetId: string, remote: Address, other: End): boolean => {
  const routes = (tableOf(end, subnetId)?.Routes ?? []).filter((route) =>
    isIn(remote, destinationOf(route)),
  );
  routes.sort((one, two) => lengthOf(destinationOf(two)!) - lengthOf(destinationOf(one)!));
  const [best] = routes;
  if (best?.State !== 'active' || best.VpcPeeringConnectionId === undefined) return false;
  const peering = end.state.peerings.find(
    ({ VpcPeeringConnectionId }) => VpcPeeringConnectionId === best.VpcPeeringConnectionId,
  );
  const vpcs = [peering?.RequesterVpcInfo?.VpcId, peering?.AccepterVpcInfo?.VpcId];
  return (
    peering?.Status?.Code === 'active' && vpcs.includes(end.vpcId) && vpcs.includes(other.vpcId)
  );
};

/** From the blocks of one VPC to the subnets of another one. */
export type Journey = {
  from: End;
  to: End;
  /** What calls of the one VPC, and what is called of the other one. */
  sources: readonly string[];
  called: readonly string[];
  port: Wanted;
  /** One of these is what the called ones wear. Left out where groups are no question yet. */
  groupIds?: readonly string[];
};

/** A block of a subnet that is called, and whether all packets get there and back. */
export type Row = { subnetId: string; cidr: string; open: boolean };

type Spot = { subnetId: string; cidr: string };

const spotsIn = ({ state, vpcId }: End, blocks: readonly string[]): Spot[] =>
  state.subnets
    .filter(({ VpcId }) => VpcId === vpcId)
    .flatMap(({ SubnetId = '', CidrBlock, Ipv6CidrBlockAssociationSet: more = [] }) =>
      [CidrBlock, ...more.map(({ Ipv6CidrBlock }) => Ipv6CidrBlock)]
        .flatMap((own) => blocks.flatMap((block) => (own ? overlap(own, block) : [])))
        .map((cidr) => ({ subnetId: SubnetId, cidr })),
    );

const distinct = <Thing>(things: readonly Thing[]) => [...new Set(things)];

/** Every block that anything on the way speaks of. */
const blocksNamed = (ends: readonly End[]) =>
  distinct(
    ends.flatMap(({ state }) => [
      ...state.routeTables.flatMap(({ Routes = [] }) => Routes.map(destinationOf)),
      ...state.networkAcls.flatMap(({ Entries = [] }) =>
        Entries.map(({ CidrBlock, Ipv6CidrBlock }) => CidrBlock ?? Ipv6CidrBlock),
      ),
      ...state.securityGroupRules.map(({ CidrIpv4, CidrIpv6 }) => CidrIpv4 ?? CidrIpv6),
    ]),
  ).filter((block) => block !== undefined);

/** Addresses of a block, at least one for each part of it that may be treated apart. */
const addressesIn = (cidr: string, named: readonly string[]): Address[] => {
  const { isIpv6, from, to } = blockOf(cidr);
  const edges = named
    .map(blockOf)
    .filter((block) => block.isIpv6 === isIpv6)
    .flatMap((block) => [block.from - 1n, block.from, block.to, block.to + 1n]);
  return distinct([from, to, (from + to) / 2n, ...edges])
    .filter((value) => from <= value && value <= to)
    .map((value) => ({ isIpv6, value }));
};

/** Ports of a range, at least one for each part of it that may be treated apart. */
const portsIn = (from: number, to: number, ends: readonly End[]): number[] => {
  const ranges = ends.flatMap(({ state }) => [
    ...state.networkAcls.flatMap(({ Entries = [] }) =>
      Entries.flatMap(({ PortRange }) => PortRange ?? []),
    ),
    ...state.securityGroupRules.map(({ FromPort, ToPort }) => ({ From: FromPort, To: ToPort })),
  ]);
  const edges = ranges.flatMap(({ From = 0, To = 0 }) => [From - 1, From, To, To + 1]);
  return distinct([from, to, ...edges]).filter((port) => from <= port && port <= to);
};

const everyType = [0, 3, 7, 8, 9, 13, 128, 255];
const echoRequest = 8;
const echoReply = 0;

const goalsOf = ({ protocol, from, to }: Wanted, ends: readonly End[]): Goal[] => {
  if (protocol !== 'icmp')
    return portsIn(from, to, ends).map((port) => ({ protocol, port, code: 0 }));
  if (from !== -1) return [{ protocol, port: from, code: Math.max(to, 0) }];
  return everyType.flatMap((port) => [0, 1, 255].map((code) => ({ protocol, port, code })));
};

const repliesTo = (wanted: Wanted, ends: readonly End[]): Goal[] => {
  if (wanted.protocol !== 'icmp') return goalsOf({ ...wanted, from: 1024, to: 65_535 }, ends);
  if (wanted.from === echoRequest) return [{ protocol: 'icmp', port: echoReply, code: 0 }];
  return goalsOf(wanted, ends);
};

const getsThere = ({ from, to }: Journey, here: Spot, there: Spot, packet: Packet) =>
  isSentTo(from, here.subnetId, packet.destination, to) &&
  passesAcl(aclOf(from, here.subnetId), true, packet) &&
  passesAcl(aclOf(to, there.subnetId), false, packet);

const getsBack = ({ from, to }: Journey, here: Spot, there: Spot, packet: Packet) =>
  isSentTo(to, there.subnetId, packet.destination, from) &&
  passesAcl(aclOf(to, there.subnetId), true, packet) &&
  passesAcl(aclOf(from, here.subnetId), false, packet);

/** The way from one subnet to another one: every packet there, and every reply to it back. */
const isOpenFor = (journey: Journey, here: Spot, there: Spot): boolean => {
  const { from, to, port, groupIds } = journey;
  const ends = [from, to];
  const named = blocksNamed(ends);
  const pairs = addressesIn(here.cidr, named).flatMap((caller) =>
    addressesIn(there.cidr, named).map((called) => ({ caller, called })),
  );
  const requests = goalsOf(port, ends).flatMap((goal) =>
    pairs.map(({ caller, called }) => ({ ...goal, source: caller, destination: called })),
  );
  const replies = repliesTo(port, ends).flatMap((goal) =>
    pairs.map(({ caller, called }) => ({ ...goal, source: called, destination: caller })),
  );
  const isWelcome = (groupId: string) => {
    const rules = to.state.securityGroupRules.filter(({ GroupId }) => GroupId === groupId);
    return requests.every((packet) => rules.some((rule) => letsIn(rule, packet)));
  };
  return (
    requests.every((packet) => getsThere(journey, here, there, packet)) &&
    (groupIds === undefined || groupIds.some(isWelcome)) &&
    replies.every((packet) => getsBack(journey, here, there, packet))
  );
};

/** Walks every packet from all calling subnets to each called one and back. */
export const walk = (journey: Journey): Row[] => {
  const { from, to, sources, called, port } = journey;
  const callers = spotsIn(from, sources);
  return spotsIn(to, called).flatMap((there) => {
    const { isIpv6 } = blockOf(there.cidr);
    // What is called ICMP here is that of IPv4.
    if (isIpv6 && port.protocol === 'icmp') return [];
    const alike = callers.filter(({ cidr }) => blockOf(cidr).isIpv6 === isIpv6);
    if (alike.length === 0) return [];
    return [{ ...there, open: alike.every((here) => isOpenFor(journey, here, there)) }];
  });
};
