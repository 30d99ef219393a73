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
import type { Demand } from './demand.js';
import { cancelled, type Effect } from './effect.js';
import { Lateness } from './lateness.js';
import type { Membership } from './membership.js';
import { survey, type Survey } from './survey.js';

/** Submissions are given out this long before they are due: enough to hide a workflow task. */
const HORIZON_MS = 1500;
/**
 * The answer to a submission under way wakes the batch and saves a timer; this much later than wanted
 * it wakes by itself.
 */
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
/** While there are clips to submit, work that holds none up waits so long for company. */
const ASK_WAIT_MS = 2000;
const FINISH_WAIT_MS = 5000;
/** Clips in the window beyond the in-flight limit: waiting for a retry or a download. */
const MAX_BACKLOG = 500;

/** What may be begun now. */
export interface Mode {
  /** Whether clips would be submitted if the account allowed it. */
  want: boolean;
  prepare: boolean;
  submit: boolean;
  ask: boolean;
  finish: boolean;
}

export class BatchRun {
  running = 0;
  #preparing = 0;
  #asking = 0;
  #finishing = 0;
  #failure: { error: unknown } | undefined;
  readonly #lateness = new Lateness();

  constructor(
    private readonly input: ScoreBatchInput,
    private readonly state: BatchState,
    private readonly membership: Membership,
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
    for (const clip of seen.expired) this.#apply(clip, adoptionExpired(clip, now));
    return survey(this.state.clips.values(), now);
  }

  /**
   * Starts whatever may start now.
   * @returns when to look again (Infinity if only an event can help), and what the account should know
   */
  dispatch(mode: Mode): { nextDue: number; demand: Demand } {
    const seen = this.#look();
    if (mode.prepare) this.#prepare();
    const later = mode.submit ? this.#submit(seen) : Infinity;
    const { wants, moreToCome } = this.#demand(seen, mode.want);
    const patient = wants > 0;
    const free = this.membership.slots - seen.inFlight;
    // Slots that nobody will need within the wait are as good taken as free.
    const unhurried = patient && free > (this.membership.pace.ratePerSecond * ASK_WAIT_MS) / 1000;
    const dues = [
      later,
      mode.ask ? this.#ask(seen, unhurried) : Infinity,
      mode.finish ? this.#finish(seen, patient) : Infinity,
    ];
    const soft = Math.min(...dues) + (seen.submitting > 0 ? WAKE_SLACK_MS : 0);
    return {
      nextDue: Math.min(seen.nextDue, soft),
      demand: { held: seen.inFlight, wants, moreToCome },
    };
  }

  /** What the account should know while nothing new is begun. */
  demand(want: boolean): Demand {
    return this.#demand(survey(this.state.clips.values(), Date.now()), want);
  }

  #demand({ inFlight, ready }: Survey, want: boolean): Demand {
    const { fresh, cursor } = this.state;
    return {
      held: inFlight,
      wants: want ? ready.length + fresh.length : 0,
      moreToCome: want && (this.#preparing > 0 || cursor < this.input.rows.count),
    };
  }

  callbacks(list: TaskCallback[]): void {
    const { state, input } = this;
    const now = Date.now();
    for (const callback of list) {
      const clip = state.clips.get(callback.row);
      if (!clip || callback.round !== input.round) continue;
      if (state.isOwnedByOther(callback.taskId, callback.row)) continue;
      this.#apply(clip, calledBack(clip, callback, now, input.options));
    }
  }

  /** Gives every clip that is not at its download its outcome. */
  cancelClips(): void {
    for (const clip of this.state.clips.values()) {
      if (clip.phase === 'ended' || clip.phase === 'submitting') continue;
      this.#apply(clip, { settled: cancelled(clip) });
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
    const { state, membership } = this;
    const now = Date.now();
    for (;;) {
      const clip = seen.ready[0];
      const room = state.clips.size < membership.slots + MAX_BACKLOG;
      if (!clip && (state.fresh.length === 0 || !room)) return Infinity;
      if (seen.inFlight >= membership.slots || seen.submitting >= MAX_SUBMITTING) return Infinity;
      const moment = membership.nextMoment(now);
      if (moment === undefined) return Infinity;
      if (moment > now + HORIZON_MS) return moment - HORIZON_MS;
      seen.ready.shift();
      this.#submitOne(clip ?? this.#takeFresh(now), membership.takeMoment(now));
      seen.inFlight += 1;
      seen.submitting += 1;
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
    const lateness = this.#lateness;
    submitting(clip);
    this.#start(async () => {
      const { store, round, options } = this.input;
      const { row, attempt } = clip;
      const answer = await this.activities.submitClip({
        ...{ store, round, row, attempt, notBefore },
        notAfter: lateness.notAfter(notBefore, this.membership.accountRate),
      });
      const now = Date.now();
      if (answer.kind === 'late') lateness.late(notBefore, now);
      else if (answer.kind !== 'held') lateness.inTime();
      this.#apply(clip, submitted(clip, answer, now, options), notBefore);
    });
  }

  #ask(seen: Survey, patient: boolean): number {
    this.#askGroups(seen.due, POLL_GROUP);
    const { hinted } = seen;
    const due = Math.min(...hinted.map(({ hintedAt = 0 }) => hintedAt)) + ASK_WAIT_MS;
    if (patient && hinted.length < HINTED_GROUP && due > Date.now()) return due;
    this.#askGroups(hinted, HINTED_GROUP);
    return Infinity;
  }

  #askGroups(clips: ActiveClip[], size: number): void {
    for (let at = 0; at < clips.length && this.#asking < MAX_ASKING; at += size) {
      const group = clips.slice(at, at + size);
      for (const clip of group) {
        clip.busy = true;
        delete clip.hintedAt;
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
      this.#apply(clip, effect);
    }
  }

  #finish(seen: Survey, patient: boolean): number {
    const { state } = this;
    const due = Math.min(...seen.ended.map(({ notBefore }) => notBefore)) + FINISH_WAIT_MS;
    const few = state.unrecorded.length === 0 && seen.ended.length < FINISH_GROUP;
    if (patient && few && due > Date.now()) return due;
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
    return Infinity;
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
      if (failure) this.#apply(clip, downloadFailed(clip, failure, now, options));
      else state.succeeded(clip); // B2
    }
    state.noteFailures(answer.failures);
  }

  /** @param moment of the submission that the effect is of */
  #apply(clip: ActiveClip, effect: Effect, moment = 0): void {
    this.state.apply(clip, effect);
    if (effect.throttled) this.membership.throttled(effect.throttled, moment, Date.now());
    if (effect.denied) this.membership.denied(effect.denied);
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
