import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFfmpeg } from '../../../media/ffmpeg/ffmpeg.js';
import { OVERLAP_SECONDS, partCount, partsOf, searchWindows } from '../../../media/fit/parts.js';
import { scenesIn } from '../../../media/fit/scenes.js';
import { hasFfmpeg, makeClips } from '../clips.js';

const MOST = 95;

describe('the parts of a long clip', () => {
  test('cover it with one overlap each, and the vendor takes every one', () => {
    const seconds = fc.double({ min: 95.2, max: 7200, noNaN: true });
    const scenes = fc.array(fc.double({ min: 0, max: 7200, noNaN: true }), { maxLength: 200 });
    fc.assert(
      fc.property(seconds, scenes, (length, changes) => {
        const parts = partsOf(length, changes);
        expect(parts).toHaveLength(partCount(length));
        // As few as there can be, but for a fifth of a second.
        expect((parts.length - 1) * (MOST - OVERLAP_SECONDS - 0.2)).toBeLessThan(length + 1e-6);
        expect(parts[0]?.start).toBe(0);
        for (const [at, part] of parts.entries()) {
          expect(part.length).toBeLessThanOrEqual(MOST);
          expect(part.length).toBeGreaterThan(OVERLAP_SECONDS * 2);
          const end = part.start + part.length;
          const next = parts[at + 1];
          expect(end - (next ? next.start + OVERLAP_SECONDS : length)).toBeCloseTo(0, 2);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('are cut at the scene change nearest to an even length, if there is one in reach', () => {
    const at = (scenes: number[]) => partsOf(180, scenes).map(({ start }) => start);
    expect(at([])).toEqual([0, 89]);
    expect(at([10, 88, 92, 150])).toEqual([0, 87]);
    // 80 would leave more than 95 s for the other part.
    expect(at([80])).toEqual([0, 89]);
    expect(at([60, 120])).toEqual([0, 89]);
  });

  test.each([
    [95, 1],
    [95.1, 1],
    [96, 2],
    [185, 2],
    [186, 3],
    [600, 7],
  ])('of %d s are %d tasks', (seconds, count) => {
    expect(partCount(seconds)).toBe(count);
    expect(searchWindows(seconds)).toHaveLength(count - 1);
  });
});

test.skipIf(!hasFfmpeg)('scene changes are found where they are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-scenes-'));
  try {
    const colours = ['blue', 'yellow', 'black', 'white'].map(
      (colour) => `-f lavfi -i color=${colour}:size=320x180:rate=25:duration=5`,
    );
    const made = await makeClips({
      'cuts.mp4': `${colours.join(' ')} -filter_complex concat=n=4 -c:v libx264 -preset ultrafast`,
    });
    const path = join(folder, 'cuts.mp4');
    await writeFile(path, made.get('cuts.mp4') ?? '');
    const ffmpeg = openFfmpeg('ffmpeg', process.env);
    const windows = [
      { start: 3, length: 4 },
      { start: 8, length: 9 },
    ];
    const scenes = await scenesIn(ffmpeg, path, 0, windows);
    expect(scenes.map((time) => Math.round(time * 10) / 10)).toEqual([5, 10, 15]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
