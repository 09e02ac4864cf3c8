import { DescribeVpcPeeringConnectionsCommand } from '@aws-sdk/client-ec2';
import { handler } from '../../functions/waitForAcceptance.ts';
import type { Peering } from '../../shared/execution.ts';
import {
  accountId,
  aDescribedPeering,
  aNetworkPlan,
  anAwsError,
  aPeering,
  hubAccountId,
  peeringId,
  vpcId,
} from '../builders.ts';
import { callsTo, ec2 } from '../shared/recordedAws.ts';

const waitForAcceptance = (parts: Partial<Peering> = {}, acceptance: 'auto' | 'manual' = 'auto') =>
  handler(
    { plan: { network: aNetworkPlan({ acceptance }) }, peering: aPeering(parts) },
    { functionName: 'waitForAcceptance' },
  );

const given = (status: string, message?: string) => {
  const Status = { Code: status as 'active', ...(message && { Message: message }) };
  ec2
    .on(DescribeVpcPeeringConnectionsCommand)
    .resolves({ VpcPeeringConnections: [aDescribedPeering(status, { Status })] });
};

const givenInvisible = (message = `${peeringId} does not exist`) =>
  ec2
    .on(DescribeVpcPeeringConnectionsCommand)
    .rejects(anAwsError('InvalidVpcPeeringConnectionID.NotFound', message));

it('looks at the peering as the hub, in its Region', async () => {
  given('active');
  await waitForAcceptance();
  expect(await callsTo(ec2)).toEqual([
    {
      by: 'hub',
      in: 'eu-central-1',
      command: 'DescribeVpcPeeringConnections',
      input: { VpcPeeringConnectionIds: [peeringId] },
    },
  ]);
});

it.each(['initiating-request', 'pending-acceptance', 'provisioning', 'active'])(
  'tells that the peering is %s, and keeps what was known of it',
  async (status) => {
    given(status);
    const peering = aPeering({ status, looks: 4, accepter: 'hub' });
    await expect(waitForAcceptance(peering)).resolves.toEqual({
      ...peering,
      status,
      looks: 5,
      lookAgainInSeconds: 2,
      did: `${peeringId} is ${status}`,
    });
  },
);

it('calls a peering unknown that AWS does not show yet', async () => {
  givenInvisible();
  await expect(waitForAcceptance()).resolves.toMatchObject({ status: 'unknown', looks: 1 });
});

it('calls a peering unknown that AWS shows without a status', async () => {
  ec2.on(DescribeVpcPeeringConnectionsCommand).resolves({ VpcPeeringConnections: [] });
  await expect(waitForAcceptance()).resolves.toMatchObject({ status: 'unknown' });
});

it.each([
  ['failed', 'PeeringFailed', `${peeringId} as failed: no reason given.`],
  ['rejected', 'PeeringRejected', `Account ${accountId} rejected the peering ${peeringId}.`],
  ['deleting', 'PeeringDeleted', `The peering ${peeringId} was deleted`],
  ['deleted', 'PeeringDeleted', `The peering ${peeringId} was deleted`],
])('ends with its own error where the peering is %s', async (status, name, message) => {
  given(status);
  await expect(waitForAcceptance()).rejects.toMatchObject({
    name,
    message: expect.stringContaining(message),
  });
});

it('hands on the reason that AWS gives for a failure, and which VPC to look at', async () => {
  given('failed', 'Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range');
  await expect(waitForAcceptance()).rejects.toMatchObject({
    name: 'PeeringFailed',
    message: expect.stringMatching(
      new RegExp(`as failed: Failed due to incorrect VPC-ID.*account ${accountId}.*${vpcId}`, 's'),
    ),
  });
});

it.each(['initiating-request', 'pending-acceptance', 'provisioning'])(
  'looks again soon while the peering is %s, and then every 2 seconds',
  async (status) => {
    given(status);
    const seen = { status: 'something else', looks: 7 };
    await expect(waitForAcceptance(seen)).resolves.toMatchObject({
      looks: 1,
      lookAgainInSeconds: 1,
    });
    await expect(waitForAcceptance({ status, looks: 1 })).resolves.toMatchObject({
      looks: 2,
      lookAgainInSeconds: 2,
    });
  },
);

describe('with acceptance by hand', () => {
  it.each([
    [1, 'AcceptancePending'],
    [2, 'AcceptanceStillPending'],
  ])('has the state machine look again while request %i is pending', async (requests, name) => {
    given('pending-acceptance');
    await expect(waitForAcceptance({ requests }, 'manual')).rejects.toMatchObject({
      name,
      message: expect.stringContaining(
        `accept-vpc-peering-connection --region eu-central-1 --vpc-peering-connection-id ${peeringId}`,
      ),
    });
  });

  it('goes on to accept what waits for the hub itself', async () => {
    given('pending-acceptance');
    await expect(waitForAcceptance({ accepter: 'hub' }, 'manual')).resolves.toMatchObject({
      status: 'pending-acceptance',
    });
  });

  it.each(['initiating-request', 'provisioning', 'active'])(
    'waits for no person while the peering is %s',
    async (status) => {
      given(status);
      await expect(waitForAcceptance({}, 'manual')).resolves.toMatchObject({ status });
    },
  );
});

it('has a request that expired made anew, once', async () => {
  given('expired');
  await expect(waitForAcceptance({ requests: 1 })).resolves.toMatchObject({ status: 'expired' });
  await expect(waitForAcceptance({ requests: 2 })).rejects.toMatchObject({
    name: 'PeeringExpired',
    message: expect.stringContaining(`${peeringId} in account ${accountId} within 7 days`),
  });
});

it.each([
  ['rejected', 'PeeringRejected', `Account ${hubAccountId} rejected the peering`],
  ['expired', 'PeeringExpired', `in account ${hubAccountId}`],
])('names the hub where it was to accept what is %s', async (status, name, message) => {
  given(status);
  await expect(waitForAcceptance({ accepter: 'hub', requests: 2 })).rejects.toMatchObject({
    name,
    message: expect.stringContaining(message),
  });
});

describe('at the 300th look', () => {
  it.each([
    ['auto', 'initiating-request'],
    ['auto', 'pending-acceptance'],
    ['auto', 'provisioning'],
  ] as const)(
    'with %s acceptance, gives up on a peering that is %s',
    async (acceptance, status) => {
      given(status);
      await expect(waitForAcceptance({ status, looks: 298 }, acceptance)).resolves.toMatchObject({
        looks: 299,
      });
      await expect(waitForAcceptance({ status, looks: 299 }, acceptance)).rejects.toMatchObject({
        name: 'PeeringNotActive',
        message: expect.stringContaining(`${peeringId} is still ${status} after 300 looks`),
      });
    },
  );

  it('gives up on a peering that AWS never showed', async () => {
    givenInvisible();
    await expect(waitForAcceptance({ status: 'unknown', looks: 299 })).rejects.toMatchObject({
      name: 'PeeringNotActive',
      message: expect.stringContaining('still unknown'),
    });
  });

  it('is content with a peering that is active at last', async () => {
    given('active');
    await expect(waitForAcceptance({ status: 'provisioning', looks: 299 })).resolves.toMatchObject({
      status: 'active',
    });
  });
});

it('passes on any other error of AWS', async () => {
  ec2.on(DescribeVpcPeeringConnectionsCommand).rejects(anAwsError('UnauthorizedOperation'));
  await expect(waitForAcceptance()).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
});
