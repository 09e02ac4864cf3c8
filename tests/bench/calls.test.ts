import { ratio, repeatedCalls, tallyByState } from '../../bench/calls.ts';
import { kindOf, tally } from '../../bench/kinds.ts';
import { callsInAccounts } from '../../bench/measured.ts';
import { hub, monitored } from '../../bench/plainWorld.ts';
import type { MadeCall } from '../../bench/simulation.ts';

const made = (by: string, action: string, more: Partial<MadeCall> = {}): MadeCall => ({
  ...{ by, action, service: 'ec2', accountId: hub, kind: 'read', startMs: 0, endMs: 1 },
  ...more,
});

it.each([
  ['a change', { action: 'CreateRoute', mutating: true, dryRun: false }, 'write'],
  [
    'a change that is only asked about',
    { action: 'CreateVpc', mutating: true, dryRun: true },
    'question',
  ],
  ['a session', { action: 'AssumeRole', mutating: false, dryRun: false }, 'session'],
  ['anything else', { action: 'DescribeVpcs', mutating: false, dryRun: false }, 'read'],
] as const)('%s is counted as such', (_, call, kind) => {
  expect(kindOf(call)).toBe(kind);
});

const calls = [
  made('Preflight', 'DescribeVpcs'),
  made('Preflight', 'DescribeVpcs', { accountId: monitored }),
  made('AddRoutesInHub', 'CreateRoute', { kind: 'write' }),
  made('ConfirmReadiness', 'DescribeVpcs'),
  made('ConfirmReadiness', 'AssumeRole', { kind: 'session', service: 'sts' }),
];

it('calls are counted by kind and by state, and the states’ sums are the whole', () => {
  const byState = tallyByState(calls);

  expect(tally(calls)).toEqual({ write: 1, read: 3, session: 1, question: 0, sum: 5 });
  expect(byState.map(([state, { sum }]) => [state, sum])).toEqual([
    ['Preflight', 2],
    ['AddRoutesInHub', 1],
    ['ConfirmReadiness', 2],
  ]);
});

it('one call more makes the ratio to the least larger', () => {
  const least = tally(calls.slice(0, 2));

  expect(ratio(tally(calls), least)).toBe(2.5);
  expect(ratio(tally([...calls, made('Preflight', 'DescribeSubnets')]), least)).toBe(3);
});

it('a call is made twice only if it is in the same account', () => {
  expect(repeatedCalls(calls)).toEqual([
    {
      ...{ call: 'ec2:DescribeVpcs', account: 'hub', times: 2 },
      states: ['Preflight', 'ConfirmReadiness'],
    },
  ]);
});

it('what announces an onboarding is no call in an account', () => {
  const publish = made('AnnounceOutcome', 'Publish', { service: 'sns' });

  expect(callsInAccounts([...calls, publish])).toEqual(calls);
});
