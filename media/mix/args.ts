// ffmpeg's arguments for each step of mixing. Pure.
import type { AudioStream, FileDescription } from '../ffmpeg/describe.js';
import { input } from '../ffmpeg/ffmpeg.js';
import type { Container } from './container.js';
import { CLIP_INPUT, mixGraph, type MixGraph } from './graph.js';
import { MEASURE } from './loudness.js';
import { formOf, RATE, RESTAMP } from './sound.js';

/** Bits per second of AAC in stereo, at which music is not told from its original. */
const AUDIO_BITS = 192_000;
/** Samples that the AAC encoder gives out before the first. */
const PRIMING = 1024;
/**
 * Bytes of the picture that wait for a sound which begins late; past it, ffmpeg fails instead of filling the
 * memory.
 */
const MOST_WAITING = 256 * 1024 * 1024;
/** Below this music is over, in dB, if it stays so for 0.05 s. */
const SILENCE = 'silencedetect=noise=-60dB:duration=0.05';

export interface Sources {
  clip: string;
  video: NonNullable<FileDescription['video']>;
  /** Path of the soundtrack. */
  music: string;
}

/** What else is in the finished video. */
export interface Carried {
  container: Container;
  subtitles: readonly number[];
  /** Metadata by name. */
  tags: Readonly<Record<string, string>>;
}

/** Reads the sound of a clip, and tells how loud it is. */
export function measureVoiceArgs(path: string, audio: AudioStream): string[] {
  const filters = [...formOf(audio, false), MEASURE];
  return [...input(path), ...measured(`[0:${audio.index}]${filters.join(',')}[out]`)];
}

/** Reads as much of a soundtrack as is needed, and tells how loud it is, how long, and where it falls silent. */
export function measureMusicArgs(path: string, audio: AudioStream, total: number): string[] {
  const length = [`atrim=end_sample=${total}`, RESTAMP];
  const count = 'astats=measure_perchannel=none';
  const filters = [...formOf(audio, false), ...length, SILENCE, count, MEASURE];
  return [...input(path), ...measured(`[0:${audio.index}]${filters.join(',')}[out]`)];
}

/** Makes the mix, and tells how loud it is. */
export function measureMixArgs({ clip, video, music }: Sources, graph: MixGraph): string[] {
  return [
    ...inputs(clip, music),
    ...measured(`${mixGraph(graph)};[mix]${MEASURE}[out]`),
    // With the picture, ffmpeg begins to count at the same timestamp as when it writes.
    ...['-map', `${CLIP_INPUT}:${video.index}`, '-c:v', 'copy', '-f', 'null', '-'],
  ];
}

/** Writes the finished video. */
export function writeArgs(
  { clip, video, music, to }: Sources & { to: string },
  graph: MixGraph,
  { container, subtitles, tags }: Carried,
): string[] {
  const { muxer, muxerOptions, hasEditLists } = container;
  const room = hasEditLists ? 'anull' : `atrim=start_sample=${PRIMING}`;
  const { voice } = graph;
  return [
    // Pictures in AVI and others have no timestamps of their own.
    ...inputs(clip, music, ['-fflags', '+genpts']),
    ...['-filter_complex', `${mixGraph(graph)};[mix]${room}[out]`],
    ...['-map', `${CLIP_INPUT}:${video.index}`, '-map', '[out]'],
    ...subtitles.flatMap((index) => ['-map', `${CLIP_INPUT}:${index}`]),
    ...['-dn', '-map_metadata', String(CLIP_INPUT), '-map_chapters', String(CLIP_INPUT)],
    ...Object.entries(tags).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]),
    // To name one track's metadata is to name all: languages, and what players call tracks.
    ...['-map_metadata:s:v:0', `${CLIP_INPUT}:s:${video.index}`],
    ...(voice ? ['-map_metadata:s:a:0', `${CLIP_INPUT}:s:${voice.index}`] : []),
    ...subtitles.flatMap((index, n) => [`-map_metadata:s:s:${n}`, `${CLIP_INPUT}:s:${index}`]),
    ...['-c:v', 'copy', '-copyinkf:v', '-c:s', 'copy'],
    ...['-c:a', 'aac', '-b:a', String(AUDIO_BITS), '-ar', String(RATE), '-ac', '2'],
    ...['-disposition:a:0', 'default', '-muxing_queue_data_threshold', String(MOST_WAITING)],
    ...[...muxerOptions, '-f', muxer, `file:${to}`],
  ];
}

/** Reads what was written, and tells how loud it is. */
export function measureFinishedArgs(path: string): string[] {
  return [...input(path), ...measured(`[0:a:0]${MEASURE}[out]`)];
}

function inputs(clip: string, music: string, clipOptions: readonly string[] = []): string[] {
  return [...input(clip, clipOptions), ...input(music, ['-vn', '-sn', '-dn'])];
}

function measured(filters: string): string[] {
  return ['-filter_complex', filters, '-map', '[out]', '-f', 'null', '-'];
}
