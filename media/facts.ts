// What a file tells about itself, picked from mediainfo's report. Pure.
import type { MediaInfoResult } from 'mediainfo.js';

/** A field is absent if the file does not tell. */
export interface MediaFacts {
  /** Container, in mediainfo's words, such as `MPEG-4` or `Matroska`. */
  format?: string;
  sizeBytes?: number;
  durationSeconds?: number;
  /** Frames per second; of the first video track, as are width and height. */
  frameRate?: number;
  variableFrameRate: boolean;
  /** Pixels as stored; rotation does not matter for the shorter side. */
  width?: number;
  height?: number;
  hasVideo: boolean;
  /** Audio, text or other tracks. */
  hasOtherTracks: boolean;
}

/** Which duration to believe: of stream formats read in parts, only timestamps of the track. */
export type DurationSource = 'container' | 'track' | 'none';

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** What the report says; the size of the file is not taken from it. */
export function factsFrom(report: MediaInfoResult, source: DurationSource): MediaFacts {
  const tracks = report.media?.track ?? [];
  const general = tracks.find((track) => track['@type'] === 'General');
  const video = tracks.find((track) => track['@type'] === 'Video');
  const others = tracks.filter((track) => !['General', 'Video', 'Menu'].includes(track['@type']));
  const trackSeconds = positive(video?.Duration);
  const seconds =
    source === 'container' ? (positive(general?.Duration) ?? trackSeconds) : trackSeconds;
  const facts: Record<string, string | number | undefined> = {
    format: general?.Format,
    durationSeconds: source === 'none' ? undefined : seconds,
    frameRate: positive(video?.FrameRate),
    width: positive(video?.Width),
    height: positive(video?.Height),
  };
  const told = Object.entries(facts).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(told) as Partial<MediaFacts>),
    variableFrameRate: video?.FrameRate_Mode === 'VFR',
    hasVideo: video !== undefined,
    hasOtherTracks: others.length > 0,
  };
}

export const NO_FACTS: MediaFacts = {
  variableFrameRate: false,
  hasVideo: false,
  hasOtherTracks: false,
};

/** Whether every limit of the vendor can be held against these facts. */
export function isComplete(facts: MediaFacts): boolean {
  const { durationSeconds, frameRate, variableFrameRate, width, height } = facts;
  return (
    durationSeconds !== undefined &&
    (frameRate !== undefined || variableFrameRate) &&
    width !== undefined &&
    height !== undefined
  );
}
