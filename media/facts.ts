// The facts of a file that are judged. Pure.
import type { TsTimes } from './ts-times.js';
import type { MediaReport } from './report.js';

/** A field is absent if it is unknown. */
export interface MediaFacts {
  /** Container, in mediainfo's words, such as `MPEG-4` or `Matroska`; or `3GP`. */
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
  /** The video is encrypted. */
  encrypted: boolean;
  /** The file is truncated. */
  cutOff: boolean;
  /** The file has no index, without which it cannot be played. */
  indexMissing?: boolean;
  /** Audio, text or other tracks. */
  hasOtherTracks: boolean;
}

/** Which duration to believe: of stream formats read in parts, only timestamps of the track. */
export type DurationSource = 'container' | 'track' | 'none';

/** What the report says; the size of the file is not taken from it. */
export function factsFrom(report: MediaReport, source: DurationSource): MediaFacts {
  const { containerSeconds, trackSeconds, ...stated } = report;
  const ofContainer = source === 'container' ? containerSeconds : undefined;
  const seconds = source === 'none' ? undefined : (ofContainer ?? trackSeconds);
  return { ...stated, ...(seconds !== undefined && { durationSeconds: seconds }) };
}

/** A rate that is this many times another was computed from broken timestamps. */
const MAX_RATE_SHARE = 2.2;

function believable(stated: number | undefined, seen: number | undefined): boolean {
  if (stated === undefined || seen === undefined) return stated !== undefined;
  return stated < seen * MAX_RATE_SHARE && seen < stated * MAX_RATE_SHARE;
}

/** Of frames and fields the parser knows more, so that its rate counts where it can be true. */
export function withStamps(facts: MediaFacts, times: TsTimes): MediaFacts {
  const { frameRate, variableFrameRate, ...others } = times;
  if (frameRate === undefined || believable(facts.frameRate, frameRate)) {
    return { ...facts, ...others };
  }
  return { ...facts, ...others, frameRate, variableFrameRate: variableFrameRate ?? false };
}

export const NO_FACTS: MediaFacts = {
  variableFrameRate: false,
  hasVideo: false,
  encrypted: false,
  cutOff: false,
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
