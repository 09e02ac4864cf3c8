import { format, inspect } from 'node:util';
import type { LocalAws } from '../../local/aws/localAws.ts';
import { functionOf, readMachine, statesOf } from '../statemachine/definition.ts';
import { deployed } from './harness.ts';

const plain = '222222222222';
const other = '666666666666';
const overlapping = '444444444444';
const mistaken = '555555555555';

/** External ids: of the request, of the two settings, and one that an account wrongly wants. */
const externalIds = {
  request: 'asked-for-in-the-request',
  monitoring: 'set-for-the-monitoring-role',
  onboarding: 'sightline-111111111111',
  wrong: 'not what an external id looks like',
};

const consoleMethods = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;

/** Everything that is written while something happens, line by line. */
const captured = async (happen: () => Promise<unknown>) => {
  const written: string[] = [];
  const capture = (chunk: unknown) => written.push(String(chunk)) > 0;
  const spies = [
    ...[process.stdout, process.stderr].map((stream) =>
      jest.spyOn(stream, 'write').mockImplementation(capture),
    ),
    ...consoleMethods.map((method) =>
      jest
        .spyOn(console, method)
        .mockImplementation((...values) => void capture(`${format(...values)}\n`)),
    ),
  ];
  try {
    await happen();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return written
    .join('')
    .split('\n')
    .filter((line) => line !== '');
};

/** The credentials that the functions get from here on: of their own roles, and of those they assume. */
const issuedBy = (aws: LocalAws) => {
  const issued = new Set<string>();
  const { credentialsFor, handle } = aws;
  aws.credentialsFor = (...role) => {
    const session = credentialsFor(...role);
    for (const value of [session.accessKeyId, session.secretAccessKey, session.sessionToken]) {
      issued.add(value);
    }
    return session;
  };
  aws.handle = async (request) => {
    const response = await handle(request);
    const found = response.body.matchAll(/<(?:SecretAccessKey|SessionToken|AccessKeyId)>([^<]+)</g);
    for (const [, value = ''] of found) issued.add(value);
    return response;
  };
  return issued;
};

/** A deployment with external ids everywhere; account 555555555555 wants another one than it has. */
const deployedWithSecrets = async () => {
  const sightline = await deployed(({ accounts }) => {
    for (const [id, { stacks, regions }] of Object.entries(accounts)) {
      for (const { vpcs } of Object.values(regions))
        for (const vpc of vpcs) vpc.dnsHostnames = true;
      for (const { parameters } of stacks) {
        parameters['HubAccountId'] = '111111111111';
        parameters['MonitoringRole'] = 'sightline';
        parameters['ExternalId'] = id === mistaken ? 'what-only-they-know' : externalIds.onboarding;
      }
    }
  });
  process.env['ONBOARDING_EXTERNAL_ID'] = externalIds.onboarding;
  process.env['MONITORING_EXTERNAL_ID'] = externalIds.monitoring;
  return sightline;
};

type Sightline = Awaited<ReturnType<typeof deployed>>;

/** Whole onboardings: of each kind of success, and of failures in which an external id has a part. */
const runThemAll = async ({ onboard, api, finish }: Sightline) => {
  const role = { externalId: externalIds.request };
  const ended = {
    // With all that can be asked for, so that every function has something to do.
    ready: await onboard({ accountId: plain, role, dnsResolution: true }),
    again: await onboard({ accountId: plain, role }),
    readyBySetting: await onboard({ accountId: other, region: 'us-east-1' }),
    conflict: await onboard({
      accountId: plain,
      access: ['api'],
      role: { externalId: 'x'.repeat(20), policyArns: ['arn:aws:iam::aws:policy/SecurityAudit'] },
    }),
    overlap: await onboard({ accountId: overlapping, role }),
    notTrusted: await onboard({ accountId: mistaken, role }),
    wrong: await onboard({ accountId: plain, role: { externalId: externalIds.wrong } }),
  };
  await api('POST', '/onboardings', { accountId: plain, role });
  await finish();
  return ended;
};

let lines: string[];
let failures: readonly unknown[];
let secrets: readonly string[];
let ended: Awaited<ReturnType<typeof runThemAll>>;
beforeAll(async () => {
  const sightline = await deployedWithSecrets();
  const issued = issuedBy(sightline.aws);
  lines = await captured(async () => {
    ended = await runThemAll(sightline);
  });
  failures = sightline.failures;
  secrets = [...Object.values(externalIds), 'x'.repeat(20), 'what-only-they-know', ...issued];
}, 30_000);

it('the onboardings that are looked at end in every way that an external id has a part in', () => {
  const ends = Object.entries(ended).map(([name, { status, failure }]) => [
    name,
    failure?.name ?? status,
  ]);

  expect(Object.fromEntries(ends)).toEqual({
    ready: 'SUCCEEDED',
    again: 'SUCCEEDED',
    readyBySetting: 'SUCCEEDED',
    conflict: 'RoleConflict',
    overlap: 'CidrOverlap',
    notTrusted: 'OnboardingRoleNotAssumable',
    wrong: 'InvalidRequest',
  });
  expect(ended.readyBySetting.report?.role).toMatchObject({ externalId: true });
  expect(secrets.length).toBeGreaterThan(60);
});

it('every line of the logs is JSON that tells the account, the execution, the step and what was done', () => {
  expect(lines.length).toBeGreaterThan(30);
  for (const line of lines) {
    expect(JSON.parse(line)).toMatchObject({
      level: 'INFO',
      message: expect.stringMatching(/\w/),
      accountId: expect.stringMatching(/^\d{12}$/),
      execution: expect.stringMatching(/^[\w-]{5,80}$/),
      step: expect.stringMatching(/^sightline-dev-\w+$/),
    });
  }
});

it('the lines of one execution tell of every step of it, and of its announcement', () => {
  const name = ended.ready.executionArn.split(':').at(-1);
  const steps = lines
    .map((line) => JSON.parse(line))
    .filter(({ execution }) => execution === name)
    .map(({ step, accountId }) => `${accountId} ${step}`);

  const functions = statesOf(readMachine('onboarding')).flatMap(
    ([, state]) => functionOf(state) ?? [],
  );
  expect(new Set(steps)).toEqual(
    new Set([...functions, 'announceOutcome'].map((key) => `${plain} sightline-dev-${key}`)),
  );
});

it('an execution that fails is told of with its own name and the name of the failure', () => {
  const name = ended.notTrusted.executionArn.split(':').at(-1);
  const told = lines.map((line) => JSON.parse(line)).filter(({ execution }) => execution === name);

  expect(told).toMatchObject([
    { accountId: mistaken, message: expect.stringContaining('OnboardingRoleNotAssumable') },
  ]);
});

it('no line of the logs holds an external id, an access key, a secret or a session token', () => {
  const all = lines.join('\n');

  expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
});

it('no error that a function ends with, and that Lambda then logs, holds any of them either', () => {
  // Of each onboarding that fails there is one at least.
  expect(failures.length).toBeGreaterThanOrEqual(4);
  const all = failures.map((failure) => inspect(failure, { depth: 20 })).join('\n');

  expect(all).toContain('OnboardingRoleNotAssumable');
  expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
});

it('what a search for secrets looks for would be found where it is written', async () => {
  const [secret = ''] = secrets;
  const written = await captured(async () => {
    process.stdout.write(`{"out":"${secret}"}\n`);
    process.stderr.write(`{"err":"${secret}"}\n`);
    // biome-ignore lint/suspicious/noConsole: whether what is written to it is seen is the question here.
    console.error({ secret });
  });

  expect(written.filter((line) => line.includes(secret))).toHaveLength(3);
});
