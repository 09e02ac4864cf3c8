import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { isAllowedAccount, requestFor } from '../shared/allowed.ts';
import { sfn } from '../shared/clients.ts';
import { problemsOf, SightlineError } from '../shared/errors.ts';
import { keyedName, prefixOf } from '../shared/executions/executions.ts';
import { isWanted, newAccountIn } from '../shared/newAccount.ts';
import { type Settings, settings } from '../shared/settings.ts';
import { task } from '../shared/task.ts';

/** Starts an execution; the same name again is the same event, delivered twice. */
const startOnce = async (client: SFNClient, name: string, input: string) => {
  const { stateMachineArn } = settings();
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
  } catch (error) {
    const again = error instanceof Error && error.name === 'ExecutionAlreadyExists';
    if (!again) throw error;
  }
};

/**
 * Starts the onboarding of the account that an event announces, if it is one that is to be onboarded.
 * One event starts one onboarding, however often it is delivered: its id is the key of the
 * execution's name. Throws `InvalidSettings` where the setting `newAccountRequest` makes no request.
 */
export const onboardNewAccount = async (client: SFNClient, event: unknown, known: Settings) => {
  const account = newAccountIn(event);
  if (!account) return { did: 'the event announces no account that is ready' };
  const { accountId, eventId } = account;
  if (!isWanted(account, known.newAccounts)) {
    return { did: `account ${accountId} is not among newAccounts` };
  }
  if (!isAllowedAccount(accountId, known)) {
    return { did: `account ${accountId} is not among allowedAccounts` };
  }
  const asked = { ...known.newAccountRequest, accountId, newAccount: true };
  const request = requestFor(known).safeParse(asked);
  if (!request.success) {
    const problems = `newAccountRequest: ${problemsOf(request.error)}`;
    throw new SightlineError('InvalidSettings', { problems });
  }
  const name = keyedName(prefixOf(request.data), eventId);
  await startOnce(client, name, JSON.stringify(request.data));
  return { did: `started ${name}`, about: { accountId, execution: name } };
};

export const handler = task(z.unknown(), (event) => onboardNewAccount(sfn(), event, settings()));
