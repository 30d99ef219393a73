// Decides when a task is accepted how long it takes and how it ends.
import { createHash } from 'node:crypto';
import type { ClipFaults, FaultPlan } from './fault-plan.js';
import { numberOf } from './faults.js';
import { STATUS, type TaskRecord } from './task.js';
import type { SimulatedLimits } from './options.js';

/** The code of a failed task; the vendor's page has it in its sample [V]. */
export const FAILED_TASK = 680_001;

/** @param draw the same text draws the same time from a range. */
export function settleTask(
  plan: FaultPlan,
  clip: ClipFaults,
  taskMs: SimulatedLimits['taskMs'],
  draw: string,
): Pick<TaskRecord, 'runMs' | 'ending' | 'reason' | 'code'> {
  const run = plan.strike(clip, 'run');
  const runMs = run === undefined ? drawTime(taskMs, draw) : numberOf(run, 0);
  const ending = plan.strike(clip, 'fail', 'cancel', 'timed-out');
  switch (ending?.name) {
    case 'fail':
      return {
        ...{ runMs, ending: STATUS.failed, reason: ending.args[0] || 'simulated failure' },
        code: numberOf(ending, FAILED_TASK, 1),
      };
    case 'cancel':
      return {
        ...{ runMs, ending: STATUS.cancelled, reason: 'simulated cancellation' },
        code: numberOf(ending, 0),
      };
    case 'timed-out':
      return {
        ...{ runMs, ending: STATUS.timedOut, reason: 'simulated timeout' },
        code: numberOf(ending, 0),
      };
    case undefined:
      return { runMs, ending: STATUS.succeeded };
  }
}

function drawTime(taskMs: SimulatedLimits['taskMs'], draw: string): number {
  if (typeof taskMs === 'number') return taskMs;
  const [min, max] = taskMs;
  const share = createHash('sha256').update(draw).digest().readUInt32BE(0) / 2 ** 32;
  return Math.round(min + share * (max - min));
}
