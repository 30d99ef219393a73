// Joins the soundtracks of a clip's parts to one of the clip's length.
import { extname } from 'node:path';
import { input, type Ffmpeg } from '../ffmpeg/ffmpeg.js';

export interface SoundtrackPart {
  /** Of a file with an audio track; what it lasts does not matter. */
  path: string;
  /** How long the part of the clip is, in seconds. */
  seconds: number;
}

/** How joined soundtracks are encoded: as the first part is, where that can be told. */
const ENCODERS: Readonly<Record<string, readonly string[]>> = {
  '.wav': ['-c:a', 'pcm_s16le', '-f', 'wav'],
  '.mp3': ['-c:a', 'libmp3lame', '-q:a', '0', '-f', 'mp3'],
  '.flac': ['-c:a', 'flac', '-f', 'flac'],
};
const OTHERS = { extension: '.m4a', encoder: ['-c:a', 'aac', '-b:a', '256k', '-f', 'ipod'] };

/** The extension, with its dot, of what parts are joined to. @param first name of the first part */
export function joinedExtension(first: string): string {
  const extension = extname(first).toLowerCase();
  return extension in ENCODERS ? extension : OTHERS.extension;
}

/**
 * Neighbours overlap, and are crossfaded there with equal power (qsin), so that the music gets neither louder nor softer.
 * A part with too little music ends in silence.
 * @throws FfmpegError, FfmpegMissingError, or the signal's reason
 */
export async function joinSoundtracks(
  ffmpeg: Ffmpeg,
  parts: readonly SoundtrackPart[],
  { overlap, to, as }: { overlap: number; to: string; as: string },
  signal?: AbortSignal,
): Promise<void> {
  const even = parts.map(
    ({ seconds }, at) =>
      `[${at}:a:0]aresample=48000,aformat=channel_layouts=stereo,apad,atrim=0:${seconds}[p${at}]`,
  );
  const joined = parts.slice(1).map((_, at) => {
    const before = at === 0 ? '[p0]' : `[j${at}]`;
    return `${before}[p${at + 1}]acrossfade=d=${overlap}:c1=qsin:c2=qsin[j${at + 1}]`;
  });
  const last = parts.length === 1 ? '[p0]' : `[j${parts.length - 1}]`;
  await ffmpeg.run(
    [
      ...parts.flatMap(({ path }) => input(path)),
      ...['-filter_complex', [...even, ...joined].join(';'), '-map', last, '-map_metadata', '-1'],
      ...(ENCODERS[as] ?? OTHERS.encoder),
      to,
    ],
    signal ? { signal } : {},
  );
}
