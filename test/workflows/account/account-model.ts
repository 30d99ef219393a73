// An account and its batches without Temporal: messages take their time, in order between two, and
// batches submit whatever they may. Finds out whether the rules hold whatever the timing.
import type {
  LeaveReport,
  MemberReport,
  Priority,
  Share,
  Pace,
} from '../../../contract/account.js';
import { Membership, newMembership } from '../../../workflows/pacing/membership.js';
import { newAccount, Roster } from '../../../workflows/account/roster.js';
import { horizonOf } from '../../../workflows/batch/horizon.js';

export interface ModelBatch {
  name: string;
  priority: Priority;
  startsAt: number;
  clips: number;
  /** How long its tasks take; default: as everyone's. */
  taskMs?: () => number;
  /** Dies without leaving. */
  diesAt?: number;
}

export interface ModelOptions {
  pace: Pace;
  batches: ModelBatch[];
  /** How long a task takes. */
  taskMs: () => number;
  /** How long a message takes. */
  delayMs: () => number;
  until: number;
  tunings?: { at: number; pace: Partial<Pace> }[];
}

export interface Submission {
  batch: string;
  at: number;
  endedAt: number;
}

interface Event {
  at: number;
  run: () => void;
}

/** What reached the vendor, and how many messages it took. */
export function runModel(options: ModelOptions): { submissions: Submission[]; messages: number } {
  const events: Event[] = [];
  let now = 0;
  let messages = 0;
  const at = (time: number, run: () => void): void => {
    const event = { at: Math.max(time, now), run };
    // Latest first, so that the next one is popped off the end.
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (events[middle]!.at > event.at) low = middle + 1;
      else high = middle;
    }
    events.splice(low, 0, event);
  };
  const submissions: Submission[] = [];
  const roster = new Roster(newAccount(0));
  const sending = new Set<string>();
  const batches = new Map<string, Batch>();
  const lanes = new Map<string, number>();

  /** Delivers in order. */
  const deliver = (lane: string, run: () => void): void => {
    messages += 1;
    const arrives = Math.max(now + options.delayMs(), lanes.get(lane) ?? 0);
    lanes.set(lane, arrives);
    at(arrives, run);
  };

  let wokenAt = Infinity;
  const settle = (): void => {
    for (const { batch, share } of roster.settle(now, (name) => sending.has(name))) {
      sending.add(batch);
      deliver(`to ${batch}`, () => {
        sending.delete(batch);
        batches.get(batch)?.granted(share);
        settle();
      });
    }
    const due = roster.nextDue();
    if (due < wokenAt && due > now) {
      wokenAt = due;
      at(due, () => {
        wokenAt = Infinity;
        settle();
      });
    }
  };

  class Batch {
    readonly membership: Membership;
    #clips: number;
    #held = 0;
    #sending = false;
    #ended = false;
    #wokenAt = Infinity;

    constructor(private readonly spec: ModelBatch) {
      const { name, priority, clips } = spec;
      const identity = { batch: name, chain: name, name, priority, pace: options.pace };
      this.membership = new Membership(identity, newMembership());
      this.#clips = clips;
    }

    granted(share: Share): void {
      this.membership.granted(share, now);
      this.turn();
    }

    die(): void {
      this.#ended = true;
      at(now + 30_000, () => {
        roster.gone([this.spec.name], now);
        settle();
      });
    }

    turn(): void {
      if (this.#ended) return;
      this.#submit();
      if (this.#clips === 0 && this.#held === 0 && !this.#sending) {
        this.#ended = true;
        this.#send(this.membership.leaveReport());
        return;
      }
      if (this.#sending) return;
      const demand = { held: this.#held, wants: this.#clips, moreToCome: false };
      const next = this.membership.poll(demand, now);
      if ('report' in next) {
        this.membership.state.joined = true;
        this.#send(next.report);
      } else if (Number.isFinite(next.due)) this.#wakeAt(Math.max(next.due, now + 1));
    }

    #wakeAt(time: number): void {
      if (time >= this.#wokenAt) return;
      this.#wokenAt = time;
      at(time, () => {
        if (this.#wokenAt === time) this.#wokenAt = Infinity;
        this.turn();
      });
    }

    #submit(): void {
      const { horizonMs, refillMs } = horizonOf(1000 / this.membership.pace.ratePerSecond);
      let aheadMs = refillMs;
      while (this.#clips > 0 && this.#held < this.membership.slots) {
        const moment = this.membership.nextMoment(now);
        if (moment === undefined) return;
        if (moment > now + aheadMs) {
          this.#wakeAt(moment - refillMs);
          return;
        }
        aheadMs = horizonMs;
        this.membership.takeMoment(now);
        this.#clips -= 1;
        this.#held += 1;
        const endedAt = moment + (this.spec.taskMs ?? options.taskMs)();
        submissions.push({ batch: this.spec.name, at: moment, endedAt });
        at(endedAt, () => {
          this.#held -= 1;
          this.turn();
        });
      }
    }

    #send(report: MemberReport | LeaveReport): void {
      this.#sending = true;
      deliver(`from ${this.spec.name}`, () => {
        this.#sending = false;
        roster.report(report, now);
        settle();
        this.turn();
      });
    }
  }

  for (const spec of options.batches) {
    at(spec.startsAt, () => {
      const batch = new Batch(spec);
      batches.set(spec.name, batch);
      batch.turn();
      const { diesAt } = spec;
      if (diesAt !== undefined) at(diesAt, () => batch.die());
    });
  }
  for (const { at: time, pace } of options.tunings ?? []) {
    at(time, () => {
      roster.tune(pace);
      settle();
    });
  }
  while (events.length > 0) {
    const next = events.pop()!;
    if (next.at > options.until) break;
    now = next.at;
    next.run();
  }
  return { submissions: submissions.sort((a, b) => a.at - b.at), messages };
}

/** The most tasks at the vendor at one time. */
export function mostInFlight(submissions: Submission[]): number {
  const changes = submissions.flatMap(({ at, endedAt }) => [
    { time: at, by: 1 },
    { time: endedAt, by: -1 },
  ]);
  changes.sort((a, b) => a.time - b.time || a.by - b.by);
  let most = 0;
  let inFlight = 0;
  for (const { by } of changes) most = Math.max(most, (inFlight += by));
  return most;
}
