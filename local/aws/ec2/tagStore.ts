import type { Tag } from '@aws-sdk/client-ec2';
import type { Place } from './state.ts';

/**
 * Tags belong to an account and a Region, not to the thing alone:
 * the two sides of a peering connection each have their own.
 */
export type TagStore = {
  of: (place: Place, id: string) => Tag[];
  put: (place: Place, id: string, tags: Readonly<Record<string, string>>) => void;
  remove: (place: Place, id: string, keys: readonly string[]) => void;
  /** Forgets a thing that is deleted. */
  forget: (place: Place, id: string) => void;
  /** The ids that have tags in an account and Region. */
  tagged: (place: Place) => string[];
};

const keyOf = (place: Place): string => `${place.accountId}/${place.region}`;

/** Tags by place, by the id of the thing, and by key. */
export type TagsByPlace = Map<string, Map<string, Map<string, string>>>;

/** A store of tags, by default without any. */
export const createTags = (places: TagsByPlace = new Map()): TagStore => {
  const thingsOf = (place: Place) => {
    const things = places.get(keyOf(place)) ?? new Map<string, Map<string, string>>();
    places.set(keyOf(place), things);
    return things;
  };

  return {
    of: (place, id) =>
      [...(thingsOf(place).get(id) ?? [])].sort(byKey).map(([Key, Value]) => ({ Key, Value })),
    put: (place, id, tags) => {
      const known = thingsOf(place).get(id) ?? new Map<string, string>();
      for (const [key, value] of Object.entries(tags)) known.set(key, value);
      if (known.size > 0) thingsOf(place).set(id, known);
    },
    remove: (place, id, keys) => {
      const known = thingsOf(place).get(id);
      for (const key of keys) known?.delete(key);
    },
    forget: (place, id) => thingsOf(place).delete(id),
    tagged: (place) => [...thingsOf(place).keys()].sort(),
  };
};

const byKey = ([one]: [string, string], [other]: [string, string]): number =>
  one < other ? -1 : 1;
