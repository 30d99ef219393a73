// A batch's side of its account: holds the share, gives out its moments, and decides what to report to the
// account. Sends nothing: account-link.ts does.
import type { LeaveReport, MemberReport, Share } from '../../contract/account.js';
import type { Pace } from '../../contract/account.js';
import type { MembershipState } from '../../contract/carried.js';
import type { VendorFailure } from '../../contract/failure.js';
import { reportDue, usesDue, type Demand } from './demand.js';
import { earliest, reframe, take } from './moments.js';
import { newUsage, restart, settleUsage } from './usage.js';

/** Hold until the account has decided on a `throttled` answer without a Retry-After. */
const HOLD_MS = 1000;

/** The batch's identity, and the options it was started with. */
export type MemberIdentity = Pick<
  MemberReport,
  'batch' | 'chain' | 'name' | 'priority' | 'pace' | 'taskTimeoutMs'
>;

export function newMembership(): MembershipState {
  return {
    joined: false,
    moments: { stopped: false, next: 0 },
    told: { held: 0, wants: 0, at: 0 },
  };
}

/** See the SDK's `WorkflowInfo`: they differ in a run that a reset created. */
interface RunIds {
  runId: string;
  originalExecutionRunId: string;
}

type Unreported = Pick<MemberReport, 'throttled' | 'denied' | 'resumed'>;

export class Membership {
  #unreported: Unreported = {};
  #mustAnswer = false;
  #starvedSince = Infinity;

  constructor(
    private readonly identity: MemberIdentity,
    readonly state: MembershipState,
  ) {}

  /** No report is due. */
  get quiet(): boolean {
    return !this.#mustAnswer && Object.keys(this.#unreported).length === 0;
  }

  get slots(): number {
    return this.state.share?.slots ?? 0;
  }

  /** Why the whole account is paused. */
  get paused(): string | undefined {
    return this.state.denied ?? this.state.share?.paused;
  }

  /** Why nothing is submitted for now. */
  hold(now: number): { until: number; reason: string } | undefined {
    const { held, share } = this.state;
    const longer = (held?.until ?? 0) > (share?.slowdown?.until ?? 0) ? held : share?.slowdown;
    return longer && longer.until > now ? longer : undefined;
  }

  /** The next moment, without taking it; undefined if the account must grant some first. */
  nextMoment(now: number): number | undefined {
    return earliest(this.state.moments, this.hold(now)?.until ?? now);
  }

  takeMoment(now: number): number {
    const moment = take(this.state.moments, this.hold(now)?.until ?? now);
    if (moment === undefined) throw new Error('P1: no moment to take');
    if (this.state.usage) this.state.usage.given += 1;
    return moment;
  }

  /** Submissions per second of the whole account. */
  get accountRate(): number {
    const { frame } = this.state.moments;
    return frame ? 1000 / frame.intervalMs : this.identity.pace.ratePerSecond;
  }

  /** The batch's share of the account's pace. */
  get pace(): Pace {
    const { frame } = this.state.moments;
    if (!this.state.share || !frame) return this.identity.pace;
    const { burst, own, turn } = frame;
    const ratePerSecond = this.accountRate * (own.length / turn);
    return { ratePerSecond, burst, maxInFlight: this.slots };
  }

  /** The account sent a share. */
  granted(share: Share, now: number): void {
    const { state } = this;
    if (share.version <= (state.share?.version ?? 0)) return;
    if (!state.share)
      delete state.denied; // denied while it had no account
    else if (share.resumes > state.share.resumes) this.#lift(now);
    if (!share.frame || share.slots < this.slots) this.#mustAnswer = true; // G1, G2
    state.share = share;
    reframe(state.moments, share.frame);
    delete state.held;
  }

  /** For submissions of a run that a reset created, until it has rejoined. */
  resetOf({ runId, originalExecutionRunId }: RunIds): { reset?: string } {
    return runId === originalExecutionRunId || runId === this.state.run ? {} : { reset: runId };
  }

  /**
   * The batch was reset. Its share is from before the reset and may belong to others now (P1, G1), so it
   * joins as another member.
   */
  rejoin(run: string): void {
    const { state } = this;
    if (state.run === run) return;
    for (const key of Object.keys(state) as (keyof MembershipState)[])
      Reflect.deleteProperty(state, key);
    Object.assign(state, newMembership(), { run });
    this.#unreported = {};
    this.#mustAnswer = false;
  }

  /** A submission that was given out for this moment was throttled. */
  throttled(failure: VendorFailure, moment: number, now: number): void {
    const until = now + (failure.retryAfterMs ?? HOLD_MS);
    this.state.held = { until, reason: `${failure.code} ${failure.message}` };
    this.#unreported.throttled = { ...failure, moment };
  }

  /**
   * The vendor denies access.
   * @param begunAt when the request was begun; one from before a resume says nothing about the time after it
   */
  denied({ code, message }: VendorFailure, begunAt: number): void {
    if (begunAt <= (this.state.resumedAt ?? -Infinity)) return;
    const reason = `the vendor denies access: ${code} ${message}`;
    this.state.denied ??= reason;
    this.#unreported.denied ??= reason;
    delete this.#unreported.resumed;
  }

  /** A user resumed the batch, and thereby its account. */
  resumed(now: number): void {
    if (this.paused === undefined) return;
    delete this.#unreported.denied;
    this.#lift(now);
    delete this.state.share?.paused; // until the account, which always agrees, has answered
    this.#unreported.resumed = true;
  }

  /**
   * The report that must be sent now; else when to check again (Infinity if time does not help).
   */
  poll(demand: Demand, now: number): { report: MemberReport } | { due: number } {
    const { state } = this;
    if (demand.wants > 0) this.#starvedSince = Infinity;
    else if (this.#starvedSince === Infinity) this.#starvedSince = now;
    if (state.joined && this.quiet) {
      const due = state.share
        ? Math.min(
            reportDue(state, state.share, demand, this.#starvedSince),
            this.#usageDue(state.share, demand, now),
          )
        : Infinity;
      if (due > now) return { due };
    }
    const { held, wants } = demand;
    const report = { ...this.#standing(held, wants), ...this.#unreported };
    this.#mustAnswer = false;
    this.#unreported = {};
    const uses = state.usage?.uses;
    state.told = { held, wants, at: now, ...(uses !== undefined && { uses }) };
    return { report };
  }

  /** The last report: the batch no longer needs the account. */
  leaveReport(): LeaveReport {
    const { batch, chain } = this.identity;
    return { batch, chain, next: this.state.moments.next, left: true };
  }

  #lift(now: number): void {
    delete this.state.denied;
    this.state.resumedAt = now;
  }

  /** When to report, or to measure again, how many moments it can use while its slots are full. */
  #usageDue({ contended }: Share, { held, wants }: Demand, now: number): number {
    const { state, accountRate } = this;
    const usage = (state.usage ??= newUsage(now));
    if (!contended) {
      restart(usage, now);
      delete usage.uses;
      return Infinity;
    }
    const { frame } = state.moments;
    const owns = frame ? accountRate * (frame.own.length / frame.turn) : 0;
    const look = { free: this.slots - held, wants, owns, accountRate };
    const lookAgain = settleUsage(usage, look, now);
    if (usage.uses === state.told.uses) return lookAgain;
    return usesDue(state);
  }

  #standing(held: number, wants: number): MemberReport {
    const { share, moments, usage, run } = this.state;
    const uses = usage?.uses;
    return {
      ...this.identity,
      ...(run !== undefined && { run }),
      ...{ version: share?.version ?? 0, resumes: share?.resumes ?? 0 },
      ...{ next: moments.next, held, wants },
      ...(uses !== undefined && { uses }),
    };
  }
}
