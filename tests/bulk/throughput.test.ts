import { deployed } from '../local/harness.ts';
import { asOnAws, lowerBound, runBatch } from './batches.ts';
import { manyAccounts } from './manyAccounts.ts';

const accounts = Number(process.env['BULK_ACCOUNTS'] ?? 1000);

/** How long an onboarding takes with these delays at most while nothing is throttled. */
const secondsOfOne = 15;

beforeAll(() => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
});

it(`${accounts} accounts of one batch are all ready, nearly as soon as EC2's request limits allow`, async () => {
  const sightline = await deployed(manyAccounts(accounts), asOnAws);

  const { batch, seconds } = await runBatch(sightline, accounts);

  const share = lowerBound(accounts) / seconds;
  process.stdout.write(
    `${accounts} accounts: ${batch.results.ready} ready, ${batch.results.failed} failed, in ${seconds.toFixed(1)} s on the simulated clock, where EC2's request limits allow ${lowerBound(accounts)} s at best: ${(100 * share).toFixed(1)} %\n`,
  );
  expect(batch).toMatchObject({
    status: 'SUCCEEDED',
    results: { ready: accounts, failed: 0, notTried: 0, notReady: [] },
  });
  // Not of this machine's speed: the clock is a simulated one. Of few accounts, what one takes by itself
  // is a larger part of the time.
  const best = accounts < 1000 ? lowerBound(accounts) + secondsOfOne : lowerBound(accounts);
  expect(best / seconds).toBeGreaterThan(0.9);
}, 3_600_000);
