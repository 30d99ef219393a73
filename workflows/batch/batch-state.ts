// The state of a batch, as plain data for continue-as-new.
import type { ScoreBatchInput } from '../../contract/batch.js';
import type { ActiveClip, CarriedState } from '../../contract/carried.js';
import { isCue, rowOf } from '../../contract/cue.js';
import { noOutcomes, type Outcome, type OutcomeStatus } from '../../contract/clip.js';
import type { FailureNote } from '../../contract/failure.js';
import type { Effect } from './effect.js';
import { newTally, tally } from './breaker.js';
import { newMembership } from '../pacing/membership.js';
import { isPacked, unpack } from './packing.js';
import { RowQueue } from './row-queue.js';

/** How many failures are shown while the batch runs. */
const SHOWN_FAILURES = 5;

export class BatchState {
  readonly startedAt: number;
  readonly fresh: RowQueue;
  /** Probed rows to be fitted. */
  readonly unfitted: RowQueue;
  /** Rows all of whose cues have ended. */
  readonly joins: number[];
  readonly clips: Map<number, ActiveClip>;
  readonly counts: CarriedState['counts'];
  readonly membership: CarriedState['membership'];
  tally: CarriedState['tally'];
  unrecorded: Outcome[];
  /** Rows being fitted. */
  fitting = 0;
  /** Outcomes being recorded, without those of downloads. */
  recording = 0;
  cursor: number;
  submissions: number;
  unknown: number;
  warnings: number;
  lastFailures: FailureNote[];
  pause: CarriedState['pause'];
  capped: boolean;
  pauseTold: CarriedState['pauseTold'];
  readonly #rows: number;
  /** How many cues of a row have not ended. */
  readonly #cues: Map<number, number>;
  #segment: number;

  constructor(input: ScoreBatchInput, now: number) {
    const carried =
      input.carried && isPacked(input.carried) ? unpack(input.carried) : input.carried;
    this.#rows = input.rows.count;
    this.startedAt = carried?.startedAt ?? now;
    this.fresh = new RowQueue(carried?.fresh ?? []);
    this.unfitted = new RowQueue(carried?.unfitted ?? []);
    this.joins = carried?.joins ?? [];
    this.#cues = new Map(carried?.cues);
    this.clips = new Map(carried?.clips.map((clip) => [clip.row, clip]));
    this.unrecorded = carried?.unrecorded ?? [];
    const skipped = input.skipped ?? 0;
    this.counts = carried?.counts ?? { ...noOutcomes(input.rows.count + skipped), skipped };
    this.membership = carried?.membership ?? newMembership();
    this.tally = carried?.tally ?? newTally();
    this.cursor = carried?.cursor ?? 0;
    this.submissions = carried?.submissions ?? 0;
    this.unknown = carried?.unknown ?? 0;
    this.warnings = carried?.warnings ?? 0;
    this.lastFailures = carried?.lastFailures ?? [];
    this.pause = carried?.pause;
    this.capped = carried?.capped ?? false;
    this.pauseTold = carried?.pauseTold;
    this.#segment = carried?.segment ?? 0;
  }

  /**
   * Name of the next outcome segment; the same on replay. The time makes it differ from all names before a
   * reset, and sort after them.
   */
  nextSegment(now: number): string {
    return [now, String(this.#segment++).padStart(8, '0')].join('-');
  }

  /** Ends all rows not submitted yet; finalizeBatch writes their outcomes with the results. */
  giveUpRest(status: OutcomeStatus): void {
    this.count(status, this.#rows - this.cursor + this.unfitted.length);
    this.cursor = this.#rows;
    for (const number of this.fresh.drain()) this.ended(number, status);
    this.unfitted.clear();
  }

  /** A row has its outcome when so many of its cues have theirs. */
  expectCues(row: number, open: number): void {
    if (open === 0) this.joins.push(row);
    else this.#cues.set(row, open);
  }

  /** One row, or one cue, has its outcome. */
  ended(number: number, status: OutcomeStatus): void {
    if (!isCue(number)) {
      this.count(status);
      return;
    }
    const row = rowOf(number);
    const open = (this.#cues.get(row) ?? 1) - 1;
    this.#cues.delete(row);
    this.expectCues(row, open);
  }

  count(status: OutcomeStatus, by = 1): void {
    this.counts[status] += by;
  }

  noteFailures(notes: FailureNote[]): void {
    this.lastFailures = [...this.lastFailures, ...notes].slice(-SHOWN_FAILURES);
  }

  /** Applies the effect of one clip's change to the batch. */
  apply(clip: ActiveClip, effect: Effect): void {
    this.submissions += effect.submissions ?? 0;
    this.unknown += effect.unknown ?? 0;
    if (!effect.settled) return;
    const { status, errorCode = '', errorMessage = '' } = effect.settled;
    this.clips.delete(clip.row);
    this.unrecorded.push(effect.settled);
    if (status === 'cancelled' || status === 'skipped') return;
    tally(this.tally, status === 'failed' ? { code: errorCode, message: errorMessage } : undefined);
  }

  /** The clip's soundtrack is in the store. */
  succeeded(clip: ActiveClip): void {
    this.clips.delete(clip.row);
    this.ended(clip.row, 'succeeded');
    tally(this.tally);
  }

  /** True if another clip of the window already owns the task. */
  isOwnedByOther(taskId: string, row: number): boolean {
    for (const clip of this.clips.values()) {
      if (clip.taskId === taskId && clip.row !== row) return true;
    }
    return false;
  }

  carry(): CarriedState {
    return {
      startedAt: this.startedAt,
      cursor: this.cursor,
      fresh: this.fresh.toJSON(),
      ...(this.unfitted.length > 0 && { unfitted: this.unfitted.toJSON() }),
      ...(this.#cues.size > 0 && { cues: [...this.#cues] }),
      ...(this.joins.length > 0 && { joins: this.joins }),
      clips: [...this.clips.values()],
      unrecorded: this.unrecorded,
      membership: this.membership,
      tally: this.tally,
      counts: this.counts,
      submissions: this.submissions,
      ...(this.unknown !== 0 && { unknown: this.unknown }),
      warnings: this.warnings,
      segment: this.#segment,
      lastFailures: this.lastFailures,
      ...(this.pause && { pause: this.pause }),
      ...(this.capped && { capped: true }),
      ...(this.pauseTold && { pauseTold: this.pauseTold }),
    };
  }
}
