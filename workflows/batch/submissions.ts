// Gives out submissions, each with its moment.
import { workflowInfo } from '@temporalio/workflow';
import type { ActiveClip } from '../../contract/carried.js';
import { isAsIs } from './as-is.js';
import { leftOf } from './cap.js';
import { isFull } from './carried-size.js';
import { newClip, submitted, submitting } from './clip.js';
import { applyEffect, type StepContext } from './step.js';
import { Lateness } from '../pacing/lateness.js';
import type { Survey } from './survey.js';

/** Submissions are given out this long before they are due: enough to hide the latency of a workflow task. */
const HORIZON_MS = 1500;
/**
 * Submissions given out and not answered. Bounds the unknown outcomes after a crash, and the answers that
 * arrive during one workflow task: a server fails a task with more than some hundred.
 */
const MAX_SUBMITTING = 40;
/** Clips in the window beyond the in-flight limit: waiting for a retry or a download. */
const MAX_BACKLOG = 500;

export class Submissions {
  readonly #lateness = new Lateness();

  constructor(private readonly context: StepContext) {}

  /** Counts what it gives out in the survey. Returns when to try again; Infinity if time does not help. */
  begin(seen: Survey): number {
    const { input, state, membership } = this.context;
    const now = Date.now();
    let full: boolean | undefined;
    for (;;) {
      if (leftOf(input.options.cap, state, seen.submitting) <= 0) return Infinity; // M1
      const clip = seen.ready[0];
      const room = state.clips.size < membership.slots + MAX_BACKLOG;
      if (!clip && (state.fresh.length === 0 || !room)) return Infinity;
      if (seen.inFlight >= membership.slots || seen.submitting >= MAX_SUBMITTING) return Infinity;
      if (!clip && (full ??= isFull(state.clips, state.unrecorded))) return Infinity;
      const moment = membership.nextMoment(now);
      if (moment === undefined) return Infinity;
      if (moment > now + HORIZON_MS) return moment - HORIZON_MS;
      seen.ready.shift();
      this.#submit(clip ?? this.#takeFresh(now), membership.takeMoment(now));
      seen.inFlight += 1;
      seen.submitting += 1;
    }
  }

  #takeFresh(now: number): ActiveClip {
    const { state } = this.context;
    const row = state.fresh.take();
    if (row === undefined) throw new Error('B1: no prepared row to take');
    const clip = newClip(row, now);
    state.clips.set(row, clip);
    return clip;
  }

  #submit(clip: ActiveClip, notBefore: number): void {
    const { input, membership, activities, work } = this.context;
    const lateness = this.#lateness;
    submitting(clip);
    work.start(async () => {
      const { store, round, options } = input;
      const { row, attempt } = clip;
      const answer = await activities.submitClip({
        ...{ store, round, row, attempt, notBefore },
        ...(isAsIs(input) && { asIs: true }),
        notAfter: lateness.notAfter(notBefore, membership.accountRate),
        ...membership.resetOf(workflowInfo()),
      });
      const now = Date.now();
      if (answer.kind === 'held' && answer.reset !== undefined) membership.rejoin(answer.reset);
      if (answer.kind === 'late') lateness.late(notBefore, now);
      else if (answer.kind !== 'held') lateness.inTime();
      applyEffect(this.context, clip, submitted(clip, answer, now, options), notBefore);
    });
  }
}
