import { DescribeExecutionCommand, RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { readMachine, statesOf } from '../statemachine/definition.ts';
import { deployed } from './harness.ts';

const request = { accountId: '222222222222' };
const day = 24 * 3600 * 1000;

const tasks = statesOf(readMachine('onboarding'))
  .filter(([, { Type }]) => Type === 'Task')
  .map(([name]) => name);

const cases = tasks.flatMap((state) =>
  (['before', 'after'] as const).map((when) => ({ state, when })),
);

type Sightline = Awaited<ReturnType<typeof deployed>>;

/** What an onboarding leaves behind, without what differs from run to run: when it was, and ids of roles. */
const leftBehind = ({ snapshot }: Sightline) => {
  const { ec2, roles } = snapshot();
  return { ec2, roles: roles.map(({ createdAt: _, id: __, ...role }) => role) };
};

let undisturbed: ReturnType<typeof leftBehind>;
beforeAll(async () => {
  const sightline = await deployed();
  await sightline.onboard(request);
  undisturbed = leftBehind(sightline);
});

describe.each(cases)(
  'an onboarding whose $state fails once, $when it has done its work,',
  ({ state, when }) => {
    it('ends as if nothing had happened when it is redriven, and repeats nothing that had succeeded', async () => {
      const sightline = await deployed();
      sightline.disturb(state, when);
      const failed = await sightline.onboard(request);
      const done = failed.steps
        .filter(({ status }) => status === 'succeeded')
        .map((step) => step.state);
      const before = sightline.invocations.length;

      const redriven = await sightline.redrive(failed.executionArn);

      expect(failed).toMatchObject({ status: 'FAILED', failure: { name: 'Disturbance' } });
      expect(redriven).toMatchObject({ status: 'SUCCEEDED', executionArn: failed.executionArn });
      expect(leftBehind(sightline)).toEqual(undisturbed);
      const again = sightline.invocations.slice(before);
      const repeated = done.filter((name) => name !== 'WaitForAcceptance' && again.includes(name));
      expect(repeated).toEqual([]);
    });

    it('ends as if nothing had happened when a new execution is started', async () => {
      const sightline = await deployed();
      sightline.disturb(state, when);
      const failed = await sightline.onboard(request);

      const { status } = await sightline.onboard(request);

      expect(failed.status).toBe('FAILED');
      expect(status).toBe('SUCCEEDED');
      expect(leftBehind(sightline)).toEqual(undisturbed);
    });
  },
);

describe('a redrive', () => {
  const redrive = ({ client }: Sightline, executionArn: string) =>
    client.send(new RedriveExecutionCommand({ executionArn }));

  it('is refused for an execution that has succeeded', async () => {
    const sightline = await deployed();
    const { executionArn } = await sightline.onboard({ ...request, access: ['api'] });

    await expect(redrive(sightline, executionArn)).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
    });
  });

  it('is refused for an execution that there is not', async () => {
    const sightline = await deployed();
    const executionArn = `${sightline.stateMachineArn.replace('stateMachine', 'execution')}:none`;

    await expect(redrive(sightline, executionArn)).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    });
  });

  it('is refused after 14 days, and told so before', async () => {
    const sightline = await deployed();
    const { executionArn } = await sightline.onboard({ accountId: '444444444444' });
    const describe = () => sightline.client.send(new DescribeExecutionCommand({ executionArn }));

    jest.setSystemTime(Date.now() + 13 * day);
    expect(await describe()).toMatchObject({ redriveStatus: 'REDRIVABLE' });
    jest.setSystemTime(Date.now() + 2 * day);
    expect(await describe()).toMatchObject({ redriveStatus: 'NOT_REDRIVABLE' });
    await expect(redrive(sightline, executionArn)).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
    });
  });
});
