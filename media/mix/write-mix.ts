// Writes a finished video, looks at it, and writes it anew where encoding has made its sound otherwise than meant.
import { describe } from '../ffmpeg/describe.js';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.js';
import {
  measureFinishedArgs,
  measureMixArgs,
  writeArgs,
  type Carried,
  type Sources,
} from './args.js';
import { NoMixError } from './failures.js';
import type { Master, MixGraph } from './graph.js';
import { parseLoudness, type Loudness } from './loudness.js';
import { betterMaster, masterFor } from './master.js';
import { readPicture, type Picture } from './picture.js';

export type MixPass = 'mix' | 'write' | 'check';

export interface MixWork {
  /** Runs ffmpeg; `pass` says what for. */
  run: (pass: MixPass, args: readonly string[]) => Promise<string[]>;
  sources: Sources & { to: string };
  graph: Omit<MixGraph, 'master'>;
  carried: Carried;
  /** LUFS. */
  target: number;
}

/** The second mends what encoding does to a peak; where all is peaks, the next are less loud instead. */
const MOST_WRITES = 4;

/** @returns how loud the finished video is */
export async function writeMix(work: MixWork): Promise<Loudness> {
  const { run, sources, graph, carried, target } = work;
  const measure = async (master: Master): Promise<Loudness> =>
    parseLoudness(await run('mix', measureMixArgs(sources, { ...graph, master })));

  let master = await masterFor(target, measure);
  for (let write = 1; ; write += 1) {
    await run('write', writeArgs(sources, { ...graph, master }, carried));
    const found = parseLoudness(await run('check', measureFinishedArgs(sources.to)));
    if (write === MOST_WRITES) return found;
    const again = write > 1;
    const better = await betterMaster(target, master, found, { measure, again });
    if (!better) return found;
    master = better;
  }
}

/** @throws NoMixError if the finished video does not have the whole picture */
export async function checkPicture(
  ffmpeg: Ffmpeg,
  to: string,
  { packets }: Picture,
  signal?: AbortSignal,
): Promise<void> {
  const { video, ...finished } = await describe(ffmpeg, to, signal);
  const found = video ? (await readPicture(ffmpeg, to, { ...finished, video }, signal)).packets : 0;
  if (found !== packets) {
    throw new NoMixError(
      `the picture cannot be copied whole: ${found} of ${packets} packets arrived`,
    );
  }
}
