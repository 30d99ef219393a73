// Multipart uploads that were begun and not ended.
import type { ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3';
import type { OpenedS3 } from './client.js';
import type { ObjectLocation } from './location.js';

export interface UnfinishedUpload {
  key: string;
  uploadId: string;
  /** Epoch ms. */
  begunAt: number;
}

/** Those of keys that begin so. */
export async function* unfinishedUploads(
  { s3, client }: OpenedS3,
  { bucket, key: prefix }: ObjectLocation,
): AsyncIterable<UnfinishedUpload> {
  let KeyMarker: string | undefined;
  let UploadIdMarker: string | undefined;
  do {
    const command = new s3.ListMultipartUploadsCommand({
      Bucket: bucket,
      Prefix: prefix,
      KeyMarker,
      UploadIdMarker,
    });
    const page: ListMultipartUploadsCommandOutput = await client.send(command);
    const { Uploads = [], IsTruncated } = page;
    for (const { Key, UploadId, Initiated } of Uploads) {
      // Some servers take no prefix here.
      if (!Key?.startsWith(prefix) || UploadId === undefined) continue;
      yield { key: Key, uploadId: UploadId, begunAt: Initiated?.getTime() ?? 0 };
    }
    KeyMarker = IsTruncated ? page.NextKeyMarker : undefined;
    UploadIdMarker = page.NextUploadIdMarker;
  } while (KeyMarker !== undefined);
}
