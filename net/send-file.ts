// Answers a request for a file: GET and HEAD, whole or in part (RFC 9110).
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FileHandle } from 'node:fs/promises';
import { byteRange } from './byte-range.js';

/** A file, open; whoever has opened it sees that it is closed. */
export interface ServableFile {
  file: FileHandle;
  /** In bytes. */
  size: number;
  /** Tells this content from any other. */
  version: string;
  /** Media type. */
  type: string;
}

/** Closes the file. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { file, size, version, type }: ServableFile,
): Promise<FastifyReply> {
  const { headers } = request;
  const etag = `"${version}"`;
  reply.headers({ etag, 'accept-ranges': 'bytes', 'cache-control': 'private, no-store' });
  const condition = headers['if-range'];
  const isSame = condition === undefined || condition === etag;
  const range = isSame ? byteRange(headers.range, size) : 'whole';
  if (headers['if-none-match'] === etag || range === 'unsatisfiable' || request.method === 'HEAD') {
    await file.close();
  }
  if (headers['if-none-match'] === etag) return reply.code(304).send();
  if (range === 'unsatisfiable') {
    return reply.code(416).header('content-range', `bytes */${size}`).send();
  }
  if (size === 0) {
    await file.close();
    return reply.headers({ 'content-type': type, 'content-length': 0 }).send('');
  }
  const [start, end] = range === 'whole' ? [0, size - 1] : range;
  reply.headers({ 'content-type': type, 'content-length': end - start + 1 });
  if (range !== 'whole') reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
  if (request.method === 'HEAD') return reply.send();
  return reply.send(file.createReadStream({ start, end, autoClose: true }));
}
