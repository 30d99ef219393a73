// Gives out submissions, each with its moment, in groups: one activity makes those that are due within a horizon.
import { patched, workflowInfo } from '@temporalio/workflow';
import type { SubmitClipsOutput } from '../../contract/activities.js';
import type { ActiveClip } from '../../contract/carried.js';
import { isAsIs } from './as-is.js';
import { leftOf } from './cap.js';
import { isFull } from './carried-size.js';
import { newClip, submitted, submitting } from './clip.js';
import { horizonOf, type Horizon } from './horizon.js';
import { applyEffect, type StepContext } from './step.js';
import { Lateness } from '../pacing/lateness.js';
import type { Survey } from './survey.js';

/** More of one activity would make the first wait long for the answer to the last. */
const MAX_GROUP = 20;
/** Submissions given out and not answered. Bounds the unknown outcomes after a crash. */
const MAX_SUBMITTING = 100;
/** Clips in the window beyond the in-flight limit: waiting for a retry or a download. */
const MAX_BACKLOG = 500;

/** Runs that began before submissions were given out in groups. */
const ONE_BY_ONE: Horizon & { group: number; submitting: number } = {
  ...{ horizonMs: 1500, refillMs: 1500, groupMs: 1, group: 1 },
  submitting: 40,
};

interface Submission {
  clip: ActiveClip;
  notBefore: number;
}

export class Submissions {
  readonly #lateness = new Lateness();
  /** How long the last answer took, after the last moment of its group. */
  #answerMs = 0;
  readonly #inGroups = patched('submit-in-groups');

  constructor(private readonly context: StepContext) {}

  /** Counts what it gives out in the survey. Returns when to try again; Infinity if time does not help. */
  begin(seen: Survey): number {
    const { membership } = this.context;
    const now = Date.now();
    const {
      horizonMs,
      refillMs,
      groupMs,
      group: most,
      submitting: mostSubmitting,
    } = this.#bounds();
    const carriesNoMore = this.#fullness();
    const nextMoment = (): number => this.#nextMoment(seen, now, mostSubmitting, carriesNoMore);
    for (;;) {
      const next = nextMoment();
      if (next > now + refillMs) return next - refillMs;
      const isDue = (moment: number): boolean =>
        moment <= now + horizonMs && moment < next + groupMs;
      const group: Submission[] = [];
      while (group.length < most && isDue(nextMoment())) {
        const clip = seen.ready.shift() ?? this.#takeFresh(now);
        group.push({ clip, notBefore: membership.takeMoment(now) });
        seen.inFlight += 1;
        seen.submitting += 1;
      }
      this.#submit(group);
    }
  }

  #bounds(): typeof ONE_BY_ONE {
    if (!this.#inGroups) return ONE_BY_ONE;
    const { ratePerSecond } = this.context.membership.pace;
    const horizon = horizonOf(1000 / ratePerSecond, this.#answerMs);
    return { ...horizon, group: MAX_GROUP, submitting: MAX_SUBMITTING };
  }

  /** The moment of the next submission; Infinity if there is none, or it has to wait for more than time. */
  #nextMoment(
    seen: Survey,
    now: number,
    mostSubmitting: number,
    carriesNoMore: () => boolean,
  ): number {
    const { input, state, membership } = this.context;
    if (leftOf(input.options.cap, state, seen.submitting) <= 0) return Infinity; // M1
    const room = state.clips.size < membership.slots + MAX_BACKLOG;
    if (seen.ready.length === 0 && (state.fresh.length === 0 || !room)) return Infinity;
    if (seen.inFlight >= membership.slots || seen.submitting >= mostSubmitting) return Infinity;
    if (seen.ready.length === 0 && carriesNoMore()) return Infinity;
    return membership.nextMoment(now) ?? Infinity;
  }

  /** Whether its next run could carry no further clip; looked at once, as that takes a pass over all clips. */
  #fullness(): () => boolean {
    const { clips, unrecorded } = this.context.state;
    let full: boolean | undefined;
    return () => (full ??= isFull(clips, unrecorded));
  }

  #takeFresh(now: number): ActiveClip {
    const { state } = this.context;
    const row = state.fresh.take();
    if (row === undefined) throw new Error('B1: no prepared row to take');
    const clip = newClip(row, now);
    state.clips.set(row, clip);
    return clip;
  }

  #submit(group: Submission[]): void {
    const { input, membership, work } = this.context;
    const lateness = this.#lateness;
    for (const { clip } of group) submitting(clip);
    work.start(async () => {
      const { answers, reset } = await this.#post(group);
      const now = Date.now();
      this.#answerMs = now - Math.max(...group.map(({ notBefore }) => notBefore));
      if (reset !== undefined) membership.rejoin(reset);
      const byRow = new Map(answers);
      for (const { clip, notBefore } of group) {
        const answer = byRow.get(clip.row) ?? { kind: 'held' };
        if (answer.kind === 'late') lateness.late(notBefore, now);
        else if (answer.kind !== 'held') lateness.inTime();
        applyEffect(this.context, clip, submitted(clip, answer, now, input.options), notBefore);
      }
    });
  }

  async #post(group: Submission[]): Promise<SubmitClipsOutput> {
    const { input, membership, activities } = this.context;
    const { store, round } = input;
    const submissions = group.map(({ clip: { row, attempt }, notBefore }) => ({
      ...{ row, attempt, notBefore },
      notAfter: this.#lateness.notAfter(notBefore, membership.accountRate),
    }));
    const shared = {
      ...{ store, round, ...(isAsIs(input) && { asIs: true as const }) },
      ...membership.resetOf(workflowInfo()),
    };
    const [first] = submissions;
    if (this.#inGroups || !first) return await activities.submitClips({ ...shared, submissions });
    const answer = await activities.submitClip({ ...shared, ...first });
    return {
      answers: [[first.row, answer]],
      ...('reset' in answer && { reset: answer.reset }),
    };
  }
}
