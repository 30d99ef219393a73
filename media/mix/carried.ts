// What of a clip, besides its picture, comes along into the finished video. Pure.
import type { FileDescription } from '../ffmpeg/describe.js';
import type { Container } from './container.js';

export interface Carried {
  /** Indexes of the subtitle tracks that are copied. */
  subtitles: readonly number[];
  /** What is left out, in words. Covers, attachments and data tracks are not worth a word. */
  dropped: readonly string[];
}

/** Metadata and chapters always come along. The mix replaces the first audio track; the others would lack the music. */
export function carriedOf(
  { subtitles, audioTracks }: Pick<FileDescription, 'subtitles' | 'audioTracks'>,
  container: Container,
): Carried {
  const holds = ({ codec }: { codec: string }): boolean => container.subtitles.includes(codec);
  const others = audioTracks - 1;
  return {
    subtitles: subtitles.filter(holds).map(({ index }) => index),
    dropped: [
      ...(others > 0 ? [`${others} more audio track${others === 1 ? '' : 's'}`] : []),
      ...subtitles
        .filter((track) => !holds(track))
        .map(({ codec }) => `subtitles (${codec || 'of an unknown kind'})`),
    ],
  };
}
