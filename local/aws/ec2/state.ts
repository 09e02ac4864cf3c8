import { captureMaps } from '../capture.ts';
import type { Call } from '../service.ts';
import type { LocalSettings } from '../settings.ts';
import { createIds, type NewId } from './ids.ts';
import type { Quotas } from './quotas.ts';
import { Records } from './records.ts';
import { createTags, type TagStore } from './tagStore.ts';

/** Where a thing lives: AWS keeps accounts and Regions apart. */
export type Place = { accountId: string; region: string };

export type Block = { associationId: string; cidr: string };

export type VpcRecord = Place & {
  id: string;
  isDefault: boolean;
  /** The primary IPv4 block first. */
  blocks: Block[];
  enableDnsSupport: boolean;
  enableDnsHostnames: boolean;
  /** The accounts that subnets of this VPC are shared with through RAM; here that is always all of them. */
  sharedWith?: readonly string[];
};

export type SubnetRecord = Place & {
  id: string;
  vpcId: string;
  cidr: string;
  ipv6Cidr?: string;
  zone: string;
  /** Without one it has the default network ACL of its VPC. */
  networkAclId?: string;
};

export type RouteRecord = {
  /** A CIDR block or the id of a prefix list. */
  destination: string;
  target: string;
  /** Of an instance, the network interface that the traffic goes to. */
  networkInterfaceId?: string;
  /** Whether a virtual private gateway has told it. Such a route stands back behind one made by hand. */
  isPropagated?: boolean;
  /** Whether its target is gone. For a peering that follows from the peering's state. */
  isBlackhole?: boolean;
};

export type RouteTableRecord = Place & {
  id: string;
  vpcId: string;
  /** Of the main table: the id of its association with the VPC itself. */
  mainAssociationId?: string;
  /** With subnets, or with the gateway whose inbound traffic the table routes. */
  associations: { id: string; subnetId?: string; gatewayId?: string }[];
  /** Without the `local` routes: those follow from the VPC's blocks. */
  routes: RouteRecord[];
};

export type GroupReference = {
  groupId: string;
  userId: string;
  /** Of a group in another VPC, how it is reached. */
  peer?: { vpcId: string; peeringId: string };
};

export type RuleRecord = {
  id: string;
  isEgress: boolean;
  protocol: string;
  /** For ICMP the type; -1 stands for all. */
  from: number;
  /** For ICMP the code; -1 stands for all. */
  to: number;
  source: { cidr: string } | { group: GroupReference } | { prefixListId: string };
  description?: string;
};

export type SecurityGroupRecord = Place & {
  id: string;
  vpcId: string;
  name: string;
  description: string;
  rules: RuleRecord[];
};

export type AclEntryRecord = {
  number: number;
  isEgress: boolean;
  action: 'allow' | 'deny';
  /** By its IANA number; -1 stands for all. */
  protocol: string;
  /** For ICMP the type. */
  from?: number;
  /** For ICMP the code. */
  to?: number;
  cidr: string;
};

/** Its `entries` are without the last ones, which deny everything: those AWS makes and keeps by itself. */
export type NetworkAclRecord = Place & {
  id: string;
  vpcId: string;
  isDefault: boolean;
  entries: AclEntryRecord[];
};

export type PeeringSide = Place & { vpcId: string; allowDnsResolutionFromRemoteVpc: boolean };

/** What happened and when. What the peering is at a moment follows from it: see peeringStatus.ts. */
export type PeeringRecord = {
  id: string;
  requester: PeeringSide;
  accepter: PeeringSide;
  requestedAt: number;
  /** The VPCs overlap, or the peer does not exist. */
  isHopeless: boolean;
  acceptedAt?: number;
  ended?: { how: 'rejected' | 'deleted'; at: number; by: string };
};

/** Everything EC2 knows, of all accounts and Regions, by id. */
export type Ec2State = {
  /** Also by the place of their owner and of those whom they are shared with. */
  vpcs: Records<VpcRecord>;
  /** These also by place and by VPC. */
  subnets: Records<SubnetRecord>;
  routeTables: Records<RouteTableRecord>;
  securityGroups: Records<SecurityGroupRecord>;
  networkAcls: Records<NetworkAclRecord>;
  /** Also by the place and the VPC of each side. */
  peerings: Records<PeeringRecord>;
  /** The ids of requests that may still be outstanding; a map, as `capture` takes maps. */
  requests: Map<string, true>;
  tags: TagStore;
  newId: NewId;
  settings: LocalSettings;
  quotas: Quotas;
  /** Remembers everything as it is now. What it returns brings that back, as often as it is called. */
  capture: () => () => void;
};

/** An account and Region as the key of records. */
export const placeKey = ({ accountId, region }: Place): string => `${accountId}/${region}`;

const keysInVpc = (record: Place & { vpcId: string }) => [placeKey(record), record.vpcId];

const keysOfVpc = ({ accountId, region, sharedWith = [] }: VpcRecord) =>
  [accountId, ...sharedWith].map((id) => placeKey({ accountId: id, region }));

const keysOfPeering = ({ requester, accepter }: PeeringRecord) =>
  [requester, accepter].flatMap(keysInVpc);

/** An EC2 where no account has anything. */
export const createState = (settings: LocalSettings, quotas: Quotas): Ec2State => {
  const records = {
    vpcs: new Records<VpcRecord>(keysOfVpc),
    subnets: new Records<SubnetRecord>(keysInVpc),
    routeTables: new Records<RouteTableRecord>(keysInVpc),
    securityGroups: new Records<SecurityGroupRecord>(keysInVpc),
    networkAcls: new Records<NetworkAclRecord>(keysInVpc),
    peerings: new Records<PeeringRecord>(keysOfPeering),
  };
  const [requests, tags, ids] = [new Map(), new Map(), new Map()];
  return {
    ...records,
    requests,
    tags: createTags(tags),
    newId: createIds(ids),
    settings,
    quotas,
    capture: () => captureMaps([...Object.values(records), requests, tags, ids]),
  };
};

/** The account and Region a call works on. */
export const placeOf = (call: Call): Place => ({
  accountId: call.caller.accountId,
  region: call.region,
});

export const isSamePlace = (one: Place, other: Place): boolean =>
  one.accountId === other.accountId && one.region === other.region;

/** The records of one account and Region. */
export const ownedBy = <Owned extends Place & { id: string }>(
  place: Place,
  records: Records<Owned>,
): Owned[] => records.under(placeKey(place)).filter((record) => isSamePlace(record, place));
