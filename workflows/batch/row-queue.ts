// Prepared rows in manifest order, kept as ranges: a page of 500 rows is one pair.

export class RowQueue {
  #length: number;

  constructor(private readonly ranges: [number, number][]) {
    this.#length = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  }

  get length(): number {
    return this.#length;
  }

  add(ranges: [number, number][]): void {
    for (const [first, last] of ranges) {
      this.ranges.push([first, last]);
      this.#length += last - first + 1;
    }
  }

  take(): number | undefined {
    const range = this.ranges[0];
    if (!range) return undefined;
    const row = range[0];
    if (row === range[1]) this.ranges.shift();
    else range[0] += 1;
    this.#length -= 1;
    return row;
  }

  /** Takes all of them. */
  *drain(): Iterable<number> {
    for (let row = this.take(); row !== undefined; row = this.take()) yield row;
  }

  clear(): void {
    this.ranges.length = 0;
    this.#length = 0;
  }

  toJSON(): [number, number][] {
    return this.ranges;
  }
}
