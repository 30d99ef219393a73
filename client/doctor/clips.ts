// How the vendor reaches clips that have no link of their own.
import type { ResolvedConfig } from '../../config/config.js';
import { reachOf } from '../../intake/clip-reach.js';
import { openClipNetwork } from '../../intake/network.js';
import { writeLocation, type ObjectLocation } from '../../store/bucket/location.js';
import { linkLifetimeMs } from '../../store/bucket/presign.js';
import { tryStaging } from '../../store/bucket/staging-check.js';
import { addressesOf, privateOf } from './addresses.js';
import { ok, problem, problemOf, warning, type DoctorFinding } from './finding.js';

const CHECK = 'Clips';

export async function clipsFinding(config: ResolvedConfig): Promise<DoctorFinding> {
  const { staging } = config;
  if (staging) return await stagingFinding(config, staging);
  return reachOf(config) === 'served'
    ? ok(CHECK, 'files on this machine are served by the receiver, at the callback URL')
    : ok(
        CHECK,
        'web links only: for files on this machine set REELSCORE_STAGING or REELSCORE_CALLBACK_URL',
      );
}

async function stagingFinding(
  config: ResolvedConfig,
  place: ObjectLocation,
): Promise<DoctorFinding> {
  const where = writeLocation(place);
  const { buckets, clipFetch, close } = openClipNetwork(config);
  try {
    await buckets.checkCredentialsLast(linkLifetimeMs(config.taskTimeoutMs));
    await tryStaging(buckets, place, clipFetch);
    const link = await buckets.presign({ ...place, key: 'clip' }, 1000);
    const inside = privateOf(await addressesOf(new URL(link)));
    return inside === undefined
      ? ok(CHECK, `files on this machine are uploaded to ${where}, and links signed for it work`)
      : warning(
          CHECK,
          `${where} works, but at ${inside}, which cannot be reached from the internet`,
          'name a bucket that the vendor can reach: REELSCORE_STAGING, AWS_ENDPOINT_URL_S3',
        );
  } catch (error) {
    const found = problemOf(CHECK, error);
    return found.advice === undefined
      ? problem(
          CHECK,
          `${where} cannot be used: ${found.found}`,
          'check the bucket, its region and the credentials (docs/clips.md)',
        )
      : found;
  } finally {
    await close();
  }
}
