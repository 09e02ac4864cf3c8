import type { RouteTable, Subnet, Vpc } from '@aws-sdk/client-ec2';
import { overlapCidr } from 'cidr-tools';
import { isIpv6 } from '../ports.ts';
import { hasTag, nameOf } from '../tags.ts';

/** A VPC with its id, which AWS always gives. */
export type KnownVpc = Vpc & { VpcId: string };

/** A VPC as an error names it: `vpc-0123 (payments, 10.20.0.0/16, default VPC)`. */
export const describeVpc = (vpc: KnownVpc): string => {
  const facts = [nameOf(vpc.Tags), ...blocksOf(vpc), vpc.IsDefault ? 'default VPC' : undefined];
  return `${vpc.VpcId} (${facts.filter((fact) => fact !== undefined).join(', ')})`;
};

/** VPCs as an error lists them. */
export const describeVpcs = (vpcs: readonly KnownVpc[]): string =>
  vpcs.length > 0 ? vpcs.map(describeVpc).join(', ') : 'no VPC at all';

/**
 * The VPCs that could be meant when none is named: those with the tag, else all but the default VPC,
 * which is never chosen unasked because every account has it at the same block.
 */
export const candidates = (
  vpcs: readonly KnownVpc[],
  tag: { key: string; value: string },
): KnownVpc[] => {
  const tagged = vpcs.filter((vpc) => hasTag(vpc.Tags, tag));
  return tagged.length > 0 ? tagged : vpcs.filter((vpc) => !vpc.IsDefault);
};

const associatedV4 = (vpc: Vpc) =>
  (vpc.CidrBlockAssociationSet ?? [])
    .filter(({ CidrBlockState }) => CidrBlockState?.State === 'associated')
    .map(({ CidrBlock }) => CidrBlock);

const associatedV6 = (vpc: Vpc) =>
  (vpc.Ipv6CidrBlockAssociationSet ?? [])
    .filter(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === 'associated')
    .map(({ Ipv6CidrBlock }) => Ipv6CidrBlock);

/** All blocks of a VPC, IPv4 and IPv6, secondary ones included. */
export const blocksOf = (vpc: Vpc): string[] =>
  [...associatedV4(vpc), ...associatedV6(vpc)].filter((block) => block !== undefined);

/** The blocks of a VPC that another VPC can be given a way to: IPv6 only where both have it. */
export const reachableBlocks = (vpc: Vpc, other: Vpc): string[] => {
  const bothHaveIpv6 = [vpc, other].every((one) => blocksOf(one).some(isIpv6));
  return blocksOf(vpc).filter((block) => bothHaveIpv6 || !isIpv6(block));
};

/** Every pair of blocks of two VPCs that share an address; with one such pair AWS fails a peering. */
export const overlaps = (one: Vpc, other: Vpc): [string, string][] =>
  blocksOf(one).flatMap((a) =>
    blocksOf(other)
      .filter((b) => isIpv6(a) === isIpv6(b) && overlapCidr(a, b))
      .map((b): [string, string] => [a, b]),
  );

const explicitSubnets = (table: RouteTable) =>
  (table.Associations ?? []).flatMap(({ SubnetId }) => (SubnetId ? [SubnetId] : []));

/**
 * The route tables of a VPC that a subnet uses: by explicit association, or as the main table where a
 * subnet has none. A VPC without subnets is taken to use its main table, as its first subnet will.
 */
export const tablesInUse = (
  tables: readonly RouteTable[],
  subnets: readonly Subnet[],
): RouteTable[] => {
  const explicit = new Set(tables.flatMap(explicitSubnets));
  const mainIsUsed =
    subnets.length === 0 || subnets.some(({ SubnetId }) => !explicit.has(SubnetId ?? ''));
  return tables.filter(
    (table) =>
      explicitSubnets(table).length > 0 ||
      (mainIsUsed && (table.Associations ?? []).some(({ Main }) => Main)),
  );
};
