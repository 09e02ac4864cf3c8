import { parseSettings, settings } from '../../shared/settings.ts';
import {
  batchBucket,
  bulkStateMachineArn,
  cloudWatchReadOnlyAccess,
  hubAccountId,
  hubRoot,
  readOnlyAccess,
  securityAudit,
  settingsEnvironment,
  someSettings,
  stateMachineArn,
  topicArn,
  viewOnlyAccess,
} from '../builders.ts';

const refused = (problems: string | RegExp) => ({
  name: 'InvalidSettings',
  message: expect.stringMatching(problems),
});

const parsing = (parts: Record<string, string | undefined>) => {
  try {
    return someSettings(parts);
  } catch (error) {
    return error;
  }
};

it('reads the settings as serverless.yml hands them on', () => {
  const environment = {
    HUB_VPC_ID: 'vpc-0a1',
    HUB_SECURITY_GROUP_ID: 'sg-0a1',
    MONITORING_EXTERNAL_ID: 'secret',
    PREFLIGHT_FUNCTION: 'sightline-dev-preflight',
  };
  expect(someSettings(environment)).toEqual({
    partition: 'aws',
    hub: {
      accountId: hubAccountId,
      region: 'eu-central-1',
      vpcId: 'vpc-0a1',
      securityGroupId: 'sg-0a1',
    },
    onboardingRole: { name: 'SightlineOnboarding', externalId: `sightline-${hubAccountId}` },
    monitoringRole: {
      name: 'cross-role',
      policyArns: [readOnlyAccess],
      externalId: 'secret',
      principals: [hubRoot],
      boundaryArn: readOnlyAccess,
      allowedPolicyArns: [
        readOnlyAccess,
        viewOnlyAccess,
        securityAudit,
        cloudWatchReadOnlyAccess,
        'arn:aws:iam::*:policy/Monitoring',
      ],
    },
    portProfiles: {
      'zabbix-agent': { protocol: 'tcp', from: 10050, to: 10050 },
      'node-exporter': { protocol: 'tcp', from: 9100, to: 9100 },
      ping: { protocol: 'icmp', from: 8, to: -1 },
    },
    defaultPorts: ['zabbix-agent', 'ping'],
    allowedPorts: [
      { protocol: 'tcp', from: 1024, to: 65_535 },
      { protocol: 'udp', from: 1024, to: 65_535 },
      { protocol: 'icmp', from: -1, to: -1 },
    ],
    allowedAccounts: ['all'],
    pollSeconds: 2,
    rolePropagationSeconds: 8,
    stateMachineArn,
    bulkStateMachineArn,
    batchBucket,
    topicArn: '',
    preflightFunction: 'sightline-dev-preflight',
    newAccounts: ['all'],
    newAccountRequest: {},
  });
});

it.each([
  'PARTITION',
  'HUB_ACCOUNT_ID',
  'HUB_REGION',
  'ONBOARDING_ROLE_NAME',
  'ONBOARDING_EXTERNAL_ID',
  'MONITORING_ROLE_NAME',
  'MONITORING_POLICY_ARNS',
  'MONITORING_PRINCIPALS',
  'ALLOWED_POLICY_ARNS',
  'PORT_PROFILES',
  'DEFAULT_PORTS',
  'ALLOWED_PORTS',
  'ALLOWED_ACCOUNTS',
  'POLL_SECONDS',
  'ROLE_PROPAGATION_SECONDS',
])('refuses to work without %s, and names it alone', (variable) => {
  expect(parsing({ [variable]: undefined })).toMatchObject(
    refused(new RegExp(`wrong settings: ${variable}: [^;]*\\.\nRemedy`)),
  );
});

it.each(['-1', '2.5', 'some'])('refuses to wait %s seconds for IAM', (seconds) => {
  expect(parsing({ ROLE_PROPAGATION_SECONDS: seconds })).toMatchObject(
    refused(/wrong settings: ROLE_PROPAGATION_SECONDS: /),
  );
});

it('may be told not to wait for IAM at all', () => {
  expect(parsing({ ROLE_PROPAGATION_SECONDS: '0' })).toMatchObject({ rolePropagationSeconds: 0 });
});

it('names every variable that is missing or wrong at once', () => {
  const wrong = { HUB_ACCOUNT_ID: '12', HUB_REGION: undefined, POLL_SECONDS: 'often' };
  expect(parsing(wrong)).toMatchObject(
    refused(/HUB_ACCOUNT_ID: .*; HUB_REGION: .*; POLL_SECONDS: /),
  );
});

it.each([
  ['HUB_VPC_ID', 'monitoring'],
  ['ONBOARDING_ROLE_NAME', 'role/with/path'],
  ['ONBOARDING_EXTERNAL_ID', ''],
  ['ONBOARDING_EXTERNAL_ID', 'with space'],
  ['MONITORING_ROLE_NAME', ''],
  ['MONITORING_POLICY_ARNS', 'ReadOnlyAccess'],
  ['MONITORING_EXTERNAL_ID', 'x'],
  ['MONITORING_BOUNDARY_ARN', 'ReadOnlyAccess'],
  ['MONITORING_BOUNDARY_ARN', `${readOnlyAccess},${viewOnlyAccess}`],
  ['ALLOWED_POLICY_ARNS', 'all'],
  ['ALLOWED_POLICY_ARNS', '*'],
  ['ALLOWED_POLICY_ARNS', 'arn:aws:iam::aws:policy/*'],
  ['ALLOWED_POLICY_ARNS', `${readOnlyAccess}, ${viewOnlyAccess}`],
  ['ALLOWED_PORTS', 'all'],
  ['ALLOWED_PORTS', '1024-65535'],
  ['ALLOWED_PORTS', 'tcp/1024-65535,udp/53-'],
  ['ALLOWED_PORTS', 'tcp/1024-65536'],
  ['ALLOWED_PORTS', 'tcp/2-1'],
  ['ALLOWED_ACCOUNTS', 'none'],
  ['ALLOWED_ACCOUNTS', '*'],
  ['ALLOWED_ACCOUNTS', '22222222222'],
  ['ALLOWED_ACCOUNTS', '222222222222, 333333333333'],
  ['ALLOWED_ACCOUNTS', 'arn:aws:iam::222222222222:root'],
  ['MONITORING_PRINCIPALS', hubAccountId],
  ['MONITORING_PRINCIPALS', '*'],
  ['MONITORING_PRINCIPALS', 'arn:aws:iam::999999999999:root'],
  ['MONITORING_PRINCIPALS', `arn:aws:iam::999999999999:role/${hubAccountId}`],
  ['MONITORING_PRINCIPALS', `arn:aws:iam::${hubAccountId}1:role/zabbix`],
  ['VERIFIER_ROLE_ARNS', 'VerifyRole'],
  ['PORT_PROFILES', '{ping}'],
  ['PORT_PROFILES', '{"ping": {"protocol": "icmp"}}'],
  ['POLL_SECONDS', '0'],
  ['POLL_SECONDS', '1.5'],
  ['STATE_MACHINE_ARN', 'onboarding'],
  ['TOPIC_ARN', 'announcements'],
  ['NEW_ACCOUNT_REQUEST', '{access}'],
  ['NEW_ACCOUNT_REQUEST', '[]'],
])('refuses %s=%s', (variable, value) => {
  expect(parsing({ [variable]: value })).toMatchObject(refused(`wrong settings: ${variable}`));
});

it('says of port profiles that are no JSON just that', () => {
  expect(parsing({ PORT_PROFILES: 'ping' })).toMatchObject(
    refused('wrong settings: PORT_PROFILES: expected JSON\\.'),
  );
});

it('takes an empty variable for one that is not set', () => {
  const empty = {
    HUB_VPC_ID: '',
    MONITORING_EXTERNAL_ID: '',
    MONITORING_BOUNDARY_ARN: '',
  };
  const { hub, monitoringRole } = someSettings(empty);
  const { externalId, boundaryArn } = monitoringRole;
  expect([hub.vpcId, externalId, boundaryArn]).toEqual([undefined, undefined, undefined]);
  const unset = Object.fromEntries(Object.keys(empty).map((name) => [name, undefined]));
  expect(someSettings(unset)).toEqual(someSettings(empty));
});

it('splits lists at their commas', () => {
  const arns = ['arn:aws:iam::aws:policy/SecurityAudit', 'arn:aws:iam::aws:policy/ViewOnlyAccess'];
  const { monitoringRole, defaultPorts } = someSettings({
    MONITORING_POLICY_ARNS: arns.join(','),
    DEFAULT_PORTS: '',
  });
  expect(monitoringRole.policyArns).toEqual(arns);
  expect(defaultPorts).toEqual([]);
});

it('allows nothing where a list of what is allowed is empty', () => {
  const nothing = { ALLOWED_POLICY_ARNS: '', ALLOWED_PORTS: '', ALLOWED_ACCOUNTS: '' };
  expect(someSettings(nothing)).toMatchObject({
    monitoringRole: { allowedPolicyArns: [] },
    allowedPorts: [],
    allowedAccounts: [],
  });
});

it('names the one that is wrong of several', () => {
  expect(parsing({ ALLOWED_ACCOUNTS: '222222222222,3' })).toMatchObject(
    refused('wrong settings: ALLOWED_ACCOUNTS\\.1: '),
  );
  expect(parsing({ ALLOWED_PORTS: 'icmp,tcp/22-' })).toMatchObject(
    refused('wrong settings: ALLOWED_PORTS\\.1: expected ports such as tcp/9100'),
  );
});

it('refuses default ports that are no profile, and names them', () => {
  expect(parsing({ DEFAULT_PORTS: 'ping,gopher,finger,toString' })).toMatchObject(
    refused('wrong settings: DEFAULT_PORTS: gopher, finger, toString is not in PORT_PROFILES\\.'),
  );
});

it('reads what the functions beside the state machine need', () => {
  expect(
    someSettings({
      STATE_MACHINE_ARN: stateMachineArn,
      TOPIC_ARN: topicArn,
      NEW_ACCOUNTS: 'ou-1,222222222222',
      NEW_ACCOUNT_REQUEST: '{"access": ["api"]}',
    }),
  ).toMatchObject({
    stateMachineArn,
    topicArn,
    newAccounts: ['ou-1', '222222222222'],
    newAccountRequest: { access: ['api'] },
  });
});

describe('whom the monitoring role trusts', () => {
  const zabbix = 'arn:aws:iam::111111111111:role/zabbix';
  const verifier = 'arn:aws:iam::111111111111:role/verifyRole';

  it('is the hub account as a whole by default, in its partition', () => {
    const { monitoringRole } = someSettings({ PARTITION: 'aws-cn', VERIFIER_ROLE_ARNS: verifier });
    expect(monitoringRole.principals).toEqual([`arn:aws-cn:iam::${hubAccountId}:root`]);
  });

  it('is whom the setting names, and the functions that prove the role', () => {
    const { monitoringRole } = someSettings({
      MONITORING_PRINCIPALS: zabbix,
      VERIFIER_ROLE_ARNS: verifier,
    });
    expect(monitoringRole.principals).toEqual([zabbix, verifier]);
  });

  it('is nobody beyond the hub account, and each of them is named', () => {
    const theirs = [
      'arn:aws:iam::999999999999:role/zabbix',
      'arn:aws:iam::888888888888:root',
    ] as const;
    const principals = [theirs[0], zabbix, theirs[1]].join(',');
    const problems = theirs.map(
      (arn) => `MONITORING_PRINCIPALS: ${arn} is not in the hub account ${hubAccountId}`,
    );
    expect(parsing({ MONITORING_PRINCIPALS: principals })).toMatchObject(
      refused(`wrong settings: ${problems.join('; ')}\\.\n`),
    );
  });

  it('is just whom the setting names in a function that plans no role', () => {
    const { monitoringRole } = someSettings({ MONITORING_PRINCIPALS: zabbix });
    expect(monitoringRole.principals).toEqual([zabbix]);
  });
});

it('reads the environment of the process once, when it is first asked', () => {
  const env = jest.replaceProperty(process, 'env', {});
  expect(() => settings()).toThrow(expect.objectContaining({ name: 'InvalidSettings' }));
  env.replaceValue(settingsEnvironment());
  const first = settings();
  env.replaceValue({});
  expect(settings()).toBe(first);
  expect(first).toEqual(parseSettings(settingsEnvironment()));
});
