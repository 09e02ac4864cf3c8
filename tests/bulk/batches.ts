import { CreateRouteCommand, DeleteRouteCommand } from '@aws-sdk/client-ec2';
import type { LocalOptions } from '../../local/aws/localAws.ts';
import type { simulate } from '../../local/simulated.ts';
import { idFor } from '../local/worlds.ts';
import { ec2Of } from '../scenarios/owners.ts';
import { accountIdOf, accountsPerHubVpc, hubBlockOf, requestOf } from './manyAccounts.ts';

/** EC2's limit of changing calls as AWS documents it; the local AWS has it by default. */
const changes = { bucket: 50, refill: 5 };

/**
 * The seconds that EC2 takes at least to let the hub request a peering for each of so many accounts. Of looks
 * it takes four times as many, and an onboarding looks at the hub's peerings three times.
 */
export const lowerBound = (accounts: number): number =>
  Math.max(0, (accounts - changes.bucket) / changes.refill);

/**
 * Delays such as people report of AWS. The one quota that is raised is that of peerings, as far as AWS
 * raises it.
 */
export const asOnAws: LocalOptions = {
  quotas: { activePeeringsPerVpc: accountsPerHubVpc },
  peeringVisibleAfterMs: 500,
  peeringProvisioningMs: 1000,
  iamPropagationMs: 8000,
};

type Sightline = Awaited<ReturnType<typeof simulate>>;

/** Onboards the first so many accounts in one batch, and says how many seconds it took on the simulated clock. */
export const runBatch = async (sightline: Sightline, accounts: number) => {
  const begin = Date.now();
  const { headers } = await sightline.api(
    'POST',
    '/onboardings/batch',
    Array.from({ length: accounts }, (_, n) => requestOf(accountIdOf(n))),
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
  DestinationCidrBlock: hubBlockOf(accountId),
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
