// Whether the vendor can fetch the clips of a manifest.
import type { ResolvedConfig } from '../config/config.js';
import { ReelscoreError } from '../contract/errors.js';
import { SIMULATOR_ACCOUNT } from '../contract/names.js';
import type { ManifestReport } from '../manifests/read.js';

/** What decides how clips on this machine reach the vendor. */
export type ReachConfig = Pick<ResolvedConfig, 'account' | 'callbacks' | 'staging' | 'fit'>;

/**
 * How clips on this machine reach the vendor: they are staged in a bucket, the receiver serves them, or not at all.
 * The simulator's receiver is at hand wherever it runs.
 */
export function reachOf({
  account,
  callbacks,
  staging,
}: Omit<ReachConfig, 'fit'>): 'staged' | 'served' | 'none' {
  if (staging && account !== SIMULATOR_ACCOUNT) return 'staged';
  return callbacks.publicUrl !== undefined || account === SIMULATOR_ACCOUNT ? 'served' : 'none';
}

/** @throws ReelscoreError `clips_unreachable` */
export function refuseUnreachable(
  { path, local = 0, total }: Pick<ManifestReport, 'path' | 'local' | 'total'>,
  config: ReachConfig,
): void {
  if ((local === 0 && !config.fit) || reachOf(config) !== 'none') return;
  const which =
    local === 0
      ? 'what is fitted lies on this machine, where the vendor cannot fetch it'
      : `${local} of its ${total} clips are files on this machine, which the vendor cannot fetch`;
  throw new ReelscoreError(
    'clips_unreachable',
    `${path}: ${which} (set ` +
      'REELSCORE_STAGING to a bucket, s3://bucket/prefix, to which they are then uploaded; or REELSCORE_CALLBACK_URL ' +
      'to a public URL that leads to the receiver of this machine, which then serves them; or give the clips http ' +
      'or s3 links; --simulate tries it without the vendor)',
  );
}
