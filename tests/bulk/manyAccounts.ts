import type { World } from '../../local/world.ts';
import { type VpcSketch, worldOf } from '../local/worlds.ts';

/** The id of the n-th account to be onboarded. */
export const accountIdOf = (n: number): string => String(300_000_000_000 + n);

/** A VPC with a block of its own, which no other has and the hub has not either. */
const vpcOf = (n: number): VpcSketch => {
  const block = `10.${32 + Math.floor(n / 256)}.${n % 256}`;
  return {
    blocks: [`${block}.0/24`],
    tables: { private: ['0.0.0.0/0 nat'] },
    subnets: { app: `${block}.0/25 private` },
    groups: { app: ['monitored'] },
  };
};

/** A world with so many accounts, each with one VPC, one route table in use and one group to open. */
export const manyAccounts =
  (count: number) =>
  (world: World): void => {
    const others = Object.fromEntries(
      Array.from({ length: count }, (_, n) => [accountIdOf(n), vpcOf(n)]),
    );
    Object.assign(world, worldOf({ others }));
  };
