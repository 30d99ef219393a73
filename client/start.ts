// Starts a batch, or attaches to it, or finds that it has ended. Owns the order of steps: the manifest
// is checked, the store claimed, the manifest frozen, and only then the workflow started; after a crash
// in between, the same call goes on where it was.
import { hostname } from 'node:os';
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
import { batchOptionsOf, type ResolvedConfig } from '../config/config.js';
import { claimStore } from '../intake/claim.js';
import { refuseUnreachable } from '../intake/clip-reach.js';
import { readOptionsOf } from '../intake/manifest-file.js';
import { attach } from './attach.js';
import type { StartContext } from './context.js';
import { sealedOptions, sealNotes } from './seal-links.js';
import { openedOf } from './execution.js';
import { checkBatchId, defaultFolder } from './locate.js';
import { limitNotes } from './limit-notes.js';
import { started, type StartedBatch } from './started.js';
import { notStartedError } from './not-started.js';

export interface StartOptions {
  /** Default: the manifest's name and a hash of its content. */
  batch?: string;
  /** Reject rows with problems one by one instead of refusing the manifest. */
  skipInvalid?: boolean;
  /** Score clips anew that have been scored already. */
  again?: boolean;
}

/**
 * @throws ManifestInvalidError, ManifestError (the file cannot be read), ReelscoreError
 *   `manifest_unreadable`, `batch_id_invalid`, `batch_mismatch`, `batch_running`, `batch_stopped`,
 *   `store_taken`, `results_gone`; NetError if the server of a URL cannot be reached
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
  const { temporal, config } = context;
  refuseFaults(report, skipInvalid);
  refuseUnreachable(report, config);
  const batch = checkBatchId(options.batch ?? defaultBatchId(report, config));

  const bare = await temporal.describeBare(batch);
  const execution = bare && openedOf(bare);
  const checked = { file, report };
  if (execution) {
    const attached = await attach(context, execution, report, again);
    if (attached) return attached;
    const gone = goneNote(execution.memo.store);
    return await startNew(context, batch, checked, { again, skipInvalid, gone });
  }
  if (bare) throw await notStartedError(temporal, bare);
  return await startNew(context, batch, checked, { again, skipInvalid });
}

interface StartHow {
  again: boolean | undefined;
  skipInvalid: boolean;
  /** It has run, and nothing of it is left. */
  gone?: string;
}

async function startNew(
  context: StartContext,
  batch: string,
  { file, report }: CheckedManifest,
  { again, skipInvalid, gone }: StartHow,
): Promise<StartedBatch> {
  const { temporal, openStore, config, cwd } = context;
  const store = openStore(config.outDir ?? defaultFolder(cwd, batch));
  const batchOptions = await sealedOptions(batchOptionsOf(config, again), config);
  const { account } = config;
  const home = context.home === undefined ? {} : { home: context.home };
  const ended = await claimStore({ batch, account, ...home, options: batchOptions }, store, report);
  if (ended) return started('ended', batch, report, store, { summary: ended });

  const info = await freezeManifest(file.path, store, {
    expectedHash: report.hash,
    skipInvalid,
    ...readOptionsOf(file),
  });
  const notes = [...(gone === undefined ? [] : [gone]), ...(await limitNotes(context))];
  notes.push(...sealNotes(config, { home: context.home, links: [batchOptions.notify?.url] }));
  const { name, total } = info;
  const isNew = await temporal.start({
    batch,
    taskQueue: taskQueueOf(account),
    input: {
      ...{ version: 1, name, store: store.location, round: 1 },
      rows: { count: total },
      options: batchOptions,
    },
    memo: { name, store: store.location, total, rows: total, round: 1, host: hostname() },
    again: gone !== undefined,
  });
  return started(isNew ? 'started' : 'attached', batch, report, store, { notes });
}

/** A batch of the simulator must not stand in for the real one of the same manifest. */
function defaultBatchId(report: ManifestReport, { account }: ResolvedConfig): string {
  const id = batchIdOf(report.name, report.hash);
  return account === SIMULATOR_ACCOUNT ? `${id}-simulated` : id;
}

function goneNote(folder: string): string {
  return `it has run before, and its results are not in ${folder} any more: it is scored anew`;
}
