// What a batch is doing, in one word for people and programs.
import type { BatchProgress } from '../contract/batch.js';
import type { BareExecution } from './execution.js';

/**
 * - `opening`: its manifest is being read, or looked up in the ledger.
 * - `running`, `paused`, `cancelling`, `finishing`: the batch is alive.
 * - `finished`: every clip has its outcome, not necessarily success.
 * - `cancelled`: ended by `cancel`; its results are written.
 * - `stopped`: its workflow failed, was terminated or lost; `retry` goes on with the open clips.
 */
export const BATCH_PHASES = [
  ...(['opening', 'running', 'paused', 'cancelling', 'finishing'] as const),
  ...(['finished', 'cancelled', 'stopped'] as const),
] as const;

export type BatchPhase = (typeof BATCH_PHASES)[number];

/** Whether the execution is still going. */
export function isOpen({ status }: BareExecution): boolean {
  return status === 'RUNNING' || status === 'PAUSED' || status === 'CONTINUED_AS_NEW';
}

/** Whether a batch in this phase still works on its clips, or would. */
export function isAlive(phase: BatchPhase): boolean {
  return phase !== 'finished' && phase !== 'cancelled' && phase !== 'stopped';
}

/** @param answered what the batch itself says, if it answers */
export function phaseOf(execution: BareExecution, answered?: BatchProgress['state']): BatchPhase {
  if (isOpen(execution)) {
    // Its last activity is done, its last event about to be written.
    return answered === 'done' ? 'finishing' : (answered ?? lastSaid(execution) ?? 'running');
  }
  if (execution.status === 'COMPLETED') return 'finished';
  return execution.status === 'CANCELLED' ? 'cancelled' : 'stopped';
}

/** What a batch that does not answer said last, by its search attribute. */
function lastSaid({ said }: BareExecution): BatchPhase | undefined {
  if (said === 'finished' || said === 'cancelled') return 'finishing'; // its last event is not written yet
  return BATCH_PHASES.find((phase) => phase === said && isAlive(phase));
}
