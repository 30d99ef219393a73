// What submissions have cost, from what is on disk: the journals of batches, and the ledger for those that were deleted.
import { rowOf } from '../../contract/cue.js';
import { SIMULATOR_ACCOUNT } from '../../contract/names.js';
import { openSnapshot } from '../../manifests/snapshot.js';
import { Ledger } from '../../outcomes/ledger/ledger.js';
import { paymentsOf, type Payment } from '../../outcomes/payments.js';
import type { StartContext } from '../context.js';
import { costOf, type Cost } from '../../contract/cost.js';
import { paidStores, type PaidStore } from './stores.js';

export interface SpendOptions {
  /** `batch` (default), `account`, `month`, or a column of the manifests. */
  by?: string;
  /** Of this month alone: `2026-11`, in UTC. */
  month?: string;
  /** Of the simulator's batches. */
  simulated?: boolean;
}

export interface SpendGroup {
  /** The value that these submissions have in common; '' = none. */
  value: string;
  /** Taken by the vendor. */
  submissions: number;
  /** Beyond these: their answer was lost, and no task of theirs has turned up. */
  unclear: number;
  /** At `pricePerClip`, of `submissions`; absent if no price is set. */
  cost?: Cost;
}

export interface Spend {
  by: string;
  month?: string;
  /** The most expensive first. */
  groups: SpendGroup[];
  total: Omit<SpendGroup, 'value'>;
  /** Submissions of which it is not known when they were made; in no month. */
  undated: number;
}

interface Counted {
  submissions: number;
  unclear: number;
}

/** @throws Error if a journal, a record or a snapshot cannot be read */
export async function spendOf(
  context: StartContext,
  { by = 'batch', month, simulated = false }: SpendOptions = {},
): Promise<Spend> {
  const { config } = context;
  const counted = new Map<string, Counted>();
  const tasks = new Set<string>();
  let undated = 0;
  const count = ({ taskId, at }: Pick<Payment, 'taskId' | 'at'>, value: string): void => {
    if (taskId !== undefined) {
      if (tasks.has(taskId)) return;
      tasks.add(taskId);
    }
    if (at === undefined) undated += 1;
    if (month !== undefined && (at === undefined || monthOf(at) !== month)) return;
    const group = counted.get(value) ?? { submissions: 0, unclear: 0 };
    group[taskId === undefined ? 'unclear' : 'submissions'] += 1;
    counted.set(value, group);
  };

  const kind = simulated ? 'simulated' : 'scored';
  const ledger = new Ledger(context.openStore(config.ledgerDir), kind);
  for (const paid of await paidStores(context, ledger)) {
    if ((paid.record.account === SIMULATOR_ACCOUNT) !== simulated) continue;
    const payments = await paymentsOf(paid.store);
    const valueOf = await grouping(paid, by);
    for (const payment of payments) count(payment, valueOf(payment));
  }
  for await (const entries of ledger.entries()) {
    for (const { taskId, at: text, batch } of entries) {
      const at = Date.parse(text);
      count({ taskId, at }, by === 'batch' ? batch : by === 'month' ? monthOf(at) : '');
    }
  }
  const { pricePerClip } = config;
  const priced = (group: Counted): Omit<SpendGroup, 'value'> => ({
    ...group,
    ...(pricePerClip && { cost: costOf(group.submissions, pricePerClip) }),
  });
  const groups = [...counted].map(([value, group]) => ({ value, ...priced(group) }));
  groups.sort((a, b) => b.submissions - a.submissions || (a.value < b.value ? -1 : 1));
  const sum = (which: keyof Counted): number => groups.reduce((all, one) => all + one[which], 0);
  return {
    ...{ by, ...(month !== undefined && { month }), groups },
    total: priced({ submissions: sum('submissions'), unclear: sum('unclear') }),
    undated,
  };
}

async function grouping(
  { store, record }: PaidStore,
  by: string,
): Promise<(payment: Payment) => string> {
  if (by === 'batch') return () => record.batch;
  if (by === 'account') return () => record.account;
  if (by === 'month') return ({ at }) => (at === undefined ? '' : monthOf(at));
  const snapshot = openSnapshot(store);
  const { sinceRound = 1 } = await snapshot.info();
  const values: string[] = [];
  for await (const page of snapshot.pages()) {
    for (const { row, extra } of page)
      values[row] = Object.hasOwn(extra, by) ? (extra[by] ?? '') : '';
  }
  // Before a correction numbers were other rows'.
  return ({ row, round }) => (round < sinceRound ? '' : (values[rowOf(row)] ?? ''));
}

/** In UTC, `2026-11`. */
function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}
