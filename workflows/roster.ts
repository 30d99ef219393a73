// Who uses the account, and what each batch may use of it. Plain data and decisions; sends nothing.
// The rules G1 to G3 stand in slots.ts and timeline.ts.
import type {
  AccountState,
  AccountView,
  Farewell,
  MemberReport,
  MemberState,
  Share,
  Tuning,
} from '../contract/account.js';
import type { Pace } from '../contract/batch.js';
import { settleSlots } from './slots.js';
import { fullSpeed, slowDown, speedUp } from './speed.js';
import { changeDue, frameOf, GIVEN_OUT_MS, settleTimeline } from './timeline.js';

/**
 * Versions begin at the time (epoch ms): batches that still have a share of an account that somebody
 * ended must take those of its successor for newer.
 */
export function newAccount(now: number): AccountState {
  const limits: Pace = { ratePerSecond: 1, burst: 1, maxInFlight: 1 }; // until someone joins
  return { limits, members: [], version: now, floor: 0, speed: fullSpeed() };
}

export class Roster {
  constructor(readonly state: AccountState) {}

  get isEmpty(): boolean {
    return this.state.members.length === 0;
  }

  get isContended(): boolean {
    return this.state.members.length > 1;
  }

  /** Batches that were at work before this account was: they stop and tell what they hold. */
  recover(batches: { batch: string; chain: string }[], now: number): void {
    const { state } = this;
    const unknown = batches.filter(({ batch }) => !this.#member(batch));
    if (unknown.length === 0) return;
    const version = state.version + 1;
    for (const { batch, chain } of unknown) {
      state.members.push({
        ...{ batch, chain, name: batch, priority: 'normal' },
        ...{ version: 0, next: 0, held: 0, wants: 0, found: true },
        lowered: { version, from: Number.MAX_SAFE_INTEGER }, // G1
      });
    }
    state.change = { version, of: unknown.map(({ batch }) => batch), since: now }; // G2
  }

  report(report: MemberReport | Farewell, now: number): void {
    const { state } = this;
    const known = this.#member(report.batch);
    if ('left' in report) {
      if (known?.chain === report.chain) this.#remove(known, report.next);
      return;
    }
    const { pace, throttled, denied, resumed, ...standing } = report;
    if (known && known.chain !== report.chain) this.#remove(known, now + GIVEN_OUT_MS);
    if (state.members.every(({ found }) => found)) state.limits = pace;
    if (known?.chain === report.chain) {
      Object.assign(known, standing);
      delete known.found;
    } else state.members.push(standing);
    if (known?.lowered && report.version >= known.lowered.version) delete known.lowered; // G1
    if (throttled) slowDown(state.speed, throttled, now);
    if (denied !== undefined) state.paused = denied;
    else if (resumed) delete state.paused;
  }

  /** These have died without leaving. */
  gone(batches: string[], now: number): void {
    for (const batch of batches) {
      const member = this.#member(batch);
      if (member) this.#remove(member, now + GIVEN_OUT_MS);
    }
  }

  tune(tuning: Tuning): Pace {
    this.state.limits = { ...this.state.limits, ...tuning };
    return this.state.limits;
  }

  /**
   * Decides what everyone may use now.
   * @param isBusy of batches that are being sent a share; they are left for later
   * @returns the shares to send
   */
  settle(now: number, isBusy: (batch: string) => boolean): { batch: string; share: Share }[] {
    speedUp(this.state.speed, now);
    settleTimeline(this.state, now);
    const slots = settleSlots(this.state, isBusy);
    const { state } = this;
    return state.members.flatMap((member) => {
      if (isBusy(member.batch)) return [];
      const wanted = this.#shareOf(member, slots.get(member.batch) ?? 0);
      const sent = member.share && { ...wanted, version: member.share.version };
      if (JSON.stringify(sent) === JSON.stringify(member.share ?? {})) return [];
      member.share = { ...wanted, version: ++state.version };
      return [{ batch: member.batch, share: member.share }];
    });
  }

  /** When to settle again although nothing happened (epoch ms). */
  nextDue(): number {
    return Math.min(changeDue(this.state), this.state.speed.nextStep ?? Infinity);
  }

  view(now: number): AccountView {
    const { limits, members, paused, speed, timeline } = this.state;
    const slowed = speed.factor < 1 || speed.holdUntil > now;
    const reason = paused ?? (slowed ? speed.reason : undefined);
    return {
      state: paused !== undefined ? 'paused' : slowed ? 'slowed' : 'open',
      ...(reason !== undefined && { reason }),
      ...(speed.holdUntil > now && { holdUntil: speed.holdUntil }),
      limits,
      ratePerSecond: limits.ratePerSecond * speed.factor,
      members: members.map(({ batch, name, priority, share, wants }) => ({
        ...{ batch, name, priority, wants },
        rateShare: timeline
          ? timeline.ring.filter((owner) => owner === batch).length / timeline.ring.length
          : 0,
        slots: share?.slots ?? 0,
      })),
    };
  }

  #member(batch: string): MemberState | undefined {
    return this.state.members.find((member) => member.batch === batch);
  }

  /** @param until its moments up to here may have been used */
  #remove(member: MemberState, until: number): void {
    const { state } = this;
    state.members = state.members.filter((other) => other !== member);
    state.floor = Math.max(state.floor, until);
  }

  #shareOf(member: MemberState, slots: number): Omit<Share, 'version'> {
    const { change, paused, speed } = this.state;
    const stopped = change?.of.includes(member.batch);
    return {
      slots,
      contended: this.isContended,
      ...(!stopped && { frame: frameOf(this.state, member.batch) }),
      ...(speed.reason !== undefined && {
        slowdown: { reason: speed.reason, until: speed.holdUntil },
      }),
      ...(paused !== undefined && { paused }),
    };
  }
}
