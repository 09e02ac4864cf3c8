import { AwsError } from '../awsError.ts';

/** What the paged operations of Step Functions take. */
export type PageRequest = {
  maxResults?: number | undefined;
  nextToken?: string | undefined;
};

const encode = (key: string) => Buffer.from(key).toString('base64url');

/**
 * One page of a list. A token names the last item of the page before, not its place: so nothing is
 * seen twice or missed when the list grows meanwhile. Throws `InvalidToken` for any other token.
 */
export const pageOf = <Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { maxResults, nextToken }: PageRequest,
): { items: Item[]; nextToken?: string } => {
  const size = Math.min(maxResults || 100, 1000);
  const before = nextToken ? items.findIndex((item) => encode(keyOf(item)) === nextToken) : -1;
  if (nextToken && before < 0) {
    throw new AwsError('InvalidToken', `Invalid Token: '${nextToken}'`);
  }
  const found = items.slice(before + 1, before + 1 + size);
  const last = found.at(-1);
  const more = last !== undefined && before + 1 + size < items.length;
  return more ? { items: found, nextToken: encode(keyOf(last)) } : { items: found };
};
