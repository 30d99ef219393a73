// Makes a proxy of a part of a clip, and checks that the vendor takes it.
import { fileURLToPath } from 'node:url';
import type { FileDescription } from '../ffmpeg/describe.js';
import type { Ffmpeg, RunOptions } from '../ffmpeg/ffmpeg.js';
import type { ProbeVerdict } from '../verdict.js';
import { encodeArgs, type Cut } from './encode.js';
import { shapeOf } from './shape.js';

export interface ProxyMaker {
  ffmpeg: Ffmpeg;
  /** See `probeClip`. */
  probe: (link: string, signal?: AbortSignal) => Promise<ProbeVerdict>;
}

/** The clip cannot be made into a proxy that the vendor takes. */
export class NoProxyError extends Error {
  override readonly name = 'NoProxyError';
}

/**
 * Writes a silent H.264 MP4 within the vendor's limits.
 * @param from the clip; @param to the proxy, which need not be there; its folder must
 * @returns what it is, in words
 * @throws NoProxyError, FfmpegError, FfmpegMissingError, or the signal's reason
 */
export async function makeProxy(
  { ffmpeg, probe }: ProxyMaker,
  {
    from,
    to,
    cut,
    video,
  }: { from: string; to: URL; cut: Cut } & Required<Pick<FileDescription, 'video'>>,
  options: RunOptions = {},
): Promise<string> {
  const shape = shapeOf(video);
  await ffmpeg.run(encodeArgs(from, fileURLToPath(to), video, shape, cut), options);
  return await checkProxy(probe, to, options.signal);
}

/**
 * What a proxy is, in words.
 * @throws NoProxyError if the vendor would not take it
 */
export async function checkProxy(
  probe: ProxyMaker['probe'],
  proxy: URL,
  signal?: AbortSignal,
): Promise<string> {
  const verdict = await probe(proxy.href, signal);
  if (verdict.verdict !== 'ok') throw new NoProxyError(verdict.message);
  const { width, height, frameRate, durationSeconds: seconds } = verdict.media ?? {};
  if (width === undefined || frameRate === undefined || seconds === undefined) {
    throw new NoProxyError('nothing of the video could be decoded');
  }
  return `${width}x${height}, ${Number(frameRate.toFixed(3))} FPS, ${seconds.toFixed(1)} s`;
}
