// The figures of an account, out of what its batches answer. Pure.
import type { AccountView } from '../contract/account.js';
import type { BatchProgress, RunningPhase } from '../contract/batch.js';

/** Label of each. */
const PHASES = {
  queued: 'queued',
  submitting: 'submitting',
  waiting: 'waiting',
  unresolved: 'unresolved',
  backingOff: 'backing_off',
  finishing: 'finishing',
} as const;

const phases = Object.entries(PHASES) as [keyof typeof PHASES, string][];

export interface AccountFigures {
  clips: Record<string, number>;
  inFlight: number;
  /** `silent`: they do not answer. */
  batches: Record<RunningPhase | 'silent', number>;
  /** Absent while no batch runs, or the account does not answer. */
  pace?: { now: number; limit: number; slots: number };
}

/** @param standing answers of the batches that run; undefined of one that does not answer */
export function figuresOf(standing: readonly (BatchProgress | undefined)[]): AccountFigures {
  const clips = Object.fromEntries(phases.map(([, label]) => [label, 0]));
  const batches = {
    ...{ opening: 0, running: 0, paused: 0, cancelling: 0, finishing: 0, done: 0, silent: 0 },
  };
  let inFlight = 0;
  for (const one of standing) {
    batches[one ? one.state : 'silent'] += 1;
    if (!one) continue;
    for (const [phase, label] of phases) clips[label] = (clips[label] ?? 0) + one[phase];
    inFlight += one.submitting + one.waiting + one.unresolved;
  }
  return { clips, inFlight, batches };
}

/** With the account's own answer. */
export function addFigures(figures: AccountFigures, view: AccountView | undefined): AccountFigures {
  if (!view) return figures;
  const { limits, ratePerSecond, state } = view;
  const now = state === 'paused' ? 0 : ratePerSecond;
  return { ...figures, pace: { now, limit: limits.ratePerSecond, slots: limits.maxInFlight } };
}
