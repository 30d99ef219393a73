// Clips and soundtracks for tests of mixing, in a folder of their own.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openFfmpeg } from '../../../media/ffmpeg/ffmpeg.js';
import {
  mixVideo,
  type MixedVideo,
  type MixOptions,
  type MixRun,
} from '../../../media/mix/mix-video.js';
import { makeClips, turned } from '../clips.js';

export const ffmpeg = openFfmpeg('ffmpeg', process.env);

export interface Lab {
  /** The path of a file there. */
  at: (name: string) => string;
  mix: (
    picture: string,
    music: string,
    options?: MixOptions,
    run?: MixRun,
  ) => Promise<MixedVideo & { path: string }>;
}

/**
 * Makes files before the tests of a group, and removes them after.
 * @param recipes see `makeClips`; a file called `rotated.mov` is turned
 */
export function openLab(recipes: Record<string, string>): Lab {
  let folder = '';
  let mixed = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reelscore-mix-'));
    for (const [name, content] of await makeClips(recipes)) {
      await writeFile(join(folder, name), name === 'rotated.mov' ? turned(content) : content);
    }
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });
  const at = (name: string): string => join(folder, name);
  return {
    at,
    async mix(picture, music, options = {}, run = {}) {
      const path = at(`finished-${(mixed += 1)}`);
      const files = { picture: at(picture), music: at(music), to: path };
      return { ...(await mixVideo({ ffmpeg }, files, options, run)), path };
    },
  };
}

export const X264 = '-c:v libx264 -preset ultrafast -g 25';

/** Sound that a formula makes; ffmpeg's arguments for its input. */
export function sound(formula: string, seconds: number, rate = 48_000): string {
  return `-f lavfi -i aevalsrc=${formula.replaceAll(',', '\\,')}:s=${rate}:d=${seconds}`;
}

/** Hz of what is said in clips, and of the music: a window of 10 ms tells them apart. */
export const VOICE = 1000;
export const MUSIC = 200;

/** A voice that says something between two seconds. */
export function saying(from: number, to: number, volume = 0.2): string {
  return `${volume}*sin(2*PI*${VOICE}*t)*between(t,${from},${to})`;
}

/** Music of one tone. */
export function humming(volume = 0.2): string {
  return `${volume}*sin(2*PI*${MUSIC}*t)`;
}
