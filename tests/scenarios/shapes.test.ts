import * as ec2 from '@aws-sdk/client-ec2';
import type { LocalSettings } from '../../local/aws/settings.ts';
import type { World } from '../../local/world.ts';
import { deployed } from '../local/harness.ts';
import {
  ec2Of,
  hub,
  hubVpcId,
  plain,
  requestFromTheHub,
  requestFromTheirSide,
  type Sightline,
  vpcId,
} from './owners.ts';

const elsewhere = '666666666666';
const servers = 'sg-0a11111111111111a';
const appGroup = 'sg-0b22222222222222b';

beforeAll(() => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
});

const vpcOf = ({ accounts }: World, accountId: string) =>
  accounts[accountId]!.regions['eu-central-1']!.vpcs[0]!;

/** The usual world, with ids for the groups that requests name. */
const given = (
  change: (world: World) => void = () => undefined,
  settings: Partial<LocalSettings> = {},
) =>
  deployed((world) => {
    vpcOf(world, hub).securityGroups[0]!.id = servers;
    vpcOf(world, plain).securityGroups[0]!.id = appGroup;
    change(world);
  }, settings);

const network = (accountId: string, more: object = {}) => ({
  accountId,
  access: ['network'],
  ...more,
});

const tablesOf = async (sightline: Sightline, accountId: string, id: string) => {
  const { RouteTables = [] } = await ec2Of(sightline, accountId).send(
    new ec2.DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [id] }] }),
  );
  return RouteTables;
};

const tableNamed = async (sightline: Sightline, name: string) => {
  const tables = await tablesOf(sightline, plain, vpcId);
  return tables.find(({ Tags }) => Tags?.some(({ Value }) => Value === name))?.RouteTableId ?? '';
};

const mainTable = async (sightline: Sightline) => {
  const tables = await tablesOf(sightline, plain, vpcId);
  return tables.find(({ Associations }) => Associations?.some(({ Main }) => Main))?.RouteTableId;
};

const rulesOf = async (sightline: Sightline, accountId: string, groupId: string) => {
  const { SecurityGroupRules = [] } = await ec2Of(sightline, accountId).send(
    new ec2.DescribeSecurityGroupRulesCommand({
      Filters: [{ Name: 'group-id', Values: [groupId] }],
    }),
  );
  return SecurityGroupRules.filter(({ IsEgress }) => !IsEgress);
};

const accept = async (sightline: Sightline, accountId: string, id: string) => {
  await ec2Of(sightline, accountId).send(
    new ec2.AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId: id }),
  );
  jest.advanceTimersByTime(2000);
};

describe('the route tables that get routes', () => {
  it.each<[string, (sightline: Sightline) => Promise<unknown>, string[]]>([
    ['the main one', async () => 'main', ['main']],
    ['all', async () => 'all', ['main', 'private', 'unused']],
    ['those with a tag', async () => ({ tag: { key: 'Name', value: 'unused' } }), ['unused']],
    ['by id', async (sightline) => [await tableNamed(sightline, 'unused')], ['unused']],
    [
      'those of subnets',
      async (sightline) => {
        const { Subnets = [] } = await ec2Of(sightline, plain).send(
          new ec2.DescribeSubnetsCommand({
            Filters: [{ Name: 'tag:Name', Values: ['app-a', 'app-b'] }],
          }),
        );
        return { subnets: Subnets.map(({ SubnetId }) => SubnetId) };
      },
      ['private'],
    ],
  ])('are, when asked so, %s, and no other is touched', async (_, choice, names) => {
    const sightline = await given();
    const monitored = await choice(sightline);

    const { report } = await sightline.onboard(network(plain, { routeTables: { monitored } }));

    const expected = await Promise.all(
      names.map((name) => (name === 'main' ? mainTable(sightline) : tableNamed(sightline, name))),
    );
    const routed = report?.network?.monitored.routes.map(({ routeTableId }) => routeTableId);
    expect(new Set(routed)).toEqual(new Set(expected));
    const id = report?.network?.peering.id;
    const changed = (await tablesOf(sightline, plain, vpcId))
      .filter(({ Routes = [] }) => Routes.some((one) => one.VpcPeeringConnectionId === id))
      .map(({ RouteTableId }) => RouteTableId);
    expect(new Set(changed)).toEqual(new Set(expected));
  });

  it.each([
    [{ tag: { key: 'Name', value: 'nobody' } }, 'RouteTableNotFound', 'tagged Name=nobody'],
    [{ subnets: ['subnet-0123456789abcdef0'] }, 'SubnetNotFound', 'subnet-0123456789abcdef0'],
  ])('are refused that are not there: %j', async (monitored, name, message) => {
    const sightline = await given();

    const { failure, writes } = await sightline.onboard(
      network(plain, { routeTables: { monitored } }),
    );

    expect(failure).toMatchObject({ name, message: expect.stringContaining(message) });
    expect(writes).toEqual([]);
  });
});

describe('blocks', () => {
  it('that are excluded get neither routes nor rules, on either side', async () => {
    const sightline = await given((world) => vpcOf(world, hub).cidrs.push('100.64.0.0/20'));
    const excludeCidrs = ['10.120.0.0/20', '100.64.0.0/20'];

    const { report } = await sightline.onboard(network(plain, { excludeCidrs }));

    const destinations = [report?.network?.hub, report?.network?.monitored].map((side) =>
      side?.routes.map(({ destination }) => destination),
    );
    expect(destinations).toEqual([['10.20.0.0/16'], ['10.0.0.0/16', '10.0.0.0/16']]);
    const rules = report?.network?.securityGroups.flatMap((group) => group.rules);
    expect(new Set(rules?.map(({ cidr }) => cidr))).toEqual(new Set(['10.0.0.0/16']));
  });

  it('of IPv6 are routed and let in where both VPCs have them', async () => {
    const sightline = await given((world) => {
      vpcOf(world, hub).cidrs.push('2001:db8:a::/56');
      vpcOf(world, plain).cidrs.push('2001:db8:b::/56');
    });

    const { report } = await sightline.onboard(network(plain));

    const routed = (routes: { destination: string }[] = []) =>
      routes.map(({ destination }) => destination);
    expect(routed(report?.network?.hub.routes)).toContain('2001:db8:b::/56');
    expect(routed(report?.network?.monitored.routes)).toContain('2001:db8:a::/56');
    const rules = await rulesOf(sightline, plain, appGroup);
    expect(rules).toContainEqual(
      expect.objectContaining({ CidrIpv6: '2001:db8:a::/56', FromPort: 10050 }),
    );
  });

  it('that were added get their routes in a re-run, and nothing else is changed', async () => {
    const sightline = await given();
    await sightline.onboard(network(plain));
    await ec2Of(sightline, plain).send(
      new ec2.AssociateVpcCidrBlockCommand({ VpcId: vpcId, CidrBlock: '10.121.0.0/16' }),
    );
    jest.advanceTimersByTime(60_000);

    const { report, writes } = await sightline.onboard(network(plain));

    expect(writes).toEqual(['ec2:CreateRoute']);
    const added = report?.network?.hub.routes.filter(({ outcome }) => outcome === 'created');
    expect(added?.map(({ destination }) => destination)).toEqual(['10.121.0.0/16']);
  });

  it('that are excluded later leave routes that the report lists and nobody removes', async () => {
    const sightline = await given();
    await sightline.onboard(network(plain));

    const { report, writes } = await sightline.onboard(
      network(plain, { excludeCidrs: ['10.120.0.0/20'] }),
    );

    expect(writes).toEqual([]);
    expect(report?.network?.hub.superfluous).toEqual([
      { routeTableId: expect.any(String), destination: '10.120.0.0/20' },
    ]);
    expect(report?.notes.join()).toContain('still routes 10.120.0.0/20 into the peering');
  });
});

describe('a route that is there', () => {
  const withRoute = (destination: string, target: string) => (world: World) => {
    vpcOf(world, plain).routeTables[0]!.routes.push({ destination, target });
  };

  it.each([
    ['nat-0b22222222222222b', 'NAT gateway'],
    ['tgw-0123456789abcdef0', 'transit gateway'],
    ['i-0123456789abcdef0', 'instance'],
    ['eni-0123456789abcdef0', 'network interface'],
    ['vgw-0123456789abcdef0', 'virtual private gateway'],
  ])('to the same destination, towards %s, is a conflict that names it', async (target, kind) => {
    const sightline = await given(withRoute('10.0.0.0/16', target));

    const { failure } = await sightline.onboard(network(plain));

    expect(failure?.name).toBe('RouteConflict');
    const table = await tableNamed(sightline, 'private');
    expect(failure?.message).toContain(`${table} sends 10.0.0.0/16 to ${target} (${kind})`);
  });

  it('as a blackhole into a peering that nobody knows is a conflict, and stays', async () => {
    const sightline = await given(withRoute('10.0.0.0/16', 'pcx-0123456789abcdef0'));

    const { failure, writes } = await sightline.onboard(network(plain));

    expect(failure?.name).toBe('RouteConflict');
    expect(failure?.message).toContain('AWS no longer shows which VPCs that peering connected');
    expect(writes).not.toContain('ec2:ReplaceRoute');
  });

  it('with a longer prefix that leads elsewhere is told of in the report', async () => {
    const sightline = await given(withRoute('10.0.9.0/24', 'tgw-0123456789abcdef0'));

    const { status, report } = await sightline.onboard(network(plain));

    expect(status).toBe('SUCCEEDED');
    expect(report?.notes.join()).toContain(
      'sends 10.0.9.0/24, a part of 10.0.0.0/16, to tgw-0123456789abcdef0 (transit gateway)',
    );
  });

  it('with a longer prefix that takes a calling subnet elsewhere stops before the first write', async () => {
    const sightline = await given(withRoute('10.0.2.0/24', 'tgw-0123456789abcdef0'));

    const { failure, writes } = await sightline.onboard(network(plain));

    expect(failure?.name).toBe('WayBlocked');
    expect(failure?.message).toContain('sends 10.0.2.0/24 to tgw-0123456789abcdef0');
    expect(writes).toEqual([]);
  });

  it('with a shorter prefix is in nobody’s way', async () => {
    const sightline = await given(withRoute('10.0.0.0/8', 'tgw-0123456789abcdef0'));

    const { status, report } = await sightline.onboard(network(plain));

    expect(status).toBe('SUCCEEDED');
    expect(report?.notes).toEqual(['Access by network only: no monitoring role was looked after.']);
  });
});

describe('security groups', () => {
  it('are opened by reference to a group of the hub, in one call with several ports', async () => {
    const sightline = await given();
    const request = network(plain, {
      sources: [servers, '10.0.1.0/24'],
      ports: ['zabbix-agent', 'snmp', 'ping'],
    });

    const first = await sightline.onboard(request);
    const second = await sightline.onboard(request);

    expect(first.status).toBe('SUCCEEDED');
    expect(
      first.writes.filter((write) => write === 'ec2:AuthorizeSecurityGroupIngress'),
    ).toHaveLength(1);
    const rules = await rulesOf(sightline, plain, appGroup);
    const referring = rules.filter(({ ReferencedGroupInfo }) => ReferencedGroupInfo);
    expect(referring.map(({ IpProtocol }) => IpProtocol)).toEqual(['tcp', 'udp', 'icmp']);
    expect(referring[0]?.ReferencedGroupInfo).toMatchObject({ GroupId: servers, UserId: hub });
    expect(second.writes).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['another Region', network(elsewhere, { region: 'us-east-1' }), 'SourceGroupInOtherRegion'],
    ['a group that is not the hub’s', network(plain), 'HubSecurityGroupNotFound'],
  ])('are not opened by reference from %s', async (where, request, name) => {
    const sightline = await given();
    const sources = [where === 'another Region' ? servers : appGroup];

    const { failure, writes } = await sightline.onboard({ ...request, sources });

    expect(failure?.name).toBe(name);
    expect(writes).toEqual([]);
  });

  it('are Sightline’s own where that is asked, although others are tagged', async () => {
    const sightline = await given();

    const { report } = await sightline.onboard(network(plain, { securityGroups: 'dedicated' }));

    expect(report?.network?.securityGroups).toMatchObject([
      { name: 'sightline-monitoring', outcome: 'created' },
    ]);
    expect(await rulesOf(sightline, plain, appGroup)).toHaveLength(1);
  });

  it('are those with the tag that the request names', async () => {
    const sightline = await given((world) => {
      const [group] = vpcOf(world, plain).securityGroups;
      group!.tags = { role: 'agent' };
    });
    const tag = { key: 'role', value: 'agent' };

    const { report } = await sightline.onboard(network(plain, { securityGroups: { tag } }));

    expect(report?.network?.securityGroups).toMatchObject([{ groupId: appGroup }]);
  });

  it('get no rule at all where one of them has no room', async () => {
    const fullGroup = 'sg-0b33333333333333b';
    const ingress = Array.from({ length: 60 }, (_, index) => ({
      protocol: 'tcp',
      from: 20_000 + index,
      to: 20_000 + index,
      cidr: '10.20.0.0/16',
    }));
    const sightline = await given((world) => {
      vpcOf(world, plain).securityGroups.push({
        name: 'full',
        id: fullGroup,
        description: 'a full group',
        tags: {},
        ingress,
      });
    });

    const { failure, writes } = await sightline.onboard(
      network(plain, { securityGroups: [appGroup, fullGroup] }),
    );

    expect(failure?.name).toBe('NoRoom');
    expect(failure?.message).toContain(fullGroup);
    expect(writes).toEqual([]);
  });

  it('keep rules of ports that are no longer asked for, which the report lists', async () => {
    const sightline = await given();
    await sightline.onboard(network(plain, { ports: ['zabbix-agent', 'node-exporter'] }));

    const { report, writes } = await sightline.onboard(network(plain, { ports: ['zabbix-agent'] }));

    expect(writes).toEqual([]);
    expect(report?.network?.superfluousRules).toMatchObject([
      { accountId: plain, groupId: appGroup, port: 'tcp/9100', source: '10.0.0.0/16' },
    ]);
  });
});

describe('agents that call in', () => {
  const ports = ['zabbix-agent', 'zabbix-agent-active', 'snmp-trap'];
  const request = network(plain, { ports, hubSecurityGroups: [servers] });

  it('are let into the hub’s own group from the monitored blocks, once', async () => {
    const sightline = await given();

    const { report } = await sightline.onboard(request);
    const second = await sightline.onboard(request);

    expect(report?.network?.securityGroups[0]?.rules).toHaveLength(1);
    expect(report?.network?.hubSecurityGroups).toMatchObject([{ groupId: servers }]);
    const rules = await rulesOf(sightline, hub, servers);
    expect(rules.map((rule) => [rule.IpProtocol, rule.FromPort, rule.CidrIpv4])).toEqual([
      ['tcp', 10051, '10.20.0.0/16'],
      ['tcp', 10051, '10.120.0.0/20'],
      ['udp', 162, '10.20.0.0/16'],
      ['udp', 162, '10.120.0.0/20'],
    ]);
    expect(rules[0]?.Tags).toContainEqual({
      Key: 'sightline:onboarding',
      Value: `${plain}/${vpcId}`,
    });
    expect(second.writes).toEqual([]);
    expect(second.report?.changes).toBe(0);
  });

  it('are refused where no group of the hub is known for them', async () => {
    const sightline = await given();

    const { failure, writes } = await sightline.onboard(network(plain, { ports }));

    expect(failure).toMatchObject({
      name: 'HubSecurityGroupUnknown',
      message: expect.stringContaining('zabbix-agent-active, snmp-trap'),
    });
    expect(writes).toEqual([]);
  });
});

describe('a peering that somebody else made', () => {
  it.each<[string, (sightline: Sightline) => Promise<string>]>([
    ['requested by the other side and pending', requestFromTheirSide],
    [
      'requested by the other side and active',
      async (sightline) => {
        const id = await requestFromTheirSide(sightline);
        await accept(sightline, hub, id);
        return id;
      },
    ],
    ['requested in the hub and pending', requestFromTheHub],
    [
      'requested in the hub and active',
      async (sightline) => {
        const id = await requestFromTheHub(sightline);
        await accept(sightline, plain, id);
        return id;
      },
    ],
  ])('%s is adopted, used, and not tagged as ours', async (_, make) => {
    const sightline = await given();
    const id = await make(sightline);

    const { status, report, writes } = await sightline.onboard(network(plain));

    expect(status).toBe('SUCCEEDED');
    expect(report?.network?.peering).toMatchObject({ id, outcome: 'already', ours: false });
    expect(writes).not.toContain('ec2:CreateTags');
    expect(writes).not.toContain('ec2:CreateVpcPeeringConnection');
  });

  it.each<[string, (sightline: Sightline) => Promise<string>]>([
    ['the other side', requestFromTheirSide],
    ['the hub', requestFromTheHub],
  ])(
    'and that %s requested gets DNS resolution on both sides, each by its owner',
    async (_, make) => {
      const sightline = await given((world) => {
        for (const id of [hub, plain]) vpcOf(world, id).dnsHostnames = true;
      });
      await make(sightline);

      const { report, calls } = await sightline.onboard(network(plain, { dnsResolution: true }));

      expect(report?.network?.dnsResolution.outcome).toBe('updated');
      const owners = calls
        .filter(({ action, error }) => action === 'ModifyVpcPeeringConnectionOptions' && !error)
        .map(({ accountId }) => accountId);
      expect(owners.toSorted()).toEqual([hub, plain]);
    },
  );
});

describe('dead peerings', () => {
  it.each(['rejected', 'deleted'])('that were %s do not count beside a live one', async (how) => {
    const sightline = await given();
    const dead = await requestFromTheirSide(sightline);
    const end = { VpcPeeringConnectionId: dead };
    if (how === 'deleted') await accept(sightline, hub, dead);
    await ec2Of(sightline, hub).send(
      how === 'rejected'
        ? new ec2.RejectVpcPeeringConnectionCommand(end)
        : new ec2.DeleteVpcPeeringConnectionCommand(end),
    );
    const live = await requestFromTheHub(sightline);

    const { status, report } = await sightline.onboard(network(plain));

    expect(status).toBe('SUCCEEDED');
    expect(report?.network?.peering).toMatchObject({ id: live, outcome: 'already' });
  });

  it('leave blackholes on both sides, which are replaced where they connected these VPCs', async () => {
    const sightline = await given();
    const first = await sightline.onboard(network(plain));
    await ec2Of(sightline, hub).send(
      new ec2.DeleteVpcPeeringConnectionCommand({
        VpcPeeringConnectionId: first.report?.network?.peering.id,
      }),
    );

    const { status, report } = await sightline.onboard(network(plain));

    expect(status).toBe('SUCCEEDED');
    const sides = [report?.network?.hub, report?.network?.monitored];
    expect(new Set(sides.flatMap((side) => side?.routes.map(({ outcome }) => outcome)))).toEqual(
      new Set(['replaced']),
    );
  });
});

describe('another VPC of the hub’s own account', () => {
  const otherVpcId = 'vpc-0a22222222222222a';
  const withOtherVpc = (world: World) => {
    const [vpc] = structuredClone(world.accounts[plain]!.regions['eu-central-1']!.vpcs);
    world.accounts[hub]!.regions['eu-central-1']!.vpcs.push({ ...vpc!, id: otherVpcId });
    for (const group of world.accounts[hub]!.regions['eu-central-1']!.vpcs[1]!.securityGroups) {
      delete group.id;
    }
    world.accounts[hub]!.stacks = structuredClone(world.accounts[plain]!.stacks);
  };

  it('is peered, accepted, routed and opened as in any other account, through the onboarding role', async () => {
    const sightline = await given(withOtherVpc);
    const request = { accountId: hub, ports: ['zabbix-agent'] };

    const first = await sightline.onboard(request);
    const second = await sightline.onboard(request);

    expect(first).toMatchObject({ status: 'SUCCEEDED' });
    expect(first.report?.network?.monitored).toMatchObject({ accountId: hub, vpcId: otherVpcId });
    expect(first.report?.network?.peering).toMatchObject({ status: 'active', ours: true });
    expect(first.writes).not.toContain('ec2:CreateTags');
    expect(second).toMatchObject({ status: 'SUCCEEDED', writes: [] });
    const { VpcPeeringConnections: [peering] = [] } = await ec2Of(sightline, hub).send(
      new ec2.DescribeVpcPeeringConnectionsCommand({}),
    );
    expect(peering?.Tags).toContainEqual({
      Key: 'sightline:onboarding',
      Value: `${hub}/${otherVpcId}`,
    });
  });

  it('cannot be the hub’s VPC itself', async () => {
    const sightline = await given(withOtherVpc);

    const { failure, writes } = await sightline.onboard(network(hub, { vpcId: hubVpcId }));

    expect(failure?.name).toBe('VpcIsTheHub');
    expect(writes).toEqual([]);
  });

  it('needs the onboarding role too, and says so', async () => {
    const sightline = await given((world) => {
      withOtherVpc(world);
      world.accounts[hub]!.stacks = [];
    });

    const { failure } = await sightline.onboard(network(hub));

    expect(failure).toMatchObject({ name: 'OnboardingRoleNotAssumable' });
  });
});
