import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { handler, onboardNewAccount } from '../../functions/onboardNewAccount.ts';
import { sfn as client } from '../../shared/clients.ts';
import { keyedName, prefixOf } from '../../shared/executions/executions.ts';
import { anAwsError, aRequest, someSettings, stateMachineArn } from '../builders.ts';
import { anEvent, type EventName } from '../events/events.ts';
import { changesIn, logged, sfn } from '../shared/recordedAws.ts';
import { givenExecutions } from '../shared/recordedExecutions.ts';

const byOrganizations = anEvent('create-account-result.succeeded');
const byControlTower = anEvent('create-managed-account');
const failed = anEvent('create-account-result.failed');

const onboard = (event: unknown, settings: Record<string, string> = {}) =>
  onboardNewAccount(client(), event, someSettings(settings));

it.each<[EventName, string]>([
  ['create-account-result.succeeded', '222222222222'],
  ['create-managed-account', '333333333333'],
  ['update-managed-account', '333333333333'],
])('starts the onboarding of the account that %s announces', async (name, accountId) => {
  givenExecutions();
  const event = anEvent(name);
  const request = aRequest({ accountId, newAccount: true });
  const execution = keyedName(prefixOf(request), event.id);
  const context = { functionName: 'onboardNewAccount' };
  expect(await handler(event, context)).toEqual({
    did: `started ${execution}`,
    about: { accountId, execution },
  });
  expect(await changesIn(sfn)).toEqual([
    {
      by: 'hub',
      in: 'eu-central-1',
      command: 'StartExecution',
      input: { stateMachineArn, name: execution, input: JSON.stringify(request) },
    },
  ]);
  expect(logged.mock.calls).toEqual([
    [`started ${execution}`, { accountId, execution, step: 'onboardNewAccount' }],
  ]);
});

it('starts nothing for an account that could not be created', async () => {
  expect(await onboard(failed)).toEqual({ did: 'the event announces no account that is ready' });
  expect(await changesIn(sfn)).toEqual([]);
});

describe('an event that is delivered twice', () => {
  it('starts one onboarding while that runs', async () => {
    const executions = givenExecutions();
    const [first, second] = [await onboard(byOrganizations), await onboard(byOrganizations)];
    expect(second).toEqual(first);
    expect(executions).toHaveLength(1);
  });

  it('starts none after that has ended', async () => {
    const executions = givenExecutions();
    await onboard(byOrganizations);
    for (const execution of executions) execution.status = 'FAILED';
    await expect(onboard(byOrganizations)).resolves.toMatchObject({
      did: expect.stringMatching(/^started /),
    });
    expect(executions).toHaveLength(1);
  });

  it('starts one at the same moment', async () => {
    const executions = givenExecutions();
    await Promise.all([onboard(byOrganizations), onboard(byOrganizations)]);
    expect(executions).toHaveLength(1);
  });
});

it('starts another onboarding for another event of the same account', async () => {
  const executions = givenExecutions();
  await onboard(byControlTower);
  await onboard({ ...byControlTower, id: 'another' });
  expect(executions).toHaveLength(2);
});

describe('the setting newAccounts', () => {
  it.each([
    ['all', byOrganizations],
    ['all', byControlTower],
    ['222222222222', byOrganizations],
    ['333333333333,444444444444', byControlTower],
    ['ou-ab12-cd34ef56', byControlTower],
    ['Sandbox,Workloads', byControlTower],
  ])('%s has the account onboarded', async (newAccounts, event) => {
    const executions = givenExecutions();
    await onboard(event, { NEW_ACCOUNTS: newAccounts });
    expect(executions).toHaveLength(1);
  });

  it.each([
    ['none', byOrganizations],
    ['none', byControlTower],
    ['', byControlTower],
    ['444444444444', byControlTower],
    ['Sandbox,ou-ab12-00000000', byControlTower],
    ['Workloads', byOrganizations],
  ])('%j has it passed over', async (newAccounts, event) => {
    expect(await onboard(event, { NEW_ACCOUNTS: newAccounts })).toEqual({
      did: expect.stringMatching(/^account \d{12} is not among newAccounts$/),
    });
    expect(await changesIn(sfn)).toEqual([]);
  });
});

describe('the setting allowedAccounts', () => {
  it.each(['all', '222222222222', '444444444444,222222222222'])(
    '%s has the account onboarded',
    async (allowedAccounts) => {
      const executions = givenExecutions();
      await onboard(byOrganizations, { ALLOWED_ACCOUNTS: allowedAccounts });
      expect(executions).toHaveLength(1);
    },
  );

  it.each(['444444444444', ''])('%j has it passed over', async (allowedAccounts) => {
    const settings = { ALLOWED_ACCOUNTS: allowedAccounts };
    expect(await onboard(byOrganizations, settings)).toEqual({
      did: 'account 222222222222 is not among allowedAccounts',
    });
    expect(await changesIn(sfn)).toEqual([]);
  });

  it('is not asked about an account that newAccounts has passed over', async () => {
    const settings = { NEW_ACCOUNTS: 'none', ALLOWED_ACCOUNTS: '444444444444' };
    expect(await onboard(byOrganizations, settings)).toEqual({
      did: 'account 222222222222 is not among newAccounts',
    });
  });
});

describe('the setting newAccountRequest', () => {
  const inputOf = async (newAccountRequest: object) => {
    const [execution] = givenExecutions();
    expect(execution).toBeUndefined();
    await onboard(byControlTower, { NEW_ACCOUNT_REQUEST: JSON.stringify(newAccountRequest) });
    const [{ input } = { input: {} }] = await changesIn(sfn);
    return JSON.parse((input as { input: string }).input);
  };

  it('says what the request says besides the account', async () => {
    expect(await inputOf({ access: ['api'], ports: ['ping'] })).toEqual({
      ...aRequest({ accountId: '333333333333', access: ['api'], ports: ['ping'] }),
      newAccount: true,
    });
  });

  it('does not say which account, nor that it is an old one', async () => {
    expect(await inputOf({ accountId: '444444444444', newAccount: false })).toMatchObject({
      accountId: '333333333333',
      newAccount: true,
    });
  });

  it.each([
    [{ bogus: 1 }, 'bogus: is not known here'],
    [{ ports: ['gopher'] }, 'ports.0: expected a port profile'],
    [{ role: { name: 'admin' } }, 'role.name: expected a name that begins with cross-role'],
  ])('is refused where it makes no request: %j', async (newAccountRequest, problem) => {
    const settings = { NEW_ACCOUNT_REQUEST: JSON.stringify(newAccountRequest) };
    await expect(onboard(byControlTower, settings)).rejects.toMatchObject({
      name: 'InvalidSettings',
      message: expect.stringContaining(`newAccountRequest: ${problem}`),
    });
    expect(await changesIn(sfn)).toEqual([]);
  });
});

it.each(['ThrottlingException', 'AccessDeniedException'])(
  'fails where AWS answers %s, so that Lambda tries again',
  async (name) => {
    sfn.on(StartExecutionCommand).rejects(anAwsError(name));
    await expect(onboard(byOrganizations)).rejects.toMatchObject({ name });
  },
);
