// The S3 client, loaded only when a bucket is used: it is 22 MB of packages.
import type * as S3 from '@aws-sdk/client-s3';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';

/** A connection that is idle for so long is given up. */
const SILENCE_MS = 60_000;

export interface BucketOptions {
  /** Of an S3-compatible server; absent = AWS. */
  endpoint?: string;
}

export interface OpenedS3 {
  s3: typeof S3;
  client: S3Client;
}

/** Opens the client once. Credentials come from AWS's own chain: environment, profiles, SSO, instance and pod roles. */
export function s3Opener(
  options: BucketOptions,
  prepare?: (client: S3Client) => void,
): () => Promise<OpenedS3> {
  const open = async (): Promise<OpenedS3> => {
    const made = await openS3(options);
    prepare?.(made.client);
    return made;
  };
  let opened: Promise<OpenedS3> | undefined;
  return () => (opened ??= open());
}

async function openS3({ endpoint }: BucketOptions): Promise<OpenedS3> {
  // It warns on stderr of releases to come, which need a later Node; package.json says which ones we have.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const s3 = await import('@aws-sdk/client-s3');
  const connect = (config: S3ClientConfig): S3Client =>
    new s3.S3Client({
      ...config,
      // Servers other than AWS mostly have no host name for each bucket.
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      followRegionRedirects: true,
      requestHandler: { connectionTimeout: 10_000, socketTimeout: SILENCE_MS },
      // Others refuse the checksums that are on by default since 3.729.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  const client = connect({});
  if (endpoint === undefined) return { s3, client };
  // Other servers mostly have one region, which nobody configures.
  const configured = await client.config.region().catch(() => undefined);
  return { s3, client: configured === undefined ? connect({ region: 'us-east-1' }) : client };
}

/** Whether an error says that there is no such object, bucket or upload. */
export function isMissing(error: unknown): boolean {
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  if (name === 'NoSuchBucket') return false;
  return $metadata?.httpStatusCode === 404 || /^(NotFound|NoSuch(Key|Upload))$/.test(name);
}
