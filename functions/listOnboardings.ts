import { ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { sfn } from '../shared/clients.ts';
import { problemsIn } from '../shared/errors.ts';
import { AccountId } from '../shared/fields.ts';
import { badRequest, type HttpResponse, route } from '../shared/http.ts';
import { settings } from '../shared/settings.ts';
import { described } from '../shared/zod.ts';

const statuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;

/** The query of `GET /onboardings`. */
export const ListQuery = z.strictObject({
  accountId: described(z.optional(AccountId), 'Only onboardings of this account.'),
  status: described(z.optional(z.enum(statuses)), 'Only onboardings in this status.'),
  limit: described(
    z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(100)), 20),
    'At most so many.',
  ),
  nextToken: described(
    z.optional(z.string().check(z.minLength(1), z.maxLength(3096))),
    'From the answer before.',
  ),
});
export type ListQuery = z.output<typeof ListQuery>;

/** Step Functions cannot search for an account; so many pages are looked through for one answer. */
const maxPages = 10;

const readPage = async (client: SFNClient, { status, limit }: ListQuery, nextToken?: string) => {
  try {
    return await client.send(
      new ListExecutionsCommand({
        stateMachineArn: settings().stateMachineArn,
        maxResults: limit,
        ...(status && { statusFilter: status }),
        ...(nextToken !== undefined && { nextToken }),
      }),
    );
  } catch (error) {
    const stale = error instanceof Error && error.name === 'InvalidToken';
    if (!stale) throw error;
    throw badRequest([{ path: 'nextToken', message: 'expected the token of an answer before' }]);
  }
};

/** Onboardings, the newest first; with `nextToken` where there may be more. */
export const listOnboardings = async (
  client: SFNClient,
  query: ListQuery,
): Promise<HttpResponse> => {
  let nextToken = query.nextToken;
  for (let page = 1; ; page++) {
    const { executions = [], nextToken: next } = await readPage(client, query, nextToken);
    const onboardings = executions
      .filter(({ name }) => name?.startsWith(query.accountId ?? ''))
      .map(({ name: id, executionArn, status, startDate, stopDate }) => ({
        id,
        executionArn,
        status,
        startedAt: startDate,
        ...(stopDate && { endedAt: stopDate }),
      }));
    if (onboardings.length > 0 || next === undefined || page === maxPages) {
      return { status: 200, body: { onboardings, ...(next !== undefined && { nextToken: next }) } };
    }
    nextToken = next;
  }
};

export const handler = route(({ query }) => {
  const parsed = ListQuery.safeParse(query);
  if (!parsed.success) throw badRequest(problemsIn(parsed.error));
  return listOnboardings(sfn(), parsed.data);
});
