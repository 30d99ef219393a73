// The objects of one bucket, as a store needs them.
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMissing, type OpenedS3 } from './client.js';
import type { StoredObject } from './buckets.js';
import { unfinishedUploads } from './unfinished.js';

/** Tells an object from any other under its key. An ETag would be known only when it is there. */
const VERSION = 'reelscore-version';
/** A stream up to this size goes in one request. */
const PART_BYTES = 8 * 1_048_576;
/** Answers that say that another request for the same key is under way. */
const MAX_CONFLICTS = 10;
const CONFLICT_MS = 50;

export interface Written {
  /** Default: one that no other object has. */
  version?: string;
  contentType?: string;
}

export interface ObjectFacts {
  /** In bytes. */
  size: number;
  version: string;
}

/** Every call may throw the SDK's errors. */
export class Objects {
  constructor(
    private readonly open: () => Promise<OpenedS3>,
    private readonly bucket: string,
  ) {}

  async put(key: string, body: string | Uint8Array, written: Written = {}): Promise<void> {
    const { s3, client } = await this.open();
    await client.send(new s3.PutObjectCommand({ ...this.#input(key, written), Body: body }));
  }

  /**
   * Writes an object if there is none; of several who do, one alone gets true. The same call, made again because its
   * answer was lost, has the same result.
   * @param version that no other call has
   */
  async create(key: string, body: string | Uint8Array, version: string): Promise<boolean> {
    const { s3, client } = await this.open();
    const input = { ...this.#input(key, { version }), Body: body, IfNoneMatch: '*' };
    for (let tries = 1; ; tries += 1) {
      try {
        await client.send(new s3.PutObjectCommand(input));
        return true;
      } catch (error) {
        const status = statusOf(error);
        // The SDK repeats a request whose answer was lost: what stands there may be ours.
        if (status === 412) return (await this.facts(key))?.version === version;
        if (status !== 409 || tries === MAX_CONFLICTS) throw error;
        await sleep(CONFLICT_MS * tries * Math.random());
      }
    }
  }

  /** Writes a stream; in parts, if it is long. Nothing is there if the stream fails. */
  async upload(key: string, stream: AsyncIterable<Uint8Array>, written: Written): Promise<void> {
    const chunks = stream[Symbol.asyncIterator]();
    const first: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < PART_BYTES) {
      const next = await chunks.next();
      if (next.done) {
        await this.put(key, Buffer.concat(first), written);
        return;
      }
      first.push(next.value);
      bytes += next.value.length;
    }
    async function* all(): AsyncIterable<Uint8Array> {
      yield* first;
      yield* { [Symbol.asyncIterator]: () => chunks };
    }
    const { client } = await this.open();
    const { Upload } = await import('@aws-sdk/lib-storage');
    const body = Readable.from(all(), { objectMode: false });
    const params = { ...this.#input(key, written), Body: body };
    await new Upload({ client, params, partSize: PART_BYTES }).done();
  }

  /** Undefined if there is none. */
  async text(key: string): Promise<string | undefined> {
    const body = await this.#get(key);
    return body && (await body.transformToString());
  }

  /** Undefined if there is none. @param range bytes, `to` excluded */
  async bytes(key: string, range: { from: number; to: number }): Promise<Uint8Array | undefined> {
    const body = await this.#get(key, range);
    return body && (await body.transformToByteArray());
  }

  /** Undefined if there is none. @param range bytes, `to` excluded */
  async stream(key: string, range?: { from: number; to: number }): Promise<Readable | undefined> {
    return (await this.#get(key, range)) as Readable | undefined;
  }

  /** Undefined if there is none. */
  async facts(key: string): Promise<ObjectFacts | undefined> {
    const { s3, client } = await this.open();
    try {
      const head = await client.send(new s3.HeadObjectCommand({ Bucket: this.bucket, Key: key }));
      const version = head.Metadata?.[VERSION] ?? head.ETag ?? '';
      return { size: head.ContentLength ?? 0, version };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Those whose keys begin so, in the order of their keys. */
  async list(prefix: string): Promise<StoredObject[]> {
    const { s3, client } = await this.open();
    const found: StoredObject[] = [];
    const pages = s3.paginateListObjectsV2({ client }, { Bucket: this.bucket, Prefix: prefix });
    for await (const { Contents = [] } of pages) {
      for (const { Key, Size } of Contents) {
        if (Key !== undefined) found.push({ key: Key, size: Size ?? 0 });
      }
    }
    return found;
  }

  /** It is no error if there is none. */
  async remove(key: string): Promise<void> {
    const { s3, client } = await this.open();
    await client.send(new s3.DeleteObjectCommand({ Bucket: this.bucket, Key: key }));
  }

  /** Ends uploads in parts that nobody goes on with. @param prefix of their keys */
  async dropUploads(prefix: string): Promise<void> {
    const opened = await this.open();
    const { s3, client } = opened;
    const at = { bucket: this.bucket, key: prefix };
    for await (const { key, uploadId } of unfinishedUploads(opened, at)) {
      const upload = { Bucket: this.bucket, Key: key, UploadId: uploadId };
      await client.send(new s3.AbortMultipartUploadCommand(upload));
    }
  }

  async #get(key: string, range?: { from: number; to: number }) {
    const { s3, client } = await this.open();
    const bytes = range && `bytes=${range.from}-${range.to === Infinity ? '' : range.to - 1}`;
    const input = { Bucket: this.bucket, Key: key, ...(bytes !== undefined && { Range: bytes }) };
    try {
      return (await client.send(new s3.GetObjectCommand(input))).Body;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  #input(key: string, { version = randomUUID(), contentType }: Written) {
    return {
      ...{ Bucket: this.bucket, Key: key, Metadata: { [VERSION]: version } },
      ...(contentType !== undefined && { ContentType: contentType }),
    };
  }
}

/** Of the HTTP answer. */
export function statusOf(error: unknown): number | undefined {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode;
}
