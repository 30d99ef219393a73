// Who uses the account, and what each batch may use of it. Plain data and decisions; sends nothing.
//
// G1. The slots that batches may be using never sum to more than the cap: a smaller share counts only
//     once its batch has answered it, a larger one is given only from what is free.
// G2. The timeline changes only after everyone who owns moments has stopped and told how far it got.
// G3. Whoever does not answer within STALLED_MS gives out nothing any more: the server has timed its
//     workflow task out, and its next one begins with what was signalled meanwhile.
import type {
  AccountState,
  AccountView,
  Frame,
  MemberReport,
  MemberState,
  Share,
  Timeline,
  Tuning,
} from '../contract/account.js';
import type { Pace } from '../contract/batch.js';
import { shareOut, turnOf, WEIGHTS } from './shares.js';
import { fullSpeed, slowDown, speedUp } from './speed.js';

/** A workflow task times out after 10 s, and moments are given out 1.5 s ahead. */
const STALLED_MS = 12_000;
/** Longer than moments are given out ahead. */
const GIVEN_OUT_MS = 2000;

export function newAccount(): AccountState {
  const limits: Pace = { ratePerSecond: 1, burst: 1, maxInFlight: 1 }; // until someone joins
  return { limits, members: [], version: 0, floor: 0, speed: fullSpeed() };
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
        ...{ version: 0, next: 0, held: 0, wants: 0, joinedAt: now, found: true },
        lowered: { version, from: Number.MAX_SAFE_INTEGER }, // G1
      });
    }
    state.change = { version, of: unknown.map(({ batch }) => batch), since: now }; // G2
  }

  report(report: MemberReport, now: number): void {
    const { state } = this;
    const { pace, left, throttled, denied, resumed, ...standing } = report;
    const known = this.#member(report.batch);
    if (left) {
      if (known?.chain === report.chain) this.#remove(known, report.next);
      return;
    }
    if (known && known.chain !== report.chain) this.#remove(known, now + GIVEN_OUT_MS);
    if (state.members.every(({ found }) => found)) state.limits = pace;
    if (known?.chain === report.chain) {
      Object.assign(known, standing);
      delete known.found;
    } else state.members.push({ ...standing, joinedAt: now });
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
    this.#settleTimeline(now);
    const slots = this.#settleSlots(isBusy);
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
    const { change, speed } = this.state;
    return Math.min(change ? change.since + STALLED_MS : Infinity, speed.nextStep ?? Infinity);
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

  #settleTimeline(now: number): void {
    const { state } = this;
    const { timeline } = state;
    const ring = this.#wantedRing();
    const intervalMs = 1000 / (state.limits.ratePerSecond * state.speed.factor);
    const { burst } = state.limits;
    const same =
      timeline?.intervalMs === intervalMs &&
      timeline.burst === burst &&
      timeline.ring.join('\n') === ring.join('\n');
    if (same && !state.change) return;
    if (!state.change) {
      const of = [...new Set(timeline?.ring)].filter((batch) => this.#member(batch));
      state.change = { version: state.version + 1, of, since: now };
    }
    const { change } = state;
    const owners = change.of.flatMap((batch) => this.#member(batch) ?? []);
    const silent = owners.filter(({ version }) => version < change.version);
    if (silent.length > 0 && now < change.since + STALLED_MS) return; // G2
    if (silent.length > 0) {
      for (const member of silent) member.wants = 0; // G3: until it reports again
      state.floor = Math.max(state.floor, now + GIVEN_OUT_MS);
    }
    const told = owners.map(({ next }) => next);
    const earliest = Math.max(state.floor, timeline?.start ?? now, ...told);
    const start = timeline ? onGrid(timeline, earliest) : earliest;
    state.floor = start;
    delete state.change;
    const settled = silent.length > 0 ? this.#wantedRing() : ring;
    if (settled.length === 0) delete state.timeline;
    else state.timeline = { id: ++state.version, start, intervalMs, burst, ring: settled };
  }

  /** A turn of moments for those who have something to submit. */
  #wantedRing(): string[] {
    const { members } = this.state;
    const wanting = members.length === 1 ? members : members.filter(({ wants }) => wants > 0);
    return turnOf(wanting.map(({ batch, priority }) => ({ batch, weight: WEIGHTS[priority] })));
  }

  #settleSlots(isBusy: (batch: string) => boolean): Map<string, number> {
    const { state } = this;
    const { members, limits } = state;
    const targets = shareOut(
      limits.maxInFlight,
      members.map(({ batch, priority, held, wants }) => ({
        batch,
        weight: WEIGHTS[priority],
        wants: members.length === 1 ? Infinity : held + wants,
      })),
    );
    const granted = new Map(members.map(({ batch, share }) => [batch, share?.slots ?? 0]));
    for (const member of members) {
      const target = targets.get(member.batch) ?? 0;
      const has = granted.get(member.batch) ?? 0;
      if (target >= has || isBusy(member.batch)) continue;
      // The share that says so will have a later version than all before.
      member.lowered = { version: state.version + 1, from: bound(member) };
      granted.set(member.batch, target);
    }
    let free = limits.maxInFlight - members.reduce((sum, member) => sum + bound(member), 0); // G1
    for (const member of members.toSorted((a, b) => WEIGHTS[b.priority] - WEIGHTS[a.priority])) {
      const has = granted.get(member.batch) ?? 0;
      const target = targets.get(member.batch) ?? 0;
      if (target <= has || member.lowered || isBusy(member.batch)) continue;
      const kept = Math.min(target, Math.max(has, member.held)); // not free: in use
      const more = Math.max(0, Math.min(target - kept, free));
      granted.set(member.batch, kept + more);
      free -= more;
    }
    return granted;
  }

  #shareOf(member: MemberState, slots: number): Omit<Share, 'version'> {
    const { change, paused, speed } = this.state;
    const stopped = change?.of.includes(member.batch);
    return {
      slots,
      contended: this.isContended,
      ...(!stopped && { frame: this.#frameOf(member.batch) }),
      ...(speed.reason !== undefined && {
        slowdown: { reason: speed.reason, until: speed.holdUntil },
      }),
      ...(paused !== undefined && { paused }),
    };
  }

  #frameOf(batch: string): Frame {
    const { timeline } = this.state;
    const own = timeline?.ring.flatMap((owner, position) => (owner === batch ? [position] : []));
    if (!timeline || !own?.length) return NO_MOMENTS;
    const { ring, ...rest } = timeline;
    return { ...rest, turn: ring.length, own };
  }
}

/** Owners may still use their moments before a new start, so it has to be a moment as well. */
function onGrid({ start, intervalMs, ring }: Timeline, time: number): number {
  if (new Set(ring).size === 1) return time; // P2: a sole owner has moved its moments
  return start + Math.ceil((time - start) / intervalMs - 1e-6) * intervalMs;
}

/** The same for all timelines, so that it is not sent again with each. */
const NO_MOMENTS: Frame = { id: 0, start: 0, intervalMs: 1000, burst: 1, turn: 1, own: [] };

/** The most slots a batch may be using, as far as the account can know. */
function bound({ share, held, lowered }: MemberState): number {
  return Math.max(share?.slots ?? 0, held, lowered?.from ?? 0);
}
