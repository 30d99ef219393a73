// Finished videos under way: which are to be mixed, and what became of them.
import { proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type {
  MixActivities,
  MixAgain,
  MixClipOutput,
  MixProgress,
  MixState,
  MixVideosInput,
} from '../../contract/mix.js';
import { mixingQueueOf } from '../../contract/names.js';
import { onSignals, signalHandler } from '../guarded.js';
import { historyBounds } from '../history-bounds.js';
import { mixAgainSignal, mixProgressQuery } from '../messages.js';
import * as wire from '../wire.js';

/** Under way or queued: enough for the processors of several workers. */
const MAX_MIXING = 16;
const SHOWN_FAILURES = 5;

const MIXING = {
  startToCloseTimeout: '6h', // a clip may have to be fetched first
  heartbeatTimeout: '15s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
} as const;

export class Mixing {
  #input: MixVideosInput;
  readonly #activities: MixActivities;
  #state: MixState;
  #phase: MixProgress['state'] = 'mixing';
  /** Asked for while this runs. */
  #again: MixAgain | undefined;

  constructor(input: MixVideosInput) {
    this.#input = input;
    this.#state = input.carried ?? firstState();
    const taskQueue = mixingQueueOf(workflowInfo().taskQueue);
    this.#activities = proxyActivities<MixActivities>({ ...MIXING, taskQueue });
    onSignals([
      signalHandler(mixAgainSignal, wire.mixAgain, (again) => void (this.#again = again)),
    ]);
    setHandler(mixProgressQuery, () => this.progress());
  }

  /** Its history is so long that another run must continue, or another version is to go on. */
  get full(): boolean {
    const { reached, moving } = historyBounds(this.#input.historyBound);
    return this.#phase === 'mixing' && (reached || moving);
  }

  /** Mixes until nothing is left, or the history is full. */
  async mixAll(): Promise<void> {
    this.#phase = 'mixing';
    while (this.#isOpen) {
      if (this.#state.rows.length === 0) await this.#find();
      await Promise.all(Array.from({ length: MAX_MIXING }, () => this.#lane()));
      if (this.full) return;
    }
  }

  /** @returns `again` if it was asked to look through all rows once more */
  async finish(): Promise<'again' | 'done'> {
    await this.writeResults();
    const again = this.#again;
    this.#again = undefined;
    if (!again) {
      this.#phase = 'done';
      return 'done';
    }
    const next = this.#from(again);
    this.#input = next;
    this.#state = next.carried;
    return 'again';
  }

  async writeResults(): Promise<void> {
    this.#phase = 'finishing';
    const { batch, store, round } = this.#input;
    await this.#activities.writeMixes({ batch, store, round });
  }

  /** The argument of the next run. A request to look again is carried as one to look from the start. */
  carry(): MixVideosInput {
    return this.#again ? this.#from(this.#again) : { ...this.#input, carried: this.#state };
  }

  progress(): MixProgress {
    const { startedAt, lastFailures, before = 0 } = this.#state;
    const { found, made, kept, failed } = this.#state.counts;
    const again = Math.min(before, kept);
    const counts = { found, made: made + again, kept: kept - again, failed };
    const complete = this.#state.next === undefined;
    return { state: this.#phase, counts, complete, startedAt, lastFailures };
  }

  get #isOpen(): boolean {
    return this.#state.rows.length > 0 || this.#state.next !== undefined;
  }

  /** To begin with the first row again. */
  #from(again: MixAgain): MixVideosInput & { carried: MixState } {
    const { version, batch, store, mix, historyBound } = this.#input;
    const { startedAt } = this.#state;
    const alike =
      again.mix.audio === mix.audio &&
      again.mix.loudness === mix.loudness &&
      again.mix.fadeSeconds === mix.fadeSeconds;
    const before = alike ? this.progress().counts.made : 0;
    const carried = { ...firstState(), startedAt, before };
    return { version, batch, store, historyBound, ...again, carried };
  }

  async #find(): Promise<void> {
    const { store, round, mix, skipped } = this.#input;
    const state = this.#state;
    const found = await this.#activities.findMixes({
      ...{ store, round, mix, from: state.next ?? 0 },
      ...(skipped && { skipped }),
    });
    state.rows = found.rows;
    state.counts.found += found.rows.length + found.kept;
    state.counts.kept += found.kept;
    if (found.next === undefined) delete state.next;
    else state.next = found.next;
  }

  /** Mixes one row after another. */
  async #lane(): Promise<void> {
    const { store, round, mix } = this.#input;
    for (;;) {
      const row = this.full ? undefined : this.#state.rows.shift();
      if (row === undefined) return;
      this.#took(await this.#activities.mixClip({ store, round, row, mix }));
    }
  }

  #took({ failure }: MixClipOutput): void {
    const { counts } = this.#state;
    counts[failure ? 'failed' : 'made'] += 1;
    if (!failure) return;
    this.#state.lastFailures = [...this.#state.lastFailures, failure].slice(-SHOWN_FAILURES);
  }
}

function firstState(): MixState {
  return {
    next: 0,
    rows: [],
    counts: { found: 0, made: 0, kept: 0, failed: 0 },
    startedAt: workflowInfo().startTime.toISOString(),
    lastFailures: [],
  };
}
