/**
 * Records by id, and by further keys such as the VPC that they are in: who asks for those of one VPC does not
 * look at all there are. The keys of a record never change.
 */
export class Records<Item extends { id: string }> extends Map<string, Item> {
  readonly #keysOf: (item: Item) => readonly string[];
  readonly #byKey = new Map<string, Map<string, Item>>();

  constructor(keysOf: (item: Item) => readonly string[]) {
    super();
    this.#keysOf = keysOf;
  }

  /** The records with one of these keys, each once; those of one key in the order in which they were made. */
  under(...keys: readonly string[]): Item[] {
    const found = keys.map((key) => [...(this.#byKey.get(key)?.values() ?? [])]);
    return found.length === 1 ? (found[0] ?? []) : [...new Set(found.flat())];
  }

  override set(id: string, item: Item): this {
    for (const key of this.#keysOf(item)) {
      this.#byKey.set(key, (this.#byKey.get(key) ?? new Map<string, Item>()).set(id, item));
    }
    return super.set(id, item);
  }

  override delete(id: string): boolean {
    const item = this.get(id);
    for (const key of item ? this.#keysOf(item) : []) this.#byKey.get(key)?.delete(id);
    return super.delete(id);
  }

  override clear(): void {
    this.#byKey.clear();
    super.clear();
  }
}
