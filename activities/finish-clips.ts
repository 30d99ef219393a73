// Downloads the soundtracks of confirmed tasks and records outcomes, a group at a time. Clips are
// independent: a download that fails or is slow does not delay the outcome of another clip.
import { Context } from '@temporalio/activity';
import pLimit from 'p-limit';
import type {
  BatchActivities,
  FinishClipsInput,
  FinishClipsOutput,
} from '../contract/activities.js';
import type { Outcome } from '../contract/clip.js';
import { isCue } from '../contract/cue.js';
import { recordCues } from '../outcomes/cue-outcomes.js';
import { addToSegment } from '../outcomes/segments.js';
import type { BatchFiles, OpenBatches } from './batch-files.js';
import { currentBatch } from './batch-id.js';
import type { ActivityDependencies } from './dependencies.js';
import { DOWNLOAD_LIMITS } from './download-limits.js';
import { dropProxy, proxyOf, type ProxyNote } from './fitting/proxies.js';
import { failureNotes } from './failure-notes.js';
import { withHeartbeat } from './heartbeat.js';
import { ledgerEntries } from './ledger-entries.js';
import { countDownload, countOutcomes } from './metrics.js';
import { noteFiles } from './note-files.js';
import type { OpenLedgers } from './open-ledgers.js';
import { Recording } from './recording.js';
import type { KeptLinks } from './result-links.js';
import { Soundtracks, type Download, type Fetched } from './soundtracks.js';

const CONCURRENCY = 6;

export function finishClipsActivity(
  deps: Pick<ActivityDependencies, 'vendor' | 'fetch' | 'downloadLimits' | 'delivery'>,
  batches: OpenBatches,
  links: KeptLinks,
  ledgers: OpenLedgers,
): BatchActivities['finishClips'] {
  return (input) => {
    const { store, round, segment, download, record, ledger, slow = false } = input;
    const { info, cancellationSignal } = Context.current();
    const files = batches.at(store, round);
    const batch = currentBatch();
    const { downloadLimits = DOWNLOAD_LIMITS } = deps;

    const release = async ({ row, fitted }: Outcome): Promise<void> => {
      // Other cues of the row may have the same: what they share is released when all have ended.
      if (isCue(row)) return;
      await deps.delivery.release(files, row); // U1
      if (fitted !== undefined) await dropProxy(files, await files.snapshot.clip(row));
    };

    return withHeartbeat(async () => {
      const stop = new AbortController();
      const signal = AbortSignal.any([cancellationSignal, stop.signal]);
      let fatal: { error: unknown } | undefined;
      const failed = (error: unknown): void => {
        fatal ??= { error };
        stop.abort();
      };
      const recording = new Recording<Outcome>(async (outcomes) => {
        const rows = outcomes.filter(({ row }) => !isCue(row));
        const cues = outcomes.filter(({ row }) => isCue(row));
        await addToSegment(files.store, round, segment, rows);
        await recordCues(files.store, (row) => files.snapshot.clip(row), cues);
        if (ledger) {
          const entries = await ledgerEntries({ files, round, batch, ledger }, rows);
          // K1; B2: retried until both are on disk
          await ledgers.at(ledger).append(batch, batches.worker, entries);
        }
        countOutcomes(rows);
        for (const outcome of outcomes) await release(outcome);
      }, failed);
      const output: FinishClipsOutput = { troubles: [], failures: [] };
      const soundtracks = new Soundtracks(deps, files, links, {
        withinMs: downloadLimits.timeoutMs,
        least: slow ? downloadLimits.slow : downloadLimits.brisk,
        signal,
      });

      const doubtful = await rowsPaidAgain(files, input);
      const there = await filesThere(files, input, info.attempt > 1);
      const flagged = (outcome: Outcome): Outcome =>
        doubtful.has(outcome.row) ? { ...outcome, possibleDuplicate: true } : outcome;
      const finish = async (task: Download): Promise<void> => {
        try {
          signal.throwIfAborted();
          const from = performance.now();
          const fetched = await soundtracks.fetch(task, there.get(task.taskId));
          countDownload('outputs' in fetched ? 'fetched' : 'failed', performance.now() - from);
          if ('outputs' in fetched) {
            const clip = await files.snapshot.clip(task.row);
            await noteFiles(files, batches.worker, { clip, ...task, ...fetched });
            const proxy = input.asIs ? undefined : await proxyOf(files.store, clip);
            recording.add(flagged(succeeded(task, fetched, proxy)));
          } else if (fetched.fault === 'slow' && !slow) (output.slow ??= []).push(task.row);
          else output.troubles.push({ row: task.row, failure: fetched.failure });
        } catch (error) {
          if (!signal.aborted) failed(error);
          (output.open ??= []).push(task.row);
        }
      };
      recording.add(...record.map(flagged));
      const limit = pLimit(CONCURRENCY);
      await Promise.all(download.map((task) => limit(finish, task)));
      await recording.close();
      if (fatal) throw fatal.error;
      output.failures = await failureNotes(files.snapshot, record);
      return output;
    });
  };
}

/** C4. */
async function rowsPaidAgain(
  { journal }: BatchFiles,
  { round, record, download }: FinishClipsInput,
): Promise<Set<number>> {
  const rows = await Promise.all(
    [...record, ...download].map(async ({ row, attempts: attempt }) =>
      (await journal.hasLaterPaid({ round, row, attempt })) ? [row] : [],
    ),
  );
  return new Set(rows.flat());
}

/** Existing files of tasks whose download an earlier try may have begun. */
async function filesThere(
  { downloads }: BatchFiles,
  { download }: FinishClipsInput,
  repeated: boolean,
): ReturnType<BatchFiles['downloads']['find']> {
  const begun = download.filter((task) => repeated || task.begun);
  return await downloads.find(new Set(begun.map(({ taskId }) => taskId)));
}

function succeeded(
  task: Download,
  { outputs, modelVersion, translatePrompt }: Fetched,
  proxy: ProxyNote | undefined,
): Outcome {
  const [output] = outputs;
  return {
    row: task.row,
    status: 'succeeded',
    taskId: task.taskId,
    attempts: task.attempts,
    ...(output !== undefined && { output }),
    ...(outputs.length > 1 && { outputs }),
    ...(modelVersion !== undefined && { modelVersion }),
    ...(translatePrompt !== undefined && { translatePrompt }),
    ...(proxy && { fitted: proxy.what }),
    ...(task.possibleDuplicate && { possibleDuplicate: true }),
  };
}
