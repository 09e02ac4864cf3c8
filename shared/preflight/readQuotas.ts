import { GetServiceQuotaCommand, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { isDenied } from '../clients.ts';
import { type Need, overDefault, type Weighed } from './room.ts';

const readQuota = async (
  client: ServiceQuotasClient,
  QuotaCode: string,
): Promise<number | undefined> => {
  try {
    const { Quota: quota } = await client.send(
      new GetServiceQuotaCommand({ ServiceCode: 'vpc', QuotaCode }),
    );
    return quota?.Value;
  } catch (error) {
    if (isDenied(error)) return undefined;
    throw error;
  }
};

/**
 * Weighs needs against the quotas that an account really has, where it lets them be read. Service Quotas
 * is asked only about needs that exceed AWS's default: an account can have a quota raised, never lowered.
 */
export const weigh = (client: ServiceQuotasClient, needs: readonly Need[]): Promise<Weighed[]> =>
  Promise.all(
    overDefault(needs).map(async (need) => ({
      ...need,
      real: await readQuota(client, need.quota.code),
    })),
  );
