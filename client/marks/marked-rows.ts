// The rows of a batch that people want to have redone.
import type { RecalledTask } from '../../contract/activities.js';
import type { Clip } from '../../contract/clip.js';
import { cuesOf, readCues, type CuePlan } from '../../manifests/cues.js';
import type { Snapshot } from '../../manifests/snapshot.js';
import { cueOutcome } from '../../outcomes/cue-outcomes.js';
import type { Mark } from '../../outcomes/review/marks.js';
import type { Store } from '../../store/store.js';
import { addOpen, rowsWithTasks, type OpenRows } from '../open-rows.js';
import { redoOf, type RedoneRow } from './redo.js';
import type { StaleMark } from './mark-batch.js';

export interface MarkedRows extends OpenRows {
  /** To be written before they are run. */
  plans: { clip: Clip; plan: CuePlan }[];
  /** Clips that are not run, and why. */
  refused: StaleMark[];
  /** What else is to be known, for people. */
  notes: string[];
}

/**
 * Finds what is to be redone, and how.
 * @param ids clips whose marks say so
 */
export async function markedRows(
  store: Store,
  snapshot: Snapshot,
  ids: readonly string[],
): Promise<MarkedRows> {
  const wanted = new Set(ids);
  const marked: MarkedRows = { plans: [], rows: [], recalled: [], refused: [], notes: [] };
  for await (const { clip, outcome, mark, tasks } of rowsWithTasks(store, snapshot, wanted)) {
    if (!wanted.delete(clip.id)) continue;
    if (mark?.decision !== 'redo') {
      marked.refused.push({ id: clip.id, why: 'no mark says that it is to be redone' });
      continue;
    }
    const plan = await readCues(store, clip);
    const row = { clip, ...(outcome && { outcome }), ...(plan && { plan }) };
    const waiting = await isWaiting(store, { ...row, tasks }, mark);
    const unsent = !waiting && (await isUnsent(store, row, mark));
    const redo = redoOf({ ...row, waiting, unsent }, mark);
    if ('refused' in redo) {
      marked.refused.push({ id: clip.id, why: redo.refused });
      continue;
    }
    if (redo.plan) marked.plans.push({ clip, plan: redo.plan });
    if (redo.note !== undefined) marked.notes.push(`${clip.id}: ${redo.note}`);
    addOpen(marked, clip.row, redo.plan ? [] : tasks);
  }
  for (const id of wanted) marked.refused.push({ id, why: 'the batch has no such clip' });
  return marked;
}

type Known = Omit<RedoneRow, 'waiting' | 'unsent'>;

/** Whether the plan has this redo already, and nothing has come of it: whoever began it came no further. */
async function isUnsent(store: Store, { clip, plan }: Known, mark: Mark): Promise<boolean> {
  const cues = plan ? cuesOf(clip.row, plan) : [];
  for (const { cue, number } of cues) {
    if (cue.redoes !== mark.takes || (await cueOutcome(store, clip, number))) return false;
  }
  return cues.length > 0;
}

/** Whether something of the row was paid for and is not in its outcome yet. */
async function isWaiting(
  store: Store,
  { clip, outcome, plan, tasks }: Known & { tasks: readonly RecalledTask[] },
  mark: Mark,
): Promise<boolean> {
  const has = outcome?.status === 'succeeded';
  if (!has && tasks.length > 0 && !isVendorCode(outcome?.errorCode)) return true;
  const cues = plan ? cuesOf(clip.row, plan) : [];
  for (const { cue, number } of cues) {
    if (has && cue.redoes !== mark.takes) continue; // of a take that it has, or that was given up
    if (tasks.some(({ row }) => row === number)) return true;
    if ((await cueOutcome(store, clip, number))?.status === 'succeeded') return true;
  }
  return false;
}

/** The vendor itself said that the task has failed. */
function isVendorCode(code: string | undefined): boolean {
  return code !== undefined && /^\d+$/.test(code);
}
