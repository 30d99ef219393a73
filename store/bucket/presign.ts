// Links to objects that anyone can fetch for a time.
import type { OpenedS3 } from './client.js';
import type { ObjectLocation } from './location.js';

/** S3 signs for no longer than 7 days. */
const MAX_PRESIGNED_MS = 7 * 86_400_000;

/** How long links to clips must work: a task may fetch its clip until its timeout. */
export function linkLifetimeMs(taskTimeoutMs: number): number {
  return Math.min(taskTimeoutMs, MAX_PRESIGNED_MS);
}

/** The credentials end before a link may. */
export class CredentialsTooShortError extends Error {
  override readonly name = 'CredentialsTooShortError';
}

/** A link for one method. It may end sooner, with the credentials. */
export async function presign(
  { s3, client }: OpenedS3,
  { bucket, key }: ObjectLocation,
  forMs: number,
  method: 'GET' | 'HEAD' = 'GET',
): Promise<string> {
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
  const object = { Bucket: bucket, Key: key };
  const expiresIn = Math.ceil(forMs / 1000);
  return method === 'GET'
    ? await getSignedUrl(client, new s3.GetObjectCommand(object), { expiresIn })
    : await getSignedUrl(client, new s3.HeadObjectCommand(object), { expiresIn });
}

/**
 * A link signed with session credentials dies with them, so these must live as long as it.
 * @throws CredentialsTooShortError, or the SDK's error if there are no credentials
 */
export async function checkCredentialsLast({ client }: OpenedS3, forMs: number): Promise<void> {
  const { sessionToken, expiration } = await client.config.credentials();
  const leftMs = expiration ? expiration.getTime() - Date.now() : sessionToken ? 0 : Infinity;
  if (leftMs >= forMs) return;
  const left = expiration
    ? `in ${Math.max(0, Math.round(leftMs / 60_000))} min`
    : 'at a time they do not tell';
  throw new CredentialsTooShortError(
    `the session credentials for S3 end ${left}, and links signed with them, before a task may (use an access key that does not expire, or a shorter taskTimeout)`,
  );
}
