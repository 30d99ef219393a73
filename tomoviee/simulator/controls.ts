// Inspects and changes a running simulator.
import { parseFaults } from './faults.js';
import type { Arrival, TaskEntry } from './task-list.js';
import type { CallbackCounts } from './callback-sender.js';
import { changeLimits, type LimitChanges } from './options.js';
import type { SimulatorParts } from './parts.js';
import { countArrivals, type ArrivalStats } from './stats.js';

/** Counts; tasks and submissions over all starts with the same state directory. */
export interface SimulatorStats {
  submissions: ArrivalStats;
  tasks: { inFlight: number; queued: number; byStatus: Record<string, number> };
  /** Since the start, as are the following. */
  peakInFlight: number;
  queries: number;
  downloads: number;
  callbacks: CallbackCounts;
  keysRevoked: boolean;
}

export interface SimulatorControls {
  /** Every accepted submission, in order of acceptance. */
  ledger(): TaskEntry[];
  /** The same one by one, without a copy of them all. */
  entries(): Iterable<TaskEntry>;
  /** Every submission that arrived, in order of its answer. */
  arrivals(): Arrival[];
  stats(): SimulatorStats;
  /** Replaces the faults for all clips. @throws FaultSyntaxError */
  setFaults(faults: string): void;
  /** Changes limits from now on; those left out stay. @throws ZodError */
  setLimits(changes: LimitChanges): void;
  /** While revoked, every key gets 401. */
  setKeysRevoked(revoked: boolean): void;
}

export function controlsOf(parts: SimulatorParts): SimulatorControls {
  const { state, plan, processing, gateway, results, notifier, credentials, current } = parts;
  const { ledger } = state;
  return {
    ledger: () => [...ledger.entries()],
    entries: () => ledger.entries(),
    arrivals: () => ledger.arrivals(),
    stats: () => ({
      submissions: countArrivals(ledger.arrivals()),
      tasks: {
        inFlight: processing.inFlight,
        queued: processing.queued,
        byStatus: countByStatus(ledger.tasks.values()),
      },
      peakInFlight: processing.peakInFlight,
      queries: gateway.queries,
      downloads: results.downloads,
      callbacks: { ...notifier.counts },
      keysRevoked: credentials.revoked,
    }),
    setFaults: (faults) => plan.setGlobal(parseFaults(faults)),
    setLimits: (changes) => {
      current.limits = changeLimits(current.limits, changes);
      gateway.limitsChanged();
      processing.fill();
    },
    setKeysRevoked: parts.setKeysRevoked,
  };
}

function countByStatus(tasks: Iterable<{ status: number }>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of tasks) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
