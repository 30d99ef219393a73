// Validates one page of clips before money is spent on them.
import { Context } from '@temporalio/activity';
import pLimit from 'p-limit';
import type { BatchActivities, PreparePageInput, RecalledTask } from '../contract/activities.js';
import type { Clip, Outcome } from '../contract/clip.js';
import type { ProbeVerdict } from '../media/verdict.js';
import { hasCues, readCues, writeCues } from '../manifests/cues.js';
import { isToFit } from '../media/fit/is-to-fit.js';
import { writeSegment } from '../outcomes/segments.js';
import { writeWarnings, type Warning } from '../outcomes/warnings.js';
import type { BatchFiles, OpenBatches } from './batch-files.js';
import { currentBatch } from './batch-id.js';
import { unlessChanged } from './changed-file.js';
import type { ActivityDependencies } from './dependencies.js';
import { failureNotes } from './failure-notes.js';
import { unsubmitted } from './unsubmitted.js';
import { openCues, type OpenCues } from './cues/open-cues.js';
import { planCues } from './cues/plan-cues.js';
import { withHeartbeat } from './heartbeat.js';
import { countOutcomes } from './metrics.js';

const CONCURRENCY = 8;

type Verdict = { outcome?: Outcome; warnings?: Warning[]; fit?: true; cues?: OpenCues };

export function preparePageActivity(
  { probe, delivery }: Pick<ActivityDependencies, 'probe' | 'delivery'>,
  batches: OpenBatches,
): BatchActivities['preparePage'] {
  return (input) => {
    const files = batches.at(input.store, input.round);
    const { cancellationSignal } = Context.current();
    const batch = currentBatch();
    return withHeartbeat(async () => {
      const { rows, recalled } = await rowsOf(files, input);
      const limit = pLimit(CONCURRENCY);
      const isPlain = (input.takes ?? 1) === 1 && !(await hasCues(files.store));
      const verdicts = await Promise.all(
        rows.map((row) =>
          limit(async (): Promise<Verdict> => {
            const clip = await files.snapshot.clip(row);
            if (clip.fault !== undefined) return { outcome: faulty(clip, clip.fault) };
            const made = await unlessChanged(clip, async () => {
              const probed = input.probe
                ? await probe(clip.fileLink, cancellationSignal)
                : undefined;
              if (input.fit && probed && isToFit(clip, probed)) return { fit: true as const };
              const verdict = probed ? judge(clip, probed) : {};
              if (verdict.outcome) return verdict;
              await delivery.prepare(files, batch, clip, cancellationSignal);
              const cues = isPlain ? undefined : await takesOf(files, clip, input);
              return cues ? { ...verdict, cues } : verdict;
            });
            if ('done' in made) return made.done;
            return { outcome: unsubmitted(clip, 'rejected', made.change) };
          }),
        ),
      );
      const outcomes = verdicts.flatMap(({ outcome }) => outcome ?? []);
      const warnings = verdicts.flatMap((verdict) => verdict.warnings ?? []);
      const cues = verdicts.flatMap((verdict) => verdict.cues ?? []);
      const tasks = [...recalled, ...cues.flatMap((one) => one.recalled)];
      const unfit = rows.filter((_, at) => verdicts[at]?.fit);
      const page = `page-${String(input.from).padStart(8, '0')}`;
      await writeSegment(files.store, input.round, page, outcomes);
      countOutcomes(outcomes);
      await writeWarnings(files.store, input.round, page, warnings);
      return {
        submit: [
          ...rangesOf(rows.filter((_, at) => isWhole(verdicts[at]))),
          ...cues.flatMap(({ submit }) => submit),
        ],
        rejected: outcomes.filter(({ status }) => status === 'rejected').length,
        failed: outcomes.filter(({ status }) => status === 'failed').length,
        warnings: warnings.length,
        failures: await failureNotes(files.snapshot, outcomes),
        ...(unfit.length > 0 && { fit: rangesOf(unfit) }),
        ...(cues.length > 0 && { cues: cues.flatMap((one) => one.cues) }),
        ...(tasks.length > 0 && { recalled: tasks }),
      };
    });
  };
}

/** Whether a row is submitted as one task, and as it is. */
function isWhole(verdict: Verdict | undefined): boolean {
  return verdict !== undefined && !verdict.outcome && !verdict.fit && !verdict.cues;
}

/** The takes of a row that are open; undefined if it has one. */
async function takesOf(
  files: BatchFiles,
  clip: Clip,
  { takes = 1, recall }: PreparePageInput,
): Promise<OpenCues | undefined> {
  const known = await readCues(files.store, clip);
  const plan = known ?? planCues(clip, takes, [undefined]);
  if (!plan) return undefined;
  if (!known) await writeCues(files.store, clip, plan);
  return await openCues(files, clip, plan, recall);
}

/** The rows to probe, and those with a task of an earlier round, which were probed then. */
async function rowsOf(
  { selection, recalled }: BatchFiles,
  { from, to, rows, recall }: PreparePageInput,
): Promise<{ rows: number[]; recalled: RecalledTask[] }> {
  const all =
    rows.key === undefined
      ? Array.from({ length: to - from }, (_, at) => from + at)
      : (await selection(rows.key)).slice(from, to);
  if (recall === undefined) return { rows: all, recalled: [] };
  const tasks = await recalled(recall);
  return {
    rows: all.filter((row) => !tasks.has(row)),
    recalled: all.flatMap((row) => tasks.get(row) ?? []),
  };
}

function judge(clip: Clip, verdict: ProbeVerdict): Verdict {
  if (verdict.verdict === 'ok') {
    return {
      warnings: verdict.warnings.map(({ code, message }) => ({ id: clip.id, code, message })),
    };
  }
  const status = verdict.verdict === 'rejected' ? 'rejected' : 'failed';
  return { outcome: unsubmitted(clip, status, verdict) };
}

function faulty(clip: Clip, fault: string): Outcome {
  return unsubmitted(clip, 'rejected', { code: 'manifest_row', message: fault });
}

/** Consecutive rows as [first, last] pairs. */
export function rangesOf(rows: number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const row of rows) {
    const last = ranges.at(-1);
    if (last && last[1] === row - 1) last[1] = row;
    else ranges.push([row, row]);
  }
  return ranges;
}
