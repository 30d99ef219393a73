import type { Store } from './store.js';

const LINE_FEED = 0x0a;

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

/** Lines, where the last of them ends (bytes from the object's beginning), and what follows of the next. */
export interface LinesRead {
  lines: string[];
  end: number;
  tail: string;
}

/** The ended lines of a part of an object, a chunk's at a time; reading can go on at the last `end`. */
export async function* linesAfter(
  store: Store,
  key: string,
  from: number,
  to?: number,
): AsyncIterable<LinesRead> {
  let end = from;
  let rest: Buffer = Buffer.alloc(0);
  const range = { from, ...(to !== undefined && { to }) };
  for await (const chunk of store.readStream(key, range) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.lastIndexOf(LINE_FEED) + 1;
    rest = bytes.subarray(whole);
    end += whole;
    const lines = whole === 0 ? [] : bytes.toString('utf8', 0, whole - 1).split('\n');
    yield { lines, end, tail: rest.toString() };
  }
}
