// Errors of S3 as people can act on them: place, fault, what to do.
import type { S3Client } from '@aws-sdk/client-s3';
import { isMissing } from './client.js';
import { statusOf } from './objects.js';

const ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine a role',
  NoSuchBucket: 'create it, or name another',
  AccessDenied: 'docs/buckets.md says what the credentials need',
  Forbidden: 'docs/buckets.md says what the credentials need',
  InvalidAccessKeyId: 'check the credentials',
  SignatureDoesNotMatch: 'check the credentials, and that the clock is right',
  PermanentRedirect: 'set AWS_REGION to that of the bucket',
};

/** Has the errors of a client's requests say where they happened, and what to do. Their names stay. */
export function explainErrors(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof Error && !isExpected(error)) {
          const { Bucket = '', Key = '' } = args.input as { Bucket?: string; Key?: string };
          const fault = error.message === '' ? error.name : error.message;
          const advice = ADVICE[error.name] ?? 'check the bucket, its region and the credentials';
          error.message = `s3://${Bucket}/${Key}: ${fault} (${advice})`;
        }
        throw error;
      }
    },
    { step: 'initialize', name: 'reelscoreExplain' },
  );
}

/** An answer that the store asks for. */
function isExpected(error: Error): boolean {
  return isMissing(error) || [409, 412].includes(statusOf(error) ?? 0);
}
