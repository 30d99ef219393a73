// The parts of mediainfo's report that are kept: a file can make the report arbitrarily large. Pure.
import type { MediaInfoResult } from 'mediainfo.js';

/** Longer names of formats come only from files made to have them. */
const MAX_NAME = 32;

/** A field is absent if it is unknown. */
export interface MediaReport {
  /** Container, in mediainfo's words, such as `MPEG-4` or `Matroska`; at most MAX_NAME characters. */
  format?: string;
  /** According to the container. */
  containerSeconds?: number;
  /** Of the first video track, as is all that follows. */
  trackSeconds?: number;
  frameRate?: number;
  variableFrameRate: boolean;
  width?: number;
  height?: number;
  hasVideo: boolean;
  /** The video is encrypted. */
  encrypted: boolean;
  /** The file is truncated. */
  cutOff: boolean;
  /** Audio, text or other tracks. */
  hasOtherTracks: boolean;
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

function name(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return value.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_NAME);
}

export function reportOf(result: MediaInfoResult): MediaReport {
  const tracks = result.media?.track ?? [];
  const general = tracks.find((track) => track['@type'] === 'General');
  const video = tracks.find((track) => track['@type'] === 'Video');
  const stated: Record<string, string | number | undefined> = {
    format: name(general?.Format),
    containerSeconds: positive(general?.Duration),
    trackSeconds: positive(video?.Duration),
    frameRate: positive(video?.FrameRate),
    width: positive(video?.Width),
    height: positive(video?.Height),
  };
  const known = Object.entries(stated).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(known) as Partial<MediaReport>),
    variableFrameRate: video?.FrameRate_Mode === 'VFR',
    hasVideo: video !== undefined,
    encrypted: video?.Encryption !== undefined,
    cutOff: general?.extra?.['IsTruncated'] === 'Yes',
    hasOtherTracks: tracks.some((track) => !['General', 'Video', 'Menu'].includes(track['@type'])),
  };
}
