import {
  DescribeVpcPeeringConnectionsCommand,
  ModifyVpcPeeringConnectionOptionsCommand,
  type VpcPeeringConnection,
} from '@aws-sdk/client-ec2';
import { handler } from '../../functions/setDnsResolution.ts';
import type { Peering } from '../../shared/execution.ts';
import {
  aDescribedPeering,
  aMonitoredSide,
  aNetworkPlan,
  aPeering,
  aReversedPeering,
  executionName,
  peeringId,
} from '../builders.ts';
import { changesIn, ec2 } from '../shared/recordedAws.ts';

const setDnsResolution = (parts: Partial<Peering> = {}) => {
  const monitored = aMonitoredSide({ region: 'eu-west-1' });
  const network = aNetworkPlan({ dnsResolution: true, monitored });
  return handler(
    { executionName, plan: { network }, peering: aPeering(parts) },
    { functionName: 'setDnsResolution' },
  );
};

const given = (peering: VpcPeeringConnection) => {
  ec2
    .on(DescribeVpcPeeringConnectionsCommand)
    .callsFake(() => ({ VpcPeeringConnections: [peering] }));
  ec2.on(ModifyVpcPeeringConnectionOptionsCommand).resolves({});
};

const withDns = (requester: boolean, accepter: boolean): Partial<VpcPeeringConnection> => ({
  RequesterVpcInfo: { PeeringOptions: { AllowDnsResolutionFromRemoteVpc: requester } },
  AccepterVpcInfo: { PeeringOptions: { AllowDnsResolutionFromRemoteVpc: accepter } },
});

const allow = { AllowDnsResolutionFromRemoteVpc: true };
const asHub = { by: 'hub', in: 'eu-central-1' };
const asOnboardingRole = { by: 'SightlineOnboarding', in: 'eu-west-1' };
const command = 'ModifyVpcPeeringConnectionOptions';
const requester = { VpcPeeringConnectionId: peeringId, RequesterPeeringConnectionOptions: allow };
const accepter = { VpcPeeringConnectionId: peeringId, AccepterPeeringConnectionOptions: allow };

it('has each owner turn on its own side of the peering, in its own Region', async () => {
  given(aDescribedPeering());
  await expect(setDnsResolution()).resolves.toEqual({
    outcome: 'updated',
    did: 'DNS names resolve over the peering',
  });
  expect(await changesIn(ec2)).toEqual([
    { ...asHub, command, input: requester },
    { ...asOnboardingRole, command, input: accepter },
  ]);
});

it('turns on the sides the other way round where the monitored account requested', async () => {
  given(aReversedPeering());
  await setDnsResolution({ accepter: 'hub' });
  expect(await changesIn(ec2)).toEqual([
    { ...asHub, command, input: accepter },
    { ...asOnboardingRole, command, input: requester },
  ]);
});

it.each([
  ['the hub’s', withDns(false, true), [{ ...asHub, command, input: requester }]],
  ['the monitored', withDns(true, false), [{ ...asOnboardingRole, command, input: accepter }]],
] as const)('turns on just %s side where only that is off', async (_, options, changes) => {
  given(aDescribedPeering('active', options));
  await expect(setDnsResolution()).resolves.toMatchObject({ outcome: 'updated' });
  expect(await changesIn(ec2)).toEqual(changes);
});

it('changes nothing where both sides are on, as on a second run', async () => {
  given(aDescribedPeering('active', withDns(true, true)));
  await expect(setDnsResolution()).resolves.toEqual({
    outcome: 'already',
    did: 'DNS names resolved over the peering already',
  });
  expect(await changesIn(ec2)).toEqual([]);
});

it.each(['deleting', 'deleted'])('says so where the peering is %s meanwhile', async (status) => {
  given(aDescribedPeering(status));
  await expect(setDnsResolution()).rejects.toMatchObject({ name: 'PeeringDeleted' });
  expect(await changesIn(ec2)).toEqual([]);
});
