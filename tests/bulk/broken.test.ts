import { deployed } from '../local/harness.ts';
import { asOnAws, breakAccount, mendAccount, redriveBatch, runBatch } from './batches.ts';
import { accountIdOf, manyAccounts } from './manyAccounts.ts';

const accounts = Number(process.env['BULK_BROKEN_ACCOUNTS'] ?? 200);
/** One in twenty. */
const broken = Array.from({ length: accounts / 20 }, (_, n) => accountIdOf(20 * n + 7));

beforeAll(() => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
});

it(`of ${accounts} accounts exactly the broken ones fail, each with its remedy, and a redrive after mending finishes them`, async () => {
  const sightline = await deployed(manyAccounts(accounts), asOnAws);
  for (const accountId of broken) await breakAccount(sightline, accountId);

  const { path, batch } = await runBatch(sightline, accounts);

  expect(batch).toMatchObject({
    status: 'FAILED',
    results: { ready: accounts - broken.length, failed: broken.length, notTried: 0 },
  });
  expect(batch.results.notReady).toEqual(
    broken.map((accountId) =>
      expect.objectContaining({
        accountId,
        error: 'RouteConflict',
        remedy: expect.stringContaining('aws ec2 delete-route'),
      }),
    ),
  );

  for (const accountId of broken) await mendAccount(sightline, accountId);
  const mended = await redriveBatch(sightline, path);

  process.stdout.write(
    `${accounts} accounts, ${broken.length} of them broken: ${batch.results.ready} ready, ${batch.results.failed} failed; after mending and a redrive of ${mended.progress.total}: ${mended.results.ready} ready, ${mended.results.failed} failed\n`,
  );
  expect(mended).toMatchObject({
    status: 'SUCCEEDED',
    progress: { total: broken.length, succeeded: broken.length },
    results: { ready: accounts, failed: 0, notReady: [] },
  });
}, 3_600_000);
