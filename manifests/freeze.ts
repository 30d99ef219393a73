// Freezes a manifest: a later edit of the file cannot change a running batch.
import type { Clip } from '../contract/clip.js';
import type { Store } from '../store/store.js';
import type { ClipIds } from './clip-id.js';
import { hashOfFile } from './open-file.js';
import { ManifestError } from './problems.js';
import { readManifest, type Reading } from './read.js';
import { openSnapshot } from './snapshot.js';
import { PAGE_SIZE, pageKey, SNAPSHOT_KEY, type SnapshotInfo } from './snapshot-format.js';

export interface FreezeOptions {
  /** Freeze invalid rows with their `fault` instead of refusing the manifest. */
  skipInvalid?: boolean;
  /** `hash` of the report that was looked at; another content is refused. */
  expectedHash?: string;
  /** How messages call the file; default: its path. */
  label?: string;
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
    ({ report, ids } = await writePages(path, store, again, ids));
  }
  const info: SnapshotInfo = {
    name: report.name,
    hash: report.hash,
    total: report.total,
    invalid: report.invalid,
    pageSize: PAGE_SIZE,
    columns: report.columns,
  };
  await store.write(SNAPSHOT_KEY, `${JSON.stringify(info)}\n`);
  return info;
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
  { skipInvalid = false, expectedHash, label = path }: FreezeOptions,
  known?: ClipIds,
): Promise<Reading> {
  const pages = new PageWriter(store);
  const avoid = known?.keys ?? new Map<string, unknown>();
  const reading = await readManifest(path, (clips) => pages.add(clips), { avoid, label });
  const { report } = reading;
  if (expectedHash !== undefined && report.hash !== expectedHash) {
    throw refusal(label, 'the file was changed after it was checked', 'start again');
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

  constructor(private readonly store: Store) {}

  async add(clips: readonly Clip[]): Promise<void> {
    for (const clip of clips) {
      this.#lines.push(`${JSON.stringify(clip)}\n`);
      if (this.#lines.length === PAGE_SIZE) await this.end();
    }
  }

  /** Writes the page begun, if there is one. */
  async end(): Promise<void> {
    if (this.#lines.length === 0) return;
    await this.store.write(pageKey(this.#page), this.#lines.join(''));
    this.#page += 1;
    this.#lines = [];
  }
}

function refusal(file: string, fault: string, remedy: string): ManifestError {
  return new ManifestError([{ file, fault, remedy }]);
}
