// What a batch reports about itself: to the progress query and, as text, to the Temporal UI.
import type { BatchProgress, ScoreBatchInput } from '../../contract/batch.js';
import { doneOf } from '../../contract/clip.js';
import type { BatchState } from './batch-state.js';
import type { Membership } from '../pacing/membership.js';
import { survey } from './survey.js';

export function progressOf(
  input: ScoreBatchInput,
  state: BatchState,
  membership: Membership,
  now: number,
  batchState: BatchProgress['state'],
): BatchProgress {
  const seen = survey(state.clips.values(), now);
  const { submitting, waiting, unresolved, backingOff } = seen;
  const finishing = seen.finishing + state.unrecorded.length + state.recording;
  const fitting = state.unfitted.length + state.fitting;
  const pauseReason = membership.paused ?? state.pause;
  const hold = membership.hold(now);
  const begun = submitting + waiting + unresolved + backingOff + finishing;
  return {
    name: input.name,
    store: input.store,
    round: input.round,
    state: batchState,
    ...(pauseReason !== undefined && { pauseReason }),
    ...(membership.paused !== undefined && { accountPaused: true }),
    ...(hold && { holdReason: hold.reason }),
    counts: { ...state.counts },
    // A row may have several cues.
    queued: Math.max(0, state.counts.total - doneOf(state.counts) - begun),
    ...{ submitting, waiting, unresolved, backingOff, finishing },
    ...(fitting > 0 && { fitting }),
    submissions: state.submissions,
    warnings: state.warnings,
    ...(input.found && { found: input.found }),
    lastFailures: [...state.lastFailures],
    pace: membership.pace,
    ...(membership.state.share?.contended && { shared: true }),
    priority: input.options.priority,
    startedAt: new Date(state.startedAt).toISOString(),
  };
}

/** Markdown for the Temporal UI. */
export function detailsOf(progress: BatchProgress): string {
  const { counts } = progress;
  const done = doneOf(counts);
  const lines = [
    `**${progress.name}**: ${progress.state}${progress.pauseReason ? ` (${progress.pauseReason})` : ''}`,
    '',
    `${done} of ${counts.total} clips done: ${counts.succeeded} succeeded, ${counts.failed} failed, ` +
      `${counts.rejected} rejected, ${counts.cancelled} cancelled, ${counts.skipped} skipped`,
    '',
    `${progress.submissions} submissions, ${progress.waiting} waiting at the vendor, ` +
      `${progress.queued} to come`,
    ...progress.lastFailures.map((note) => `- ${note.id}: ${note.code} ${note.message}`),
  ];
  return lines.join('\n');
}
