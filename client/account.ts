// The state of an account and its current limits, queried from its workflow, which runs while batches
// use it.
import type { AccountMember, AccountView, Evicted, Tuning, Pace } from '../contract/account.js';
import type { BatchProgress, RunningPhase } from '../contract/batch.js';
import {
  ACCOUNT_QUERY,
  accountIdOf,
  EVICT_UPDATE,
  taskQueueOf,
  TUNE_UPDATE,
} from '../contract/names.js';
import { ReelscoreError } from './errors.js';
import type { TemporalClient } from './temporal.js';

/** A batch that uses an account. */
export interface AccountBatch extends AccountMember {
  /** The batch's own figures; absent if it did not answer. */
  own?: {
    state: RunningPhase;
    /** Tasks at the vendor and submissions under way. */
    inFlight: number;
    /** Rows not submitted yet. */
    queued: number;
  };
}

export interface AccountStatus {
  account: string;
  /** Whether batches use it. If not, the next batch brings the limits of its own configuration. */
  running: boolean;
  /** Only of an account that runs: whether a worker answered for it. */
  workerAnswering?: boolean;
  /** Those in force, if the account answers; else those of this configuration. */
  limits: Pace;
  /** The account's own answer. */
  view?: AccountView;
  batches: AccountBatch[];
}

/** Limits before and after `tune`. */
export interface TunedAccount {
  account: string;
  before: Pace;
  limits: Pace;
}

/** Asks a batch how it stands, or knows it already. */
type AskBatch = (batch: string) => Promise<BatchProgress | undefined> | BatchProgress | undefined;

/** The answer of a running account; `view` is absent when no worker answers. */
export async function askAccount(
  temporal: TemporalClient,
  account: string,
  withinMs?: number,
): Promise<{ view?: AccountView } | undefined> {
  const taskQueue = taskQueueOf(account);
  if (!(await temporal.runs(accountIdOf(taskQueue)))) return undefined;
  // Otherwise it would wait for a query that no worker will answer.
  if (!(await temporal.hasPollers(taskQueue, 'workflows'))) return {};
  const view = await temporal.query<AccountView>(accountIdOf(taskQueue), ACCOUNT_QUERY, withinMs);
  if (!view) return {};
  return view.members.length === 0 ? undefined : { view }; // about to end
}

/**
 * @param configured limits of this configuration
 * @param withinMs how long a worker may take to answer
 */
export async function accountStatus(
  temporal: TemporalClient,
  account: string,
  configured: Pace,
  ask: AskBatch,
  withinMs?: number,
): Promise<AccountStatus> {
  const asked = await askAccount(temporal, account, withinMs);
  if (!asked?.view) {
    const running = asked !== undefined;
    const silent = running && { workerAnswering: false };
    return { account, running, ...silent, limits: configured, batches: [] };
  }
  const { view } = asked;
  const batches = await Promise.all(
    view.members.map(async (member) => ({ ...member, ...ownFigures(await ask(member.batch)) })),
  );
  const { limits } = view;
  return { account, running: true, workerAnswering: true, limits, view, batches };
}

function ownFigures(progress: BatchProgress | undefined): Pick<AccountBatch, 'own'> {
  if (!progress) return {};
  const { state, submitting, waiting, unresolved, queued } = progress;
  return { own: { state, inFlight: submitting + waiting + unresolved, queued } };
}

/** @throws ReelscoreError `account_idle`, `tuning_refused`, `worker_silent` */
export async function tuneAccount(
  temporal: TemporalClient,
  account: string,
  tuning: Tuning,
): Promise<TunedAccount> {
  const asked = await askAccount(temporal, account);
  if (!asked) throw idleError(account);
  if (!asked.view) throw silentError(account, 'nothing was changed');
  const id = accountIdOf(taskQueueOf(account));
  const answer = await temporal.update<Pace>(id, TUNE_UPDATE, tuning);
  switch (answer.kind) {
    case 'done':
      return { account, before: asked.view.limits, limits: answer.value };
    case 'refused':
      throw new ReelscoreError('tuning_refused', `account ${account}: ${answer.reason}`);
    case 'gone':
      throw idleError(account);
    case 'silent':
      throw silentError(account, 'the change may still be made when one does');
  }
}

/**
 * Puts a batch that does not answer out of its account, so that others get its slots.
 * @throws ReelscoreError `account_idle`, `eviction_refused`, `worker_silent`
 */
export async function evictBatch(
  temporal: TemporalClient,
  account: string,
  batch: string,
): Promise<Evicted> {
  const asked = await askAccount(temporal, account);
  if (!asked) throw new ReelscoreError('account_idle', `no batch uses the account ${account}`);
  if (!asked.view) throw silentError(account, 'nothing was changed');
  const id = accountIdOf(taskQueueOf(account));
  const answer = await temporal.update<Evicted>(id, EVICT_UPDATE, { batch });
  switch (answer.kind) {
    case 'done':
      return answer.value;
    case 'refused':
      throw new ReelscoreError('eviction_refused', `account ${account}: ${answer.reason}`);
    case 'gone':
      throw new ReelscoreError('account_idle', `no batch uses the account ${account}`);
    case 'silent':
      throw silentError(account, 'the batch may still be put out when one does');
  }
}

function idleError(account: string): ReelscoreError {
  return new ReelscoreError(
    'account_idle',
    `no batch uses the account ${account}, so there is nothing to tune: it takes its limits from the next batch that is started (set rate, burst and maxInFlight in reelscore.yaml, or start it with --rate and --max-in-flight)`,
  );
}

function silentError(account: string, effect: string): ReelscoreError {
  return new ReelscoreError(
    'worker_silent',
    `no worker answers for the account ${account}; ${effect} (start: reelscore serve)`,
  );
}
