// Selects batches. Pure.
import { accountOf, ATTRIBUTES, nameAttribute, taskQueueOf } from '../contract/names.js';
import type { BareExecution } from './execution.js';
import { isAlive, isOpen, phaseOf, type BatchPhase } from './states.js';

/** All given conditions must hold. */
export interface BatchFilter {
  state?: BatchPhase;
  /** Of the manifest, exactly. */
  name?: string;
  account?: string;
}

/** Characters that a server (measured: 1.31) does not find, however they are escaped in a query. */
const UNFINDABLE = /["'\\\p{Cc}]/u;

/**
 * Conditions of a visibility query that leave out what does not match, never what does. Only the newest
 * execution of a batch counts, so nothing is asked that an older one could meet in its place.
 * @param attributes search attributes are registered
 */
export function conditionsOf(
  { state, account, name }: BatchFilter,
  attributes: boolean,
): { conditions: string[]; byName: boolean } {
  const conditions: string[] = [];
  if (account !== undefined && !UNFINDABLE.test(account)) {
    conditions.push(`TaskQueue = '${taskQueueOf(account)}'`);
  }
  // Which closed execution is the newest, only all of them tell.
  if (state !== undefined && isAlive(state)) conditions.push('CloseTime IS NULL');
  const byName = attributes && name !== undefined && !UNFINDABLE.test(name);
  if (byName) {
    const { name: attribute } = ATTRIBUTES;
    // Batches from before the attributes were registered have none.
    conditions.push(`(${attribute} = '${nameAttribute(name)}' OR ${attribute} IS NULL)`);
  }
  return { conditions, byName };
}

/** Whether a batch may match, before it is asked: one that runs may be in any state of a living batch. */
export function mayMatch(execution: BareExecution, { state, account, name }: BatchFilter): boolean {
  if (name !== undefined && execution.memo?.name !== name) return false;
  if (account !== undefined && accountOf(execution.taskQueue) !== account) return false;
  if (state === undefined) return true;
  return isOpen(execution) ? isAlive(state) : phaseOf(execution) === state;
}
