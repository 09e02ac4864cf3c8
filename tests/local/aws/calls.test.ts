import { CreateTagsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { type CallLog, createCallLog } from '../../../local/aws/calls.ts';
import {
  adminOf,
  aLocalAws,
  aWorker,
  clientsWith,
  hub,
  lambdaTrust,
  roleArnOf,
  sessionOf,
} from './aLocalAws.ts';

const create = new CreateRoleCommand({
  RoleName: 'reader',
  AssumeRolePolicyDocument: JSON.stringify(lambdaTrust),
});

describe('the call log', () => {
  it('says who did what where and when', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    jest.setSystemTime(new Date('2026-11-24T10:00:00Z'));
    const aws = aLocalAws({ hub: [aWorker()] });
    await sessionOf(aws, hub, 'worker')
      .iam.send(create)
      .catch(() => {});
    await adminOf(aws, hub).iam.send(create);
    jest.useRealTimers();
    const call = {
      time: '2026-11-24T10:00:00.000Z',
      accountId: hub,
      service: 'iam',
      action: 'CreateRole',
      region: 'us-east-1',
      mutating: true,
    };
    expect(aws.calls.since()).toEqual([
      {
        ...call,
        principalArn: roleArnOf(hub, 'worker'),
        callerArn: `arn:aws:sts::${hub}:assumed-role/worker/session`,
        error: 'AccessDenied',
      },
      { ...call, principalArn: `arn:aws:iam::${hub}:root`, callerArn: `arn:aws:iam::${hub}:root` },
    ]);
  });

  it('counts as mutations the mutating calls that succeeded', async () => {
    const aws = aLocalAws();
    const { iam, ec2 } = adminOf(aws, hub);
    await iam.send(create);
    await iam.send(create).catch(() => {});
    const { Vpcs } = await ec2.send(new DescribeVpcsCommand());
    const tags = { Resources: [Vpcs![0]!.VpcId!], Tags: [{ Key: 'a', Value: 'b' }] };
    await ec2.send(new CreateTagsCommand({ ...tags, DryRun: true })).catch(() => {});
    const before = aws.calls.since().length;
    await ec2.send(new CreateTagsCommand(tags));
    expect(aws.calls.since().map(({ error }) => error)).toEqual([
      undefined,
      'EntityAlreadyExists',
      undefined,
      'DryRunOperation',
      undefined,
    ]);
    expect(aws.calls.mutations().map(({ action }) => action)).toEqual(['CreateRole', 'CreateTags']);
    expect(aws.calls.mutations(before).map(({ action }) => action)).toEqual(['CreateTags']);
  });

  it('holds calls of operations that are not known, but none of unknown callers', async () => {
    const aws = aLocalAws();
    await adminOf(aws, hub)
      .iam.send(new ListUsersCommand())
      .catch(() => {});
    const nobody = clientsWith(aws, { accessKeyId: 'AKIA', secretAccessKey: 'x' });
    await nobody.ec2.send(new DescribeVpcsCommand()).catch(() => {});
    expect(aws.calls.since()).toMatchObject([{ action: 'ListUsers', error: 'InvalidAction' }]);
  });
});

describe('a long call log', () => {
  const record = (log: CallLog, ...actions: string[]) => {
    const caller = { accountId: hub, arn: 'arn', principalArn: 'arn' };
    for (const action of actions) {
      log.record({ service: 'ec2', action, region: 'eu-central-1', caller }, action !== 'Describe');
    }
  };
  const actionsOf = (records: readonly { action: string }[]) => records.map(({ action }) => action);

  it('drops the oldest calls, and keeps the positions of the others', () => {
    const log = createCallLog(2);
    record(log, 'a', 'Describe', 'b');
    expect(actionsOf(log.since())).toEqual(['a', 'Describe', 'b']);
    const position = log.position;
    record(log, 'c');
    expect(actionsOf(log.since())).toEqual(['b', 'c']);
    record(log, 'Describe', 'd', 'e');
    expect(log.position).toBe(7);
    expect(actionsOf(log.since(5))).toEqual(['d', 'e']);
    expect(actionsOf(log.mutations(4))).toEqual(['d', 'e']);
    expect(actionsOf(log.since(position))).toEqual(['Describe', 'd', 'e']);
    expect(actionsOf(log.since(0))).toEqual(['Describe', 'd', 'e']);
  });
});
