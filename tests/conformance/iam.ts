import assert from 'node:assert/strict';
import {
  DeleteRoleCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { hub, monitored, type World } from './aws.ts';
import { type Check, checks, refused, sorted, unique } from './check.ts';
import {
  allowing,
  attach,
  attachedTo,
  detach,
  hubRoot,
  policyIn,
  putInto,
  readOnlyAccess,
  readPolicy,
  readRole,
  roleIn,
  trusting,
  unknownPolicy,
  viewOnlyAccess,
} from './roles.ts';

const malformed = 'MalformedPolicyDocumentException';
const nobody = 'nobody-has-this-role';

const trustOf = async ({ monitored: owner }: World, name: string) =>
  JSON.parse(decodeURIComponent((await readRole(owner, name))?.AssumeRolePolicyDocument ?? ''));

const principalOf = async (world: World, name: string) =>
  (await trustOf(world, name)).Statement[0].Principal.AWS;

/*
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
const roles = checks('roles', {
  'one has an ARN of its account and an id': async ({ monitored: owner }) => {
    const { name, arn } = await roleIn(owner);
    assert.equal(arn, `arn:aws:iam::${monitored}:role/${name}`);
    assert.match((await readRole(owner, name))?.RoleId ?? '', /^AROA[A-Z0-9]{17}$/);
  },
  'a path is part of the ARN': async ({ monitored: owner }) => {
    const { name, arn } = await roleIn(owner, { Path: '/tools/' });
    assert.equal(arn, `arn:aws:iam::${monitored}:role/tools/${name}`);
  },
  'a second one of the same name is refused': async ({ monitored: owner }) => {
    const { name: RoleName } = await roleIn(owner);
    await refused(roleIn(owner, { RoleName }), 'EntityAlreadyExistsException', 409);
  },
  'two accounts have one each of the same name': async (world) => {
    const RoleName = unique('twin');
    const [one, other] = [
      await roleIn(world.monitored, { RoleName }),
      await roleIn(world.stranger, { RoleName }),
    ] as const;
    assert.notEqual(one.arn, other.arn);
  },
  'an unknown one is an error': async ({ monitored: owner }) => {
    await refused(readRole(owner, nobody), 'NoSuchEntityException', 404);
  },
  'another account’s one is unknown': async (world) => {
    const { name } = await roleIn(world.monitored);
    await refused(readRole(world.stranger, name), 'NoSuchEntityException', 404);
  },
  'a trust policy that is no JSON is refused': async ({ monitored: owner }) => {
    await refused(roleIn(owner, { AssumeRolePolicyDocument: '{' }), malformed);
  },
  'a trust policy without a principal is refused': async ({ monitored: owner }) => {
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole' }],
    });
    await refused(roleIn(owner, { AssumeRolePolicyDocument }), malformed);
  },
  'a trust policy with a resource is refused': async ({ monitored: owner }) => {
    const trust = { ...JSON.parse(trusting(hubRoot)) };
    trust.Statement[0].Resource = '*';
    const AssumeRolePolicyDocument = JSON.stringify(trust);
    await refused(roleIn(owner, { AssumeRolePolicyDocument }), malformed);
  },
  'a trust policy for a role that does not exist is refused': async ({ monitored: owner }) => {
    const AssumeRolePolicyDocument = trusting(`arn:aws:iam::${hub}:role/${nobody}`);
    await refused(roleIn(owner, { AssumeRolePolicyDocument }), malformed);
  },
  'a trust policy is shown as it was given': async (world) => {
    const Condition = { StringEquals: { 'sts:ExternalId': 'asked for' } };
    const AssumeRolePolicyDocument = trusting(hubRoot, Condition);
    const { name } = await roleIn(world.monitored, { AssumeRolePolicyDocument });
    assert.deepEqual(await trustOf(world, name), JSON.parse(AssumeRolePolicyDocument));
  },
  'an account’s id as principal becomes the account’s ARN': async (world) => {
    const { name } = await roleIn(world.monitored, { AssumeRolePolicyDocument: trusting(hub) });
    assert.equal(await principalOf(world, name), hubRoot);
  },
  'UpdateAssumeRolePolicy changes whom it trusts': async (world) => {
    const { name: RoleName } = await roleIn(world.monitored);
    const PolicyDocument = trusting(`arn:aws:iam::${monitored}:root`);
    const change = new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument });
    await world.monitored.iam.send(change);
    assert.equal(await principalOf(world, RoleName), `arn:aws:iam::${monitored}:root`);
  },
  'tags of the request are there': async ({ monitored: owner }) => {
    const Tags = [{ Key: 'sightline:onboarding', Value: monitored }];
    const { name } = await roleIn(owner, { Tags });
    assert.deepEqual((await readRole(owner, name))?.Tags, Tags);
  },
  'TagRole adds and changes tags': async ({ monitored: owner }) => {
    const { name: RoleName } = await roleIn(owner, { Tags: [{ Key: 'Name', Value: 'first' }] });
    const Tags = [
      { Key: 'Name', Value: 'second' },
      { Key: 'more', Value: 'yes' },
    ];
    await owner.iam.send(new TagRoleCommand({ RoleName, Tags }));
    const shown = (await readRole(owner, RoleName))?.Tags ?? [];
    assert.deepEqual(sorted(shown.map(({ Key, Value }) => `${Key}=${Value}`)), [
      'Name=second',
      'more=yes',
    ]);
  },
  'a permissions boundary is shown': async ({ monitored: owner }) => {
    const { name } = await roleIn(owner, { PermissionsBoundary: viewOnlyAccess });
    const shown = (await readRole(owner, name))?.PermissionsBoundary;
    assert.equal(shown?.PermissionsBoundaryArn, viewOnlyAccess);
  },
  'a permissions boundary that does not exist is refused': async ({ monitored: owner }) => {
    const made = roleIn(owner, { PermissionsBoundary: unknownPolicy });
    await refused(made, 'NoSuchEntityException', 404);
  },
  'sessions of less than an hour cannot be asked for': async ({ monitored: owner }) => {
    await refused(roleIn(owner, { MaxSessionDuration: 900 }), 'ValidationError');
  },
  'a name with a space is refused': async ({ monitored: owner }) => {
    await refused(roleIn(owner, { RoleName: 'not a name' }), 'ValidationError');
  },
  'ListRoles tells neither tags nor boundary': async ({ monitored: owner }) => {
    const PathPrefix = `/${unique('listed')}/`;
    const Tags = [{ Key: 'Name', Value: 'x' }];
    const { name } = await roleIn(owner, {
      Path: PathPrefix,
      Tags,
      PermissionsBoundary: viewOnlyAccess,
    });
    const { Roles = [] } = await owner.iam.send(new ListRolesCommand({ PathPrefix }));
    const told = Roles.map((one) => [one.RoleName, one.Tags, one.PermissionsBoundary]);
    assert.deepEqual(told, [[name, undefined, undefined]]);
  },
  'one that has policies cannot be deleted': async ({ monitored: owner }) => {
    const { name: RoleName } = await roleIn(owner);
    await attach(owner, RoleName, viewOnlyAccess);
    const removed = owner.iam.send(new DeleteRoleCommand({ RoleName }));
    await refused(removed, 'DeleteConflictException', 409);
  },
});

/*
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html
 */
const policies = checks('policies', {
  'attaching one twice is as attaching it once': async ({ monitored: owner }) => {
    const { name } = await roleIn(owner);
    await attach(owner, name, readOnlyAccess);
    await attach(owner, name, readOnlyAccess);
    assert.deepEqual(await attachedTo(owner, name), [readOnlyAccess]);
  },
  'an unknown one cannot be attached': async ({ monitored: owner }) => {
    const { name } = await roleIn(owner);
    await refused(attach(owner, name, unknownPolicy), 'NoSuchEntityException', 404);
  },
  'one cannot be attached to an unknown role': async ({ monitored: owner }) => {
    await refused(attach(owner, nobody, readOnlyAccess), 'NoSuchEntityException', 404);
  },
  'one can be detached once': async ({ monitored: owner }) => {
    const { name } = await roleIn(owner);
    await attach(owner, name, readOnlyAccess);
    await detach(owner, name, readOnlyAccess);
    assert.deepEqual(await attachedTo(owner, name), []);
    await refused(detach(owner, name, readOnlyAccess), 'NoSuchEntityException', 404);
  },
  'attached ones are told in pages': async ({ monitored: owner }) => {
    const { name: RoleName } = await roleIn(owner);
    await attach(owner, RoleName, readOnlyAccess);
    await attach(owner, RoleName, viewOnlyAccess);
    const page = async (Marker?: string) =>
      owner.iam.send(new ListAttachedRolePoliciesCommand({ RoleName, MaxItems: 1, Marker }));
    const first = await page();
    const second = await page(first.Marker);
    assert.deepEqual([first.IsTruncated, second.IsTruncated], [true, false]);
    const all = [first, second].flatMap(({ AttachedPolicies = [] }) => AttachedPolicies);
    const arns = sorted(all.map(({ PolicyArn }) => PolicyArn));
    assert.deepEqual(arns, sorted([readOnlyAccess, viewOnlyAccess]));
  },
  'one that is written into a role is read back': async ({ monitored: owner }) => {
    const { name: RoleName } = await roleIn(owner);
    await putInto(owner, RoleName, allowing('ec2:DescribeVpcs'));
    const { PolicyNames } = await owner.iam.send(new ListRolePoliciesCommand({ RoleName }));
    assert.deepEqual(PolicyNames, ['inline']);
    const { PolicyDocument = '' } = await owner.iam.send(
      new GetRolePolicyCommand({ RoleName, PolicyName: 'inline' }),
    );
    assert.equal(decodeURIComponent(PolicyDocument), allowing('ec2:DescribeVpcs'));
  },
  'one without a resource is refused': async ({ monitored: owner }) => {
    const { name } = await roleIn(owner);
    const text = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'ec2:DescribeVpcs' }],
    });
    await refused(putInto(owner, name, text), malformed);
  },
  'an account’s own one is attached by its ARN': async ({ monitored: owner }) => {
    const { name } = await roleIn(owner);
    const arn = await policyIn(owner, allowing('ec2:DescribeVpcs'));
    await attach(owner, name, arn);
    assert.deepEqual(await attachedTo(owner, name), [arn]);
  },
  'another account’s own one cannot be attached': async (world) => {
    const { name } = await roleIn(world.monitored);
    const arn = await policyIn(world.stranger, allowing('ec2:DescribeVpcs'));
    await refused(attach(world.monitored, name, arn), 'NoSuchEntityException', 404);
  },
  'the text of one is read through its default version': async ({ monitored: owner }) => {
    const PolicyArn = await policyIn(owner, allowing('ec2:DescribeVpcs'));
    const VersionId = (await readPolicy(owner, PolicyArn))?.DefaultVersionId;
    const { PolicyVersion } = await owner.iam.send(
      new GetPolicyVersionCommand({ PolicyArn, VersionId }),
    );
    assert.equal(decodeURIComponent(PolicyVersion?.Document ?? ''), allowing('ec2:DescribeVpcs'));
  },
  'AWS’s own are there': async ({ monitored: owner }) => {
    const found = await Promise.all(
      [readOnlyAccess, viewOnlyAccess].map((arn) => readPolicy(owner, arn)),
    );
    assert.deepEqual(
      found.map((one) => one?.PolicyName),
      ['ReadOnlyAccess', 'ViewOnlyAccess'],
    );
  },
  'an unknown one is an error': async ({ monitored: owner }) => {
    await refused(readPolicy(owner, unknownPolicy), 'NoSuchEntityException', 404);
  },
});

/** Roles and policies as IAM keeps them; what they allow is in access.ts. */
export const iamChecks: Check[] = [...roles, ...policies];
