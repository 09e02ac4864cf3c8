import * as sdk from '@aws-sdk/client-iam';
import { iamOperations } from '../../../../local/aws/iam/operations.ts';
import type { LocalAws } from '../../../../local/aws/localAws.ts';
import {
  adminOf,
  aLocalAws,
  allow,
  aPolicy,
  aWorker,
  hub,
  lambdaTrust,
  monitored,
  roleArnOf,
  sessionOf,
  trusting,
} from '../aLocalAws.ts';

const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const trust = (document: object) => JSON.stringify(document);
const RoleName = 'reader';

const iamOf = (aws: LocalAws = aLocalAws()) => adminOf(aws, hub).iam;

const createRole = (iam: sdk.IAMClient, more: object = {}) =>
  iam.send(
    new sdk.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(lambdaTrust), ...more }),
  );

const withRole = async () => {
  const iam = iamOf();
  await createRole(iam);
  return iam;
};

const attach = (iam: sdk.IAMClient, PolicyArn: string) =>
  iam.send(new sdk.AttachRolePolicyCommand({ RoleName, PolicyArn }));

describe('a role', () => {
  it('is shown as it was created, its trust policy URL-encoded', async () => {
    const iam = iamOf();
    const created = await createRole(iam, {
      Path: '/monitoring/',
      Description: 'reads & reads',
      MaxSessionDuration: 7200,
      PermissionsBoundary: readOnly,
      Tags: [{ Key: 'by', Value: 'sightline' }],
    });
    expect(created.Role).toMatchObject({
      RoleName,
      Path: '/monitoring/',
      Arn: `arn:aws:iam::${hub}:role/monitoring/${RoleName}`,
      RoleId: expect.stringMatching(/^AROA\w{17}$/),
      CreateDate: expect.any(Date),
      Description: 'reads & reads',
      MaxSessionDuration: 7200,
      PermissionsBoundary: { PermissionsBoundaryArn: readOnly },
      Tags: [{ Key: 'by', Value: 'sightline' }],
    });
    const { Role } = await iam.send(new sdk.GetRoleCommand({ RoleName }));
    expect(Role).toEqual(created.Role);
    expect(JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!))).toEqual(lambdaTrust);
    expect(Role!.AssumeRolePolicyDocument).not.toContain('{');
  });

  it('is shown at once, long before it takes effect', async () => {
    const aws = aLocalAws();
    await createRole(iamOf(aws));
    await expect(iamOf(aws).send(new sdk.GetRoleCommand({ RoleName }))).resolves.toBeDefined();
    expect(aws.iam.effective(hub).roles.has(RoleName)).toBe(false);
  });

  it('belongs to one account', async () => {
    const aws = aLocalAws();
    await createRole(iamOf(aws));
    const other = adminOf(aws, monitored).iam.send(new sdk.GetRoleCommand({ RoleName }));
    await expect(other).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  it('shows the root ARN of an account that was trusted by its id', async () => {
    const iam = iamOf();
    const { Role } = await createRole(iam, {
      AssumeRolePolicyDocument: trust(trusting(monitored)),
    });
    expect(JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!))).toEqual(
      trusting(`arn:aws:iam::${monitored}:root`),
    );
  });

  it('can be changed', async () => {
    const iam = await withRole();
    await iam.send(
      new sdk.UpdateRoleCommand({ RoleName, Description: 'x', MaxSessionDuration: 3600 }),
    );
    await iam.send(
      new sdk.UpdateAssumeRolePolicyCommand({
        RoleName,
        PolicyDocument: trust(trusting(roleArnOf(hub, RoleName))),
      }),
    );
    await iam.send(
      new sdk.PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: readOnly }),
    );
    const { Role } = await iam.send(new sdk.GetRoleCommand({ RoleName }));
    expect(Role).toMatchObject({
      Description: 'x',
      AssumeRolePolicyDocument: encodeURIComponent(trust(trusting(roleArnOf(hub, RoleName)))),
      PermissionsBoundary: { PermissionsBoundaryArn: readOnly },
    });
    await iam.send(new sdk.DeleteRolePermissionsBoundaryCommand({ RoleName }));
    const after = await iam.send(new sdk.GetRoleCommand({ RoleName }));
    expect(after.Role).not.toHaveProperty('PermissionsBoundary');
  });

  it('can be tagged and untagged', async () => {
    const iam = await withRole();
    const Tags = [
      { Key: 'b', Value: '2' },
      { Key: 'a', Value: '1' },
    ];
    await iam.send(new sdk.TagRoleCommand({ RoleName, Tags }));
    await iam.send(new sdk.TagRoleCommand({ RoleName, Tags: [{ Key: 'b', Value: '3' }] }));
    const tags = async () => (await iam.send(new sdk.ListRoleTagsCommand({ RoleName }))).Tags;
    expect(await tags()).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '3' },
    ]);
    await iam.send(new sdk.UntagRoleCommand({ RoleName, TagKeys: ['a', 'c'] }));
    expect(await tags()).toEqual([{ Key: 'b', Value: '3' }]);
  });

  it('can be deleted once nothing is attached to it', async () => {
    const iam = await withRole();
    const remove = () => iam.send(new sdk.DeleteRoleCommand({ RoleName }));
    await attach(iam, readOnly);
    await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException' });
    await iam.send(new sdk.DetachRolePolicyCommand({ RoleName, PolicyArn: readOnly }));
    const PolicyName = 'inline';
    const PolicyDocument = trust(aPolicy(allow('ec2:*')));
    await iam.send(new sdk.PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
    await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException' });
    await iam.send(new sdk.DeleteRolePolicyCommand({ RoleName, PolicyName }));
    await remove();
    await expect(iam.send(new sdk.GetRoleCommand({ RoleName }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });

  it('is refused when there is one of its name', async () => {
    await expect(createRole(await withRole())).rejects.toMatchObject({
      name: 'EntityAlreadyExistsException',
      $metadata: { httpStatusCode: 409 },
    });
  });

  it.each([
    ['a name with a slash', { RoleName: 'a/b' }, 'ValidationError'],
    ['a name of 65 characters', { RoleName: 'x'.repeat(65) }, 'ValidationError'],
    ['a path that does not end in a slash', { Path: '/x' }, 'ValidationError'],
    ['sessions of two minutes', { MaxSessionDuration: 120 }, 'ValidationError'],
    [
      'a boundary that is no policy',
      { PermissionsBoundary: `${readOnly}2` },
      'NoSuchEntityException',
    ],
    ['a reserved tag', { Tags: [{ Key: 'aws:x', Value: '' }] }, 'InvalidInputException'],
    [
      'a trust policy that is not JSON',
      { AssumeRolePolicyDocument: '{' },
      'MalformedPolicyDocumentException',
    ],
    [
      'a trust policy without action',
      { AssumeRolePolicyDocument: trust(aPolicy({ Effect: 'Allow', Principal: '*' })) },
      'MalformedPolicyDocumentException',
    ],
    [
      'a trust policy of more than 2,048 characters',
      { AssumeRolePolicyDocument: trust(trusting('*', { Sid: 'x'.repeat(2048) })) },
      'LimitExceededException',
    ],
  ])('is refused with %s', async (_what, more, name) => {
    const iam = iamOf();
    await expect(createRole(iam, more)).rejects.toMatchObject({ name });
    await expect(iam.send(new sdk.ListRolesCommand())).resolves.toMatchObject({ Roles: [] });
  });

  it.each([
    ['an account that is not there', '777777777777', false],
    ['a role that is not there', roleArnOf(monitored, 'worker'), false],
    ['a user, which are not played', `arn:aws:iam::${hub}:user/alice`, false],
    ['a role that is there', roleArnOf(hub, 'worker'), true],
    ['a session of a role that is there', `arn:aws:sts::${hub}:assumed-role/worker/x`, true],
    ['an account', `arn:aws:iam::${monitored}:root`, true],
    ['everybody', '*', true],
  ])('with trust in %s is judged by whether that exists', async (_what, principal, exists) => {
    const iam = iamOf(aLocalAws({ hub: [aWorker()] }));
    const created = createRole(iam, { AssumeRolePolicyDocument: trust(trusting(principal)) });
    if (exists) await expect(created).resolves.toBeDefined();
    else
      await expect(created).rejects.toMatchObject({
        name: 'MalformedPolicyDocumentException',
        message: expect.stringContaining('Invalid principal in policy: "AWS":"'),
      });
  });
});

describe('roles', () => {
  it('are listed by name and page by page', async () => {
    const iam = iamOf();
    const names = ['c', 'a', 'b'];
    for (const name of names) await createRole(iam, { RoleName: name, Path: `/${name}/` });
    const pages = sdk.paginateListRoles({ client: iam, pageSize: 2 }, {});
    const found: (string | undefined)[][] = [];
    for await (const { Roles } of pages) found.push((Roles ?? []).map((role) => role.RoleName));
    expect(found).toEqual([['a', 'b'], ['c']]);
    const { Roles } = await iam.send(new sdk.ListRolesCommand({ PathPrefix: '/b' }));
    expect(Roles).toMatchObject([{ RoleName: 'b' }]);
  });
});

describe('the policies of a role', () => {
  it('can be attached, again without harm, and detached', async () => {
    const iam = await withRole();
    await attach(iam, readOnly);
    await attach(iam, readOnly);
    await attach(iam, 'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess');
    const list = (more = {}) =>
      iam.send(new sdk.ListAttachedRolePoliciesCommand({ RoleName, ...more }));
    await expect(list()).resolves.toMatchObject({
      AttachedPolicies: [
        { PolicyName: 'ReadOnlyAccess', PolicyArn: readOnly },
        { PolicyName: 'ViewOnlyAccess' },
      ],
      IsTruncated: false,
    });
    const inPath = await list({ PathPrefix: '/job-function/' });
    expect(inPath.AttachedPolicies).toMatchObject([{ PolicyName: 'ViewOnlyAccess' }]);
    const detach = new sdk.DetachRolePolicyCommand({ RoleName, PolicyArn: readOnly });
    await iam.send(detach);
    await expect(iam.send(detach)).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  it('are ten at most', async () => {
    const iam = await withRole();
    const PolicyDocument = trust(aPolicy(allow('ec2:Describe*')));
    const arns: string[] = [];
    for (let i = 0; i < 11; i++) {
      const create = new sdk.CreatePolicyCommand({ PolicyName: `p${i}`, PolicyDocument });
      arns.push((await iam.send(create)).Policy!.Arn!);
    }
    for (const arn of arns.slice(0, 10)) await attach(iam, arn);
    await expect(attach(iam, arns[10]!)).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for PoliciesPerRole: 10',
    });
  });

  it('can be those of the account and of AWS, not those of another account', async () => {
    const aws = aLocalAws();
    const make = async (accountId: string) => {
      const PolicyDocument = trust(aPolicy(allow('ec2:*')));
      const input = { PolicyName: 'own', PolicyDocument };
      const made = await adminOf(aws, accountId).iam.send(new sdk.CreatePolicyCommand(input));
      return made.Policy?.Arn ?? '';
    };
    const [own, theirs] = [await make(hub), await make(monitored)];
    const iam = iamOf(aws);
    const refused = { name: 'NoSuchEntityException', message: expect.stringContaining(theirs) };
    await expect(createRole(iam, { PermissionsBoundary: theirs })).rejects.toMatchObject(refused);
    await createRole(iam, { PermissionsBoundary: own });
    await attach(iam, own);
    await expect(attach(iam, theirs)).rejects.toMatchObject(refused);
    await expect(
      iam.send(
        new sdk.PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: theirs }),
      ),
    ).rejects.toMatchObject(refused);
  });

  it('have to exist', async () => {
    await expect(attach(await withRole(), `${readOnly}2`)).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });

  it('can be written into it and read back', async () => {
    const iam = await withRole();
    const PolicyDocument = '{ "Version": "2012-10-17", "Statement": [] }';
    const put = (PolicyName: string) =>
      iam.send(new sdk.PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
    await put('b');
    await put('a');
    await expect(iam.send(new sdk.ListRolePoliciesCommand({ RoleName }))).resolves.toMatchObject({
      PolicyNames: ['a', 'b'],
    });
    const get = new sdk.GetRolePolicyCommand({ RoleName, PolicyName: 'a' });
    const found = await iam.send(get);
    expect(found.PolicyDocument).toBe(encodeURIComponent(PolicyDocument));
    await iam.send(new sdk.DeleteRolePolicyCommand({ RoleName, PolicyName: 'a' }));
    await expect(iam.send(get)).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  it.each([
    ['is not JSON', 'Allow', 'MalformedPolicyDocumentException'],
    [
      'has an effect of no such name',
      trust(aPolicy(allow('*', { Effect: 'Permit' }))),
      'MalformedPolicyDocumentException',
    ],
    [
      'is of more than 10,240 characters',
      trust(aPolicy(allow('*', { Sid: 'x'.repeat(10_240) }))),
      'LimitExceededException',
    ],
  ])('are refused when one %s', async (_what, PolicyDocument, name) => {
    const put = new sdk.PutRolePolicyCommand({ RoleName, PolicyName: 'x', PolicyDocument });
    await expect((await withRole()).send(put)).rejects.toMatchObject({ name });
  });
});

describe('a managed policy', () => {
  it('can be created and read', async () => {
    const iam = await withRole();
    const PolicyDocument = trust(aPolicy(allow('ec2:Describe*')));
    const create = new sdk.CreatePolicyCommand({ PolicyName: 'p', Path: '/x/', PolicyDocument });
    const { Policy } = await iam.send(create);
    expect(Policy).toMatchObject({ Arn: `arn:aws:iam::${hub}:policy/x/p`, AttachmentCount: 0 });
    await attach(iam, Policy!.Arn!);
    const PolicyArn = Policy!.Arn;
    await expect(iam.send(new sdk.GetPolicyCommand({ PolicyArn }))).resolves.toMatchObject({
      Policy: { AttachmentCount: 1, DefaultVersionId: 'v1' },
    });
    const version = (VersionId: string) =>
      iam.send(new sdk.GetPolicyVersionCommand({ PolicyArn, VersionId }));
    await expect(version('v1')).resolves.toMatchObject({
      PolicyVersion: { Document: encodeURIComponent(PolicyDocument), IsDefaultVersion: true },
    });
    await expect(version('v2')).rejects.toMatchObject({ name: 'NoSuchEntityException' });
    await expect(iam.send(create)).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' });
  });

  it('of AWS can be read in every account', async () => {
    const { iam } = adminOf(aLocalAws(), monitored);
    const found = await iam.send(new sdk.GetPolicyCommand({ PolicyArn: readOnly }));
    expect(found.Policy).toMatchObject({ PolicyName: 'ReadOnlyAccess', Path: '/' });
  });
});

it('asks for permissions that IAM knows, in every operation', async () => {
  const PolicyArn = `arn:aws:iam::${hub}:policy/p`;
  const PolicyDocument = trust(aPolicy(allow('ec2:Describe*')));
  const commands = [
    new sdk.CreatePolicyCommand({ PolicyName: 'p', PolicyDocument }),
    new sdk.GetPolicyCommand({ PolicyArn }),
    new sdk.GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }),
    new sdk.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(lambdaTrust) }),
    new sdk.GetRoleCommand({ RoleName }),
    new sdk.ListRolesCommand({}),
    new sdk.UpdateRoleCommand({ RoleName }),
    new sdk.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust(lambdaTrust) }),
    new sdk.TagRoleCommand({ RoleName, Tags: [{ Key: 'a', Value: 'b' }] }),
    new sdk.ListRoleTagsCommand({ RoleName }),
    new sdk.UntagRoleCommand({ RoleName, TagKeys: ['a'] }),
    new sdk.AttachRolePolicyCommand({ RoleName, PolicyArn }),
    new sdk.ListAttachedRolePoliciesCommand({ RoleName }),
    new sdk.DetachRolePolicyCommand({ RoleName, PolicyArn }),
    new sdk.PutRolePolicyCommand({ RoleName, PolicyName: 'i', PolicyDocument }),
    new sdk.GetRolePolicyCommand({ RoleName, PolicyName: 'i' }),
    new sdk.ListRolePoliciesCommand({ RoleName }),
    new sdk.DeleteRolePolicyCommand({ RoleName, PolicyName: 'i' }),
    new sdk.PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: PolicyArn }),
    new sdk.DeleteRolePermissionsBoundaryCommand({ RoleName }),
    new sdk.DeleteRoleCommand({ RoleName }),
  ];
  const aws = aLocalAws({ hub: [aWorker(allow('iam:*'))] });
  const { iam } = sessionOf(aws, hub, 'worker');
  for (const command of commands) await iam.send<never, never>(command as never);
  const called = aws.calls.since().map(({ action }) => action);
  expect(called.sort()).toEqual(Object.keys(iamOperations(aws.iam)).sort());
  expect(aws.calls.since().filter(({ error }) => error)).toEqual([]);
});
