import type { IpPermission, SecurityGroupRule } from '@aws-sdk/client-ec2';
import type { Port } from './execution.ts';
import type { PortProfiles, PortRange } from './request.ts';

/** How a port reads in reports and in the descriptions of rules, such as `tcp/9100` or `icmp`. */
export const formatPort = ({ protocol, from, to }: Omit<Port, 'name'>): string => {
  if (protocol === 'icmp') return from === -1 ? 'icmp' : `icmp/${from}`;
  return `${protocol}/${from === to ? from : `${from}-${to}`}`;
};

/** The ports that a request asks for, and the names among them that are no profile. */
export const resolvePorts = (
  asked: readonly (string | PortRange)[],
  profiles: PortProfiles,
): { ports: Port[]; unknown: string[] } => {
  const unknown: string[] = [];
  const all = asked.flatMap((port): Port[] => {
    if (typeof port !== 'string') return [{ name: formatPort(port), ...port }];
    const profile = profiles[port];
    if (profile) return [{ name: port, ...profile }];
    unknown.push(port);
    return [];
  });
  // One port asked for twice is one rule; EC2 refuses a call that names a rule twice.
  const ports = [...new Map(all.toReversed().map((port) => [formatPort(port), port])).values()];
  return { ports: ports.toReversed(), unknown };
};

/** Whether a rule lets in exactly this port from exactly this block. */
export const isRuleFor = (rule: SecurityGroupRule, port: Port, cidr: string): boolean =>
  rule.IsEgress === false &&
  rule.IpProtocol === port.protocol &&
  rule.FromPort === port.from &&
  rule.ToPort === port.to &&
  (rule.CidrIpv4 === cidr || rule.CidrIpv6 === cidr);

/** The rules that let in one port from several blocks, as EC2 takes them. */
export const permissionFor = (
  port: Port,
  cidrs: readonly string[],
  description: string,
): IpPermission => {
  const v4 = cidrs.filter((cidr) => !isIpv6(cidr));
  const v6 = cidrs.filter(isIpv6);
  return {
    IpProtocol: port.protocol,
    FromPort: port.from,
    ToPort: port.to,
    ...(v4.length > 0 && {
      IpRanges: v4.map((CidrIp) => ({ CidrIp, Description: description })),
    }),
    ...(v6.length > 0 && {
      Ipv6Ranges: v6.map((CidrIpv6) => ({ CidrIpv6, Description: description })),
    }),
  };
};

/** Whether a block is of IPv6. */
export const isIpv6 = (cidr: string): boolean => cidr.includes(':');
