// Makes a finished video: the picture of a clip as it is, with music.
import type { Excerpt } from '../../contract/clip.js';
import { describe } from '../ffmpeg/describe.js';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.js';
import { measureMusicArgs, measureVoiceArgs } from './args.js';
import { hasVoice, planOf, type AudioPlan } from './audio-plan.js';
import { carriedOf } from './carried.js';
import { containerOf } from './container.js';
import { NoMixError } from './failures.js';
import { keepClip } from './keep-clip.js';
import { levelsOf } from './levels.js';
import { isAudible, parseLoudness, type Loudness } from './loudness.js';
import { heardSamples } from './music-ends.js';
import { placeOf } from './music-place.js';
import { musicShape, timesHeard } from './music-shape.js';
import { originOf, readPicture } from './picture.js';
import { passesOf, type OnShare } from './progress.js';
import { RATE } from './sound.js';
import { whatOf } from './what.js';
import { checkPicture, writeMix } from './write-mix.js';

export interface MixFiles {
  /** Path of the clip. It is only read. */
  picture: string;
  /** Path of the soundtrack: anything with an audio track. */
  music: string;
  /** Path of the finished video. What is there is replaced; after an error it is worth nothing. */
  to: string;
}

export interface MixOptions {
  /** By default `duck` where the clip has sound, else `replace`, to which `duck` and `under` then come down. */
  audio?: AudioPlan | undefined;
  /** LUFS of the finished video. By default that of web players. */
  loudness?: number | undefined;
  /** Of the music at the end; in short clips less. */
  fadeSeconds?: number | undefined;
  /** The part of the clip that the soundtrack is for; default: all of it. */
  excerpt?: Excerpt | undefined;
  tags?: MixTags | undefined;
}

/** Metadata of the finished video, by name; a container leaves out those that it does not have. */
export type MixTags = Readonly<Record<string, string>>;

export interface MixRun {
  signal?: AbortSignal;
  /** Gets how much is done, a part of 1. */
  onProgress?: OnShare;
}

/** What a finished video is. */
export interface MixedVideo {
  /** In words. */
  what: string;
  /** What was done: see `MixOptions`. */
  audio: AudioPlan;
  seconds: number;
  /** LUFS and dBTP of the finished video; undefined of one that keeps its sound. */
  loudness?: number;
  peak?: number;
  /** How often the soundtrack begins. */
  repeats?: number;
  /** What of the clip is not in the finished video, in words. */
  dropped: readonly string[];
}

/** LUFS of what web players play, and bring others to. */
export const DEFAULT_LOUDNESS = -14;
/** Seconds of the music's fade at the end. */
export const DEFAULT_FADE = 2;
/** What each pass takes, about. */
const PASSES = { voice: 0.15, music: 0.15, mix: 0.3, write: 0.3, check: 0.1 };

/**
 * Writes a video with the very packets of a clip's picture, and AAC, 48 kHz, stereo.
 * @throws NoMixError if these two make none; FfmpegError, FfmpegMissingError, or the signal's reason
 */
export async function mixVideo(
  { ffmpeg }: { ffmpeg: Ffmpeg },
  files: MixFiles,
  options: MixOptions = {},
  { signal, onProgress }: MixRun = {},
): Promise<MixedVideo> {
  const { video, ...rest } = await describe(ffmpeg, files.picture, signal);
  if (!video) throw new NoMixError('the clip has no video track');
  const clip = { ...rest, video };
  const picture = await readPicture(ffmpeg, files.picture, clip, signal);
  const seconds = picture.endSeconds - picture.startSeconds;
  if (options.audio === 'keep') {
    await keepClip(files.picture, files.to, signal);
    return { what: whatOf({ audio: 'keep', seconds }), audio: 'keep', seconds, dropped: [] };
  }
  if (!(seconds > 0)) {
    throw new NoMixError('the clip does not tell when its pictures are shown (put it into MP4)');
  }
  const { audio: music } = await describe(ffmpeg, files.music, signal);
  if (!music) throw new NoMixError('the soundtrack has no audio track');

  const total = Math.max(1, Math.round((picture.endSeconds - originOf(clip)) * RATE));
  const pass = passesOf(PASSES, total / RATE, onProgress);
  const run = (name: keyof typeof PASSES, args: readonly string[]): Promise<string[]> =>
    ffmpeg.run(args, { ...(signal && { signal }), onProgress: pass(name) });

  const voice = await voiceOf();
  const audio = planOf(options.audio, voice !== undefined);
  const place = placeOf(options.excerpt, picture.startSeconds - originOf(clip), total);
  const span = place?.span ?? total;
  const heard = await run('music', measureMusicArgs(files.music, music, span));
  const level = parseLoudness(heard);
  if (!isAudible(level)) throw new NoMixError('the soundtrack is silent');
  const shape = musicShape(span, heardSamples(heard), options.fadeSeconds ?? DEFAULT_FADE);
  const container = containerOf(clip);
  const { subtitles, dropped } = carriedOf(clip, container);
  const found = await writeMix({
    ...{
      run,
      target: options.loudness ?? DEFAULT_LOUDNESS,
      carried: { container, subtitles, tags: options.tags ?? {} },
    },
    sources: { clip: files.picture, video, music: files.music, to: files.to },
    graph: {
      ...(hasVoice(audio) && clip.audio && { voice: clip.audio }),
      ...{ music, levels: levelsOf(audio, level, voice), shape, place },
    },
  });
  await checkPicture(ffmpeg, files.to, picture, signal);
  const facts = { audio, seconds, ...found };
  return { ...facts, what: whatOf(facts), repeats: timesHeard(shape), dropped };

  async function voiceOf(): Promise<Loudness | undefined> {
    if (!clip.audio || options.audio === 'replace') return undefined;
    const lines = await run('voice', measureVoiceArgs(files.picture, clip.audio));
    const loudness = parseLoudness(lines);
    return isAudible(loudness) ? loudness : undefined;
  }
}
