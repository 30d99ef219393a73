// How well the vendor's slots were used, from its own ledger. Pure; times are epoch ms.

/** One task that the vendor took on, as its ledger tells it. */
export interface SlotTimes {
  arrivedAt: number;
  acceptedAt: number;
  endedAt?: number;
  /** When its first callback left. */
  calledBackAt?: number;
}

export interface SlotUse {
  /** Average in flight over the cap, from the moment it was first reached to the last submission. */
  busyShare: number;
  /** From each callback to the submission that refilled its slot. */
  refillMs: number[];
}

/**
 * Measures from the moment when as many tasks as the cap were first in flight until the last
 * submission came. The kth slot freed since then is refilled by the kth submission since then.
 * @throws Error when the cap was never reached, or no submission came after it
 */
export function slotUse(tasks: readonly SlotTimes[], cap: number): SlotUse {
  const changes = tasks
    .flatMap(({ acceptedAt, endedAt }) => [
      { at: acceptedAt, by: 1 },
      ...(endedAt === undefined ? [] : [{ at: endedAt, by: -1 }]),
    ])
    // A slot freed and refilled within a millisecond counts once.
    .sort((a, b) => a.at - b.at || a.by - b.by);
  const full = firstFull(changes, cap);
  const arrivals = tasks
    .map(({ arrivedAt }) => arrivedAt)
    .sort((a, b) => a - b)
    .slice(full.submissions);
  const last = arrivals.at(-1);
  if (last === undefined || last <= full.at) {
    throw new Error(`no submission came after ${cap} were in flight (score more clips)`);
  }

  let [busyMs, inFlight, from] = [0, full.inFlight, full.at];
  for (const { at, by } of changes.slice(full.index + 1)) {
    const to = Math.min(at, last);
    busyMs += inFlight * (to - from);
    [inFlight, from] = [inFlight + by, to];
  }
  const freed = tasks
    .map(({ calledBackAt }) => calledBackAt)
    .filter((at) => at !== undefined && at >= full.at)
    .sort((a, b) => a! - b!) as number[];
  return {
    busyShare: busyMs / (last - full.at) / cap,
    refillMs: arrivals.slice(0, freed.length).map((at, k) => at - freed[k]!),
  };
}

function firstFull(
  changes: readonly { at: number; by: number }[],
  cap: number,
): { index: number; at: number; inFlight: number; submissions: number } {
  let [inFlight, submissions] = [0, 0];
  for (const [index, { at, by }] of changes.entries()) {
    inFlight += by;
    if (by > 0) submissions += 1;
    if (inFlight >= cap) return { index, at, inFlight, submissions };
  }
  throw new Error(`there were never ${cap} tasks in flight (score more clips, or longer ones)`);
}
