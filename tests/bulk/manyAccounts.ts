import type { World } from '../../local/world.ts';
import { idFor, type VpcSketch, worldOf } from '../local/worlds.ts';

const firstId = 300_000_000_000;

/** The id of the n-th account to be onboarded. */
export const accountIdOf = (n: number): string => String(firstId + n);

/** As many accounts as a VPC of the hub can have active peerings, where the quota is raised as far as AWS does. */
export const accountsPerHubVpc = 125;

/** Which of the hub's VPCs an account is to be peered to. */
const hubOf = (accountId: string) => Math.floor((Number(accountId) - firstId) / accountsPerHubVpc);

/** The block of the hub's VPC that an account is peered to, which no other VPC has. */
export const hubBlockOf = (accountId: string): string => {
  const hub = hubOf(accountId);
  return `172.${16 + Math.floor(hub / 16)}.${16 * (hub % 16)}.0/20`;
};

/** The request for an account: it names the VPC of the hub. */
export const requestOf = (accountId: string) => {
  const hub = hubOf(accountId);
  return { accountId, hubVpcId: idFor('vpc', hub === 0 ? 'hub' : `hub-${hub + 1}`) };
};

/** A VPC of the hub, with the monitoring servers in one subnet of it. */
const hubVpcFor = (accountId: string): VpcSketch => {
  const block = hubBlockOf(accountId);
  return {
    blocks: [block],
    tables: { servers: ['0.0.0.0/0 nat'] },
    subnets: { servers: `${block.replace(/20$/, '24')} servers` },
    tags: { 'sightline:hub': 'true' },
  };
};

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

/**
 * A world with so many accounts, each with one VPC, one route table in use and one group to open; and with
 * as many VPCs of the hub as it takes to be peered with all of them.
 */
export const manyAccounts =
  (count: number) =>
  (world: World): void => {
    const hubs = Math.ceil(count / accountsPerHubVpc);
    const hub = Array.from({ length: hubs }, (_, n) =>
      hubVpcFor(accountIdOf(n * accountsPerHubVpc)),
    );
    const others = Object.fromEntries(
      Array.from({ length: count }, (_, n) => [accountIdOf(n), vpcOf(n)]),
    );
    Object.assign(world, worldOf({ hub, others }));
  };
