import { createLocalAws } from '../../local/aws/localAws.ts';
import { serve } from '../../local/aws/server.ts';
import { World } from '../../local/world.ts';
import { type Aws, accountIds, hub } from './aws.ts';

/** An AWS that is asked, and what ends it. */
export type Target = Aws & { close: () => Promise<void> };

/**
 * The local AWS with accounts that have nothing. Time is no subject of the checks, so nothing takes any; and
 * they make more things at once than one account does.
 */
export const startLocalAws = async (): Promise<Target> => {
  const accounts = accountIds.map((id) => [id, { name: id, about: 'for the checks' }]);
  const plenty = { bucket: 10_000, refill: 10_000 };
  const aws = createLocalAws(World.parse({ hub, accounts: Object.fromEntries(accounts) }), {
    peeringVisibleAfterMs: 0,
    peeringProvisioningMs: 0,
    iamPropagationMs: 0,
    throttling: { mutating: plenty, createTags: plenty, describe: plenty },
  });
  const { url, close } = await serve(aws, { port: 0 });
  return {
    endpoint: url,
    close,
    administrator: (accountId) => ({ accessKeyId: accountId, secretAccessKey: 'local' }),
    sessionOf: async (roleArn) => aws.credentialsFor(roleArn, 'service'),
  };
};
