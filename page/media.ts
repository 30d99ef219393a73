// Files that the page plays and shows.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { videoTypeOf } from '../manifests/video-type.js';
import { MEDIA_TYPES } from '../net/media-types.js';
import { sendFile } from '../net/send-file.js';

/** @param path undefined: there is none */
export async function sendMedia(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string | undefined,
): Promise<FastifyReply> {
  // Does not block on a pipe that nobody writes to.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = path === undefined ? undefined : await open(path, flags).catch(() => undefined);
  const stats = await file?.stat();
  if (path === undefined || !file || !stats?.isFile()) {
    await file?.close();
    return await reply.code(404).send({ error: 'there is no such file' });
  }
  // Of the vendor or of a clip: nothing in it runs here.
  reply.header('content-security-policy', "default-src 'none'; sandbox");
  const type = MEDIA_TYPES[extname(path).toLowerCase()] ?? videoTypeOf(path);
  const version = `${stats.size}-${Math.floor(stats.mtimeMs)}`;
  return await sendFile(request, reply, { file, size: stats.size, version, type });
}
