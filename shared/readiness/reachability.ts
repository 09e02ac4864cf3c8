import type { NetworkAcl, RouteTable } from '@aws-sdk/client-ec2';
import type { Port } from '../execution.ts';
import { isIpv6 } from '../ports.ts';
import type { Hop, HopName } from '../report.ts';
import { type Closed, closedWithin, joined, type Range } from './reachabilityBoxes.ts';
import {
  aclObstacle,
  closedByAcl,
  closedByGroup,
  closedByTable,
  type Doors,
  groupObstacle,
  merged,
  type Obstacle,
  type Passage,
  routeObstacle,
  sentenceOf,
} from './reachabilityObstacles.ts';
import { blocksAsPlaces, type End, type Place, placesOf } from './reachabilityPlaces.ts';
import { anyTraffic, replyOf, requestOf } from './reachabilityTraffic.ts';

/** Who calls whom through a peering, on which ports, and what there is on the way. */
export type Journey = {
  from: End;
  to: End;
  peering: { id: string; status: string };
  ports: readonly Port[];
  doors: Doors;
};

/** The way to one block of a subnet through one port, there and back. */
export type Row = {
  place: Place;
  port: Port;
  sources: readonly Place[];
  hops: Hop[];
  obstacles: Obstacle[];
};

/** One family's part of a journey. */
type Leg = Journey & { callers: readonly Place[]; called: readonly Place[] };

type Look = { obstacles: Obstacle[]; detail: string };
type Station = { hop: HopName; look: (place: Place, port: Port) => Look };

/** Works something out once for each of the things that it depends on. */
const remember = <Key, Value>(find: (key: Key) => Value): ((key: Key) => Value) => {
  const known = new Map<Key, Value>();
  return (key) => {
    const found = known.get(key) ?? find(key);
    known.set(key, found);
    return found;
  };
};

const distinct = <Thing>(things: readonly Thing[]): Thing[] => [...new Set(things)];
const addressesIn = (places: readonly Place[]) => joined(places.map(({ addresses }) => addresses));
const idsOf = (ids: readonly (string | undefined)[]) => distinct(ids).join(', ');

const aclHop = {
  hub: 'network ACL of the hub',
  monitored: 'network ACL of the monitored subnet',
} as const;

const peeringStation = ({ peering: { id, status } }: Leg): Station => ({
  hop: 'peering',
  look: () => ({
    detail: `${id} is ${status}`,
    obstacles:
      status === 'active'
        ? []
        : [
            {
              hop: 'peering',
              who: id,
              verb: `is ${status}`,
              traffic: [],
              toward: '',
              addresses: [],
              why: '',
              fix: { kind: 'start again' },
            },
          ],
  }),
});

const routeThereStation = ({ from, callers, called, peering }: Leg): Station => {
  const hop = 'route there';
  const tables = distinct(callers.flatMap(({ routeTables }) => routeTables));
  const others = addressesIn(called);
  const closed = tables.flatMap((table) =>
    closedByTable(table, others, peering.id).map((part) => ({ table, part })),
  );
  const detail = `${idsOf(tables.map(({ RouteTableId }) => RouteTableId))}: through ${peering.id}`;
  const look = remember((place: Place) => ({
    detail,
    obstacles: closed.flatMap(({ table, part }) =>
      closedWithin([part], anyTraffic(place.addresses)).map((one) =>
        routeObstacle(hop, from, table, one),
      ),
    ),
  }));
  return { hop, look };
};

const routeBackStation = ({ to, callers, peering }: Leg): Station => {
  const hop = 'route back';
  const others = addressesIn(callers);
  const obstaclesOf = remember((table: RouteTable) =>
    closedByTable(table, others, peering.id).map((part) => routeObstacle(hop, to, table, part)),
  );
  const look = ({ routeTables }: Place) => ({
    detail: `through ${peering.id}`,
    obstacles: routeTables.flatMap(obstaclesOf),
  });
  return { hop, look };
};

/** What an ACL has to let through for a port, at the calling end or at the called one. */
const passagesOf = (
  end: End,
  networkAcl: NetworkAcl,
  port: Port,
  isCalling: boolean,
): Passage[] => {
  const [request, reply] = [requestOf(port), replyOf(port)];
  const common = { hop: aclHop[end.side], end, networkAcl };
  return [
    { ...common, isEgress: isCalling, isReply: false, traffic: request },
    ...(reply ? [{ ...common, isEgress: !isCalling, isReply: true, traffic: reply }] : []),
  ];
};

type Denied = { passage: Passage; part: Closed<number> };

const deniedBy = (
  end: End,
  networkAcl: NetworkAcl,
  isCalling: boolean,
  port: Port,
  others: readonly Range[],
): Denied[] =>
  passagesOf(end, networkAcl, port, isCalling).flatMap((passage) =>
    closedByAcl(passage, others).map((part) => ({ passage, part })),
  );

/** The ACLs of the calling subnets: for each called one, what they deny of the traffic with it. */
const callingAclStation = ({ from, to, callers, called }: Leg): Station => {
  const others = addressesIn(called);
  const acls = distinct(callers.flatMap(({ networkAcl }) => networkAcl ?? []));
  const ids = idsOf(acls.map(({ NetworkAclId }) => NetworkAclId));
  const detail = ids === '' ? 'the VPC has no subnet here, so none is asked' : `${ids}: open`;
  const denied = remember((port: Port) =>
    acls.flatMap((acl) => deniedBy(from, acl, true, port, others)),
  );
  const look = ({ addresses }: Place, port: Port) => ({
    detail,
    obstacles: denied(port).flatMap(({ passage, part }) =>
      closedWithin([part], anyTraffic(addresses)).map((one) =>
        aclObstacle(passage, one, to.blocks),
      ),
    ),
  });
  return { hop: aclHop[from.side], look };
};

const calledAclStation = ({ from, to, callers }: Leg): Station => {
  const others = addressesIn(callers);
  const obstaclesOf = remember((acl: NetworkAcl) =>
    remember((port: Port) =>
      deniedBy(to, acl, false, port, others).map(({ passage, part }) =>
        aclObstacle(passage, part, from.blocks),
      ),
    ),
  );
  const look = ({ networkAcl }: Place, port: Port) => ({
    detail: 'open',
    obstacles: networkAcl ? obstaclesOf(networkAcl)(port) : [],
  });
  return { hop: aclHop[to.side], look };
};

/** A port is let in where one of the groups lets it in as a whole: an instance wears one of them. */
const groupStation = ({ doors, callers }: Leg): Station => {
  const others = addressesIn(callers);
  const look = remember((port: Port): Look => {
    const traffic = requestOf(port);
    const tried = doors.groupIds.map((groupId) => ({
      groupId,
      obstacles: closedByGroup(doors, groupId, traffic, others).map((part) =>
        groupObstacle(groupId, traffic, part),
      ),
    }));
    const opens = tried.filter(({ obstacles }) => obstacles.length === 0);
    return {
      detail: `${idsOf(opens.map(({ groupId }) => groupId))}: open`,
      obstacles: opens.length > 0 ? [] : tried.flatMap(({ obstacles }) => obstacles),
    };
  });
  return { hop: 'security group', look: (_, port) => look(port) };
};

const stationsOf = (leg: Leg): Station[] => [
  peeringStation(leg),
  routeThereStation(leg),
  callingAclStation(leg),
  calledAclStation(leg),
  groupStation(leg),
  routeBackStation(leg),
];

const rowOf = (leg: Leg, stations: readonly Station[], place: Place, port: Port): Row => {
  const looks = stations.map(({ hop, look }) => ({ hop, ...look(place, port) }));
  return {
    place,
    port,
    sources: leg.callers,
    obstacles: looks.flatMap(({ obstacles }) => obstacles),
    hops: looks.map(({ hop, detail, obstacles }) => ({
      name: hop,
      ok: obstacles.length === 0,
      detail: obstacles.length === 0 ? detail : merged(obstacles).map(sentenceOf).join('; '),
    })),
  };
};

const rowsOf = (leg: Leg): Row[] => {
  if (leg.callers.length === 0) return [];
  const stations = stationsOf(leg);
  return leg.called.flatMap((place) =>
    leg.ports
      .filter(({ protocol }) => protocol !== 'icmp' || !isIpv6(place.cidr))
      .map((port) => rowOf(leg, stations, place, port)),
  );
};

/**
 * Follows each port from the calling subnets to each block of the called subnets and back, as AWS decides
 * it: the longest prefix in the route tables, the first matching entry of the stateless network ACLs, any
 * rule of the stateful security groups. A way is open only if it is so for every calling subnet.
 * Where the calling VPC has no subnet in its blocks, the blocks themselves are taken to call.
 */
export const followWays = (journey: Journey): Row[] => {
  const found = placesOf(journey.from);
  const callers = found.length > 0 ? found : blocksAsPlaces(journey.from);
  const called = placesOf(journey.to);
  const ofFamily = (places: readonly Place[], ipv6: boolean) =>
    places.filter(({ cidr }) => isIpv6(cidr) === ipv6);
  return [false, true].flatMap((ipv6) =>
    rowsOf({ ...journey, callers: ofFamily(callers, ipv6), called: ofFamily(called, ipv6) }),
  );
};
