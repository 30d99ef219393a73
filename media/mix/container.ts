// Which container a finished video has: the clip's own where that holds the picture as it is and AAC. Pure.
import type { FileDescription } from '../ffmpeg/describe.js';
import type { AudioPlan } from './audio-plan.js';

/** A container that a finished video may have. */
export interface Container {
  extension: string;
  /** ffmpeg's name of its muxer. */
  muxer: string;
  muxerOptions: readonly string[];
  /** Codecs of pictures that ffmpeg copies into it; undefined: whatever comes. */
  pictures?: readonly string[];
  /** Codecs of subtitles that can be copied into it. */
  subtitles: readonly string[];
  /**
   * An AAC encoder gives out 1,024 samples before the first. An edit list has players leave them out. Without one
   * they would put off the picture, so that the first samples of the sound make room for them.
   */
  hasEditLists: boolean;
}

/** Begins to play before all of it is there; and no data track of time codes is made of the metadata. */
const MOV_OPTIONS = ['-movflags', '+faststart', '-write_tmcd', '0'];

const MKV: Container = {
  extension: '.mkv',
  muxer: 'matroska',
  muxerOptions: [],
  subtitles: [
    ...['subrip', 'ass', 'ssa', 'webvtt', 'dvd_subtitle', 'dvb_subtitle'],
    'hdmv_pgs_subtitle',
  ],
  hasEditLists: false,
};
const MOV: Container = {
  extension: '.mov',
  muxer: 'mov',
  muxerOptions: MOV_OPTIONS,
  subtitles: ['mov_text'],
  hasEditLists: true,
};
const MP4: Container = {
  extension: '.mp4',
  muxer: 'mp4',
  muxerOptions: MOV_OPTIONS,
  pictures: ['h264', 'hevc', 'av1', 'vp9', 'mpeg4', 'mpeg2video', 'mpeg1video', 'mjpeg', 'vc1'],
  subtitles: ['mov_text'],
  hasEditLists: true,
};
const THREE_GP: Container = {
  ...MP4,
  extension: '.3gp',
  muxer: '3gp',
  pictures: ['h263', 'h264', 'mpeg4'],
};
const TS: Container = {
  extension: '.ts',
  muxer: 'mpegts',
  muxerOptions: [],
  pictures: ['h264', 'hevc', 'mpeg1video', 'mpeg2video', 'mpeg4'],
  subtitles: ['dvb_subtitle', 'dvb_teletext', 'hdmv_pgs_subtitle'],
  hasEditLists: false,
};
const FLV: Container = {
  extension: '.flv',
  muxer: 'flv',
  muxerOptions: [],
  pictures: ['flv1', 'h264', 'vp6f', 'vp6a', 'flashsv', 'flashsv2'],
  subtitles: [],
  hasEditLists: false,
};

/**
 * The container of a finished video. AVI, WebM, WMV, MPEG-PS, Ogg, MXF and others hold no AAC, or none that players
 * take; their pictures go into Matroska, which holds nearly all. GIF goes into QuickTime, which alone does.
 */
export function containerOf({ container, brand = '', video }: FileDescription): Container {
  const own = ownContainer(container, brand);
  const codec = video?.codec ?? '';
  if (codec === 'gif') return MOV;
  if (own?.pictures?.includes(codec) !== false) return own ?? MKV;
  // What MP4 does not hold (ProRes, PNG) some write into it all the same; QuickTime does.
  return own.hasEditLists ? MOV : MKV;
}

function ownContainer(container: string, brand: string): Container | undefined {
  switch (container.split(',')[0] ?? '') {
    case 'mov':
      if (brand === 'qt' || brand === '') return MOV;
      return brand.startsWith('3g') ? THREE_GP : MP4;
    case 'matroska':
      return MKV;
    case 'mpegts':
      return TS;
    case 'flv':
    case 'live_flv':
      return FLV;
    default:
      return undefined;
  }
}

/** Of files that stay as they are, by ffmpeg's name of their container. */
const OWN_EXTENSIONS: Readonly<Record<string, string>> = {
  ...{ avi: '.avi', asf: '.wmv', mpeg: '.mpg', mpegvideo: '.mpg', vob: '.vob', ogg: '.ogv' },
  ...{ mxf: '.mxf', gxf: '.gxf', gif: '.gif', rm: '.rm', wtv: '.wtv', dv: '.dv', nut: '.nut' },
  ...{ ivf: '.ivf', h264: '.h264', hevc: '.hevc', m4v: '.m4v', obu: '.obu', av1: '.obu' },
};

/** All that `videoExtension` may give. */
export const EXTENSIONS: ReadonlySet<string> = new Set([
  ...[MKV, MOV, MP4, THREE_GP, TS, FLV].map(({ extension }) => extension),
  ...Object.values(OWN_EXTENSIONS),
  '.webm',
]);
const WEB_PICTURES = ['vp8', 'vp9', 'av1'];
const WEB_SOUNDS = ['opus', 'vorbis'];

/**
 * The extension, with its dot, of the finished video of a clip.
 * @param audio of a clip that keeps its sound nothing changes, its container neither
 */
export function videoExtension(description: FileDescription, audio?: AudioPlan): string {
  if (audio !== 'keep') return containerOf(description).extension;
  const { container, brand = '', video, audio: sound } = description;
  const isForTheWeb =
    WEB_PICTURES.includes(video?.codec ?? '') &&
    (sound === undefined || WEB_SOUNDS.includes(sound.codec));
  if (container.startsWith('matroska') && isForTheWeb) return '.webm';
  const own = ownContainer(container, brand)?.extension;
  return own ?? OWN_EXTENSIONS[container.split(',')[0] ?? ''] ?? '.mkv';
}
