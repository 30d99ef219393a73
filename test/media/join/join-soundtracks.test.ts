import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describe as look } from '../../../media/ffmpeg/describe.js';
import { openFfmpeg } from '../../../media/ffmpeg/ffmpeg.js';
import { joinedExtension, joinSoundtracks } from '../../../media/join/join-soundtracks.js';
import { hasFfmpeg, makeClips } from '../clips.js';

const ffmpeg = openFfmpeg('ffmpeg', process.env);
const OVERLAP = 2;

describe.skipIf(!hasFfmpeg)('joined soundtracks', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reelscore-join-'));
    const noise = (seed: number) => `-f lavfi -i anoisesrc=d=12:a=0.2:seed=${seed}:r=44100`;
    const made = await makeClips({
      'one.wav': noise(1),
      'two.wav': noise(2),
      'three.wav': noise(3),
      'tone.wav': '-f lavfi -i sine=203.7:d=12:r=48000',
      'short.mp3': '-f lavfi -i anoisesrc=d=4:a=0.2:seed=4',
      'scored.mp4': `-f lavfi -i color=size=128x96:duration=12 ${noise(5)} -c:v libx264 -c:a aac`,
    });
    for (const [name, content] of made) await writeFile(join(folder, name), content);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function joined(names: string[], seconds: number[]): Promise<string> {
    const as = joinedExtension(names[0] ?? '');
    const to = join(folder, `joined-${names.length}${as}`);
    const parts = names.map((name, at) => ({
      path: join(folder, name),
      seconds: seconds[at] ?? 0,
    }));
    await joinSoundtracks(ffmpeg, parts, { overlap: OVERLAP, to, as });
    return to;
  }

  /** RMS in dB from one second to another. */
  async function level(path: string, from: number, to: number): Promise<number> {
    const filter = `atrim=${from}:${to},astats=measure_perchannel=none`;
    const lines = await ffmpeg.run(['-i', path, '-af', filter, '-f', 'null', '-']);
    const [, db = 'NaN'] = /RMS level dB: (\S+)/.exec(lines.join('\n')) ?? [];
    return db === '-inf' ? -Infinity : Number(db);
  }

  test('are as long as the clip, and as loud where they overlap as elsewhere', async () => {
    const path = await joined(['one.wav', 'two.wav', 'three.wav'], [10, 11, 9]);
    expect((await look(ffmpeg, path)).seconds).toBeCloseTo(10 + 11 + 9 - 2 * OVERLAP, 2);
    const [within, first, second] = [
      await level(path, 2, 6),
      await level(path, 8.6, 9.4),
      await level(path, 17.6, 18.4),
    ];
    // Of different music an equal-gain crossfade would lose 3 dB.
    expect(Math.abs(first - within)).toBeLessThan(0.5);
    expect(Math.abs(second - within)).toBeLessThan(0.5);
  });

  test('have no click where one goes over into the next', async () => {
    const names = ['tone.wav', 'tone.wav', 'tone.wav'];
    const path = await joined(names, [10.013, 11.207, 9.501]);
    const step = async (file: string): Promise<number> => {
      const lines = await ffmpeg.run(['-i', file, '-af', 'astats', '-f', 'null', '-']);
      return Number(/Max difference: (\S+)/.exec(lines.join('\n'))?.[1]);
    };
    // From one sample to the next a tone changes by no more than it does anyway: twice at the most, where two add up.
    expect(await step(path)).toBeLessThan(2 * (await step(join(folder, 'tone.wav'))));
  });

  test('keep the length where there is too little music', async () => {
    const path = await joined(['short.mp3', 'two.wav'], [10, 10]);
    expect(path).toMatch(/\.mp3$/);
    expect((await look(ffmpeg, path)).seconds).toBeCloseTo(18, 1);
    expect(await level(path, 5, 7)).toBeLessThan(-90);
  });

  test('are sound alone where the vendor gave scored videos', async () => {
    const path = await joined(['scored.mp4', 'scored.mp4'], [10, 10]);
    const { audio, video, seconds } = await look(ffmpeg, path);
    expect([audio?.codec, audio?.sampleRate, video]).toEqual(['aac', 48_000, undefined]);
    expect(seconds).toBeCloseTo(18, 1);
  });
});
