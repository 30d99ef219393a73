// Freezes a manifest: a later edit of the file cannot change a running batch.
import type { Clip } from '../contract/clip.js';
import type { Store } from '../store/store.js';
import type { KeyIndex } from './key-index.js';
import { hashOfFile } from './open-file.js';
import { ManifestError } from './problems.js';
import { readManifest, type ManifestReport, type Reading, type ReadManifest } from './read.js';
import type { ReadOptions, ReadSettings } from './read-options.js';
import { openSnapshot } from './snapshot.js';
import { PAGE_SIZE, pageKey, SNAPSHOT_KEY, type SnapshotInfo } from './snapshot-format.js';

export interface FreezeOptions extends ReadSettings, Pick<ReadOptions, 'base'> {
  /** Freeze invalid rows with their `fault` instead of refusing the manifest. */
  skipInvalid?: boolean;
  /** `hash` of the report that was looked at; another content is refused. */
  expectedHash?: string;
  /** How messages call the file; default: its path. */
  label?: string;
  /** Ends the reading. */
  signal?: AbortSignal;
  /** Reads the file; default: here and now. */
  read?: ReadManifest;
}

/**
 * Writes a manifest's clips into a store, in flat memory. May be repeated after a crash; a store
 * that holds the same manifest already is left as it is.
 * @throws ManifestError if the manifest is invalid, was edited since it was checked, or the store
 *   holds a snapshot of another one
 */
export async function freezeManifest(
  path: string,
  store: Store,
  options: FreezeOptions = {},
): Promise<SnapshotInfo> {
  const frozen = await findFrozen(path, store, options);
  if (frozen !== undefined) return frozen;

  let { report, ids } = await writePages(path, store, options);
  if (ids.clashed) {
    const again = { ...options, expectedHash: report.hash };
    ({ report, ids } = await writePages(path, store, again, ids.keys));
  }
  const info = infoOf(report);
  await switchSnapshot(store, info);
  return info;
}

/**
 * Writes the clips of a corrected manifest beside those of the present one, which stays in force until
 * `switchSnapshot`.
 * @param clips numbered from 0
 */
export async function freezeClips(
  store: Store,
  clips: AsyncIterable<Clip>,
  of: Pick<SnapshotInfo, 'name' | 'hash' | 'columns'> & { sinceRound: number },
): Promise<SnapshotInfo> {
  const pages = new PageWriter(store, of.sinceRound);
  let total = 0;
  let invalid = 0;
  for await (const clip of clips) {
    total += 1;
    if (clip.fault !== undefined) invalid += 1;
    await pages.add([clip]);
  }
  await pages.end();
  const { name, hash, columns, sinceRound } = of;
  return { name, hash, total, invalid, pageSize: PAGE_SIZE, columns, sinceRound };
}

/** Puts a snapshot in force. */
export async function switchSnapshot(store: Store, info: SnapshotInfo): Promise<void> {
  await store.write(SNAPSHOT_KEY, `${JSON.stringify(info)}\n`);
}

function infoOf({ name, hash, total, invalid, columns }: ManifestReport): SnapshotInfo {
  return { name, hash, total, invalid, pageSize: PAGE_SIZE, columns };
}

async function findFrozen(
  path: string,
  store: Store,
  options: FreezeOptions,
): Promise<SnapshotInfo | undefined> {
  if (!(await store.exists(SNAPSHOT_KEY))) return undefined;
  const info = await openSnapshot(store).info();
  if (info.hash === (options.expectedHash ?? (await hashOfFile(path)))) return info;
  throw refusal(
    options.label ?? path,
    `${store.location} holds the snapshot of another content`,
    'use another batch id or output folder',
  );
}

async function writePages(
  path: string,
  store: Store,
  { skipInvalid = false, expectedHash, signal, read = readManifest, ...where }: FreezeOptions,
  avoid?: KeyIndex,
): Promise<Reading> {
  const pages = new PageWriter(store);
  const options = { ...(avoid && { avoid }), ...where, ...(signal && { signal }) };
  const reading = await read(path, (clips) => pages.add(clips), options);
  const { report } = reading;
  if (expectedHash !== undefined && report.hash !== expectedHash) {
    throw changedError(where.label ?? path);
  }
  if (!report.complete || (report.problemCount > 0 && !skipInvalid)) {
    throw new ManifestError(report.problems, report.problemCount);
  }
  await pages.end();
  return reading;
}

class PageWriter {
  #lines: string[] = [];
  #page = 0;

  constructor(
    private readonly store: Store,
    private readonly sinceRound?: number,
  ) {}

  async add(clips: readonly Clip[]): Promise<void> {
    for (const clip of clips) {
      this.#lines.push(`${JSON.stringify(clip)}\n`);
      if (this.#lines.length === PAGE_SIZE) await this.end();
    }
  }

  /** Writes the page begun, if there is one. */
  async end(): Promise<void> {
    if (this.#lines.length === 0) return;
    const key = pageKey(this.#page, this.sinceRound);
    await this.store.write(key, this.#lines.join(''));
    this.#page += 1;
    this.#lines = [];
  }
}

/** What was read is not what the caller looked at. */
export function changedError(label: string): ManifestError {
  return refusal(label, 'the file was changed after it was checked', 'start again');
}

function refusal(file: string, fault: string, remedy: string): ManifestError {
  return new ManifestError([{ file, fault, remedy }]);
}
