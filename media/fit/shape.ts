// What a proxy looks like: a copy of a clip, without sound, that the vendor takes. Pure.
import type { VideoStream } from '../ffmpeg/describe.js';
import { VENDOR_LIMITS } from '../limits.js';

/** Pixels of the shorter side. The vendor takes up to 1080; more than this only costs time. */
const MOST_SIDE = 720;
/** Frames per second. The vendor takes up to 60; the same. */
const MOST_RATE = 30;
/** Of the longer side. What is narrower than this allows gets bars. */
const MOST_LONG_SIDE = 3840;
/** Of a rate that is not known. */
const USUAL_RATE = 25;
/** Decoding every frame of more pixels a second than these takes longer than half the clip lasts, on two cores. */
const MUCH_TO_DECODE = 3840 * 2160 * 35;

export interface ProxyShape {
  /** Pixels of the picture, and of the frame around it, which differ only where bars are needed. */
  picture: { width: number; height: number };
  frame: { width: number; height: number };
  frameRate: number;
  deinterlace: boolean;
  /** Leave out frames that no other needs. */
  skip: boolean;
}

/** What decides about it. */
export type ShownPicture = Pick<VideoStream, 'width' | 'height' | 'frameRate' | 'interlaced'>;

export function shapeOf({ width, height, frameRate, interlaced }: ShownPicture): ProxyShape {
  const { minSide } = VENDOR_LIMITS;
  const short = Math.min(width, height);
  const long = Math.max(width, height);
  const wanted = Math.min(Math.max(short, minSide), MOST_SIDE);
  const scale = Math.min(wanted / short, MOST_LONG_SIDE / long);
  const picture = { width: even(width * scale), height: even(height * scale) };
  const frame = {
    width: Math.max(picture.width, minSide),
    height: Math.max(picture.height, minSide),
  };
  return {
    picture,
    frame,
    frameRate: rateOf(frameRate),
    deinterlace: interlaced,
    skip: width * height * (frameRate ?? USUAL_RATE) > MUCH_TO_DECODE,
  };
}

/** A whole part of the clip's rate, so that frames are left out evenly. */
function rateOf(given = USUAL_RATE): number {
  const { minFrameRate } = VENDOR_LIMITS;
  if (given < minFrameRate) return minFrameRate;
  const rate = given / Math.ceil(given / MOST_RATE - 0.01);
  return Number(rate.toFixed(3));
}

/** H.264 with colours at half the size has even sides. */
function even(pixels: number): number {
  return Math.max(2, Math.round(pixels / 2) * 2);
}
