import { validationError } from './errors.ts';

type Request = { Marker?: string; MaxItems?: number };
type Rest = { IsTruncated: boolean; Marker?: string };

/** The part of a list that a request asks for, and what tells the caller how to go on. */
export const page = <Item>(items: readonly Item[], request: Request): [Item[], Rest] => {
  const { Marker = '0', MaxItems = 100 } = request;
  if (!/^\d+$/.test(Marker)) throw validationError(`Invalid Marker: ${Marker}`);
  if (MaxItems < 1 || MaxItems > 1000) {
    throw validationError(`Value '${MaxItems}' at 'maxItems' must be between 1 and 1000`);
  }
  const end = Number(Marker) + MaxItems;
  const rest =
    end < items.length ? { IsTruncated: true, Marker: String(end) } : { IsTruncated: false };
  return [items.slice(Number(Marker), end), rest];
};
