// Real clips, made by ffmpeg when a test file begins, and a real server that hands them out.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import pLimit from 'p-limit';

/** Without ffmpeg there is nothing to look into; the skipped tests say so. */
export const hasFfmpeg = execaSync('ffmpeg', ['-version'], { reject: false }).exitCode === 0;
if (!hasFfmpeg) console.warn('SKIPPED: tests of clips need ffmpeg on PATH');

/** A test picture; ffmpeg's arguments for its input. */
export function picture(size = '640x360', rate = '25', seconds = 1, kind = 'testsrc'): string {
  const colour = kind === 'color' ? 'color=black:' : `${kind}=`;
  return `-f lavfi -i ${colour}size=${size}:rate=${rate}:duration=${seconds}`;
}

export const SOUND = '-f lavfi -i sine=duration=1';

/** Runs ffmpeg once per entry (file name -> arguments); gives each file's content. */
export async function makeClips(recipes: Record<string, string>): Promise<Map<string, Buffer>> {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-clips-'));
  const limit = pLimit(2);
  try {
    const made = Object.entries(recipes).map(([name, recipe]) =>
      limit(async (): Promise<[string, Buffer]> => {
        const file = join(folder, name);
        await execa('ffmpeg', ['-v', 'error', '-nostdin', ...recipe.split(' '), file]);
        return [name, await readFile(file)];
      }),
    );
    return new Map(await Promise.all(made));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function sendRange(content: Buffer, request: IncomingMessage, response: ServerResponse): void {
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (match === null) {
    response.writeHead(200, { 'content-length': content.length }).end(content);
    return;
  }
  const [start, end] = [Number(match[1]), Math.min(Number(match[2]), content.length - 1)];
  if (start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const headers = {
    'content-range': `bytes ${start}-${end}/${content.length}`,
    'content-length': end - start + 1,
  };
  response.writeHead(206, headers).end(content.subarray(start, end + 1));
}

/** Hands out files by name with range support, like a CDN. */
export function handOut(files: ReadonlyMap<string, Buffer>): RequestListener {
  return (request, response) => {
    const content = files.get(decodeURIComponent((request.url ?? '').slice(1)));
    if (content === undefined) response.writeHead(404).end('no such clip');
    else sendRange(content, request, response);
  };
}

/** Hands out one file whole, whatever range is asked for. */
export function handOutWhole(content: Buffer): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': content.length }).end(content);
  };
}

/** A MOV whose first track is to be shown turned by 90 degrees; versions of ffmpeg differ in how they write one. */
export function turned(video: Buffer): Buffer {
  const copy = Buffer.from(video);
  const matrix = copy.indexOf('tkhd') + 4 + 40;
  const turn = [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000];
  for (const [n, value] of turn.entries()) copy.writeInt32BE(value, matrix + 4 * n);
  return copy;
}
