// Downloads soundtracks of confirmed tasks and records outcomes, a group at a time.
import { Context } from '@temporalio/activity';
import pLimit from 'p-limit';
import type { BatchActivities, FinishClipsInput } from '../contract/activities.js';
import type { Outcome } from '../contract/clip.js';
import type { VendorFailure } from '../contract/failure.js';
import type { TaskMedia } from '../tomoviee/client.js';
import { writeSegment } from '../outcomes/segments.js';
import type { BatchFiles, OpenBatches } from './batch-files.js';
import { currentBatch } from './batch-id.js';
import type { ActivityDependencies } from './dependencies.js';
import { DownloadError, downloadSoundtrack } from './download.js';
import { failureNotes } from './failure-notes.js';
import { withHeartbeat } from './heartbeat.js';
import { ledgerEntries } from './ledger-entries.js';
import type { OpenLedgers } from './open-ledgers.js';
import type { ResultLinks } from './result-links.js';

const CONCURRENCY = 6;

type Download = FinishClipsInput['download'][number];
type Fetched = { output: string } | { failure: VendorFailure };

export function finishClipsActivity(
  deps: Pick<ActivityDependencies, 'vendor' | 'fetch'>,
  batches: OpenBatches,
  links: ResultLinks,
  ledgers: OpenLedgers,
): BatchActivities['finishClips'] {
  return ({ store, round, segment, download, record, ledger }) => {
    const files = batches.at(store, round);
    const soundtracks = new Soundtracks(deps, files, links, Context.current().cancellationSignal);
    return withHeartbeat(async () => {
      const limit = pLimit(CONCURRENCY);
      const fetched = await Promise.all(
        download.map((task) =>
          limit(async () => ({ task, result: await soundtracks.fetch(task) })),
        ),
      );
      const outcomes = [...record];
      const troubles = [];
      for (const { task, result } of fetched) {
        if ('output' in result) outcomes.push(succeeded(task, result.output));
        else troubles.push({ row: task.row, failure: result.failure });
      }
      await writeSegment(files.store, round, segment, outcomes);
      if (ledger) {
        const to = ledgers.at(ledger);
        const batch = currentBatch();
        const entries = await ledgerEntries({ files, round, batch, ledger }, outcomes);
        await to.append(batch, batches.worker, entries); // K1; and B2: repeated until both are on disk
      }
      return { troubles, failures: await failureNotes(files.snapshot, record) };
    });
  };
}

class Soundtracks {
  constructor(
    private readonly deps: Pick<ActivityDependencies, 'vendor' | 'fetch'>,
    private readonly files: BatchFiles,
    private readonly links: ResultLinks,
    private readonly signal: AbortSignal,
  ) {}

  /** By the link at hand, and once more by a fresh one where that has expired. */
  async fetch(task: Download): Promise<Fetched> {
    const clip = await this.files.snapshot.clip(task.row);
    const kept = this.links.take(task.taskId);
    const first = kept && (await this.#download(clip.id, kept));
    if (first && !('stale' in first && first.stale)) return first;
    const fresh = await this.#freshLinks(task);
    return 'failure' in fresh ? fresh : await this.#download(clip.id, fresh.media);
  }

  async #download(clipId: string, media: TaskMedia[]): Promise<Fetched & { stale?: boolean }> {
    const [best] = media;
    if (!best) return { failure: noResult('the task has no result link') };
    const { fetch } = this.deps;
    try {
      const { store } = this.files;
      return { output: await downloadSoundtrack(fetch, store, clipId, best, this.signal) };
    } catch (error) {
      if (error instanceof DownloadError) return { failure: error.failure, stale: error.stale };
      throw error;
    }
  }

  async #freshLinks(task: Download): Promise<{ media: TaskMedia[] } | { failure: VendorFailure }> {
    const answer = await this.deps.vendor.queryTask(task.taskId, { signal: this.signal });
    if (answer.kind === 'refused') return { failure: answer.failure };
    if (answer.status === 'succeeded') return { media: answer.media };
    return { failure: noResult(`the task is now ${answer.status}`) };
  }
}

function noResult(message: string): VendorFailure {
  return { class: 'retry', code: 'download_failed', message };
}

function succeeded(task: Download, output: string): Outcome {
  return {
    row: task.row,
    status: 'succeeded',
    taskId: task.taskId,
    attempts: task.attempts,
    output,
    ...(task.possibleDuplicate && { possibleDuplicate: true }),
  };
}
