import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packagedTemplate } from '../../local/packaged.ts';
import type { World } from '../../local/world.ts';
import { transport } from '../../shared/clients.ts';
import { explain } from '../../shared/errors.ts';
import { Report } from '../../shared/report.ts';
import { environment } from './environment.ts';
import { prepare } from './onboardings.ts';
import { hub, plain } from './scenarios.ts';

// Both Sightlines run in this process, and each has settings of its own.
jest.mock('../../shared/settings.ts', () => {
  const actual = jest.requireActual('../../shared/settings.ts');
  const { environment: current } = jest.requireActual('./environment.ts');
  return { ...actual, settings: () => actual.parseSettings(current.getStore() ?? process.env) };
});

const otherHub = '888888888888';
const home = 'eu-central-1';
const role = { name: 'cross-role-other' };

const vpcOfOtherHub = (cidr: string) => ({
  name: 'other-monitoring',
  id: 'vpc-0a88888888888888a',
  default: false,
  cidrs: [cidr],
  dnsSupport: true,
  dnsHostnames: true,
  tags: { 'sightline:hub': 'true' },
  sharedWith: [],
  routeTables: [],
  subnets: [{ name: 'servers', cidr: cidr.replace('/16', '/24'), zone: `${home}a`, tags: {} }],
  securityGroups: [],
  networkAcls: [],
});

const withTwoHubs = (cidr: string) => (world: World) => {
  world.accounts[otherHub]!.regions = { [home]: { vpcs: [vpcOfOtherHub(cidr)] } };
};

/** The same world for the other one, whose stack stands beside the first one's in the monitored account. */
const forOtherHub = (cidr: string) => (world: World) => {
  withTwoHubs(cidr)(world);
  world.hub = otherHub;
  for (const account of Object.values(world.accounts)) account.stacks = [];
  const parameters = {
    HubAccountId: otherHub,
    OnboardingRoleName: 'SightlineOnboardingOther',
    MonitoringRole: 'sightline',
  };
  world.accounts[plain]!.stacks = [{ template: 'templates/monitored-account.yml', parameters }];
};

const directory = mkdtempSync(join(tmpdir(), 'sightline-hubs-'));
const template = join(directory, 'template.json');
beforeAll(() => {
  const text = readFileSync(packagedTemplate, 'utf8');
  writeFileSync(template, text.replaceAll('SightlineOnboarding"', 'SightlineOnboardingOther"'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Two Sightlines on one AWS, either of which takes the same account. */
const twoHubs = async (cidr = '10.8.0.0/16') => {
  const first = await prepare({
    change: withTwoHubs(cidr),
    request: { accountId: plain },
  });
  const second = (request: object) =>
    prepare(
      { change: forOtherHub(cidr), request: { accountId: plain, ...request } },
      { aws: first.aws, template },
    );
  return { first, second };
};

type Sightline = Awaited<ReturnType<typeof prepare>>;

/** Lets each function call AWS for the deployment that it belongs to. */
const beginBoth = (first: Sightline, second: Sightline) => {
  first.begin([]);
  const ofFirst = transport.requestHandler;
  second.begin([]);
  const ofSecond = transport.requestHandler;
  const handle = (request: unknown) => {
    const isFirst = environment.getStore()?.['HUB_ACCOUNT_ID'] === hub;
    return Object(isFirst ? ofFirst : ofSecond).handle(request);
  };
  transport.requestHandler = Object.assign({}, ofSecond, { handle });
};

const inAccount = ({ aws }: Sightline) => aws.ec2.state.snapshot(plain)[plain]![home]!;

const failureOf = ({ error = '', cause = '{}' }: { error?: string; cause?: string }) =>
  explain(error, JSON.parse(cause).errorMessage);

it('two hubs take one account at once, each with a role of its own, and end as they do one after the other', async () => {
  const { first, second: make } = await twoHubs();
  const second = await make({ role });
  beginBoth(first, second);
  const oneAfterTheOther = [
    await first.finish(first.start()),
    await second.finish(second.start()),
  ].map(({ status }) => status);
  const expected = first.leftBehind();
  beginBoth(first, second);

  const executions = [first.start(), second.start()] as const;
  const one = await first.finish(executions[0]);
  const other = await second.finish(executions[1]);

  expect(oneAfterTheOther).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect([one.status, other.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(first.leftBehind()).toBe(expected);
  expect(inAccount(first).peerings).toHaveLength(2);
});

it('a hub that comes second takes nothing of the first one’s for its own, and calls nothing superfluous', async () => {
  const { first, second: make } = await twoHubs();
  const second = await make({ role });
  beginBoth(first, second);
  await first.finish(first.start());

  const { output = '{}' } = await second.finish(second.start());

  const { network } = Report.parse(JSON.parse(output));
  expect(network?.peering).toMatchObject({ outcome: 'created' });
  expect(network?.superfluousRules).toBeUndefined();
  expect(network?.monitored.superfluous).toBeUndefined();
});

it('a hub that asks for the role of the other one is told so before anything is changed', async () => {
  const { first, second: make } = await twoHubs();
  const second = await make({});
  beginBoth(first, second);
  await first.finish(first.start());
  const before = first.leftBehind();

  const execution = await second.finish(second.start());

  expect(execution).toMatchObject({ status: 'FAILED', error: 'RoleConflict' });
  expect(failureOf(execution as never).remedy).toContain('give the monitoring role another name');
  expect(first.leftBehind()).toBe(before);
});

it('a hub with the addresses of the other one is told so before anything is changed', async () => {
  const { first, second: make } = await twoHubs('10.0.0.0/16');
  const second = await make({ role });
  beginBoth(first, second);
  await first.finish(first.start());
  const before = first.leftBehind();

  const execution = await second.finish(second.start());

  expect(execution).toMatchObject({ status: 'FAILED', error: 'PreflightRefused' });
  const failure = failureOf(execution as never);
  expect(failure.message).toContain('RouteCollision');
  expect(failure.remedy).not.toBe('');
  expect(first.leftBehind()).toBe(before);
});
