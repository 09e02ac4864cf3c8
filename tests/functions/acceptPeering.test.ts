import { AcceptVpcPeeringConnectionCommand, CreateTagsCommand } from '@aws-sdk/client-ec2';
import { handler } from '../../functions/acceptPeering.ts';
import type { Peering } from '../../shared/execution.ts';
import {
  accountId,
  aMonitoredSide,
  aNetworkPlan,
  anAwsError,
  aPeering,
  executionName,
  hubAccountId,
  onboardingRoleArn,
  ourTags,
  peeringId,
} from '../builders.ts';
import { callsTo, denyRole, ec2, sts } from '../shared/recordedAws.ts';
import 'aws-sdk-client-mock-jest';

const acceptPeering = (parts: Partial<Peering> = {}) =>
  handler(
    {
      executionName,
      plan: { network: aNetworkPlan({ monitored: aMonitoredSide({ region: 'eu-west-1' }) }) },
      peering: aPeering({ status: 'pending-acceptance', ...parts }),
    },
    { functionName: 'acceptPeering' },
  );

beforeEach(() => {
  ec2.on(CreateTagsCommand).resolves({});
  ec2.on(AcceptVpcPeeringConnectionCommand).resolves({});
});

const accepting = {
  command: 'AcceptVpcPeeringConnection',
  input: { VpcPeeringConnectionId: peeringId },
};

it('tags the monitored account’s side of the peering, then accepts it, in that Region', async () => {
  await expect(acceptPeering()).resolves.toEqual({
    outcome: 'created',
    did: `accepted ${peeringId} as ${accountId}`,
  });
  const asOnboardingRole = { by: 'SightlineOnboarding', in: 'eu-west-1' };
  expect(await callsTo(ec2)).toEqual([
    {
      ...asOnboardingRole,
      command: 'CreateTags',
      input: { Resources: [peeringId], Tags: ourTags('sightline to the hub') },
    },
    { ...asOnboardingRole, ...accepting },
  ]);
});

it('leaves the tags of the request as they are where both VPCs are of one account', async () => {
  const monitored = aMonitoredSide({ accountId: hubAccountId });
  await handler(
    {
      executionName,
      plan: { network: aNetworkPlan({ monitored }) },
      peering: aPeering({ status: 'pending-acceptance' }),
    },
    { functionName: 'acceptPeering' },
  );
  expect((await callsTo(ec2)).map(({ command }) => command)).toEqual([
    'AcceptVpcPeeringConnection',
  ]);
});

it('accepts as the hub, without tags, a peering that the monitored account requested', async () => {
  await expect(acceptPeering({ accepter: 'hub', ours: false })).resolves.toEqual({
    outcome: 'created',
    did: `accepted ${peeringId} as ${hubAccountId}`,
  });
  expect(await callsTo(ec2)).toEqual([{ by: 'hub', in: 'eu-central-1', ...accepting }]);
  expect(await callsTo(sts)).toEqual([]);
});

it('accepts without tags a peering that somebody else requested from the hub', async () => {
  await acceptPeering({ ours: false });
  expect(await callsTo(ec2)).toEqual([
    { by: 'SightlineOnboarding', in: 'eu-west-1', ...accepting },
  ]);
});

it('is content when the peering was accepted meanwhile, as on a second run', async () => {
  await acceptPeering();
  ec2.on(AcceptVpcPeeringConnectionCommand).rejects(anAwsError('InvalidStateTransition'));
  await expect(acceptPeering()).resolves.toEqual({
    outcome: 'already',
    did: `${peeringId} was no longer pending`,
  });
});

it.each([CreateTagsCommand, AcceptVpcPeeringConnectionCommand])(
  'leaves it to the next look where the account does not see the request yet (%p)',
  async (Command) => {
    ec2
      .on(Command as typeof CreateTagsCommand)
      .rejects(anAwsError('InvalidVpcPeeringConnectionID.NotFound'));
    await expect(acceptPeering()).resolves.toEqual({
      outcome: 'already',
      did: `${peeringId} is not visible yet`,
    });
  },
);

it('passes on that it may not accept', async () => {
  ec2.on(AcceptVpcPeeringConnectionCommand).rejects(anAwsError('OperationNotPermitted'));
  await expect(acceptPeering()).rejects.toMatchObject({ name: 'OperationNotPermitted' });
});

it('does not accept what it could not tag: nothing would lead a re-run back here', async () => {
  ec2.on(CreateTagsCommand).rejects(anAwsError('UnauthorizedOperation'));
  await expect(acceptPeering()).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  expect(ec2).not.toHaveReceivedCommand(AcceptVpcPeeringConnectionCommand);
});

it('accepts nothing without the onboarding role', async () => {
  denyRole(onboardingRoleArn);
  await expect(acceptPeering()).rejects.toMatchObject({ name: 'OnboardingRoleNotAssumable' });
  expect(await callsTo(ec2)).toEqual([]);
});
