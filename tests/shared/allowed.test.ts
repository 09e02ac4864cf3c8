import { isAllowedAccount, policyIn, requestFor } from '../../shared/allowed.ts';
import { problemsIn } from '../../shared/errors.ts';
import {
  accountId,
  administratorAccess,
  cloudWatchReadOnlyAccess,
  ownPolicy,
  powerUserAccess,
  readOnlyAccess,
  securityAudit,
  someSettings,
  viewOnlyAccess,
} from '../builders.ts';

type Environment = Parameters<typeof someSettings>[0];

/** What is wrong with a request to a deployment with these settings, by the path of its field. */
const refusalsOf = (fields: object, environment: Environment = {}): Record<string, string> => {
  const { error } = requestFor(someSettings(environment)).safeParse({ accountId, ...fields });
  const problems = error ? problemsIn(error) : [];
  return Object.fromEntries(problems.map(({ path, message }) => [path, message]));
};

const inChina = { PARTITION: 'aws-cn', HUB_REGION: 'cn-north-1' };
const inGovCloud = { PARTITION: 'aws-us-gov', HUB_REGION: 'us-gov-west-1' };

/** Settings that allow these policies besides the default ones. */
const allowing = (...arns: string[]) => ({ ALLOWED_POLICY_ARNS: arns.join(',') });

it('a request that asks for the least, or for all that is allowed, is not refused', () => {
  const everything = {
    region: 'eu-west-1',
    sources: ['10.0.1.0/24'],
    ports: [
      'zabbix-agent',
      'node-exporter',
      'ping',
      { protocol: 'tcp', from: 1024, to: 65_535 },
      { protocol: 'udp', from: 1024, to: 1024 },
      { protocol: 'icmp', from: 3, to: 4 },
    ],
    role: {
      name: 'cross-role-zabbix',
      policyArns: [
        readOnlyAccess,
        viewOnlyAccess,
        securityAudit,
        cloudWatchReadOnlyAccess,
        ownPolicy,
      ],
      externalId: 'secret-of-zabbix',
      allowWrites: true,
    },
  };
  expect(refusalsOf({})).toEqual({});
  expect(refusalsOf(everything)).toEqual({});
});

describe('an account', () => {
  const two = '333333333333,222222222222';

  it.each([
    ['all', true],
    [accountId, true],
    [two, true],
    ['333333333333', false],
    ['', false],
  ])('may be onboarded where allowedAccounts is %j: %s', (ALLOWED_ACCOUNTS, allowed) => {
    expect(isAllowedAccount(accountId, someSettings({ ALLOWED_ACCOUNTS }))).toBe(allowed);
    expect(refusalsOf({}, { ALLOWED_ACCOUNTS })).toEqual(
      allowed ? {} : { accountId: 'expected one of the accounts in the setting allowedAccounts' },
    );
  });

  it('is not allowed for being called all', () => {
    expect(isAllowedAccount('all', someSettings({ ALLOWED_ACCOUNTS: two }))).toBe(false);
  });
});

describe('a Region', () => {
  it.each<[string, Environment, string]>([
    ['aws', {}, 'eu-central-1'],
    ['aws', {}, 'ap-southeast-7'],
    ['aws-cn', inChina, 'cn-northwest-1'],
    ['aws-us-gov', inGovCloud, 'us-gov-east-1'],
  ])('of the hub’s partition %s is allowed', (_, settings, region) => {
    expect(refusalsOf({ region }, settings)).toEqual({});
  });

  it.each<[string, Environment, string]>([
    ['aws', {}, 'cn-north-1'],
    ['aws', {}, 'cn-northwest-1'],
    ['aws', {}, 'us-gov-west-1'],
    ['aws', {}, 'us-iso-east-1'],
    ['aws-cn', inChina, 'eu-central-1'],
    ['aws-cn', inChina, 'us-gov-west-1'],
    ['aws-us-gov', inGovCloud, 'us-east-1'],
  ])('of another partition than %s is refused', (partition, settings, region) => {
    expect(refusalsOf({ region }, settings)).toEqual({
      region: `expected a Region of the hub's partition, ${partition}`,
    });
  });
});

describe('ports', () => {
  const expected =
    'expected a port profile (zabbix-agent, node-exporter, ping) or {protocol, from, to} within tcp/1024-65535, udp/1024-65535, icmp (setting allowedPorts)';

  it.each(['gopher', 'Ping', 'ping ', 'toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    'of a profile %j that there is not are refused',
    (name) => {
      expect(refusalsOf({ ports: ['ping', name] })).toEqual({ 'ports.1': expected });
    },
  );

  it.each([
    [{ protocol: 'tcp', from: 0, to: 65_535 }],
    [{ protocol: 'udp', from: 0, to: 65_535 }],
    [{ protocol: 'tcp', from: 22, to: 22 }],
    [{ protocol: 'tcp', from: 0, to: 0 }],
    [{ protocol: 'tcp', from: 1023, to: 1024 }],
    [{ protocol: 'tcp', from: 1023, to: 65_535 }],
    [{ protocol: 'udp', from: 53, to: 53 }],
  ])('beyond allowedPorts are refused: %j', (port) => {
    expect(refusalsOf({ ports: ['ping', port] })).toEqual({ 'ports.1': expected });
  });

  it('of a profile are allowed wherever they are, for the settings name them', () => {
    const settings = {
      PORT_PROFILES: JSON.stringify({ ssh: { protocol: 'tcp', from: 22, to: 22 } }),
      DEFAULT_PORTS: 'ssh',
    };
    expect(refusalsOf({ ports: ['ssh'] }, settings)).toEqual({});
  });

  it.each([
    ['tcp/9100', { protocol: 'tcp', from: 9100, to: 9100 }, true],
    ['tcp/9100', { protocol: 'tcp', from: 9100, to: 9101 }, false],
    ['tcp/9100', { protocol: 'udp', from: 9100, to: 9100 }, false],
    ['tcp/9100,tcp/9101', { protocol: 'tcp', from: 9100, to: 9101 }, false],
    ['tcp/1-10,tcp/5-20', { protocol: 'tcp', from: 5, to: 20 }, true],
    ['tcp/0-65535', { protocol: 'icmp', from: 8, to: -1 }, false],
    ['icmp', { protocol: 'icmp', from: -1, to: -1 }, true],
    ['icmp', { protocol: 'icmp', from: 8, to: 0 }, true],
    ['icmp', { protocol: 'tcp', from: 8, to: 8 }, false],
  ])('allowedPorts of %s allow %j: %s', (ALLOWED_PORTS, port, allowed) => {
    const refused = {
      'ports.0': expect.stringContaining(`within ${ALLOWED_PORTS.replaceAll(',', ', ')} (`),
    };
    expect(refusalsOf({ ports: [port] }, { ALLOWED_PORTS })).toEqual(allowed ? {} : refused);
  });

  it('are refused but for the profiles where allowedPorts is empty', () => {
    const settings = { ALLOWED_PORTS: '' };
    const ports = ['ping', { protocol: 'tcp', from: 9100, to: 9100 }];
    expect(refusalsOf({ ports }, settings)).toEqual({
      'ports.1': expect.stringContaining('within nothing (setting allowedPorts)'),
    });
  });
});

describe('the name of a role', () => {
  it.each(['cross-role', 'cross-role-zabbix', 'cross-role2'])(
    'that begins as the setting says is allowed: %s',
    (name) => {
      expect(refusalsOf({ role: { name } })).toEqual({});
    },
  );

  it.each(['admin', 'my-cross-role', 'Cross-role', 'cross-rol'])(
    'that no policy allows is refused: %s',
    (name) => {
      expect(refusalsOf({ role: { name } })).toEqual({
        'role.name': 'expected a name that begins with cross-role',
      });
    },
  );

  it('that Sightline’s own role has is refused, though it begins alike', () => {
    const settings = { MONITORING_ROLE_NAME: 'Sightline' };
    expect(refusalsOf({ role: { name: 'SightlineOnboarding' } }, settings)).toEqual({
      'role.name': 'expected another name than that of the onboarding role',
    });
    // IAM takes names for the same that differ by their case alone.
    expect(refusalsOf({ role: { name: 'Sightlineonboarding' } }, settings)).toEqual({
      'role.name': 'expected another name than that of the onboarding role',
    });
    for (const name of ['Sightline', 'SightlineOnboarding2', 'SightlineReader']) {
      expect(refusalsOf({ role: { name } }, settings)).toEqual({});
    }
  });

  it('that Sightline’s own role has is the one that the setting says', () => {
    const settings = { ONBOARDING_ROLE_NAME: 'cross-role-2' };
    expect(refusalsOf({ role: { name: 'cross-role-2' } }, settings)).toEqual({
      'role.name': 'expected another name than that of the onboarding role',
    });
  });

  it.each([
    'cross-role/admin',
    '/cross-role',
    'team/cross-role',
    '../cross-role',
    'cross-role/../admin',
    `arn:aws:iam::${accountId}:role/cross-role`,
    'arn:aws:iam::333333333333:role/cross-role',
    'cross-role*',
    'cross-role:admin',
    'cross-role\n',
  ])('that is no name is refused: %j', (name) => {
    expect(Object.keys(refusalsOf({ role: { name } }))).toEqual(['role.name']);
  });
});

describe('the policies of a role', () => {
  it.each([
    [`arn:aws:iam::${accountId}:policy/Monitor`],
    [`arn:aws:iam::${accountId}:policy/Monitoring2`],
    [`arn:aws:iam::${accountId}:policy/team/Monitoring`],
    ['arn:aws:iam::333333333333:policy/Monitoring'],
    ['arn:aws:iam::aws:policy/Monitoring'],
    ['arn:aws-cn:iam::aws:policy/ReadOnlyAccess'],
    [`arn:aws-us-gov:iam::${accountId}:policy/Monitoring`],
    ['arn:aws:iam::aws:policy/readonlyaccess'],
    ['arn:aws:iam::aws:policy/ReadOnlyAccess/'],
    ['arn:aws:iam::aws:policy/ViewOnlyAccess'],
    [`arn:aws:iam::${accountId}:policy/ReadOnlyAccess`],
  ])('are refused that the setting does not allow: %s', (arn) => {
    const refusals = refusalsOf({ role: { policyArns: [readOnlyAccess, arn] } });
    expect(refusals).toEqual({
      'role.policyArns.1': `expected one of ${[readOnlyAccess, viewOnlyAccess, securityAudit, cloudWatchReadOnlyAccess, ownPolicy].join(', ')} (setting allowedPolicyArns)`,
    });
  });

  it('are those of the account itself where the setting has an account of *', () => {
    expect(policyIn(accountId, 'arn:aws:iam::*:policy/Monitoring')).toBe(ownPolicy);
    expect(policyIn(accountId, readOnlyAccess)).toBe(readOnlyAccess);
    const other = { accountId: '333333333333', role: { policyArns: [ownPolicy] } };
    expect(Object.keys(refusalsOf(other))).toEqual(['role.policyArns.0']);
    const own = { ...other, role: { policyArns: ['arn:aws:iam::333333333333:policy/Monitoring'] } };
    expect(refusalsOf(own)).toEqual({});
  });

  it('are not asked for with an account of *', () => {
    const role = { policyArns: ['arn:aws:iam::*:policy/Monitoring'] };
    expect(Object.keys(refusalsOf({ role }))).toContain('role.policyArns.0');
  });

  it('are allowed that the settings give every role, though allowedPolicyArns does not name them', () => {
    const settings = { MONITORING_POLICY_ARNS: viewOnlyAccess, ...allowing(securityAudit) };
    expect(refusalsOf({ role: { policyArns: [viewOnlyAccess, securityAudit] } }, settings)).toEqual(
      {},
    );
    expect(Object.keys(refusalsOf({ role: { policyArns: [readOnlyAccess] } }, settings))).toEqual([
      'role.policyArns.0',
    ]);
  });
});

describe('a role that may change things', () => {
  const powerful = [
    administratorAccess,
    'arn:aws:iam::aws:policy/AdministratorAccess-Amplify',
    powerUserAccess,
    'arn:aws:iam::aws:policy/IAMFullAccess',
    'arn:aws:iam::aws:policy/AmazonEC2FullAccess',
    'arn:aws:iam::aws:policy/AWSLambda_FullAccess',
    'arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2',
    'arn:aws:iam::aws:policy/AmazonDynamoDBFullAccesswithDataPipeline',
    'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser',
    'arn:aws:iam::aws:policy/job-function/SystemAdministrator',
    'arn:aws:iam::aws:policy/job-function/NetworkAdministrator',
    'arn:aws-cn:iam::aws:policy/AdministratorAccess',
  ];

  it.each(powerful)('is refused unless the request allows writes: %s', (arn) => {
    const role = { policyArns: [readOnlyAccess, arn] };
    const settings = allowing(arn);
    expect(refusalsOf({ role }, settings)).toEqual({
      'role.allowWrites': `expected true, because ${arn} may change things in the account`,
    });
    expect(refusalsOf({ role: { ...role, allowWrites: false } }, settings)).toHaveProperty([
      'role.allowWrites',
    ]);
    expect(refusalsOf({ role: { ...role, allowWrites: true } }, settings)).toEqual({});
  });

  it.each([administratorAccess, powerUserAccess])(
    'is refused where the setting does not allow its policy, whatever the request allows: %s',
    (arn) => {
      const role = { policyArns: [arn], allowWrites: true };
      expect(Object.keys(refusalsOf({ role }))).toEqual(['role.policyArns.0']);
    },
  );

  it('is refused where the settings themselves make it powerful', () => {
    const settings = { MONITORING_POLICY_ARNS: `${powerUserAccess},${readOnlyAccess}` };
    const refused = {
      'role.allowWrites': `expected true, because ${powerUserAccess} may change things in the account`,
    };
    expect(refusalsOf({}, settings)).toEqual(refused);
    expect(refusalsOf({ role: { name: 'cross-role-2' } }, settings)).toEqual(refused);
    expect(refusalsOf({ role: { policyArns: [readOnlyAccess] } }, settings)).toEqual({});
    expect(refusalsOf({ role: { allowWrites: true } }, settings)).toEqual({});
  });

  // What a policy of the account's own allows only its text tells, which EnsureRole reads.
  it('is not told by the name of a policy of the account’s own', () => {
    const arn = `arn:aws:iam::${accountId}:policy/PowerUserAccess`;
    expect(refusalsOf({ role: { policyArns: [arn] } }, allowing(arn))).toEqual({});
  });
});

it('all that a request may not ask for is refused at once, each by its path', () => {
  const fields = {
    region: 'cn-north-1',
    ports: ['ping', 'gopher', { protocol: 'tcp', from: 22, to: 22 }],
    role: { name: 'admin', policyArns: [readOnlyAccess, administratorAccess] },
  };
  expect(Object.keys(refusalsOf(fields, { ALLOWED_ACCOUNTS: '333333333333' }))).toEqual([
    'accountId',
    'region',
    'ports.1',
    'ports.2',
    'role.name',
    'role.policyArns.1',
    'role.allowWrites',
  ]);
});

it('what is no request is refused as the schema says, and by the settings, at once', () => {
  const fields = { accountId: '1', region: 'cn-north-1', vpcID: 'vpc-1', role: { name: 'ad min' } };
  expect(Object.keys(refusalsOf(fields))).toEqual(['accountId', 'role.name', 'vpcID', 'region']);
});
