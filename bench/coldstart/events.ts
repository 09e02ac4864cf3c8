import {
  aConfigured,
  accountId,
  aNetworkPlan,
  anApiEvent,
  aPeering,
  aPlan,
  aRoleResult,
  executionArns,
  executionName,
} from '../../tests/builders.ts';
import { anEvent } from '../../tests/events/events.ts';

/** The data of an execution; each of the state machines' functions takes of it what it needs. */
const execution = {
  executionName,
  request: { accountId },
  plan: aPlan({ network: aNetworkPlan({ dnsResolution: true }) }),
  peering: aPeering(),
  prepared: [{ peering: aPeering(), configured: aConfigured() }, { role: aRoleResult() }],
  side: 'hub',
  redriveCount: 0,
  batch: {
    list: 'batches/lists/1.json',
    accounts: 1,
    maxConcurrency: 1,
    toleratedFailurePercentage: 100,
    todo: { list: 'batches/lists/1.json', redriveCount: 0 },
  },
};

const onOne = (id: string) => anApiEvent({ path: { id } });

const others: Record<string, unknown> = {
  startOnboarding: anApiEvent({ body: { accountId } }),
  listOnboardings: anApiEvent(),
  getOnboarding: onOne(`${accountId}_auto_1`),
  redriveOnboarding: onOne(`${accountId}_auto_1`),
  startBatch: anApiEvent({ body: { accounts: [accountId] } }),
  getBatch: onOne('batch_e86a516cbc04_1'),
  redriveBatch: onOne('batch_e86a516cbc04_1'),
  onboardNewAccount: anEvent('create-account-result.succeeded'),
  announceOutcome: { detail: { executionArn: `${executionArns}:${executionName}` } },
};

/** An event for which the function calls AWS. */
export const eventFor = (name: string): unknown => others[name] ?? execution;
