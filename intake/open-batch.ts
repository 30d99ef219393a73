// Opens the batch of a request: reads the manifest, claims the store, freezes the manifest. Can be repeated
// after a crash.
import type { BatchOptions, ScoreBatchInput } from '../contract/batch.js';
import { ReelscoreError } from '../contract/errors.js';
import { ACCOUNT_PREFIX } from '../contract/names.js';
import type { BatchRequest } from '../contract/request.js';
import { folderOfBatch, isBatchId } from '../manifests/batch-id.js';
import { freezeManifest, type FreezeOptions } from '../manifests/freeze.js';
import { ManifestError } from '../manifests/problems.js';
import { checkManifest, isRefused, type ReadManifest } from '../manifests/read.js';
import { openSnapshot } from '../manifests/snapshot.js';
import { SNAPSHOT_KEY, type SnapshotInfo } from '../manifests/snapshot-format.js';
import { isAbsolutePlace, placeIn } from '../store/places.js';
import type { OpenStore, Store } from '../store/store.js';
import { readBatchRecord } from './batch-record.js';
import { claimStore, type StoreClaim } from './claim.js';
import { refuseUnreachable, type ReachConfig } from './clip-reach.js';
import { openManifest, readOptionsOf, type FetchManifestOptions } from './manifest-file.js';
import { readRequest } from './request.js';

/** A request as it was sent. */
export type UncheckedRequest = Partial<BatchRequest> | null | undefined;

/** What a worker provides for opening batches. */
export interface Intake extends Pick<FetchManifestOptions, 'fetch' | 'buckets' | 'header'> {
  account: string;
  /** How clips on this machine reach the vendor. */
  reach: ReachConfig;
  /** REELSCORE_HOME of the embedded server in use. */
  home?: string;
  /** Absolute path, or place in a bucket, in which batches get their folders, if the request names none. */
  resultsFolder: string;
  openStore: OpenStore;
  /** Reads manifests without blocking the worker. */
  readManifest: ReadManifest;
  /** Opens a sealed link or a reference of a request (contract/secret-link.ts); throws if it cannot. */
  openLink: (text: string) => string;
  /** The worker's own settings, overridden by those of the request. */
  optionsFor(request: Pick<BatchRequest, 'settings' | 'again'>): BatchOptions;
  /** How the request's manifest is to be read. */
  readingFor(
    request: Pick<BatchRequest, 'settings'>,
  ): Pick<FetchManifestOptions, 'prompt' | 'map' | 'sheet' | 'excerpts' | 'takes'>;
  /**
   * The URL to notify about a request: its own `notify`, else the worker's; sealed.
   */
  notificationUrl(request: UncheckedRequest): string | undefined;
  /** Whether the server knows the search attributes. */
  hasAttributes(): Promise<boolean>;
}

/** The execution that calls. */
export interface OpenedFor {
  batch: string;
  /** First run of the execution chain. */
  chain: string;
  signal?: AbortSignal;
}

/**
 * @param value what the workflow was started with, not checked yet
 * @throws ReelscoreError `request_invalid`, `batch_id_invalid`, `manifest_unreadable`,
 *   `manifest_invalid`, `store_taken`, `batch_mismatch`, `batch_ended`, `batch_stopped`; other errors may
 *   be transient
 */
export async function openBatch(
  value: unknown,
  { batch, chain, signal }: OpenedFor,
  intake: Intake,
): Promise<ScoreBatchInput> {
  const request = readRequest(value);
  checkId(batch);
  const store = intake.openStore(locationOf(request, batch, intake));
  const options = intake.optionsFor(request);
  const { account, home } = intake;
  const claim: StoreClaim = { batch, account, chain, options, ...(home !== undefined && { home }) };
  const info = (await frozenBefore(store, claim)) ?? (await freeze());
  return {
    version: 1,
    name: info.name,
    store: store.location,
    round: 1,
    rows: { count: info.total },
    options,
    ...((await intake.hasAttributes()) && { attributes: true }),
  };

  async function freeze(): Promise<SnapshotInfo> {
    const { fetch, buckets, header } = intake;
    const file = await openManifest(placeOf(request, intake), {
      ...(fetch && { fetch }),
      ...(buckets && { buckets }),
      header,
      ...intake.readingFor(request),
      ...(signal && { signal }),
    });
    try {
      const reading = {
        read: intake.readManifest,
        ...readOptionsOf(file),
        ...(signal && { signal }),
      };
      return await claimAndFreeze(file.path, store, claim, intake.reach, {
        ...reading,
        skipInvalid: request.skipInvalid ?? false,
      });
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      throw new ReelscoreError('manifest_unreadable', error.message, { cause: error });
    } finally {
      await file.remove();
    }
  }
}

function placeOf({ manifest }: BatchRequest, { openLink }: Intake): BatchRequest['manifest'] {
  if (typeof manifest !== 'string') return manifest;
  try {
    return openLink(manifest);
  } catch (cause) {
    throw new ReelscoreError('request_invalid', `manifest: ${(cause as Error).message}`, { cause });
  }
}

async function claimAndFreeze(
  file: string,
  store: Store,
  claim: StoreClaim,
  reach: ReachConfig,
  { skipInvalid, ...reading }: FreezeOptions & { skipInvalid: boolean },
): Promise<SnapshotInfo> {
  const report = await checkManifest(file, reading);
  const { problems, problemCount, hash } = report;
  if (isRefused(report, skipInvalid)) {
    const { message } = new ManifestError(problems, problemCount);
    throw new ReelscoreError('manifest_invalid', message);
  }
  refuseUnreachable(report, reach);
  const { batch } = claim;
  if (await claimStore(claim, store, report)) {
    throw new ReelscoreError(
      'batch_ended',
      `batch ${batch} has run already (see: reelscore results ${batch}; to score its clips anew, use another workflow id)`,
    );
  }
  return await freezeManifest(file, store, { ...reading, expectedHash: hash, skipInvalid });
}

/** The snapshot of an earlier try whose answer was lost; later changes of the manifest are ignored. */
async function frozenBefore(store: Store, claim: StoreClaim): Promise<SnapshotInfo | undefined> {
  const record = await readBatchRecord(store);
  if (record?.batch !== claim.batch || record.chain !== claim.chain) return undefined;
  return (await store.exists(SNAPSHOT_KEY)) ? await openSnapshot(store).info() : undefined;
}

function checkId(batch: string): void {
  if (isBatchId(batch) && !batch.startsWith(ACCOUNT_PREFIX)) return;
  throw new ReelscoreError(
    'batch_id_invalid',
    `workflow id ${JSON.stringify(batch)} cannot be a batch id (use only letters, digits and ._-, at most 60, beginning and ending with a letter or digit)`,
  );
}

function locationOf({ results }: BatchRequest, batch: string, intake: Intake): string {
  if (results !== undefined && !isAbsolutePlace(results)) {
    throw new ReelscoreError(
      'request_invalid',
      `results: ${JSON.stringify(results)} is neither an absolute path (the worker runs in another folder) nor s3://bucket/prefix`,
    );
  }
  return placeIn(results ?? intake.resultsFolder, folderOfBatch(batch));
}
