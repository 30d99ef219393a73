// Starts a batch, or attaches to it, or finds that it has ended. Owns the order of steps: the manifest
// is checked, the store claimed, the manifest frozen, and only then the workflow started; after a crash
// in between, the same call goes on where it was.
import { batchIdOf } from '../manifests/batch-id.js';
import { freezeManifest } from '../manifests/freeze.js';
import type { ManifestReport } from '../manifests/read.js';
import {
  refuseFaults,
  withManifest,
  type CheckedManifest,
  type ManifestSource,
} from './check-source.js';
import { SIMULATOR_ACCOUNT, taskQueueOf } from '../contract/names.js';
import type { BatchSummary } from '../contract/clip.js';
import { openLocalStore } from '../store/local-store.js';
import type { Store } from '../store/store.js';
import { batchOptionsOf, type ResolvedConfig } from '../workers/config.js';
import { readBatchRecord } from '../intake/batch-record.js';
import { checkContent, claimStore } from '../intake/claim.js';
import type { StartContext } from './context.js';
import { ReelscoreError, stoppedError } from './errors.js';
import { openedOf, type Execution } from './execution.js';
import { checkBatchId, defaultFolder } from './locate.js';
import { limitNotes } from './limit-notes.js';
import { optionNotes } from './option-notes.js';
import { isOpen, phaseOf } from './states.js';
import { unopenedError } from './unopened.js';
import { readSummary } from '../outcomes/summary.js';

export interface StartOptions {
  /** Default: the manifest's name and a hash of its content. */
  batch?: string;
  /** Reject rows with problems one by one instead of refusing the manifest. */
  skipInvalid?: boolean;
  /** Score clips anew that have been scored already. */
  again?: boolean;
}

/** What `start` came to. */
export interface StartedBatch {
  batch: string;
  /** `ended`: it has run before; `summary` tells how it went. */
  how: 'started' | 'attached' | 'ended';
  name: string;
  /** Folder of the results. */
  store: string;
  /** Rows of the manifest. */
  total: number;
  /** Only when it has ended. */
  summary?: BatchSummary;
  /** What the caller asked for and did not get, for people. */
  notes: string[];
}

/**
 * @throws ManifestInvalidError, ManifestError (the file cannot be read), ReelscoreError
 *   `manifest_unreadable`, `batch_id_invalid`, `batch_mismatch`, `batch_running`, `batch_stopped`,
 *   `store_taken`; NetError if the server of a URL cannot be reached
 */
export async function startBatch(
  context: StartContext,
  manifest: ManifestSource | CheckedManifest,
  options: StartOptions = {},
): Promise<StartedBatch> {
  return await withManifest(manifest, context.config, (checked) =>
    startChecked(context, checked, options),
  );
}

async function startChecked(
  context: StartContext,
  { file, report }: CheckedManifest,
  { again, skipInvalid = false, ...options }: StartOptions,
): Promise<StartedBatch> {
  const { temporal, config, cwd } = context;
  refuseFaults(report, skipInvalid);
  const batch = checkBatchId(options.batch ?? defaultBatchId(report, config));

  const bare = await temporal.describeBare(batch);
  const execution = bare && openedOf(bare);
  if (execution) return await attach(context, execution, report, again);
  if (bare) throw await unopenedError(temporal, bare);

  const store = openLocalStore(config.outDir ?? defaultFolder(cwd, batch));
  const batchOptions = batchOptionsOf(config, again);
  const { account } = config;
  const home = context.home === undefined ? {} : { home: context.home };
  const ended = await claimStore({ batch, account, ...home, options: batchOptions }, store, report);
  if (ended) return started('ended', batch, report, store, { summary: ended });

  const info = await freezeManifest(file.path, store, {
    expectedHash: report.hash,
    skipInvalid,
    label: file.label,
  });
  const notes = await limitNotes(context);
  const isNew = await temporal.start({
    batch,
    taskQueue: taskQueueOf(account),
    input: {
      version: 1,
      name: info.name,
      store: store.location,
      round: 1,
      rows: { count: info.total },
      options: batchOptions,
    },
    memo: {
      name: info.name,
      store: store.location,
      total: info.total,
      rows: info.total,
      round: 1,
    },
    again: false,
  });
  return started(isNew ? 'started' : 'attached', batch, report, store, { notes });
}

/** A batch of the simulator must not stand in for the real one of the same manifest. */
function defaultBatchId(report: ManifestReport, { account }: ResolvedConfig): string {
  const id = batchIdOf(report.name, report.hash);
  return account === SIMULATOR_ACCOUNT ? `${id}-simulated` : id;
}

async function attach(
  context: StartContext,
  execution: Execution,
  report: ManifestReport,
  again?: boolean,
): Promise<StartedBatch> {
  const { config } = context;
  const { batch, memo } = execution;
  if (execution.taskQueue !== taskQueueOf(config.account)) {
    throw new ReelscoreError(
      'batch_mismatch',
      `batch ${batch} belongs to another account (queue ${execution.taskQueue}; use another --batch)`,
    );
  }
  const store = openLocalStore(memo.store);
  await checkContent(store, batch, report);
  if (isOpen(execution)) {
    const record = await readBatchRecord(store);
    const notes = record ? optionNotes(record.options, batchOptionsOf(config, again)) : [];
    notes.push(...(await limitNotes(context, record?.options.pace)));
    if (config.outDir !== undefined && config.outDir !== memo.store) {
      notes.push(`its results lie in ${memo.store} (not in ${config.outDir})`);
    }
    return started('attached', batch, report, store, { notes });
  }
  const summary = await readSummary(store, batch);
  if (phaseOf(execution) !== 'stopped' && summary) {
    return started('ended', batch, report, store, { summary });
  }
  throw stoppedError(batch, execution.status.toLowerCase().replace('_', ' '));
}

function started(
  how: StartedBatch['how'],
  batch: string,
  report: ManifestReport,
  store: Store,
  more: { summary?: BatchSummary; notes?: string[] } = {},
): StartedBatch {
  const { name, total } = report;
  return { batch, how, name, store: store.location, total, notes: [], ...more };
}
