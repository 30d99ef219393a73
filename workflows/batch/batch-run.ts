// One run of a batch: surveys the window and lets each step begin what may begin now.
//
// B1. Nothing a clip needs is held only in a running activity: state changes before and after it.
// B2. An outcome counts once it is recorded in the store, never before.
import type { TaskCallback } from '../../contract/callback.js';
import { adoptionExpired, calledBack } from './adoption.js';
import { applyEffect, type StepContext } from './step.js';
import type { Demand } from '../pacing/demand.js';
import { leaveOut, leftOf } from './cap.js';
import { cancelled } from './effect.js';
import { Finishing } from './finishing.js';
import { Fitting } from './fitting.js';
import { Joining } from './joining.js';
import { Preparing } from './preparing.js';
import { CALLBACK_WAIT_MS, Queries, QUERY_WAIT_MS } from './queries.js';
import { Submissions } from './submissions.js';
import * as wire from '../wire.js';
import { survey, type Survey } from './survey.js';

/**
 * The answer to a submission under way wakes the batch and so saves a timer; without one, a timer wakes it
 * this much later than wanted.
 */
const WAKE_SLACK_MS = 4000;

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
  readonly #preparing: Preparing;
  readonly #fitting: Fitting;
  readonly #submissions: Submissions;
  readonly #queries: Queries;
  readonly #finishing: Finishing;
  readonly #joining: Joining;

  constructor(private readonly context: StepContext) {
    this.#preparing = new Preparing(context);
    this.#fitting = new Fitting(context);
    this.#submissions = new Submissions(context);
    this.#queries = new Queries(context);
    this.#finishing = new Finishing(context);
    this.#joining = new Joining(context);
  }

  get settled(): boolean {
    const { input, state, work } = this.context;
    const { fresh, unfitted } = state;
    const rowsLeft = state.cursor < input.rows.count || fresh.length + unfitted.length > 0;
    const open = state.clips.size + state.unrecorded.length + state.joins.length;
    return !rowsLeft && open === 0 && work.running === 0;
  }

  /** Nothing is left to submit until another page is prepared. */
  get starved(): boolean {
    const preparing = this.#preparing.underWay || this.#fitting.underWay;
    return !preparing && this.context.state.fresh.length === 0;
  }

  /** Something is under way that may take long: pages, copies, downloads, joins. */
  get lengthy(): boolean {
    return [this.#preparing, this.#fitting, this.#finishing, this.#joining].some(
      ({ underWay }) => underWay,
    );
  }

  /**
   * Begins everything that may begin now.
   * @returns when to check again (Infinity if only an event can help), and the demand to report
   */
  dispatch(mode: Mode): { nextDue: number; demand: Demand } {
    const seen = this.#keepCap(this.#look());
    if (mode.prepare && !this.context.state.capped) {
      this.#preparing.begin();
      this.#fitting.begin();
    }
    const later = mode.submit ? this.#submissions.begin(seen) : Infinity;
    const demand = this.#demand(seen, mode.want);
    const patient = demand.wants > 0;
    // Queries can wait if more slots are free than clips will need within the batching window.
    const unhurried = patient && this.#hasSlotsFor(QUERY_WAIT_MS, seen);
    const dues = [
      later,
      mode.ask ? this.#queries.begin(seen, unhurried) : Infinity,
      mode.finish ? this.#finishing.begin(seen, patient) : Infinity,
    ];
    if (mode.finish) this.#joining.begin();
    const soft = Math.min(...dues) + (seen.submitting > 0 ? WAKE_SLACK_MS : 0);
    return { nextDue: Math.min(seen.nextDue, soft), demand };
  }

  /** The demand to report to the account while nothing new is begun. */
  demand(want: boolean): Demand {
    return this.#demand(survey(this.context.state.clips.values(), Date.now()), want);
  }

  /** How long callbacks may wait for others on their way here, where they wait once more. */
  callbackWaitMs(): number {
    const seen = survey(this.context.state.clips.values(), Date.now());
    const patient = this.#demand(seen, true).wants > 0;
    const free = this.#hasSlotsFor(CALLBACK_WAIT_MS + QUERY_WAIT_MS, seen);
    return patient && free ? CALLBACK_WAIT_MS : 0;
  }

  callbacks(list: TaskCallback[]): void {
    const { input, state } = this.context;
    const now = Date.now();
    for (const callback of list) {
      if (wire.callback(callback) !== undefined) continue; // other callbacks of the signal may be valid
      const clip = state.clips.get(callback.row);
      if (!clip || callback.round !== input.round) continue;
      if (state.isOwnedByOther(callback.taskId, callback.row)) continue;
      applyEffect(this.context, clip, calledBack(clip, callback, now, input.options));
    }
  }

  /** Gives every clip an outcome, except those that are being submitted or await their download. */
  cancelClips(): void {
    for (const clip of this.context.state.clips.values()) {
      if (clip.phase === 'ended' || clip.phase === 'submitting') continue;
      applyEffect(this.context, clip, { settled: cancelled(clip) });
    }
  }

  /** Whether more slots are free than clips will need within this time. */
  #hasSlotsFor(ms: number, { inFlight }: Survey): boolean {
    const { slots, pace } = this.context.membership;
    return slots - inFlight > (pace.ratePerSecond * ms) / 1000;
  }

  #look(): Survey {
    const { state } = this.context;
    const now = Date.now();
    const seen = survey(state.clips.values(), now);
    if (seen.expired.length === 0) return seen;
    for (const clip of seen.expired) applyEffect(this.context, clip, adoptionExpired(clip, now));
    return survey(state.clips.values(), now);
  }

  /** Once the cap is reached for good, rows and clips that wait to be submitted are left out. */
  #keepCap(seen: Survey): Survey {
    const { input, state } = this.context;
    const { cap } = input.options;
    if (!cap || seen.submitting > 0 || leftOf(cap, state, 0) > 0) return seen;
    state.capped = true;
    state.giveUpRest('skipped');
    const open = [...state.clips.values()].filter(({ phase }) => phase === 'ready');
    for (const clip of open) applyEffect(this.context, clip, leaveOut(clip, cap));
    return open.length > 0 ? survey(state.clips.values(), Date.now()) : seen;
  }

  #demand({ inFlight, ready }: Survey, want: boolean): Demand {
    const { input, state } = this.context;
    return {
      held: inFlight,
      wants: want ? ready.length + state.fresh.length : 0,
      moreToCome:
        want &&
        (this.#preparing.underWay ||
          this.#fitting.underWay ||
          state.unfitted.length > 0 ||
          state.cursor < input.rows.count),
    };
  }
}
