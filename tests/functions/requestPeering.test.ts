import {
  CreateVpcPeeringConnectionCommand,
  DescribeVpcPeeringConnectionsCommand,
  type DescribeVpcPeeringConnectionsCommandInput,
  type VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import { handler } from '../../functions/requestPeering.ts';
import {
  accountId,
  aDescribedPeering,
  aMonitoredSide,
  aNetworkPlan,
  anAwsError,
  aPeering,
  aReversedPeering,
  executionName,
  hubVpcId,
  otherPeeringId,
  ourTags,
  peeringId,
  vpcId,
} from '../builders.ts';
import { callsTo, changesIn, ec2 } from '../shared/recordedAws.ts';
import 'aws-sdk-client-mock-jest';

const requestPeering = (network = aNetworkPlan(), before: object = {}) =>
  handler(
    { executionName, plan: { accountId, network }, before },
    { functionName: 'requestPeering' },
  );

const live = ['initiating-request', 'pending-acceptance', 'provisioning', 'active'];

/** EC2 as far as it filters: by requester, accepter and status. */
const given = (peerings: VpcPeeringConnection[]) => {
  const matches = (peering: VpcPeeringConnection, name?: string, values: string[] = []) =>
    values.includes(
      (name === 'requester-vpc-info.vpc-id'
        ? peering.RequesterVpcInfo?.VpcId
        : name === 'accepter-vpc-info.vpc-id'
          ? peering.AccepterVpcInfo?.VpcId
          : peering.Status?.Code) ?? '',
    );
  ec2
    .on(DescribeVpcPeeringConnectionsCommand)
    .callsFake(({ Filters = [] }: DescribeVpcPeeringConnectionsCommandInput) => ({
      VpcPeeringConnections: peerings.filter((peering) =>
        Filters.every(({ Name, Values }) => matches(peering, Name, Values)),
      ),
    }));
  ec2.on(CreateVpcPeeringConnectionCommand).callsFake(() => {
    const created = aDescribedPeering('initiating-request', { Tags: ourTags('peering') });
    peerings.push(created);
    return { VpcPeeringConnection: created };
  });
};

it('looks for a live peering in both directions, then requests one with tags', async () => {
  given([]);
  const monitored = aMonitoredSide({ region: 'eu-west-1' });
  await expect(requestPeering(aNetworkPlan({ monitored }))).resolves.toEqual({
    id: peeringId,
    outcome: 'created',
    ours: true,
    accepter: 'monitored',
    status: 'initiating-request',
    looks: 0,
    lookAgainInSeconds: 1,
    requests: 1,
    did: `requested ${peeringId} from ${hubVpcId} to ${vpcId}`,
  });
  const asHub = { by: 'hub', in: 'eu-central-1' };
  expect(await callsTo(ec2)).toEqual([
    {
      ...asHub,
      command: 'DescribeVpcPeeringConnections',
      input: {
        Filters: [
          { Name: 'requester-vpc-info.vpc-id', Values: [hubVpcId, vpcId] },
          { Name: 'accepter-vpc-info.vpc-id', Values: [hubVpcId, vpcId] },
          { Name: 'status-code', Values: live },
        ],
      },
    },
    {
      ...asHub,
      command: 'CreateVpcPeeringConnection',
      input: {
        VpcId: hubVpcId,
        PeerOwnerId: accountId,
        PeerVpcId: vpcId,
        PeerRegion: 'eu-west-1',
        TagSpecifications: [
          { ResourceType: 'vpc-peering-connection', Tags: ourTags(`sightline to ${accountId}`) },
        ],
      },
    },
  ]);
});

it.each(live)('adopts a peering that the hub requested and that is %s', async (status) => {
  given([aDescribedPeering(status, { Tags: ourTags('peering') })]);
  await expect(requestPeering()).resolves.toMatchObject({
    id: peeringId,
    outcome: 'already',
    ours: true,
    accepter: 'monitored',
    status,
    did: `found ${peeringId}, which is ${status}`,
  });
  expect(await changesIn(ec2)).toEqual([]);
});

it('adopts a peering that the monitored account requested: the hub is to accept it', async () => {
  given([aReversedPeering('pending-acceptance')]);
  await expect(requestPeering()).resolves.toMatchObject({
    id: peeringId,
    outcome: 'already',
    ours: false,
    accepter: 'hub',
    status: 'pending-acceptance',
  });
  expect(await changesIn(ec2)).toEqual([]);
});

it('does not take a peering for its own that somebody else requested from the hub', async () => {
  given([aDescribedPeering('active', { Tags: [{ Key: 'Name', Value: 'by hand' }] })]);
  await expect(requestPeering()).resolves.toMatchObject({ outcome: 'already', ours: false });
});

it('prefers the active peering of two requested in opposite directions', async () => {
  const active = { VpcPeeringConnectionId: otherPeeringId };
  given([aDescribedPeering('pending-acceptance'), aReversedPeering('active', active)]);
  await expect(requestPeering()).resolves.toMatchObject({ id: otherPeeringId, status: 'active' });
});

it.each(['failed', 'expired', 'rejected', 'deleting', 'deleted'])(
  'requests a new peering where the former one is %s',
  async (status) => {
    given([aDescribedPeering(status, { VpcPeeringConnectionId: otherPeeringId })]);
    await expect(requestPeering()).resolves.toMatchObject({ id: peeringId, outcome: 'created' });
  },
);

it('finds its own request when it runs a second time', async () => {
  given([]);
  await requestPeering();
  await expect(requestPeering()).resolves.toMatchObject({
    id: peeringId,
    outcome: 'already',
    ours: true,
  });
  expect(ec2).toHaveReceivedCommandTimes(CreateVpcPeeringConnectionCommand, 1);
});

it('passes on that the hub has as many requests open as it may', async () => {
  given([]);
  ec2
    .on(CreateVpcPeeringConnectionCommand)
    .rejects(anAwsError('OutstandingVpcPeeringConnectionLimitExceeded'));
  await expect(requestPeering()).rejects.toMatchObject({
    name: 'OutstandingVpcPeeringConnectionLimitExceeded',
  });
});

it('counts the requests of the execution where one has expired, also when it finds the next', async () => {
  const expired = aPeering({ status: 'expired', requests: 1, looks: 3 });
  given([aDescribedPeering('expired', { VpcPeeringConnectionId: otherPeeringId })]);
  await expect(requestPeering(aNetworkPlan(), { peering: expired })).resolves.toMatchObject({
    id: peeringId,
    outcome: 'created',
    looks: 0,
    requests: 2,
  });
  await expect(requestPeering(aNetworkPlan(), { peering: expired })).resolves.toMatchObject({
    id: peeringId,
    outcome: 'already',
    requests: 2,
  });
});
