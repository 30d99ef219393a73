// The filters that make one sound of a clip's and a soundtrack. Pure.
import type { AudioStream } from '../ffmpeg/describe.js';
import type { Levels } from './levels.js';
import type { MusicShape } from './music-shape.js';
import { FORM, formOf, RATE, RESTAMP } from './sound.js';

/** Samples of an edge that may begin or end anywhere in a wave: 10 ms, which nobody hears as a fade. */
const EDGE = RATE / 100;

/**
 * `ratio`: all but a limiter, so that the depth is the voice's, not the threshold's. `mix`: a tenth of the music
 * stays, so that shouts do not silence it. In ms, `attack`: within a syllable; `release`: the music is back within
 * a second, and stays down between words.
 */
const DUCKING = 'ratio=8:attack=20:release=500:link=maximum:mix=0.9';

/** Peaks between samples show at four times the rate. */
const PEAK_RATE = 4 * RATE;
/** Milliseconds by which the limiter looks ahead, and puts off what it lets through. */
const LOOK_AHEAD_MS = 5;
const LIMITER_RELEASE_MS = 50;

/** One gain for all of the mix, and a limiter where peaks would be too high. In dB. */
export interface Master {
  gain: number;
  /** dBTP. */
  ceiling?: number;
}

export interface MixGraph {
  /** Of the clip; undefined: the music alone is heard. */
  voice?: AudioStream;
  music: AudioStream;
  levels: Levels;
  shape: MusicShape;
  /** Where the music is heard, if not all the time. */
  place?: MusicPlace | undefined;
  master: Master;
}

/** In samples: what is without music before it, and the length of it all. */
export interface MusicPlace {
  before: number;
  total: number;
}

/** ffmpeg's numbers of the files in the command. */
export const CLIP_INPUT = 0;
export const MUSIC_INPUT = 1;

/** The filters up to the label `mix`: stereo, of exactly as many samples as the place has, else the music. */
export function mixGraph({ voice, music, levels, shape, place, master }: MixGraph): string {
  const { total = shape.total, before = 0 } = place ?? {};
  const heard = [`volume=${decibels(levels.musicGain)}`, fades(shape), lengthOf(shape.total)];
  if (place) heard.push(`adelay=${before}S:all=1`, lengthOf(total));
  const bed = [...musicChains(music, shape), `[looped]${heard.join(',')}[bed]`];
  const end = `${masterOf(master)},${lengthOf(total)}[mix]`;
  if (!voice) return [...bed, `[bed]${end}`].join(';');
  const own = `[${CLIP_INPUT}:${voice.index}]${formOf(voice, true).join(',')},${lengthOf(total)}[voice]`;
  const { duckAbove } = levels;
  const duck =
    duckAbove === undefined
      ? []
      : [
          '[voice]asplit[heard][key]',
          `[bed][key]sidechaincompress=threshold=${linear(duckAbove)}:${DUCKING}[ducked]`,
        ];
  const both = duckAbove === undefined ? '[voice][bed]' : '[heard][ducked]';
  return [...bed, own, ...duck, `${both}amix=inputs=2:normalize=0,${end}`].join(';');
}

/** The soundtrack, repeated if it has to be, up to the label `looped`. */
function musicChains(music: AudioStream, { used, crossfade }: MusicShape): string[] {
  const start = `[${MUSIC_INPUT}:${music.index}]${formOf(music, false).join(',')},${lengthOf(used)}`;
  if (crossfade === undefined) return [`${start}[looped]`];
  // The first `crossfade` samples are heard once as they are. All that follows is repeated: the rest, whose end goes
  // over into the beginning, so that the repetition goes on where the beginning ended.
  const rest = used - crossfade;
  const over = rest - crossfade;
  const fade = `nb_samples=${crossfade}:curve=qsin`;
  return [
    `${start},asplit=3[first][second][third]`,
    `[first]atrim=end_sample=${crossfade}[intro]`,
    `[second]atrim=start_sample=${crossfade},${RESTAMP},afade=t=out:start_sample=${over}:${fade}[rest]`,
    `[third]atrim=end_sample=${crossfade},afade=t=in:start_sample=0:${fade},adelay=${over}S:all=1[again]`,
    `[rest][again]amix=inputs=2:normalize=0,${lengthOf(rest)},aloop=loop=-1:size=${rest}[body]`,
    '[intro][body]concat=n=2:v=0:a=1[looped]',
  ];
}

function fades({ fade, fadeEnd }: MusicShape): string {
  const length = Math.max(fade, Math.min(EDGE, fadeEnd));
  const out = `afade=t=out:start_sample=${fadeEnd - length}:nb_samples=${length}:curve=hsin`;
  return `afade=t=in:start_sample=0:nb_samples=${Math.min(EDGE, fadeEnd)},${out}`;
}

function masterOf({ gain, ceiling }: Master): string {
  const volume = `volume=${decibels(gain)}`;
  if (ceiling === undefined) return volume;
  const late = (LOOK_AHEAD_MS / 1000) * PEAK_RATE;
  return [
    volume,
    `apad=pad_len=${(LOOK_AHEAD_MS / 1000) * RATE}`,
    `aresample=${PEAK_RATE}`,
    `alimiter=level=0:limit=${linear(ceiling)}:attack=${LOOK_AHEAD_MS}:release=${LIMITER_RELEASE_MS}`,
    `atrim=start_sample=${late}`,
    RESTAMP,
    FORM,
  ].join(',');
}

/** Exactly so many samples: silence is added, or the rest left out. */
function lengthOf(samples: number): string {
  return `apad,atrim=end_sample=${samples},${RESTAMP}`;
}

function decibels(value: number): string {
  return `${value.toFixed(3)}dB`;
}

/** Of full scale; the least that the compressor takes is 1/1024. */
function linear(decibels: number): string {
  return Math.min(1, Math.max(0.001, 10 ** (decibels / 20))).toFixed(6);
}
