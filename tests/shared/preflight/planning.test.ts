import type { KnownVpc } from '../../../shared/network/vpcs.ts';
import {
  chooseBlocks,
  chooseHubVpc,
  chooseInHub,
  chooseMonitoredVpc,
  choosePorts,
  chooseRouteTables,
  chooseSecurityGroups,
  chooseSources,
  needsHubGroups,
  planRole,
  refuseOverlap,
} from '../../../shared/preflight/planning.ts';
import {
  accountId,
  aHubSide,
  aHubVpc,
  aMonitoredSide,
  aRequest,
  aTable,
  aVpc,
  cidr,
  groupId,
  hubCidr,
  hubRoot,
  hubVpcId,
  ownPolicy,
  ping,
  readOnlyAccess,
  someSettings,
  tableId,
  viewOnlyAccess,
  vpcId,
  zabbixAgent,
} from '../../builders.ts';

/** What a choice throws. */
const refusalOf = (choose: () => unknown): unknown => {
  try {
    return choose();
  } catch (error) {
    return error;
  }
};

const refused = (name: string, message: string) => ({
  name,
  message: expect.stringContaining(message),
});

const where = { accountId, vpcId };

describe('the hub’s VPC', () => {
  const Tags = [{ Key: 'sightline:hub', Value: 'true' }];
  const second = aHubVpc({ VpcId: 'vpc-2' });
  const defaultVpc = aHubVpc({ VpcId: 'vpc-3', IsDefault: true });
  const named = someSettings({ HUB_VPC_ID: 'vpc-3' });
  const monitoredInHub = aHubVpc({
    VpcId: 'vpc-2',
    Tags: [{ Key: 'sightline:monitor', Value: 'true' }],
  });

  it('is the one that the settings name, be it a default VPC', () => {
    expect(chooseHubVpc([aHubVpc(), second, defaultVpc], named)).toBe(defaultVpc);
  });

  it('is else the only one that is not a default VPC', () => {
    expect(chooseHubVpc([defaultVpc, second], someSettings())).toBe(second);
  });

  it('is else the one with the tag', () => {
    const tagged = aHubVpc({ VpcId: 'vpc-4', Tags });
    expect(chooseHubVpc([aHubVpc(), second, tagged], someSettings())).toBe(tagged);
  });

  it.each<[string, KnownVpc[], string]>([
    [
      'several could be meant',
      [aHubVpc(), second, defaultVpc],
      `${hubVpcId} (${hubCidr}), vpc-2 (${hubCidr}).`,
    ],
    ['two have the tag', [aHubVpc({ Tags }), aHubVpc({ VpcId: 'vpc-4', Tags }), second], 'vpc-4'],
    ['there is just a default VPC', [defaultVpc], `vpc-3 (${hubCidr}, default VPC)`],
    ['there is none', [], 'no VPC at all'],
  ])('is not chosen where %s', (_, vpcs, message) => {
    expect(refusalOf(() => chooseHubVpc(vpcs, someSettings()))).toMatchObject(
      refused('HubVpcNotChosen', message),
    );
  });

  it.each<[string, KnownVpc]>([
    ['one of several with the tag', aHubVpc({ VpcId: 'vpc-4', Tags })],
    ['a default VPC with the tag', aHubVpc({ VpcId: 'vpc-4', Tags, IsDefault: true })],
  ])('is the one that the request names, if it is %s', (_, wanted) => {
    expect(chooseHubVpc([aHubVpc({ Tags }), wanted], someSettings(), 'vpc-4')).toBe(wanted);
  });

  it('is the one of the settings also where the request names it', () => {
    expect(chooseHubVpc([aHubVpc(), second, defaultVpc], named, 'vpc-3')).toBe(defaultVpc);
  });

  it.each<[string, KnownVpc[], string]>([
    ['has no tag', [aHubVpc({ Tags }), second], `${hubVpcId} (${hubCidr}).`],
    ['has no tag, be it the only VPC', [second], 'no VPC at all.'],
    [
      'has the tag with another value',
      [aHubVpc({ Tags }), aHubVpc({ VpcId: 'vpc-2', Tags: [{ Key: 'sightline:hub', Value: '' }] })],
      `${hubVpcId} (${hubCidr}).`,
    ],
    ['has the tag of monitored VPCs', [aHubVpc({ Tags }), monitoredInHub], `${hubVpcId} (`],
    ['is none of the hub’s', [aHubVpc({ Tags })], `${hubVpcId} (${hubCidr}).`],
  ])('is never one that the request names and that %s', (_, vpcs, allowed) => {
    expect(refusalOf(() => chooseHubVpc(vpcs, someSettings(), 'vpc-2'))).toMatchObject(
      refused(
        'HubVpcNotAllowed',
        `names vpc-2 as the hub’s VPC in eu-central-1, where this deployment allows ${allowed}`,
      ),
    );
  });

  it('is never another than the settings name, be it one with the tag', () => {
    const tagged = aHubVpc({ VpcId: 'vpc-4', Tags });
    expect(refusalOf(() => chooseHubVpc([defaultVpc, tagged], named, 'vpc-4'))).toMatchObject(
      refused('HubVpcNotAllowed', `allows vpc-3 (${hubCidr}, default VPC).`),
    );
    expect(refusalOf(() => chooseHubVpc([tagged], named, 'vpc-4'))).toMatchObject(
      refused('HubVpcNotAllowed', 'allows no VPC at all.'),
    );
  });

  it('is not another where the one that the settings name is not there', () => {
    expect(refusalOf(() => chooseHubVpc([aHubVpc()], named))).toMatchObject(
      refused('HubVpcNotChosen', `there is no vpc-3, there is ${hubVpcId}`),
    );
  });
});

describe('the VPC to monitor', () => {
  const Tags = [{ Key: 'sightline:monitor', Value: 'true' }];
  const unnamed = { accountId, region: 'eu-central-1', vpcId: undefined };
  const second = aVpc({ VpcId: 'vpc-2' });
  const defaultVpc = aVpc({ VpcId: 'vpc-3', IsDefault: true });

  it('is the one that the request names, be it a default VPC or another than the tagged', () => {
    const wanted = { ...unnamed, vpcId: 'vpc-3' };
    expect(chooseMonitoredVpc([aVpc({ Tags }), defaultVpc], wanted)).toBe(defaultVpc);
  });

  it('is else the one with the tag', () => {
    const tagged = aVpc({ VpcId: 'vpc-4', Tags });
    expect(chooseMonitoredVpc([aVpc(), tagged], unnamed)).toBe(tagged);
  });

  it('is else the only one that is not a default VPC', () => {
    expect(chooseMonitoredVpc([defaultVpc, second], unnamed)).toBe(second);
  });

  it('is never the hub’s own, where the hub monitors another VPC of its account', () => {
    const vpcs = [aHubVpc(), second];
    const inHub = { ...unnamed, hubVpcId };
    expect(chooseMonitoredVpc(vpcs, inHub)).toBe(second);
    expect(refusalOf(() => chooseMonitoredVpc([aHubVpc()], inHub))).toMatchObject(
      refused('NoVpcQualifies', 'no VPC at all'),
    );
    expect(refusalOf(() => chooseMonitoredVpc(vpcs, { ...inHub, vpcId: hubVpcId }))).toMatchObject(
      refused('VpcIsTheHub', `VPC ${hubVpcId} is the hub’s own`),
    );
  });

  it('is refused where the account does not have it', () => {
    const wanted = { ...unnamed, vpcId: 'vpc-9' };
    expect(refusalOf(() => chooseMonitoredVpc([second], wanted))).toMatchObject(
      refused('VpcNotFound', `no VPC vpc-9 in eu-central-1; it has vpc-2 (${cidr}).`),
    );
  });

  it.each([
    ['no VPC', [], 'no VPC at all'],
    ['just a default VPC', [defaultVpc], `vpc-3 (${cidr}, default VPC)`],
  ])('is not chosen in an account with %s', (_, vpcs, message) => {
    expect(refusalOf(() => chooseMonitoredVpc(vpcs, unnamed))).toMatchObject(
      refused('NoVpcQualifies', message),
    );
  });

  it('is not chosen among several', () => {
    const vpcs = [aVpc(), second, defaultVpc];
    const refusal = refusalOf(() => chooseMonitoredVpc(vpcs, unnamed));
    expect(refusal).toMatchObject(
      refused('SeveralVpcsQualify', `${vpcId} (${cidr}), vpc-2 (${cidr}).`),
    );
    expect(refusal).not.toMatchObject({ message: expect.stringContaining('vpc-3') });
  });
});

describe('VPCs that share addresses', () => {
  it('are refused, and every pair of blocks is named', () => {
    const hub = aHubVpc({ cidrs: [hubCidr, '100.64.0.0/16'] });
    const monitored = aVpc({ cidrs: ['10.0.8.0/24', '100.64.0.0/16', cidr] });
    expect(refusalOf(() => refuseOverlap(hub, monitored, accountId))).toMatchObject(
      refused(
        'CidrOverlap',
        `${hubCidr} of the hub's ${hubVpcId} and 10.0.8.0/24 of ${vpcId}; 100.64.0.0/16 of the hub's ${hubVpcId} and 100.64.0.0/16 of ${vpcId}.`,
      ),
    );
  });

  it('are not those whose blocks are apart', () => {
    expect(refusalOf(() => refuseOverlap(aHubVpc(), aVpc(), accountId))).toBeUndefined();
  });
});

describe('the route tables', () => {
  const unused = aTable([], { RouteTableId: 'rtb-2', Associations: [] });
  const routing = { routeTables: [aTable(), unused], subnets: [{ SubnetId: 'subnet-1' }] };

  it('are those in use', () => {
    expect(chooseRouteTables(routing, 'in-use', where)).toEqual([tableId]);
  });

  it('are the named ones, in use or not', () => {
    expect(chooseRouteTables(routing, ['rtb-2'], where)).toEqual(['rtb-2']);
  });

  it('are refused that the VPC does not have', () => {
    const choose = () => chooseRouteTables(routing, ['rtb-8', 'rtb-2', 'rtb-9'], where);
    expect(refusalOf(choose)).toMatchObject(
      refused(
        'RouteTableNotFound',
        `VPC ${vpcId} of account ${accountId} has no route table rtb-8, rtb-9; it has ${tableId}, rtb-2.`,
      ),
    );
  });
});

describe('the route tables of a VPC with several', () => {
  const gateway = { Associations: [{ Main: false, GatewayId: 'igw-1' }] };
  const tags = [{ Key: 'net', Value: 'private' }];
  const routing = {
    routeTables: [
      aTable([], { RouteTableId: 'rtb-main' }),
      aTable([], { RouteTableId: 'rtb-a', Associations: [{ SubnetId: 'subnet-a' }], Tags: tags }),
      aTable([], { RouteTableId: 'rtb-b', Associations: [{ SubnetId: 'subnet-b' }], Tags: tags }),
      aTable([], { RouteTableId: 'rtb-unused', Associations: [] }),
      aTable([], { RouteTableId: 'rtb-gateway', ...gateway }),
    ],
    subnets: [{ SubnetId: 'subnet-a' }, { SubnetId: 'subnet-b' }, { SubnetId: 'subnet-c' }],
  };
  const tag = { key: 'net', value: 'private' };

  it.each([
    ['in use', 'in-use', ['rtb-main', 'rtb-a', 'rtb-b']],
    ['the main one', 'main', ['rtb-main']],
    ['all but those of gateways', 'all', ['rtb-main', 'rtb-a', 'rtb-b', 'rtb-unused']],
    ['those with a tag', { tag }, ['rtb-a', 'rtb-b']],
    ['that of a subnet', { subnets: ['subnet-b'] }, ['rtb-b']],
    ['the main one for a subnet without its own', { subnets: ['subnet-c'] }, ['rtb-main']],
    ['each once', { subnets: ['subnet-a', 'subnet-c', 'subnet-a'] }, ['rtb-main', 'rtb-a']],
    ['by id, each once', ['rtb-b', 'rtb-unused', 'rtb-b'], ['rtb-b', 'rtb-unused']],
  ] as const)('are, when asked so, %s', (_, choice, ids) => {
    expect(chooseRouteTables(routing, choice as never, where)).toEqual(ids);
  });

  it.each([
    ['no table has the tag', { tag: { ...tag, value: 'x' } }, 'RouteTableNotFound', 'tagged net=x'],
    ['a subnet is not there', { subnets: ['subnet-a', 'subnet-z'] }, 'SubnetNotFound', 'subnet-z'],
    ['a table is a gateway’s', ['rtb-a', 'rtb-gateway'], 'RouteTableOfGateway', 'rtb-gateway'],
    ['there is no main one', 'main', 'RouteTableNotFound', 'main table'],
  ] as const)('are refused where %s', (_, choice, name, message) => {
    const routeTables = choice === 'main' ? [] : routing.routeTables;
    const choose = () => chooseRouteTables({ ...routing, routeTables }, choice as never, where);
    expect(refusalOf(choose)).toMatchObject(refused(name, message));
  });
});

describe('the blocks', () => {
  const hub = aHubVpc({ cidrs: [hubCidr, '100.64.0.0/20'], ipv6: ['2001:db8:a::/56'] });
  const monitored = aVpc({ cidrs: [cidr, '10.120.0.0/20'], ipv6: ['2001:db8:b::/56'] });

  it('are all of both VPCs, IPv6 too where both have it', () => {
    expect(chooseBlocks(hub, monitored)).toEqual({
      hub: [hubCidr, '100.64.0.0/20', '2001:db8:a::/56'],
      monitored: [cidr, '10.120.0.0/20', '2001:db8:b::/56'],
    });
    expect(chooseBlocks(hub, aVpc())).toEqual({
      hub: [hubCidr, '100.64.0.0/20'],
      monitored: [cidr],
    });
  });

  it('are none of those excluded, on whichever side, IPv4 and IPv6', () => {
    expect(
      chooseBlocks(hub, monitored, ['100.64.0.0/20', '10.120.0.0/20', '2001:db8:b::/56']),
    ).toEqual({ hub: [hubCidr, '2001:db8:a::/56'], monitored: [cidr] });
  });

  it('are what is around an excluded part, and nothing else', () => {
    expect(chooseBlocks(hub, monitored, ['10.120.4.0/22']).monitored).toEqual([
      cidr,
      '10.120.0.0/22',
      '10.120.8.0/21',
      '2001:db8:b::/56',
    ]);
  });

  it('are refused to be excluded that are within neither VPC, all at once', () => {
    const choose = () =>
      chooseBlocks(hub, monitored, ['10.0.0.0/24', '10.0.0.0/15', '10.9.0.0/16']);
    expect(refusalOf(choose)).toMatchObject(
      refused(
        'ExcludedOutsideVpcs',
        `neither VPC: 10.0.0.0/15, 10.9.0.0/16. The hub has ${hubVpcId}`,
      ),
    );
  });

  it.each([
    ['the monitored VPC', [cidr], vpcId],
    ['the hub’s VPC, by two halves', ['10.0.0.0/17', '10.0.128.0/17'], hubVpcId],
  ])('are refused where nothing is left of %s', (_, excluded, id) => {
    expect(refusalOf(() => chooseBlocks(aHubVpc(), aVpc(), excluded))).toMatchObject(
      refused('NothingLeftToReach', `Nothing is left of ${id}`),
    );
  });
});

describe('the security groups', () => {
  const tagged = { GroupId: 'sg-2', Tags: [{ Key: 'sightline:monitor', Value: 'true' }] };
  const groups = [{ GroupId: groupId }, tagged];

  it('are the named ones, whatever is tagged', () => {
    expect(chooseSecurityGroups(groups, [groupId], where)).toEqual([groupId]);
  });

  it('are else those with the tag', () => {
    expect(chooseSecurityGroups(groups, undefined, where)).toEqual(['sg-2']);
  });

  it('are those with a tag that the request names', () => {
    const tag = { key: 'role', value: 'agent' };
    const agents = { GroupId: 'sg-3', Tags: [{ Key: 'role', Value: 'agent' }] };
    expect(chooseSecurityGroups([...groups, agents], { tag }, where)).toEqual(['sg-3']);
    expect(refusalOf(() => chooseSecurityGroups(groups, { tag }, where))).toMatchObject(
      refused('SecurityGroupNotFound', 'no security group tagged role=agent.'),
    );
  });

  it('are none, for Sightline’s own is asked for, whatever is tagged', () => {
    expect(chooseSecurityGroups(groups, 'dedicated', where)).toEqual([]);
  });

  it('are none, for one has to be made, where none has the tag', () => {
    expect(chooseSecurityGroups([{ GroupId: groupId }], undefined, where)).toEqual([]);
  });

  it('are refused that the VPC does not have', () => {
    expect(
      refusalOf(() => chooseSecurityGroups(groups, ['sg-8', 'sg-2', 'sg-9'], where)),
    ).toMatchObject(
      refused('SecurityGroupNotFound', `account ${accountId} has no security group sg-8, sg-9.`),
    );
  });
});

describe('the ports', () => {
  it('are those of the settings where the request names none', () => {
    expect(choosePorts(aRequest(), someSettings())).toEqual([zabbixAgent, ping]);
  });

  it('are those of the request', () => {
    expect(choosePorts(aRequest({ ports: ['ping'] }), someSettings())).toEqual([ping]);
  });
});

describe('agents that call in', () => {
  const trap = { name: 'snmp-trap', protocol: 'udp', from: 162, to: 162, towards: 'hub' };
  const PORT_PROFILES = JSON.stringify({
    ping: { protocol: 'icmp', from: 8, to: -1 },
    'snmp-trap': { protocol: 'udp', from: 162, to: 162, towards: 'hub' },
  });
  const known = (id = '') =>
    someSettings({ PORT_PROFILES, DEFAULT_PORTS: 'ping', HUB_SECURITY_GROUP_ID: id });
  const sides = { hub: aHubSide(), monitored: aMonitoredSide() };
  const request = aRequest({ ports: ['ping', 'snmp-trap'] });
  const hubGroups = [{ GroupId: 'sg-0a111111' }, { GroupId: 'sg-0a222222' }];

  it('have their ports opened in the hub, and no others there', () => {
    expect(choosePorts(request, known())).toEqual([ping]);
    expect(chooseInHub(request, known('sg-0a111111'), sides, hubGroups)).toEqual({
      securityGroupIds: ['sg-0a111111'],
      ports: [trap],
      sources: [cidr],
    });
  });

  it('come in through the groups of the request rather than that of the settings', () => {
    const asked = { ...request, hubSecurityGroups: ['sg-0a222222', 'sg-0a222222'] };
    expect(chooseInHub(asked, known('sg-0a111111'), sides, hubGroups)).toMatchObject({
      securityGroupIds: ['sg-0a222222'],
    });
  });

  it('open nothing in the hub where none is asked for', () => {
    const none = aRequest({ ports: ['ping'] });
    expect(chooseInHub(none, known('sg-0a111111'), sides, hubGroups)).toBeUndefined();
    expect(needsHubGroups(none, known())).toBe(false);
    expect(needsHubGroups(request, known())).toBe(true);
    expect(needsHubGroups({ ...none, sources: ['sg-0a111111'] }, known())).toBe(true);
  });

  it.each([
    ['no group is known', '', 'HubSecurityGroupUnknown', 'to be opened for snmp-trap'],
    [
      'the hub does not have the group',
      'sg-9',
      'HubSecurityGroupNotFound',
      `The hub’s VPC ${hubVpcId} has no security group sg-9; it has sg-0a111111, sg-0a222222.`,
    ],
  ])('are refused where %s', (_, id, name, message) => {
    expect(refusalOf(() => chooseInHub(request, known(id), sides, hubGroups))).toMatchObject(
      refused(name, message),
    );
  });
});

describe('a security group of the hub as a source', () => {
  const hubGroups = [{ GroupId: 'sg-0a111111' }];
  const near = { region: 'eu-central-1', hubGroups };

  it('is let in beside blocks, in the same Region', () => {
    const asked = ['sg-0a111111', '10.0.1.0/24'];
    expect(chooseSources(asked, aHubSide(), near)).toEqual(asked);
  });

  it('is refused in another Region, before anything else', () => {
    const far = { ...near, region: 'us-east-1' };
    expect(refusalOf(() => chooseSources(['sg-0a111111'], aHubSide(), far))).toMatchObject(
      refused('SourceGroupInOtherRegion', 'in eu-central-1 cannot be named in rules in us-east-1'),
    );
  });

  it('is refused where the hub’s VPC does not have it', () => {
    expect(refusalOf(() => chooseSources(['sg-9'], aHubSide(), near))).toMatchObject(
      refused('HubSecurityGroupNotFound', 'sg-9; it has sg-0a111111.'),
    );
  });
});

describe('the sources', () => {
  const hub = aHubSide({ cidrs: [hubCidr, '100.64.0.0/20', '2001:db8::/56'] });

  it('are all blocks of the hub’s VPC where the request names none', () => {
    expect(chooseSources(undefined, hub)).toEqual(hub.cidrs);
  });

  it('are those of the request, each once, where they are within blocks of the hub’s VPC', () => {
    const asked = ['10.0.1.0/24', '100.64.15.0/24', '2001:db8:0:1::/64', hubCidr];
    expect(chooseSources([...asked, '10.0.1.0/24'], hub)).toEqual(asked);
  });

  it.each([
    ['beside it', ['10.1.0.0/16']],
    ['around it', ['100.64.0.0/16']],
    ['just behind it', ['100.64.16.0/24']],
    ['in IPv6 beside it', ['2001:db8:0:100::/64']],
    ['in IPv6 around it', ['2001:db8::/48']],
    ['in IPv6, as an address of IPv4', ['::ffff:a00:0/112']],
    ['one beside it, one within', ['10.0.1.0/24', '10.1.0.0/24']],
    ['everywhere', ['0.0.0.0/0']],
    ['everywhere in IPv6', ['::/0']],
  ])('are refused that are not within it: %s', (_, asked) => {
    const outside = asked.at(-1);
    expect(refusalOf(() => chooseSources(asked, hub))).toMatchObject(
      refused(
        'SourceOutsideHub',
        `from ${hubVpcId} (${hub.cidrs.join(', ')}); outside of that: ${outside}.`,
      ),
    );
  });

  it('are refused all at once', () => {
    const asked = ['10.1.0.0/24', '10.0.1.0/24', '10.2.0.0/24'];
    expect(refusalOf(() => chooseSources(asked, hub))).toMatchObject(
      refused('SourceOutsideHub', '; outside of that: 10.1.0.0/24, 10.2.0.0/24.'),
    );
  });

  it('are refused in IPv6 where the hub’s VPC has none', () => {
    expect(refusalOf(() => chooseSources(['2001:db8::/64'], aHubSide()))).toMatchObject(
      refused('SourceOutsideHub', `(${hubCidr}); outside of that: 2001:db8::/64.`),
    );
  });
});

describe('the monitoring role', () => {
  it('is as the settings say, in their partition', () => {
    const settings = someSettings({ PARTITION: 'aws-us-gov', MONITORING_EXTERNAL_ID: 'secret' });
    expect(planRole(aRequest(), settings)).toEqual({
      name: 'cross-role',
      arn: `arn:aws-us-gov:iam::${accountId}:role/cross-role`,
      policyArns: [readOnlyAccess],
      externalId: 'secret',
      principals: settings.monitoringRole.principals,
      boundaryArn: readOnlyAccess,
      allowWrites: false,
      region: 'eu-central-1',
    });
  });

  it('is as the request says, whoever trusts it', () => {
    const policyArns = [viewOnlyAccess];
    const role = { name: 'cross-role-2', policyArns, externalId: 'mine', allowWrites: true };
    const settings = someSettings({ MONITORING_EXTERNAL_ID: 'secret' });
    expect(planRole(aRequest({ role, region: 'eu-west-1' }), settings)).toEqual({
      name: 'cross-role-2',
      arn: `arn:aws:iam::${accountId}:role/cross-role-2`,
      policyArns: [viewOnlyAccess],
      externalId: 'mine',
      principals: [hubRoot],
      boundaryArn: readOnlyAccess,
      allowWrites: true,
      region: 'eu-west-1',
    });
  });

  it('has policies and a boundary of the account’s own where the settings have an account of *', () => {
    const settings = someSettings({
      MONITORING_POLICY_ARNS: `arn:aws:iam::*:policy/Monitoring,${viewOnlyAccess}`,
      MONITORING_BOUNDARY_ARN: 'arn:aws:iam::*:policy/Boundary',
    });
    expect(planRole(aRequest(), settings)).toMatchObject({
      policyArns: [ownPolicy, viewOnlyAccess],
      boundaryArn: `arn:aws:iam::${accountId}:policy/Boundary`,
    });
  });

  it('has no boundary where the settings have none', () => {
    const settings = someSettings({ MONITORING_BOUNDARY_ARN: '' });
    expect(planRole(aRequest(), settings)).not.toHaveProperty('boundaryArn');
  });

  it('requires no external id where nobody asks for one', () => {
    expect(planRole(aRequest(), someSettings())).not.toHaveProperty('externalId');
  });
});
