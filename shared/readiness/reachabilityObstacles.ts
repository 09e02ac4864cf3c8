import type { NetworkAcl, Route, RouteTable, SecurityGroupRule } from '@aws-sdk/client-ec2';
import { mergeCidr } from 'cidr-tools';
import { targetOf } from '../network/routes.ts';
import type { HopName } from '../report.ts';
import {
  addressesOf,
  type Box,
  type Closed,
  cidrsIn,
  closedIn,
  type Range,
  type Rule,
} from './reachabilityBoxes.ts';
import type { End } from './reachabilityPlaces.ts';
import {
  anyTraffic,
  boxesOf,
  boxOfEntry,
  boxOfRule,
  type Traffic,
  trafficText,
} from './reachabilityTraffic.ts';

/** An entry to add to a network ACL: before the number of the entry that is in the way, if one is. */
export type AclFix = {
  kind: 'entry';
  end: End;
  networkAcl: NetworkAcl;
  egress: boolean;
  traffic: Traffic;
  blocks: readonly string[];
  before: number | undefined;
};

/** What would open a way. */
export type Fix =
  | AclFix
  | { kind: 'delete route'; end: End; routeTableId: string; destination: string }
  | { kind: 'start again' };

/** What is in the way: `who` `verb` `traffic` `toward` `addresses` `why`, read as a sentence. */
export type Obstacle = {
  hop: HopName;
  who: string;
  verb: string;
  traffic: string[];
  toward: string;
  addresses: string[];
  why: string;
  fix: Fix;
};

/** The sentence that an obstacle is. */
export const sentenceOf = ({ who, verb, traffic, toward, addresses, why }: Obstacle): string =>
  [who, verb, traffic.join(', '), toward, mergeCidr(addresses).join(', '), why]
    .filter((part) => part !== '')
    .join(' ');

/** What obstacles have in common that are told of in one sentence. */
export const keyOf = ({ hop, who, verb, toward, why }: Obstacle) =>
  [hop, who, verb, toward, why].join('|');

/** Obstacles that differ just in traffic and addresses, as one each; it keeps the first one's fix. */
export const merged = (obstacles: readonly Obstacle[]): Obstacle[] =>
  [...Map.groupBy(obstacles, keyOf).values()].flatMap((alike) => {
    const [first] = alike;
    if (!first) return [];
    const traffic = [...new Set(alike.flatMap((one) => one.traffic))];
    const addresses = [...new Set(alike.flatMap((one) => one.addresses))];
    return [{ ...first, traffic, addresses }];
  });

const destinationOf = (route: Route) =>
  route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock;

const sizeOf = ({ address }: Box) => address.to - address.from;

const isPropagated = ({ Origin }: Route) => Origin === 'EnableVgwRoutePropagation';

/**
 * A table's routes as an ordered list: the longest prefix first, a static route before a propagated one:
 * https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html#route-tables-priority
 * Routes to prefix lists are left out: the table does not tell their blocks.
 */
const routeRules = ({ Routes = [] }: RouteTable, peeringId: string): Rule<Route>[] =>
  Routes.flatMap((route): Rule<Route>[] => {
    const destination = destinationOf(route);
    if (destination === undefined) return [];
    const opens = route.VpcPeeringConnectionId === peeringId && route.State === 'active';
    return [{ box: anyTraffic(addressesOf(destination)), opens, by: route }];
  }).toSorted(
    (a, b) =>
      Number(sizeOf(a.box) - sizeOf(b.box)) ||
      Number(isPropagated(a.by)) - Number(isPropagated(b.by)),
  );

/** The addresses that a table does not send into the peering, and the routes that take them elsewhere. */
export const closedByTable = (
  table: RouteTable,
  addresses: readonly Range[],
  peeringId: string,
): Closed<Route>[] => closedIn(addresses.map(anyTraffic), routeRules(table, peeringId));

/** A part of the addresses that a table does not send into the peering, as an obstacle. */
export const routeObstacle = (
  hop: HopName,
  end: End,
  { RouteTableId: routeTableId = '' }: RouteTable,
  { box, by: route }: Closed<Route>,
): Obstacle => {
  const common = { hop, who: routeTableId, traffic: [], addresses: cidrsIn(box.address) };
  if (!route) {
    const fix = { kind: 'start again' } as const;
    return { ...common, verb: 'has no route', toward: 'to', why: '', fix };
  }
  const destination = destinationOf(route) ?? '';
  const state = route.State === 'active' ? '' : `, which is a ${route.State}`;
  const why = `to ${targetOf(route)} by its route to ${destination}${state}`;
  const fix = { kind: 'delete route', end, routeTableId, destination } as const;
  return { ...common, verb: 'sends', toward: '', why, fix };
};

/** The number under which an ACL shows the entry that denies whatever no other one speaks of: `*`. */
const firstOfTheLast = 32_767;

/** Entries of one direction in the order in which AWS goes through them; the first that matches decides. */
const aclRules = (
  { Entries = [] }: NetworkAcl,
  isEgress: boolean,
  protocol: Traffic['protocol'],
): Rule<number>[] =>
  Entries.filter(({ Egress }) => Egress === isEgress)
    .toSorted((a, b) => (a.RuleNumber ?? 0) - (b.RuleNumber ?? 0))
    .flatMap((entry) => {
      const box = boxOfEntry(entry, protocol);
      const opens = entry.RuleAction === 'allow';
      return box ? [{ box, opens, by: entry.RuleNumber ?? 0 }] : [];
    });

/** Traffic through a network ACL, one way. */
export type Passage = {
  hop: HopName;
  end: End;
  networkAcl: NetworkAcl;
  isEgress: boolean;
  isReply: boolean;
  traffic: Traffic;
};

/** The packets of a passage that an ACL denies, and the numbers of the entries that do. */
export const closedByAcl = (
  { networkAcl, isEgress, traffic }: Passage,
  addresses: readonly Range[],
): Closed<number>[] =>
  closedIn(boxesOf(traffic, addresses), aclRules(networkAcl, isEgress, traffic.protocol));

const contains = (range: Range, part: Range) => range.from <= part.from && part.to <= range.to;

/** Packets that an ACL denies, as an obstacle. `blocks` are those that the other end is made of. */
export const aclObstacle = (
  { hop, end, networkAcl, isEgress, isReply, traffic }: Passage,
  { box, by }: Closed<number>,
  blocks: readonly string[],
): Obstacle => {
  const before = by === undefined || by >= firstOfTheLast ? undefined : by;
  const around = blocks.filter((block) => contains(addressesOf(block), box.address));
  return {
    hop,
    who: networkAcl.NetworkAclId ?? '',
    verb: isReply ? 'denies the replies' : 'denies',
    traffic: [trafficText({ ...traffic, port: box.port, code: box.code })],
    toward: isEgress ? 'to' : 'from',
    addresses: cidrsIn(box.address),
    why: `by rule ${before ?? '*'}`,
    fix: { kind: 'entry', end, networkAcl, egress: isEgress, traffic, blocks: around, before },
  };
};

/** The security groups that are to let the traffic in. */
export type Doors = {
  groupIds: readonly string[];
  rules: readonly SecurityGroupRule[];
  /** Groups of the calling side that count as callers where a rule names them instead of a block. */
  callers: readonly string[];
};

/** The packets that no rule of a group lets in. */
export const closedByGroup = (
  { rules, callers }: Doors,
  groupId: string,
  traffic: Traffic,
  addresses: readonly Range[],
): Closed<string>[] => {
  const inbound = rules.filter(({ GroupId, IsEgress }) => GroupId === groupId && !IsEgress);
  const opening = inbound.flatMap((rule): Rule<string>[] => {
    const box = boxOfRule(rule, traffic.protocol, callers);
    return box ? [{ box, opens: true, by: rule.SecurityGroupRuleId ?? '' }] : [];
  });
  return closedIn(boxesOf(traffic, addresses), opening);
};

/** Packets that a group does not let in, as an obstacle. */
export const groupObstacle = (
  groupId: string,
  traffic: Traffic,
  { box }: Closed<string>,
): Obstacle => ({
  hop: 'security group',
  who: groupId,
  verb: 'does not let in',
  traffic: [trafficText({ ...traffic, port: box.port, code: box.code })],
  toward: 'from',
  addresses: cidrsIn(box.address),
  why: '',
  fix: { kind: 'start again' },
});
