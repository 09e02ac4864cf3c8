import assert from 'node:assert/strict';
import {
  CreateRouteCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { assumed, type Clients, hub, monitored, type World } from './aws.ts';
import { type Check, checks, refused, unique } from './check.ts';
import { activeIn, blocks, tableIn, vpcIn } from './network.ts';
import {
  allowing,
  attach,
  policy,
  policyIn,
  putInto,
  readOnlyAccess,
  readRole,
  roleIn,
  trusting,
} from './roles.ts';

/** A session of a role of the hub that may do this; a tool that is allowed to assume roles, if nothing is said. */
const tool = async (world: World, document = allowing('sts:AssumeRole')) => {
  const { name, arn } = await roleIn(world.hub);
  await putInto(world.hub, name, document);
  return { arn, ...world.as(await world.aws.sessionOf(arn)) };
};

/** A session in the monitored account of a role that may do this. */
const guest = async (world: World, document: string) => {
  const { name, arn } = await roleIn(world.monitored);
  await putInto(world.monitored, name, document);
  return world.as(await assumed(await tool(world), arn));
};

const withExternalId = (world: World) =>
  roleIn(world.monitored, {
    AssumeRolePolicyDocument: trusting(`arn:aws:iam::${hub}:root`, {
      StringEquals: { 'sts:ExternalId': 'agreed' },
    }),
  });

const vpcs = ({ ec2 }: Clients) => ec2.send(new DescribeVpcsCommand({}));

const makeVpc = ({ ec2 }: Clients, DryRun: boolean) =>
  ec2.send(new CreateVpcCommand({ CidrBlock: blocks.hub, DryRun }));

/*
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html (external id)
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
const assuming = checks('AssumeRole', {
  'makes a session of a role that trusts the caller’s account': async (world) => {
    const { name, arn } = await roleIn(world.monitored);
    const session = world.as(await assumed(await tool(world), arn, { RoleSessionName: 'me@hub' }));
    const { Account, Arn } = await session.sts.send(new GetCallerIdentityCommand({}));
    const expected = `arn:aws:sts::${monitored}:assumed-role/${name}/me@hub`;
    assert.deepEqual([Account, Arn], [monitored, expected]);
  },
  'answers the session’s ARN and id': async (world) => {
    const { name, arn } = await roleIn(world.monitored);
    const { AssumedRoleUser: user } = await (await tool(world)).sts.send(
      new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'named' }),
    );
    assert.equal(user?.Arn, `arn:aws:sts::${monitored}:assumed-role/${name}/named`);
    assert.match(user?.AssumedRoleId ?? '', /^AROA[A-Z0-9]{17}:named$/);
  },
  'leaves the path out of the session’s ARN': async (world) => {
    const { name, arn } = await roleIn(world.monitored, { Path: '/tools/' });
    const session = world.as(await assumed(await tool(world), arn));
    const { Arn } = await session.sts.send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, `arn:aws:sts::${monitored}:assumed-role/${name}/conformance`);
  },
  'of 15 minutes ends after 15 minutes': async (world) => {
    const { arn } = await roleIn(world.monitored);
    const { sts } = await tool(world);
    const before = Date.now();
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'short', DurationSeconds: 900 }),
    );
    const seconds = ((Credentials?.Expiration?.getTime() ?? 0) - before) / 1000;
    assert.ok(seconds > 890 && seconds < 930, `${seconds} s`);
    assert.match(Credentials?.AccessKeyId ?? '', /^ASIA/);
  },
  'is denied for a role that does not exist': async (world) => {
    const arn = `arn:aws:iam::${monitored}:role/nobody-has-this-role`;
    await refused(assumed(await tool(world), arn), 'AccessDenied', 403);
  },
  'is denied for a role that trusts another account': async (world) => {
    const AssumeRolePolicyDocument = trusting('arn:aws:iam::888888888888:root');
    const { arn } = await roleIn(world.monitored, { AssumeRolePolicyDocument });
    await refused(assumed(await tool(world), arn), 'AccessDenied', 403);
  },
  'is denied for a role that trusts another role of the account': async (world) => {
    const { arn: trusted } = await roleIn(world.hub);
    const AssumeRolePolicyDocument = trusting(trusted);
    const { arn } = await roleIn(world.monitored, { AssumeRolePolicyDocument });
    await refused(assumed(await tool(world), arn), 'AccessDenied', 403);
  },
  'is allowed for a role that trusts just the caller’s role': async (world) => {
    const caller = await tool(world);
    const AssumeRolePolicyDocument = trusting(caller.arn);
    const { arn } = await roleIn(world.monitored, { AssumeRolePolicyDocument });
    assert.match((await assumed(caller, arn)).accessKeyId, /^ASIA/);
  },
  'is allowed with the external id': async (world) => {
    const { arn } = await withExternalId(world);
    const keys = await assumed(await tool(world), arn, { ExternalId: 'agreed' });
    assert.match(keys.accessKeyId, /^ASIA/);
  },
  'is denied with another external id': async (world) => {
    const { arn } = await withExternalId(world);
    await refused(assumed(await tool(world), arn, { ExternalId: 'guessed' }), 'AccessDenied', 403);
  },
  'is denied without the external id': async (world) => {
    const { arn } = await withExternalId(world);
    await refused(assumed(await tool(world), arn), 'AccessDenied', 403);
  },
  'is denied to who may not assume roles': async (world) => {
    const { arn } = await roleIn(world.monitored);
    const caller = await tool(world, allowing('ec2:DescribeVpcs'));
    await refused(assumed(caller, arn), 'AccessDenied', 403);
  },
  'is denied to who may assume just another role': async (world) => {
    const { arn } = await roleIn(world.monitored);
    const Resource = `arn:aws:iam::${monitored}:role/another`;
    const caller = await tool(
      world,
      policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource }),
    );
    await refused(assumed(caller, arn), 'AccessDenied', 403);
  },
  'takes no session name with a space': async (world) => {
    const { arn } = await roleIn(world.monitored);
    const made = assumed(await tool(world), arn, { RoleSessionName: 'not a name' });
    await refused(made, 'ValidationError');
  },
  'takes no session name of more than 64 characters': async (world) => {
    const { arn } = await roleIn(world.monitored);
    const made = assumed(await tool(world), arn, { RoleSessionName: 'x'.repeat(65) });
    await refused(made, 'ValidationError');
  },
  'makes no session of less than 15 minutes': async (world) => {
    const { arn } = await roleIn(world.monitored);
    const made = assumed(await tool(world), arn, { DurationSeconds: 60 });
    await refused(made, 'ValidationError');
  },
  'makes no session of more than an hour for a session': async (world) => {
    const { arn } = await roleIn(world.monitored, { MaxSessionDuration: 7200 });
    const made = assumed(await tool(world), arn, { DurationSeconds: 7200 });
    await refused(made, 'ValidationError');
  },
});

/*
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (codes and statuses)
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
const permissions = checks('permissions', {
  'a session sees what its role’s account has': async (world) => {
    const id = await vpcIn(world.monitored, '10.66.0.0/16');
    const { Vpcs = [] } = await vpcs(await guest(world, allowing('ec2:DescribeVpcs')));
    assert.ok(Vpcs.some(({ VpcId }) => VpcId === id));
  },
  'EC2 denies what no policy allows': async (world) => {
    const session = await guest(world, allowing('ec2:DescribeSubnets'));
    await refused(vpcs(session), 'UnauthorizedOperation', 403);
  },
  'IAM denies what no policy allows': async (world) => {
    const { name } = await roleIn(world.monitored);
    const session = await guest(world, allowing('ec2:DescribeVpcs'));
    await refused(readRole(session, name), 'AccessDenied', 403);
  },
  'a Deny outweighs an Allow': async (world) => {
    const session = await guest(
      world,
      policy(
        { Effect: 'Allow', Action: 'ec2:*', Resource: '*' },
        { Effect: 'Deny', Action: 'ec2:DescribeVpcs', Resource: '*' },
      ),
    );
    await refused(vpcs(session), 'UnauthorizedOperation', 403);
  },
  'a resource that a policy names is allowed': async (world) => {
    const { hub: vpc, id } = await activeIn(world);
    const table = await tableIn(world.hub, vpc);
    const Resource = `arn:aws:ec2:eu-central-1:${hub}:route-table/${table}`;
    const session = await tool(
      world,
      policy({ Effect: 'Allow', Action: 'ec2:CreateRoute', Resource }),
    );
    const made = await session.ec2.send(
      new CreateRouteCommand({
        RouteTableId: table,
        DestinationCidrBlock: blocks.monitored,
        VpcPeeringConnectionId: id,
      }),
    );
    assert.equal(made.Return, true);
  },
  'a condition that does not hold allows nothing': async (world) => {
    const Condition = { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } };
    const session = await guest(
      world,
      policy({ Effect: 'Allow', Action: 'ec2:DescribeVpcs', Resource: '*', Condition }),
    );
    await refused(vpcs(session), 'UnauthorizedOperation', 403);
  },
  'a condition that holds allows it': async (world) => {
    const Condition = { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } };
    const session = await guest(
      world,
      policy({ Effect: 'Allow', Action: 'ec2:DescribeVpcs', Resource: '*', Condition }),
    );
    assert.ok((await vpcs(session)).Vpcs);
  },
  'a boundary takes away what it does not allow': async (world) => {
    const PermissionsBoundary = await policyIn(world.monitored, allowing('ec2:DescribeSubnets'));
    const { name, arn } = await roleIn(world.monitored, { PermissionsBoundary });
    await putInto(world.monitored, name, allowing('ec2:*'));
    const session = world.as(await assumed(await tool(world), arn));
    await refused(vpcs(session), 'UnauthorizedOperation', 403);
  },
  'DryRun says that one may': async (world) => {
    const session = await guest(world, allowing('ec2:CreateVpc'));
    await refused(makeVpc(session, true), 'DryRunOperation', 412);
  },
  'DryRun says that one may not': async (world) => {
    const session = await guest(world, allowing('ec2:DescribeVpcs'));
    await refused(makeVpc(session, true), 'UnauthorizedOperation', 403);
  },
  'ReadOnlyAccess reads and does not write': async (world) => {
    const { name, arn } = await roleIn(world.monitored);
    await attach(world.monitored, name, readOnlyAccess);
    const session = world.as(await assumed(await tool(world), arn));
    const read = await session.ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }));
    assert.equal(read.$metadata.httpStatusCode, 200);
    await refused(makeVpc(session, true), 'UnauthorizedOperation', 403);
  },
  'nobody is denied GetCallerIdentity': async (world) => {
    const session = await guest(world, policy({ Effect: 'Deny', Action: '*', Resource: '*' }));
    const { Account } = await session.sts.send(new GetCallerIdentityCommand({}));
    assert.equal(Account, monitored);
  },
});

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const credentials = checks('credentials', {
  'of nobody are refused by STS': async (world) => {
    const nobody = world.as({ accessKeyId: 'AKIANOBODYHASTHISKEY', secretAccessKey: 'x' });
    const asked = nobody.sts.send(new GetCallerIdentityCommand({}));
    await refused(asked, 'InvalidClientTokenId', 403);
  },
  'of nobody are refused by EC2': async (world) => {
    const nobody = world.as({ accessKeyId: 'AKIANOBODYHASTHISKEY', secretAccessKey: 'x' });
    await refused(vpcs(nobody), 'AuthFailure', 401);
  },
  'of a session are good with its token only': async (world) => {
    const { arn } = await roleIn(world.monitored);
    const keys = await assumed(await tool(world), arn);
    const forged = world.as({ ...keys, sessionToken: unique('token') });
    await refused(forged.sts.send(new GetCallerIdentityCommand({})), 'InvalidClientTokenId', 403);
  },
});

const quota = ({ quotas }: Clients, QuotaCode: string) =>
  quotas.send(new GetServiceQuotaCommand({ ServiceCode: 'vpc', QuotaCode }));

/*
 * https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
 * https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
 */
const quotas = checks('quotas', {
  'active peerings per VPC: 50, adjustable': async (world) => {
    const { Quota } = await quota(world.hub, 'L-7E9ECCDB');
    assert.deepEqual([Quota?.Value, Quota?.Adjustable], [50, true]);
  },
  'outstanding peering requests: 25, adjustable': async (world) => {
    const { Quota } = await quota(world.hub, 'L-DC9F7029');
    assert.deepEqual([Quota?.Value, Quota?.Adjustable], [25, true]);
  },
  'rules per security group: 60, adjustable': async (world) => {
    const { Quota } = await quota(world.hub, 'L-0EA8095F');
    assert.deepEqual([Quota?.Value, Quota?.Adjustable], [60, true]);
  },
  'an unknown one is an error': async (world) => {
    await refused(quota(world.hub, 'L-00000000'), 'NoSuchResourceException');
  },
  'are told to nobody who may not read them': async (world) => {
    const session = await guest(world, allowing('ec2:DescribeVpcs'));
    await refused(quota(session, 'L-7E9ECCDB'), 'AccessDeniedException');
  },
});

/** Who may become whom, who may do what, and what tells the one from the other. */
export const accessChecks: Check[] = [...assuming, ...permissions, ...credentials, ...quotas];
