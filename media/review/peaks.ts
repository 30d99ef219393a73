// The shape of a soundtrack, for people: how loud it is from moment to moment.
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { input, type Ffmpeg } from '../ffmpeg/ffmpeg.js';

/** Of a waveform. */
export const PEAKS = 96;
/** Per second: some 4 MB for a soundtrack of five minutes. */
const RATE = 8000;
const BYTES_A_SAMPLE = 2;
const CODES = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * The peaks of a soundtrack, of equal parts of its length, a character each: `A` is silence, `/` full scale.
 * @throws FfmpegError, FfmpegMissingError, or the signal's reason
 */
export async function peaksOf(ffmpeg: Ffmpeg, path: string, signal?: AbortSignal): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-peaks-'));
  try {
    const to = join(folder, 'samples');
    const form = ['-map', '0:a:0', '-ac', '1', '-ar', String(RATE), '-f', 's16le', to];
    await ffmpeg.run([...input(path), ...form], { ...(signal && { signal }) });
    return await readPeaks(to);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readPeaks(path: string): Promise<string> {
  const file = await open(path);
  try {
    const samples = Math.floor((await file.stat()).size / BYTES_A_SAMPLE);
    const each = Math.max(1, Math.ceil(samples / PEAKS));
    const part = Buffer.alloc(each * BYTES_A_SAMPLE);
    let peaks = '';
    for (let from = 0; from < samples; from += each) {
      const { bytesRead } = await file.read(part, 0, part.length, from * BYTES_A_SAMPLE);
      peaks += codeOf(highest(part, bytesRead - (bytesRead % BYTES_A_SAMPLE)));
    }
    return peaks;
  } finally {
    await file.close();
  }
}

function highest(samples: Buffer, bytes: number): number {
  let peak = 0;
  for (let at = 0; at < bytes; at += BYTES_A_SAMPLE) {
    peak = Math.max(peak, Math.abs(samples.readInt16LE(at)));
  }
  return peak;
}

function codeOf(peak: number): string {
  return CODES[Math.round((peak / 32_768) * (CODES.length - 1))] ?? 'A';
}
