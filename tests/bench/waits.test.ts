import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { plainWorld, region } from '../../bench/plainWorld.ts';
import { createLocalAws } from '../../local/aws/localAws.ts';
import type { AskedCall } from '../../local/aws/settings.ts';
import { createStepFunctions } from '../../local/aws/stepFunctions/stepFunctions.ts';

const clientOf = (aws: ReturnType<typeof createLocalAws>) =>
  new EC2Client({
    ...{ region, requestHandler: aws.requestHandler, maxAttempts: 1 },
    credentials: { accessKeyId: '111111111111', secretAccessKey: 'local' },
  });

it('a call is answered only after what was waited for, and is known by then', async () => {
  const asked: AskedCall[] = [];
  const gate = Promise.withResolvers<void>();
  const aws = createLocalAws(plainWorld(), {
    waits: {
      call: async (call) => {
        asked.push(call);
        await gate.promise;
      },
    },
  });
  let isAnswered = false;
  const answer = clientOf(aws).send(new DescribeVpcsCommand({}));
  const over = answer.then(() => {
    isAnswered = true;
  });
  while (asked.length === 0) await new Promise(setImmediate);
  expect(isAnswered).toBe(false);
  expect(aws.calls.position).toBe(0);

  gate.resolve();
  await over;

  expect(asked).toEqual([
    expect.objectContaining({
      service: 'ec2',
      action: 'DescribeVpcs',
      mutating: false,
      dryRun: false,
    }),
  ]);
});

it('a call that only asks says so', async () => {
  const asked: boolean[] = [];
  const call = async ({ dryRun }: AskedCall) => {
    asked.push(dryRun);
  };
  const aws = createLocalAws(plainWorld(), { waits: { call } });

  await expect(clientOf(aws).send(new DescribeVpcsCommand({ DryRun: true }))).rejects.toMatchObject(
    { name: 'DryRunOperation' },
  );

  expect(asked).toEqual([true]);
});

const functionArn = `arn:aws:lambda:${region}:111111111111:function:f`;
const task = { Type: 'Task', Resource: functionArn };
const definition = {
  StartAt: 'Asked',
  States: {
    Asked: {
      Type: 'Choice',
      Choices: [{ Variable: '$.no', IsPresent: true, Next: 'Nothing' }],
      Default: 'Nothing',
    },
    Nothing: { Type: 'Pass', Next: 'First' },
    First: {
      ...task,
      Retry: [{ ErrorEquals: ['NotYet'], IntervalSeconds: 1, MaxAttempts: 1 }],
      Next: 'Second',
    },
    Second: { ...task, End: true },
  },
};

it('a Task waits for its own transition, a retry’s, and those of the states before it that cannot wait', async () => {
  const happened: unknown[] = [];
  const stepFunctions = createStepFunctions({
    accountId: '111111111111',
    region,
    invoke: async () => {
      happened.push('invoked');
      if (happened.length === 2) throw Object.assign(new Error('not yet'), { name: 'NotYet' });
      return {};
    },
    waits: {
      transitions: async (count) => {
        happened.push(count);
      },
    },
  });
  const roleArn = 'arn:aws:iam::111111111111:role/machine';
  const stateMachineArn = stepFunctions.createStateMachine('m', JSON.stringify(definition), {
    roleArn,
  });
  const caller = { accountId: '111111111111', arn: '', principalArn: '' };
  const by = { service: 'states', action: '', region, caller };
  const { StartExecution, DescribeExecution } = stepFunctions.operations;
  const { executionArn } = await StartExecution.run({ stateMachineArn }, by);
  const statusNow = async () => (await DescribeExecution.run({ executionArn }, by)).status;
  while ((await statusNow()) === 'RUNNING') await new Promise(setImmediate);

  expect(await statusNow()).toBe('SUCCEEDED');
  expect(happened).toEqual([3, 'invoked', 1, 'invoked', 1, 'invoked']);
});
