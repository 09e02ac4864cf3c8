import * as iam from '@aws-sdk/client-iam';
import { deployed } from './harness.ts';

const hub = '111111111111';
const plain = '222222222222';
const stranger = '888888888888';
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const request = { accountId: plain, access: ['api'] };

type Sightline = Awaited<ReturnType<typeof deployed>>;

const administrator = ({ aws }: Sightline) =>
  new iam.IAMClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: plain, secretAccessKey: 'local' },
    requestHandler: aws.requestHandler,
  });

const root = (accountId: string) => `arn:aws:iam::${accountId}:root`;

const trusting = (principals: string[], Condition?: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: principals },
      Action: ['sts:AssumeRole'],
      ...(Condition && { Condition }),
    },
  });

type Role = { trustPolicy: string; policyArns: string[]; inline: string | undefined };

/** Makes the role as its owner would: for the hub, to read, but for these parts. */
const makeRole = async (sightline: Sightline, parts: Partial<Role> = {}) => {
  const role = { trustPolicy: trusting([root(hub)]), policyArns: [readOnly], ...parts };
  const client = administrator(sightline);
  const RoleName = 'cross-role';
  await client.send(
    new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: role.trustPolicy }),
  );
  for (const PolicyArn of role.policyArns) {
    await client.send(new iam.AttachRolePolicyCommand({ RoleName, PolicyArn }));
  }
  if (role.inline) {
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: role.inline, Resource: '*' }],
    });
    await client.send(
      new iam.PutRolePolicyCommand({ RoleName, PolicyName: 'more', PolicyDocument }),
    );
  }
  jest.advanceTimersByTime(60_000);
};

describe('a monitoring role that somebody else has made', () => {
  it('is used as it is when it fits', async () => {
    const sightline = await deployed();
    await makeRole(sightline);

    const { report, writes } = await sightline.onboard(request);

    expect(report?.role).toMatchObject({ outcome: 'already' });
    expect(writes).toEqual([]);
  });

  it('is used when it insists on the asked external id', async () => {
    const sightline = await deployed();
    const insisting = { StringEquals: { 'sts:ExternalId': 'zabbix-7' } };
    await makeRole(sightline, { trustPolicy: trusting([root(hub)], insisting) });

    const { report, writes } = await sightline.onboard({
      ...request,
      role: { externalId: 'zabbix-7' },
    });

    expect(report?.role).toMatchObject({ outcome: 'already', externalId: true });
    expect(writes).toEqual([]);
  });

  it.each<[string, Partial<Role>, object, string, string]>([
    [
      'has one policy too many',
      { policyArns: [readOnly, 'arn:aws:iam::aws:policy/AdministratorAccess'] },
      {},
      'RoleTooPowerful',
      'AdministratorAccess is attached and was not asked for',
    ],
    [
      'has an inline policy',
      { inline: 's3:PutObject' },
      {},
      'RoleTooPowerful',
      'it has the inline policy more',
    ],
    [
      'trusts a foreign account besides the hub',
      { trustPolicy: trusting([root(hub), root(stranger)]) },
      {},
      'RoleTrustsOthers',
      `it trusts ${root(stranger)}`,
    ],
    ['trusts everybody', { trustPolicy: trusting(['*']) }, {}, 'RoleTrustsOthers', 'it trusts *'],
    [
      'insists on no external id where one is asked for',
      {},
      { externalId: 'zabbix-7' },
      'RoleTrustsOthers',
      'it does not insist on the external id',
    ],
  ])('and that %s is refused before anything is changed', async (_, parts, role, name, finding) => {
    const sightline = await deployed();
    await makeRole(sightline, parts);
    const before = sightline.snapshot();

    const { status, steps, failure, writes } = await sightline.onboard({ ...request, role });

    expect(status).toBe('FAILED');
    expect(steps.find((step) => step.status === 'failed')?.state).toBe('Preflight');
    expect(failure).toMatchObject({ name, message: expect.stringContaining(finding) });
    expect(failure?.message).toContain('Sightline leaves it as it is');
    expect(failure?.remedy).toContain('aws iam ');
    expect(failure?.remedy).not.toMatch(/<\w+>/);
    expect(JSON.stringify(failure)).not.toContain('zabbix-7');
    expect(writes).toEqual([]);
    expect(sightline.snapshot()).toEqual(before);
  });

  it.each<[string, Partial<Role>, string[]]>([
    [
      'does not trust the hub',
      { trustPolicy: trusting([root(stranger)]) },
      [`it does not trust ${root(hub)}`, `it trusts ${root(stranger)}`],
    ],
    [
      'may do something else',
      { policyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
      [`${readOnly} is not attached`, 'AdministratorAccess is attached and was not asked for'],
    ],
  ])('and that %s is a conflict at once, and stays as it is', async (_, parts, findings) => {
    const sightline = await deployed();
    await makeRole(sightline, parts);

    const { failure, writes } = await sightline.onboard(request);

    expect(failure?.name).toBe('RoleConflict');
    for (const finding of findings) expect(failure?.message).toContain(finding);
    expect(writes).toEqual([]);
  });
});

describe('a monitoring role of Sightline’s own', () => {
  it('gets back a policy that somebody took away', async () => {
    const sightline = await deployed();
    await sightline.onboard(request);
    await administrator(sightline).send(
      new iam.DetachRolePolicyCommand({ RoleName: 'cross-role', PolicyArn: readOnly }),
    );

    const { report, writes } = await sightline.onboard(request);

    expect(report?.role).toMatchObject({ outcome: 'updated' });
    expect(writes).toEqual(['iam:AttachRolePolicy']);
  });

  it('fails the proof when somebody else was let in, and is left as it is', async () => {
    const sightline = await deployed();
    await sightline.onboard(request);
    await administrator(sightline).send(
      new iam.UpdateAssumeRolePolicyCommand({
        RoleName: 'cross-role',
        PolicyDocument: trusting([root(hub), root(stranger)]),
      }),
    );
    jest.advanceTimersByTime(60_000);
    const before = sightline.snapshot();

    const { failure } = await sightline.onboard(request);

    expect(failure?.name).toBe('RoleTrustsOthers');
    expect(sightline.snapshot()).toEqual(before);
  });

  it('can do no more than its boundary allows, whatever is attached to it later', async () => {
    const sightline = await deployed();
    await sightline.onboard(request);
    await administrator(sightline).send(
      new iam.AttachRolePolicyCommand({
        RoleName: 'cross-role',
        PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      }),
    );
    jest.advanceTimersByTime(60_000);
    const { caller } = sightline.aws.credentialsFor(`arn:aws:iam::${plain}:role/cross-role`, 'x');
    const may = (action: string) =>
      sightline.aws.judge({ caller, region: 'eu-central-1' }, { action, resource: '*' });

    expect(await may('ec2:DescribeInstances')).toMatchObject({ allowed: true });
    expect(await may('iam:CreateUser')).toMatchObject({ allowed: false });
  });
});
