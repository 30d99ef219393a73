// Buckets of S3 and of servers that speak its protocol.
import type { Readable } from 'node:stream';
import { s3Opener, type BucketOptions } from './client.js';
import type { ObjectLocation } from './location.js';
import { checkCredentialsLast, presign } from './presign.js';
import { unfinishedUploads } from './unfinished.js';
import { uploadFile, type UploadedFile } from './upload.js';

export interface StoredObject {
  key: string;
  /** In bytes. */
  size: number;
}

/** Every call may throw the SDK's errors. */
export interface Buckets {
  /** See `presign`. */
  presign(at: ObjectLocation, forMs: number, method?: 'GET' | 'HEAD'): Promise<string>;
  /** See `checkCredentialsLast`. */
  checkCredentialsLast(forMs: number): Promise<void>;
  /** Content of a small object as UTF-8; undefined if it has more than `most` bytes. */
  read(at: ObjectLocation, most: number): Promise<string | undefined>;
  /** Writes a small object. */
  write(at: ObjectLocation, content: string): Promise<void>;
  /** See `uploadFile`. */
  upload(at: ObjectLocation, file: UploadedFile, signal?: AbortSignal): Promise<void>;
  /** Objects whose keys begin so, in the order of their keys; a page at a time is held. */
  list(at: ObjectLocation): AsyncIterable<StoredObject>;
  /** Removes an object, and what uploads of it have left. It is no error if there is none. */
  remove(at: ObjectLocation): Promise<void>;
}

/** Nothing is loaded or connected to until it is used. */
export function openBuckets(options: BucketOptions): Buckets {
  const open = s3Opener(options);
  return {
    presign: async (at, forMs, method) => await presign(await open(), at, forMs, method),
    checkCredentialsLast: async (forMs) => await checkCredentialsLast(await open(), forMs),
    async read({ bucket, key }, most) {
      const { s3, client } = await open();
      const object = await client.send(new s3.GetObjectCommand({ Bucket: bucket, Key: key }));
      if ((object.ContentLength ?? 0) <= most) return await object.Body?.transformToString();
      (object.Body as Readable | undefined)?.destroy();
      return undefined;
    },
    async write({ bucket, key }, content) {
      const { s3, client } = await open();
      await client.send(new s3.PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
    },
    upload: async (at, file, signal) => await uploadFile(await open(), at, file, signal),
    async *list({ bucket, key }) {
      const { s3, client } = await open();
      const pages = s3.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: key });
      for await (const { Contents = [] } of pages) {
        for (const { Key, Size } of Contents) {
          if (Key !== undefined) yield { key: Key, size: Size ?? 0 };
        }
      }
    },
    async remove(at) {
      const { s3, client } = await open();
      const object = { Bucket: at.bucket, Key: at.key };
      for await (const { key, uploadId } of unfinishedUploads({ s3, client }, at)) {
        if (key !== at.key) continue;
        await client.send(new s3.AbortMultipartUploadCommand({ ...object, UploadId: uploadId }));
      }
      await client.send(new s3.DeleteObjectCommand(object));
    },
  };
}
