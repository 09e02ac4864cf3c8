import {
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetPolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { handler } from '../../functions/verifyRole.ts';
import type { RolePlan } from '../../shared/execution.ts';
import { trustPolicyFor } from '../../shared/role/monitoringRole.ts';
import {
  accountId,
  administratorAccess,
  anAwsError,
  aRolePlan,
  executionName,
  hubAccountId,
  monitoringRoleArn,
} from '../builders.ts';
import {
  callsTo,
  changesIn,
  denyRole,
  dryRunsIn,
  ec2,
  iam,
  sessionOf,
  sts,
} from '../shared/recordedAws.ts';
import {
  aRole,
  givenExternalId,
  givenReader,
  givenRole,
  roleSessionArn,
} from '../shared/recordedRole.ts';
import 'aws-sdk-client-mock-jest';

const verifyRole = (parts: Partial<RolePlan> = {}) =>
  handler(
    { executionName, plan: { accountId, role: aRolePlan(parts) } },
    { functionName: 'verifyRole' },
  );

const externalId = 'secret-of-zabbix';

/** A role that can be assumed with the external id alone, and of which IAM says so. */
const givenInsistingRole = () => {
  givenRole(aRole({ trustPolicy: trustPolicyFor(aRolePlan({ externalId })) }));
  givenExternalId(externalId);
};

/** The role's session asks EC2 this, but for DryRun. */
const asked = (command: string) => ({ by: 'cross-role', command, input: { DryRun: true } });

const refused = (name: string, findings: string) => ({
  name,
  message: expect.stringContaining(`: ${findings}. Sightline leaves it as it is.`),
});

beforeEach(() => {
  givenRole();
  givenReader();
});

describe('a role that is as it should be', () => {
  it('is told by trying: it can be assumed and reads; writing is denied', async () => {
    const before = Date.now();
    const { at, ...verified } = await verifyRole();
    expect(verified).toEqual({
      arn: roleSessionArn,
      did: 'assumed cross-role and read with it; writing is denied',
    });
    expect(new Date(at).toISOString()).toBe(at);
    expect(Date.parse(at)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(at)).toBeLessThanOrEqual(Date.now());
    const calls = await callsTo(iam, sts, ec2);
    const told = calls.map(({ by, command }) => `${by}: ${command}`);
    expect(told[0]).toBe('hub: AssumeRole');
    // At once: in which order, nobody minds.
    expect(told.slice(1).toSorted()).toEqual([
      'cross-role: CreateVpc',
      'cross-role: DescribeInstances',
    ]);
    expect(calls[0]?.input).toEqual({
      RoleArn: monitoringRoleArn,
      RoleSessionName: `sightline-${executionName}`,
      DurationSeconds: 900,
    });
  });

  it('is read with, and asked about writes, in the Region of the plan', async () => {
    await verifyRole({ region: 'eu-west-1' });
    const there = { by: 'cross-role', in: 'eu-west-1' };
    expect(await callsTo(ec2)).toMatchObject([
      { ...there, command: 'DescribeInstances', input: { MaxResults: 5 } },
      { ...asked('CreateVpc'), ...there },
    ]);
  });

  it('is only asked whether it could write, and nothing is changed', async () => {
    await verifyRole();
    expect(await dryRunsIn(ec2)).toMatchObject([asked('CreateVpc')]);
    expect(await changesIn(ec2)).toEqual([]);
    expect(await changesIn(iam)).toEqual([]);
  });

  it('is verified in a Region without a default VPC too', async () => {
    ec2
      .on(CreateSecurityGroupCommand, { DryRun: true })
      .rejects(anAwsError('VPCIdNotSpecified', 'No default VPC for this user'));
    await expect(verifyRole()).resolves.toMatchObject({ arn: roleSessionArn });
  });

  it('gives the same answer when it is verified a second time', async () => {
    const first = await verifyRole();
    await expect(verifyRole()).resolves.toEqual({ ...first, at: expect.any(String) });
  });
});

describe('the external id', () => {
  it('is sent, and then left out to see that the role insists on it', async () => {
    givenInsistingRole();
    await expect(verifyRole({ externalId })).resolves.toMatchObject({ arn: roleSessionArn });
    const [first, second, ...rest] = await callsTo(sts);
    expect(first).toMatchObject({
      by: 'hub',
      command: 'AssumeRole',
      input: { RoleArn: monitoringRoleArn, ExternalId: externalId },
    });
    expect(second).toMatchObject({
      by: 'hub',
      command: 'AssumeRole',
      input: { RoleArn: monitoringRoleArn },
    });
    expect(second?.input).not.toHaveProperty('ExternalId');
    expect(rest).toEqual([]);
  });

  it('is not asked for where none is set', async () => {
    await verifyRole();
    expect(sts).toHaveReceivedCommandTimes(AssumeRoleCommand, 1);
  });

  it('has been for nothing where the role can be assumed without it', async () => {
    givenRole(aRole({ trustPolicy: trustPolicyFor(aRolePlan({ externalId })) }));
    await expect(verifyRole({ externalId })).rejects.toMatchObject(
      refused('RoleTrustsOthers', 'it can be assumed without the external id'),
    );
    expect(await dryRunsIn(ec2)).toEqual([]);
  });

  it('is not taken to be insisted on where AWS is just busy', async () => {
    givenInsistingRole();
    const busy = anAwsError('Throttling');
    sts
      .on(AssumeRoleCommand, { RoleArn: monitoringRoleArn })
      .callsFake((input: AssumeRoleCommandInput) => {
        if (input.ExternalId === undefined) throw busy;
        return sessionOf(input);
      });
    await expect(verifyRole({ externalId })).rejects.toBe(busy);
  });
});

describe('a role that may do too much', () => {
  it('is refused where EC2 says that it could make VPCs', async () => {
    ec2
      .on(CreateVpcCommand, { DryRun: true })
      .rejects(anAwsError('DryRunOperation', 'Request would have succeeded'));
    await expect(verifyRole()).rejects.toMatchObject(
      refused('RoleTooPowerful', 'it may make VPCs (ec2:CreateVpc)'),
    );
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('is refused where EC2 says nothing against making VPCs', async () => {
    ec2.on(CreateVpcCommand, { DryRun: true }).resolves({});
    await expect(verifyRole()).rejects.toMatchObject({ name: 'RoleTooPowerful' });
  });

  it('is accepted where the request allows writes, and not even asked', async () => {
    const policyArns = [administratorAccess];
    givenRole(aRole({ policyArns }));
    await expect(verifyRole({ policyArns, allowWrites: true })).resolves.toEqual({
      arn: roleSessionArn,
      at: expect.any(String),
      did: 'assumed cross-role and read with it; which may change things, as was asked',
    });
    expect(await dryRunsIn(ec2)).toEqual([]);
    expect(iam).not.toHaveReceivedCommand(GetPolicyCommand);
  });

  it.each(['RequestLimitExceeded', 'OptInRequired', 'UnauthorizedOperationOfSorts'])(
    'is not told where EC2 answers something else: %s',
    async (name) => {
      const error = anAwsError(name);
      ec2.on(CreateVpcCommand, { DryRun: true }).rejects(error);
      await expect(verifyRole()).rejects.toBe(error);
    },
  );
});

describe('a role that falls short', () => {
  it('cannot be assumed', async () => {
    const denied = anAwsError('AccessDenied', 'not authorized to perform: sts:AssumeRole');
    denyRole(monitoringRoleArn, denied);
    await expect(verifyRole()).rejects.toMatchObject({
      name: 'RoleNotAssumable',
      message: expect.stringContaining(
        `${monitoringRoleArn} (not authorized to perform: sts:AssumeRole)`,
      ),
      cause: denied,
    });
    expect(await callsTo(ec2)).toEqual([]);
  });

  // Until IAM has propagated it, which takes some tries: each is to cost one call.
  it.each<[string, Partial<RolePlan>]>([
    ['without an external id', {}],
    ['even with the external id, and so is not tried without', { externalId }],
  ])('cannot be assumed %s, and nothing else is looked at', async (_, plan) => {
    givenInsistingRole();
    denyRole(monitoringRoleArn);
    await expect(verifyRole(plan)).rejects.toMatchObject({ name: 'RoleNotAssumable' });
    expect(await callsTo(sts, iam, ec2)).toMatchObject([
      { command: 'AssumeRole', input: { RoleArn: monitoringRoleArn } },
    ]);
  });

  it('is another account’s, as the ARN of its session says, and is not read with there', async () => {
    const RoleArn = monitoringRoleArn;
    sts.on(AssumeRoleCommand, { RoleArn }).callsFake((input: AssumeRoleCommandInput) => {
      const user = sessionOf(input).AssumedRoleUser;
      const Arn = user?.Arn?.replace(accountId, hubAccountId);
      return { ...sessionOf(input), AssumedRoleUser: { ...user, Arn } };
    });
    await expect(verifyRole()).rejects.toMatchObject({
      name: 'RoleInWrongAccount',
      message: expect.stringContaining(`in account ${accountId}, and is in ${hubAccountId}`),
    });
    expect(await callsTo(ec2)).toEqual([]);
  });

  it('is in no account that STS names', async () => {
    sts.on(AssumeRoleCommand, { RoleArn: monitoringRoleArn }).callsFake((input) => {
      const { Credentials } = sessionOf(input);
      return { Credentials };
    });
    await expect(verifyRole()).rejects.toMatchObject({
      name: 'RoleInWrongAccount',
      message: expect.stringContaining('is in none'),
    });
  });

  it('cannot read', async () => {
    const denied = anAwsError('UnauthorizedOperation', 'You are not authorized');
    ec2.on(DescribeInstancesCommand).rejects(denied);
    await expect(verifyRole()).rejects.toMatchObject({
      name: 'RoleCannotRead',
      message: expect.stringContaining(`ec2:DescribeInstances is denied (You are not authorized)`),
      cause: denied,
    });
    expect(await changesIn(ec2)).toEqual([]);
  });
});

// Which of them AWS answers first is no matter.
describe('a role with which several things are wrong', () => {
  const cannotRead = () =>
    ec2.on(DescribeInstancesCommand).rejects(anAwsError('UnauthorizedOperation'));
  const mayWrite = () =>
    ec2.on(CreateVpcCommand, { DryRun: true }).rejects(anAwsError('DryRunOperation'));

  it('is refused for what it cannot read, before what it could write', async () => {
    cannotRead();
    mayWrite();
    await expect(verifyRole()).rejects.toMatchObject({ name: 'RoleCannotRead' });
  });

  it('is refused for that it cannot read, before that it can be assumed without the external id', async () => {
    givenRole(aRole({ trustPolicy: trustPolicyFor(aRolePlan({ externalId })) }));
    cannotRead();
    await expect(verifyRole({ externalId })).rejects.toMatchObject({ name: 'RoleCannotRead' });
  });

  it('is refused for the first of them also where AWS answers that last', async () => {
    const told = Promise.withResolvers<void>();
    ec2.on(CreateVpcCommand, { DryRun: true }).callsFake(() => {
      told.resolve();
      throw anAwsError('DryRunOperation');
    });
    ec2.on(DescribeInstancesCommand).callsFake(async () => {
      await told.promise;
      throw anAwsError('UnauthorizedOperation');
    });
    await expect(verifyRole()).rejects.toMatchObject({ name: 'RoleCannotRead' });
  }, 10_000);
});
