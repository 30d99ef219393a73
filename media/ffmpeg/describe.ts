// What ffprobe tells of a file, as far as it is used here.
import { z } from 'zod';
import { FfmpegError, type Ffmpeg } from './ffmpeg.js';

export interface VideoStream {
  index: number;
  codec: string;
  /** Pixels as shown: after rotation, and square. */
  width: number;
  height: number;
  /** Frames per second on average. */
  frameRate?: number;
  interlaced: boolean;
  startSeconds: number;
  seconds?: number;
}

export interface AudioStream {
  index: number;
  codec: string;
  sampleRate: number;
  channels: number;
  /** Such as `5.1`; undefined if the file does not tell which channel is for which loudspeaker. */
  layout?: string;
  startSeconds: number;
  seconds?: number;
}

export interface FileDescription {
  /** ffmpeg's names of the container. */
  container: string;
  /** Which of the formats of that family it says to be: `qt` is QuickTime, `isom` MP4. */
  brand?: string;
  /** From the start of the first stream to the end of the last. */
  seconds?: number;
  /** Timestamp of the file's beginning. */
  startSeconds: number;
  /** The first that is neither a cover nor a thumbnail. */
  video?: VideoStream;
  audio?: AudioStream;
  /** How many audio tracks there are. */
  audioTracks: number;
  subtitles: readonly SubtitleStream[];
}

export interface SubtitleStream {
  index: number;
  codec: string;
}

const number = z.coerce.number().refine(Number.isFinite);
const Stream = z.object({
  index: z.int().nonnegative(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  sample_aspect_ratio: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  r_frame_rate: z.string().optional(),
  field_order: z.string().optional(),
  start_time: number.optional().catch(undefined),
  duration: number.optional().catch(undefined),
  sample_rate: number.optional().catch(undefined),
  channels: z.number().optional(),
  channel_layout: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional().catch(undefined),
  disposition: z
    .object({ attached_pic: z.number().optional(), timed_thumbnails: z.number().optional() })
    .optional(),
  side_data_list: z
    .array(z.object({ rotation: number.optional().catch(undefined) }))
    .optional()
    .catch(undefined),
});
type Stream = z.infer<typeof Stream>;

const Answer = z.object({
  streams: z.array(Stream),
  format: z.object({
    format_name: z.string().optional(),
    duration: number.optional().catch(undefined),
    start_time: number.optional().catch(undefined),
    tags: z.record(z.string(), z.string()).optional().catch(undefined),
  }),
});

/** @throws FfmpegMissingError; FfmpegError if it is no media file, or one that cannot be read */
export async function describe(
  ffmpeg: Ffmpeg,
  path: string,
  signal?: AbortSignal,
): Promise<FileDescription> {
  const answer = await ffmpeg.inspect(path, ['-show_streams', '-show_format'], signal);
  const read = Answer.safeParse(answer);
  if (!read.success) {
    throw new FfmpegError('ffprobe does not tell what the file is', { cause: read.error });
  }
  const { streams, format } = read.data;
  const video = streams.find((stream) => isVideo(stream));
  const sounds = streams.filter((stream) => stream.codec_type === 'audio');
  const subtitles = streams.filter((stream) => stream.codec_type === 'subtitle');
  const [audio] = sounds;
  const { duration, start_time: start = 0, tags = {} } = format;
  const brand = tags['major_brand']?.trim();
  return {
    container: format.format_name ?? '',
    startSeconds: start,
    ...(duration !== undefined && duration > 0 && { seconds: duration }),
    ...(video && { video: videoOf(video) }),
    ...(audio && { audio: audioOf(audio) }),
    ...(brand !== undefined && { brand }),
    audioTracks: sounds.length,
    subtitles: subtitles.map(({ index, codec_name: codec = '' }) => ({ index, codec })),
  };
}

function isVideo({ codec_type: type, disposition, width = 0, height = 0 }: Stream): boolean {
  const isPicture = disposition?.attached_pic === 1 || disposition?.timed_thumbnails === 1;
  return type === 'video' && !isPicture && width > 0 && height > 0;
}

function videoOf(stream: Stream): VideoStream {
  const { width = 0, height = 0, field_order: order = 'progressive' } = stream;
  const [by = 1, to = 1] = ratio(stream.sample_aspect_ratio, ':') ?? [];
  const shown = Math.max(1, Math.round((width * by) / to));
  const turned = rotationOf(stream) % 180 === 90;
  const frameRate = rateOf(stream.avg_frame_rate) ?? rateOf(stream.r_frame_rate);
  const seconds = secondsOf(stream);
  return {
    index: stream.index,
    codec: stream.codec_name ?? '',
    width: turned ? height : shown,
    height: turned ? shown : height,
    ...(frameRate !== undefined && { frameRate }),
    interlaced: !['progressive', 'unknown'].includes(order),
    startSeconds: stream.start_time ?? 0,
    ...(seconds !== undefined && { seconds }),
  };
}

function audioOf(stream: Stream): AudioStream {
  const seconds = secondsOf(stream);
  return {
    index: stream.index,
    codec: stream.codec_name ?? '',
    sampleRate: stream.sample_rate ?? 0,
    channels: stream.channels ?? 0,
    ...(stream.channel_layout !== undefined &&
      stream.channel_layout !== 'unknown' && { layout: stream.channel_layout }),
    startSeconds: stream.start_time ?? 0,
    ...(seconds !== undefined && { seconds }),
  };
}

/** Degrees, 0 to 359. */
function rotationOf({ side_data_list: sides = [], tags = {} }: Stream): number {
  const stated = sides.find(({ rotation }) => rotation !== undefined)?.rotation;
  const degrees = stated ?? Number(tags['rotate'] ?? 0);
  return Number.isFinite(degrees) ? ((Math.round(degrees) % 360) + 360) % 360 : 0;
}

/** Matroska tells a track's duration in a tag alone. */
function secondsOf({ duration, tags = {} }: Stream): number | undefined {
  if (duration !== undefined && duration > 0) return duration;
  const tag = Object.entries(tags).find(([name]) => /^duration(-\w+)?$/i.test(name))?.[1];
  const [, h, m, s] = /^(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(tag ?? '') ?? [];
  if (h === undefined) return undefined;
  const seconds = Number(h) * 3600 + Number(m) * 60 + Number(s);
  return seconds > 0 ? seconds : undefined;
}

function rateOf(text: string | undefined): number | undefined {
  const [frames = 0, seconds = 0] = ratio(text, '/') ?? [];
  const rate = frames / seconds;
  return Number.isFinite(rate) && rate > 0 && rate <= 1000 ? rate : undefined;
}

/** Undefined if it is not stated, or stated as unknown: 0:1. */
function ratio(text: string | undefined, sign: string): [number, number] | undefined {
  const [one = 0, other = 0] = (text ?? '').split(sign).map(Number);
  return one > 0 && other > 0 ? [one, other] : undefined;
}
