import { isWanted, newAccountIn } from '../../shared/newAccount.ts';
import { anEvent, type EventName } from '../events/events.ts';

const eventId = expect.any(String);
const organizationalUnit = ['Workloads', 'ou-ab12-cd34ef56'];

describe('an event', () => {
  it('of Organizations announces an account, and no organizational unit', () => {
    expect(newAccountIn(anEvent('create-account-result.succeeded'))).toEqual({
      eventId: '68679d28-1a53-4e43-b9e7-4f2c4e7d7c10',
      accountId: '222222222222',
      organizationalUnit: [],
    });
  });

  it.each<EventName>(['create-managed-account', 'update-managed-account'])(
    'of Control Tower announces an account in its organizational unit: %s',
    (name) => {
      expect(newAccountIn(anEvent(name))).toEqual({
        eventId,
        accountId: '333333333333',
        organizationalUnit: expect.arrayContaining(organizationalUnit),
      });
    },
  );

  it.each<[string, unknown]>([
    ['a creation that failed', anEvent('create-account-result.failed')],
    [
      'a creation by Control Tower that failed',
      anEvent('create-managed-account', { createManagedAccountStatus: { state: 'FAILED' } }),
    ],
    [
      'an update by Control Tower that failed',
      anEvent('update-managed-account', { updateManagedAccountStatus: { state: 'FAILED' } }),
    ],
    [
      'a creation that is not done yet',
      anEvent('create-account-result.succeeded', { createAccountStatus: { state: 'IN_PROGRESS' } }),
    ],
    [
      'an account id that is none',
      anEvent('create-account-result.succeeded', { createAccountStatus: { accountId: '12' } }),
    ],
    ['something else', { id: '1', detail: { eventName: 'CloseAccountResult' } }],
    ['nothing', undefined],
  ])('of %s announces none', (_, event) => {
    expect(newAccountIn(event)).toBeUndefined();
  });
});

describe('an account', () => {
  const account = { eventId: '1', accountId: '333333333333', organizationalUnit };

  it.each([
    ['all', true],
    ['none', false],
    ['333333333333', true],
    ['222222222222', false],
    ['ou-ab12-cd34ef56', true],
    ['ou-ab12-00000000', false],
    ['Workloads', true],
    ['workloads', false],
    ['Work', false],
  ])('is onboarded where newAccounts is %s: %s', (name, expected) => {
    expect(isWanted(account, [name])).toBe(expected);
    expect(isWanted(account, ['Sandbox', name])).toBe(expected);
  });

  it('is not onboarded where newAccounts is empty', () => {
    expect(isWanted(account, [])).toBe(false);
  });

  it('of Organizations is not onboarded for an organizational unit, which nobody knows', () => {
    expect(isWanted({ ...account, organizationalUnit: [] }, ['Workloads'])).toBe(false);
  });
});
