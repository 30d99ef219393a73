// Serves the vendor the clips that lie on this machine: GET and HEAD, whole or in part.
//
// R3. Only the file of a row of a batch's frozen manifest is served, only as the content that was frozen, and only
//     while a submission of that row may have a task at the vendor.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FileHandle } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { CallbackTarget } from '../../contract/callback.js';
import { byteRange } from '../../net/byte-range.js';
import { CLIP_ROUTE, verifyClip } from './clip-url.js';

/** A clip's file, open; whoever asked for it closes it. */
export interface ServableClip {
  file: FileHandle;
  /** In bytes. */
  size: number;
  /** Tells this content from any other. */
  version: string;
  /** Media type. */
  type: string;
}

/**
 * Opens the clip of a submission.
 * - `gone`: no task needs it any more, or its file is not what it was.
 * - `unknown`: it cannot be told now.
 */
export type OpenServedClip = (target: CallbackTarget) => Promise<ServableClip | 'gone' | 'unknown'>;

export interface ClipRouteOptions {
  secret: string;
  openClip: OpenServedClip;
  logger: Logger;
}

const RETRY_AFTER_S = 5;

/** Adds the route to a receiver. */
export function addClipRoute(app: FastifyInstance, options: ClipRouteOptions): void {
  app.route<{ Params: { token: string } }>({
    method: ['GET', 'HEAD'],
    url: CLIP_ROUTE,
    handler: (request, reply) => serve(request, reply, options),
  });
}

async function serve(
  request: FastifyRequest<{ Params: { token: string } }>,
  reply: FastifyReply,
  { secret, openClip, logger }: ClipRouteOptions,
): Promise<FastifyReply> {
  const clip = verifyClip(request.params.token, secret, Date.now());
  if (!clip) {
    reply.callNotFound();
    return reply;
  }
  const { batch, round, row, attempt } = clip;
  const target = { batch, round, row, attempt };
  const opened = await openClip(target);
  if (opened === 'unknown') {
    return reply.code(503).header('retry-after', RETRY_AFTER_S).send({ error: 'ask again' });
  }
  if (opened === 'gone') {
    logger.info(target, 'a clip was asked for whose task has ended');
    return reply.code(410).send({ error: 'the task has ended' });
  }
  return await send(request, reply, opened);
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  { file, size, version, type }: ServableClip,
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
  const [start, end] = range === 'whole' ? [0, size - 1] : range;
  reply.headers({ 'content-type': type, 'content-length': end - start + 1 });
  if (range !== 'whole') reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
  if (request.method === 'HEAD') return reply.send();
  return reply.send(file.createReadStream({ start, end, autoClose: true }));
}
