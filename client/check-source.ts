// Looks through a manifest, wherever it is, before a batch is made of it.
import type { InlineManifest } from '../contract/request.js';
import { openManifest, type ManifestFile } from '../intake/manifest-file.js';
import { checkManifest, type ManifestReport } from '../manifests/read.js';
import type { ResolvedConfig } from '../workers/config.js';
import { manifestNetwork } from '../workers/intake.js';

/** A manifest that was looked through. */
export interface CheckedManifest {
  /** Remove it when it is not needed any more. */
  file: ManifestFile;
  report: ManifestReport;
}

/**
 * Brings a manifest here and looks through it.
 * @throws ManifestError (it cannot be read), ReelscoreError `manifest_unreadable`, NetError
 */
export async function checkSource(
  manifest: string | InlineManifest,
  config: ResolvedConfig,
): Promise<CheckedManifest> {
  const file = await openManifest(manifest, manifestNetwork(config));
  try {
    return { file, report: await checkManifest(file.path, { label: file.label }) };
  } catch (error) {
    await file.remove();
    throw error;
  }
}

export function isChecked(
  manifest: string | InlineManifest | CheckedManifest,
): manifest is CheckedManifest {
  return typeof manifest === 'object' && 'report' in manifest;
}
