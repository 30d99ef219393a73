// The boxes within a box that is here as a whole, and the fields of those that tell durations
// (ISO/IEC 14496-12). Pure.
import { boxAt } from './iso-boxes.js';

/** More are in none of this world's files. */
const MAX_CHILDREN = 512;

const TFHD_DESCRIPTION = 0x2;
const TFHD_OFFSET = 0x1;
const TFHD_DURATION = 0x8;
const TRUN_OFFSET = 0x1;
const TRUN_FIRST_FLAGS = 0x4;
const TRUN_DURATION = 0x100;
/** Size, flags and composition offset of a sample. */
const TRUN_OTHERS = [0x200, 0x400, 0x800];

export interface Child {
  type: string;
  /** Behind the header. */
  content: Buffer;
}

/** The boxes in some content; one that is longer than what is here ends them. */
export function children(content: Buffer): Child[] {
  const found: Child[] = [];
  for (let at = 0; found.length < MAX_CHILDREN;) {
    const box = boxAt(content.subarray(at), at);
    const size = box?.size ?? 0;
    if (box === undefined || size === 0 || at + size > content.length) break;
    const header = content.readUInt32BE(at) === 1 ? 16 : 8;
    found.push({ type: box.type, content: content.subarray(at + header, at + size) });
    at += size;
  }
  return found;
}

/** The boxes at the end of a path of types. */
export function descendants(content: Buffer, ...path: string[]): Buffer[] {
  return path.reduce<Buffer[]>(
    (parents, type) =>
      parents.flatMap((parent) =>
        children(parent)
          .filter((child) => child.type === type)
          .map((child) => child.content),
      ),
    [content],
  );
}

/** A number of 32 bits; 0 past the end. */
function u32(bytes: Buffer | undefined, at: number): number {
  return bytes !== undefined && at + 4 <= bytes.length ? bytes.readUInt32BE(at) : 0;
}

/** A number of 64 bits where the box's version is 1, else of 32. */
function versioned(bytes: Buffer, at: number): number {
  return bytes[0] === 1 ? u32(bytes, at) * 2 ** 32 + u32(bytes, at + 4) : u32(bytes, at);
}

export interface TrackClock {
  id: number;
  /** Ticks a second. */
  timescale: number;
  /** Of a sample that does not tell its own. */
  sampleTicks: number;
  video: boolean;
}

/** The clocks of a movie's tracks; of its `moov` box's content. */
export function trackClocks(moov: Buffer): TrackClock[] {
  const defaults = new Map(
    descendants(moov, 'mvex', 'trex').map((trex) => [u32(trex, 4), u32(trex, 12)]),
  );
  return descendants(moov, 'trak').map((trak) => {
    const [tkhd] = descendants(trak, 'tkhd');
    const [mdhd] = descendants(trak, 'mdia', 'mdhd');
    const [hdlr] = descendants(trak, 'mdia', 'hdlr');
    const id = u32(tkhd, tkhd?.[0] === 1 ? 20 : 12);
    const timescale = u32(mdhd, mdhd?.[0] === 1 ? 20 : 12);
    const video = hdlr?.toString('latin1', 8, 12) === 'vide';
    return { id, timescale, sampleTicks: defaults.get(id) ?? 0, video };
  });
}

/** Samples that the `moov` box itself lists play before those of any fragment. */
export function hasOwnSamples(moov: Buffer): boolean {
  return descendants(moov, 'trak', 'mdia', 'minf', 'stbl', 'stts').some((stts) => u32(stts, 4) > 0);
}

/** Times between pictures that are kept of one fragment, and tracks of it that are looked at. */
const MAX_STEPS = 500;
const MAX_TRACKS = 16;

interface Run {
  ticks: number;
  /** Of the first samples, in ticks. */
  steps: number[];
}

function readRun(trun: Buffer, usual: number): Run {
  const flags = u32(trun, 0) & 0xffffff;
  const count = u32(trun, 4);
  if ((flags & TRUN_DURATION) === 0) {
    const kept = Math.min(count, MAX_STEPS);
    return { ticks: count * usual, steps: Array.from({ length: kept }, () => usual) };
  }
  const has = (flag: number): number => ((flags & flag) === 0 ? 0 : 4);
  const begin = 8 + has(TRUN_OFFSET) + has(TRUN_FIRST_FLAGS);
  const step = 4 + TRUN_OTHERS.reduce((sum, flag) => sum + has(flag), 0);
  const run: Run = { ticks: 0, steps: [] };
  for (let at = begin, n = 0; n < count && at + 4 <= trun.length; at += step, n += 1) {
    const ticks = trun.readUInt32BE(at);
    run.ticks += ticks;
    if (n < MAX_STEPS) run.steps.push(ticks);
  }
  return run;
}

/** One track's part of a fragment, in seconds. */
export interface FragmentSpan {
  video: boolean;
  from: number;
  to: number;
  /** How long each of its first pictures is shown. */
  steps: number[];
}

/** When the samples of a `moof` box's content play; only of tracks whose time it tells. */
export function fragmentSpans(moof: Buffer, clocks: readonly TrackClock[]): FragmentSpan[] {
  return descendants(moof, 'traf')
    .slice(0, MAX_TRACKS)
    .flatMap((traf) => {
      const [tfhd] = descendants(traf, 'tfhd');
      const [tfdt] = descendants(traf, 'tfdt');
      const clock = clocks.find(({ id }) => id === u32(tfhd, 4));
      if (tfhd === undefined || tfdt === undefined || !clock || clock.timescale === 0) return [];
      const flags = u32(tfhd, 0);
      const has = (flag: number, bytes: number): number => ((flags & flag) === 0 ? 0 : bytes);
      const at = 8 + has(TFHD_OFFSET, 8) + has(TFHD_DESCRIPTION, 4);
      const usual = has(TFHD_DURATION, 4) === 0 ? clock.sampleTicks : u32(tfhd, at);
      const runs = descendants(traf, 'trun').map((trun) => readRun(trun, usual));
      const seconds = (ticks: number): number => ticks / clock.timescale;
      const from = versioned(tfdt, 4);
      const to = runs.reduce((sum, run) => sum + run.ticks, from);
      const steps = runs.flatMap((run) => run.steps).slice(0, MAX_STEPS);
      const span = { from: seconds(from), to: seconds(to), steps: steps.map(seconds) };
      return [{ video: clock.video, ...span }];
    });
}
