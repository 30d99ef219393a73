// Applies a corrected manifest to the rows of a batch.
//
// D1. A corrected manifest takes no row from a batch: rows that it leaves out stay, with their outcomes.
import type { Clip, Outcome } from '../contract/clip.js';
import { movedTo } from '../contract/cue.js';
import { readOptionsOf, type ReadableManifest } from '../intake/manifest-file.js';
import { changedError, freezeClips } from '../manifests/freeze.js';
import { KeyIndex } from '../manifests/key-index.js';
import { readManifest, type ManifestReport } from '../manifests/read.js';
import type { Snapshot } from '../manifests/snapshot.js';
import type { SnapshotInfo } from '../manifests/snapshot-format.js';
import { writeKept } from '../outcomes/segments.js';
import type { Store } from '../store/store.js';
import { ReelscoreError } from './errors.js';
import { addOpen, rowsWithTasks, type OpenRows } from './open-rows.js';
import { isOpenOutcome } from './recall.js';
import { RowsBefore, type Pair, type RowBefore } from './rows-before.js';

const OUTCOMES_A_SEGMENT = 500;

export interface CorrectedManifest {
  file: ReadableManifest;
  report: ManifestReport;
  /** That begins with it. */
  round: number;
}

export interface CorrectedRows extends OpenRows {
  info: SnapshotInfo;
  /** Rows of the batch that the manifest leaves out. */
  leftOut: number;
  /** Ids of rows that the batch did not have, where the manifest leaves others out. */
  added: string[];
}

/**
 * Freezes the rows of a batch with the corrections of a manifest, beside the present ones. Rows that are
 * the same as before, or left out, keep their outcome; the others and those that did not succeed are open.
 * @throws ManifestError; ReelscoreError `correction_unclear`
 */
export async function correctedRows(
  store: Store,
  snapshot: Snapshot,
  { file, report, round }: CorrectedManifest,
): Promise<CorrectedRows> {
  const before = await rowsBefore(store, snapshot);
  const corrections = await readCorrections(file, report, before);
  const left = leftOutOf(before, corrections, file.label);

  const open: OpenRows = { rows: [], recalled: [] };
  const kept: Outcome[] = [];
  const isWhole = left.size === 0;
  const frozen = isWhole ? undefined : await snapshot.info();
  const rows = frozen ? inPlace(snapshot, corrections, left) : inOrder(corrections);
  const { name, hash } = frozen ?? report;
  const columns = [...new Set([...(frozen?.columns ?? []), ...report.columns])];
  const info = await freezeClips(store, settled(rows, open, kept), {
    ...{ name, hash, columns, sinceRound: round },
  });
  for (let at = 0; at < kept.length; at += OUTCOMES_A_SEGMENT) {
    const segment = String(at).padStart(8, '0');
    await writeKept(store, round, segment, kept.slice(at, at + OUTCOMES_A_SEGMENT));
  }
  const added = corrections.filter(({ pair }) => !pair).map(({ clip }) => clip.id);
  return { ...open, info, leftOut: left.size, added: left.size > 0 ? added : [] };
}

/** A row of the corrected manifest, and the row it corrects if that is known. */
interface Correction {
  clip: Clip;
  pair?: Pair;
}

/** The corrected row, without its final number. */
interface NextRow {
  clip: Clip;
  /** Only if nothing that matters was corrected. */
  was?: RowBefore;
}

async function rowsBefore(store: Store, snapshot: Snapshot): Promise<RowsBefore> {
  const before = new RowsBefore();
  for await (const { clip, outcome, tasks } of rowsWithTasks(store, snapshot)) {
    before.add(clip, { ...(outcome && { outcome }), tasks });
  }
  return before;
}

async function readCorrections(
  file: ReadableManifest,
  { hash }: ManifestReport,
  before: RowsBefore,
): Promise<Correction[]> {
  let hasParams = false;
  const { path, label } = file;
  const first = await readManifest(
    path,
    (clips) => {
      hasParams ||= clips.some(({ params }) => params !== undefined);
    },
    readOptionsOf(file),
  );
  const own = first.ids.keys;
  const taken = new KeyIndex(own.data);
  for (const key of before.ids.keys()) taken.add(key, 0);
  const corrections: Correction[] = [];
  const { report } = await readManifest(
    path,
    (clips) => {
      for (const read of clips) {
        // A manifest without such columns, as results are, leaves them as they are.
        const params = hasParams ? undefined : before.paramsOf(read.id);
        const clip = params === undefined ? read : { ...read, params };
        const pair = before.pair(clip, own);
        corrections.push({ clip, ...(pair && { pair }) });
      }
    },
    { avoid: taken, ...readOptionsOf(file) },
  );
  if (report.hash !== hash) throw changedError(label);
  return corrections;
}

/**
 * Rows that stay though the manifest leaves them out. Of rows without ids it is unclear which one was
 * corrected into which; where the manifest has as many rows as the batch, they are taken for all of them.
 * @throws ReelscoreError `correction_unclear`
 */
function leftOutOf(
  before: RowsBefore,
  corrections: readonly Correction[],
  label: string,
): ReadonlyMap<number, RowBefore> {
  const left = [...before.left()];
  const nameless = left.filter(({ idMade }) => idMade).length;
  const unpaired = corrections.filter(({ clip, pair }) => clip.idMade && !pair).length;
  if (nameless === 0 || unpaired === 0) return byRow(left);
  if (corrections.length < before.total || unpaired < nameless) {
    throw new ReelscoreError(
      'correction_unclear',
      `${label}: ${unpaired} of its rows without an id could correct any of ${nameless} that it leaves out (give rows the ids of results.csv, or give every row)`,
    );
  }
  return byRow(left.filter(({ idMade }) => !idMade));
}

function byRow(rows: readonly RowBefore[]): ReadonlyMap<number, RowBefore> {
  return new Map(rows.map((row) => [row.row, row]));
}

/** As the corrected manifest has them. */
function* inOrder(corrections: Iterable<Correction>): Iterable<NextRow> {
  for (const { clip, pair } of corrections) {
    if (!pair?.same) yield { clip };
    // Its soundtrack is named after the id that was made up for it.
    else yield { clip: clip.idMade ? { ...clip, id: pair.was.id } : clip, was: pair.was };
  }
}

/** In the order of the batch, corrected in place; new rows come last. */
async function* inPlace(
  snapshot: Snapshot,
  corrections: readonly Correction[],
  left: ReadonlyMap<number, RowBefore>,
): AsyncIterable<NextRow> {
  const corrected = new Map<number, Correction>();
  for (const correction of corrections) {
    if (correction.pair) corrected.set(correction.pair.was.row, correction);
  }
  for await (const clips of snapshot.pages()) {
    for (const clip of clips) {
      const correction = corrected.get(clip.row);
      const was = left.get(clip.row);
      if (correction) yield* inOrder([withExtra(correction, clip)]);
      else if (was) yield { clip, was };
    }
  }
  yield* inOrder(corrections.filter(({ pair }) => !pair));
}

/** Columns that the corrected manifest does not have keep their values. */
function withExtra({ clip, ...rest }: Correction, { extra }: Clip): Correction {
  return { clip: { ...clip, extra: { ...extra, ...clip.extra } }, ...rest };
}

/** Numbers the rows, and separates those to be run from those that are done. */
async function* settled(
  rows: Iterable<NextRow> | AsyncIterable<NextRow>,
  open: OpenRows,
  kept: Outcome[],
): AsyncIterable<Clip> {
  let row = 0;
  for await (const { clip, was } of rows) {
    const { outcome, tasks = [] } = was ?? {};
    const isOver = clip.fault !== undefined || !isOpenOutcome(outcome);
    if (outcome && isOver) kept.push({ ...outcome, row });
    else {
      const moved = tasks.map((task) => ({ ...task, row: movedTo(task.row, row) }));
      addOpen(open, row, moved);
    }
    yield { ...clip, row };
    row += 1;
  }
}
