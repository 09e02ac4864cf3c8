import type { NetworkAclEntry, SecurityGroupRule } from '@aws-sdk/client-ec2';
import type { Port } from '../execution.ts';
import { addressesOf, type Box, type Range } from './reachabilityBoxes.ts';

/** Packets of one protocol, wherever they go: their ports, or ICMP's types and codes. */
export type Traffic = { protocol: Port['protocol']; port: Range; code: Range };

const everyPort = { from: 0n, to: 65_535n };
const everyType = { from: 0n, to: 255n };
const only = (number: number): Range => ({ from: BigInt(number), to: BigInt(number) });

/** In rules of EC2, -1 stands for all types or codes. */
const typesOf = (number: number | undefined = -1) => (number === -1 ? everyType : only(number));

/**
 * The reply to each type of ICMP that asks for one; all of them have just the code 0:
 * https://www.iana.org/assignments/icmp-parameters/icmp-parameters.xhtml
 */
const icmpReplies = new Map([
  [8, 0],
  [13, 14],
  [15, 16],
  [17, 18],
]);

/**
 * From which of its ports a monitoring server asks depends on its system, so replies need all of these:
 * https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
 */
const ephemeralPorts = { from: 1024n, to: 65_535n };

/** The packets that go there. */
export const requestOf = ({ protocol, from, to }: Port): Traffic => {
  if (protocol !== 'icmp')
    return { protocol, port: { from: BigInt(from), to: BigInt(to) }, code: only(0) };
  const code = icmpReplies.has(from) && to === -1 ? only(0) : typesOf(to);
  return { protocol, port: typesOf(from), code };
};

/** The packets that come back, for which stateless ACLs have to be open too; some ICMP has no reply. */
export const replyOf = ({ protocol, from }: Port): Traffic | undefined => {
  if (protocol !== 'icmp') return { protocol, port: ephemeralPorts, code: only(0) };
  if (from === -1) return { protocol, port: everyType, code: everyType };
  const type = icmpReplies.get(from);
  return type === undefined ? undefined : { protocol, port: only(type), code: only(0) };
};

/** The traffic with addresses at its other end. */
export const boxesOf = ({ port, code }: Traffic, addresses: readonly Range[]): Box[] =>
  addresses.map((address) => ({ address, port, code }));

/** All packets from or to these addresses. */
export const anyTraffic = (address: Range): Box => ({ address, port: everyPort, code: everyType });

/** https://www.iana.org/assignments/protocol-numbers/protocol-numbers.xhtml */
const numberOf = { icmp: '1', tcp: '6', udp: '17' } as const satisfies Record<
  Port['protocol'],
  string
>;

const everyAddress = { from: 0n, to: 1n << 129n };

const isOf = (protocol: Port['protocol'], ruleProtocol: string | undefined) =>
  ruleProtocol === protocol || ruleProtocol === numberOf[protocol];

/** Ports of a rule; EC2 leaves them out, or writes -1, where it means all. */
const portsOf = (from: number | undefined, to: number | undefined): Range =>
  from === undefined || from === -1 ? everyPort : { from: BigInt(from), to: BigInt(to ?? from) };

/** The packets of a protocol that an entry of a network ACL speaks of, if any. */
export const boxOfEntry = (
  { Protocol, PortRange, IcmpTypeCode, CidrBlock, Ipv6CidrBlock }: NetworkAclEntry,
  protocol: Port['protocol'],
): Box | undefined => {
  const cidr = CidrBlock ?? Ipv6CidrBlock;
  if (cidr === undefined) return undefined;
  const address = addressesOf(cidr);
  if (Protocol === '-1') return anyTraffic(address);
  if (!isOf(protocol, Protocol)) return undefined;
  return protocol === 'icmp'
    ? { address, port: typesOf(IcmpTypeCode?.Type), code: typesOf(IcmpTypeCode?.Code) }
    : { address, port: portsOf(PortRange?.From, PortRange?.To), code: only(0) };
};

const sourceOfRule = (rule: SecurityGroupRule, callers: readonly string[]): Range | undefined => {
  const cidr = rule.CidrIpv4 ?? rule.CidrIpv6;
  if (cidr !== undefined) return addressesOf(cidr);
  return callers.includes(rule.ReferencedGroupInfo?.GroupId ?? '') ? everyAddress : undefined;
};

/**
 * The packets of a protocol that an inbound rule of a security group lets in, if any. A rule that names a
 * group speaks of the instances that wear it: those of `callers` are the ones that call.
 */
export const boxOfRule = (
  rule: SecurityGroupRule,
  protocol: Port['protocol'],
  callers: readonly string[],
): Box | undefined => {
  const address = sourceOfRule(rule, callers);
  if (address === undefined) return undefined;
  if (rule.IpProtocol === '-1') return anyTraffic(address);
  if (!isOf(protocol, rule.IpProtocol)) return undefined;
  return protocol === 'icmp'
    ? { address, port: typesOf(rule.FromPort), code: typesOf(rule.ToPort) }
    : { address, port: portsOf(rule.FromPort, rule.ToPort), code: only(0) };
};

const rangeText = ({ from, to }: Range) => (from === to ? `${from}` : `${from}-${to}`);

const codeText = ({ from, to }: Range) =>
  to === 0n || (from === everyType.from && to === everyType.to)
    ? ''
    : ` code ${rangeText({ from, to })}`;

/** Traffic as a message names it: `tcp/10050`, `icmp/8`, `icmp/3 code 4`. */
export const trafficText = ({ protocol, port, code }: Traffic): string => {
  if (protocol !== 'icmp') return `${protocol}/${rangeText(port)}`;
  const isAll = port.from === everyType.from && port.to === everyType.to;
  return `${isAll ? 'icmp' : `icmp/${rangeText(port)}`}${codeText(code)}`;
};
