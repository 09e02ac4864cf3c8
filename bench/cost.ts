import { readTemplate } from '../local/deployment/template.ts';
import { packagedTemplate } from '../local/packaged.ts';
import type { Benchmark, Result } from './benchmark.ts';
import { type IdleCost, idleCosts, packagesKept } from './idle.ts';
import { costOf, type Item, priceRegion, prices, sumOf } from './prices.ts';
import { type ByApi, itemsOf, logBytesOf, measureByApi } from './running.ts';
import { countTransitions } from './transitions.ts';

/** A cost as people read it. */
const dollars = (usd: number): string => `$${usd.toPrecision(3)}`;

const many = 1000;

const runningTable = (cold: readonly Item[], warm: readonly Item[]): Result[number] => ({
  title: `What onboardings cost, in US$ (${priceRegion}, without free tiers)`,
  columns: ['what', 'of one, cold', 'US$', 'of one, warm', 'US$', `US$ of ${many}`],
  rows: [
    ...cold.map((item, index) => {
      const later = warm[index] ?? item;
      const cells = [item.quantity, dollars(costOf(item)), later.quantity, dollars(costOf(later))];
      return [item.price.what, ...cells, dollars(many * costOf(later))];
    }),
    [...['all', '', dollars(sumOf(cold)), '', dollars(sumOf(warm))], dollars(many * sumOf(warm))],
  ],
  notes: [
    'Asked for by one POST, automatic acceptance, announced to one e-mail address. With manual acceptance, each look is one more state transition and one more request.',
    `${many} are ${many} warm ones; cold starts add as much as the first columns show at most.`,
    'Calls to EC2, IAM, STS, Step Functions and X-Ray’s sampling rules cost nothing, and neither do a peering and the first copy of CloudTrail’s events. No trace is sampled away.',
    'Lambda bills INIT, too: https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/. Durations are those of the benchmark latency, in whole milliseconds.',
  ],
  data: { cold, warm, usdOfOne: { cold: sumOf(cold), warm: sumOf(warm) } },
});

const transitionTable = (onboardings: Record<string, ByApi>): Result[number] => ({
  title: 'State transitions of one onboarding',
  columns: ['onboarding', 'states entered', 'retries', 'transitions'],
  rows: Object.entries(onboardings).map(([name, { result: events }]) => {
    const { entered, retried, sum } = countTransitions(events);
    return [name, entered, retried, sum];
  }),
  notes: [
    'By the execution’s history: *StateEntered, and what is scheduled beyond once for each Task entered. If the start counts as well, it is one more: $0.000025.',
  ],
  data: Object.fromEntries(
    Object.entries(onboardings).map(([name, { result }]) => [name, countTransitions(result)]),
  ),
});

/** What is assumed to be left of logs, for the idle month: as if so many onboardings had been in the month before. */
const onboardingsBefore = 100;

const idleTable = (where: string, costs: readonly IdleCost[], notes: string[]): Result[number] => {
  const sum = costs.reduce((total, { usd }) => total + usd, 0);
  return {
    title: `What ${where} costs in a month in which nothing happens`,
    columns: ['resource', 'count', 'US$ a month', 'why'],
    rows: [
      ...costs.map(({ type, count, usd, why }) => [type, count, dollars(usd), why]),
      ['all', costs.reduce((total, { count }) => total + count, 0), dollars(sum), verdict(sum)],
    ],
    notes,
    data: { costs, sum },
  };
};

const verdict = (sum: number) => (sum < 1 ? 'under US$ 1' : 'not under US$ 1');

const nothingKept = { logBytes: 0, packageBytes: 0 };

const idleTables = (warm: ByApi): Result => {
  const hub = readTemplate(packagedTemplate);
  const groups = Object.values(hub.Resources).filter(({ Type }) => Type === 'AWS::Logs::LogGroup');
  const logBytes = (onboardingsBefore * logBytesOf(warm)) / groups.length;
  const kept = { logBytes, packageBytes: packagesKept() };
  return [
    idleTable('the hub', idleCosts(hub, kept), [
      `The log groups keep what ${onboardingsBefore} onboardings wrote in the month before: ${(groups.length * logBytes).toFixed(0)} bytes, uncompressed. Each bucket keeps ${kept.packageBytes} bytes: of the deployment bucket these are the packages of 5 deployments, of the batches’ bucket it is more than a month’s reports.`,
      'An alarm that watches an expression is paid for by the metrics in it.',
    ]),
    idleTable(
      'a monitored account',
      idleCosts(readTemplate('templates/monitored-account.yml'), nothingKept),
      ['The peering, its routes and the rules cost nothing either.'],
    ),
    idleTable(
      'the management account',
      idleCosts(readTemplate('templates/management-account.yml'), nothingKept),
      ['Each event that is sent to the hub costs $0.000001.'],
    ),
  ];
};

const priceTable = (): Result[number] => ({
  title: `Prices, ${priceRegion}`,
  columns: ['what', 'US$', 'for', 'source'],
  rows: Object.values(prices).map(({ what, usd, per, source }) => [what, `${usd}`, per, source]),
  notes: [],
  data: prices,
});

/** What Sightline costs: for each onboarding, and while nothing happens. */
export const cost: Benchmark = {
  about: 'What an onboarding costs, and what Sightline costs while nothing happens',
  run: async () => {
    const { cold, warm } = await measureByApi();
    return [
      runningTable(itemsOf(cold), itemsOf(warm)),
      transitionTable({ 'fresh, functions cold': cold, 'fresh, functions warm': warm }),
      ...idleTables(warm),
      priceTable(),
    ];
  },
};
