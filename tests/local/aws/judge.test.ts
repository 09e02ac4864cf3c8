import { AsyncLocalStorage } from 'node:async_hooks';
import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { callerUnder } from '../../../local/aws/credentials.ts';
import type { Authorization } from '../../../local/aws/judge.ts';
import {
  adminOf,
  aLocalAws,
  allow,
  aPolicy,
  aWorker,
  hub,
  monitored,
  roleArnOf,
  sessionOf,
  trusting,
} from './aLocalAws.ts';

const region = 'eu-central-1';
const workerArn = roleArnOf(hub, 'worker');
const worker = { caller: callerUnder(workerArn, 'session'), region };
const queue = `arn:aws:sqs:eu-central-1:${hub}:queue`;
const send = { action: 'sqs:SendMessage', resource: queue };
const topic = `arn:aws:sns:eu-central-1:${hub}:topic`;

const awsWith = (...statements: Parameters<typeof aWorker>) =>
  aLocalAws({ hub: [aWorker(...statements)] });

describe('a service that acts under a role', () => {
  it('may do what the policies of the role allow', async () => {
    const { judge } = awsWith(allow('sqs:SendMessage', { Resource: queue }));

    expect(await judge(worker, send)).toEqual({ allowed: true });
    expect(await judge(worker, { ...send, resource: `${queue}2` })).toMatchObject({
      allowed: false,
    });
  });

  it('is told what the session of the role may not do', async () => {
    const { judge } = awsWith();

    expect(await judge(worker, send)).toEqual({
      allowed: false,
      message: `User: arn:aws:sts::${hub}:assumed-role/worker/session is not authorized to perform: sqs:SendMessage on resource: ${queue} because no identity-based policy allows the sqs:SendMessage action`,
    });
  });

  it('is held to the conditions of the policies', async () => {
    const inRegion = (name: string) =>
      allow('sqs:SendMessage', { Condition: { StringEquals: { 'aws:RequestedRegion': name } } });

    expect(await awsWith(inRegion(region)).judge(worker, send)).toEqual({ allowed: true });
    expect(await awsWith(inRegion('us-east-1')).judge(worker, send)).toMatchObject({
      allowed: false,
    });
  });

  it('is judged anew when time has passed or the role has other policies', async () => {
    jest.useFakeTimers({ now: new Date('2026-03-01'), doNotFake: ['nextTick', 'setImmediate'] });
    const until = { DateLessThan: { 'aws:CurrentTime': '2026-03-02T00:00:00Z' } };
    const { judge, iam } = awsWith(allow('sqs:SendMessage', { Condition: until }));
    const verdicts = [await judge(worker, send)];
    jest.setSystemTime(new Date('2026-03-03'));
    verdicts.push(await judge(worker, send));
    const [role] = iam.now(hub).roles.values();
    const changeTo = (content: object) => {
      const inlinePolicies = new Map([['own', { content, text: '' }]]);
      iam.change(hub, { roles: new Map([['worker', { ...role!, inlinePolicies }]]) });
      iam.settle();
    };
    changeTo(aPolicy(allow('sqs:SendMessage')));
    verdicts.push(await judge(worker, send), await judge(worker, send));
    changeTo(aPolicy(allow('sqs:ReceiveMessage')));
    verdicts.push(await judge(worker, send));
    jest.useRealTimers();

    expect(verdicts.map(({ allowed }) => allowed)).toEqual([true, false, true, true, false]);
  });

  it('may do nothing under a role that is not there', async () => {
    const { judge } = aLocalAws();

    expect(await judge(worker, send)).toMatchObject({ allowed: false });
  });

  it('may, within the account, also do what the policy of a resource lets the role do', async () => {
    const policy = aPolicy(allow('sqs:SendMessage', { Principal: { AWS: workerArn } }));

    expect(await awsWith().judge(worker, { ...send, policy })).toEqual({ allowed: true });
  });
});

describe('a decision that was made of other ids', () => {
  const groupIn = (accountId: string, id: string) =>
    `arn:aws:ec2:eu-central-1:${accountId}:security-group/sg-${id}`;
  const [one, other] = ['0a11111111111111a', '0b22222222222222b'];
  const ask = (resource: string) => ({ action: 'ec2:AuthorizeSecurityGroupIngress', resource });
  const asked = async (Resource: string, ...resources: string[]) => {
    const { judge } = awsWith(allow('ec2:AuthorizeSecurityGroupIngress', { Resource }));
    const answers: boolean[] = [];
    for (const resource of resources) answers.push((await judge(worker, ask(resource))).allowed);
    return answers;
  };

  it('says nothing of a thing that the policy does not name', async () => {
    const [named, another] = [groupIn(hub, one), groupIn(hub, other)];

    expect(await asked(named, named, another)).toEqual([true, false]);
    expect(await asked(another, named, another)).toEqual([false, true]);
  });

  it('says nothing of another account', async () => {
    const inHub = groupIn(hub, '*');

    expect(await asked(inHub, groupIn(hub, one), groupIn(monitored, one))).toEqual([true, false]);
  });

  it('says nothing where the policy is about a part of an id', async () => {
    const [named, another] = [groupIn(hub, one), groupIn(hub, other)];

    expect(await asked(groupIn(hub, '0b*'), named, another)).toEqual([false, true]);
  });

  it('says nothing of a role that differs in what its policies say of themselves', async () => {
    const toName = (name: string) =>
      allow('sqs:SendMessage', { Condition: { StringEquals: { 'aws:PrincipalAccount': name } } });

    expect(await awsWith(toName(hub)).judge(worker, send)).toEqual({ allowed: true });
    expect(await awsWith(toName(monitored)).judge(worker, send)).toMatchObject({ allowed: false });
  });
});

describe('a service in its own name', () => {
  const topicItself = { servicePrincipal: 'sns.amazonaws.com', sourceArn: topic };
  const policyFor = (Service: string, Condition: object = {}) =>
    aPolicy(allow('sqs:SendMessage', { Principal: { Service }, Condition }));

  it.each([
    ['the service', {}],
    ['the resource', { ArnEquals: { 'aws:SourceArn': topic } }],
    ['the account', { StringEquals: { 'aws:SourceAccount': hub } }],
  ])('may do what a policy lets %s do', async (_, condition) => {
    const policy = policyFor('sns.amazonaws.com', condition);

    expect(await aLocalAws().judge(topicItself, { ...send, policy })).toEqual({ allowed: true });
  });

  it.each([
    ['another service', policyFor('events.amazonaws.com')],
    [
      'another account',
      policyFor('sns.amazonaws.com', { StringEquals: { 'aws:SourceAccount': monitored } }),
    ],
  ])('may not do what a policy lets %s do', async (_, policy) => {
    expect(await aLocalAws().judge(topicItself, { ...send, policy })).toEqual({
      allowed: false,
      message: `User: sns.amazonaws.com is not authorized to perform: sqs:SendMessage on resource: ${queue} because no resource-based policy allows the sqs:SendMessage action`,
    });
  });

  it('may do nothing with what has no policy', async () => {
    expect(await aLocalAws().judge(topicItself, send)).toMatchObject({ allowed: false });
  });
});

describe('whoever listens to the decisions', () => {
  const listened = (aws: ReturnType<typeof aLocalAws>) => {
    const told: Authorization[] = [];
    const stop = aws.onAuthorization((authorization) => told.push(authorization));
    return { told, stop };
  };

  it('is told of the API calls of roles, with the condition keys', async () => {
    const aws = awsWith(allow('ec2:DescribeVpcs'));
    const { told } = listened(aws);
    await sessionOf(aws, hub, 'worker').ec2.send(new DescribeVpcsCommand());

    expect(told).toEqual([
      {
        principalArn: workerArn,
        action: 'ec2:DescribeVpcs',
        resource: '*',
        allowed: true,
        context: expect.objectContaining({
          'aws:PrincipalArn': workerArn,
          'aws:RequestedRegion': region,
          'ec2:Region': region,
        }),
      },
    ]);
  });

  it('is told of denials too', async () => {
    const aws = awsWith();
    const { told } = listened(aws);
    await sessionOf(aws, hub, 'worker')
      .ec2.send(new DescribeVpcsCommand())
      .catch(() => undefined);

    expect(told).toMatchObject([{ action: 'ec2:DescribeVpcs', allowed: false }]);
  });

  it('is told which role wants to assume which, with what', async () => {
    const aws = aLocalAws({
      hub: [aWorker(allow('sts:AssumeRole'))],
      monitored: [{ name: 'cross-role', trust: trusting(hub), tags: { team: 'x' } }],
    });
    const { told } = listened(aws);
    const RoleArn = roleArnOf(monitored, 'cross-role');
    await sessionOf(aws, hub, 'worker').sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'onboarding', ExternalId: 'secret-1' }),
    );

    expect(told).toMatchObject([
      {
        principalArn: workerArn,
        action: 'sts:AssumeRole',
        resource: RoleArn,
        allowed: true,
        context: {
          'sts:ExternalId': 'secret-1',
          'sts:RoleSessionName': 'onboarding',
          'iam:ResourceTag/team': 'x',
        },
      },
    ]);
  });

  it('is told of what services do under roles, and of nothing that is no role', async () => {
    const aws = awsWith();
    const { told } = listened(aws);
    await aws.judge(worker, send);
    await aws.judge({ servicePrincipal: 'sns.amazonaws.com', sourceArn: topic }, send);
    await adminOf(aws, hub).ec2.send(new DescribeVpcsCommand());

    expect(told.map(({ principalArn, action }) => [principalArn, action])).toEqual([
      [workerArn, 'sqs:SendMessage'],
    ]);
  });

  it('is told within the asynchronous context of what needs the decision', async () => {
    const aws = awsWith(allow('ec2:DescribeVpcs'));
    const contexts: unknown[] = [];
    const context = new AsyncLocalStorage<string>();
    aws.onAuthorization(() => contexts.push(context.getStore()));
    const { ec2 } = sessionOf(aws, hub, 'worker');
    const describe = () => ec2.send(new DescribeVpcsCommand());
    await Promise.all([context.run('one', describe), context.run('other', describe)]);

    expect(contexts.toSorted()).toEqual(['one', 'other']);
  });

  it('is told nothing any more once it has stopped', async () => {
    const aws = awsWith();
    const { told, stop } = listened(aws);
    const other = listened(aws);
    stop();
    await aws.judge(worker, send);

    expect(told).toEqual([]);
    expect(other.told).toHaveLength(1);
  });
});
