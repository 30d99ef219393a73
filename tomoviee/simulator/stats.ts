// Counts over a ledger's arrivals, for people and for tests of pace.
import type { Arrival } from './task-list.js';

/** Submissions in one second of the clock; `second` is epoch seconds. */
export interface SecondWindow {
  second: number;
  arrived: number;
  accepted: number;
}

/** What arrived, counted. */
export interface ArrivalStats {
  arrived: number;
  accepted: number;
  /** By `answer` as in `Arrival`. */
  refused: Record<string, number>;
  /** The most that were accepted, or arrived, in any span of 1000 ms. */
  peakAcceptedPerSecond: number;
  peakArrivedPerSecond: number;
  /** The last 60 seconds in which something arrived, oldest first. */
  seconds: SecondWindow[];
}

/** Counts arrivals; they may be slightly out of order, as they are noted when answered. */
export function countArrivals(arrivals: Arrival[]): ArrivalStats {
  const ordered = arrivals.toSorted((a, b) => a.at - b.at);
  const accepted = ordered.filter(({ answer }) => answer === 0);
  const refused: Record<string, number> = {};
  const seconds = new Map<number, SecondWindow>();
  for (const { at, answer } of ordered) {
    const second = Math.floor(at / 1000);
    const window = seconds.get(second) ?? { second, arrived: 0, accepted: 0 };
    seconds.set(second, window);
    window.arrived++;
    if (answer === 0) window.accepted++;
    else refused[answer] = (refused[answer] ?? 0) + 1;
  }
  return {
    arrived: ordered.length,
    accepted: accepted.length,
    refused,
    peakAcceptedPerSecond: peak(accepted),
    peakArrivedPerSecond: peak(ordered),
    seconds: [...seconds.values()].slice(-60),
  };
}

/** The most in any span of 1000 ms, both ends not included. */
function peak(ordered: Arrival[]): number {
  let first = 0;
  let most = 0;
  ordered.forEach(({ at }, i) => {
    while (at - (ordered[first]?.at ?? at) >= 1000) first++;
    most = Math.max(most, i - first + 1);
  });
  return most;
}
