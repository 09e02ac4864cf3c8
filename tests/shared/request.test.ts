import { problemsOf } from '../../shared/errors.ts';
import { AllowedPolicyArn, PortRangeText } from '../../shared/fields.ts';
import { Request } from '../../shared/request.ts';
import { accountId, groupId, ownPolicy, readOnlyAccess, tableId, vpcId } from '../builders.ts';

const parse = (fields: object) => Request.safeParse({ accountId, ...fields });

const tooWide = 'expected a block within a VPC: /16 or narrower, for IPv6 /44 or narrower';

const problemsIn = (fields: object): string => {
  const { error } = parse(fields);
  return error ? problemsOf(error) : 'none';
};

it('needs just the account id, and has a default for what the settings do not say', () => {
  expect(Request.parse({ accountId })).toEqual({
    accountId,
    acceptance: 'auto',
    routeTables: { hub: 'in-use', monitored: 'in-use' },
    role: { allowWrites: false },
    dnsResolution: false,
    access: ['network', 'api'],
    newAccount: false,
  });
});

it('takes a request that names everything as it is', () => {
  const request = {
    accountId,
    region: 'us-gov-west-1',
    vpcId,
    acceptance: 'manual',
    routeTables: { hub: [tableId], monitored: 'in-use' },
    securityGroups: [groupId],
    sources: ['10.0.1.0/24', '2001:db8::/64'],
    ports: ['ping', { protocol: 'tcp', from: 9100, to: 9110 }],
    role: {
      name: 'cross-role',
      policyArns: [readOnlyAccess],
      externalId: 'secret',
      allowWrites: true,
    },
    dnsResolution: true,
    access: ['api'],
    newAccount: true,
  };
  expect(Request.parse(request)).toEqual(request);
});

it.each([
  ['region', 'ap-southeast-2'],
  ['region', 'us-iso-east-1'],
  ['vpcId', 'vpc-0123abcd'],
  ['acceptance', 'auto'],
  ['routeTables', {}],
  ['routeTables', { hub: 'main', monitored: 'all' }],
  ['routeTables', { hub: { tag: { key: 'net', value: '' } } }],
  ['routeTables', { monitored: { subnets: ['subnet-0123abcd'] } }],
  ['excludeCidrs', ['172.31.0.0/16', '2001:db8::/56']],
  ['routeTables', { monitored: [tableId, 'rtb-0123abcd'] }],
  ['securityGroups', ['sg-0123abcd', groupId]],
  ['securityGroups', 'dedicated'],
  ['securityGroups', { tag: { key: 'role', value: 'agent' } }],
  ['hubSecurityGroups', [groupId]],
  ['sources', ['10.0.1.0/24', groupId]],
  ['sources', ['10.0.0.0/16']],
  ['sources', ['10.0.0.7/32']],
  ['sources', ['2001:db8::/44']],
  ['sources', ['2001:db8:0:ab00::/56', '2001:db8::1/128']],
  ['ports', [{ protocol: 'udp', from: 0, to: 65_535 }]],
  ['ports', [{ protocol: 'tcp', from: 443, to: 443 }]],
  ['ports', [{ protocol: 'icmp', from: -1, to: -1 }]],
  ['role', { name: 'a.role_with+all=of,these@chars-1' }],
  ['role', { policyArns: ['arn:aws-us-gov:iam::123456789012:policy/team/read'] }],
  ['role', { policyArns: [ownPolicy] }],
  ['role', { externalId: 'a/b:c=d' }],
  ['role', { allowWrites: true }],
  ['access', ['network']],
])('takes %s %j', (field, value) => {
  expect(problemsIn({ [field]: value })).toBe('none');
});

it.each([
  ['accountId', '12345', 'accountId: expected an AWS account id: 12 digits'],
  ['accountId', '1234567890123', 'accountId: expected an AWS account id'],
  ['accountId', 123456789012, 'accountId: '],
  ['accountId', undefined, 'accountId: '],
  ['region', 'Frankfurt', 'region: expected an AWS Region such as eu-central-1'],
  ['region', 'eu-central-1a', 'region: expected an AWS Region'],
  ['vpcId', 'vpc-1', 'vpcId: expected an id such as vpc-0123456789abcdef0'],
  ['vpcId', 'subnet-0123abcd', 'vpcId: expected an id such as vpc-'],
  ['vpcId', 'vpc-0123ABCD', 'vpcId: expected an id such as vpc-'],
  ['acceptance', 'never', 'acceptance: '],
  ['routeTables', { hub: 'used' }, 'routeTables.hub: expected "in-use", "main", "all", a list'],
  ['routeTables', { hub: { tag: { key: 'net' } } }, 'routeTables.hub'],
  ['routeTables', { hub: { tags: [] } }, 'routeTables.hub'],
  ['routeTables', { hub: { subnets: [] } }, 'routeTables.hub'],
  ['routeTables', { hub: { subnets: [vpcId] } }, 'expected an id such as subnet-'],
  ['excludeCidrs', [], 'excludeCidrs: '],
  ['excludeCidrs', ['0.0.0.0/0'], `excludeCidrs.0: ${tooWide}`],
  ['routeTables', { hub: [] }, 'routeTables.hub: '],
  ['routeTables', { monitored: [vpcId] }, 'routeTables.monitored.0: expected an id such as rtb-'],
  ['routeTables', { peer: 'in-use' }, 'routeTables.peer: is not known here'],
  ['securityGroups', [], 'securityGroups: '],
  ['securityGroups', ['default'], 'securityGroups.0: expected an id such as sg-'],
  ['sources', [], 'sources: '],
  ['sources', '10.0.0.0/16', 'sources: '],
  ['sources', ['10.0.1.0/24', '0.0.0.0/0'], `sources.1: ${tooWide}`],
  ['sources', ['::/0'], `sources.0: ${tooWide}`],
  ['sources', ['10.0.0.0/8'], `sources.0: ${tooWide}`],
  ['sources', ['10.0.0.0/15'], `sources.0: ${tooWide}`],
  ['sources', ['2001:db8::/43'], `sources.0: ${tooWide}`],
  ['sources', ['2001:db8::/32'], `sources.0: ${tooWide}`],
  ['sources', ['10.0.1.5/24'], 'sources.0: expected the block in its usual form, 10.0.1.0/24'],
  ['sources', ['0.0.0.1/0'], 'sources.0: expected the block in its usual form, 0.0.0.0/0'],
  ['sources', ['2001:DB8::/56'], 'sources.0: expected the block in its usual form, 2001:db8::/56'],
  ['sources', ['2001:db8::1/64'], 'sources.0: expected the block in its usual form, 2001:db8::/64'],
  ['sources', ['10.0.1.0'], 'sources.0: expected a block such as 10.0.1.0/24'],
  ['sources', ['10.0.1.0/33'], 'sources.0: expected a block such as 10.0.1.0/24'],
  ['sources', ['10.0.256.0/24'], 'sources.0: expected a block such as 10.0.1.0/24'],
  ['sources', [' 10.0.1.0/24'], 'sources.0: expected a block such as 10.0.1.0/24'],
  ['sources', ['10.0.1.0/24\n'], 'sources.0: expected a block such as 10.0.1.0/24'],
  ['sources', ['10.0.1.0/24,0.0.0.0/0'], 'sources.0: expected a block such as 10.0.1.0/24'],
  ['sources', ['0x0a000100/24'], 'sources.0: expected a block such as 10.0.1.0/24'],
  ['sources', ['everywhere'], 'sources.0: expected a block such as 10.0.1.0/24'],
  ['sources', [''], 'sources.0: expected a block such as 10.0.1.0/24'],
  ['sources', ['sg-1'], 'sources.0: expected an id such as sg-0123456789abcdef0'],
  ['sources', [`${groupId},0.0.0.0/0`], 'sources.0: expected an id such as sg-0123456789abcdef0'],
  ['sources', ['default'], 'or the id of a security group of the hub'],
  ['securityGroups', 'own', 'securityGroups: expected a list of security group ids such as'],
  ['securityGroups', { tag: { value: 'x' } }, 'securityGroups'],
  ['hubSecurityGroups', [], 'hubSecurityGroups: '],
  ['hubSecurityGroups', ['default'], 'hubSecurityGroups.0: expected an id such as sg-'],
  ['sources', [167772160], 'sources.0: expected a block such as 10.0.1.0/24'],
  ['ports', [], 'ports: '],
  ['ports', [''], 'ports.0: '],
  ['ports', [9100], 'ports.0: expected the name of a port profile, or {protocol, from, to}'],
  ['ports', [{ protocol: 'tcp', from: 9100 }], 'ports.0: expected'],
  ['ports', [{ protocol: 'tcp', from: 0, to: 65_536 }], 'ports.0.to: '],
  ['ports', [{ protocol: 'tcp', from: -1, to: 80 }], 'ports.0.from: '],
  ['ports', [{ protocol: 'tcp', from: 80.5, to: 81 }], 'ports.0: expected'],
  [
    'ports',
    [{ protocol: 'tcp', from: 81, to: 80 }],
    'ports.0.from: expected `from` to be no greater than `to`',
  ],
  ['ports', [{ protocol: 'icmp', from: 8, to: 256 }], 'ports.0.to: '],
  ['ports', [{ protocol: 'gre', from: 1, to: 1 }], 'ports.0: expected'],
  [
    'ports',
    [{ protocol: 'tcp', from: 1, to: 1, cidr: '0.0.0.0/0' }],
    'ports.0.cidr: is not known here',
  ],
  ['role', { name: 'role/with/path' }, 'role.name: expected a role name'],
  ['role', { name: 'r'.repeat(65) }, 'role.name: expected a role name: 1 to 64'],
  ['role', { name: '' }, 'role.name: expected a role name'],
  ['role', { policyArns: [] }, 'role.policyArns: '],
  ['role', { policyArns: ['ReadOnlyAccess'] }, 'role.policyArns.0: expected a policy ARN'],
  ['role', { policyArns: Array(11).fill(readOnlyAccess) }, 'role.policyArns: '],
  [
    'role',
    { policyArns: ['arn:aws:iam::*:policy/Monitoring'] },
    'role.policyArns.0: expected a policy ARN',
  ],
  [
    'role',
    { policyArns: [`arn:aws:iam::${accountId}:role/cross-role`] },
    'role.policyArns.0: expected a policy ARN',
  ],
  ['role', { policyArns: [`${readOnlyAccess}*`] }, 'role.policyArns.0: expected a policy ARN'],
  ['role', { allowWrites: 'true' }, 'role.allowWrites: '],
  ['role', { allowWrites: 1 }, 'role.allowWrites: '],
  ['role', { allowwrites: true }, 'role.allowwrites: is not known here'],
  ['role', { externalId: 'x' }, 'role.externalId: expected an external id: 2 to 1224'],
  ['role', { externalId: 'with space' }, 'role.externalId: expected an external id'],
  ['role', { mfa: true }, 'role.mfa: is not known here'],
  ['dnsResolution', 'yes', 'dnsResolution: '],
  ['newAccount', 'true', 'newAccount: '],
  ['access', [], 'access: '],
  ['access', ['ssh'], 'access.0: '],
])('refuses %s %j and says what it expects', (field, value, problem) => {
  expect(problemsIn({ [field]: value })).toContain(problem);
});

it('takes 20 sources and no more', () => {
  const sources = Array.from({ length: 21 }, (_, n) => `10.0.${n}.0/24`);
  expect(problemsIn({ sources: sources.slice(1) })).toBe('none');
  expect(problemsIn({ sources })).toMatch(/^sources: .*20/);
});

it('refuses a field that it does not know, such as one that is misspelt', () => {
  expect(problemsIn({ vpcID: vpcId })).toBe('vpcID: is not known here');
});

it('names all problems of a request at once', () => {
  const problems = problemsIn({ accountId: '1', region: 'x', vpcId: 'y', role: { name: '/' } });
  expect(problems.split('; ').map((problem) => problem.split(':')[0])).toEqual([
    'accountId',
    'region',
    'vpcId',
    'role.name',
  ]);
});

it.each([[null], ['222222222222'], [[]]])('refuses %j, which is no object', (request) => {
  expect(Request.safeParse(request).success).toBe(false);
});

describe('ports as a setting lists them', () => {
  it.each([
    ['tcp/9100', { protocol: 'tcp', from: 9100, to: 9100 }],
    ['udp/1024-65535', { protocol: 'udp', from: 1024, to: 65_535 }],
    ['tcp/0-0', { protocol: 'tcp', from: 0, to: 0 }],
    ['icmp', { protocol: 'icmp', from: -1, to: -1 }],
  ])('are read from %s', (text, range) => {
    expect(PortRangeText.parse(text)).toEqual(range);
  });

  it.each([
    ['tcp/20-10', 'expected `from` to be no greater than `to`'],
    ['tcp/65536', '<=65535'],
    ['tcp/0-99999', '<=65535'],
    ['tcp', 'expected ports such as tcp/9100, udp/1024-65535 or icmp'],
    ['tcp/', 'expected ports such as'],
    ['tcp/22-', 'expected ports such as'],
    ['tcp/-1', 'expected ports such as'],
    ['tcp/1-2-3', 'expected ports such as'],
    ['tcp/22 ', 'expected ports such as'],
    [' tcp/22', 'expected ports such as'],
    ['TCP/22', 'expected ports such as'],
    ['tcp/22,tcp/23', 'expected ports such as'],
    ['icmp/8', 'expected ports such as'],
    ['gre', 'expected ports such as'],
    ['-1', 'expected ports such as'],
    ['all', 'expected ports such as'],
    ['', 'expected ports such as'],
  ])('are refused where they are none: %j', (text, problem) => {
    const { error } = PortRangeText.safeParse(text);
    expect(error && problemsOf(error)).toContain(problem);
  });
});

describe('a policy as a setting allows it', () => {
  it.each([
    readOnlyAccess,
    'arn:aws-us-gov:iam::aws:policy/job-function/ViewOnlyAccess',
    ownPolicy,
    'arn:aws:iam::*:policy/Monitoring',
    'arn:aws-cn:iam::*:policy/team/Monitoring',
  ])('may be %s', (arn) => {
    expect(AllowedPolicyArn.parse(arn)).toBe(arn);
  });

  it.each([
    '*',
    'ReadOnlyAccess',
    'arn:aws:iam::aws:policy/*',
    'arn:aws:iam::*:policy/',
    'arn:aws:iam::**:policy/Monitoring',
    'arn:*:iam::aws:policy/ReadOnlyAccess',
    'arn:aws:iam::222*:policy/Monitoring',
    'arn:aws:iam::*:role/Monitoring',
    'arn:aws:iam::aws:policy/ReadOnlyAccess ',
    'arn:aws:iam::aws:policy/ReadOnlyAccess\n',
  ])('may not be %j', (arn) => {
    const { error } = AllowedPolicyArn.safeParse(arn);
    expect(error && problemsOf(error)).toMatch(
      /^expected a policy ARN such as .* or arn:aws:iam::\*:policy\/Monitoring$/,
    );
  });
});
