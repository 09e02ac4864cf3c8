import fc from 'fast-check';
import { onboardNewAccount } from '../../functions/onboardNewAccount.ts';
import { handler as preflight } from '../../functions/preflight.ts';
import { handler as start } from '../../functions/startOnboarding.ts';
import { sfn as sfnClient } from '../../shared/clients.ts';
import {
  accountId,
  administratorAccess,
  anApiEvent,
  executionName,
  groupId,
  hubVpcId,
  monitoringRoleArn,
  powerUserAccess,
  readOnlyAccess,
  securityAudit,
  someSettings,
  tableId,
  viewOnlyAccess,
  vpcId,
} from '../builders.ts';
import { anEvent } from '../events/events.ts';
import { ec2, iam, sfn, sts } from '../shared/recordedAws.ts';

/** A request as JSON, in which a field may be called anything, `__proto__` included. */
type Body = Record<string, unknown>;

const post = async (body: Body) => {
  const { statusCode, headers, body: text } = await start(anApiEvent({ body }));
  return { statusCode, type: headers['content-type'], body: JSON.parse(text) };
};

/** The fields that an answer complains about. */
const namedIn = ({ body }: Awaited<ReturnType<typeof post>>): string[] =>
  (body.problems ?? []).map(({ path }: { path: string }) => path);

const refusal = { statusCode: 400, type: 'application/problem+json', body: { status: 400 } };

const expectNoCallToAws = () => {
  for (const aws of [sfn, sts, ec2, iam]) expect(aws.calls()).toHaveLength(0);
};

const foreignRole = 'arn:aws:iam::999999999999:role/admin';
const withRole = (role: Body): Body => ({ role });
const withPolicy = (arn: string, allowWrites = false): Body =>
  withRole({ policyArns: [readOnlyAccess, arn], allowWrites });

describe.each<[string, Body, string]>([
  ['an account id of 11 digits', { accountId: '22222222222' }, 'accountId'],
  ['an account id of 13 digits', { accountId: '2222222222222' }, 'accountId'],
  ['an account id that is a number', { accountId: 222222222222 }, 'accountId'],
  ['an account id with a space before it', { accountId: ' 222222222222' }, 'accountId'],
  ['an account id with a space after it', { accountId: '222222222222 ' }, 'accountId'],
  ['an account id with a line break after it', { accountId: '222222222222\n' }, 'accountId'],
  ['an account id in other digits', { accountId: '２２２２２２２２２２２２' }, 'accountId'],
  ['an account id with one digit of another script', { accountId: '22222222222٢' }, 'accountId'],
  ['the ARN of an account', { accountId: `arn:aws:iam::${accountId}:root` }, 'accountId'],
  ['two accounts', { accountId: `${accountId},999999999999` }, 'accountId'],
  ['a list of accounts', { accountId: [accountId] }, 'accountId'],
  ['every account', { accountId: '*' }, 'accountId'],
  ['the word for every account in the settings', { accountId: 'all' }, 'accountId'],
  ['a path to another account', { accountId: '../999999999999' }, 'accountId'],

  ['a Region of China', { region: 'cn-north-1' }, 'region'],
  ['a Region of GovCloud', { region: 'us-gov-west-1' }, 'region'],
  ['a Region that is a host', { region: 'eu-central-1.example.com' }, 'region'],
  ['a Region that ends the host', { region: 'eu-central-1.example.com/?' }, 'region'],
  ['a Region that is a path', { region: '../eu-central-1' }, 'region'],

  ['the ARN of a VPC', { vpcId: `arn:aws:ec2:eu-central-1:999999999999:vpc/${vpcId}` }, 'vpcId'],
  ['two VPCs', { vpcId: `${vpcId},${hubVpcId}` }, 'vpcId'],
  ['any VPC', { vpcId: 'vpc-*' }, 'vpcId'],
  [
    'the ARN of a VPC of the hub',
    { hubVpcId: `arn:aws:ec2:eu-central-1:999999999999:vpc/${hubVpcId}` },
    'hubVpcId',
  ],
  ['two VPCs of the hub', { hubVpcId: `${hubVpcId},${vpcId}` }, 'hubVpcId'],
  ['a list of VPCs of the hub', { hubVpcId: [hubVpcId] }, 'hubVpcId'],
  ['any VPC of the hub', { hubVpcId: 'vpc-*' }, 'hubVpcId'],
  ['a VPC of the hub that is no text', { hubVpcId: '' }, 'hubVpcId'],
  ['every route table', { routeTables: { hub: ['*'] } }, 'routeTables.hub.0'],
  ['a third side with route tables', { routeTables: { other: [tableId] } }, 'routeTables.other'],
  ['every security group', { securityGroups: ['sg-*'] }, 'securityGroups.0'],

  ['everybody as a source', { sources: ['0.0.0.0/0'] }, 'sources.0'],
  [
    'everybody as a source, beside a good one',
    { sources: ['10.0.1.0/24', '0.0.0.0/0'] },
    'sources.1',
  ],
  ['everybody in IPv6 as a source', { sources: ['::/0'] }, 'sources.0'],
  ['half of the internet as a source', { sources: ['128.0.0.0/1'] }, 'sources.0'],
  ['everybody written as an address', { sources: ['10.0.0.1/0'] }, 'sources.0'],
  ['a group by its name as a source', { sources: ['default'] }, 'sources.0'],
  ['every group of the hub', { hubSecurityGroups: ['*'] }, 'hubSecurityGroups.0'],
  ['everything of both VPCs left out', { excludeCidrs: ['0.0.0.0/0'] }, 'excludeCidrs.0'],
  ['a prefix list as a source', { sources: ['pl-0123456789abcdef0'] }, 'sources.0'],

  ['every port of TCP', { ports: [{ protocol: 'tcp', from: 0, to: 65_535 }] }, 'ports.0'],
  ['every port of UDP', { ports: [{ protocol: 'udp', from: 0, to: 65_535 }] }, 'ports.0'],
  ['SSH', { ports: ['ping', { protocol: 'tcp', from: 22, to: 22 }] }, 'ports.1'],
  ['every protocol', { ports: [{ protocol: '-1', from: 0, to: 0 }] }, 'ports.0'],
  ['every port, as -1', { ports: [{ protocol: 'tcp', from: -1, to: -1 }] }, 'ports.0.from'],
  [
    'a port with sources of its own',
    { ports: [{ protocol: 'tcp', from: 9100, to: 9100, cidr: '0.0.0.0/0' }] },
    'ports.0.cidr',
  ],
  ['a profile that every object has', { ports: ['constructor'] }, 'ports.0'],
  ['a profile by the name of __proto__', { ports: ['__proto__'] }, 'ports.0'],

  ['a role with a path', withRole({ name: 'admins/cross-role' }), 'role.name'],
  ['a role with a path behind it', withRole({ name: 'cross-role/admin' }), 'role.name'],
  ['a role one level up', withRole({ name: '../cross-role' }), 'role.name'],
  ['a role by a way round', withRole({ name: 'cross-role/../admin' }), 'role.name'],
  ['the ARN of a role', withRole({ name: monitoringRoleArn }), 'role.name'],
  ['the ARN of a role in another account', withRole({ name: foreignRole }), 'role.name'],
  ['the role that Sightline itself uses', withRole({ name: 'SightlineOnboarding' }), 'role.name'],
  ['every role', withRole({ name: 'cross-role*' }), 'role.name'],

  ['AdministratorAccess', withPolicy(administratorAccess), 'role.policyArns.1'],
  [
    'AdministratorAccess, with allowWrites',
    withPolicy(administratorAccess, true),
    'role.policyArns.1',
  ],
  ['PowerUserAccess', withPolicy(powerUserAccess), 'role.policyArns.1'],
  ['PowerUserAccess, with allowWrites', withPolicy(powerUserAccess, true), 'role.policyArns.1'],
  [
    'a policy of another partition',
    withPolicy('arn:aws-cn:iam::aws:policy/ReadOnlyAccess'),
    'role.policyArns.1',
  ],
  [
    'a policy of another account',
    withPolicy('arn:aws:iam::999999999999:policy/Monitoring'),
    'role.policyArns.1',
  ],
  [
    'another policy of the account',
    withPolicy(`arn:aws:iam::${accountId}:policy/Admin`),
    'role.policyArns.1',
  ],
  [
    'the policy of any account',
    withPolicy('arn:aws:iam::*:policy/Monitoring'),
    'role.policyArns.1',
  ],
  ['every policy', withPolicy('*'), 'role.policyArns.1'],
  ['a role in place of a policy', withPolicy(foreignRole), 'role.policyArns.1'],
  ['an external id that would end a JSON text', withRole({ externalId: '"}}' }), 'role.externalId'],
  [
    'an external id that would end a command',
    withRole({ externalId: "a'; reboot" }),
    'role.externalId',
  ],
  ['writes in a word', withRole({ allowWrites: 'yes' }), 'role.allowWrites'],

  ['roleArn', { roleArn: foreignRole }, 'roleArn'],
  ['externalId beside role', { externalId: 'mine' }, 'externalId'],
  ['hub', { hub: { accountId: '999999999999' } }, 'hub'],
  ['plan', { plan: { accountId, role: { arn: foreignRole } } }, 'plan'],
  ['executionName', { executionName: 'another' }, 'executionName'],
  ['stateMachineArn', { stateMachineArn: 'arn:aws:states' }, 'stateMachineArn'],
  ['allowWrites beside role', { allowWrites: true }, 'allowWrites'],
  ['role.arn', withRole({ arn: foreignRole }), 'role.arn'],
  ['role.principals', withRole({ principals: ['*'] }), 'role.principals'],
  ['role.trustPolicy', withRole({ trustPolicy: '{}' }), 'role.trustPolicy'],
  ['role.boundaryArn', withRole({ boundaryArn: administratorAccess }), 'role.boundaryArn'],
  ['__proto__', { ['__proto__']: { accountId: '999999999999' } }, '__proto__'],
  ['role.__proto__', withRole({ ['__proto__']: { allowWrites: true } }), 'role.__proto__'],
  ['constructor', { constructor: { prototype: { allowWrites: true } } }, 'constructor'],
])('a request that tries to steer by %s', (_, fields, field) => {
  it('is refused by its field, and AWS is not asked', async () => {
    const answer = await post({ accountId, ...fields });
    expect(answer).toMatchObject(refusal);
    expect(namedIn(answer)).toContain(field);
    expectNoCallToAws();
  });

  it('is refused in an execution that was started past the API, and AWS is not asked', async () => {
    const request = { accountId, ...fields };
    await expect(
      preflight({ executionName, request }, { functionName: 'preflight' }),
    ).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: expect.stringMatching(
        new RegExp(`^The request cannot be carried out: (.*; )?${field.replaceAll('.', '\\.')}: `),
      ),
    });
    expectNoCallToAws();
  });
});

describe('a new account', () => {
  it.each([
    ['that is 11 digits', '22222222222'],
    ['that is 13 digits', '2222222222222'],
    ['with a space', '222222222222 '],
    ['in other digits', '２２２２２２２２２２２２'],
    ['that is an ARN', `arn:aws:iam::${accountId}:root`],
    ['that is a path', `../${accountId}`],
  ])('of an id %s is onboarded by no event', async (_, id) => {
    const event = anEvent('create-account-result.succeeded', {
      createAccountStatus: { accountId: id },
    });
    await expect(onboardNewAccount(sfnClient(), event, someSettings())).resolves.toEqual({
      did: 'the event announces no account that is ready',
    });
    expectNoCallToAws();
  });

  it.each<[string, Body, string]>([
    ['a Region of China', { region: 'cn-north-1' }, 'region'],
    ['everybody as a source', { sources: ['0.0.0.0/0'] }, 'sources.0'],
    ['every port', { ports: [{ protocol: 'tcp', from: 0, to: 65_535 }] }, 'ports.0'],
    ['the ARN of a role', withRole({ name: foreignRole }), 'role.name'],
    ['AdministratorAccess', withPolicy(administratorAccess, true), 'role.policyArns.1'],
    ['roleArn', { roleArn: foreignRole }, 'roleArn'],
  ])('is onboarded by no setting that steers by %s', async (_, fields, field) => {
    const event = anEvent('create-account-result.succeeded');
    const settings = someSettings({ NEW_ACCOUNT_REQUEST: JSON.stringify(fields) });
    await expect(onboardNewAccount(sfnClient(), event, settings)).rejects.toMatchObject({
      name: 'InvalidSettings',
      message: expect.stringContaining(`newAccountRequest: ${field}: `),
    });
    expectNoCallToAws();
  });
});

/**
 * One field of a request with a value that steers. `by` tells who refuses it: the schema always does,
 * and the settings do in a request that the schema accepts.
 */
type Steer = { field: string; value: unknown; by: 'schema' | 'settings' };

const steer = (
  by: Steer['by'],
  field: string,
  ...values: fc.Arbitrary<unknown>[]
): fc.Arbitrary<Steer> => fc.oneof(...values).map((value) => ({ field, value, by }));

/** A text with one of these pieces somewhere in it. */
const mangled = (texts: fc.Arbitrary<string>, pieces: readonly string[]) =>
  fc
    .tuple(texts, fc.constantFrom(...pieces), fc.nat(100))
    .map(
      ([text, piece, at]) =>
        text.slice(0, at % (text.length + 1)) + piece + text.slice(at % (text.length + 1)),
    );

/** A list of good things with a bad one somewhere among them. */
const listWith = (bad: fc.Arbitrary<unknown>, ...good: unknown[]) =>
  fc
    .tuple(fc.subarray(good), bad, fc.nat(good.length))
    .map(([things, one, at]) => things.toSpliced(at, 0, one));

const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
const hex17 = fc.stringMatching(/^[0-9a-f]{17}$/);
const noText = fc.constantFrom<unknown>(null, 1, true, [], {}, [accountId], { $ref: accountId });
/** What no id, name or ARN has in it, and what would mean something to a shell, a path, a URL or a pattern. */
const pieces = [
  '/',
  '../',
  ':',
  '*',
  '?',
  ' ',
  '\n',
  '\0',
  '%2f',
  '$(id)',
  ';',
  "'",
  '"',
  '#',
  '２',
];

const hostileAccount = steer(
  'schema',
  'accountId',
  fc
    .integer({ min: 0, max: 30 })
    .filter((length) => length !== 12)
    .chain(digits),
  mangled(digits(12), pieces),
  digits(12).map((id) => `arn:aws:iam::${id}:root`),
  fc
    .tuple(digits(12), fc.constantFrom(0x0660, 0x06f0, 0x0966, 0xff10, 0x1d7ce))
    .map(([id, zero]) =>
      [...id].map((digit) => String.fromCodePoint(zero + Number(digit))).join(''),
    ),
  noText,
);

const hostileRegion = [
  steer(
    'settings',
    'region',
    fc.constantFrom(
      'cn-north-1',
      'cn-northwest-1',
      'us-gov-west-1',
      'us-gov-east-1',
      'us-iso-east-1',
      'us-isob-east-1',
    ),
  ),
  steer('schema', 'region', mangled(fc.constant('eu-central-1'), pieces), noText),
];

const narrowPrefix = { v4: fc.integer({ min: 0, max: 15 }), v6: fc.integer({ min: 0, max: 43 }) };

const hostileSources = steer(
  'schema',
  'sources',
  listWith(
    fc.oneof(
      fc.constantFrom('0.0.0.0/0', '::/0', '0.0.0.0/1', '128.0.0.0/1', '10.0.0.0/8', '2000::/3'),
      fc.tuple(fc.ipV4(), narrowPrefix.v4).map(([address, prefix]) => `${address}/${prefix}`),
      fc.tuple(fc.ipV6(), narrowPrefix.v6).map(([address, prefix]) => `${address}/${prefix}`),
      // An address with host bits says less than it seems to.
      fc.tuple(fc.ipV4(), fc.integer({ min: 16, max: 31 })).map(([address, prefix]) => {
        const [a, b, c, d] = address.split('.').map(Number);
        return `${a}.${b}.${c}.${Number(d) | 1}/${prefix}`;
      }),
      mangled(fc.constant('10.0.1.0/24'), [' ', '\n', '*', ',', '::', 'x', '/', '-', '２']),
      fc.constantFrom('sg-*', `${groupId},*`, 'pl-0123456789abcdef0', 'self', '*', '', null, 0),
    ),
    '10.0.1.0/24',
    '10.0.2.0/24',
  ),
  fc.constantFrom('0.0.0.0/0', []),
);

const hostilePorts = [
  steer(
    'settings',
    'ports',
    listWith(
      fc.oneof(
        // It begins below what allowedPorts begin with, wherever it ends.
        fc
          .tuple(fc.constantFrom('tcp', 'udp'), fc.nat(1023), fc.nat(65_535))
          .map(([protocol, from, more]) => ({ protocol, from, to: Math.min(from + more, 65_535) })),
        fc.constantFrom(
          'all',
          'any',
          'ssh',
          'constructor',
          '__proto__',
          'toString',
          'tcp/0-65535',
          '*',
        ),
        fc
          .string({ minLength: 1 })
          .filter((name) => !['ping', 'node-exporter', 'zabbix-agent'].includes(name)),
      ),
      'ping',
      { protocol: 'tcp', from: 9100, to: 9100 },
    ),
  ),
  steer(
    'schema',
    'ports',
    listWith(
      fc.constantFrom<unknown>(
        { protocol: '-1', from: 1024, to: 1024 },
        { protocol: 'all', from: 1024, to: 1024 },
        { protocol: 'tcp', from: -1, to: -1 },
        { protocol: 'tcp', from: 1024, to: 65_536 },
        { protocol: 'tcp', from: 2000, to: 1999 },
        { protocol: 'tcp', from: 9100, to: 9100, cidr: '0.0.0.0/0' },
        { protocol: 'tcp', from: '0', to: '65535' },
        { protocol: ['tcp'], from: 9100, to: 9100 },
        '',
        9100,
        null,
      ),
      'ping',
    ),
  ),
];

const hostileName = [
  steer(
    'settings',
    'role.name',
    fc.constantFrom('admin', 'SightlineOnboarding', 'OrganizationAccountAccessRole', 'Cross-role'),
    fc.stringMatching(/^[\w+=,.@-]{1,64}$/).filter((name) => !name.startsWith('cross-role')),
  ),
  steer(
    'schema',
    'role.name',
    mangled(fc.constantFrom('cross-role', 'cross-role-zabbix'), pieces),
    fc.constantFrom(foreignRole, monitoringRoleArn, '', `cross-role${'e'.repeat(64)}`),
    noText,
  ),
];

const otherAccount = digits(12).filter((id) => id !== accountId);

const hostilePolicies = [
  steer(
    'settings',
    'role.policyArns',
    listWith(
      fc.oneof(
        fc.constantFrom(
          administratorAccess,
          powerUserAccess,
          'arn:aws:iam::aws:policy/IAMFullAccess',
          'arn:aws-cn:iam::aws:policy/ReadOnlyAccess',
          'arn:aws-us-gov:iam::aws:policy/SecurityAudit',
          'arn:aws:iam::aws:policy/../AdministratorAccess',
          `arn:aws:iam::${accountId}:policy/ReadOnlyAccess`,
        ),
        otherAccount.map((id) => `arn:aws:iam::${id}:policy/Monitoring`),
        fc
          .stringMatching(/^[\w+=,.@/-]{1,40}$/)
          .filter((name) => name !== 'Monitoring')
          .map((name) => `arn:aws:iam::${accountId}:policy/${name}`),
      ),
      readOnlyAccess,
      viewOnlyAccess,
    ),
  ),
  steer(
    'schema',
    'role.policyArns',
    listWith(
      fc.oneof(
        fc.constantFrom(
          '*',
          'AdministratorAccess',
          'arn:aws:iam::*:policy/Monitoring',
          foreignRole,
          '',
        ),
        mangled(fc.constant(readOnlyAccess), [' ', '\n', '*', '?', '#', "'", '"', '２']),
        noText,
      ),
      readOnlyAccess,
    ),
    fc.constantFrom(administratorAccess, []),
  ),
];

const steersByValue = [
  hostileAccount,
  ...hostileRegion,
  hostileSources,
  ...hostilePorts,
  ...hostileName,
  ...hostilePolicies,
  ...['vpcId', 'hubVpcId'].map((field) =>
    steer(
      'schema',
      field,
      mangled(
        hex17.map((id) => `vpc-${id}`),
        pieces,
      ),
      noText,
    ),
  ),
  steer(
    'schema',
    'securityGroups',
    listWith(fc.constantFrom('*', 'default', vpcId, `${groupId},${groupId}`), groupId),
  ),
  steer('schema', 'routeTables.hub', fc.constantFrom('any', '*', [], ['*'], [vpcId], { tag: '*' })),
  steer('schema', 'routeTables.monitored', listWith(fc.constantFrom('*', 'main', vpcId), tableId)),
  steer(
    'schema',
    'role.externalId',
    mangled(fc.constant('secret-of-zabbix'), [
      ' ',
      '\n',
      "'",
      '"',
      '*',
      '?',
      '#',
      '$(id)',
      ';',
      '{',
      '２',
    ]),
    noText,
  ),
  steer('schema', 'role.allowWrites', fc.constantFrom('true', 1, null, {})),
  steer('schema', 'acceptance', fc.constantFrom('force', 'hub', null)),
  steer('schema', 'access', fc.constantFrom(['admin'], ['api', 'write'], [], '*')),
  steer('schema', 'newAccount', fc.constantFrom('true', 1, null)),
];

/** Fields that there are not, at the top and in `role`, with whatever value. */
const steerByField = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(
        'roleArn',
        'externalId',
        'hub',
        'plan',
        'policyArns',
        'allowWrites',
        'principals',
        'partition',
        'executionName',
        'stateMachineArn',
        'settings',
        'request',
        'prepared',
        'accountID',
        'AccountId',
        '__proto__',
        'constructor',
        'prototype',
        'toString',
        '',
        'role ',
        'rôle',
      ),
      fc.constantFrom(
        'role.arn',
        'role.principals',
        'role.trustPolicy',
        'role.boundaryArn',
        'role.path',
        'role.accountId',
        'role.permissionsBoundary',
        'role.inlinePolicies',
        'role.__proto__',
        'role.constructor',
        'routeTables.other',
        'routeTables.__proto__',
      ),
    ),
    fc.oneof(
      fc.constantFrom<unknown>(foreignRole, '999999999999', true, null, { allowWrites: true }),
      fc.jsonValue({ maxDepth: 1 }),
    ),
  )
  .map(([field, value]): Steer => ({ field, value, by: 'schema' }));

/** Whether what an answer names is the field of a steer, a part of it or the whole that it is in. */
const isOf = (path: string, { field }: Steer) =>
  `${path}.`.startsWith(`${field}.`) ||
  field.startsWith(`${path}.`) ||
  // What has no name is told as the body; and a policy may want allowWrites besides.
  (field === '' && path === 'body') ||
  (field === 'role.policyArns' && path === 'role.allowWrites');

const steers = fc.uniqueArray(
  fc.oneof(
    { arbitrary: fc.oneof(...steersByValue), weight: 4 },
    { arbitrary: steerByField, weight: 1 },
  ),
  {
    minLength: 1,
    maxLength: 4,
    selector: ({ field }) => field,
  },
);

/** Requests that are good, in the fields that a steer may be put in. */
const goodRequest = fc.record(
  {
    accountId: fc.constant(accountId),
    region: fc.constantFrom('eu-central-1', 'us-east-1', 'ap-southeast-2'),
    vpcId: hex17.map((id) => `vpc-${id}`),
    hubVpcId: hex17.map((id) => `vpc-${id}`),
    sources: fc.constantFrom(['10.0.1.0/24'], ['10.0.0.0/16', '2001:db8::/56'], [groupId]),
    ports: fc.constantFrom(['ping'], ['zabbix-agent', { protocol: 'udp', from: 1024, to: 2000 }]),
    routeTables: fc.constantFrom({}, { hub: [tableId] }),
    securityGroups: fc.constant([groupId]),
    role: fc.record(
      {
        name: fc.constantFrom('cross-role', 'cross-role-zabbix'),
        policyArns: fc.subarray([readOnlyAccess, viewOnlyAccess, securityAudit], { minLength: 1 }),
        externalId: fc.constant('secret-of-zabbix'),
        allowWrites: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    access: fc.constantFrom(['api'], ['network'], ['network', 'api']),
    dnsResolution: fc.boolean(),
  },
  { requiredKeys: ['accountId'] },
);

/** The request with the field set, which is at the top or one level below. */
const put = (request: Body, { field, value }: Steer): Body => {
  const [first = '', second] = field.split('.');
  if (second === undefined) return { ...request, [first]: value };
  return { ...request, [first]: { ...(request[first] as Body | undefined), [second]: value } };
};

it('good requests, into which steers are put, are accepted as they are', async () => {
  sfn.onAnyCommand().resolves({ executions: [] } as never);
  await fc.assert(
    fc.asyncProperty(goodRequest, async (request) => {
      expect(await post(request)).toMatchObject({ statusCode: 202 });
    }),
    { numRuns: 200 },
  );
});

it('of 10,000 requests that try to steer every one is refused by its fields, and AWS is not asked', async () => {
  await fc.assert(
    fc.asyncProperty(goodRequest, steers, async (good, chosen) => {
      const answer = await post(chosen.reduce<Body>(put, good));
      expect(answer).toMatchObject(refusal);
      expectNoCallToAws();
      const named = namedIn(answer);
      // The settings are asked about what the schema accepts, and so name something only there.
      const bySchema = chosen.filter(({ by }) => by === 'schema');
      const mustBeNamed = bySchema.length > 0 ? bySchema : chosen;
      expect(mustBeNamed.filter((one) => !named.some((path) => isOf(path, one)))).toEqual([]);
      expect(named.filter((path) => !chosen.some((one) => isOf(path, one)))).toEqual([]);
    }),
    { numRuns: 10_000 },
  );
});
