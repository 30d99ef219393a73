// A running batch: its state, the signals and queries it handles, and what it reports. Each method is one
// step of the story in score-batch.ts.
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchActivities } from '../../contract/activities.js';
import type { BatchProgress, ScoreBatchInput } from '../../contract/batch.js';
import type { CarriedState, PackedState } from '../../contract/carried.js';
import type { BatchSummary } from '../../contract/clip.js';
import { Alarm } from '../alarm.js';
import { anything, listOf } from '../checks.js';
import { onSignals, signalHandler } from '../guarded.js';
import {
  callbackWaitQuery,
  clipStoreQuery,
  progressQuery,
  shareSignal,
  taskCallbacksSignal,
} from '../messages.js';
import { AccountLink } from '../pacing/account-link.js';
import { Membership, type MemberIdentity } from '../pacing/membership.js';
import { nextStep, type NextStep } from '../pacing/next-step.js';
import * as wire from '../wire.js';
import { StatusAttribute } from './attributes.js';
import { batchActivities } from './batch-activities.js';
import { BatchRun } from './batch-run.js';
import { BatchState } from './batch-state.js';
import { newTally, tripped } from './breaker.js';
import { capText } from './cap.js';
import { toCarry } from './carried-size.js';
import { isAtVendor } from './clip.js';
import { historyBounds, type HistoryBounds } from '../history-bounds.js';
import type { Opened } from './opening.js';
import { Notifier } from './notifying.js';
import { pauseHandlers } from './pausing.js';
import { pauseNotice } from './pause-notice.js';
import { detailsOf, progressOf } from './progress.js';
import { Work } from './work.js';

/** If callbacks arrive at shorter intervals than this, one is likely to arrive during any workflow task. */
const CALLED_BACK_OFTEN_MS = 200;

export class Batch {
  readonly input: ScoreBatchInput;
  /** Absent until its results are written. */
  summary: BatchSummary | undefined;
  readonly #state: BatchState;
  readonly #membership: Membership;
  readonly #activities: BatchActivities;
  readonly #work: Work;
  readonly #run: BatchRun;
  readonly #account: AccountLink;
  readonly #notifier: Notifier;
  readonly #attribute: StatusAttribute;
  readonly #alarm: Alarm;
  readonly #scope = CancellationScope.current();
  #phase: BatchProgress['state'] = 'running';
  #awake = true;
  #calledBackAt = 0;
  #bounds: HistoryBounds = { near: false, close: false, reached: false, moving: false };
  #draining = false;
  #lingered = false;

  constructor({ input, pause }: Opened) {
    const wake = (): void => void (this.#awake = true);
    const { name, store, options, attributes, carried } = input;
    this.input = input;
    this.#state = new BatchState(input, Date.now());
    this.#state.pause ??= pause;
    this.#membership = new Membership(identityOf(input), this.#state.membership);
    this.#activities = batchActivities(options.probe);
    this.#work = new Work(wake);
    this.#run = new BatchRun({
      ...{ input, state: this.#state, membership: this.#membership },
      ...{ activities: this.#activities, work: this.#work },
    });
    this.#account = new AccountLink(
      this.#membership,
      (report) => this.#activities.joinAccount(report),
      wake,
      (error) => this.#work.fail(error),
    );
    this.#notifier = new Notifier(options.notify?.url, () => {
      const { counts, submissions } = this.summary ?? this.#state;
      return { name, counts: { ...counts }, submissions, results: store };
    });
    this.#attribute = new StatusAttribute(attributes ?? false, carried?.said);
    this.#alarm = new Alarm(wake);
    this.#scope.cancelRequested.catch(wake);
    this.#listen(wake);
  }

  get cancelled(): boolean {
    return this.#scope.consideredCancelled;
  }

  /** Takes account of what has happened since the last call. @returns what to do now */
  look(): NextStep {
    this.#awake = false; // before anything is checked, so that no wake-up is lost
    this.#work.check();
    if (this.cancelled) {
      this.#phase = 'cancelling';
      this.#state.giveUpRest('cancelled');
      this.#run.cancelClips();
    }
    this.#bounds = historyBounds(this.input.options.historyBound);
    const { near, close, reached, moving } = this.#bounds;
    // To move to another version takes as long as what is under way, so submissions go on beside a long download.
    this.#draining ||=
      reached ||
      (near && this.#run.starved) ||
      (close && this.#work.running === 0) ||
      (moving && !this.#run.lengthy);
    return nextStep({
      ...{ cancelling: this.cancelled, settled: this.#run.settled, draining: this.#draining },
      quiet: this.#quiet,
      signalNear: !this.#lingered && Date.now() - this.#calledBackAt < CALLED_BACK_OFTEN_MS,
    });
  }

  /** Begins what may begin, and reports to the account. @returns when to check again if nothing happens */
  begin(step: NextStep): number {
    const { options } = this.input;
    this.#state.pause ??= tripped(this.#state.tally, options.maxFailures);
    const want = this.#state.pause === undefined && !this.cancelled;
    const { nextDue, demand } =
      step === 'work'
        ? this.#run.dispatch(this.#mode(want))
        : { nextDue: Infinity, demand: this.#run.demand(want) };
    return Math.min(nextDue, this.#account.report(demand, Date.now()));
  }

  /** Publishes its state, and notifies of a pause. */
  show(): void {
    this.#attribute.say(this.#paused ? 'paused' : this.#phase);
    const reason = this.#paused ? (this.#membership.paused ?? this.#state.pause) : undefined;
    const notice = pauseNotice(this.#state.pauseTold, reason, this.#state.submissions);
    this.#state.pauseTold = notice.told;
    if (notice.due) this.#work.start(() => this.#notifier.notify('batch.paused', reason));
    this.#showDetails();
  }

  /** Returns when something has happened, or when `dueAt` is reached. */
  async wait(step: NextStep, dueAt: number): Promise<void> {
    if (step === 'linger') {
      // A signal that arrives before this workflow task ends would make the server refuse to continue as new,
      // and the worker replay everything. After a signal, the next takes at least the receiver's window.
      this.#lingered = true;
      await condition(() => this.#awake, CALLED_BACK_OFTEN_MS);
      return;
    }
    if (step === 'work') this.#alarm.setFor(dueAt, Date.now());
    else this.#alarm.cancel();
    // The cap may have left out all that remained; and a handler that wakes the batch has not finished yet.
    const over = (): boolean => (step === 'work' ? this.#run.settled : this.#quiet);
    await condition(() => this.#awake || over());
  }

  /** All that its next run needs. */
  carry(): CarriedState | PackedState {
    return toCarry({ ...this.#state.carry(), said: this.#attribute.said });
  }

  /** Leaves the account, then writes the results. */
  async writeResults(): Promise<BatchSummary> {
    const { store, round, options } = this.input;
    const { startedAt, submissions, capped } = this.#state;
    this.#alarm.cancel();
    this.#phase = 'finishing';
    await this.#account.leave();
    this.summary = await this.#activities.finalizeBatch({
      ...{ store, round, submissions, startedAt: new Date(startedAt).toISOString() },
      ...(options.xlsx && { xlsx: true }),
      ...(capped &&
        options.cap && { leftOut: { code: options.cap.code, message: capText(options.cap) } }),
    });
    this.#phase = 'done';
    return this.summary;
  }

  /** Notifies of its end. */
  async showEnd(end: 'cancelled' | 'finished'): Promise<void> {
    this.#attribute.say(end);
    await this.#notifier.notify(`batch.${end}`);
    this.#showDetails();
  }

  /** Leaves the account, then notifies why the batch cannot continue. */
  async showFailure(reason: string): Promise<void> {
    await this.#account.leave();
    await this.#notifier.notify('batch.failed', reason);
  }

  #listen(wake: () => void): void {
    onSignals([
      signalHandler(taskCallbacksSignal, listOf(anything), (list) => {
        this.#calledBackAt = Date.now();
        this.#run.callbacks(list);
        wake();
      }),
      ...pauseHandlers(
        (reason) => {
          this.#state.pause = reason;
          wake();
        },
        () => {
          this.#state.pause = undefined;
          this.#state.tally = newTally();
          this.#membership.resumed(Date.now());
          wake();
        },
      ),
      signalHandler(shareSignal, wire.share, (share) => {
        this.#membership.granted(share, Date.now());
        wake();
      }),
    ]);
    setHandler(progressQuery, () => this.#progress());
    setHandler(callbackWaitQuery, () => this.#run.callbackWaitMs());
    setHandler(clipStoreQuery, ({ round, row, attempt }) =>
      round === this.input.round && isAtVendor(this.#state.clips.get(row), attempt)
        ? this.input.store
        : null,
    );
  }

  /** What may be begun now. */
  #mode(want: boolean) {
    const denied = this.#membership.paused !== undefined;
    const open = want && !denied;
    const { near, close } = this.#bounds;
    return {
      want,
      prepare: open && !near,
      submit: open,
      ask: !denied && !this.cancelled,
      finish: !close || this.cancelled,
    };
  }

  /** Nothing is under way, and no report to the account is due. */
  get #quiet(): boolean {
    return this.#work.running === 0 && this.#account.quiet && allHandlersFinished();
  }

  get #paused(): boolean {
    const reason = this.#state.pause ?? this.#membership.paused;
    return this.#phase === 'running' && reason !== undefined;
  }

  #progress(): BatchProgress {
    const state = this.#paused ? 'paused' : this.#phase;
    return progressOf(this.input, this.#state, this.#membership, Date.now(), state);
  }

  #showDetails(): void {
    setCurrentDetails(detailsOf(this.#progress()));
  }
}

function identityOf({ name, options }: ScoreBatchInput): MemberIdentity {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const { priority, pace, taskTimeoutMs } = options;
  return { batch: workflowId, chain: firstExecutionRunId, name, priority, pace, taskTimeoutMs };
}
