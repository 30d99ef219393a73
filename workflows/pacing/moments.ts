// When a batch's next submission may leave. Pure.
//
// P1. In any window of w seconds at most `rate * w + burst` moments are given out, by all batches together:
//     each moment of the timeline has one owner, which uses it once, at its time or at most `burst - 1`
//     intervals before. A timeline starts only after all moments given out of the previous one.
// P2. A batch that owns every moment may use them later, each at least an interval after the previous (GCRA).
import type { Frame } from '../../contract/account.js';
import type { MomentState } from '../../contract/carried.js';

/** The earliest moment from `from` on; undefined if the batch owns none. */
export function earliest(state: MomentState, from: number): number | undefined {
  return find(state, from)?.at;
}

/** Takes that moment. */
export function take(state: MomentState, from: number): number | undefined {
  const found = find(state, from);
  if (found) state.next = found.next; // P1
  return found?.at;
}

/** The account sent the batch's moments, or (undefined) none for now. */
export function reframe(state: MomentState, frame: Frame | undefined): void {
  state.stopped = frame === undefined;
  if (!frame || frame.id === (state.upcoming ?? state.frame)?.id) return;
  const shared = state.frame && !ownsAll(state.frame) && !state.upcoming;
  if (shared) state.upcoming = frame;
  else adopt(state, frame);
}

function adopt(state: MomentState, frame: Frame): void {
  state.frame = frame;
  state.next = Math.max(state.next, frame.start);
  delete state.upcoming;
}

interface Found {
  at: number;
  /** The state's `next` after the moment is used. */
  next: number;
}

function find(state: MomentState, from: number): Found | undefined {
  if (state.stopped || !state.frame) return undefined;
  if (state.upcoming) {
    // All owners of the new frame know it, and none of them uses moments before its start.
    const last = ownFrom(state.frame, Math.max(state.next, from));
    if (last && last.time < state.upcoming.start) return use(state.frame, last.time, from);
    adopt(state, state.upcoming);
  }
  const { frame, next } = state;
  if (ownsAll(frame)) {
    const at = Math.max(from, next - tolerance(frame));
    return { at, next: Math.max(next, at) + frame.intervalMs }; // P2
  }
  const own = ownFrom(frame, Math.max(next, from));
  return own && use(frame, own.time, from);
}

function use(frame: Frame, time: number, from: number): Found {
  return { at: Math.max(from, time - tolerance(frame)), next: time + frame.intervalMs };
}

/** The first own moment at or after a time. */
function ownFrom(frame: Frame, time: number): { time: number } | undefined {
  const { start, intervalMs, turn, own } = frame;
  const [firstOwn] = own;
  if (firstOwn === undefined) return undefined;
  // A time that was computed from a moment counts as that moment, despite rounding.
  const first = Math.max(0, Math.ceil((time - start) / intervalMs - 1e-6));
  const turns = Math.floor(first / turn);
  const inTurn = own.find((position) => position >= first % turn);
  const moment = inTurn === undefined ? (turns + 1) * turn + firstOwn : turns * turn + inTurn;
  return { time: start + moment * intervalMs };
}

function ownsAll({ turn, own }: Frame): boolean {
  return own.length === turn;
}

function tolerance({ intervalMs, burst }: Frame): number {
  return (burst - 1) * intervalMs;
}
