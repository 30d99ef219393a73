import type { Store } from './store.js';

/** The lines of an object, a chunk's at a time; a line that is not ended yet comes last. */
export async function* linesOf(store: Store, key: string): AsyncIterable<string[]> {
  let rest = '';
  for await (const chunk of store.readStream(key).setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
  yield [rest];
}
