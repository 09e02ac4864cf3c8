import { handler as acceptPeering } from '../../functions/acceptPeering.ts';
import { handler as addRoutes } from '../../functions/addRoutes.ts';
import { handler as confirmReadiness } from '../../functions/confirmReadiness.ts';
import { handler as ensureRole } from '../../functions/ensureRole.ts';
import { handler as openSecurityGroups } from '../../functions/openSecurityGroups.ts';
import { handler as preflight } from '../../functions/preflight.ts';
import { handler as setDnsResolution } from '../../functions/setDnsResolution.ts';
import { handler as start } from '../../functions/startOnboarding.ts';
import { handler as verifyRole } from '../../functions/verifyRole.ts';
import {
  aConfigured,
  accountId,
  aMonitoredSide,
  aNetworkPlan,
  anApiEvent,
  aPeering,
  aPlan,
  aRolePlan,
  aRoleResult,
  executionName,
  hubAccountId,
  onboardingRoleArn,
} from '../builders.ts';
import { callsTo, ec2, iam, sfn, sts } from '../shared/recordedAws.ts';
import { givenRole } from '../shared/recordedRole.ts';

const other = '333333333333';

/** The input of any step, of an onboarding of this account. */
const inputFor = (account: string) => ({
  executionName,
  side: 'monitored',
  plan: aPlan({
    accountId: account,
    network: aNetworkPlan({
      monitored: aMonitoredSide({ accountId: account }),
      dnsResolution: true,
    }),
    role: aRolePlan({ arn: `arn:aws:iam::${account}:role/cross-role` }),
  }),
  peering: aPeering({ status: 'pending-acceptance' }),
  prepared: [{ peering: aPeering(), configured: aConfigured() }, { role: aRoleResult() }],
});

// One account is allowed, for whatever this process does: the settings are read once.
beforeEach(() => {
  process.env['ALLOWED_ACCOUNTS'] = accountId;
});

describe('an account that is not allowed', () => {
  it.each([other, hubAccountId])('is not onboarded, and AWS is not asked: %s', async (account) => {
    const expected = 'expected one of the accounts in the setting allowedAccounts';
    const { statusCode, body } = await start(anApiEvent({ body: { accountId: account } }));
    expect(statusCode).toBe(400);
    expect(JSON.parse(body).problems).toEqual([{ path: 'accountId', message: expected }]);
    const event = { executionName, request: { accountId: account } };
    await expect(preflight(event, { functionName: 'preflight' })).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: expect.stringContaining(`accountId: ${expected}`),
    });
    expect(await callsTo(sfn, sts, ec2, iam)).toEqual([]);
  });

  it.each([
    ['acceptPeering', acceptPeering],
    ['addRoutes', addRoutes],
    ['openSecurityGroups', openSecurityGroups],
    ['setDnsResolution', setDnsResolution],
    ['ensureRole', ensureRole],
    ['verifyRole', verifyRole],
    ['confirmReadiness', confirmReadiness],
  ])('is entered by no step, whatever its input says: %s', async (functionName, handler) => {
    await expect(handler(inputFor(other), { functionName })).rejects.toMatchObject({
      name: 'AccountNotAllowed',
      message: expect.stringMatching(
        new RegExp(`^Account ${other} is none of those in which Sightline may act\\.`),
      ),
    });
    expect(await callsTo(sts, ec2, iam)).toEqual([]);
  });

  it('is not entered by way of a role that the plan names there', async () => {
    givenRole();
    const role = aRolePlan({ arn: `arn:aws:iam::${other}:role/cross-role` });
    await expect(
      verifyRole({ executionName, plan: { accountId, role } }, { functionName: 'verifyRole' }),
    ).rejects.toMatchObject({ name: 'AccountNotAllowed' });
    expect(await callsTo(sts, ec2, iam)).toEqual([]);
  });

  // The role is proven once more where it was proven long ago.
  it('is not entered by way of such a role when that is proven once more', async () => {
    givenRole();
    const role = aRolePlan({ arn: `arn:aws:iam::${other}:role/cross-role` });
    const plan = { accountId, role, did: 'planned' };
    const prepared = [{}, { role: aRoleResult() }];
    await expect(
      confirmReadiness({ executionName, plan, prepared }, { functionName: 'confirmReadiness' }),
    ).rejects.toMatchObject({ name: 'AccountNotAllowed' });
    expect(await callsTo(sts)).toMatchObject([{ input: { RoleArn: onboardingRoleArn } }]);
    expect(await callsTo(ec2)).toEqual([]);
  });
});
