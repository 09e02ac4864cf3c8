import { AwsError } from '../awsError.ts';

/** What the paged operations of Step Functions take. */
export type PageRequest = {
  maxResults?: number | undefined;
  nextToken?: string | undefined;
};

const encode = (key: string) => Buffer.from(key).toString('base64url');
const decode = (token: string) => Buffer.from(token, 'base64url').toString();

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
  const last = nextToken && decode(nextToken);
  const before = nextToken ? items.findIndex((item) => keyOf(item) === last) : -1;
  if (nextToken && before < 0) {
    throw new AwsError('InvalidToken', `Invalid Token: '${nextToken}'`);
  }
  const found = items.slice(before + 1, before + 1 + size);
  const end = found.at(-1);
  const more = end !== undefined && before + 1 + size < items.length;
  return more ? { items: found, nextToken: encode(keyOf(end)) } : { items: found };
};
