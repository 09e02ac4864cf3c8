import * as ec2 from '@aws-sdk/client-ec2';
import { administrator } from '../scenarios/owners.ts';
import { deployed } from './harness.ts';
import { idFor, sketched } from './worlds.ts';

const hub = '111111111111';
const plain = '222222222222';
const defaultOnly = '333333333333';
const overlapping = '444444444444';
const untrusting = '555555555555';
const elsewhere = '666666666666';

const day = 24 * 3600 * 1000;

type Sightline = Awaited<ReturnType<typeof deployed>>;

const ec2Of = (sightline: Sightline, accountId: string, region?: string) =>
  new ec2.EC2Client(administrator(sightline, accountId, region));

const idsIn = ({ aws }: Sightline, accountId: string) => {
  const [region] = Object.values(aws.ec2.state.snapshot(accountId)[accountId] ?? {});
  return region;
};

describe('the plain account', () => {
  it('ends with an active peering, routes both ways for every block, rules and a role', async () => {
    const { onboard } = await deployed();

    const { status, report } = await onboard({ accountId: plain });

    expect(status).toBe('SUCCEEDED');
    expect(report?.network?.peering).toMatchObject({ status: 'active', outcome: 'created' });
    expect(report?.network?.hub.routes.map(({ destination }) => destination)).toEqual([
      '10.20.0.0/16',
      '10.120.0.0/20',
    ]);
    expect(report?.network?.monitored.routes).toHaveLength(2);
    expect(report?.network?.securityGroups).toMatchObject([{ outcome: 'already' }]);
    expect(report?.network?.securityGroups[0]?.rules).toMatchObject([
      { port: { name: 'zabbix-agent' }, cidr: '10.0.0.0/16', outcome: 'created' },
      { port: { name: 'ping' }, cidr: '10.0.0.0/16', outcome: 'created' },
    ]);
    expect(report?.role).toMatchObject({ arn: `arn:aws:iam::${plain}:role/cross-role` });
    expect(report?.readiness).toHaveLength(8);
    expect(report?.readiness.every(({ ok }) => ok)).toBe(true);
  });

  it('changes exactly what the job needs', async () => {
    const { onboard } = await deployed();

    const { writes } = await onboard({ accountId: plain });

    expect(writes.toSorted()).toEqual([
      'ec2:AcceptVpcPeeringConnection',
      'ec2:AuthorizeSecurityGroupIngress',
      'ec2:CreateRoute',
      'ec2:CreateRoute',
      'ec2:CreateRoute',
      'ec2:CreateRoute',
      'ec2:CreateTags',
      'ec2:CreateVpcPeeringConnection',
      'iam:AttachRolePolicy',
      'iam:CreateRole',
    ]);
  });

  it('is left alone by a second run, which makes no mutating call', async () => {
    const { onboard, snapshot } = await deployed();
    await onboard({ accountId: plain });
    const after = snapshot();

    const { status, writes, report } = await onboard({ accountId: plain });

    expect(status).toBe('SUCCEEDED');
    expect(writes).toEqual([]);
    expect(report?.changes).toBe(0);
    expect(snapshot()).toEqual(after);
  });

  it('has its role tried until IAM has propagated it', async () => {
    const { onboard } = await deployed(undefined, { iamPropagationMs: 30_000 });

    const { status, steps } = await onboard({ accountId: plain });

    expect(status).toBe('SUCCEEDED');
    expect(steps.find(({ state }) => state === 'VerifyRole')?.attempts).toBeGreaterThan(3);
  });

  it('shows the owner in CloudTrail which onboarding came', async () => {
    const { onboard } = await deployed();

    const { calls, executionArn } = await onboard({ accountId: plain });

    const sessions = calls
      .filter(({ accountId }) => accountId === plain)
      .map(({ callerArn }) => callerArn.split('/').at(-1));
    const name = executionArn.split(':').at(-1);
    expect(new Set(sessions)).toEqual(new Set([`sightline-${name}`]));
  });

  it('gets a VPC that was asked for by name, with the ports and the group that were asked for', async () => {
    const sightline = await deployed();
    const group = idsIn(sightline, plain)?.securityGroups.find(
      ({ GroupName }) => GroupName === 'app',
    );

    const { report } = await sightline.onboard({
      accountId: plain,
      vpcId: 'vpc-0b22222222222222b',
      ports: ['node-exporter', { protocol: 'tcp', from: 8080, to: 8090 }],
      securityGroups: [group?.GroupId],
      access: ['network'],
    });

    expect(report?.role).toBeUndefined();
    expect(report?.network?.securityGroups).toMatchObject([
      {
        groupId: group?.GroupId,
        rules: [{ port: { from: 9100 } }, { port: { from: 8080, to: 8090 } }],
      },
    ]);
  });

  it('can be onboarded for API access only, which touches no network', async () => {
    const { onboard, snapshot } = await deployed();
    const before = snapshot();

    const { report, writes } = await onboard({ accountId: plain, access: ['api'] });

    expect(report).toMatchObject({ ready: true, role: { outcome: 'created' } });
    expect(report?.network).toBeUndefined();
    expect(writes).toEqual(['iam:CreateRole', 'iam:AttachRolePolicy']);
    expect(snapshot().ec2).toEqual(before.ec2);
  });

  it('gets a role that asks for an external id where the request wants one', async () => {
    const { onboard } = await deployed();

    const { report } = await onboard({
      accountId: plain,
      access: ['api'],
      role: { name: 'cross-role-cloudwatch', externalId: 'our-secret-id' },
    });

    expect(report?.role).toMatchObject({ externalId: true });
    expect(JSON.stringify(report)).not.toContain('our-secret-id');
  });

  it('gets names that resolve over the peering where that is asked and possible', async () => {
    const { onboard } = await deployed(({ accounts }) => {
      for (const id of [hub, plain]) {
        for (const vpc of accounts[id]!.regions['eu-central-1']!.vpcs) vpc.dnsHostnames = true;
      }
    });

    const first = await onboard({ accountId: plain, dnsResolution: true });
    const second = await onboard({ accountId: plain, dnsResolution: true });

    expect(first.report?.network?.dnsResolution).toEqual({ asked: true, outcome: 'updated' });
    expect(second.writes).toEqual([]);
  });

  it('is refused names that resolve where a VPC has them off', async () => {
    const { onboard } = await deployed();

    const { failure, writes } = await onboard({ accountId: plain, dnsResolution: true });

    expect(failure).toMatchObject({ name: 'DnsAttributesOff' });
    expect(failure?.message).toContain('enableDnsHostnames of vpc-0a11111111111111a');
    expect(writes).toEqual([]);
  });
});

describe('an account in another Region', () => {
  it('is accepted and routed in its own Region', async () => {
    const { onboard } = await deployed();

    const { report, calls } = await onboard({ accountId: elsewhere, region: 'us-east-1' });

    expect(report?.network?.monitored).toMatchObject({ region: 'us-east-1' });
    const accept = calls.find(({ action }) => action === 'AcceptVpcPeeringConnection');
    expect(accept).toMatchObject({ accountId: elsewhere, region: 'us-east-1' });
  });

  it('gets a group of Sightline’s own where none is tagged, and is told to attach it', async () => {
    const { onboard } = await deployed();
    const request = { accountId: elsewhere, region: 'us-east-1' };

    const { report, writes } = await onboard(request);
    const again = await onboard(request);

    expect(writes).toContain('ec2:CreateSecurityGroup');
    expect(report?.network?.securityGroups).toMatchObject([{ name: 'sightline-monitoring' }]);
    expect(report?.notes[0]).toContain('Attach security group sg-');
    expect(again.writes).toEqual([]);
  });
});

describe('an account that cannot be onboarded as it is', () => {
  it.each([
    ['whose VPC overlaps the hub', overlapping, {}, 'CidrOverlap', '10.0.128.0/20'],
    [
      'that does not trust the hub',
      untrusting,
      {},
      'OnboardingRoleNotAssumable',
      'SightlineOnboarding',
    ],
    ['that has only a default VPC', defaultOnly, {}, 'NoVpcQualifies', 'vpc-0c33333333333333c'],
    [
      'that does not have the VPC',
      plain,
      { vpcId: 'vpc-0123456789abcdef0' },
      'VpcNotFound',
      'vpc-0b22222222222222b',
    ],
    ['whose request is wrong', plain, { regoin: 'eu-central-1' }, 'InvalidRequest', 'regoin'],
    ['asked for unknown ports', plain, { ports: ['zabix'] }, 'InvalidRequest', 'zabbix-agent'],
    ['asked for another role', plain, { role: { name: 'admin' } }, 'InvalidRequest', 'cross-role'],
    [
      'asked for a table it lacks',
      plain,
      { routeTables: { monitored: ['rtb-0123456789abcdef0'] } },
      'RouteTableNotFound',
      'rtb-',
    ],
    [
      'asked for a group it lacks',
      plain,
      { securityGroups: ['sg-0123456789abcdef0'] },
      'SecurityGroupNotFound',
      'sg-0123456789abcdef0',
    ],
  ])(
    'an account %s is refused by preflight, with nothing left behind',
    async (_, accountId, more, name, named) => {
      const { onboard, snapshot } = await deployed();
      const before = snapshot();

      const { status, failure, writes } = await onboard({ accountId, ...more });

      expect(status).toBe('FAILED');
      expect(failure?.name).toBe(name);
      expect(failure?.message).toContain(named);
      expect(failure?.remedy).not.toMatch(/<\w+>/);
      expect(writes).toEqual([]);
      expect(snapshot()).toEqual(before);
    },
  );

  it('a default VPC is taken when the request names it', async () => {
    const { onboard } = await deployed();

    const { status } = await onboard({ accountId: defaultOnly, vpcId: 'vpc-0c33333333333333c' });

    expect(status).toBe('SUCCEEDED');
  });
});

describe('what somebody else made', () => {
  const request = { accountId: plain };

  it('a route that leads elsewhere is a conflict, and no route of that side is changed', async () => {
    const { onboard, aws } = await deployed(({ accounts }) => {
      const [vpc] = accounts[plain]!.regions['eu-central-1']!.vpcs;
      vpc!.routeTables[0]!.routes.push({
        destination: '10.0.0.0/16',
        target: 'tgw-0123456789abcdef0',
      });
    });

    const { failure } = await onboard(request);

    expect(failure?.name).toBe('RouteConflict');
    expect(failure?.message).toContain('10.0.0.0/16 to tgw-0123456789abcdef0');
    const inMonitored = aws.calls
      .mutations()
      .filter(({ action, accountId }) => action.endsWith('Route') && accountId === plain);
    expect(inMonitored).toEqual([]);
  });

  it('a blackhole left by a dead peering is replaced', async () => {
    const sightline = await deployed();
    const { onboard } = sightline;
    const first = await onboard(request);
    const id = first.report?.network?.peering.id;
    await ec2Of(sightline, plain).send(
      new ec2.DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId: id }),
    );

    const { status, report, writes } = await onboard(request);

    expect(status).toBe('SUCCEEDED');
    expect(report?.network?.peering.id).not.toBe(id);
    expect(report?.network?.hub.routes.every(({ outcome }) => outcome === 'replaced')).toBe(true);
    expect(writes.filter((write) => write === 'ec2:ReplaceRoute')).toHaveLength(4);
  });

  it('a peering that the other account requested is adopted, accepted by the hub and not tagged', async () => {
    const sightline = await deployed();
    const { VpcPeeringConnection: theirs } = await ec2Of(sightline, plain).send(
      new ec2.CreateVpcPeeringConnectionCommand({
        VpcId: 'vpc-0b22222222222222b',
        PeerVpcId: 'vpc-0a11111111111111a',
        PeerOwnerId: hub,
      }),
    );
    jest.advanceTimersByTime(1000);

    const { report, writes } = await sightline.onboard(request);

    expect(report?.network?.peering).toMatchObject({
      id: theirs?.VpcPeeringConnectionId,
      outcome: 'already',
      ours: false,
    });
    const made = writes.filter((write) => /CreateVpcPeeringConnection|CreateTags/.test(write));
    expect(made).toEqual([]);
  });

  it('a group sightline-monitoring that Sightline did not make is a conflict', async () => {
    const sightline = await deployed();
    const { failure } = await sightline
      .onboard({ accountId: plain, access: ['network'] })
      .then(async () => {
        const [vpcId, client] = ['vpc-0f66666666666666f', ec2Of(sightline, elsewhere, 'us-east-1')];
        await client.send(
          new ec2.CreateSecurityGroupCommand({
            VpcId: vpcId,
            GroupName: 'sightline-monitoring',
            Description: 'somebody else made it',
          }),
        );
        return sightline.onboard({ accountId: elsewhere, region: 'us-east-1' });
      });

    expect(failure?.name).toBe('SecurityGroupConflict');
  });
});

describe('as many requests of the hub as may be open', () => {
  const vpcs = Array.from({ length: 25 }, (_, n) => ({ blocks: [`10.${100 + n}.0.0/16`] }));
  const pairs = vpcs.map(
    (_, n) => ['hub', `${defaultOnly}/${defaultOnly}${n ? `-${n + 1}` : ''}`] as const,
  );

  it('are waited for, where they are only some seconds old', async () => {
    const sightline = await deployed(
      sketched({
        others: { [defaultOnly]: vpcs },
        peerings: pairs.map(([from, to]) => ({ from, to, state: 'pending-acceptance' as const })),
      }),
    );
    const [peered = ['', '']] = pairs;
    const accept = new ec2.AcceptVpcPeeringConnectionCommand({
      VpcPeeringConnectionId: idFor('pcx', ...peered),
    });
    setTimeout(() => void ec2Of(sightline, defaultOnly).send(accept), 5 * 60_000);
    const begin = Date.now();

    const { status } = await sightline.onboard({ accountId: plain, access: ['network'] });

    expect(status).toBe('SUCCEEDED');
    expect(Date.now() - begin).toBeGreaterThan(5 * 60_000);
  });
});

describe('acceptance by hand', () => {
  const request = { accountId: plain, acceptance: 'manual' };
  const pending = async (sightline: Sightline) => {
    const { VpcPeeringConnections: [found] = [] } = await ec2Of(sightline, plain).send(
      new ec2.DescribeVpcPeeringConnectionsCommand({
        Filters: [{ Name: 'status-code', Values: ['pending-acceptance'] }],
      }),
    );
    return found?.VpcPeeringConnectionId;
  };

  it('is waited for, and then the onboarding goes on by itself', async () => {
    const sightline = await deployed();
    setTimeout(
      async () => {
        await ec2Of(sightline, plain).send(
          new ec2.AcceptVpcPeeringConnectionCommand({
            VpcPeeringConnectionId: await pending(sightline),
          }),
        );
      },
      3 * 3600 * 1000,
    );

    const { status, writes } = await sightline.onboard(request);

    expect(status).toBe('SUCCEEDED');
    expect(writes).toContain('ec2:AcceptVpcPeeringConnection');
    expect(
      sightline.aws.calls
        .mutations()
        .filter(
          ({ callerArn, action }) =>
            action === 'AcceptVpcPeeringConnection' && callerArn.includes('sightline'),
        ),
    ).toEqual([]);
  });

  it('that the other owner refuses ends the onboarding with the account and the remedy', async () => {
    const sightline = await deployed();
    setTimeout(async () => {
      await ec2Of(sightline, plain).send(
        new ec2.RejectVpcPeeringConnectionCommand({
          VpcPeeringConnectionId: await pending(sightline),
        }),
      );
    }, day / 24);

    const { failure } = await sightline.onboard(request);

    expect(failure).toMatchObject({ name: 'PeeringRejected' });
    expect(failure?.message).toContain(plain);
  });
});

it('network access alone may be asked for together with a role, which is then left alone', async () => {
  const { onboard } = await deployed();

  const { status, report } = await onboard({ accountId: plain, access: ['network'], role: {} });

  expect(status).toBe('SUCCEEDED');
  expect(report?.role).toBeUndefined();
});

it('ports asked for twice are opened once', async () => {
  const { onboard } = await deployed();

  const { report } = await onboard({
    accountId: plain,
    access: ['network'],
    ports: ['zabbix-agent', 'ping', { protocol: 'tcp', from: 10050, to: 10050 }, 'ping'],
  });

  expect(report?.network?.securityGroups[0]?.rules.map(({ port }) => port.name)).toEqual([
    'zabbix-agent',
    'ping',
  ]);
});

it.each([3000, 20_000])(
  'an account that sees the request only %d ms later accepts it then',
  async (peeringVisibleAfterMs) => {
    const { onboard } = await deployed(() => undefined, { peeringVisibleAfterMs });

    const { status, failure, report } = await onboard({ accountId: plain });

    expect(failure).toBeUndefined();
    expect(status).toBe('SUCCEEDED');
    expect(report?.network?.peering.status).toBe('active');
  },
);
