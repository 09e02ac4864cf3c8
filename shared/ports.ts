import type { IpPermission, SecurityGroupRule } from '@aws-sdk/client-ec2';
import type { Port } from './execution.ts';
import type { PortProfiles, PortRange } from './fields.ts';

/** How a port reads in reports and in the descriptions of rules, such as `tcp/9100` or `icmp`. */
export const formatPort = ({
  protocol,
  from,
  to,
}: {
  protocol: string;
  from: number;
  to: number;
}): string => {
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
  const keyOf = (port: Port) => `${formatPort(port)} ${port.towards ?? ''}`;
  const ports = [...new Map(all.toReversed().map((port) => [keyOf(port), port])).values()];
  return { ports: ports.toReversed(), unknown };
};

/** Whether a rule lets in exactly this port from exactly this block or security group. */
export const isRuleFor = (rule: SecurityGroupRule, port: Port, source: string): boolean =>
  rule.IsEgress === false &&
  rule.IpProtocol === port.protocol &&
  rule.FromPort === port.from &&
  rule.ToPort === port.to &&
  sourceOf(rule) === source;

/** What a rule lets in: a block, the id of a security group or of a prefix list. */
export const sourceOf = (rule: SecurityGroupRule): string | undefined =>
  rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.ReferencedGroupInfo?.GroupId ?? rule.PrefixListId;

/**
 * The rules that let in one port from several blocks, or from security groups of an account, as EC2
 * takes them.
 */
export const permissionFor = (
  port: Port,
  sources: readonly string[],
  description: string,
  groupOwnerId: string,
): IpPermission => {
  const v4 = sources.filter((source) => !isGroup(source) && !isIpv6(source));
  const v6 = sources.filter(isIpv6);
  const groups = sources.filter(isGroup);
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
    ...(groups.length > 0 && {
      UserIdGroupPairs: groups.map((GroupId) => ({
        GroupId,
        UserId: groupOwnerId,
        Description: description,
      })),
    }),
  };
};

/** Whether what is let in is a security group rather than a block. */
export const isGroup = (source: string): boolean => source.startsWith('sg-');

/** Whether a block is of IPv6. */
export const isIpv6 = (cidr: string): boolean => cidr.includes(':');
