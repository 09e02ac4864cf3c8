import * as ec2 from '@aws-sdk/client-ec2';
import { wayRows } from '../../shared/readiness/reachabilityReport.ts';
import { deployed } from '../local/harness.ts';
import { ec2Of, hub, hubVpcId, plain, type Sightline, vpcId } from './owners.ts';

const inVpc = (vpc: string) => ({ Filters: [{ Name: 'vpc-id', Values: [vpc] }] });

/** The default ACL of a VPC, which all its subnets use. */
const aclOf = async (sightline: Sightline, accountId: string, vpc: string) => {
  const { NetworkAcls: [acl] = [] } = await ec2Of(sightline, accountId).send(
    new ec2.DescribeNetworkAclsCommand(inVpc(vpc)),
  );
  return acl?.NetworkAclId;
};

type Entry = Partial<ec2.CreateNetworkAclEntryCommandInput>;

/** Adds an entry, which denies all tcp to or from everywhere but for these parts. */
const deny = async (sightline: Sightline, accountId: string, vpc: string, entry: Entry) =>
  ec2Of(sightline, accountId).send(
    new ec2.CreateNetworkAclEntryCommand({
      NetworkAclId: await aclOf(sightline, accountId, vpc),
      RuleNumber: 90,
      Egress: false,
      RuleAction: 'deny',
      Protocol: '6',
      CidrBlock: '0.0.0.0/0',
      PortRange: { From: 0, To: 65_535 },
      ...entry,
    }),
  );

/** Carries out the commands of a remedy as the account that it names; their options are those of the AWS CLI. */
const follow = async (sightline: Sightline, remedy: string) => {
  const commands = remedy.matchAll(
    /in account (\d{12}), aws ec2 create-network-acl-entry (.*?allow)/g,
  );
  for (const [, accountId = '', options = ''] of commands) {
    const option = (name: string) => new RegExp(`--${name} (\\S+)`).exec(options)?.[1] ?? '';
    const [from, to] = option('port-range').match(/\d+/g) ?? [];
    const [type, code] = option('icmp-type-code').match(/-?\d+/g) ?? [];
    const protocols: Record<string, string> = { tcp: '6', udp: '17', icmp: '1' };
    await ec2Of(sightline, accountId).send(
      new ec2.CreateNetworkAclEntryCommand({
        NetworkAclId: option('network-acl-id'),
        RuleNumber: Number(option('rule-number')),
        Egress: options.includes('--egress'),
        RuleAction: 'allow',
        Protocol: protocols[option('protocol')],
        CidrBlock: option('cidr-block'),
        ...(from && { PortRange: { From: Number(from), To: Number(to) } }),
        ...(type && { IcmpTypeCode: { Type: Number(type), Code: Number(code) } }),
      }),
    );
  }
};

const aclsIn = (sightline: Sightline) =>
  Object.values(sightline.aws.ec2.state.snapshot()).flatMap((regions) =>
    Object.values(regions).map(({ networkAcls }) => networkAcls),
  );

it('an onboarding ends with every way from the hub’s subnets to each subnet and port open', async () => {
  const { onboard } = await deployed();

  const { report } = await onboard({ accountId: plain });

  const ways = report?.network?.ways ?? [];
  expect(ways).toHaveLength(1);
  expect(ways[0]?.sources.map(({ cidr }) => cidr)).toEqual(['10.0.1.0/24', '10.0.2.0/24']);
  const rows = wayRows(ways).map(({ cidr, port, open }) => [cidr, port.name, open]);
  expect(rows).toEqual(
    ['10.20.1.0/24', '10.20.2.0/24', '10.120.1.0/24'].flatMap((cidr) => [
      [cidr, 'zabbix-agent', true],
      [cidr, 'ping', true],
    ]),
  );
});

describe('a network ACL in the way', () => {
  it.each<[string, string, string, Entry, string]>([
    [
      'the port, at the monitored subnets',
      plain,
      vpcId,
      { PortRange: { From: 10_050, To: 10_050 } },
      'denies tcp/10050 from 10.0.1.0/24, 10.0.2.0/24 by rule 90',
    ],
    [
      'the replies, at the monitored subnets',
      plain,
      vpcId,
      { Egress: true },
      'denies the replies tcp/1024-65535 to 10.0.1.0/24, 10.0.2.0/24 by rule 90',
    ],
    [
      'some of the replies, at the monitored subnets',
      plain,
      vpcId,
      { Egress: true, PortRange: { From: 3389, To: 3389 } },
      'denies the replies tcp/3389 to 10.0.1.0/24, 10.0.2.0/24 by rule 90',
    ],
    [
      'one calling subnet, at the monitored subnets',
      plain,
      vpcId,
      { Protocol: '-1', CidrBlock: '10.0.2.0/24' },
      'denies tcp/10050, icmp/8 from 10.0.2.0/24 by rule 90',
    ],
    [
      'the echo request, at the monitored subnets',
      plain,
      vpcId,
      { Protocol: '1', IcmpTypeCode: { Type: 8, Code: -1 } },
      'denies icmp/8 from 10.0.1.0/24, 10.0.2.0/24 by rule 90',
    ],
    [
      'the port, at the hub’s subnets',
      hub,
      hubVpcId,
      { Egress: true, PortRange: { From: 10_000, To: 11_000 } },
      'denies tcp/10050 to ',
    ],
    [
      'the replies, at the hub’s subnets',
      hub,
      hubVpcId,
      { PortRange: { From: 32_768, To: 60_999 } },
      'denies the replies tcp/32768-60999 from ',
    ],
    [
      'one monitored subnet, at the hub’s subnets',
      hub,
      hubVpcId,
      { Egress: true, CidrBlock: '10.20.2.0/24' },
      'denies tcp/10050 to 10.20.2.0/24 by rule 90',
    ],
  ])(
    'that denies %s, fails with the remedy, and after it the onboarding goes on',
    async (_, accountId, vpc, entry, denied) => {
      const sightline = await deployed();
      await deny(sightline, accountId, vpc, entry);
      const before = aclsIn(sightline);

      const failed = await sightline.onboard({ accountId: plain });
      const after = aclsIn(sightline);
      await follow(sightline, failed.failure?.remedy ?? '');
      const { status, report } = await sightline.redrive(failed.executionArn);

      expect(failed).toMatchObject({ status: 'FAILED', failure: { name: 'WayBlocked' } });
      expect(failed.failure?.message).toContain(
        `${await aclOf(sightline, accountId, vpc)} ${denied}`,
      );
      expect(failed.steps.at(-1)).toMatchObject({ state: 'Preflight', attempts: 1 });
      expect(after).toEqual(before);
      expect(status).toBe('SUCCEEDED');
      expect(report?.network?.ways.every(({ open }) => open)).toBe(true);
    },
  );

  it('of another subnet closes just the ways to it', async () => {
    const closed = 'acl-0123456789abcdef0';
    const sightline = await deployed(({ accounts }) => {
      const [vpc] = accounts[plain]!.regions['eu-central-1']!.vpcs;
      vpc!.networkAcls.push({
        name: 'closed',
        id: closed,
        tags: {},
        entries: [],
        subnets: ['app-b'],
      });
    });

    const { failure } = await sightline.onboard({ accountId: plain });

    expect(failure?.name).toBe('WayBlocked');
    expect(failure?.message).toContain(
      `(10.20.2.0/24): network ACL of the monitored subnet: ${closed} denies tcp/10050, icmp/8 from 10.0.1.0/24, 10.0.2.0/24 by rule *`,
    );
    expect(failure?.message).not.toContain('10.20.1.0/24');
  });

  it('is none for those ports, protocols and sources of which it does not speak', async () => {
    const sightline = await deployed();
    await deny(sightline, plain, vpcId, { PortRange: { From: 22, To: 22 } });
    await deny(sightline, plain, vpcId, { RuleNumber: 91, Protocol: '17' });
    await deny(sightline, plain, vpcId, {
      RuleNumber: 92,
      Protocol: '-1',
      CidrBlock: '10.0.2.0/24',
    });

    const { status } = await sightline.onboard({ accountId: plain, sources: ['10.0.1.0/24'] });

    expect(status).toBe('SUCCEEDED');
  });
});

it('a longer route that takes a subnet of the hub elsewhere closes the way back', async () => {
  const sightline = await deployed(({ accounts }) => {
    const [vpc] = accounts[plain]!.regions['eu-central-1']!.vpcs;
    vpc!.routeTables[0]!.routes.push({
      destination: '10.0.2.0/24',
      target: 'tgw-0123456789abcdef0',
    });
  });

  const { failure } = await sightline.onboard({ accountId: plain });

  expect(failure?.name).toBe('WayBlocked');
  expect(failure?.message).toMatch(
    /route back: rtb-\w+ sends 10\.0\.2\.0\/24 to tgw-0123456789abcdef0 by its route to 10\.0\.2\.0\/24/,
  );
  expect(failure?.remedy).toContain('delete-route --region eu-central-1');
});

it('a subnet with a table of no part in the onboarding is named in the report', async () => {
  const sightline = await deployed();
  const { RouteTables: tables = [] } = await ec2Of(sightline, plain).send(
    new ec2.DescribeRouteTablesCommand(inVpc(vpcId)),
  );
  const main = tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main));

  const { report } = await sightline.onboard({
    accountId: plain,
    routeTables: { monitored: [main?.RouteTableId] },
  });

  expect(wayRows(report?.network?.ways ?? []).map(({ cidr }) => cidr)).toEqual([
    '10.120.1.0/24',
    '10.120.1.0/24',
  ]);
  expect(report?.notes).toContainEqual(
    expect.stringContaining(`Subnets of ${vpcId} that cannot be reached`),
  );
});
