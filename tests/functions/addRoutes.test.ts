import {
  CreateRouteCommand,
  type CreateRouteCommandInput,
  DescribeRouteTablesCommand,
  DescribeVpcPeeringConnectionsCommand,
  ReplaceRouteCommand,
  type ReplaceRouteCommandInput,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { handler } from '../../functions/addRoutes.ts';
import type { NetworkPlan, Peering, SideName } from '../../shared/execution.ts';
import { routeTo } from '../../shared/network/routes.ts';
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

const addRoutes = (
  outcome: Peering['outcome'],
  side: SideName = 'hub',
  network: NetworkPlan = aNetworkPlan(),
) =>
  handler(
    { executionName, plan: { network }, peering: aPeering({ outcome }), side },
    { functionName: 'addRoutes' },
  );

/** What EC2 has carried out, in its order. */
let done: (CreateRouteCommandInput | ReplaceRouteCommandInput)[];

/** Lets EC2 have these tables. It overwrites no route, and takes none for another table. */
const given = (...tables: RouteTable[]) => {
  done = [];
  ec2.on(DescribeRouteTablesCommand).callsFake(() => ({ RouteTables: tables }));
  ec2.on(DescribeVpcPeeringConnectionsCommand).resolves({ VpcPeeringConnections: [] });
  ec2.on(CreateRouteCommand).callsFake((input: CreateRouteCommandInput) => {
    const { RouteTableId: id, ...route } = input;
    const table = tables.find(({ RouteTableId }) => RouteTableId === id);
    if (!table) throw anAwsError('InvalidRouteTableID.NotFound');
    const { DestinationCidrBlock: block, DestinationIpv6CidrBlock: ipv6 } = route;
    if (routeTo(table, block ?? ipv6 ?? '')) throw anAwsError('RouteAlreadyExists');
    table.Routes?.push({ ...route, State: 'active' });
    done.push(input);
    return { Return: true };
  });
  ec2.on(ReplaceRouteCommand).callsFake((input: ReplaceRouteCommandInput) => {
    done.push(input);
    return {};
  });
};

const commands = async () => (await callsTo(ec2)).map(({ command }) => command);

const second = 'rtb-0f777777777777777';
const twoTables = aNetworkPlan({ hub: aHubSide({ routeTableIds: [second, hubTableId] }) });
const through = { VpcPeeringConnectionId: peeringId };
const intoPeering = { RouteTableId: hubTableId, DestinationCidrBlock: cidr, ...through };
const elsewhere = { VpcPeeringConnectionId: otherPeeringId, State: 'blackhole' } as const;
const asHub = { by: 'hub', in: 'eu-central-1' };

/** Lets the peering of the blackholes be shown as one of the same VPCs, with this status. */
const givenOtherPeering = (status: string) =>
  ec2.on(DescribeVpcPeeringConnectionsCommand).resolves({
    VpcPeeringConnections: [aDescribedPeering(status, { VpcPeeringConnectionId: otherPeeringId })],
  });

describe('into a peering that this onboarding has requested', () => {
  it('routes the hub at once, as the hub', async () => {
    given(aHubTable());
    await expect(addRoutes('created', 'hub')).resolves.toEqual({
      routes: [{ routeTableId: hubTableId, destination: cidr, outcome: 'created' }],
      did: `routed ${cidr} in ${hubTableId}`,
    });
    expect(await callsTo(ec2)).toEqual([{ ...asHub, command: 'CreateRoute', input: intoPeering }]);
    expect(await callsTo(sts)).toEqual([]);
  });

  it('routes the monitored account at once, as the onboarding role in its Region', async () => {
    given(aTable());
    const monitored = aMonitoredSide({ region: 'eu-west-1' });
    await expect(
      addRoutes('created', 'monitored', aNetworkPlan({ monitored })),
    ).resolves.toMatchObject({
      routes: [{ routeTableId: tableId, destination: hubCidr, outcome: 'created' }],
    });
    expect(await callsTo(sts)).toEqual([
      {
        ...asHub,
        command: 'AssumeRole',
        input: {
          RoleArn: onboardingRoleArn,
          RoleSessionName: `sightline-${executionName}`,
          DurationSeconds: 900,
          ExternalId: `sightline-${hubAccountId}`,
        },
      },
    ]);
    expect(await callsTo(ec2)).toEqual([
      {
        by: 'SightlineOnboarding',
        in: 'eu-west-1',
        command: 'CreateRoute',
        input: { RouteTableId: tableId, DestinationCidrBlock: hubCidr, ...through },
      },
    ]);
  });

  it('gives every table a route to every block without a look at any', async () => {
    given(aHubTable(), aHubTable([], { RouteTableId: second }));
    const monitored = aMonitoredSide({ cidrs: [cidr, '2001:db8::/56'] });
    await expect(addRoutes('created', 'hub', { ...twoTables, monitored })).resolves.toMatchObject({
      did: `routed ${cidr}, 2001:db8::/56 in ${second}, ${hubTableId}`,
    });
    expect(done).toEqual([
      { RouteTableId: second, DestinationCidrBlock: cidr, ...through },
      { RouteTableId: second, DestinationIpv6CidrBlock: '2001:db8::/56', ...through },
      intoPeering,
      { RouteTableId: hubTableId, DestinationIpv6CidrBlock: '2001:db8::/56', ...through },
    ]);
    expect(new Set(await commands())).toEqual(new Set(['CreateRoute']));
  });

  it('looks where EC2 has a route already, and tells what it had made by then as made', async () => {
    given(aHubTable([aRoute(cidr)]), aHubTable([], { RouteTableId: second }));
    await expect(addRoutes('created', 'hub', twoTables)).resolves.toEqual({
      routes: [
        { routeTableId: hubTableId, destination: cidr, outcome: 'already' },
        { routeTableId: second, destination: cidr, outcome: 'created' },
      ],
      did: `routed ${cidr} in ${second}; 1 already so`,
    });
    expect(await commands()).toEqual(['CreateRoute', 'CreateRoute', 'DescribeRouteTables']);
  });

  it('tells the routes of one table apart by their destinations', async () => {
    const ipv6 = '2001:db8::/56';
    given(aHubTable([{ DestinationIpv6CidrBlock: ipv6, ...through }]));
    const monitored = aMonitoredSide({ cidrs: [cidr, ipv6] });
    await expect(addRoutes('created', 'hub', aNetworkPlan({ monitored }))).resolves.toEqual({
      routes: [
        { routeTableId: hubTableId, destination: cidr, outcome: 'created' },
        { routeTableId: hubTableId, destination: ipv6, outcome: 'already' },
      ],
      did: `routed ${cidr} in ${hubTableId}; 1 already so`,
    });
  });

  it('looks where EC2 has a blackhole, and replaces it after the routes that it had made', async () => {
    given(aHubTable([], { RouteTableId: second }), aHubTable([aRoute(cidr, elsewhere)]));
    givenOtherPeering('deleted');
    await expect(addRoutes('created', 'hub', twoTables)).resolves.toMatchObject({
      routes: [
        { routeTableId: second, outcome: 'created' },
        { routeTableId: hubTableId, outcome: 'replaced' },
      ],
    });
    expect(await commands()).toEqual([
      'CreateRoute',
      'CreateRoute',
      'DescribeRouteTables',
      'DescribeVpcPeeringConnections',
      'ReplaceRoute',
    ]);
  });

  it('makes what is missing still after a look at what was not', async () => {
    given(aHubTable(), aHubTable([aRoute(cidr)], { RouteTableId: second }));
    await expect(addRoutes('created', 'hub', twoTables)).resolves.toMatchObject({
      did: `routed ${cidr} in ${hubTableId}; 1 already so`,
    });
    expect(done).toEqual([intoPeering]);
  });

  it('does not make again what EC2 does not show yet, as it had made it itself', async () => {
    const table = aHubTable([], { RouteTableId: second });
    given(table, aHubTable([aRoute(cidr)]));
    // Stale: without the route that was made a moment ago.
    ec2.on(DescribeRouteTablesCommand).resolves({
      RouteTables: [{ ...table, Routes: [] }, aHubTable([aRoute(cidr)])],
    });
    await expect(addRoutes('created', 'hub', twoTables)).resolves.toMatchObject({
      routes: [{ outcome: 'created' }, { outcome: 'already' }],
    });
    expect(done).toHaveLength(1);
  });

  // The state machine tries again what EC2 will show in a moment.
  it('passes on that a route is there which EC2 does not show yet', async () => {
    given(aHubTable([aRoute(cidr)]));
    ec2.on(DescribeRouteTablesCommand).resolves({ RouteTables: [aHubTable()] });
    await expect(addRoutes('created')).rejects.toMatchObject({ name: 'RouteAlreadyExists' });
  });

  it.each([
    'RouteLimitExceeded',
    'InvalidVpcPeeringConnectionID.NotFound',
    'UnauthorizedOperation',
  ])('passes on %s without a look', async (name) => {
    const error = anAwsError(name);
    given(aHubTable());
    ec2.on(CreateRouteCommand).rejects(error);
    await expect(addRoutes('created')).rejects.toBe(error);
    expect(await commands()).toEqual(['CreateRoute']);
  });

  it('refuses what leads elsewhere since Preflight looked, and leaves it', async () => {
    const nat = { DestinationCidrBlock: cidr, State: 'active', NatGatewayId: 'nat-1' } as const;
    given(aHubTable([], { RouteTableId: second }), aHubTable([nat]));
    await expect(addRoutes('created', 'hub', twoTables)).rejects.toMatchObject({
      name: 'RouteConflict',
      message: expect.stringContaining(`${hubTableId} sends ${cidr} to nat-1 (NAT gateway)`),
    });
    expect(done).toEqual([{ ...intoPeering, RouteTableId: second }]);
    expect(ec2).not.toHaveReceivedCommand(ReplaceRouteCommand);
  });
});

describe('into a peering that was there', () => {
  it('looks at the tables of the VPC first, and makes what they lack', async () => {
    given(aHubTable());
    await expect(addRoutes('already')).resolves.toEqual({
      routes: [{ routeTableId: hubTableId, destination: cidr, outcome: 'created' }],
      did: `routed ${cidr} in ${hubTableId}`,
    });
    expect(await callsTo(ec2)).toEqual([
      {
        ...asHub,
        command: 'DescribeRouteTables',
        input: expect.objectContaining({ Filters: [{ Name: 'vpc-id', Values: [hubVpcId] }] }),
      },
      { ...asHub, command: 'CreateRoute', input: intoPeering },
    ]);
  });

  it('looks at the monitored account’s tables as the onboarding role in its Region', async () => {
    given(aTable([aRoute(hubCidr)]));
    const monitored = aMonitoredSide({ region: 'eu-west-1' });
    await addRoutes('already', 'monitored', aNetworkPlan({ monitored }));
    expect(await callsTo(ec2)).toEqual([
      {
        by: 'SightlineOnboarding',
        in: 'eu-west-1',
        command: 'DescribeRouteTables',
        input: expect.objectContaining({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
      },
    ]);
  });

  it.each([
    ['a NAT gateway', { NatGatewayId: 'nat-1' }, 'nat-1'],
    ['a transit gateway', { TransitGatewayId: 'tgw-1' }, 'tgw-1'],
    ['a NAT gateway that is gone', { NatGatewayId: 'nat-1', State: 'blackhole' }, 'nat-1'],
    ['an active peering', { VpcPeeringConnectionId: otherPeeringId }, otherPeeringId],
  ] as const)('refuses to replace a route to %s before it makes any', async (_, parts, target) => {
    const route = { DestinationCidrBlock: cidr, State: 'active', ...parts } as const;
    given(aHubTable([], { RouteTableId: second }), aHubTable([route]));
    await expect(addRoutes('already', 'hub', twoTables)).rejects.toMatchObject({
      name: 'RouteConflict',
      message: expect.stringContaining(
        `Account ${hubAccountId} already has routes that lead elsewhere: ${hubTableId} sends ${cidr} to ${target} (`,
      ),
    });
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('changes nothing where a table is gone', async () => {
    given(aHubTable([], { RouteTableId: second }));
    await expect(addRoutes('already', 'hub', twoTables)).rejects.toMatchObject({
      name: 'RouteTableNotFound',
    });
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('passes on that a table is full', async () => {
    given(aHubTable());
    ec2.on(CreateRouteCommand).rejects(anAwsError('RouteLimitExceeded'));
    await expect(addRoutes('already')).rejects.toMatchObject({ name: 'RouteLimitExceeded' });
  });

  it('needs the onboarding role for the monitored account only', async () => {
    given(aHubTable([aRoute(cidr)]));
    denyRole(onboardingRoleArn);
    await expect(addRoutes('already', 'hub')).resolves.toMatchObject({ did: '1 already so' });
    await expect(addRoutes('already', 'monitored')).rejects.toMatchObject({
      name: 'OnboardingRoleNotAssumable',
    });
  });
});

describe.each(['created', 'already'] as const)(
  'into a peering that was %s, in either way',
  (outcome) => {
    it('gives every table the routes that it lacks, IPv4 and IPv6', async () => {
      given(aHubTable([aRoute(cidr)]), aHubTable([], { RouteTableId: second }));
      const network = aNetworkPlan({
        hub: aHubSide({ routeTableIds: [hubTableId, second] }),
        monitored: aMonitoredSide({ cidrs: [cidr, '2001:db8::/56'] }),
      });
      await expect(addRoutes(outcome, 'hub', network)).resolves.toEqual({
        routes: [
          { routeTableId: hubTableId, destination: cidr, outcome: 'already' },
          { routeTableId: hubTableId, destination: '2001:db8::/56', outcome: 'created' },
          { routeTableId: second, destination: cidr, outcome: 'created' },
          { routeTableId: second, destination: '2001:db8::/56', outcome: 'created' },
        ],
        did: `routed 2001:db8::/56, ${cidr} in ${hubTableId}, ${second}; 1 already so`,
      });
      expect(done).toEqual([
        { RouteTableId: hubTableId, DestinationIpv6CidrBlock: '2001:db8::/56', ...through },
        { RouteTableId: second, DestinationCidrBlock: cidr, ...through },
        { RouteTableId: second, DestinationIpv6CidrBlock: '2001:db8::/56', ...through },
      ]);
    });

    it.each(['active', 'blackhole'] as const)(
      'leaves a route that leads into the peering as it is, even while it is %s',
      async (State) => {
        given(aHubTable([aRoute(cidr, { State })]));
        await expect(addRoutes(outcome)).resolves.toEqual({
          routes: [{ routeTableId: hubTableId, destination: cidr, outcome: 'already' }],
          did: '1 already so',
        });
        expect(done).toEqual([]);
      },
    );

    it('replaces the blackhole that a dead peering left behind', async () => {
      given(aHubTable([aRoute(cidr, elsewhere)]));
      givenOtherPeering('deleted');
      await expect(addRoutes(outcome)).resolves.toEqual({
        routes: [{ routeTableId: hubTableId, destination: cidr, outcome: 'replaced' }],
        did: `routed ${cidr} in ${hubTableId}`,
      });
      expect(ec2).toHaveReceivedCommandWith(DescribeVpcPeeringConnectionsCommand, {
        Filters: [{ Name: 'vpc-peering-connection-id', Values: [otherPeeringId] }],
      });
      expect((await changesIn(ec2)).at(-1)).toEqual({
        ...asHub,
        command: 'ReplaceRoute',
        input: intoPeering,
      });
      expect(done).toHaveLength(1);
    });

    it('refuses to replace a blackhole into a peering that merely waits to be accepted', async () => {
      given(aTable([aRoute(hubCidr, elsewhere)]));
      givenOtherPeering('pending-acceptance');
      await expect(addRoutes(outcome, 'monitored')).rejects.toMatchObject({
        name: 'RouteConflict',
        message: expect.stringContaining(
          `Account ${accountId} already has routes that lead elsewhere: ${tableId} sends ${hubCidr} to ${otherPeeringId} (peering), a blackhole until that peering is active.`,
        ),
      });
      expect(done).toEqual([]);
    });

    it('refuses to replace a blackhole into a peering that AWS no longer shows, and says so', async () => {
      given(aHubTable([aRoute(cidr, elsewhere)]));
      await expect(addRoutes(outcome)).rejects.toMatchObject({
        name: 'RouteConflict',
        message: expect.stringContaining('AWS no longer shows which VPCs that peering connected'),
      });
      expect(done).toEqual([]);
    });

    it('names every conflict at once', async () => {
      const gateway = { DestinationCidrBlock: cidr, GatewayId: 'vgw-1' };
      given(aHubTable([gateway]), aHubTable([gateway], { RouteTableId: second }));
      await expect(addRoutes(outcome, 'hub', twoTables)).rejects.toMatchObject({
        message: expect.stringContaining(
          `${hubTableId} sends ${cidr} to vgw-1 (virtual private gateway); ${second} sends ${cidr} to vgw-1 (`,
        ),
      });
      expect(done).toEqual([]);
    });

    it('finds everything in place when it runs a second time', async () => {
      given(aHubTable());
      await addRoutes(outcome);
      await expect(addRoutes(outcome)).resolves.toMatchObject({ did: '1 already so' });
      expect(done).toEqual([intoPeering]);
    });

    it('names a table that is gone since Preflight read it', async () => {
      given(aHubTable([], { RouteTableId: second }));
      await expect(addRoutes(outcome)).rejects.toMatchObject({
        name: 'RouteTableNotFound',
        message: expect.stringContaining(
          `VPC ${hubVpcId} of account ${hubAccountId} has no route table ${hubTableId}; it has ${second}.`,
        ),
      });
      expect(done).toEqual([]);
    });
  },
);
