// Gives out the work of one run of a batch and takes in its results. Owns the running activities.
//
// B1. Nothing a clip needs is held only in a running activity: state changes before and after it.
// B2. An outcome counts once it is recorded in the store, never before.
import { log } from '@temporalio/workflow';
import type { BatchActivities, TaskRef } from '../contract/activities.js';
import type { ScoreBatchInput } from '../contract/batch.js';
import type { TaskCallback } from '../contract/callback.js';
import type { ActiveClip } from '../contract/carried.js';
import type { Outcome } from '../contract/clip.js';
import { adoptionExpired, calledBack } from './adoption.js';
import type { BatchState } from './batch-state.js';
import {
  downloadFailed,
  newClip,
  queryFailed,
  stillRunning,
  submitted,
  submitting,
  taskEnded,
} from './clip.js';
import { cancelled } from './effect.js';
import { earliest, reserve, speedUp } from './pace.js';
import { survey, type Survey } from './survey.js';

/** Submissions are given out this long before they are due: enough to hide a workflow task. */
const HORIZON_MS = 1500;
/** How late a submission may be when no answer of an earlier one wakes the batch. */
const WAKE_SLACK_MS = 4000;
/**
 * Submissions given out and not answered. Bounds what is unknown after a crash, and the answers that
 * arrive during one workflow task: a server fails a task over some hundred.
 */
const MAX_SUBMITTING = 40;
/** Prepared rows kept ahead of the submissions. */
const LOOKAHEAD_ROWS = 200;
const MAX_PREPARING = 4;
/** Looking into a clip takes seconds, so such pages are small. */
const PAGE_ROWS = { probe: 25, plain: 500 };
const MAX_ASKING = 4;
const HINTED_GROUP = 20;
const POLL_GROUP = 500;
const MAX_FINISHING = 4;
const FINISH_GROUP = 50;
/** Clips in the window beyond the in-flight limit: waiting for a retry or a download. */
const MAX_BACKLOG = 500;

export class BatchRun {
  running = 0;
  #preparing = 0;
  #asking = 0;
  #finishing = 0;
  #failure: { error: unknown } | undefined;

  constructor(
    private readonly input: ScoreBatchInput,
    private readonly state: BatchState,
    private readonly activities: BatchActivities,
    private readonly wake: () => void,
  ) {}

  get settled(): boolean {
    const { state } = this;
    const rowsLeft = state.cursor < this.input.rows.count || state.fresh.length > 0;
    return (
      !rowsLeft && state.clips.size === 0 && state.unrecorded.length === 0 && this.running === 0
    );
  }

  /** Nothing left to submit but by preparing another page. */
  get starved(): boolean {
    return this.#preparing === 0 && this.state.fresh.length === 0;
  }

  /** Throws what a background piece of work died of. */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #look(): Survey {
    const now = Date.now();
    const seen = survey(this.state.clips.values(), now);
    if (seen.expired.length === 0) return seen;
    for (const clip of seen.expired) this.state.apply(clip, adoptionExpired(clip, now), now);
    return survey(this.state.clips.values(), now);
  }

  /** Starts whatever may start now. Returns when to look again; Infinity if only an event can help. */
  dispatch(mode: { submit: boolean; prepare: boolean; ask: boolean }): number {
    const seen = this.#look();
    let nextDue = seen.nextDue;
    if (mode.prepare) this.#prepare();
    if (mode.submit) nextDue = Math.min(nextDue, this.#submit(seen));
    if (mode.ask) this.#ask(seen);
    this.#finish(seen);
    return nextDue;
  }

  callbacks(list: TaskCallback[]): void {
    const { state, input } = this;
    const now = Date.now();
    for (const callback of list) {
      const clip = state.clips.get(callback.row);
      if (!clip || callback.round !== input.round) continue;
      if (state.isOwnedByOther(callback.taskId, callback.row)) continue;
      state.apply(clip, calledBack(clip, callback, now, input.options), now);
    }
  }

  /** Gives every clip that is not at its download its outcome. */
  cancelClips(): void {
    for (const clip of this.state.clips.values()) {
      if (clip.phase === 'ended' || clip.phase === 'submitting') continue;
      this.state.apply(clip, { settled: cancelled(clip) }, Date.now());
    }
  }

  #prepare(): void {
    const { state, input } = this;
    const pageRows = input.options.probe ? PAGE_ROWS.probe : PAGE_ROWS.plain;
    while (
      state.cursor < input.rows.count &&
      this.#preparing < MAX_PREPARING &&
      state.fresh.length + this.#preparing * pageRows < LOOKAHEAD_ROWS
    ) {
      const from = state.cursor;
      const to = Math.min(from + pageRows, input.rows.count);
      state.cursor = to;
      this.#preparing += 1;
      this.#start(async () => {
        const { store, round, rows, options } = input;
        const page = await this.activities.preparePage({
          ...{ store, round, rows, from, to },
          probe: options.probe,
        });
        this.#preparing -= 1;
        state.fresh.add(page.submit);
        state.count('rejected', page.rejected);
        state.count('failed', page.failed);
        state.warnings += page.warnings;
        state.noteFailures(page.failures);
      });
    }
  }

  #submit(seen: Survey): number {
    const { state, input } = this;
    const { pace } = input.options;
    let { inFlight, submitting: under } = seen;
    for (;;) {
      const now = Date.now();
      const clip = seen.ready[0];
      if (!clip && (state.fresh.length === 0 || state.clips.size >= pace.maxInFlight + MAX_BACKLOG))
        return Infinity;
      if (inFlight >= pace.maxInFlight || under >= MAX_SUBMITTING) return Infinity;
      const moment = earliest(state.pace, pace, now);
      if (moment > now + HORIZON_MS) {
        // The answer to a submission under way wakes the batch and saves a timer.
        return under > 0 ? moment + WAKE_SLACK_MS : moment - HORIZON_MS;
      }
      seen.ready.shift();
      this.#submitOne(clip ?? this.#takeFresh(now), reserve(state.pace, pace, now));
      inFlight += 1;
      under += 1;
    }
  }

  #takeFresh(now: number): ActiveClip {
    const row = this.state.fresh.take();
    if (row === undefined) throw new Error('B1: no prepared row to take');
    const clip = newClip(row, now);
    this.state.clips.set(row, clip);
    return clip;
  }

  #submitOne(clip: ActiveClip, notBefore: number): void {
    const { state, input } = this;
    submitting(clip);
    this.#start(async () => {
      const { store, round, options } = input;
      const { row, attempt } = clip;
      const answer = await this.activities.submitClip({ store, round, row, attempt, notBefore });
      if (answer.kind === 'accepted') speedUp(state.pace);
      const now = Date.now();
      state.apply(clip, submitted(clip, answer, now, options), now);
    });
  }

  #ask(seen: Survey): void {
    this.#askGroups(seen.hinted, HINTED_GROUP);
    this.#askGroups(seen.due, POLL_GROUP);
  }

  #askGroups(clips: ActiveClip[], size: number): void {
    for (let at = 0; at < clips.length && this.#asking < MAX_ASKING; at += size) {
      const group = clips.slice(at, at + size);
      for (const clip of group) {
        clip.busy = true;
        delete clip.hinted;
      }
      this.#asking += 1;
      this.#start(async () => {
        await this.#askGroup(group);
        this.#asking -= 1;
      });
    }
  }

  async #askGroup(group: ActiveClip[]): Promise<void> {
    const { state, input } = this;
    const { store, round, options } = input;
    const answer = await this.activities.queryTasks({ store, round, tasks: group.map(taskOf) });
    const now = Date.now();
    const ended = new Map(answer.ended.map((end) => [end.row, end]));
    const troubles = new Map(answer.troubles.map((trouble) => [trouble.row, trouble.failure]));
    for (const clip of group) {
      delete clip.busy;
      if (state.clips.get(clip.row) !== clip) continue; // settled meanwhile, by a cancellation
      const end = ended.get(clip.row);
      const failure = troubles.get(clip.row);
      const effect = end
        ? taskEnded(clip, end, now, options)
        : failure
          ? queryFailed(clip, failure, now, options)
          : stillRunning(clip, now, options);
      state.apply(clip, effect, now);
    }
  }

  #finish(seen: Survey): void {
    const { state } = this;
    while (this.#finishing < MAX_FINISHING && seen.ended.length + state.unrecorded.length > 0) {
      const group = seen.ended.splice(0, FINISH_GROUP);
      const record = state.unrecorded.splice(0, FINISH_GROUP);
      for (const clip of group) clip.busy = true;
      this.#finishing += 1;
      this.#start(async () => {
        await this.#finishGroup(group, record);
        this.#finishing -= 1;
      });
    }
  }

  async #finishGroup(group: ActiveClip[], record: Outcome[]): Promise<void> {
    const { state, input } = this;
    const { store, round, options } = input;
    state.recording += record.length;
    const answer = await this.activities.finishClips({
      ...{ store, round, record },
      segment: state.nextSegment(),
      download: group.map((clip) => ({
        ...taskOf(clip),
        attempts: clip.attempt,
        possibleDuplicate: clip.possibleDuplicate ?? false,
      })),
    });
    const now = Date.now();
    const troubles = new Map(answer.troubles.map((trouble) => [trouble.row, trouble.failure]));
    state.recording -= record.length;
    for (const outcome of record) state.count(outcome.status); // B2
    for (const clip of group) {
      delete clip.busy;
      const failure = troubles.get(clip.row);
      if (failure) state.apply(clip, downloadFailed(clip, failure, now, options), now);
      else {
        state.clips.delete(clip.row);
        state.count('succeeded'); // B2
      }
    }
    state.noteFailures(answer.failures);
  }

  #start(work: () => Promise<void>): void {
    this.running += 1;
    work()
      .catch((error: unknown) => {
        log.error('the batch cannot go on', { reason: String(error) });
        this.#failure ??= { error };
      })
      .finally(() => {
        this.running -= 1;
        this.wake();
      });
  }
}

function taskOf(clip: ActiveClip): TaskRef {
  if (clip.taskId === undefined) throw new Error(`B1: row ${clip.row} waits without a task id`);
  return {
    row: clip.row,
    attempt: clip.taskAttempt ?? clip.attempt,
    taskId: clip.taskId,
    ...(clip.adopted && { adopted: true }),
  };
}
