import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { withEverythingToDo } from '../faults/scenarios.ts';
import { readMachine, statesOf } from '../statemachine/definition.ts';
import { deployed } from './harness.ts';

const plain = '222222222222';
const overlapping = '444444444444';

/** Asks for all that can be asked for, so that every state has something to do. */
const request = { accountId: plain, dnsResolution: true };

const minute = 60 * 1000;
const day = 24 * 60 * minute;

const tasks = statesOf(readMachine('onboarding'))
  .filter(([, { Type }]) => Type === 'Task')
  .map(([name]) => name);

const cases = tasks.flatMap((state) =>
  (['before', 'after'] as const).map((when) => ({ state, when })),
);

type Sightline = Awaited<ReturnType<typeof deployed>>;

const count = (list: readonly string[], one: string) => list.filter((each) => each === one).length;

const describeExecution = ({ client }: Sightline, executionArn: string) =>
  client.send(new DescribeExecutionCommand({ executionArn }));

const executionsOf = async ({ client, stateMachineArn }: Sightline) =>
  (await client.send(new ListExecutionsCommand({ stateMachineArn }))).executions ?? [];

let undisturbed: ReturnType<Sightline['leftBehind']>;
beforeAll(async () => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
  const sightline = await deployed(withEverythingToDo);
  await sightline.onboard(request);
  undisturbed = sightline.leftBehind();
});

it('every state has something to do in an undisturbed onboarding', async () => {
  const sightline = await deployed(withEverythingToDo);

  const { steps, status } = await sightline.onboard(request);

  expect(status).toBe('SUCCEEDED');
  expect(new Set(sightline.invocations)).toEqual(new Set([...tasks, 'AnnounceOutcome']));
  expect(steps.map(({ did }) => did)).not.toContain('not asked for');
  expect(steps.map(({ did }) => did)).not.toContain('nothing to do');
});

describe.each(cases)(
  'an onboarding whose $state fails once, $when it has done its work,',
  ({ state, when }) => {
    const fail = async () => {
      const sightline = await deployed(withEverythingToDo);
      sightline.disturb(state, when);
      const failed = await sightline.onboard(request);
      expect(failed).toMatchObject({ status: 'FAILED', failure: { name: 'Disturbance' } });
      return { sightline, failed };
    };

    it('ends as if nothing had happened when it is redriven, and repeats nothing that had succeeded', async () => {
      const { sightline, failed } = await fail();
      const before = [...sightline.invocations];

      const { status } = await sightline.redrive(failed.executionArn);

      expect(status).toBe('SUCCEEDED');
      expect(sightline.leftBehind()).toEqual(undisturbed);
      expect(await executionsOf(sightline)).toMatchObject([
        { executionArn: failed.executionArn, redriveCount: 1 },
      ]);
      const again = sightline.invocations.slice(before.length);
      expect(count(again, state)).toBeGreaterThan(0);
      // Until the peering is active, the next look at it is a step of its own.
      const waiting = !before.includes('AddRoutesInHub');
      const repeated = failed.steps
        .filter(({ status: how }) => how === 'succeeded')
        .map((step) => step.state)
        .filter((name) => again.includes(name) && !(waiting && name === 'WaitForAcceptance'));
      expect(repeated).toEqual([]);
    });

    it('ends as if nothing had happened when a new execution is started', async () => {
      const { sightline, failed } = await fail();

      const { status, executionArn } = await sightline.onboard(request);

      expect(status).toBe('SUCCEEDED');
      expect(executionArn).not.toBe(failed.executionArn);
      expect(sightline.leftBehind()).toEqual(undisturbed);
    });
  },
);

describe('an execution', () => {
  it('that fails again after a redrive can be redriven once more', async () => {
    const sightline = await deployed(withEverythingToDo);
    sightline.disturb('OpenSecurityGroups', 'after');
    const { executionArn } = await sightline.onboard(request);
    sightline.disturb('OpenSecurityGroups', 'before');
    const second = await sightline.redrive(executionArn);

    const third = await sightline.redrive(executionArn);

    expect([second.status, third.status]).toEqual(['FAILED', 'SUCCEEDED']);
    expect(count(sightline.invocations, 'OpenSecurityGroups')).toBe(3);
    expect(count(sightline.invocations, 'RequestPeering')).toBe(1);
    expect(await describeExecution(sightline, executionArn)).toMatchObject({ redriveCount: 2 });
    expect(sightline.leftBehind()).toEqual(undisturbed);
  });

  it('that somebody stopped while it waited for the peering goes on when it is redriven', async () => {
    const sightline = await deployed(withEverythingToDo);
    const executionArn = await sightline.start(request);
    setTimeout(() => void sightline.client.send(new StopExecutionCommand({ executionArn })), 1500);
    await sightline.finish();
    const stopped = await describeExecution(sightline, executionArn);

    const { status } = await sightline.redrive(executionArn);

    expect(stopped.status).toBe('ABORTED');
    expect(status).toBe('SUCCEEDED');
    expect(count(sightline.invocations, 'Preflight')).toBe(1);
    expect(sightline.leftBehind()).toEqual(undisturbed);
  });

  it('that has failed is redriven to no harm after another one has done its work', async () => {
    const sightline = await deployed(withEverythingToDo);
    sightline.disturb('RequestPeering', 'after');
    const { executionArn } = await sightline.onboard(request);
    await sightline.onboard(request);

    const late = await sightline.redrive(executionArn);

    expect(late).toMatchObject({ status: 'SUCCEEDED', writes: [] });
    expect(sightline.leftBehind()).toEqual(undisturbed);
  });

  it('that has failed keeps its name, so that a new one needs another', async () => {
    const sightline = await deployed();
    await sightline.start({ accountId: overlapping }, 'monday');
    await sightline.finish();

    await expect(sightline.start({ accountId: overlapping }, 'monday')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
    expect(await sightline.start({ accountId: overlapping }, 'tuesday')).toMatch(/:tuesday$/);
    await sightline.finish();
  });
});

describe('a redrive', () => {
  const redrive = ({ client }: Sightline, executionArn: string) =>
    client.send(new RedriveExecutionCommand({ executionArn }));

  it('is refused for an execution that is running, which goes on', async () => {
    const sightline = await deployed(withEverythingToDo);
    const executionArn = await sightline.start(request);

    await expect(redrive(sightline, executionArn)).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
      message: expect.stringContaining('RUNNING'),
    });
    await sightline.finish();
    expect(await describeExecution(sightline, executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      redriveCount: 0,
    });
    expect(sightline.leftBehind()).toEqual(undisturbed);
  });

  it('is refused for an execution that has succeeded, and calls no function', async () => {
    const sightline = await deployed();
    const { executionArn } = await sightline.onboard({ accountId: plain, access: ['api'] });
    await sightline.finish();
    const before = [...sightline.invocations];

    await expect(redrive(sightline, executionArn)).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
      message: expect.stringContaining('SUCCEEDED'),
    });
    await sightline.finish();
    expect(sightline.invocations).toEqual(before);
  });

  it('is refused for an execution that there is not', async () => {
    const sightline = await deployed();
    const executionArn = `${sightline.stateMachineArn.replace('stateMachine', 'execution')}:none`;

    await expect(redrive(sightline, executionArn)).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    });
  });

  it('is taken up to 14 days after the end and refused after them, as a description tells', async () => {
    const sightline = await deployed();
    const { executionArn } = await sightline.onboard({ accountId: overlapping });
    const { stopDate } = await describeExecution(sightline, executionArn);
    const end = stopDate?.getTime() ?? 0;

    jest.setSystemTime(end + 14 * day - minute);
    const intime = await describeExecution(sightline, executionArn);
    jest.setSystemTime(end + 14 * day + minute);
    const late = await describeExecution(sightline, executionArn);

    expect(intime).toMatchObject({ redriveStatus: 'REDRIVABLE' });
    expect(late).toMatchObject({
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution redrivable period exceeded',
    });
    await expect(redrive(sightline, executionArn)).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
    });
    jest.setSystemTime(end + 14 * day - minute);
    expect(await sightline.redrive(executionArn)).toMatchObject({
      status: 'FAILED',
      failure: { name: 'CidrOverlap' },
    });
  });
});
