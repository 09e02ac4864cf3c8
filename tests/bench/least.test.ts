import {
  chainedMs,
  criticalPath,
  earliest,
  fullChain,
  lowerBoundMs,
} from '../../bench/criticalPath.ts';
import { assumptions, type Delays } from '../../bench/delays.ts';
import { tally } from '../../bench/kinds.ts';
import {
  bareLeastOfFresh,
  bareLeastOfRerun,
  callsIn,
  leastOfFresh,
  leastOfRerun,
  type NeededStep,
} from '../../bench/least.ts';

const withDelay = (name: keyof Delays, ms: number): Delays => ({
  ...assumptions,
  [name]: { ...assumptions[name], ms },
});

it('a fresh onboarding takes 26 calls at least, and 31 to keep what is promised; a re-run 12 and 13', () => {
  expect(tally(callsIn(bareLeastOfFresh))).toEqual({
    ...{ write: 8, read: 16, session: 2, question: 0, sum: 26 },
  });
  expect(tally(callsIn(leastOfFresh))).toEqual({
    ...{ write: 9, read: 17, session: 2, question: 3, sum: 31 },
  });
  expect(tally(callsIn(bareLeastOfRerun))).toEqual({
    ...{ write: 0, read: 11, session: 1, question: 0, sum: 12 },
  });
  expect(tally(callsIn(leastOfRerun))).toEqual({
    ...{ write: 0, read: 11, session: 1, question: 1, sum: 13 },
  });
});

it('the chain has the start of each function on it, and more of it where they are cold', () => {
  const cold = chainedMs(fullChain, true, assumptions);
  const warm = chainedMs(fullChain, false, assumptions);

  expect(warm).toBe(3 * (20 + 20) + 6 * 25);
  expect(cold - warm).toBe(3 * (150 + 400));
});

it.each([
  ['fresh', leastOfFresh],
  ['re-run', leastOfRerun],
])(
  'of a %s, each call has an id of its own and a reason, and none is listed twice for the same',
  (_, steps) => {
    const ids = steps.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(callsIn(steps).filter(({ why }) => why === '')).toEqual([]);
    const reads = callsIn(steps).map(({ call, by, why }) => `${call} ${by} ${why}`);
    expect(new Set(reads).size).toBe(reads.length);
  },
);

it('the lower bound is the sum of the chain that decides it', () => {
  const path = criticalPath(leastOfFresh, assumptions);

  expect(path[0]?.startMs).toBe(0);
  for (const [index, step] of path.slice(1).entries()) {
    expect(step.startMs).toBe(path[index]?.endMs);
  }
  expect(path.at(-1)?.endMs).toBe(lowerBoundMs(leastOfFresh, assumptions));
  // AssumeRole, CreateRole, AttachRolePolicy, IAM’s propagation, DescribeInstances.
  expect(lowerBoundMs(leastOfFresh, assumptions)).toBe(80 + 250 + 250 + 10_000 + 100);
});

it('a faster IAM leaves the network to decide, and a slower peering is then felt', () => {
  const quickIam = withDelay('iamPropagation', 0);
  // AssumeRole, DescribeVpcs, peerings, request, visible, accept, active, DescribeRouteTables.
  const network = 80 + 100 + 100 + 300 + 500 + 300 + 1000 + 100;
  const peering = { ...assumptions.peeringProvisioning, ms: 7000 };

  expect(lowerBoundMs(leastOfFresh, quickIam)).toBe(network);
  expect(lowerBoundMs(leastOfFresh, { ...quickIam, peeringProvisioning: peering })).toBe(
    network + 6000,
  );
});

it('a re-run waits for nothing that AWS takes its time for', () => {
  const slow = {
    ...withDelay('iamPropagation', 60_000),
    peeringProvisioning: assumptions.lambdaInit,
  };

  expect(lowerBoundMs(leastOfRerun, slow)).toBe(lowerBoundMs(leastOfRerun, assumptions));
});

it('a step that is listed before what it comes after is refused', () => {
  const steps: NeededStep[] = [
    { id: 'b', wait: 'iamPropagation', after: ['a'] },
    { id: 'a', wait: 'iamPropagation', after: [] },
  ];

  expect(() => earliest(steps, assumptions)).toThrow('a is waited for before it is listed');
});
