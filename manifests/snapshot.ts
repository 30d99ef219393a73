// Reads a frozen manifest.
import type { Clip } from '../contract/clip.js';
import type { Store } from '../store/store.js';
import { isCue, rowOf } from '../contract/cue.js';
import { cueClip, readCues } from './cues.js';
import { PageCache } from './page-cache.js';
import {
  clipSchema,
  pageKey,
  SNAPSHOT_KEY,
  type SnapshotInfo,
  snapshotInfoSchema,
} from './snapshot-format.js';

/** Pages kept parsed: the ones a batch's window is on, and some for clips that come late. */
const KEPT_PAGES = 8;

/** A snapshot that is missing, or is not what `freezeManifest` writes. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

/** A frozen manifest. Every method throws `SnapshotError` when what it reads is missing or damaged. */
export interface Snapshot {
  info(): Promise<SnapshotInfo>;
  /** @param row its number, or that of a cue. @throws RangeError if there is none */
  clip(row: number): Promise<Clip>;
  /** All clips in manifest order, a page at a time. */
  pages(): AsyncIterable<Clip[]>;
}

/** Opens the snapshot in a store. Nothing is read yet. */
export function openSnapshot(store: Store): Snapshot {
  let known: Promise<SnapshotInfo> | undefined;
  const info = (): Promise<SnapshotInfo> => {
    known ??= readInfo(store).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  const cache = new PageCache(KEPT_PAGES, async (page) => readPage(store, await info(), page));

  return {
    info,
    async clip(number) {
      const row = rowOf(number);
      const { total, pageSize } = await info();
      const page = Math.floor(row / pageSize);
      const clip = row >= 0 && row < total ? (await cache.get(page))[row % pageSize] : undefined;
      if (clip === undefined) throw new RangeError(`there is no row ${row} in ${total} rows`);
      return isCue(number) ? cueClip(clip, await readCues(store, clip), number) : clip;
    },
    async *pages() {
      const { total, pageSize } = await info();
      for (let page = 0; page * pageSize < total; page += 1) {
        // Not kept: a pass over everything would push out what others use.
        yield await readPage(store, await info(), page);
      }
    },
  };
}

async function readInfo(store: Store): Promise<SnapshotInfo> {
  const text = await store.readText(SNAPSHOT_KEY);
  if (text === undefined) {
    throw new SnapshotError(`${store.location} holds no whole snapshot (start the batch again)`);
  }
  return parseAs(snapshotInfoSchema, text, `${store.location}: ${SNAPSHOT_KEY}`);
}

async function readPage(store: Store, info: SnapshotInfo, page: number): Promise<Clip[]> {
  const key = pageKey(page, info.sinceRound);
  const place = `${store.location}: ${key}`;
  const text = await store.readText(key);
  if (text === undefined) throw new SnapshotError(`${place} is missing (restore it)`);
  const first = page * info.pageSize;
  const clips = text
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      const clip = parseAs(clipSchema, line, `${place}:${index + 1}`);
      if (clip.row === first + index) return clip;
      throw new SnapshotError(`${place}:${index + 1} holds row ${clip.row} (restore it)`);
    });
  const expected = Math.min(info.pageSize, info.total - first);
  if (clips.length !== expected) {
    throw new SnapshotError(`${place} has ${clips.length} rows, not ${expected} (restore it)`);
  }
  return clips;
}

interface Schema<Value> {
  parse(value: unknown): Value;
}

function parseAs<Value>(schema: Schema<Value>, text: string, place: string): Value {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new SnapshotError(`${place} is damaged (restore it)`, { cause: error });
  }
}
