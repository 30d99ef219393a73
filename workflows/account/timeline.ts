// Decides which batch owns which moments of an account. Pure: changes the state it is given.
//
// G2. The timeline changes only after every owner of moments has stopped and reported how far it got.
// G3. A batch that does not answer within STALLED_MS no longer gives out moments: the server has timed out
//     its workflow task, and the next one starts with the signals received meanwhile.
import type { AccountState, Frame, Timeline } from '../../contract/account.js';
import { shareOut, turnOf, WEIGHTS } from './shares.js';

/** A workflow task times out after 10 s, and moments are given out up to 2 s ahead. */
export const STALLED_MS = 12_000;
/** Number of moments in a turn if some batches get less than their weight. */
const LONG_TURN = 60;
/** Longer than the time that moments are given out ahead: 2 s at most (workflows/batch/horizon.ts). */
export const GIVEN_OUT_MS = 2500;

/** Begins a change if one is needed, and completes it once all owners have answered. */
export function settleTimeline(state: AccountState, now: number): void {
  const { timeline } = state;
  const ring = wantedRing(state);
  const intervalMs = 1000 / (state.limits.ratePerSecond * state.speed.factor);
  const { burst } = state.limits;
  const same =
    timeline?.intervalMs === intervalMs &&
    timeline.burst === burst &&
    timeline.ring.join('\n') === ring.join('\n');
  if (same && !state.change) return;
  state.change ??= { version: state.version + 1, of: ownersOf(state), since: now };
  const { change } = state;
  const owners = state.members.filter(({ batch }) => change.of.includes(batch));
  const silent = owners.filter(({ version }) => version < change.version);
  if (silent.length > 0 && now < changeDue(state)) return; // G2
  if (silent.length > 0) {
    for (const member of silent) {
      member.wants = 0; // G3: until it reports again
      if (member.evicted === undefined) member.silentSince ??= now;
    }
    state.floor = Math.max(state.floor, now + GIVEN_OUT_MS);
  }
  const states = owners.map(({ next }) => next);
  const earliest = Math.max(state.floor, timeline?.start ?? now, ...states);
  const start = timeline ? onGrid(timeline, earliest) : earliest;
  state.floor = start;
  delete state.change;
  const settled = silent.length > 0 ? wantedRing(state) : ring;
  if (settled.length === 0) delete state.timeline;
  else state.timeline = { id: ++state.version, start, intervalMs, burst, ring: settled };
}

/** When a change continues without the owners that have not answered (epoch ms); Infinity = no change. */
export function changeDue({ change }: AccountState): number {
  return change ? change.since + STALLED_MS : Infinity;
}

/** A batch's part of the timeline. */
export function frameOf({ timeline }: AccountState, batch: string): Frame {
  const own = timeline?.ring.flatMap((owner, position) => (owner === batch ? [position] : []));
  if (!timeline || !own?.length) return NO_MOMENTS;
  const { ring, ...rest } = timeline;
  return { ...rest, turn: ring.length, own };
}

/** The same for all timelines, so that a new timeline alone does not cause a new share. */
const NO_MOMENTS: Frame = { id: 0, start: 0, intervalMs: 1000, burst: 1, turn: 1, own: [] };

/** Members that currently own moments. */
function ownersOf({ timeline, members }: AccountState): string[] {
  const owners = new Set(timeline?.ring);
  return members.flatMap(({ batch }) => (owners.has(batch) ? [batch] : []));
}

/** A turn of moments for the members that have something to submit, and slots for it. */
function wantedRing({ members: all, limits, speed }: AccountState): string[] {
  const members = all.filter(({ evicted }) => evicted === undefined);
  if (members.length === 1) return members.map(({ batch }) => batch);
  const rate = limits.ratePerSecond * speed.factor;
  const length = Math.max(LONG_TURN, 2 * members.length); // so that each gets a moment
  const claims = members
    .filter(({ wants, uses }) => wants > 0 && uses !== 0)
    .map(({ batch, priority, uses = Infinity }) => ({
      ...{ batch, weight: WEIGHTS[priority] },
      wants: uses < rate ? Math.ceil((uses / rate) * length) : length,
    }));
  if (claims.every(({ wants }) => wants === length)) return turnOf(claims);
  const shares = shareOut(length, claims);
  return turnOf(claims.map(({ batch }) => ({ batch, weight: shares.get(batch) ?? 0 })));
}

/** Owners may still use their moments before the new start, so the start must be a moment as well. */
function onGrid({ start, intervalMs, ring }: Timeline, time: number): number {
  if (new Set(ring).size === 1) return time; // P2: a sole owner has shifted its moments
  return start + Math.ceil((time - start) / intervalMs - 1e-6) * intervalMs;
}
