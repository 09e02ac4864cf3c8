/*
 * Named network situations: what is there, what is asked, what the dry run says, which calls the onboarding
 * makes, and what is different afterwards. To find one, look for its title in the file of its theme
 * (`grep -rn title: tests/scenarios`), and run it alone with
 * `npm run test:scenarios -- -t 'a part of the title'`.
 * scenario.ts says what a scenario is made of and what the plain world has; lines.ts writes a world down.
 *
 * Whatever the situation, it is proven here that the dry run changes nothing; that the calls it foretold are
 * the calls that are made; that nothing but what the scenario says is added, changed or removed; and that a
 * second onboarding neither plans nor does anything. Where something blocks, nothing is ever changed.
 */
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import type { CallRecord } from '../../local/aws/calls.ts';
import type { Verdict } from '../../shared/preflight/verdict.ts';
import { deployed } from '../local/harness.ts';
import { monitored } from '../local/worlds.ts';
import * as acls from './acls.ts';
import * as blocks from './blocks.ts';
import * as dns from './dns.ts';
import { beyond, linesOf } from './lines.ts';
import * as peerings from './peerings.ts';
import * as permissions from './permissions.ts';
import * as quotas from './quotas.ts';
import * as regions from './regions.ts';
import * as routes from './routes.ts';
import { plain, type Scenario } from './scenario.ts';
import * as securityGroups from './securityGroups.ts';

type Sightline = Awaited<ReturnType<typeof deployed>>;

const themes = {
  acls,
  blocks,
  dns,
  peerings,
  permissions,
  quotas,
  regions,
  routes,
  securityGroups,
};

beforeAll(() => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
});

const deny = async ({ aws }: Sightline, actions: string[]) => {
  const iam = new IAMClient({
    region: 'us-east-1',
    credentials: { accessKeyId: monitored, secretAccessKey: 'local' },
    requestHandler: aws.requestHandler,
  });
  const Statement = [{ Effect: 'Deny', Action: actions, Resource: '*' }];
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'SightlineOnboarding',
      PolicyName: 'denied',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
    }),
  );
  jest.advanceTimersByTime(60_000);
};

const given = async (scenario: Scenario): Promise<Sightline> => {
  const sightline = await deployed(plain(scenario), scenario.settings);
  if (scenario.denied) await deny(sightline, scenario.denied);
  for (const request of scenario.earlier ?? []) {
    const { status, failure } = await sightline.onboard({ access: ['network'], ...request });
    expect({ status, failure }).toEqual({ status: 'SUCCEEDED' });
  }
  return sightline;
};

const requestOf = ({ request = {} }: Scenario, { aws }: Sightline) => {
  const subnets = Object.values(aws.ec2.state.snapshot(monitored)[monitored] ?? {}).flatMap(
    (region) => region.subnets,
  );
  const subnetId = (name: string) =>
    subnets.find(({ Tags }) => Tags?.some(({ Value }) => Value === name))?.SubnetId ?? name;
  const asked = typeof request === 'function' ? request(subnetId) : request;
  return { accountId: monitored, access: ['network'], ...asked };
};

type Made = { call: string; accountId: string; region: string };

/** A call as one can compare it; IAM has no Regions. */
const inWords = ({ world }: Sightline, { call, accountId, region }: Made) => {
  const [service, action] = call.split(':');
  const isHome = service === 'iam' || region === 'eu-central-1';
  return `${world.accounts[accountId]?.name} ${action}${isHome ? '' : ` in ${region}`}`;
};

const counted = (calls: readonly string[]): string[] =>
  [...new Set(calls)]
    .map((one) => ({ one, count: calls.filter((other) => other === one).length }))
    .map(({ one, count }) => (count > 1 ? `${one} ${count}` : one))
    .toSorted();

const plannedIn = (sightline: Sightline, { changes }: Verdict) =>
  counted(
    changes.flatMap(({ call, ...place }) => (call ? inWords(sightline, { call, ...place }) : [])),
  );

const madeIn = (sightline: Sightline, calls: readonly CallRecord[]) =>
  counted(
    calls
      .filter(({ mutating, error }) => mutating && !error)
      .map(({ service, action, ...place }) =>
        inWords(sightline, { call: `${service}:${action}`, ...place }),
      ),
  );

const dryRun = async ({ api }: Sightline, request: object): Promise<Verdict> => {
  const { status, body } = await api('POST', '/onboardings?dryRun=true', request);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
};

/** Dry run, onboarding, and what differs afterwards. */
const tryOut = async (sightline: Sightline, request: object) => {
  const before = linesOf(sightline);
  const verdict = await dryRun(sightline, request);
  const foreseen = linesOf(sightline);
  expect({ adds: beyond(foreseen, before), removes: beyond(before, foreseen) }).toEqual({
    adds: [],
    removes: [],
  });
  const { status, failure, calls } = await sightline.onboard(request);
  const after = linesOf(sightline);
  return {
    findings: verdict.findings.map(({ severity, name }) => `${severity} ${name}`).toSorted(),
    possible: verdict.possible,
    planned: plannedIn(sightline, verdict),
    status,
    failure: failure?.name,
    made: madeIn(sightline, calls),
    adds: beyond(after, before).toSorted(),
    removes: beyond(before, after).toSorted(),
  };
};

const nothing = { planned: [], made: [], adds: [], removes: [] };

const failureFor = (blocking: readonly string[]) =>
  blocking.length === 1 ? blocking[0]?.split(' ')[1] : 'PreflightRefused';

const expected = ({ findings = [], calls = [], adds = [], removes = [] }: Scenario) => {
  const told = { findings: findings.toSorted() };
  const blocking = findings.filter((one) => one.startsWith('blocks'));
  if (blocking.length > 0) {
    const failure = failureFor(blocking);
    return { ...told, possible: false, status: 'FAILED', failure, ...nothing };
  }
  return {
    ...told,
    possible: true,
    status: 'SUCCEEDED',
    failure: undefined,
    planned: calls.toSorted(),
    made: calls.toSorted(),
    adds: adds.toSorted(),
    removes: removes.toSorted(),
  };
};

const all = Object.values(themes).flatMap(({ scenarios }) => scenarios);

it('every scenario has a title of its own', () => {
  const titles = all.map(({ title }) => title);
  expect(titles.toSorted()).toEqual([...new Set(titles)].toSorted());
});

describe.each(Object.entries(themes))('%s', (_, { scenarios }) => {
  it.each(scenarios)('$title', async (scenario) => {
    const sightline = await given(scenario);
    const request = requestOf(scenario, sightline);
    const wanted = expected(scenario);

    const first = await tryOut(sightline, request);
    expect(first).toEqual(wanted);
    if (!wanted.possible) return;

    const { findings: _findings, ...again } = await tryOut(sightline, request);
    expect(again).toEqual({
      possible: true,
      status: 'SUCCEEDED',
      failure: undefined,
      ...nothing,
    });
  });
});
