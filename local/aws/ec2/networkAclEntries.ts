import type {
  CreateNetworkAclEntryRequest,
  DeleteNetworkAclEntryRequest,
  NetworkAclEntry,
  ReplaceNetworkAclEntryRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../awsError.ts';
import type { Call } from '../service.ts';
import { changing, onExisting } from './access.ts';
import { canonical, type Family, familyOf } from './cidrs.ts';
import { onlyKnows, required } from './input.ts';
import { mustOwn } from './sharing.ts';
import type { AclEntryRecord, Ec2State, NetworkAclRecord, Place } from './state.ts';

type EntryInput = CreateNetworkAclEntryRequest | ReplaceNetworkAclEntryRequest;

const members = [
  'NetworkAclId',
  'RuleNumber',
  'Protocol',
  'RuleAction',
  'Egress',
  'CidrBlock',
  'Ipv6CidrBlock',
  'IcmpTypeCode',
  'PortRange',
];

const aclOf = (state: Ec2State, place: Place, id: string | undefined): NetworkAclRecord =>
  mustOwn(state, 'network-acl', state.networkAcls, place, id);

const create = (state: Ec2State, input: CreateNetworkAclEntryRequest, place: Place): void => {
  onlyKnows('CreateNetworkAclEntry', input, members);
  const acl = aclOf(state, place, input.NetworkAclId);
  const entry = entryOf(input);
  if (find(acl, entry) !== undefined) {
    throw new AwsError(
      'NetworkAclEntryAlreadyExists',
      `The network acl entry identified by ${entry.number} already exists.`,
    );
  }
  addEntry(state, acl, entry);
};

/** Adds an entry whose number is free in its direction. Throws `NetworkAclEntryLimitExceeded`. */
export const addEntry = (state: Ec2State, acl: NetworkAclRecord, entry: AclEntryRecord): void => {
  const alike = acl.entries.filter(
    (one) => one.isEgress === entry.isEgress && familyOf(one.cidr) === familyOf(entry.cidr),
  );
  // The last one, `deny all`, counts: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
  if (alike.length + 1 >= state.quotas.rulesPerNetworkAcl) {
    throw new AwsError(
      'NetworkAclEntryLimitExceeded',
      'The maximum number of network acl entries has been reached.',
    );
  }
  acl.entries.push(entry);
};

const replace = (state: Ec2State, input: ReplaceNetworkAclEntryRequest, place: Place): void => {
  onlyKnows('ReplaceNetworkAclEntry', input, members);
  const acl = aclOf(state, place, input.NetworkAclId);
  const entry = entryOf(input);
  const old = mustFind(acl, entry);
  acl.entries = acl.entries.map((one) => (one === old ? entry : one));
};

const remove = (state: Ec2State, input: DeleteNetworkAclEntryRequest, place: Place): void => {
  onlyKnows('DeleteNetworkAclEntry', input, ['NetworkAclId', 'RuleNumber', 'Egress']);
  const acl = aclOf(state, place, input.NetworkAclId);
  const old = mustFind(acl, keyOf(input));
  acl.entries = acl.entries.filter((one) => one !== old);
};

type Key = Pick<AclEntryRecord, 'number' | 'isEgress'>;

const keyOf = ({ RuleNumber, Egress }: DeleteNetworkAclEntryRequest): Key => {
  const number = required('ruleNumber', RuleNumber);
  if (number < 1 || number > 32766) {
    throw new AwsError('InvalidParameterValue', `Value (${number}) for ruleNumber is invalid.`);
  }
  return { number, isEgress: required('egress', Egress) };
};

const find = (acl: NetworkAclRecord, { number, isEgress }: Key): AclEntryRecord | undefined =>
  acl.entries.find((one) => one.number === number && one.isEgress === isEgress);

const mustFind = (acl: NetworkAclRecord, key: Key): AclEntryRecord => {
  const entry = find(acl, key);
  if (entry !== undefined) return entry;
  throw new AwsError(
    'InvalidNetworkAclEntry.NotFound',
    `The network acl entry identified by ${key.number} does not exist.`,
  );
};

const entryOf = (input: EntryInput): AclEntryRecord => {
  const { CidrBlock, Ipv6CidrBlock, RuleAction } = input;
  const protocol = protocolNumber(required('protocol', input.Protocol));
  return {
    ...keyOf(input),
    action: required('ruleAction', RuleAction),
    protocol,
    cidr: CidrBlock === undefined ? canonical(Ipv6CidrBlock, 6) : canonical(CidrBlock, 4),
    ...(isIcmp(protocol)
      ? numbersOf(input.IcmpTypeCode?.Type, input.IcmpTypeCode?.Code)
      : numbersOf(input.PortRange?.From, input.PortRange?.To)),
  };
};

const numbersOf = (from: number | undefined, to: number | undefined) => ({
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
});

const numbers: Readonly<Record<string, string>> = {
  all: '-1',
  icmp: '1',
  tcp: '6',
  udp: '17',
  icmpv6: '58',
};

/** A protocol as network ACLs show it, by its IANA number: `6` for tcp, `-1` for all. */
export const protocolNumber = (protocol: string): string => {
  const number = numbers[protocol.toLowerCase()] ?? protocol;
  if (/^(-1|\d{1,3})$/.test(number)) return number;
  throw new AwsError('InvalidParameterValue', `Value (${protocol}) for protocol is invalid.`);
};

const isIcmp = (protocol: string): boolean => protocol === '1' || protocol === '58';

const everything = { 4: '0.0.0.0/0', 6: '::/0' } as const;

const forEverything = (
  number: number,
  action: AclEntryRecord['action'],
  family: Family,
): AclEntryRecord[] =>
  [true, false].map((isEgress) => ({
    ...{ number, action, isEgress },
    protocol: '-1',
    cidr: everything[family],
  }));

/** What a default network ACL is made with for each address family of its VPC: everything is allowed. */
export const allowAll = (family: Family): AclEntryRecord[] =>
  forEverything(family === 4 ? 100 : 101, 'allow', family);

/** What no network ACL is without: the last entry of each family denies what no other allows. */
export const denyAll = (family: Family): AclEntryRecord[] =>
  forEverything(family === 4 ? 32767 : 32768, 'deny', family);

/** An entry in the shape of DescribeNetworkAcls. */
export const entryView = (entry: AclEntryRecord): NetworkAclEntry => ({
  RuleNumber: entry.number,
  RuleAction: entry.action,
  Egress: entry.isEgress,
  Protocol: entry.protocol,
  ...(familyOf(entry.cidr) === 4 ? { CidrBlock: entry.cidr } : { Ipv6CidrBlock: entry.cidr }),
  ...portMembers(entry),
});

const portMembers = ({ protocol, from, to }: AclEntryRecord): NetworkAclEntry => {
  if (isIcmp(protocol)) return { IcmpTypeCode: { Type: from ?? -1, Code: to ?? -1 } };
  // Only tcp and udp have ports; AWS shows no range for any other protocol.
  return ['6', '17'].includes(protocol) ? { PortRange: { From: from ?? 0, To: to ?? 65_535 } } : {};
};

/** The entries of network ACLs. */
export const networkAclEntryOperations = (state: Ec2State) => {
  const onAcl = (action: string) => (input: { NetworkAclId: string | undefined }, call: Call) => [
    onExisting(state, call, action, 'network-acl', input.NetworkAclId),
  ];
  return {
    CreateNetworkAclEntry: changing(
      onAcl('CreateNetworkAclEntry'),
      (input: CreateNetworkAclEntryRequest, place) => create(state, input, place),
    ),
    ReplaceNetworkAclEntry: changing(
      onAcl('ReplaceNetworkAclEntry'),
      (input: ReplaceNetworkAclEntryRequest, place) => replace(state, input, place),
    ),
    DeleteNetworkAclEntry: changing(
      onAcl('DeleteNetworkAclEntry'),
      (input: DeleteNetworkAclEntryRequest, place) => remove(state, input, place),
    ),
  };
};
