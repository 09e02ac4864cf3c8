import type { Port } from '../execution.ts';
import { formatPort } from '../ports.ts';
import type { Hop, Way } from '../report.ts';
import type { Row } from './reachability.ts';
import { keyOf, merged, type Obstacle, sentenceOf } from './reachabilityObstacles.ts';
import type { End, Place } from './reachabilityPlaces.ts';
import { subnetsLeftOut } from './reachabilityPlaces.ts';

const groupBy = <Thing>(things: readonly Thing[], keyOf: (thing: Thing) => string): Thing[][] => [
  ...Map.groupBy(things, keyOf).values(),
];

const subnetOf = ({ subnetId = '', availabilityZone, cidr, routeTables, networkAcl }: Place) => ({
  subnetId,
  cidr,
  ...(availabilityZone && { availabilityZone }),
  routeTableId: routeTables[0]?.RouteTableId ?? '',
  networkAclId: networkAcl?.NetworkAclId ?? '',
});

const sourceOf = ({ cidr, subnetId }: Place) => ({ cidr, ...(subnetId && { subnetId }) });

const hopsKey = ({ hops }: Row) => hops.map(({ ok, detail }) => `${ok} ${detail}`).join('|');

/** The ports of one place that have the same hops. */
type Bundle = { place: Place; ports: Port[]; row: Row };

const bundlesOf = (rows: readonly Row[]): Bundle[] =>
  groupBy(rows, hopsKey).flatMap((alike) => {
    const [row] = alike;
    return row ? [{ row, place: row.place, ports: alike.map(({ port }) => port) }] : [];
  });

const bundleKey = ({ row, ports }: Bundle) => `${ports.map(formatPort)} ${hopsKey(row)}`;

const wayOf = (side: Way['side'], bundles: readonly Bundle[]): Way[] => {
  const [first] = bundles;
  if (!first) return [];
  const { row, ports } = first;
  return [
    {
      side,
      subnets: bundles.map(({ place }) => subnetOf(place)),
      ports,
      sources: row.sources.map(sourceOf),
      open: row.hops.every(({ ok }) => ok),
      hops: row.hops,
    },
  ];
};

/** The ways as the report has them: subnets and ports of which the same is to be said are together. */
export const groupWays = (side: Way['side'], rows: readonly Row[]): Way[] => {
  const byPlace = groupBy(rows, ({ place }) => `${place.subnetId} ${place.cidr}`);
  return groupBy(byPlace.flatMap(bundlesOf), bundleKey).flatMap((alike) => wayOf(side, alike));
};

/** The way to one block of a subnet through one port. */
export type WayRow = Way['subnets'][number] & {
  side: Way['side'];
  port: Port;
  open: boolean;
  hops: Hop[];
};

/** The matrix in full: an entry for each subnet, block and port. */
export const wayRows = (ways: readonly Way[]): WayRow[] =>
  ways.flatMap(({ side, subnets, ports, open, hops }) =>
    subnets.flatMap((subnet) => ports.map((port) => ({ ...subnet, side, port, open, hops }))),
  );

/** An obstacle, and all that it is in the way of. */
export type Closure = { obstacle: Obstacle; subnets: string[]; ports: string[] };

const distinct = (texts: readonly string[]) => [...new Set(texts)];

/** What is in the way, each thing once, with the subnets and ports that it closes. */
export const closuresIn = (rows: readonly Row[]): Closure[] => {
  const found = rows.flatMap((row) => row.obstacles.map((obstacle) => ({ row, obstacle })));
  return [...Map.groupBy(found, ({ obstacle }) => keyOf(obstacle)).values()].flatMap((alike) =>
    merged(alike.map(({ obstacle }) => obstacle)).map((obstacle) => ({
      obstacle,
      subnets: distinct(alike.map(({ row: { place } }) => `${place.subnetId} (${place.cidr})`)),
      ports: distinct(alike.map(({ row: { port } }) => formatPort(port))),
    })),
  );
};

/** The first few of a list, and how many there are besides. */
export const firstOf = (all: readonly string[], most: number, separator: string): string => {
  const more = all.length > most ? [`and ${all.length - most} more`] : [];
  return [...all.slice(0, most), ...more].join(separator);
};

/** A closure as an error tells it. */
export const closureText = ({ obstacle, subnets, ports }: Closure): string =>
  `${firstOf(ports, 20, ', ')} to ${firstOf(subnets, 5, ', ')}: ${obstacle.hop}: ${sentenceOf(obstacle)}`;

const leftOutText = (end: End): string[] => {
  const leftOut = subnetsLeftOut(end).map(
    ({ subnetId, routeTableId }) => `${subnetId} (${routeTableId})`,
  );
  if (leftOut.length === 0) return [];
  const what = end.side === 'hub' ? 'cannot reach out' : 'cannot be reached';
  return [
    `Subnets of ${end.at.vpcId} that ${what}, because they use none of the route tables of this onboarding: ${firstOf(leftOut, 10, ', ')}.`,
  ];
};

/** What a person has to know of ways that there are not. */
export const notesOnWays = (from: End, to: End, rows: readonly Row[]): string[] => {
  const caller = rows[0]?.sources.every(({ subnetId }) => subnetId === undefined)
    ? [`${from.at.vpcId} has no subnet in ${from.blocks.join(', ')} yet: nothing calls from there.`]
    : [];
  const called =
    rows.length === 0
      ? [`${to.at.vpcId} has no subnet yet that could be reached in ${to.blocks.join(', ')}.`]
      : [];
  return [...called, ...caller, ...leftOutText(from), ...leftOutText(to)];
};
