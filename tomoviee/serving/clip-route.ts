// Serves the vendor the clips that lie on this machine: GET and HEAD, whole or in part.
//
// R3. Only the file of a row of a batch's frozen manifest is served, only as the content that was frozen, and only
//     while a submission of that row may have a task at the vendor.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { CallbackTarget } from '../../contract/callback.js';
import { sendFile, type ServableFile } from '../../net/send-file.js';
import { CLIP_ROUTE, verifyClip } from './clip-url.js';

/**
 * Opens the clip of a submission.
 * - `gone`: no task needs it any more, or its file is not what it was.
 * - `unknown`: it cannot be told now.
 */
export type OpenServedClip = (target: CallbackTarget) => Promise<ServableFile | 'gone' | 'unknown'>;

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
  return await sendFile(request, reply, opened);
}
