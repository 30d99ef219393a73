// What the stamps of a transport stream tell: how long it is, and how fast its pictures follow one
// another. The streams themselves often do not say. Pure.
import { median, rateOfSteps, toThousandths, type StepRate } from './frame-steps.js';
import { countPictures } from './nal-pictures.js';
import {
  findPackets,
  PACKET_BYTES,
  readStreams,
  ticksBetween,
  TS_TICKS,
  type TsStream,
} from './ts-packets.js';

/** A longer gap between two pictures is a cut or a broken timestamp. */
const MAX_GAP_TICKS = 10 * TS_TICKS;

/** With less, the stamps jump somewhere between. */
const MIN_BYTES_A_SECOND = 1_000;

export interface TsTimes {
  durationSeconds?: number;
  frameRate?: number;
  variableFrameRate?: boolean;
  /** The last packet is not whole, or the last picture or sound is not. */
  cutOff: boolean;
}

export interface TsParts {
  /** The file's beginning, and its end if that can be had; both the whole file if it is short. */
  head: Uint8Array;
  tail: Uint8Array | undefined;
  /** Position of `tail` in the file. */
  tailStart: number;
  sizeBytes: number | undefined;
}

/** Times in order, but for those far from most: broken stamps, and what was put before or behind. */
function together(times: readonly number[]): number[] {
  const sorted = [...times].sort((a, b) => a - b);
  let longest: number[] = [];
  let row: number[] = [];
  for (const time of sorted) {
    if (time - (row.at(-1) ?? time) > MAX_GAP_TICKS) row = [];
    row.push(time);
    if (row.length > longest.length) longest = row;
  }
  return longest;
}

/** Between the decoding times, which come in order also where pictures are shown in another. */
function stepsOf({ stamps }: TsStream): number[] {
  const base = stamps[0]?.dts ?? 0;
  const times = together(stamps.map(({ dts }) => ticksBetween(base, dts)));
  return times.slice(1).map((time, at) => (time - (times[at] ?? 0)) / TS_TICKS);
}

/** How many pictures lie behind each stamp; undefined: not known. */
function picturesPerStamp({ stamps, payloads }: TsStream): number | undefined {
  const pictures = countPictures(Buffer.concat(payloads));
  // Of the first and the last one's pictures not all may be there.
  return pictures + 2 < stamps.length ? undefined : Math.round(pictures / stamps.length);
}

function rateOf(streams: readonly TsStream[]): StepRate | undefined {
  const [first] = streams;
  const rate = rateOfSteps(streams.flatMap(stepsOf).filter((step) => step > 0));
  const perStamp = first && picturesPerStamp(first);
  if (rate === undefined || perStamp === undefined) return undefined;
  return { ...rate, frameRate: rate.frameRate * Math.max(1, perStamp) };
}

/** From the first picture or sound of a stream to the end of its last, which sounds do not tell. */
function secondsOf(head: TsStream, tail: TsStream): number {
  const base = head.stamps[0]?.pts ?? 0;
  const times = ({ stamps }: TsStream): number[] =>
    together(stamps.map(({ pts }) => ticksBetween(base, pts)));
  const [from = 0] = times(head);
  const to = times(tail).at(-1) ?? 0;
  const last = tail.stamps[0]?.video === true ? (median(stepsOf(tail)) ?? 0) : 0;
  return (to - from) / TS_TICKS + last;
}

/** @returns undefined if this is no transport stream */
export function readTimes({ head, tail, tailStart, sizeBytes }: TsParts): TsTimes | undefined {
  const grid = findPackets(head);
  if (grid === undefined) return undefined;
  const { first, step } = grid;
  const rest = sizeBytes === undefined ? 0 : (sizeBytes - first) % step;
  const broken = rest !== 0 && rest !== PACKET_BYTES;
  const seesAll = tail !== undefined && tailStart <= head.length;
  const early = readStreams(head, grid);
  const inTail = (((first - tailStart) % step) + step) % step;
  const late = tail && readStreams(tail, { first: inTail, step });
  const cutOff = broken || [...(late?.values() ?? [])].some(({ open }) => open);
  const videos = [...early].filter(([, { stamps }]) => stamps[0]?.video === true);
  const [video] = videos.sort(([, a], [, b]) => b.stamps.length - a.stamps.length);
  if (video === undefined) return { cutOff };
  const [pid, stream] = video;
  const again = late?.get(pid);
  const seen = rateOf(again === undefined || tailStart === 0 ? [stream] : [stream, again]);
  // Where it varies, what lies between may be other.
  const sureOfRate = seen?.variableFrameRate === false || seesAll;
  const seconds = [...early].map(([id, one]) => {
    const end = late?.get(id);
    return end === undefined ? 0 : secondsOf(one, end);
  });
  const longest = seconds.reduce((most, one) => Math.max(most, one), 0);
  const dense = longest * MIN_BYTES_A_SECOND < (sizeBytes ?? 0);
  const sure = again !== undefined && dense && longest > 0;
  return {
    cutOff,
    ...(sureOfRate && seen),
    ...(sure && { durationSeconds: toThousandths(longest) }),
  };
}
