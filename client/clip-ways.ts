// How the vendor will reach a manifest's clips.
import type { ResolvedConfig } from '../config/config.js';
import { reachOf } from '../intake/clip-reach.js';
import { ReelscoreError } from '../contract/errors.js';
import type { ManifestReport } from '../manifests/read.js';
import { bucketsOf } from '../intake/network.js';
import { linkLifetimeMs } from '../store/bucket/presign.js';
import { writeLocation } from '../store/bucket/location.js';

export interface ClipWays {
  /** Clips that are files on this machine. */
  local?: {
    clips: number;
    /** Uploaded to a bucket, served by the receiver, or none: such a batch is not started. */
    way: 'staged' | 'served' | 'none';
    /** The place in the bucket, or the receiver's URL; absent for the simulator's. */
    at?: string;
  };
  /** Clips in buckets, for which links are signed when they are submitted. */
  inBuckets?: number;
  /** Why links cannot be signed here. */
  fault?: string;
}

/** Undefined if every clip has a link of its own. */
export async function clipWaysOf(
  { local = 0, inBuckets = 0 }: Pick<ManifestReport, 'local' | 'inBuckets'>,
  config: ResolvedConfig,
): Promise<ClipWays | undefined> {
  if (local + inBuckets === 0) return undefined;
  const way = reachOf(config);
  const { staging, callbacks } = config;
  const at = way === 'staged' && staging ? writeLocation(staging) : callbacks.publicUrl;
  const signed = inBuckets > 0 || (local > 0 && way === 'staged');
  const fault = signed ? await signingFault(config) : undefined;
  return {
    ...(local > 0 && { local: { clips: local, way, ...(at !== undefined && { at }) } }),
    ...(inBuckets > 0 && { inBuckets }),
    ...(fault !== undefined && { fault }),
  };
}

/** @throws ReelscoreError `clips_unreachable` if links must be signed and cannot be */
export async function refuseUnsigned(
  report: Pick<ManifestReport, 'path' | 'local' | 'inBuckets'>,
  config: ResolvedConfig,
): Promise<void> {
  const { fault } = (await clipWaysOf(report, config)) ?? {};
  if (fault === undefined) return;
  throw new ReelscoreError(
    'clips_unreachable',
    `${report.path}: its clips need links that are signed: ${fault}`,
  );
}

async function signingFault(config: ResolvedConfig): Promise<string | undefined> {
  try {
    await bucketsOf(config).checkCredentialsLast(linkLifetimeMs(config.taskTimeoutMs));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
