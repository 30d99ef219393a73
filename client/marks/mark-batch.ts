// Has what people said of takes take effect: marks are kept with the batch, and approving another take chooses it.
import { randomBytes } from 'node:crypto';
import type { Clip, Outcome } from '../../contract/clip.js';
import { readBatchRecord, writeBatchRecord } from '../../intake/batch-record.js';
import { readCues } from '../../manifests/cues.js';
import { openSnapshot } from '../../manifests/snapshot.js';
import { choiceOf, takesOf } from '../../outcomes/choice.js';
import { Ledger } from '../../outcomes/ledger/ledger.js';
import { soundtrackOf } from '../../outcomes/ledger/soundtracks.js';
import { mergeRows } from '../../outcomes/merge.js';
import { appendMarks, takesName, type Mark } from '../../outcomes/review/marks.js';
import { writeSegment } from '../../outcomes/segments.js';
import { readSummary } from '../../outcomes/summary.js';
import { mergeResults } from '../../outcomes/write-results.js';
import type { OpenStore, Store } from '../../store/store.js';
import { mustHaveResults, type LocatedBatch } from '../locate.js';
import { isOpen } from '../states.js';

/** A mark that changes nothing, and why. */
export interface StaleMark {
  id: string;
  why: string;
}

export interface MarkedBatch {
  batch: string;
  /** Ids of clips whose marks are kept, by what they say. */
  approved: string[];
  redo: string[];
  noted: string[];
  /** Ids of those approved clips that have another soundtrack than before. */
  chosen: string[];
  stale: StaleMark[];
  /** Finished videos are to be mixed anew. */
  unmixed: boolean;
}

/** @throws ReelscoreError `results_gone` */
export async function markBatch(
  located: LocatedBatch,
  openStore: OpenStore,
  marks: readonly Mark[],
): Promise<MarkedBatch> {
  await mustHaveResults(located);
  const { batch, store } = located;
  const running = isRunning(located);
  const open = new Map(marks.map((mark) => [mark.id, mark]));
  const kept: Mark[] = [];
  const choices: Choice[] = [];
  const stale: StaleMark[] = [];
  let videos = false;
  for await (const { clip, outcome, video } of mergeRows({
    store,
    snapshot: openSnapshot(store),
  })) {
    const mark = open.get(clip.id);
    videos ||= video?.video !== undefined;
    if (!mark) continue;
    open.delete(clip.id);
    const why =
      whyStale(mark, outcome) ??
      (running && chooses(mark, outcome) && (await isRedone(store, clip, mark))
        ? 'it is being redone (approve when its new take is there)'
        : undefined);
    if (why !== undefined) {
      stale.push({ id: clip.id, why });
      continue;
    }
    kept.push(mark);
    if (!outcome || !chooses(mark, outcome)) continue;
    choices.push({ id: clip.id, before: outcome, after: choose(outcome, mark.output) });
  }
  stale.push(...[...open.keys()].map((id) => ({ id, why: 'the batch has no such clip' })));
  await appendMarks(store, kept);
  await record(located, openStore, choices);
  if (kept.length > 0) await writeAgain(located);
  const idsOf = (decision: Mark['decision']): string[] =>
    kept.filter((mark) => mark.decision === decision).map(({ id }) => id);
  return {
    ...{ batch, approved: idsOf('approve'), redo: idsOf('redo'), noted: idsOf(undefined) },
    ...{ chosen: choices.map(({ id }) => id), stale, unmixed: videos && choices.length > 0 },
  };
}

interface Choice {
  id: string;
  before: Outcome;
  after: Outcome;
}

/** H1. */
function whyStale({ takes, decision, output }: Mark, outcome: Outcome | undefined) {
  if (takes !== takesName(outcome)) {
    return 'the mark was made on other takes than the clip has now (look at it again)';
  }
  if (decision !== 'approve') return undefined;
  const files = outcome ? takesOf(outcome).flatMap((take) => take.outputs) : [];
  if (files.length === 0) return 'there is nothing to approve';
  return output !== undefined && files.includes(output) ? undefined : 'it has no such file';
}

/** Whether another soundtrack counts by it. */
function chooses({ decision, output }: Mark, outcome: Outcome | undefined): boolean {
  return decision === 'approve' && output !== outcome?.output;
}

/** Whether a take more is planned beside those that the mark was made on: it would be hidden by the choice. */
async function isRedone(store: Store, clip: Clip, { takes }: Mark): Promise<boolean> {
  const plan = await readCues(store, clip);
  return plan?.cues.some(({ redoes }) => redoes === takes) ?? false;
}

function choose(outcome: Outcome, output: string | undefined): Outcome {
  return { ...outcome, ...choiceOf(takesOf(outcome), output) };
}

async function record(
  located: LocatedBatch,
  openStore: OpenStore,
  choices: readonly Choice[],
): Promise<void> {
  if (choices.length === 0) return;
  const { batch, store } = located;
  const known = await readBatchRecord(store);
  const running = isRunning(located);
  // Workers read a round's outcomes once, so that what changes after its end is another round's.
  const round = (known?.round ?? 1) + (running ? 0 : 1);
  const name = `marks-${randomBytes(6).toString('hex')}`;
  await writeSegment(
    store,
    round,
    name,
    choices.map(({ after }) => after),
  );
  if (known && !running) await writeBatchRecord(store, { ...known, round });
  const options = known?.options.ledger;
  if (!options) return;
  const placeOf = (key: string): string => soundtrackOf(options.location, store.location, key);
  const chosen = choices.flatMap(({ before, after }) =>
    before.output === undefined || after.output === undefined
      ? []
      : [
          [
            placeOf(before.output),
            { soundtrack: placeOf(after.output), taskId: after.taskId ?? '' },
          ] as const,
        ],
  );
  const ledger = new Ledger(openStore(options.location), options.kind);
  await ledger.choose(batch, name, new Map(chosen)); // K1: they are on disk
}

/** A batch that runs writes them at its end. */
async function writeAgain(located: LocatedBatch): Promise<void> {
  if (isRunning(located)) return;
  const { batch, store } = located;
  const summary = await readSummary(store, batch);
  if (summary) await mergeResults({ store, snapshot: openSnapshot(store) }, summary);
}

function isRunning({ execution }: LocatedBatch): boolean {
  return execution !== undefined && isOpen(execution);
}
