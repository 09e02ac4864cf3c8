import type { EC2Client } from '@aws-sdk/client-ec2';
import { ec2In, onboardingSession } from '../clients.ts';
import type { Side, SideName } from '../execution.ts';

/**
 * An EC2 client that may change one side of the network: the hub's own, or that of the onboarding role
 * in the monitored account. Throws `OnboardingRoleNotAssumable`.
 */
export const ec2OfSide = async (
  { accountId, region }: Side,
  side: SideName,
  executionName: string,
): Promise<EC2Client> =>
  side === 'hub' ? ec2In(region) : ec2In(region, await onboardingSession(accountId, executionName));
