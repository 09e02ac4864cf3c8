import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { documentOf } from '../../local/aws/iam/policyDocument.ts';
import type { Role } from '../../local/aws/iam/state.ts';
import { deployed } from './harness.ts';

const hub = '111111111111';
const plain = '222222222222';

type Sightline = Awaited<ReturnType<typeof deployed>>;
type Policy = { Version: string; Statement: { Action: string | string[] }[] };

/** A policy without an action. */
const without = (action: string, { Version, Statement }: Policy) =>
  documentOf({
    Version,
    Statement: Statement.map((statement) => ({
      ...statement,
      Action: [statement.Action].flat().filter((one) => one !== action),
    })).filter(({ Action }) => Action.length > 0),
  });

/** Takes an action away from a role of the hub. */
const takeAway = ({ aws }: Sightline, role: Role, action: string) => {
  const inlinePolicies = [...role.inlinePolicies].map(
    ([name, { content }]) => [name, without(action, content as Policy)] as const,
  );
  const changed = { ...role, inlinePolicies: new Map(inlinePolicies) };
  aws.iam.change(hub, { roles: new Map(aws.iam.now(hub).roles).set(role.name, changed) });
  aws.iam.settle();
};

const rolesOf = ({ aws }: Sightline) => [...aws.iam.now(hub).roles.values()];
const roleOf = (sightline: Sightline, functionName: string) =>
  rolesOf(sightline).find(({ name }) => name.includes(functionName))!;
const stateMachineRole = async (sightline: Sightline) => {
  const { client, stateMachineArn } = sightline;
  const { roleArn } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
  return rolesOf(sightline).find(({ arn }) => arn === roleArn)!;
};

it('every role allows what Step Functions, Lambda and X-Ray do under it', async () => {
  const sightline = await deployed();
  const { api, finish, lost, deadLetters } = sightline;

  const { body } = await api('POST', '/onboardings', { accountId: plain });
  await finish();
  const after = await api('GET', `/onboardings/${body.id}`);

  expect(after.body).toMatchObject({ status: 'SUCCEEDED' });
  expect(lost).toEqual([]);
  expect(deadLetters).toEqual([]);
});

it('an onboarding fails, and tells so, when Step Functions may not invoke the functions', async () => {
  const sightline = await deployed();
  takeAway(sightline, await stateMachineRole(sightline), 'lambda:InvokeFunction');

  const { status, failure } = await sightline.onboard({ accountId: plain });

  expect(status).toBe('FAILED');
  expect(failure).toMatchObject({
    name: 'Lambda.AWSLambdaException',
    message: expect.stringMatching(
      /^User: \S+ is not authorized to perform: lambda:InvokeFunction on resource: \S+:function:sightline-dev-preflight because no identity-based policy allows/,
    ),
  });
  expect(sightline.invocations).not.toContain('Preflight');
});

it.each(['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets'])(
  'an onboarding is not traced in full when Step Functions may not use xray:%s',
  async (action) => {
    const sightline = await deployed();
    takeAway(sightline, await stateMachineRole(sightline), `xray:${action}`);

    const { status } = await sightline.onboard({ accountId: '333333333333', access: ['api'] });

    expect(status).toBe('SUCCEEDED');
    expect(sightline.lost).toEqual([
      { name: 'sightline-dev-onboarding', what: 'traces', action: `xray:${action}` },
    ]);
  },
);

it.each([
  ['logs', 'logs:CreateLogStream'],
  ['logs', 'logs:PutLogEvents'],
  ['traces', 'xray:PutTraceSegments'],
  ['traces', 'xray:PutTelemetryRecords'],
])('the %s of a step are lost without %s, and the step succeeds', async (what, action) => {
  const sightline = await deployed();
  takeAway(sightline, roleOf(sightline, 'preflight'), action);

  const { status } = await sightline.onboard({ accountId: '333333333333', access: ['api'] });

  expect(status).toBe('SUCCEEDED');
  expect(sightline.lost).toEqual([{ name: 'sightline-dev-preflight', what, action }]);
});

describe('an announcement that fails for good', () => {
  const failed = async (change: (sightline: Sightline) => void = () => undefined) => {
    const sightline = await deployed();
    change(sightline);
    takeAway(sightline, roleOf(sightline, 'announceOutcome'), 'sns:Publish');
    await sightline.onboard({ accountId: '444444444444' });
    await sightline.finish();
    return sightline;
  };

  it('is tried three times, and its event becomes a dead letter', async () => {
    const { invocations, deadLetters, lost, messages } = await failed();

    expect(invocations.filter((state) => state === 'AnnounceOutcome')).toHaveLength(3);
    expect(messages).toEqual([]);
    expect(lost).toEqual([]);
    expect(deadLetters).toMatchObject([
      {
        queueArn: `arn:aws:sqs:eu-central-1:${hub}:sightline-dev-dead-letters`,
        attributes: { ErrorMessage: expect.stringContaining('sns:Publish') },
      },
    ]);
    expect(JSON.parse(deadLetters[0]?.body ?? '')).toMatchObject({
      source: 'aws.states',
      detail: { status: 'FAILED', error: 'CidrOverlap' },
    });
  });

  it('is lost when the function may not put it into the queue', async () => {
    const { deadLetters, lost } = await failed((sightline) =>
      takeAway(sightline, roleOf(sightline, 'announceOutcome'), 'sqs:SendMessage'),
    );

    expect(deadLetters).toEqual([]);
    expect(lost).toEqual([
      { name: 'sightline-dev-announceOutcome', what: 'dead letter', action: 'sqs:SendMessage' },
    ]);
  });
});
