// What is left to do of a batch: the rows for the next round and the tasks to ask about first, with the
// manifest as it was frozen or with a corrected one.
import { hash } from 'node:crypto';
import type { RecalledTask } from '../contract/activities.js';
import type { Clip, Outcome } from '../contract/clip.js';
import type { ManifestFile } from '../intake/manifest-file.js';
import { idKey } from '../manifests/clip-id.js';
import { refreezeManifest } from '../manifests/freeze.js';
import { readManifest, type ManifestReport } from '../manifests/read.js';
import type { Snapshot } from '../manifests/snapshot.js';
import type { SnapshotInfo } from '../manifests/snapshot-format.js';
import { lastAccepted } from '../outcomes/journal-records.js';
import { mergeRows, type MergedRow } from '../outcomes/merge.js';
import { writeKept } from '../outcomes/segments.js';
import type { Store } from '../store/store.js';
import { isOpenOutcome, recalledTask } from './recall.js';

export interface OpenRows {
  /** In manifest order. */
  rows: number[];
  recalled: RecalledTask[];
}

/** Rows that did not succeed. A row with a fault in the frozen manifest never can. */
export async function openRows(store: Store, snapshot: Snapshot): Promise<OpenRows> {
  const open: OpenRows = { rows: [], recalled: [] };
  for await (const { clip, outcome, task } of rowsWithTasks(store, snapshot)) {
    if (!isOpenOutcome(outcome) || (outcome && clip.fault !== undefined)) continue;
    addOpen(open, clip.row, task);
  }
  return open;
}

/** All rows, with the tasks that earlier rounds left at the vendor. */
async function* rowsWithTasks(
  store: Store,
  snapshot: Snapshot,
): AsyncIterable<MergedRow & { task?: RecalledTask }> {
  const posts = await lastAccepted(store);
  const { sinceRound = 1 } = await snapshot.info();
  for await (const merged of mergeRows({ store, snapshot })) {
    const { row } = merged.clip;
    const posted = posts.get(row);
    const speaksOfIt = posted && posted.round >= sinceRound;
    const task = recalledTask(row, merged.outcome, speaksOfIt ? posted : undefined);
    yield { ...merged, ...(task && { task }) };
  }
}

/** What a row of the manifest before had come to. */
interface Before {
  id: string;
  outcome?: Outcome;
  task?: RecalledTask;
}

const OUTCOMES_A_SEGMENT = 500;

/**
 * Freezes a corrected manifest beside the present one; rows that are the same as before keep their
 * outcome, the others and those that did not succeed are open.
 * @param round that begins with it
 * @throws ManifestError
 */
export async function correctedRows(
  store: Store,
  snapshot: Snapshot,
  { file, report, round, skipInvalid }: CorrectedManifest,
): Promise<OpenRows & { info: SnapshotInfo }> {
  const { before, ids } = await rowsBefore(store, snapshot);
  const own = (await readManifest(file.path, () => undefined)).ids.keys;
  const open: OpenRows = { rows: [], recalled: [] };
  const kept: Outcome[] = [];
  const info = await refreezeManifest(file.path, store, {
    ...{
      round,
      skipInvalid,
      avoid: new Map([...ids, ...own]),
      expectedHash: report.hash,
      label: file.label,
    },
    change(clip) {
      const same = before.get(digestOf(clip))?.shift();
      const { row } = clip;
      if (same?.outcome && !isOpenOutcome(same.outcome)) kept.push({ ...same.outcome, row });
      else if (clip.fault === undefined || !same) {
        addOpen(open, row, same?.task && { ...same.task, row });
      } else if (same.outcome) kept.push({ ...same.outcome, row });
      // Its soundtrack bears the id that was made up for it.
      return same && clip.idMade && !own.has(idKey(same.id)) ? { ...clip, id: same.id } : clip;
    },
  });
  for (let at = 0; at < kept.length; at += OUTCOMES_A_SEGMENT) {
    const name = String(at).padStart(8, '0');
    await writeKept(store, round, name, kept.slice(at, at + OUTCOMES_A_SEGMENT));
  }
  return { ...open, info };
}

export interface CorrectedManifest {
  file: Pick<ManifestFile, 'path' | 'label'>;
  report: ManifestReport;
  round: number;
  skipInvalid: boolean;
}

/** Rows alike in all that matters are taken in their order. */
async function rowsBefore(store: Store, snapshot: Snapshot) {
  const before = new Map<string, Before[]>();
  const ids = new Map<string, unknown>();
  for await (const { clip, outcome, task } of rowsWithTasks(store, snapshot)) {
    const digest = digestOf(clip);
    const entry = { id: clip.id, ...(outcome && { outcome }), ...(task && { task }) };
    before.set(digest, [...(before.get(digest) ?? []), entry]);
    ids.set(idKey(clip.id), true);
  }
  return { before, ids };
}

/** By all that decides what is submitted, and under which name. */
function digestOf({ id, idMade, fileLink, prompt, params }: Clip): string {
  const parts = JSON.stringify([idMade ? null : id, fileLink, prompt, params ?? null]);
  return hash('sha256', parts, 'base64').slice(0, 22);
}

function addOpen(open: OpenRows, row: number, task: RecalledTask | undefined): void {
  open.rows.push(row);
  if (task) open.recalled.push(task);
}
