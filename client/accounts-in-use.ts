// The accounts of a list of batches.
import type { ResolvedConfig } from '../config/config.js';
import { accountStatus, type AccountStatus } from './account.js';
import { isAlive } from './states.js';
import type { BatchStatus } from './status.js';
import type { TemporalClient } from './temporal.js';

/** The configured account, then those of the batches that run; batches that are known are not asked again. */
export async function accountsInUse(
  temporal: TemporalClient,
  { account, pace }: Pick<ResolvedConfig, 'account' | 'pace'>,
  batches: readonly BatchStatus[],
  withinMs: number,
): Promise<AccountStatus[]> {
  const progress = new Map(batches.map((status) => [status.batch, status.progress]));
  const used = batches.flatMap(({ state, account: name }) =>
    isAlive(state) && name !== undefined ? [name] : [],
  );
  const ask = (batch: string) =>
    progress.has(batch) ? progress.get(batch) : temporal.progress(batch, withinMs);
  return await Promise.all(
    [...new Set([account, ...used])].map((name) =>
      accountStatus(temporal, name, pace, ask, withinMs),
    ),
  );
}
