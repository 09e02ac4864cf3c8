import type { NetworkAcl, RouteTable, Subnet } from '@aws-sdk/client-ec2';
import { containsCidr, overlapCidr } from 'cidr-tools';
import type { Side, SideName } from '../execution.ts';
import type { VpcNetwork } from '../network/readNetwork.ts';
import { isIpv6 } from '../ports.ts';
import { addressesOf, type Range } from './reachabilityBoxes.ts';

/** One end of the ways: which part of which VPC is meant. */
export type End = {
  side: SideName;
  at: Pick<Side, 'accountId' | 'region' | 'vpcId' | 'routeTableIds'>;
  network: VpcNetwork;
  /** The blocks of the VPC that take part. */
  blocks: readonly string[];
};

/** A block of a subnet, or of a VPC without subnets, with what decides on its traffic. */
export type Place = {
  subnetId?: string;
  availabilityZone?: string;
  cidr: string;
  addresses: Range;
  routeTables: readonly RouteTable[];
  networkAcl?: NetworkAcl;
};

type KnownSubnet = Subnet & { SubnetId: string };

const isKnown = (subnet: Subnet): subnet is KnownSubnet => subnet.SubnetId !== undefined;

const blocksOf = ({ CidrBlock, Ipv6CidrBlockAssociationSet = [] }: Subnet) => [
  ...(CidrBlock ? [CidrBlock] : []),
  ...Ipv6CidrBlockAssociationSet.filter(
    ({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === 'associated',
  ).flatMap(({ Ipv6CidrBlock }) => Ipv6CidrBlock ?? []),
];

/** What two blocks have in common: of two that meet, one lies within the other. */
const common = (one: string, other: string) => {
  if (isIpv6(one) !== isIpv6(other) || !overlapCidr(one, other)) return [];
  return [containsCidr(one, other) ? other : one];
};

const commonBlocks = (subnet: Subnet, blocks: readonly string[]) =>
  blocksOf(subnet).flatMap((block) => blocks.flatMap((other) => common(block, other)));

const bySubnet = <Thing extends { Associations?: { SubnetId?: string | undefined }[] | undefined }>(
  things: readonly Thing[],
) =>
  new Map(
    things.flatMap((thing) =>
      (thing.Associations ?? []).flatMap(({ SubnetId }): [string, Thing][] =>
        SubnetId ? [[SubnetId, thing]] : [],
      ),
    ),
  );

/** A subnet with the table it uses: its own by explicit association, else the main one. */
const routed = ({ subnets, routeTables }: VpcNetwork) => {
  const tables = bySubnet(routeTables);
  const main = routeTables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main));
  return subnets
    .filter(isKnown)
    .map((subnet) => ({ subnet, table: tables.get(subnet.SubnetId) ?? main }));
};

const isAmong = (table: RouteTable | undefined, { at }: End) =>
  at.routeTableIds.includes(table?.RouteTableId ?? '');

/** The subnets of an end that take part: those with addresses in its blocks that use its route tables. */
export const placesOf = (end: End): Place[] => {
  const networkAcls = bySubnet(end.network.networkAcls);
  return routed(end.network)
    .filter(({ table }) => isAmong(table, end))
    .flatMap(({ subnet, table }) => {
      const networkAcl = networkAcls.get(subnet.SubnetId);
      return commonBlocks(subnet, end.blocks).map((cidr) => ({
        subnetId: subnet.SubnetId,
        ...(subnet.AvailabilityZone && { availabilityZone: subnet.AvailabilityZone }),
        cidr,
        addresses: addressesOf(cidr),
        routeTables: table ? [table] : [],
        ...(networkAcl && { networkAcl }),
      }));
    });
};

/** The blocks of an end where it has no subnets yet: their packets will use its route tables. */
export const blocksAsPlaces = (end: End): Place[] =>
  end.blocks.map((cidr) => ({
    cidr,
    addresses: addressesOf(cidr),
    routeTables: end.network.routeTables.filter((table) => isAmong(table, end)),
  }));

/** The subnets in the blocks of an end that take no part, because they use another route table. */
export const subnetsLeftOut = (end: End): { subnetId: string; routeTableId: string }[] =>
  routed(end.network)
    .filter(
      ({ subnet, table }) => !isAmong(table, end) && commonBlocks(subnet, end.blocks).length > 0,
    )
    .map(({ subnet, table }) => ({
      subnetId: subnet.SubnetId,
      routeTableId: table?.RouteTableId ?? 'no route table',
    }));
