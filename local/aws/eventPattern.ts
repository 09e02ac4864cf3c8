import { isObject, type Json } from '../json.ts';

/** What a pattern's leaf may say instead of a value. Any other is refused by name. */
const matchers: Readonly<Record<string, (wanted: Json, value: Json | undefined) => boolean>> = {
  prefix: (wanted, value) => typeof value === 'string' && value.startsWith(String(wanted)),
  suffix: (wanted, value) => typeof value === 'string' && value.endsWith(String(wanted)),
  exists: (wanted, value) => (value !== undefined) === wanted,
  'anything-but': (wanted, value) => value !== undefined && ![wanted].flat().includes(value),
};

const matchesLeaf = (wanted: Json, value: Json | undefined): boolean => {
  if (!isObject(wanted)) return wanted === value;
  return Object.entries(wanted).every(([name, argument]) => {
    const matcher = matchers[name];
    if (!matcher) throw new Error(`the local AWS does not know the event pattern's ${name}`);
    return argument !== undefined && matcher(argument, value);
  });
};

const matchesAny = (wanted: readonly Json[], value: Json | undefined) =>
  wanted.some((one) => [value].flat().some((item) => matchesLeaf(one, item)));

/**
 * Whether an event matches a rule's pattern: every field of the pattern must, each to one of its
 * alternatives. Throws for what it does not know.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export const matchesPattern = (pattern: Json, event: Json | undefined): boolean => {
  if (!isObject(pattern)) throw new Error('an event pattern has to be an object');
  return Object.entries(pattern).every(([field, wanted]) => {
    if (field === '$or' && Array.isArray(wanted)) {
      return wanted.some((one) => matchesPattern(one, event));
    }
    const value = isObject(event) ? event[field] : undefined;
    if (Array.isArray(wanted)) return matchesAny(wanted, value);
    return wanted !== undefined && matchesPattern(wanted, value);
  });
};
