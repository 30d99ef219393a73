// Uploads a file. What an upload that was broken off has sent is not sent again.
import type { ListPartsCommandOutput } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { isMissing, type OpenedS3 } from './client.js';
import type { ObjectLocation } from './location.js';
import { unfinishedUploads, type UnfinishedUpload } from './unfinished.js';

/** A file up to this size goes in one request; others in parts of it. S3 takes parts from 5 MiB. */
const PART_BYTES = 8 * 1_048_576;

/** The file is not the one that was meant. */
export class FileChangedError extends Error {
  override readonly name = 'FileChangedError';
}

export interface UploadedFile {
  path: string;
  /** SHA-256 of its content in hex, which the object has then, or there is none. */
  sha256: string;
  size: number;
  contentType: string;
}

/**
 * Makes the object of a file, unless it is there. The object appears when all of it has arrived.
 * @throws FileChangedError, the SDK's errors, or the signal's reason
 */
export async function uploadFile(
  opened: OpenedS3,
  at: ObjectLocation,
  file: UploadedFile,
  signal?: AbortSignal,
): Promise<void> {
  if ((await sizeOf(opened, at)) === file.size) return;
  const handle = await open(file.path);
  try {
    if (file.size <= PART_BYTES) await putWhole(opened, at, { ...file, handle }, signal);
    else await putParts(opened, at, { ...file, handle }, signal);
  } finally {
    await handle.close();
  }
}

/** Size of an object in bytes; undefined if there is none. */
export async function sizeOf(
  { s3, client }: OpenedS3,
  { bucket, key }: ObjectLocation,
): Promise<number | undefined> {
  try {
    const head = await client.send(new s3.HeadObjectCommand({ Bucket: bucket, Key: key }));
    return head.ContentLength;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

type OpenUpload = UploadedFile & { handle: FileHandle };

async function putWhole(
  { s3, client }: OpenedS3,
  { bucket, key }: ObjectLocation,
  { handle, size, sha256, contentType }: OpenUpload,
  signal: AbortSignal | undefined,
): Promise<void> {
  const body = await read(handle, 0, size);
  if (createHash('sha256').update(body).digest('hex') !== sha256) throw changed();
  const input = { Bucket: bucket, Key: key, Body: body, ContentType: contentType };
  await client.send(new s3.PutObjectCommand(input), { ...(signal && { abortSignal: signal }) });
}

async function putParts(
  opened: OpenedS3,
  { bucket, key }: ObjectLocation,
  { handle, size, sha256, contentType }: OpenUpload,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { s3, client } = opened;
  const at = { Bucket: bucket, Key: key };
  const options = { ...(signal && { abortSignal: signal }) };
  let upload = await lastUpload(opened, { bucket, key });
  const sent = await partsOf(opened, { bucket, key }, upload);
  if (upload === undefined) {
    const begin = new s3.CreateMultipartUploadCommand({ ...at, ContentType: contentType });
    ({ UploadId: upload } = await client.send(begin, options));
  }
  const content = createHash('sha256');
  const parts: { PartNumber: number; ETag: string | undefined }[] = [];
  for (let number = 1, from = 0; from < size; number += 1, from += PART_BYTES) {
    const body = await read(handle, from, Math.min(PART_BYTES, size - from));
    content.update(body);
    const etag = sent.get(number);
    if (etag === etagOf(body)) {
      parts.push({ PartNumber: number, ETag: etag });
      continue;
    }
    const input = { ...at, UploadId: upload, PartNumber: number, Body: body };
    const { ETag } = await client.send(new s3.UploadPartCommand(input), options);
    parts.push({ PartNumber: number, ETag });
  }
  if (content.digest('hex') !== sha256) {
    await client.send(new s3.AbortMultipartUploadCommand({ ...at, UploadId: upload }));
    throw changed();
  }
  const whole = { ...at, UploadId: upload, MultipartUpload: { Parts: parts } };
  await client.send(new s3.CompleteMultipartUploadCommand(whole), options);
}

function changed(): FileChangedError {
  return new FileChangedError('the file was changed while it was uploaded');
}

async function read(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from);
  return buffer.subarray(0, bytesRead);
}

/** Id of the upload of an object that was begun last and not ended. */
async function lastUpload(opened: OpenedS3, at: ObjectLocation): Promise<string | undefined> {
  let last: UnfinishedUpload | undefined;
  for await (const upload of unfinishedUploads(opened, at)) {
    if (upload.key === at.key && upload.begunAt >= (last?.begunAt ?? 0)) last = upload;
  }
  return last?.uploadId;
}

/** Of a part, as most servers and encryptions have it; where it is another, the part is sent again. */
function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** ETags of the parts that have arrived, by number. */
async function partsOf(
  { s3, client }: OpenedS3,
  { bucket, key }: ObjectLocation,
  upload: string | undefined,
): Promise<Map<number, string>> {
  const parts = new Map<number, string>();
  if (upload === undefined) return parts;
  // Not the SDK's paginator: it goes on as long as there is a marker, which the last page has as well.
  let PartNumberMarker: string | undefined;
  do {
    const page: ListPartsCommandOutput = await client.send(
      new s3.ListPartsCommand({ Bucket: bucket, Key: key, UploadId: upload, PartNumberMarker }),
    );
    for (const { PartNumber, ETag } of page.Parts ?? []) {
      if (PartNumber !== undefined && ETag !== undefined) parts.set(PartNumber, ETag);
    }
    PartNumberMarker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (PartNumberMarker !== undefined);
  return parts;
}
