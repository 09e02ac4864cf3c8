import { packageWith } from '../../local/packaged.ts';
import { inPartition } from '../local/worlds.ts';

const partitions = [
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
] as const;

const templateOf = (partition: string) => `.local/partitions/${partition}.json`;

beforeAll(async () => {
  for (const [partition, region] of partitions) {
    await packageWith({}, templateOf(partition), region);
  }
});

const partitionsIn = (value: unknown) => [
  ...new Set([...JSON.stringify(value).matchAll(/arn:([\w-]+):/g)].map(([, name]) => name)),
];

describe.each(partitions)('in the partition %s', (partition, region) => {
  const given = async () => {
    // A function reads its settings once in its life: each partition has functions of its own.
    jest.resetModules();
    const { deployed } = await import('../local/harness.ts');
    return deployed((world) => inPartition(world, partition), {}, templateOf(partition));
  };

  it('an account is onboarded, and every ARN is of that partition', async () => {
    const { onboard, snapshot, stateMachineArn, lost, messages, finish } = await given();
    const { status, report, failure, calls } = await onboard({ accountId: '222222222222' });
    await finish();
    expect({ status, failure }).toEqual({ status: 'SUCCEEDED', failure: undefined });
    expect(stateMachineArn).toMatch(`arn:${partition}:states:${region}:`);
    expect(new Set(calls.map((call) => call.region))).toEqual(new Set([region]));
    for (const told of [report, calls, snapshot(), messages]) {
      expect(partitionsIn(told)).toEqual([partition]);
    }
    expect(lost).toEqual([]);
  });

  it('the API starts it and tells of it', async () => {
    const { api, finish } = await given();
    const started = await api('POST', '/onboardings', { accountId: '222222222222' });
    expect(started).toMatchObject({ status: 202 });
    await finish();
    const { body } = await api('GET', `/onboardings/${started.body.id}`);
    expect(body).toMatchObject({ status: 'SUCCEEDED' });
    expect(partitionsIn(body)).toEqual([partition]);
  });
});
