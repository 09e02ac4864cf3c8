import { ListExecutionsCommand, RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { anEvent } from '../events/events.ts';
import { deployed } from '../local/harness.ts';

const plain = '222222222222';
const bus = 'sightline-dev-account-events';

type Sightline = Awaited<ReturnType<typeof deployed>>;

const leftBehind = ({ snapshot }: Sightline) => {
  const { ec2, roles } = snapshot();
  return { ec2, roles: roles.map(({ createdAt: _, id: __, ...role }) => role) };
};

const executionsOf = async ({ client, stateMachineArn }: Sightline) =>
  (await client.send(new ListExecutionsCommand({ stateMachineArn }))).executions ?? [];

/** The announcements that tell of readiness. */
const readiness = ({ messages }: Sightline) =>
  messages.filter(({ subject }) => subject?.endsWith('is ready'));

let undisturbed: ReturnType<typeof leftBehind>;
beforeAll(async () => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
  const sightline = await deployed();
  await sightline.onboard({ accountId: plain });
  undisturbed = leftBehind(sightline);
});

const event = () => anEvent('create-account-result.succeeded') as never;

describe('a POST and an event of one account at once', () => {
  const expectReady = async (sightline: Sightline, count: number) => {
    await sightline.finish();
    const statuses = (await executionsOf(sightline)).map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: count }, () => 'SUCCEEDED'));
    expect(leftBehind(sightline)).toEqual(undisturbed);
    expect(readiness(sightline)).toHaveLength(count);
    expect(sightline.deadLetters).toEqual([]);
  };

  it('are one onboarding: the POST that comes second is refused and names the one that runs', async () => {
    const sightline = await deployed();

    sightline.eventBridge.deliver(event(), bus);
    const posted = await sightline.api('POST', '/onboardings', { accountId: plain });

    expect(posted).toMatchObject({
      status: 409,
      body: { running: expect.stringMatching(`^${plain}_`) },
    });
    await expectReady(sightline, 1);
  });

  it('run beside each other where the event comes second, and leave what one of them leaves', async () => {
    const sightline = await deployed();

    const posted = await sightline.api('POST', '/onboardings', { accountId: plain });
    sightline.eventBridge.deliver(event(), bus);

    expect(posted.status).toBe(202);
    await expectReady(sightline, 2);
  });
});

it.each(['RequestPeering', 'AcceptPeering', 'AddRoutesInHub', 'EnsureRole', 'ConfirmReadiness'])(
  'a redrive and a POST at once, after %s failed, end as one onboarding does',
  async (state) => {
    const sightline = await deployed();
    sightline.disturb(state, 'after');
    const { executionArn, status } = await sightline.onboard({ accountId: plain });
    expect(status).toBe('FAILED');
    await sightline.finish();
    expect(readiness(sightline)).toEqual([]);

    const [, posted] = await Promise.all([
      sightline.client.send(new RedriveExecutionCommand({ executionArn })),
      sightline.api('POST', '/onboardings', { accountId: plain }),
    ]);
    await sightline.finish();

    expect(posted.status).toBe(202);
    const executions = await executionsOf(sightline);
    expect(executions.map(({ status: how }) => how)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(leftBehind(sightline)).toEqual(undisturbed);
    expect(readiness(sightline)).toHaveLength(2);
  },
);
