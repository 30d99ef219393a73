// Who uses the account, and what each batch may use of it. Plain data and decisions; sends nothing.
// The rules G1 to G3 are in slots.ts and timeline.ts.
import type {
  AccountState,
  AccountView,
  LeaveReport,
  MemberReport,
  MemberState,
  Share,
  Tuning,
} from '../../contract/account.js';
import type { Pace } from '../../contract/account.js';
import { evictionFault, isSilent, silenceDue, silentUntil } from './silence.js';
import { bound, settleSlots } from './slots.js';
import { fullSpeed, slowDown, speedUp } from './speed.js';
import { changeDue, frameOf, GIVEN_OUT_MS, settleTimeline } from './timeline.js';

/**
 * Versions and resumes start at the current time (epoch ms), so that batches that still have a share of a
 * terminated account accept the shares of its successor as newer.
 */
export function newAccount(now: number): AccountState {
  const limits: Pace = { ratePerSecond: 1, burst: 1, maxInFlight: 1 }; // until a batch joins
  return { limits, members: [], version: now, resumes: now, floor: 0, speed: fullSpeed() };
}

export class Roster {
  constructor(readonly state: AccountState) {}

  get isEmpty(): boolean {
    return this.state.members.length === 0;
  }

  get isContended(): boolean {
    return this.state.members.filter(({ evicted }) => evicted === undefined).length > 1;
  }

  /** Adds batches that were running before this account workflow: they stop and report what they hold. */
  recover(batches: { batch: string; chain: string }[], now: number): void {
    const { state } = this;
    const unknown = batches.filter(({ batch }) => !this.#member(batch));
    if (unknown.length === 0) return;
    const version = state.version + 1;
    for (const { batch, chain } of unknown) {
      state.members.push({
        ...{ batch, chain, name: batch, priority: 'normal' },
        ...{ version: 0, next: 0, held: 0, wants: 0, found: true },
        lowered: { version, from: Number.MAX_SAFE_INTEGER, at: now }, // G1
      });
    }
    state.change = { version, of: unknown.map(({ batch }) => batch), since: now }; // G2
  }

  report(report: MemberReport | LeaveReport, now: number): void {
    const { state } = this;
    const known = this.#member(report.batch);
    if ('left' in report) {
      if (known?.chain === report.chain) this.#remove(known, report.next);
      return;
    }
    // A batch that has not received its eviction yet reports its state from before it.
    const same = known?.chain === report.chain && (known.found ?? known.run === report.run);
    const putOut = same && known.evicted !== undefined;
    if (putOut && report.version < (known.evicted ?? 0)) return;
    const { pace, throttled, denied, resumed, resumes, ...standing } = report;
    if (known && !same) this.#remove(known, now + GIVEN_OUT_MS);
    if (state.members.every(({ found }) => found)) state.limits = pace;
    if (same) {
      delete known.found;
      delete known.uses;
      delete known.silentSince;
      delete known.evicted;
      Object.assign(known, standing);
    } else state.members.push(standing);
    if (same && known.lowered && report.version >= known.lowered.version) delete known.lowered; // G1
    if (throttled) slowDown(state.speed, throttled, now);
    if (denied !== undefined) this.#denied(denied, resumes);
    else if (resumed) this.#resume();
  }

  /** Removes batches that died without leaving. */
  gone(batches: string[], now: number): void {
    for (const batch of batches) {
      const member = this.#member(batch);
      if (member) this.#remove(member, now + GIVEN_OUT_MS);
    }
  }

  /** Marks batches that run without making progress as silent. */
  stuck(batches: string[], now: number): void {
    for (const batch of batches) {
      const member = this.#member(batch);
      if (member?.evicted === undefined && member) this.#silent(member, now);
    }
  }

  /** Why a batch cannot be evicted, as a message; undefined if it can. */
  evictionFault(batch: unknown): string | undefined {
    return evictionFault(this.state, batch);
  }

  /**
   * G4. Evicts a batch that does not answer: its slots go to the others. When it continues, it first receives
   * a share that allows it nothing, and it counts again once it has acknowledged that share.
   * @returns how many slots were kept for it
   */
  evict(batch: string): number {
    const member = this.#member(batch);
    if (!member) return 0;
    const slots = Math.min(bound(member), this.state.limits.maxInFlight);
    Object.assign(member, { held: 0, wants: 0, evicted: this.state.version + 1 });
    delete member.share; // so that a new one is sent in any case
    delete member.lowered;
    delete member.silentSince;
    delete member.found;
    return slots;
  }

  tune(tuning: Tuning): Pace {
    const { ratePerSecond, burst, maxInFlight } = { ...this.state.limits, ...tuning };
    this.state.limits = { ratePerSecond, burst, maxInFlight };
    return this.state.limits;
  }

  /**
   * Decides what each batch may use now.
   * @param isBusy whether a share is being sent to a batch; such batches are left for later
   * @returns the shares to send
   */
  settle(now: number, isBusy: (batch: string) => boolean): { batch: string; share: Share }[] {
    speedUp(this.state.speed, now);
    for (const member of this.state.members) {
      if (isSilent(member, now)) this.#silent(member, now);
      if (silentUntil(member) <= now) this.evict(member.batch);
    }
    settleTimeline(this.state, now);
    const slots = settleSlots(this.state, isBusy, now);
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

  /** When to settle again even if nothing happens (epoch ms). */
  nextDue(): number {
    const { speed, members } = this.state;
    return Math.min(
      changeDue(this.state),
      speed.nextStep ?? Infinity,
      ...members.map((member) => silenceDue(member)),
    );
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
      members: members.map((member) => ({
        ...this.#standingOf(member),
        rateShare: timeline
          ? timeline.ring.filter((owner) => owner === member.batch).length / timeline.ring.length
          : 0,
        slots: member.share?.slots ?? 0,
      })),
    };
  }

  #standingOf(member: MemberState) {
    const { batch, name, priority, wants, silentSince: since, evicted } = member;
    const keeps = Math.min(bound(member), this.state.limits.maxInFlight);
    return {
      ...{ batch, name, priority, wants },
      ...(since !== undefined && { silent: { since, keeps, until: silentUntil(member) } }),
      ...(evicted !== undefined && { evicted: true as const }),
    };
  }

  /** @param resumes that the denied batch knew of; without the last one, its request was made before that. */
  #denied(reason: string, resumes: number): void {
    const { state } = this;
    if (resumes > 0 && resumes < state.resumes) return; // the share already sent lifts it
    state.paused = reason;
  }

  #resume(): void {
    const { state } = this;
    if (state.paused === undefined) return;
    delete state.paused;
    state.resumes += 1;
  }

  /** A silent batch gets no moments; its share, which has none, requires an answer. */
  #silent(member: MemberState, now: number): void {
    member.silentSince ??= now;
    member.wants = 0;
  }

  #member(batch: string): MemberState | undefined {
    return this.state.members.find((member) => member.batch === batch);
  }

  /** @param until time up to which its moments may have been used */
  #remove(member: MemberState, until: number): void {
    const { state } = this;
    state.members = state.members.filter((other) => other !== member);
    state.floor = Math.max(state.floor, until);
  }

  #shareOf(member: MemberState, slots: number): Omit<Share, 'version'> {
    const { change, paused, resumes, speed } = this.state;
    const silent = member.silentSince !== undefined || member.evicted !== undefined;
    const stopped = silent || change?.of.includes(member.batch);
    return {
      ...{ slots, resumes, contended: this.isContended },
      ...(!stopped && { frame: frameOf(this.state, member.batch) }),
      ...(speed.reason !== undefined && {
        slowdown: { reason: speed.reason, until: speed.holdUntil },
      }),
      ...(paused !== undefined && { paused }),
    };
  }
}
