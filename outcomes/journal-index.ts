// Index of a journal, kept up to date by reading only what was appended, so that a worker can consult it
// before every POST. It costs two bytes per row. The records themselves are cached for few rows, and only
// after a lookup of a POST that was already made.
import { MAX_CUES, nthOf, rowOf } from '../contract/cue.js';
import { keepNewest } from '../store/keep-newest.js';
import { linesAfter } from '../store/lines.js';
import type { Store } from '../store/store.js';
import {
  JOURNAL_FOLDER,
  placeOf,
  recordIn,
  type FoundRecord,
  type PostPlace,
} from './journal-records.js';

/** Rows whose records are cached together: after a reset, rows are looked up nearly in order. */
const BLOCK_ROWS = 2048;
const KEPT_BLOCKS = 8;
const MAX_ATTEMPT = 2 ** 16 - 1;

/** The records of some rows. */
type Records = Map<number, FoundRecord[]>;

/** How far a file has been read. */
interface Place {
  /** Bytes, up to the end of its last whole line. */
  end: number;
  /** That line, with its line break. A file without this line at this place has been replaced. */
  last: string;
  /** What follows that line: a torn line, or one being written. */
  tail: string;
}

/** One clip in one round. */
type ClipPlace = Pick<PostPlace, 'round' | 'row'>;

export class JournalIndex {
  readonly #files = new Map<string, Place>();
  /** The highest attempt with a record: of the rows of a round, and of their first cues, second cues and so on. */
  readonly #highest = new Map<string, Uint16Array>();
  readonly #blocks = new Map<string, Records>();
  readonly #loading = new Map<string, Promise<Records>>();
  readonly #watched = new Map<string, Set<FoundRecord[]>>();
  /** A read that has not begun yet. */
  #next: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly store: Store) {}

  /** Records of this POST and of later ones of its clip; those of one file are in the order written. */
  async recordsFrom({ round, row, attempt }: PostPlace): Promise<FoundRecord[]> {
    await this.refresh();
    const highest = this.#highest.get(layerOf({ round, row }))?.[rowOf(row)] ?? 0;
    if (highest < Math.min(attempt, MAX_ATTEMPT)) return [];
    const block = await this.#block({ round, row });
    const known = block.get(row) ?? [];
    return [...known, ...this.#torn({ round, row })].filter((one) => one.attempt >= attempt);
  }

  /** Reads what was appended. Calls made while files are being read share the next read. */
  refresh(): Promise<void> {
    return (this.#next ??= this.#inTurn(() => {
      this.#next = undefined;
      return this.#update();
    }));
  }

  /**
   * Collects the records of a clip that are read from now on.
   * @returns the records, and a function that stops collecting
   */
  watch(clip: ClipPlace): { records: FoundRecord[]; end: () => void } {
    const name = nameOf(clip);
    const records: FoundRecord[] = [];
    const watching = this.#watched.get(name) ?? new Set();
    this.#watched.set(name, watching.add(records));
    const end = (): void => {
      watching.delete(records);
      if (watching.size === 0) this.#watched.delete(name);
    };
    return { records, end };
  }

  /** Reads what was appended; reads everything again if the journal was deleted or replaced meanwhile. */
  async #update(): Promise<void> {
    if (await this.#readOn()) return;
    for (const known of [this.#files, this.#highest, this.#blocks]) known.clear();
    await this.#readOn();
  }

  /** False if a file that was read before was deleted or replaced. */
  async #readOn(): Promise<boolean> {
    const files = new Map(
      (await this.store.entries(JOURNAL_FOLDER)).map(({ key, size }) => [key, size]),
    );
    if ([...this.#files.keys()].some((file) => !files.has(file))) return false;
    for (const [file, size] of files) {
      const place = this.#files.get(file) ?? { end: 0, last: '', tail: '' };
      this.#files.set(file, place);
      if (size === place.end) continue; // as for most files, whose workers are gone
      if (!(await this.#readFile(file, place, size))) return false;
    }
    return true;
  }

  /** False if it is no longer the file that was read before. */
  async #readFile(file: string, place: Place, size: number): Promise<boolean> {
    let overlap = place.last;
    const from = place.end - Buffer.byteLength(overlap);
    for await (const { lines, end, tail } of linesAfter(this.store, file, from, size)) {
      if (overlap !== '' && lines.length > 0) {
        if (`${lines.shift()}\n` !== overlap) return false;
        overlap = '';
      }
      for (const line of lines) this.#add(line, file);
      if (overlap === '') Object.assign(place, { end, tail });
      if (lines.length > 0) place.last = `${lines.at(-1)}\n`;
      const torn = placeOf(tail);
      if (torn) this.#note(torn);
    }
    return overlap === '';
  }

  #add(line: string, file: string): void {
    const post = placeOf(line);
    if (!post) return;
    this.#note(post);
    const block = this.#blocks.get(blockOf(post));
    const watching = this.#watched.get(nameOf(post));
    if (!block && !watching) return;
    const record = recordIn(line, file, post);
    if (block) addTo(block, post.row, record);
    for (const records of watching ?? []) records.push(record);
  }

  #note({ round, row, attempt }: PostPlace): void {
    if (nthOf(row) > MAX_CUES) return; // a damaged line may name any number
    const layer = layerOf({ round, row });
    const at = rowOf(row);
    let highest = this.#highest.get(layer);
    if (!highest || at >= highest.length) {
      const larger = new Uint16Array(Math.max(BLOCK_ROWS, 2 ** Math.ceil(Math.log2(at + 1))));
      if (highest) larger.set(highest);
      this.#highest.set(layer, (highest = larger));
    }
    highest[at] = Math.max(highest[at] ?? 0, Math.min(attempt, MAX_ATTEMPT));
  }

  /** Records in unfinished lines. */
  #torn({ round, row }: ClipPlace): FoundRecord[] {
    return [...this.#files].flatMap(([file, { tail }]) => {
      const post = placeOf(tail);
      return post?.round === round && post.row === row ? [recordIn(tail, file, post)] : [];
    });
  }

  async #block(clip: ClipPlace): Promise<Records> {
    const name = blockOf(clip);
    const known = this.#blocks.get(name);
    if (known) {
      this.#blocks.delete(name); // the last entry of a map is the most recently used
      this.#blocks.set(name, known);
      return known;
    }
    const loading =
      this.#loading.get(name) ??
      this.#inTurn(() => this.#load(name)).finally(() => this.#loading.delete(name));
    this.#loading.set(name, loading);
    return await loading;
  }

  async #load(name: string): Promise<Records> {
    const block: Records = new Map();
    for (const [file, { end: to }] of this.#files) {
      for await (const { lines } of linesAfter(this.store, file, 0, to)) {
        for (const line of lines) {
          const post = placeOf(line);
          if (post && blockOf(post) === name) addTo(block, post.row, recordIn(line, file, post));
        }
      }
    }
    keepNewest(this.#blocks, name, block, KEPT_BLOCKS);
    return block;
  }

  /** Runs reads one after another, so that none misses what another one has marked as read. */
  #inTurn<T>(read: () => Promise<T>): Promise<T> {
    const reading = this.#last.then(read);
    this.#last = reading.catch(() => undefined);
    return reading;
  }
}

function addTo(block: Records, row: number, record: FoundRecord): void {
  const records = block.get(row);
  if (records) records.push(record);
  else block.set(row, [record]);
}

/** Numbers of cues are far above those of rows; beside one another they take two bytes each. */
function layerOf({ round, row }: ClipPlace): string {
  return `${round}.${nthOf(row)}`;
}

function blockOf({ round, row }: ClipPlace): string {
  return `${round}.${Math.floor(row / BLOCK_ROWS)}`;
}

function nameOf({ round, row }: ClipPlace): string {
  return `${round}.${row}`;
}
