import assert from 'node:assert/strict';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { failureOf, reportOf } from '../../shared/executions/status.ts';
import { Verdict } from '../../shared/preflight/verdict.ts';
import { Report } from '../../shared/report.ts';
import { anEvent, eventNames } from '../events/events.ts';
import type { Checks } from './checks.ts';
import { alsoFrom, ended, executionsOf, matches, put, type Rule, ruleOn } from './hub.ts';
import { read } from './network.ts';
import { type Deployed, functionRole, hub, management, stateMachineArn } from './sightline.ts';
import { until } from './until.ts';

const plain = '222222222222';
const defaultVpc = { accountId: '333333333333', vpcId: 'vpc-0c33333333333333c' };
const untrusting = '555555555555';
const otherRegion = { accountId: '666666666666', region: 'us-east-1' };

const newAccounts = {
  'create-account-result.succeeded': true,
  'create-account-result.failed': false,
  'create-managed-account': true,
  'update-managed-account': true,
};

/** Which of the events a rule takes, as EventBridge says. */
const takenBy = async (events: EventBridgeClient, rule: Rule) => {
  const taken: [string, boolean][] = [];
  for (const name of eventNames) taken.push([name, await matches(events, rule, anEvent(name))]);
  return Object.fromEntries(taken);
};

const checkRules = async ({ check }: Checks, { emulator, events, accountEvents }: Deployed) => {
  await check(
    'the hub’s rule takes the events of new accounts, and none of a failed one',
    async () => {
      assert.deepEqual(await takenBy(events, await ruleOn(events, accountEvents)), newAccounts);
      return `EventBridge was asked about ${eventNames.length} events`;
    },
  );
  await check('the management account’s rule takes them too', async () => {
    const theirs = new EventBridgeClient(emulator.administratorOf(management));
    const taken = await takenBy(theirs, await ruleOn(theirs, 'default'));
    // It sends also what has failed; the hub's rule decides.
    assert.deepEqual(taken, { ...newAccounts, 'create-account-result.failed': true });
    return `EventBridge was asked about ${eventNames.length} events`;
  });
};

/** Nobody but AWS may put events of the sources `aws.*`, also here: this source stands in for them. */
const standIn = 'sightline.test';

const putNewAccount = async ({ events, accountEvents }: Deployed) => {
  const event = anEvent('create-account-result.succeeded');
  const refused = await put(events, accountEvents, 'aws.organizations', event);
  assert.equal(refused, 'NotAuthorizedForSourceException', 'the source needs no stand-in any more');
  await alsoFrom(events, await ruleOn(events, accountEvents), standIn);
  assert.equal(await put(events, accountEvents, standIn, event), undefined);
};

/** The position in the call log after the calls so far. */
const positionIn = ({ aws }: Deployed) => aws.calls.since().length;

/** The calls since a position that have changed something in an account, as `ec2:CreateRoute`. */
const writesSince = ({ aws }: Deployed, position: number) =>
  aws.calls.mutations(position).map(({ service, action }) => `${service}:${action}`);

/** By which roles the accounts were called since a position: the functions', and those they have assumed. */
const callersSince = ({ aws }: Deployed, position: number) => {
  const arns = new Set(aws.calls.since(position).map(({ principalArn }) => principalArn));
  const names = [...arns].map((arn) => arn.replace(functionRole(''), ''));
  return {
    functions: names.filter((name) => !name.startsWith('arn:')),
    others: names.filter((name) => name.startsWith('arn:')).sort(),
  };
};

const checkEvent = ({ check }: Checks, deployed: Deployed) =>
  check('an event of a new account starts an onboarding that succeeds', async () => {
    const position = positionIn(deployed);
    await putNewAccount(deployed);
    const executionArn = await until('the onboarding is started', 30, async () => {
      const [started] = await executionsOf(deployed.sfn, stateMachineArn, plain);
      return started;
    });
    const execution = await ended(deployed.sfn, executionArn);
    assert.equal(execution.status, 'SUCCEEDED', `${execution.error}: ${execution.cause}`);
    assert.equal(reportOf(execution)?.accountId, plain);
    const { functions, others } = callersSince(deployed, position);
    assert.deepEqual(others, [
      `arn:aws:iam::${plain}:role/SightlineOnboarding`,
      `arn:aws:iam::${plain}:role/cross-role`,
    ]);
    const source = `of the source ${standIn}, as only AWS puts aws.organizations`;
    return `${source}: ${execution.name}, under the roles of ${functions.join(', ')}`;
  });

const checkAccounts = ({ check }: Checks, { aws }: Deployed) =>
  check('peering, routes, rules and role are there, as each account reads them', async () => {
    const place = { accountId: plain, region: hub.region };
    const theirs = await read(aws, place, { from: '10.0.0.0/16', role: 'cross-role' });
    const ours = await read(aws, hub, { from: '10.20.0.0/16', role: 'cross-role' });
    const [peering = ''] = ours.peerings;
    assert.match(peering, /^pcx-[0-9a-f]{17} active$/);
    assert.deepEqual(theirs, {
      peerings: [peering],
      routes: [
        `rtb-037ee4ad5cfa3fd63 10.0.0.0/16 ${peering}`,
        `rtb-03860a8ba6559652c 10.0.0.0/16 ${peering}`,
      ],
      rules: [
        'sg-081ff917c9312b5ea icmp/8 10.0.0.0/16',
        'sg-081ff917c9312b5ea tcp/10050 10.0.0.0/16',
      ],
      policies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    });
    assert.deepEqual(ours, {
      peerings: [peering],
      routes: [
        `rtb-0c6e32e368d21ada8 10.120.0.0/20 ${peering}`,
        `rtb-0c6e32e368d21ada8 10.20.0.0/16 ${peering}`,
      ],
      rules: [],
      policies: [],
    });
    return `${peering}, 4 routes, 2 rules, cross-role`;
  });

const Started = z.object({ id: z.string(), executionArn: z.string() });
const Listed = z.object({ onboardings: z.array(z.object({ id: z.string() })) });
const Failure = z.object({ name: z.string(), message: z.string(), remedy: z.string() });

/** Posts a request, and answers the execution that it has started once that has ended. */
const post = async ({ api, sfn }: Deployed, request: object) => {
  const { status, body } = await api.call({ method: 'POST', path: '/onboardings', body: request });
  assert.equal(status, 202, JSON.stringify(body));
  const { id, executionArn } = Started.parse(body);
  return { id, execution: await ended(sfn, executionArn) };
};

const checkDryRun = async ({ check }: Checks, deployed: Deployed) => {
  const request = { method: 'POST', path: '/onboardings', body: otherRegion } as const;
  await check('the API refuses a request that is not signed', async () => {
    const { status, body } = await deployed.api.callUnsigned(request);
    assert.equal(status, 403, JSON.stringify(body));
    return `${status} ${JSON.stringify(body)}`;
  });
  await check('a dry run over HTTP says what would be done, and does nothing', async () => {
    const position = positionIn(deployed);
    const { status, body } = await deployed.api.call({ ...request, query: { dryRun: 'true' } });
    assert.equal(status, 200, JSON.stringify(body));
    const { possible, changes } = Verdict.parse(body);
    assert.ok(possible);
    assert.deepEqual(writesSince(deployed, position), []);
    return `${changes.length} changes, 0 writes`;
  });
};

const checkRequests = async ({ check }: Checks, deployed: Deployed) => {
  await check('a request over HTTP starts an onboarding that succeeds', async () => {
    const position = positionIn(deployed);
    const { id, execution } = await post(deployed, defaultVpc);
    assert.equal(execution.status, 'SUCCEEDED', `${execution.error}: ${execution.cause}`);
    const { body } = await deployed.api.call({ method: 'GET', path: `/onboardings/${id}` });
    assert.equal(body['status'], 'SUCCEEDED', JSON.stringify(body));
    assert.deepEqual(Report.parse(body['report']), reportOf(execution));
    const writes = writesSince(deployed, position);
    assert.ok(writes.includes('ec2:AcceptVpcPeeringConnection'), writes.join(', '));
    return `${id}: ${writes.join(', ')}`;
  });
  await check('a request for an account that is ready succeeds and writes nothing', async () => {
    const position = positionIn(deployed);
    const { id, execution } = await post(deployed, { accountId: plain });
    assert.equal(execution.status, 'SUCCEEDED', `${execution.error}: ${execution.cause}`);
    assert.equal(reportOf(execution)?.changes, 0);
    assert.deepEqual(writesSince(deployed, position), []);
    return `${id}: 0 changes, 0 writes`;
  });
};

const checkFailure = async ({ check }: Checks, deployed: Deployed) => {
  await check('an account that does not trust the hub fails by name, with what to do', async () => {
    const position = positionIn(deployed);
    const { id, execution } = await post(deployed, { accountId: untrusting });
    assert.equal(execution.status, 'FAILED');
    assert.equal(execution.error, 'OnboardingRoleNotAssumable', execution.cause);
    const { body } = await deployed.api.call({ method: 'GET', path: `/onboardings/${id}` });
    const failure = Failure.parse(body['failure']);
    assert.deepEqual(failure, failureOf(execution));
    assert.deepEqual(writesSince(deployed, position), []);
    return `${id}: ${failure.message}`;
  });
  await check('the API lists what has failed', async () => {
    const query = { status: 'FAILED' };
    const { body } = await deployed.api.call({ method: 'GET', path: '/onboardings', query });
    const [failed, ...others] = Listed.parse(body).onboardings;
    assert.deepEqual([failed?.id, others], [`${untrusting}_auto_1`, []]);
    return failed?.id;
  });
};

const checkAnnouncements = ({ check }: Checks, { subscriber: { subjects } }: Deployed) =>
  check('a subscriber of the topic has heard of every end, once', async () => {
    const expected = [
      `Sightline: account ${plain} is ready`,
      `Sightline: account ${plain} is ready`,
      `Sightline: account ${defaultVpc.accountId} is ready`,
      `Sightline: account ${untrusting} is not ready: OnboardingRoleNotAssumable`,
    ];
    await until('all are heard', 20, async () => subjects.length >= expected.length || undefined);
    assert.deepEqual(subjects.toSorted(), expected.toSorted());
    return `${subjects.length} messages`;
  });

/** Onboards accounts by event and over HTTP, and checks what has come of it. */
export const checkOnboardings = async (checks: Checks, deployed: Deployed): Promise<void> => {
  await checkRules(checks, deployed);
  await checkEvent(checks, deployed);
  await checkAccounts(checks, deployed);
  await checkDryRun(checks, deployed);
  await checkRequests(checks, deployed);
  await checkFailure(checks, deployed);
  await checkAnnouncements(checks, deployed);
};
