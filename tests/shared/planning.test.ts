import { problemsOf } from '../../shared/errors.ts';
import {
  chooseHubVpc,
  chooseMonitoredVpc,
  choosePorts,
  chooseRouteTables,
  chooseSecurityGroups,
  planRole,
  refuseOverlap,
  requestFor,
} from '../../shared/planning.ts';
import type { KnownVpc } from '../../shared/vpcs.ts';
import {
  accountId,
  aHubVpc,
  aRequest,
  aTable,
  aVpc,
  cidr,
  groupId,
  hubCidr,
  hubRoot,
  hubVpcId,
  ping,
  readOnlyAccess,
  someSettings,
  tableId,
  viewOnlyAccess,
  vpcId,
  zabbixAgent,
} from '../builders.ts';

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

describe('the security groups', () => {
  const tagged = { GroupId: 'sg-2', Tags: [{ Key: 'sightline:monitor', Value: 'true' }] };
  const groups = [{ GroupId: groupId }, tagged];

  it('are the named ones, whatever is tagged', () => {
    expect(chooseSecurityGroups(groups, [groupId], where)).toEqual([groupId]);
  });

  it('are else those with the tag', () => {
    expect(chooseSecurityGroups(groups, undefined, where)).toEqual(['sg-2']);
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

describe('the monitoring role', () => {
  it('is as the settings say, in their partition', () => {
    const settings = someSettings({ PARTITION: 'aws-us-gov', MONITORING_EXTERNAL_ID: 'secret' });
    expect(planRole(aRequest(), settings)).toEqual({
      name: 'cross-role',
      arn: `arn:aws-us-gov:iam::${accountId}:role/cross-role`,
      policyArns: [readOnlyAccess],
      externalId: 'secret',
      principals: settings.monitoringRole.principals,
      region: 'eu-central-1',
    });
  });

  it('is as the request says, whoever trusts it', () => {
    const role = { name: 'cross-role-2', policyArns: [viewOnlyAccess], externalId: 'mine' };
    const settings = someSettings({ MONITORING_EXTERNAL_ID: 'secret' });
    expect(planRole(aRequest({ role, region: 'eu-west-1' }), settings)).toEqual({
      name: 'cross-role-2',
      arn: `arn:aws:iam::${accountId}:role/cross-role-2`,
      policyArns: [viewOnlyAccess],
      externalId: 'mine',
      principals: [hubRoot],
      region: 'eu-west-1',
    });
  });

  it('requires no external id where nobody asks for one', () => {
    expect(planRole(aRequest(), someSettings())).not.toHaveProperty('externalId');
  });
});

describe('a request to this deployment', () => {
  const problemsOfRequest = (fields: object, settings = someSettings()) => {
    const { error } = requestFor(settings).safeParse({ accountId, ...fields });
    return error ? problemsOf(error) : 'none';
  };

  it('may name port profiles of the settings, ports, and a role whose name fits', () => {
    const ports = ['ping', { protocol: 'tcp', from: 80, to: 80 }];
    expect(problemsOfRequest({ ports, role: { name: 'cross-role-zabbix' } })).toBe('none');
    expect(problemsOfRequest({})).toBe('none');
  });

  it.each(['gopher', 'toString'])('is refused for a port profile %s that there is not', (name) => {
    expect(problemsOfRequest({ ports: ['ping', name] })).toBe(
      'ports.1: expected a port profile (zabbix-agent, node-exporter, ping) or {protocol, from, to}',
    );
  });

  it.each(['admin', 'my-cross-role', 'Cross-role'])(
    'is refused for a role of the name %s, which no policy allows',
    (name) => {
      expect(problemsOfRequest({ role: { name } })).toBe(
        'role.name: expected a name that begins with cross-role',
      );
    },
  );

  it('is refused with all that the settings tell at once', () => {
    const problems = problemsOfRequest({ ports: ['a', 'b'], role: { name: 'admin' } });
    expect(problems.split('; ').map((problem) => problem.split(':')[0])).toEqual([
      'ports.0',
      'ports.1',
      'role.name',
    ]);
  });

  it('is refused as the schema says, too', () => {
    expect(problemsOfRequest({ accountId: '1' })).toContain('accountId: expected');
  });
});
