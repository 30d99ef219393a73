// Keeps the values used last, so that neighbours in time read a page once.

/** Loads values by number; keeps the `size` used last, and shares a load under way. */
export class PageCache<Value> {
  readonly #pages = new Map<number, Promise<Value>>();

  constructor(
    private readonly size: number,
    private readonly load: (page: number) => Promise<Value>,
  ) {}

  get(page: number): Promise<Value> {
    const value = this.#pages.get(page) ?? this.#start(page);
    // The last entry of a map is the one used last.
    this.#pages.delete(page);
    this.#pages.set(page, value);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.size) break;
      this.#pages.delete(oldest);
    }
    return value;
  }

  #start(page: number): Promise<Value> {
    const value = this.load(page);
    // A failure reaches those who wait; the next caller tries again.
    value.catch(() => {
      if (this.#pages.get(page) === value) this.#pages.delete(page);
    });
    return value;
  }
}
