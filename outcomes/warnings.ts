// What validation could not tell: such clips are submitted all the same.
import type { Store } from '../store/store.js';

const FOLDER = 'warnings/';

export interface Warning {
  id: string;
  code: string;
  message: string;
}

/** Writes one page's warnings; none replaces what an earlier try of the activity left. */
export async function writeWarnings(
  store: Store,
  round: number,
  page: string,
  warnings: Warning[],
): Promise<void> {
  const key = `${FOLDER}${round}-${page}.jsonl`;
  if (warnings.length === 0) await store.remove(key);
  else await store.write(key, warnings.map((warning) => JSON.stringify(warning) + '\n').join(''));
}

/** All warnings of the batch, page by page. */
export async function* readWarnings(store: Store): AsyncIterable<Warning> {
  for (const key of await store.list(FOLDER)) {
    const text = (await store.readText(key)) ?? '';
    for (const line of text.split('\n')) if (line !== '') yield JSON.parse(line) as Warning;
  }
}
