import { createS3 } from '../../../../local/aws/s3/s3.ts';
import { createStepFunctions } from '../../../../local/aws/stepFunctions/stepFunctions.ts';
import { aLocalAws, allow, aPolicy, hub, lambdaTrust, roleArnOf } from '../aLocalAws.ts';

const region = 'eu-central-1';
const call = {
  ...{ service: 'states', action: '', region },
  caller: {
    accountId: hub,
    arn: `arn:aws:iam::${hub}:root`,
    principalArn: `arn:aws:iam::${hub}:root`,
  },
};
const statesArn = (rest: string) => `arn:aws:states:${region}:${hub}:${rest}`;
const rule = `arn:aws:events:${region}:${hub}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`;

/** What the role of a machine like the one below has to be allowed, one by one. */
const needed: Record<string, [action: string, resource: string]> = {
  'reads the list': ['s3:GetObject', 'arn:aws:s3:::lists/in/*'],
  'writes the results': ['s3:PutObject', 'arn:aws:s3:::lists/out/*'],
  'starts children': ['states:StartExecution', statesArn('stateMachine:bulk')],
  'redrives children': ['states:RedriveExecution', statesArn('execution:bulk/Each:*')],
  'starts onboardings': ['states:StartExecution', statesArn('stateMachine:inner')],
  'sees onboardings': ['states:DescribeExecution', statesArn('execution:inner:*')],
  'targets the rule': ['events:PutTargets', rule],
  'makes the rule': ['events:PutRule', rule],
  'sees the rule': ['events:DescribeRule', rule],
};

const bulk = {
  StartAt: 'OnboardAccounts',
  States: {
    OnboardAccounts: {
      Type: 'Map',
      Label: 'Each',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON' },
        Parameters: { Bucket: 'lists', 'Key.$': '$.list' },
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Onboard',
        States: {
          Onboard: {
            Type: 'Task',
            Resource: 'arn:aws:states:::states:startExecution.sync:2',
            Parameters: {
              StateMachineArn: statesArn('stateMachine:inner'),
              'Name.$': "States.Format('{}-{}', $.name, $$.Execution.RedriveCount)",
              'Input.$': '$.request',
            },
            ResultSelector: { 'id.$': '$.Name' },
            End: true,
          },
        },
      },
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Parameters: { Bucket: 'lists', Prefix: 'out' },
      },
      End: true,
    },
  },
};
const inner = {
  StartAt: 'Work',
  States: {
    Work: { Type: 'Task', Resource: `arn:aws:lambda:${region}:${hub}:function:work`, End: true },
  },
};

/** A run of the bulk machine whose only onboarding fails at first, and its redrive. */
const run = async (permissions: (typeof needed)[string][]) => {
  const statements = permissions.map(([Action, Resource]) => allow(Action, { Resource }));
  const role = {
    name: 'bulk',
    trust: lambdaTrust,
    inlinePolicies: { all: aPolicy(...statements) },
  };
  const aws = aLocalAws({ hub: [role] });
  aws.iam.settle();
  const s3 = createS3({ accountId: hub, region, judge: aws.judge });
  s3.createBucket('lists');
  const content = JSON.stringify([{ name: 'one', request: { accountId: '2' } }]);
  await s3.operations.PutObject.run({ Bucket: 'lists', Key: 'in/list', Body: content }, call);
  let failing = true;
  let ended = Promise.withResolvers<void>();
  const { operations, createStateMachine } = createStepFunctions({
    ...{ accountId: hub, region, judge: aws.judge, objects: s3.objects },
    invoke: async () => {
      if (failing) throw new Error('not yet');
    },
    onStatusChange: ({ stateMachineArn: of, status }) => {
      if (of === statesArn('stateMachine:bulk') && status !== 'RUNNING') ended.resolve();
    },
  });
  const roleArn = roleArnOf(hub, 'bulk');
  createStateMachine('inner', JSON.stringify(inner), { roleArn });
  const stateMachineArn = createStateMachine('bulk', JSON.stringify(bulk), { roleArn });
  const input = JSON.stringify({ list: 'in/list' });
  const { executionArn } = await operations.StartExecution.run({ stateMachineArn, input }, call);
  await ended.promise;
  const first = await operations.DescribeExecution.run({ executionArn }, call);
  failing = false;
  ended = Promise.withResolvers();
  await operations.RedriveExecution.run({ executionArn }, call);
  await ended.promise;
  return { first, second: await operations.DescribeExecution.run({ executionArn }, call) };
};

it('needs these permissions: with all of them it works', async () => {
  const { first, second } = await run(Object.values(needed));
  expect(first).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' });
  expect(second).toMatchObject({ status: 'SUCCEEDED' });
});

it.each(Object.keys(needed))('fails if it may do everything except that it %s', async (without) => {
  const rest = Object.entries(needed).filter(([what]) => what !== without);
  const { second } = await run(rest.map(([, permission]) => permission));
  expect(second).toMatchObject({ status: 'FAILED' });
});
