import { GetRoleCommand } from '@aws-sdk/client-iam';
import { iamOf } from '../../../shared/clients.ts';
import type { RolePlan } from '../../../shared/execution.ts';
import { inspectRole } from '../../../shared/role/proveRole.ts';
import {
  administratorAccess,
  anAwsError,
  aRolePlan,
  hubAccountId,
  hubRoot,
  ownPolicy,
  readOnlyAccess,
  viewOnlyAccess,
} from '../../builders.ts';
import { changesIn, ec2, iam } from '../recordedAws.ts';
import {
  aRole,
  aTrustPolicy,
  aTrustStatement,
  givenExternalId,
  givenPolicies,
  givenRole,
  type RoleInIam,
} from '../recordedRole.ts';

const session = {
  accessKeyId: 'A',
  secretAccessKey: 's',
  sessionToken: 't',
  arn: 'arn:of:session',
};

const inspect = (parts: Partial<RolePlan> = {}) => inspectRole(iamOf(session), aRolePlan(parts));

const externalId = 'secret-of-zabbix';
const insisting = { Condition: { StringEquals: { 'sts:ExternalId': externalId } } };
const foreignRoot = 'arn:aws:iam::999999999999:root';
const foreigner = aTrustStatement({ Principal: { AWS: foreignRoot } });

const refused = (name: string, findings: string) => ({
  name,
  message: expect.stringContaining(`: ${findings}. Sightline leaves it as it is.`),
});

beforeEach(() => {
  givenRole();
});

describe('a role that is as it should be', () => {
  it('is told by IAM, and nothing is changed', async () => {
    await expect(inspect()).resolves.toBeUndefined();
    expect(await changesIn(iam)).toEqual([]);
  });

  it('may have another boundary than that of the plan, or none: it can do less at most', async () => {
    for (const boundaryArn of [viewOnlyAccess, undefined]) {
      givenRole(aRole({ boundaryArn }));
      await expect(inspect()).resolves.toBeUndefined();
    }
  });
});

describe('a role that lets in others', () => {
  it.each<[string, Partial<RolePlan>, string, string]>([
    [
      'another account besides the hub',
      {},
      aTrustPolicy(aTrustStatement(), foreigner),
      `it trusts ${foreignRoot}`,
    ],
    ['everybody', {}, aTrustPolicy(aTrustStatement({ Principal: '*' })), 'it trusts everybody (*)'],
    [
      'the hub as a whole where roles of it are named',
      { principals: [`arn:aws:iam::${hubAccountId}:role/zabbix`] },
      aTrustPolicy(aTrustStatement()),
      `it trusts ${hubRoot}`,
    ],
    [
      'the hub without the external id',
      { externalId },
      aTrustPolicy(aTrustStatement()),
      'it does not insist on the external id',
    ],
    [
      'another account, and the hub without the external id',
      { externalId },
      aTrustPolicy(aTrustStatement(), foreigner),
      `it trusts ${foreignRoot}; it does not insist on the external id`,
    ],
  ])('is refused: %s', async (_, plan, trustPolicy, findings) => {
    givenRole(aRole({ trustPolicy }));
    if (plan.externalId) givenExternalId(plan.externalId);
    await expect(inspect(plan)).rejects.toMatchObject(refused('RoleTrustsOthers', findings));
    expect(await changesIn(ec2)).toEqual([]);
    expect(await changesIn(iam)).toEqual([]);
  });

  it('is refused for that first, whatever else is wrong with it', async () => {
    givenRole(
      aRole({ trustPolicy: aTrustPolicy(foreigner), policyArns: [], inlinePolicyNames: ['more'] }),
    );
    await expect(inspect()).rejects.toMatchObject(
      refused('RoleTrustsOthers', `it trusts ${foreignRoot}`),
    );
  });

  it('is refused though writes are allowed', async () => {
    givenRole(aRole({ trustPolicy: aTrustPolicy(aTrustStatement(), foreigner) }));
    await expect(inspect({ allowWrites: true })).rejects.toMatchObject({
      name: 'RoleTrustsOthers',
    });
  });

  it('is in no refusal', async () => {
    givenRole(aRole({ trustPolicy: aTrustPolicy(aTrustStatement(insisting), foreigner) }));
    const refusal = await inspect({ externalId }).catch((error) => error);
    expect(refusal).toMatchObject({ name: 'RoleTrustsOthers' });
    expect(`${refusal.message} ${JSON.stringify(refusal)}`).not.toContain(externalId);
  });
});

describe('a role that may do too much', () => {
  const writing = { Effect: 'Allow', Action: 'iam:Create*', Resource: '*' };

  it.each<[string, Partial<RoleInIam>, string]>([
    [
      'a policy too many',
      { policyArns: [readOnlyAccess, administratorAccess] },
      `${administratorAccess} is attached and was not asked for`,
    ],
    [
      'an inline policy',
      { inlinePolicyNames: ['write'] },
      'it has the inline policy write, which was not asked for',
    ],
    [
      'both, while it lacks another',
      { policyArns: [administratorAccess], inlinePolicyNames: ['write'] },
      `${administratorAccess} is attached and was not asked for; it has the inline policy write, which was not asked for`,
    ],
  ])('is refused: %s', async (_, parts, findings) => {
    givenRole(aRole(parts));
    for (const allowWrites of [false, true]) {
      await expect(inspect({ allowWrites })).rejects.toMatchObject(
        refused('RoleTooPowerful', findings),
      );
    }
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('is refused for the text of its own policy, which lets it write to IAM', async () => {
    const policyArns = [readOnlyAccess, ownPolicy];
    givenRole(aRole({ policyArns, inlinePolicyNames: ['more'] }));
    givenPolicies({ [ownPolicy]: writing });
    await expect(inspect({ policyArns })).rejects.toMatchObject(
      refused(
        'RoleTooPowerful',
        `it has the inline policy more, which was not asked for; ${ownPolicy} allows iam:Create*`,
      ),
    );
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('is refused for the text of its own policy, which lets it assume other roles', async () => {
    const policyArns = [ownPolicy];
    givenRole(aRole({ policyArns }));
    givenPolicies({ [ownPolicy]: { ...writing, Action: 'sts:*' } });
    await expect(inspect({ policyArns })).rejects.toMatchObject(
      refused('RoleTooPowerful', `${ownPolicy} allows sts:*`),
    );
    expect(await changesIn(ec2)).toEqual([]);
  });

  // EnsureRole has read it too, but that may have been a while ago.
  it('is refused for a policy that was changed since it was attached', async () => {
    const policyArns = [ownPolicy];
    givenRole(aRole({ policyArns }));
    givenPolicies({ [ownPolicy]: { ...writing, Action: 'cloudwatch:Get*' } });
    await expect(inspect({ policyArns })).resolves.toBeUndefined();
    givenPolicies({ [ownPolicy]: writing });
    await expect(inspect({ policyArns })).rejects.toMatchObject({ name: 'RoleTooPowerful' });
  });
});

describe('a role that falls short', () => {
  it.each<[string, Partial<RoleInIam>, string]>([
    ['does not trust the hub', { trustPolicy: aTrustPolicy() }, `it does not trust ${hubRoot}`],
    [
      'asks for an external id where none is set',
      { trustPolicy: aTrustPolicy(aTrustStatement(insisting)) },
      'it asks for another external id',
    ],
    ['lacks a policy', { policyArns: [] }, `${readOnlyAccess} is not attached`],
    [
      'lacks all of that',
      { policyArns: [], trustPolicy: aTrustPolicy() },
      `it does not trust ${hubRoot}; ${readOnlyAccess} is not attached`,
    ],
  ])('is refused: it %s', async (_, parts, findings) => {
    givenRole(aRole(parts));
    await expect(inspect()).rejects.toMatchObject(refused('RoleConflict', findings));
    expect(await changesIn(ec2)).toEqual([]);
  });

  it('is missing, or IAM does not show it yet', async () => {
    iam.on(GetRoleCommand).rejects(anAwsError('NoSuchEntityException'));
    await expect(inspect()).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });
});
