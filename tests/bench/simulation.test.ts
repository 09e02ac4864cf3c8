import { lowerBoundMs } from '../../bench/criticalPath.ts';
import { assumptions, callMs, type Delays } from '../../bench/delays.ts';
import { tally } from '../../bench/kinds.ts';
import { racesOf } from '../../bench/latency.ts';
import { bareLeastOfFresh, callsIn, leastOfFresh, leastOfRerun } from '../../bench/least.ts';
import { callsInAccounts, executionMs, measureOnboardings } from '../../bench/measured.ts';
import { prices } from '../../bench/prices.ts';
import { itemsOf, measureByApi } from '../../bench/running.ts';
import { onBench } from '../../bench/simulation.ts';
import { countTransitions } from '../../bench/transitions.ts';

const summaryOf = ({
  cold,
  warm,
  rerun,
  byHand,
}: Awaited<ReturnType<typeof measureOnboardings>>) => ({
  cold: { ms: executionMs(cold), calls: tally(callsInAccounts(cold.calls)) },
  warm: { ms: executionMs(warm), calls: tally(callsInAccounts(warm.calls)) },
  rerun: { ms: executionMs(rerun), calls: tally(callsInAccounts(rerun.calls)) },
  byHand: { ms: byHand.fresh.endMs - byHand.fresh.startMs, calls: tally(byHand.fresh.calls) },
  byHandAgain: tally(byHand.rerun.calls),
});

let measured: Awaited<ReturnType<typeof measureOnboardings>>;
beforeAll(async () => {
  measured = await measureOnboardings();
});

it('every function starts cold once and is warm from then on', () => {
  const { cold, warm, rerun } = measured;
  const coldOnes = cold.invocations.filter((one) => one.cold).map((one) => one.functionName);

  // Both sides' routes are added at once, in two sandboxes.
  expect(coldOnes.filter((name) => name.endsWith('addRoutes'))).toHaveLength(2);
  expect(new Set(coldOnes).size).toBe(coldOnes.length - 1);
  for (const { invocations } of [warm, rerun]) {
    expect(invocations.length).toBeGreaterThan(0);
    expect(invocations.filter((one) => one.cold)).toEqual([]);
  }
  expect(executionMs(cold)).toBeGreaterThan(executionMs(warm));
});

it('what is measured is the same each time', async () => {
  expect(summaryOf(await measureOnboardings())).toEqual(summaryOf(measured));
});

it('no onboarding and no runbook is faster or needs fewer calls than the least', () => {
  const { cold, warm, rerun, byHandAgain, byHand } = summaryOf(measured);
  const fresh = tally(callsIn(bareLeastOfFresh));

  for (const { ms, calls } of [cold, warm, byHand]) {
    expect(ms).toBeGreaterThan(lowerBoundMs(leastOfFresh, assumptions));
    expect(calls.sum).toBeGreaterThanOrEqual(fresh.sum);
    expect(calls.write).toBeGreaterThanOrEqual(fresh.write);
  }
  expect(rerun.ms).toBeGreaterThan(lowerBoundMs(leastOfRerun, assumptions));
  expect(rerun.calls.write).toBe(0);
  expect(byHandAgain.write).toBe(0);
});

it('a call takes as long as is assumed of it', () => {
  const times = measured.cold.calls.map((call) => [
    call.endMs - call.startMs,
    callMs(assumptions, call),
  ]);

  expect(times.length).toBeGreaterThan(0);
  for (const [took, assumed] of times) expect(took).toBe(assumed);
});

it('slower reading calls make onboardings slower', async () => {
  const slower: Delays = { ...assumptions, ec2Read: { ...assumptions.ec2Read, ms: 400 } };
  const { sooner, later } = {
    sooner: executionMs(measured.cold),
    later: executionMs(await onBench(slower, ({ onboard }) => onboard())),
  };

  // Preflight alone reads three times one after the other.
  expect(later - sooner).toBeGreaterThan(3 * 300);
});

it('an onboarding that fails is no measurement', async () => {
  await expect(
    onBench(assumptions, async ({ sightline, onboard }) => {
      sightline.aws.quotas.activePeeringsPerVpc = 0;
      return onboard();
    }),
  ).rejects.toThrow('the onboarding that was to be measured ended as FAILED');
});

it('an onboarding through the API is paid for from its request to its announcement', async () => {
  const { cold, warm } = await measureByApi();
  const quantityOf = (onboarding: typeof cold, what: string) =>
    itemsOf(onboarding).find(({ price }) => price.what === what)?.quantity;
  const states = cold.invocations.map(({ state }) => state);

  expect(states[0]).toBe('StartOnboarding');
  expect(states.at(-1)).toBe('AnnounceOutcome');
  expect(quantityOf(cold, prices.publish.what)).toBe(1);
  expect(quantityOf(cold, prices.transition.what)).toBe(quantityOf(warm, prices.transition.what));
  expect(quantityOf(cold, prices.lambdaGbSecond.what)).toBeGreaterThan(
    quantityOf(warm, prices.lambdaGbSecond.what)!,
  );
  expect(cold.logBytes).toBeGreaterThan(0);
});

it('an onboarding makes at most half as many calls again as are needed', () => {
  const { sum } = tally(callsInAccounts(measured.cold.calls));

  expect(sum / tally(callsIn(leastOfFresh)).sum).toBeLessThanOrEqual(1.5);
});

it('a second one changes nothing, and reads 12 times at most', () => {
  const calls = tally(callsInAccounts(measured.rerun.calls));

  expect(calls.write).toBe(0);
  expect(calls.read).toBeLessThanOrEqual(12);
});

it('an onboarding takes 20 state transitions at most, where nothing has to be looked at twice', () => {
  expect(countTransitions(measured.cold.result.events).sum).toBeLessThanOrEqual(20);
});

// On the simulated clock: how fast this machine is does not matter.
it.each(['cold', 'warm'] as const)(
  'an onboarding waits for AWS and for little else: %s',
  (kind) => {
    const race = racesOf(measured).find(
      ({ what }) => what.endsWith(kind) && what.startsWith('fresh'),
    );

    expect((race?.ms ?? Number.NaN) / (race?.boundMs ?? 0)).toBeLessThanOrEqual(1.15);
    expect((race?.ms ?? Number.NaN) / (race?.byHandMs ?? 0)).toBeLessThan(0.5);
  },
);
