import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DescribeRouteTablesCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  GetRoleCommand,
  ListRolesCommand,
  PutRolePermissionsBoundaryCommand,
} from '@aws-sdk/client-iam';
import * as sfn from '@aws-sdk/client-sfn';
import { awsJson } from '../../../local/aws/awsJson.ts';
import type { LocalAws } from '../../../local/aws/localAws.ts';
import {
  adminOf,
  aLocalAws,
  allow,
  aPolicy,
  aWorker,
  hub,
  lambdaTrust,
  roleArnOf,
  sessionOf,
} from './aLocalAws.ts';

const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

const tagVpc = async (aws: LocalAws, more = {}) => {
  const { Vpcs } = await adminOf(aws, hub).ec2.send(new DescribeVpcsCommand());
  const Resources = [Vpcs?.[0]?.VpcId ?? ''];
  return new CreateTagsCommand({ Resources, Tags: [{ Key: 'team', Value: 'a' }], ...more });
};

const workerOf = (...statements: Parameters<typeof aWorker>) => {
  const aws = aLocalAws({ hub: [aWorker(...statements)] });
  return { aws, ...sessionOf(aws, hub, 'worker') };
};

describe('a role', () => {
  it('may do what its policies allow, and nothing else', async () => {
    const { ec2 } = workerOf(allow('ec2:DescribeVpcs'));
    await expect(ec2.send(new DescribeVpcsCommand())).resolves.toHaveProperty('Vpcs');
    await expect(ec2.send(new DescribeRouteTablesCommand())).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('is told by EC2 the action, the resource and itself', async () => {
    const { aws, ec2 } = workerOf();
    const command = await tagVpc(aws);
    await expect(ec2.send(command)).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      message: `You are not authorized to perform this operation. User: arn:aws:sts::${hub}:assumed-role/worker/session is not authorized to perform: ec2:CreateTags on resource: arn:aws:ec2:eu-central-1:${hub}:vpc/${command.input.Resources?.[0]} because no identity-based policy allows the ec2:CreateTags action`,
    });
  });

  it('is told the same by IAM as AccessDenied', async () => {
    await expect(
      workerOf().iam.send(new GetRoleCommand({ RoleName: 'worker' })),
    ).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:sts::${hub}:assumed-role/worker/session is not authorized to perform: iam:GetRole on resource: ${roleArnOf(hub, 'worker')} because no identity-based policy allows the iam:GetRole action`,
    });
  });

  it('is told the same by a JSON service as AccessDeniedException', async () => {
    const { aws } = workerOf();
    const checks = () => [{ action: 'states:ListStateMachines', resource: '*' }];
    const operations = { ListStateMachines: { mutating: false, checks, run: () => ({}) } };
    aws.register({ signingName: 'states', protocol: awsJson('1.0'), sdk: sfn, operations });
    const credentials = aws.credentialsFor(roleArnOf(hub, 'worker'), 'session');
    const { requestHandler } = aws;
    const client = new sfn.SFNClient({ region: 'eu-central-1', credentials, requestHandler });
    await expect(client.send(new sfn.ListStateMachinesCommand())).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('is stopped by an explicit deny', async () => {
    const { ec2 } = workerOf(allow('ec2:*'), {
      Effect: 'Deny',
      Action: 'ec2:DescribeVpcs',
      Resource: '*',
    });
    await expect(ec2.send(new DescribeVpcsCommand())).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      message: expect.stringContaining('with an explicit deny in an identity-based policy'),
    });
  });

  it.each([
    ['another Region', { 'aws:RequestedRegion': 'us-east-1' }, false],
    ['this Region', { 'aws:RequestedRegion': 'eu-central-1' }, true],
    ['another role', { 'aws:PrincipalArn': roleArnOf(hub, 'other') }, false],
    ['this role', { 'aws:PrincipalArn': roleArnOf(hub, 'worker') }, true],
    ['another tag of the request', { 'aws:RequestTag/team': 'b' }, false],
    ['this tag of the request', { 'aws:RequestTag/team': 'a' }, true],
  ])('honours a condition that asks for %s', async (_what, StringEquals, allowed) => {
    const { aws, ec2 } = workerOf(allow('ec2:CreateTags', { Condition: { StringEquals } }));
    const answer = ec2.send(await tagVpc(aws));
    if (allowed) await expect(answer).resolves.toBeDefined();
    else await expect(answer).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  });

  it('with a managed policy of AWS may do what that allows', async () => {
    const roles = ['ReadOnlyAccess', 'CloudWatchReadOnlyAccess'].map((name) => ({
      name,
      trust: lambdaTrust,
      managedPolicyArns: [`arn:aws:iam::aws:policy/${name}`],
    }));
    const aws = aLocalAws({ hub: roles });
    const describe = new DescribeVpcsCommand();
    await expect(sessionOf(aws, hub, 'ReadOnlyAccess').ec2.send(describe)).resolves.toHaveProperty(
      'Vpcs',
    );
    await expect(
      sessionOf(aws, hub, 'CloudWatchReadOnlyAccess').ec2.send(describe),
    ).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  });

  it('is kept within its permissions boundary', async () => {
    const { aws, ec2 } = workerOf(allow('ec2:*'));
    await adminOf(aws, hub).iam.send(
      new PutRolePermissionsBoundaryCommand({ RoleName: 'worker', PermissionsBoundary: readOnly }),
    );
    aws.iam.settle();
    await expect(ec2.send(new DescribeVpcsCommand())).resolves.toHaveProperty('Vpcs');
    await expect(ec2.send(await tagVpc(aws))).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      message: expect.stringContaining('because no permissions boundary allows'),
    });
  });

  it('that has been deleted may do nothing with the sessions it still has', async () => {
    const { aws, ec2 } = workerOf();
    const { iam } = adminOf(aws, hub);
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'worker', PolicyArn: readOnly }));
    aws.iam.settle();
    await expect(ec2.send(new DescribeVpcsCommand())).resolves.toHaveProperty('Vpcs');
    aws.iam.change(hub, { roles: new Map() });
    aws.iam.settle();
    await expect(ec2.send(new DescribeVpcsCommand())).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
    });
  });
});

describe('permission to change roles', () => {
  const trust = JSON.stringify(lambdaTrust);

  it('can be limited to a path and to roles with a boundary', async () => {
    const { iam } = workerOf(
      allow('iam:CreateRole', {
        Resource: `arn:aws:iam::${hub}:role/sightline/*`,
        Condition: { StringEquals: { 'iam:PermissionsBoundary': readOnly } },
      }),
    );
    const create = (more: object) =>
      iam.send(
        new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument: trust, ...more }),
      );
    const denied = { name: 'AccessDenied' };
    await expect(create({ Path: '/sightline/' })).rejects.toMatchObject(denied);
    await expect(create({ PermissionsBoundary: readOnly })).rejects.toMatchObject(denied);
    const both = { Path: '/sightline/', PermissionsBoundary: readOnly };
    await expect(create(both)).resolves.toMatchObject({
      Role: { Arn: `arn:aws:iam::${hub}:role/sightline/reader` },
    });
  });

  it('can be limited to certain managed policies', async () => {
    const { iam } = workerOf(
      allow('iam:AttachRolePolicy', { Condition: { ArnEquals: { 'iam:PolicyARN': readOnly } } }),
    );
    const attach = (PolicyArn: string) =>
      iam.send(new AttachRolePolicyCommand({ RoleName: 'worker', PolicyArn }));
    await expect(attach(readOnly)).resolves.toBeDefined();
    await expect(attach('arn:aws:iam::aws:policy/AdministratorAccess')).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('can be limited to roles with a tag, given or had', async () => {
    const { iam } = workerOf(
      allow(['iam:CreateRole', 'iam:TagRole'], {
        Condition: { StringEquals: { 'aws:RequestTag/by': 'sightline' } },
      }),
      allow('iam:DeleteRole', {
        Condition: { StringEquals: { 'aws:ResourceTag/by': 'sightline' } },
      }),
    );
    const input = { RoleName: 'reader', AssumeRolePolicyDocument: trust };
    await expect(iam.send(new CreateRoleCommand(input))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await iam.send(new CreateRoleCommand({ ...input, Tags: [{ Key: 'by', Value: 'sightline' }] }));
    await expect(iam.send(new DeleteRoleCommand({ RoleName: 'reader' }))).resolves.toBeDefined();
    await expect(iam.send(new DeleteRoleCommand({ RoleName: 'worker' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});

describe('a dry run', () => {
  it('says whether a call is permitted and changes nothing', async () => {
    const permitted = workerOf(allow('ec2:*'));
    const command = await tagVpc(permitted.aws, { DryRun: true });
    await expect(permitted.ec2.send(command)).rejects.toMatchObject({
      name: 'DryRunOperation',
      $metadata: { httpStatusCode: 412 },
    });
    const { Vpcs } = await permitted.ec2.send(new DescribeVpcsCommand());
    expect(Vpcs?.[0]?.Tags).not.toContainEqual({ Key: 'team', Value: 'a' });
    const forbidden = workerOf();
    await expect(
      forbidden.ec2.send(await tagVpc(forbidden.aws, { DryRun: true })),
    ).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  });

  const vpc = 'vpc-0f00000000000000f';
  const group = 'sg-0f00000000000000f';
  // Each of them would be refused if it were not for the dry run.
  const refusable = [
    ['CreateVpc', new CreateVpcCommand({ CidrBlock: '10.0.0.0/8', DryRun: true })],
    [
      'CreateSecurityGroup',
      new CreateSecurityGroupCommand({
        ...{ GroupName: 'sg-1', Description: 'x', VpcId: vpc, DryRun: true },
      }),
    ],
    [
      'AuthorizeSecurityGroupIngress',
      new AuthorizeSecurityGroupIngressCommand({ GroupId: group, DryRun: true }),
    ],
    [
      'CreateTags',
      new CreateTagsCommand({
        ...{ Resources: [vpc], Tags: [{ Key: 'aws:x', Value: '' }], DryRun: true },
      }),
    ],
  ] as const;

  it.each(refusable)('of %s is answered before anything else is looked at', async (_, command) => {
    const send = ({ ec2 }: ReturnType<typeof workerOf>) => ec2.send(command as CreateVpcCommand);
    await expect(send(workerOf())).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
    await expect(send(workerOf(allow('ec2:*')))).rejects.toMatchObject({
      name: 'DryRunOperation',
    });
  });

  it('of CreateVpc and of CreateSecurityGroup make nothing', async () => {
    const { aws, ec2 } = workerOf(allow('ec2:*'));
    const [{ VpcId } = {}] = (await ec2.send(new DescribeVpcsCommand())).Vpcs ?? [];
    const before = aws.ec2.state.snapshot();
    const name = { name: 'DryRunOperation' };
    await expect(
      ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16', DryRun: true })),
    ).rejects.toMatchObject(name);
    const wanted = { GroupName: 'probe', Description: 'x', VpcId };
    await expect(
      ec2.send(new CreateSecurityGroupCommand({ ...wanted, DryRun: true })),
    ).rejects.toMatchObject(name);
    expect(aws.ec2.state.snapshot()).toEqual(before);
    await ec2.send(new CreateSecurityGroupCommand(wanted));
    expect(aws.ec2.state.snapshot()).not.toEqual(before);
  });
});

it('asks for no permission of the administrator of an account', async () => {
  const { iam } = adminOf(aLocalAws({ hub: [aWorker()] }), hub);
  await expect(iam.send(new ListRolesCommand())).resolves.toMatchObject({
    Roles: [{ RoleName: 'worker' }],
  });
});

it('says loudly when an operation asks for a permission that IAM does not have', async () => {
  const logged = jest.spyOn(console, 'error').mockImplementation(() => {});
  const { aws } = workerOf(allow('*'));
  const checks = () => [{ action: 'states:ListStateMachine', resource: '*' }];
  const operations = { ListStateMachines: { mutating: false, checks, run: () => ({}) } };
  aws.register({ signingName: 'states', protocol: awsJson('1.0'), sdk: sfn, operations });
  const credentials = aws.credentialsFor(roleArnOf(hub, 'worker'), 'session');
  const config = { region: 'eu-central-1', credentials, requestHandler: aws.requestHandler };
  const client = new sfn.SFNClient({ ...config, maxAttempts: 1 });
  await expect(client.send(new sfn.ListStateMachinesCommand())).rejects.toMatchObject({
    name: 'InternalFailure',
    message: expect.stringContaining('IAM cannot judge states:ListStateMachine on *'),
  });
  expect(logged).toHaveBeenCalledTimes(1);
  logged.mockRestore();
});

it('has every policy in a form that IAM accepts', () => {
  const { iam } = aLocalAws();
  expect([...iam.awsPolicies.keys()]).toContain(
    'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess',
  );
  expect(aPolicy(allow('*'))).toEqual(
    iam.awsPolicies.get('arn:aws:iam::aws:policy/AdministratorAccess')?.document.content,
  );
});
