/** A copy that shares nothing that can change: records are plain objects, lists, and maps of both. */
const copyOf = (value: unknown): unknown => {
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, copyOf(one)]));
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copyOf(one)]));
};

const refill = (map: Map<unknown, unknown>, entries: ReadonlyMap<unknown, unknown>) => {
  map.clear();
  for (const [key, value] of entries) map.set(key, copyOf(value));
};

/** Remembers what maps hold. What it returns puts it back into the same maps, as often as it is called. */
export const captureMaps = (maps: readonly Map<unknown, unknown>[]): (() => void) => {
  const held = maps.map((map) => [map, new Map([...map].map(([k, v]) => [k, copyOf(v)]))] as const);
  return () => {
    for (const [map, entries] of held) refill(map, entries);
  };
};
