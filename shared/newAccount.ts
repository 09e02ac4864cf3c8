import * as z from 'zod/mini';
import { AccountId } from './fields.ts';

const Account = z.object({ accountId: AccountId });
const OrganizationalUnit = z.object({
  organizationalUnitId: z.string(),
  organizationalUnitName: z.string(),
});
const ManagedAccountStatus = z.object({
  state: z.literal('SUCCEEDED'),
  account: Account,
  organizationalUnit: OrganizationalUnit,
});

const eventOf = <Name extends string, Details extends z.core.$ZodType>(
  name: Name,
  details: Details,
) =>
  z.object({
    id: z.string(),
    detail: z.object({ eventName: z.literal(name), serviceEventDetails: details }),
  });

/**
 * The events that announce an account which is there: of Organizations, and of Control Tower, which
 * repeats a creation that failed as an update. Shapes:
 * https://docs.aws.amazon.com/controltower/latest/userguide/lifecycle-events.html
 */
const NewAccountEvent = z.union([
  z.pipe(
    eventOf(
      'CreateAccountResult',
      z.object({ createAccountStatus: z.extend(Account, { state: z.literal('SUCCEEDED') }) }),
    ),
    z.transform(({ id, detail }) => ({
      eventId: id,
      accountId: detail.serviceEventDetails.createAccountStatus.accountId,
      organizationalUnit: [],
    })),
  ),
  z.pipe(
    eventOf('CreateManagedAccount', z.object({ createManagedAccountStatus: ManagedAccountStatus })),
    z.transform(({ id, detail }) =>
      managed(id, detail.serviceEventDetails.createManagedAccountStatus),
    ),
  ),
  z.pipe(
    eventOf('UpdateManagedAccount', z.object({ updateManagedAccountStatus: ManagedAccountStatus })),
    z.transform(({ id, detail }) =>
      managed(id, detail.serviceEventDetails.updateManagedAccountStatus),
    ),
  ),
]);

/** A new account, and the id and the name of its organizational unit where the event tells them. */
export type NewAccount = { eventId: string; accountId: string; organizationalUnit: string[] };

const managed = (
  eventId: string,
  { account, organizationalUnit }: z.output<typeof ManagedAccountStatus>,
): NewAccount => ({
  eventId,
  accountId: account.accountId,
  organizationalUnit: Object.values(organizationalUnit),
});

/** The account that an event announces; nothing for an event that announces none. */
export const newAccountIn = (event: unknown): NewAccount | undefined =>
  NewAccountEvent.safeParse(event).data;

/** Whether the setting `newAccounts` names the account, its organizational unit, or all of them. */
export const isWanted = (account: NewAccount, newAccounts: readonly string[]): boolean =>
  [account.accountId, ...account.organizationalUnit, 'all'].some((name) =>
    newAccounts.includes(name),
  );
