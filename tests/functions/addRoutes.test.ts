import {
  CreateRouteCommand,
  type CreateRouteCommandInput,
  DescribeRouteTablesCommand,
  DescribeVpcPeeringConnectionsCommand,
  ReplaceRouteCommand,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { handler } from '../../functions/addRoutes.ts';
import type { NetworkPlan, SideName } from '../../shared/execution.ts';
import {
  accountId,
  aDescribedPeering,
  aHubSide,
  aHubTable,
  aMonitoredSide,
  aNetworkPlan,
  anAwsError,
  aPeering,
  aRoute,
  aTable,
  cidr,
  executionName,
  hubAccountId,
  hubCidr,
  hubTableId,
  hubVpcId,
  onboardingRoleArn,
  otherPeeringId,
  peeringId,
  tableId,
  vpcId,
} from '../builders.ts';
import { callsTo, changesIn, denyRole, ec2, sts } from '../shared/recordedAws.ts';
import 'aws-sdk-client-mock-jest';

const addRoutes = (side: SideName = 'hub', network: NetworkPlan = aNetworkPlan()) =>
  handler(
    { executionName, plan: { network }, peering: aPeering(), side },
    { functionName: 'addRoutes' },
  );

const given = (...tables: RouteTable[]) => {
  ec2.on(DescribeRouteTablesCommand).resolves({ RouteTables: tables });
  ec2.on(DescribeVpcPeeringConnectionsCommand).resolves({ VpcPeeringConnections: [] });
  ec2.on(CreateRouteCommand).resolves({ Return: true });
  ec2.on(ReplaceRouteCommand).resolves({});
};

it('routes the hub into the peering, as the hub', async () => {
  given(aHubTable());
  await expect(addRoutes('hub')).resolves.toEqual({
    routes: [{ routeTableId: hubTableId, destination: cidr, outcome: 'created' }],
    did: `routed ${cidr} in ${hubTableId}`,
  });
  const asHub = { by: 'hub', in: 'eu-central-1' };
  expect(await callsTo(ec2)).toEqual([
    {
      ...asHub,
      command: 'DescribeRouteTables',
      input: expect.objectContaining({ Filters: [{ Name: 'vpc-id', Values: [hubVpcId] }] }),
    },
    {
      ...asHub,
      command: 'CreateRoute',
      input: {
        RouteTableId: hubTableId,
        DestinationCidrBlock: cidr,
        VpcPeeringConnectionId: peeringId,
      },
    },
  ]);
  expect(await callsTo(sts)).toEqual([]);
});

it('routes the monitored account into the peering, as the onboarding role in its Region', async () => {
  given(aTable());
  const monitored = aMonitoredSide({ region: 'eu-west-1' });
  await expect(addRoutes('monitored', aNetworkPlan({ monitored }))).resolves.toMatchObject({
    routes: [{ routeTableId: tableId, destination: hubCidr, outcome: 'created' }],
  });
  expect(await callsTo(sts)).toEqual([
    {
      by: 'hub',
      in: 'eu-central-1',
      command: 'AssumeRole',
      input: {
        RoleArn: onboardingRoleArn,
        RoleSessionName: `sightline-${executionName}`,
        DurationSeconds: 900,
        ExternalId: `sightline-${hubAccountId}`,
      },
    },
  ]);
  const asOnboardingRole = { by: 'SightlineOnboarding', in: 'eu-west-1' };
  expect(await callsTo(ec2)).toEqual([
    {
      ...asOnboardingRole,
      command: 'DescribeRouteTables',
      input: expect.objectContaining({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
    },
    {
      ...asOnboardingRole,
      command: 'CreateRoute',
      input: {
        RouteTableId: tableId,
        DestinationCidrBlock: hubCidr,
        VpcPeeringConnectionId: peeringId,
      },
    },
  ]);
});

it('gives every table a route to every block, IPv4 and IPv6', async () => {
  const second = 'rtb-0f777777777777777';
  given(aHubTable([aRoute(cidr)]), aHubTable([], { RouteTableId: second }));
  const network = aNetworkPlan({
    hub: aHubSide({ routeTableIds: [hubTableId, second] }),
    monitored: aMonitoredSide({ cidrs: [cidr, '2001:db8::/56'] }),
  });
  await expect(addRoutes('hub', network)).resolves.toEqual({
    routes: [
      { routeTableId: hubTableId, destination: cidr, outcome: 'already' },
      { routeTableId: hubTableId, destination: '2001:db8::/56', outcome: 'created' },
      { routeTableId: second, destination: cidr, outcome: 'created' },
      { routeTableId: second, destination: '2001:db8::/56', outcome: 'created' },
    ],
    did: `routed 2001:db8::/56, ${cidr} in ${hubTableId}, ${second}; 1 already so`,
  });
  const through = { VpcPeeringConnectionId: peeringId };
  expect((await changesIn(ec2)).map(({ input }) => input)).toEqual([
    { RouteTableId: hubTableId, DestinationIpv6CidrBlock: '2001:db8::/56', ...through },
    { RouteTableId: second, DestinationCidrBlock: cidr, ...through },
    { RouteTableId: second, DestinationIpv6CidrBlock: '2001:db8::/56', ...through },
  ]);
});

it.each(['active', 'blackhole'] as const)(
  'leaves a route that leads into the peering as it is, even while it is %s',
  async (State) => {
    given(aHubTable([aRoute(cidr, { State })]));
    await expect(addRoutes()).resolves.toEqual({
      routes: [{ routeTableId: hubTableId, destination: cidr, outcome: 'already' }],
      did: '1 already so',
    });
    expect(await changesIn(ec2)).toEqual([]);
  },
);

it('replaces the blackhole that a dead peering left behind', async () => {
  given(aHubTable([aRoute(cidr, { VpcPeeringConnectionId: otherPeeringId, State: 'blackhole' })]));
  ec2.on(DescribeVpcPeeringConnectionsCommand).resolves({
    VpcPeeringConnections: [
      aDescribedPeering('deleted', { VpcPeeringConnectionId: otherPeeringId }),
    ],
  });
  await expect(addRoutes()).resolves.toEqual({
    routes: [{ routeTableId: hubTableId, destination: cidr, outcome: 'replaced' }],
    did: `routed ${cidr} in ${hubTableId}`,
  });
  expect(ec2).toHaveReceivedCommandWith(DescribeVpcPeeringConnectionsCommand, {
    Filters: [{ Name: 'vpc-peering-connection-id', Values: [otherPeeringId] }],
  });
  expect(await changesIn(ec2)).toEqual([
    {
      by: 'hub',
      in: 'eu-central-1',
      command: 'ReplaceRoute',
      input: {
        RouteTableId: hubTableId,
        DestinationCidrBlock: cidr,
        VpcPeeringConnectionId: peeringId,
      },
    },
  ]);
});

describe('with a route that leads elsewhere', () => {
  it.each([
    ['a NAT gateway', { NatGatewayId: 'nat-1' }, 'nat-1'],
    ['a transit gateway', { TransitGatewayId: 'tgw-1' }, 'tgw-1'],
    ['a NAT gateway that is gone', { NatGatewayId: 'nat-1', State: 'blackhole' }, 'nat-1'],
    ['an active peering', { VpcPeeringConnectionId: otherPeeringId }, otherPeeringId],
  ] as const)('refuses to replace a route to %s and changes nothing', async (_, parts, target) => {
    const elsewhere = { DestinationCidrBlock: cidr, State: 'active', ...parts } as const;
    const free = 'rtb-0f777777777777777';
    given(aHubTable([], { RouteTableId: free }), aHubTable([elsewhere]));
    const hub = aHubSide({ routeTableIds: [free, hubTableId] });
    await expect(addRoutes('hub', aNetworkPlan({ hub }))).rejects.toMatchObject({
      name: 'RouteConflict',
      message: expect.stringContaining(
        `Account ${hubAccountId} already has routes that lead elsewhere: ${hubTableId} sends ${cidr} to ${target} (`,
      ),
    });
    expect(ec2).not.toHaveReceivedCommand(CreateRouteCommand);
    expect(ec2).not.toHaveReceivedCommand(ReplaceRouteCommand);
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('refuses to replace a blackhole into a peering that merely waits to be accepted', async () => {
    given(
      aTable([aRoute(hubCidr, { VpcPeeringConnectionId: otherPeeringId, State: 'blackhole' })]),
    );
    ec2.on(DescribeVpcPeeringConnectionsCommand).resolves({
      VpcPeeringConnections: [
        aDescribedPeering('pending-acceptance', { VpcPeeringConnectionId: otherPeeringId }),
      ],
    });
    await expect(addRoutes('monitored')).rejects.toMatchObject({
      name: 'RouteConflict',
      message: expect.stringContaining(
        `Account ${accountId} already has routes that lead elsewhere: ${tableId} sends ${hubCidr} to ${otherPeeringId} (peering), a blackhole until that peering is active.`,
      ),
    });
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('names every conflict at once', async () => {
    const second = 'rtb-0f777777777777777';
    const elsewhere = { DestinationCidrBlock: cidr, GatewayId: 'vgw-1' };
    given(aHubTable([elsewhere]), aHubTable([elsewhere], { RouteTableId: second }));
    const hub = aHubSide({ routeTableIds: [hubTableId, second] });
    await expect(addRoutes('hub', aNetworkPlan({ hub }))).rejects.toMatchObject({
      message: expect.stringContaining(
        `${hubTableId} sends ${cidr} to vgw-1 (virtual private gateway); ${second} sends ${cidr} to vgw-1 (`,
      ),
    });
  });
});

it('finds everything in place when it runs a second time', async () => {
  const table = aHubTable();
  given(table);
  ec2.on(CreateRouteCommand).callsFake((route: CreateRouteCommandInput) => {
    table.Routes?.push({
      DestinationCidrBlock: route.DestinationCidrBlock,
      VpcPeeringConnectionId: route.VpcPeeringConnectionId,
      State: 'active',
    });
    return { Return: true };
  });
  await addRoutes();
  await expect(addRoutes()).resolves.toMatchObject({ did: '1 already so' });
  expect(ec2).toHaveReceivedCommandTimes(CreateRouteCommand, 1);
});

it('refuses to replace a blackhole into a peering that AWS no longer shows, and says so', async () => {
  given(aHubTable([aRoute(cidr, { VpcPeeringConnectionId: otherPeeringId, State: 'blackhole' })]));
  await expect(addRoutes()).rejects.toMatchObject({
    name: 'RouteConflict',
    message: expect.stringContaining('AWS no longer shows which VPCs that peering connected'),
  });
  expect(await changesIn(ec2)).toEqual([]);
});

describe('routes into the peering that nothing asks for any more', () => {
  const more = aRoute('10.9.0.0/16');

  it('are told and left, and a part that leads elsewhere is noted', async () => {
    const detour = { DestinationCidrBlock: '10.20.4.0/24', NatGatewayId: 'nat-1' };
    given(aHubTable([more, detour]));
    await expect(addRoutes()).resolves.toEqual({
      routes: [{ routeTableId: hubTableId, destination: cidr, outcome: 'created' }],
      superfluous: [{ routeTableId: hubTableId, destination: '10.9.0.0/16' }],
      notes: [expect.stringContaining('10.20.4.0/24, a part of 10.20.0.0/16, to nat-1')],
      did: `routed ${cidr} in ${hubTableId}`,
    });
    expect((await changesIn(ec2)).map(({ command }) => command)).toEqual(['CreateRoute']);
  });

  it('are not Sightline’s to tell of where somebody else requested the peering', async () => {
    given(aHubTable([more]));
    const result = await handler(
      {
        executionName,
        plan: { network: aNetworkPlan() },
        peering: aPeering({ ours: false }),
        side: 'hub',
      },
      { functionName: 'addRoutes' },
    );
    expect(result).not.toHaveProperty('superfluous');
  });
});

it('passes on that a table is full', async () => {
  given(aHubTable());
  ec2.on(CreateRouteCommand).rejects(anAwsError('RouteLimitExceeded'));
  await expect(addRoutes()).rejects.toMatchObject({ name: 'RouteLimitExceeded' });
});

it('needs the onboarding role for the monitored account only', async () => {
  given(aHubTable([aRoute(cidr)]));
  denyRole(onboardingRoleArn);
  await expect(addRoutes('hub')).resolves.toMatchObject({ did: '1 already so' });
  await expect(addRoutes('monitored')).rejects.toMatchObject({
    name: 'OnboardingRoleNotAssumable',
  });
});

it('names a table that is gone since Preflight read it, and changes nothing', async () => {
  const other = 'rtb-0f777777777777777';
  given(aHubTable([], { RouteTableId: other }));
  await expect(addRoutes()).rejects.toMatchObject({
    name: 'RouteTableNotFound',
    message: expect.stringContaining(
      `VPC ${hubVpcId} of account ${hubAccountId} has no route table ${hubTableId}; it has ${other}.`,
    ),
  });
  expect(await changesIn(ec2)).toEqual([]);
});
