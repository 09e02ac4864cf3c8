import type { IpPermission, UserIdGroupPair } from '@aws-sdk/client-ec2';
import { AwsError } from '../awsError.ts';
import { canonical } from './cidrs.ts';
import { onlyKnows, required } from './input.ts';
import { missing } from './kinds.ts';
import { activePeeringBetween } from './peeringStatus.ts';
import type { Ec2State, GroupReference, RuleRecord, SecurityGroupRecord } from './state.ts';

/** A rule as asked for, before it has an id. */
export type RuleDraft = Omit<RuleRecord, 'id' | 'isEgress'>;

/** An input that has its rules in `IpPermissions` or, the old way, one in members of its own. */
export type PermissionsInput = {
  IpPermissions?: IpPermission[] | undefined;
  IpProtocol?: string | undefined;
  FromPort?: number | undefined;
  ToPort?: number | undefined;
  CidrIp?: string | undefined;
};

/** The members that an input can have its rules in. */
export const permissionMembers = ['IpPermissions', 'IpProtocol', 'FromPort', 'ToPort', 'CidrIp'];

/** The rules that an input asks for, one per source, in canonical form. */
export const draftsOf = (
  state: Ec2State,
  group: SecurityGroupRecord,
  action: string,
  { IpPermissions, ...flat }: PermissionsInput,
): RuleDraft[] => {
  const { IpProtocol, FromPort, ToPort, CidrIp } = flat;
  const permissions =
    CidrIp === undefined
      ? (IpPermissions ?? [])
      : [...(IpPermissions ?? []), { IpProtocol, FromPort, ToPort, IpRanges: [{ CidrIp }] }];
  if (permissions.length === 0) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter ipPermissions');
  }
  return permissions.flatMap((permission) => sourcesOf(state, group, action, permission));
};

const sourcesOf = (
  state: Ec2State,
  group: SecurityGroupRecord,
  action: string,
  permission: IpPermission,
): RuleDraft[] => {
  const { IpRanges, Ipv6Ranges, UserIdGroupPairs, PrefixListIds, ...rest } = permission;
  onlyKnows(action, rest, ['IpProtocol', 'FromPort', 'ToPort']);
  const ports = portsOf(permission);
  const drafts = [
    ...(IpRanges ?? []).map(({ CidrIp, Description }) =>
      described({ ...ports, source: { cidr: canonical(CidrIp, 4) } }, Description),
    ),
    ...(Ipv6Ranges ?? []).map(({ CidrIpv6, Description }) =>
      described({ ...ports, source: { cidr: canonical(CidrIpv6, 6) } }, Description),
    ),
    ...(UserIdGroupPairs ?? []).map((pair) =>
      described(
        { ...ports, source: { group: reference(state, group, action, pair) } },
        pair.Description,
      ),
    ),
    ...prefixListsOf(permission).map(({ id, description }) =>
      described({ ...ports, source: { prefixListId: id } }, description),
    ),
  ];
  if (drafts.length > 0) return drafts;
  throw new AwsError('MissingParameter', 'A rule needs a CIDR block or a security group as source');
};

// There are no prefix lists here: one that a rule names is taken to be there.
const prefixListsOf = ({ PrefixListIds = [] }: IpPermission) =>
  PrefixListIds.map(({ PrefixListId, Description }) => ({
    id: required('prefixListId', PrefixListId),
    description: Description,
  }));

const described = (draft: RuleDraft, description: string | undefined): RuleDraft => {
  if (!description) return draft;
  mustBeDescription('rule', description);
  return { ...draft, description };
};

/** AWS takes no apostrophe, no umlaut and no `<`, `>`, `?`, `%` in the description of a group or rule. */
export const mustBeDescription = (what: 'rule' | 'security group', text: string): void => {
  if (/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/.test(text)) return;
  throw new AwsError(
    'InvalidParameterValue',
    `Invalid ${what} description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`,
  );
};

type Ports = Pick<RuleDraft, 'protocol' | 'from' | 'to'>;

const protocolNames: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '58': 'icmpv6',
};

const portsOf = ({ IpProtocol, FromPort, ToPort }: IpPermission): Ports => {
  const asked = required('ipProtocol', IpProtocol).toLowerCase();
  const protocol = protocolNames[asked] ?? asked;
  switch (protocol) {
    case '-1':
      return { protocol, from: -1, to: -1 };
    case 'tcp':
    case 'udp':
      return { protocol, ...portRange(FromPort, ToPort) };
    case 'icmp':
      return { protocol, ...typeAndCode(FromPort, ToPort) };
    case 'icmpv6':
      // Of icmpv6 alone, AWS takes left-out numbers for all of them.
      return { protocol, ...typeAndCode(FromPort ?? -1, ToPort ?? -1) };
    default:
      throw new AwsError(
        'InvalidParameterValue',
        `Invalid value '${IpProtocol}' for IP protocol. The local AWS knows tcp, udp, icmp, icmpv6 and -1.`,
      );
  }
};

const portRange = (from: number | undefined, to: number | undefined): Omit<Ports, 'protocol'> => {
  if (from === undefined || to === undefined) {
    throw invalidPorts('Must specify both from and to ports with TCP/UDP.');
  }
  if (from < 0 || to > 65535 || from > to) {
    throw invalidPorts(`Invalid TCP/UDP port range (${from}:${to})`);
  }
  return { from, to };
};

const typeAndCode = (
  type: number | undefined,
  code: number | undefined,
): Omit<Ports, 'protocol'> => {
  if (type === undefined || code === undefined) {
    throw invalidPorts('Must specify both ICMP type and code, -1 for all');
  }
  if (![type, code].every((number) => number >= -1 && number <= 255)) {
    throw invalidPorts(`ICMP type (${type}) and code (${code}) have to be from -1 to 255`);
  }
  if (type === -1 && code !== -1) throw invalidPorts('ICMP code must be -1 if the type is -1');
  return { from: type, to: code };
};

const invalidPorts = (why: string): AwsError =>
  new AwsError('InvalidParameterValue', `Invalid value '${why}' for portRange.`);

const reference = (
  state: Ec2State,
  group: SecurityGroupRecord,
  action: string,
  pair: UserIdGroupPair,
): GroupReference => {
  onlyKnows(action, pair, ['GroupId', 'UserId', 'Description']);
  const groupId = required('groupId', pair.GroupId);
  const named = state.securityGroups.get(groupId);
  // Over peering a group can be named in the same Region only; anywhere else AWS does not know it.
  const isNear =
    named?.region === group.region && named.accountId === (pair.UserId ?? group.accountId);
  if (named === undefined || !isNear) throw missing('security-group', groupId);
  const userId = named.accountId;
  if (named.vpcId === group.vpcId) return { groupId, userId };
  const peering = activePeeringBetween(state, group.vpcId, named.vpcId);
  if (peering === undefined) throw missing('security-group', groupId);
  return { groupId, userId, peer: { vpcId: named.vpcId, peeringId: peering.id } };
};
