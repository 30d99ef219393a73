import { linesOf } from '../store/lines.js';
import type { Store } from '../store/store.js';

/** Any values as JSON, one per line. */
export async function* jsonLines(values: AsyncIterable<unknown>): AsyncIterable<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

/** The values of an object that `jsonLines` wrote. */
export async function* readJsonLines<T>(store: Store, key: string): AsyncIterable<T> {
  for await (const lines of linesOf(store, key)) {
    for (const line of lines) if (line !== '') yield JSON.parse(line) as T;
  }
}

/** One JSON document, without holding it. */
export async function* jsonArray(values: AsyncIterable<unknown>): AsyncIterable<string> {
  let separator = '[\n';
  for await (const value of values) {
    yield separator + JSON.stringify(value);
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}
