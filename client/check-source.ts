// Checks a manifest, wherever it is, before a batch is started.
import type { InlineManifest } from '../contract/request.js';
import { openManifest, readOptionsOf, type ManifestFile } from '../intake/manifest-file.js';
import { checkManifest, isRefused, type ManifestReport } from '../manifests/read.js';
import type { ResolvedConfig } from '../config/config.js';
import { submissionMs } from './plan-figures.js';
import { manifestNetwork } from '../intake/network.js';
import { ManifestInvalidError } from './errors.js';

/** A manifest: path, http(s) URL, or the clips themselves. */
export type ManifestSource = string | InlineManifest;

/** A checked manifest. */
export interface CheckedManifest {
  /** Remove it when it is not needed any more. */
  file: ManifestFile;
  report: ManifestReport;
}

/**
 * Fetches a manifest and checks it.
 * @throws ManifestError (it cannot be read), ReelscoreError `manifest_unreadable`, NetError
 */
export async function checkSource(
  manifest: ManifestSource,
  config: ResolvedConfig,
): Promise<CheckedManifest> {
  const file = await openManifest(manifest, {
    ...manifestNetwork(config),
    prompt: config.prompt,
    map: config.map,
    excerpts: config.fit !== undefined,
    takes: config.takes,
    sheet: config.sheet,
  });
  try {
    return {
      file,
      report: await checkManifest(file.path, {
        ...readOptionsOf(file),
        submittedAt: submissionTimes(config),
      }),
    };
  } catch (error) {
    await file.remove();
    throw error;
  }
}

/** When each row would be submitted by a batch that starts now and has its account alone. */
function submissionTimes({ pace }: ResolvedConfig): (row: number) => number {
  const now = Date.now();
  return (row) => now + submissionMs(row, pace);
}

/**
 * Fetches and checks a manifest, unless that was done; calls `work` with it, and removes what was
 * fetched.
 * @throws what `checkSource` and `work` throw
 */
export async function withManifest<T>(
  manifest: ManifestSource | CheckedManifest,
  config: ResolvedConfig,
  work: (checked: CheckedManifest) => Promise<T>,
): Promise<T> {
  if (isChecked(manifest)) return await work(manifest);
  const checked = await checkSource(manifest, config);
  try {
    return await work(checked);
  } finally {
    await checked.file.remove();
  }
}

/**
 * @param skipInvalid rows with problems may be left out
 * @throws ManifestInvalidError
 */
export function refuseFaults(report: ManifestReport, skipInvalid: boolean): void {
  if (isRefused(report, skipInvalid)) throw new ManifestInvalidError(report);
}

function isChecked(manifest: ManifestSource | CheckedManifest): manifest is CheckedManifest {
  return typeof manifest === 'object' && 'report' in manifest;
}
