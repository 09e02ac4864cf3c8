import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateVpcPeeringConnectionCommand,
  DescribeVpcPeeringConnectionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import {
  createFaults,
  type Fault,
  type FaultKind,
  type Invocation,
} from '../../../local/aws/faults.ts';
import { createLocalAws } from '../../../local/aws/localAws.ts';
import { readWorld } from '../../../local/world.ts';
import { transport } from '../../../shared/clients.ts';

const hub = '111111111111';
const [hubVpc, otherVpc] = ['vpc-0a11111111111111a', 'vpc-0b22222222222222b'];

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

const given = (faults: Fault[], current?: Invocation) => {
  const aws = createLocalAws(readWorld('local/world.yml'));
  const around = { invocation: () => current, timeoutMs: 10_000 };
  const made = createFaults(aws, aws.requestHandler, faults, around);
  const config = {
    region: 'eu-central-1',
    credentials: { accessKeyId: hub, secretAccessKey: 'local' },
    requestHandler: made.requestHandler,
    maxAttempts: 1,
  };
  const peerings = () => aws.ec2.state.snapshot(hub)[hub]!['eu-central-1']!.peerings;
  return { ec2: new EC2Client(config), iam: new IAMClient(config), peerings, ...made };
};

const first = (kind: FaultKind, times = 1): Fault[] => [{ call: 1, kind, times }];

const request = (ec2: EC2Client) =>
  ec2.send(
    new CreateVpcPeeringConnectionCommand({
      VpcId: hubVpc,
      PeerVpcId: otherVpc,
      PeerOwnerId: '222222222222',
    }),
  );

const told = (error: unknown) => {
  const { name, code, message } = error as { name: string; code?: string; message: string };
  return { name, code, message };
};

const errorOf = (promise: Promise<unknown>) => promise.then(() => told({}), told);

/** What the real transport of the functions reports of a server that does not answer. */
const reported = async (listener: RequestListener) => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const real = transport.requestHandler as NodeHttpHandler;
  // An error of Node itself comes from outside of Jest's context, where the SDK takes it for none.
  const seen = Promise.withResolvers<ReturnType<typeof told>>();
  const handle: NodeHttpHandler['handle'] = (...call) =>
    real.handle(...call).catch((error: unknown) => {
      seen.resolve(told(error));
      throw error;
    });
  const ec2 = new EC2Client({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: hub, secretAccessKey: 'local' },
    requestHandler: { handle, updateHttpClientConfig: () => {}, httpHandlerConfigs: () => ({}) },
    maxAttempts: 1,
  });
  try {
    await errorOf(request(ec2));
    return await seen.promise;
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

it('a connection that breaks looks like one that really breaks', async () => {
  const real = await reported((asked) => asked.socket.destroy());
  const { ec2 } = given(first('reset-before'));

  expect(await errorOf(request(ec2))).toEqual(real);
});

it('an answer that comes too late looks like one that the functions really give up waiting for', async () => {
  const real = await reported(() => jest.advanceTimersByTime(10_000));
  const { ec2 } = given(first('slow'));
  const late = errorOf(request(ec2));
  await jest.advanceTimersByTimeAsync(10_000);

  expect(await late).toEqual(real);
  expect(real).toMatchObject({ name: 'TimeoutError', code: 'ETIMEDOUT' });
});

it.each([
  ['throttled', 'RequestLimitExceeded', 'Throttling'],
  ['error-500', 'InternalError', 'InternalFailure'],
  ['error-503', 'Unavailable', 'ServiceUnavailable'],
  ['expired', 'RequestExpired', 'ExpiredToken'],
  ['denied', 'UnauthorizedOperation', 'AccessDenied'],
] as const)('%s is %s of EC2 and %s of IAM, and nothing is done', async (kind, ofEc2, ofIam) => {
  const { ec2, peerings } = given(first(kind));
  const { iam } = given(first(kind));

  expect(await errorOf(request(ec2))).toMatchObject({ name: ofEc2 });
  expect(await errorOf(iam.send(new GetRoleCommand({ RoleName: 'any' })))).toMatchObject({
    name: ofIam,
  });
  expect(peerings()).toEqual([]);
});

it.each([
  ['reset-before', 0],
  ['reset-after', 1],
] as const)('after %s there are %i peerings', async (kind, count) => {
  const { ec2, peerings } = given(first(kind));

  expect(await errorOf(request(ec2))).toMatchObject({ code: 'ECONNRESET' });
  expect(peerings()).toHaveLength(count);
});

it('a fault that lasts strikes whoever asks for the same again, and nobody else', async () => {
  const { ec2, struck } = given(first('denied', 2));
  const denied = { name: 'UnauthorizedOperation' };

  expect(await errorOf(request(ec2))).toMatchObject(denied);
  await ec2.send(new DescribeVpcPeeringConnectionsCommand({}));
  expect(await errorOf(request(ec2))).toMatchObject(denied);
  await request(ec2);
  expect(struck()).toBe(2);
});

it('a stale answer knows nothing of what was just made, and the next one does', async () => {
  const { ec2 } = given([{ call: 2, kind: 'stale', times: 1 }]);
  await request(ec2);
  jest.setSystemTime(Date.now() + 5_000);
  const look = async () =>
    (await ec2.send(new DescribeVpcPeeringConnectionsCommand({}))).VpcPeeringConnections;

  expect(await look()).toEqual([]);
  expect(await look()).toHaveLength(1);
});

it('a function that is killed has done what it asked for, and does nothing more', async () => {
  const failures: Error[] = [];
  const current: Invocation = {
    isOver: false,
    fail: (error) => {
      current.isOver = true;
      failures.push(error);
    },
  };
  const { ec2, peerings, calls } = given(first('killed'), current);
  void request(ec2);
  while (failures.length === 0) await new Promise(setImmediate);
  void ec2.send(new DescribeVpcPeeringConnectionsCommand({}));
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);

  expect(failures).toMatchObject([{ name: expect.stringMatching(/^(Runtime|Sandbox|Lambda)\./) }]);
  expect(peerings()).toHaveLength(1);
  expect(calls).toHaveLength(1);
});
