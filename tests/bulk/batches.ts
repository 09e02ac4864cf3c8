import { CreateRouteCommand, DeleteRouteCommand } from '@aws-sdk/client-ec2';
import { deployed } from '../local/harness.ts';
import { idFor } from '../local/worlds.ts';
import { ec2Of } from '../scenarios/owners.ts';
import { accountIdOf, manyAccounts } from './manyAccounts.ts';

/** EC2's request limits as AWS documents them; the local AWS has them by default. */
const mutating = { bucket: 50, refill: 5 };

/**
 * The seconds that so many onboardings take at least: the hub requests a peering for each, and EC2 takes no
 * more calls than that.
 */
export const lowerBound = (accounts: number): number =>
  (accounts - mutating.bucket) / mutating.refill;

/**
 * So many accounts and Sightline, with delays such as people report of AWS. AWS allows 125 active peerings
 * and 1,000 routes at most; here there is room for all, for it is the request limits that are looked at.
 */
export const deployedFor = (accounts: number) =>
  deployed(manyAccounts(accounts), {
    quotas: { activePeeringsPerVpc: 10_000, routesPerRouteTable: 10_000 },
    peeringVisibleAfterMs: 500,
    peeringProvisioningMs: 1000,
    iamPropagationMs: 8000,
  });

type Sightline = Awaited<ReturnType<typeof deployed>>;

/** Onboards so many accounts in one batch, and says how many seconds it took on the simulated clock. */
export const runBatch = async (sightline: Sightline, accounts: number) => {
  const begin = Date.now();
  const { headers } = await sightline.api(
    'POST',
    '/onboardings/batch',
    Array.from({ length: accounts }, (_, n) => accountIdOf(n)),
  );
  const path = headers['location'] ?? '';
  await sightline.finish();
  const { body: batch } = await sightline.api('GET', path);
  return { path, batch, seconds: (Date.parse(batch.endedAt) - begin) / 1000 };
};

/** Starts a batch's redrive and waits for its end. */
export const redriveBatch = async (sightline: Sightline, path: string) => {
  await sightline.api('POST', `${path}/redrive`);
  await sightline.finish();
  return (await sightline.api('GET', path)).body;
};

/** A route that leads elsewhere, where an account's own into the peering is to be. */
const conflictIn = (accountId: string) => ({
  RouteTableId: idFor('rtb', accountId, 'private'),
  DestinationCidrBlock: '10.0.0.0/16',
});

/** Has the owner of an account send the hub's block elsewhere, so that it cannot be onboarded. */
export const breakAccount = (sightline: Sightline, accountId: string) =>
  ec2Of(sightline, accountId).send(
    new CreateRouteCommand({
      ...conflictIn(accountId),
      NatGatewayId: idFor('nat', accountId, 'x'),
    }),
  );

/** Has the owner of an account do what the remedy says. */
export const mendAccount = (sightline: Sightline, accountId: string) =>
  ec2Of(sightline, accountId).send(new DeleteRouteCommand(conflictIn(accountId)));
