import { problemsOf } from '../../shared/errors.ts';
import { Request } from '../../shared/request.ts';
import { accountId, groupId, readOnlyAccess, tableId, vpcId } from '../builders.ts';

const parse = (fields: object) => Request.safeParse({ accountId, ...fields });

const problemsIn = (fields: object): string => {
  const { error } = parse(fields);
  return error ? problemsOf(error) : 'none';
};

it('needs just the account id, and has a default for what the settings do not say', () => {
  expect(Request.parse({ accountId })).toEqual({
    accountId,
    acceptance: 'auto',
    routeTables: { hub: 'in-use', monitored: 'in-use' },
    role: {},
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
    ports: ['ping', { protocol: 'tcp', from: 9100, to: 9110 }],
    role: { name: 'cross-role', policyArns: [readOnlyAccess], externalId: 'secret' },
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
  ['routeTables', { monitored: [tableId, 'rtb-0123abcd'] }],
  ['securityGroups', ['sg-0123abcd', groupId]],
  ['ports', [{ protocol: 'udp', from: 0, to: 65_535 }]],
  ['ports', [{ protocol: 'tcp', from: 443, to: 443 }]],
  ['ports', [{ protocol: 'icmp', from: -1, to: -1 }]],
  ['role', { name: 'a.role_with+all=of,these@chars-1' }],
  ['role', { policyArns: ['arn:aws-us-gov:iam::123456789012:policy/team/read'] }],
  ['role', { externalId: 'a/b:c=d' }],
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
  ['routeTables', { hub: 'all' }, 'routeTables.hub: expected "in-use" or a list'],
  ['routeTables', { hub: [] }, 'routeTables.hub: '],
  ['routeTables', { monitored: [vpcId] }, 'routeTables.monitored.0: expected an id such as rtb-'],
  ['routeTables', { peer: 'in-use' }, 'routeTables.peer: is not known here'],
  ['securityGroups', [], 'securityGroups: '],
  ['securityGroups', ['default'], 'securityGroups.0: expected an id such as sg-'],
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
