// Outcomes as the activities write them, one file per group of clips.
//
// O2. A row has one outcome per round; a later round's outcome replaces an earlier one's.
// O3. An outcome with a soundtrack is not replaced by one without: after a reset, a batch processes rows again
//     that already have their outcome, and a row that is redone keeps what was paid for if nothing comes of it.
import { z } from 'zod';
import { OUTCOME_STATUSES, type Outcome } from '../contract/clip.js';
import type { Store } from '../store/store.js';
import { TakeRecord } from '../manifests/cues.js';
import { keptFolder, type SnapshotInfo } from '../manifests/snapshot-format.js';
import {
  listRoundFiles,
  readRoundFile,
  readRoundFileIfThere,
  roundFileKey,
  roundOfFile,
  writeRoundFile,
} from './round-files.js';

const FOLDER = 'outcomes';

export const OutcomeRecord = z.object({
  row: z.int().nonnegative(),
  status: z.enum(OUTCOME_STATUSES),
  taskId: z.string().exactOptional(),
  attempts: z.int().nonnegative(),
  errorCode: z.string().exactOptional(),
  errorMessage: z.string().exactOptional(),
  output: z.string().exactOptional(),
  outputs: z.array(z.string()).exactOptional(),
  takes: z.array(TakeRecord).exactOptional(),
  modelVersion: z.string().exactOptional(),
  translatePrompt: z.string().exactOptional(),
  fitted: z.string().exactOptional(),
  possibleDuplicate: z.boolean().exactOptional(),
}) satisfies z.ZodType<Outcome>;

/** Writes one segment, replacing what an earlier try of the activity wrote. */
export function writeSegment(
  store: Store,
  round: number,
  name: string,
  outcomes: Outcome[],
): Promise<void> {
  return writeRoundFile(store, FOLDER, { round, name }, outcomes);
}

/** Adds outcomes to a segment; each replaces an earlier one of the same row (O1). */
export async function addToSegment(
  store: Store,
  round: number,
  name: string,
  outcomes: Outcome[],
): Promise<void> {
  if (outcomes.length === 0) return;
  const file = { round, name };
  const known = await readRoundFileIfThere(store, roundFileKey(FOLDER, file), OutcomeRecord);
  const rows = new Map([...known, ...outcomes].map((outcome) => [outcome.row, outcome]));
  await writeRoundFile(store, FOLDER, file, [...rows.values()]);
}

/** Keys of all segments, earlier rounds first. */
export function listSegments(store: Store): Promise<string[]> {
  return listRoundFiles(store, FOLDER);
}

/** Writes the outcomes that rows of a corrected manifest had before the correction. */
export function writeKept(
  store: Store,
  sinceRound: number,
  name: string,
  outcomes: Outcome[],
): Promise<void> {
  return writeRoundFile(store, keptFolder(sinceRound), { round: 0, name }, outcomes);
}

/** Keys of the segments that apply to a snapshot's rows, earlier rounds first. */
export async function segmentsOf(
  store: Store,
  { sinceRound }: Pick<SnapshotInfo, 'sinceRound'>,
): Promise<string[]> {
  const all = await listSegments(store);
  if (sinceRound === undefined) return all;
  const kept = await listRoundFiles(store, keptFolder(sinceRound));
  return [...kept, ...all.filter((key) => roundOfFile(key) >= sinceRound)];
}

/** Decides which of several outcomes of a row counts; takes them segment by segment, in order. */
export class Counting {
  /** Rows that have a soundtrack. */
  readonly #scored: Uint8Array;

  /** @param rows of the manifest */
  constructor(rows: number) {
    this.#scored = new Uint8Array(rows);
  }

  /** Whether an outcome replaces what was recorded for its row before (O2, O3). */
  counts(outcome: Outcome): boolean {
    const scored = isScored(outcome);
    if (scored) this.#scored[outcome.row] = 1;
    return scored || this.#scored[outcome.row] !== 1;
  }
}

/** Whether a row has a soundtrack with it. */
export function isScored({ status, output }: Outcome): boolean {
  return status === 'succeeded' || output !== undefined;
}

/** @throws Error naming the segment if it cannot be read */
export function readSegment(store: Store, key: string): Promise<Outcome[]> {
  return readRoundFile(store, key, OutcomeRecord);
}
