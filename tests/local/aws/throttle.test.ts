import {
  CreateRouteCommand,
  CreateTagsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { adminOf, aLocalAws, clientsWith, hub, monitored } from './aLocalAws.ts';

const throttled = { name: 'RequestLimitExceeded', $metadata: { httpStatusCode: 503 } };

const small = {
  throttling: {
    mutating: { bucket: 2, refill: 1 },
    createTags: { bucket: 3, refill: 1 },
    describe: { bucket: 4, refill: 2 },
  },
};

/** How many of some calls in a row are not throttled. */
const answered = async (calls: number, call: () => Promise<unknown>) => {
  let count = 0;
  for (let i = 0; i < calls; i++) {
    const error = await call().then(
      () => undefined,
      (cause: Error) => cause.name,
    );
    if (error !== throttled.name) count++;
  }
  return count;
};

const route = new CreateRouteCommand({
  RouteTableId: 'rtb-0',
  DestinationCidrBlock: '10.1.0.0/16',
});

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => jest.useRealTimers());

describe('EC2 limits requests', () => {
  it('with a bucket for each kind of API', async () => {
    const { ec2 } = adminOf(aLocalAws({}, small), hub);
    const tags = new CreateTagsCommand({ Resources: ['vpc-0'], Tags: [{ Key: 'a', Value: 'b' }] });
    expect(await answered(6, () => ec2.send(route))).toBe(2);
    expect(await answered(6, () => ec2.send(tags))).toBe(3);
    expect(await answered(6, () => ec2.send(new DescribeVpcsCommand()))).toBe(4);
    await expect(ec2.send(new DescribeVpcsCommand())).rejects.toMatchObject(throttled);
  });

  it('and refills a bucket steadily, never above its size', async () => {
    const { ec2 } = adminOf(aLocalAws({}, small), hub);
    const describe = () => ec2.send(new DescribeVpcsCommand());
    expect(await answered(5, describe)).toBe(4);
    jest.advanceTimersByTime(499);
    expect(await answered(2, describe)).toBe(0);
    jest.advanceTimersByTime(1);
    expect(await answered(2, describe)).toBe(1);
    jest.advanceTimersByTime(60_000);
    expect(await answered(9, describe)).toBe(4);
  });

  it('apart for each account, Region and API', async () => {
    const aws = aLocalAws({}, small);
    const keys = { accessKeyId: hub, secretAccessKey: 'any' };
    const describe = new DescribeVpcsCommand();
    expect(await answered(5, () => adminOf(aws, hub).ec2.send(describe))).toBe(4);
    expect(await answered(5, () => adminOf(aws, monitored).ec2.send(describe))).toBe(4);
    expect(await answered(5, () => clientsWith(aws, keys, 'us-east-1').ec2.send(describe))).toBe(4);
    const other = new DescribeSubnetsCommand();
    expect(await answered(5, () => adminOf(aws, hub).ec2.send(other))).toBe(4);
  });
});

it('STS is not limited', async () => {
  const { sts } = adminOf(aLocalAws({}, small), hub);
  expect(await answered(20, () => sts.send(new GetCallerIdentityCommand()))).toBe(20);
});
