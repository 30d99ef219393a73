// How long a proxy takes, as a share of what its clip lasts: sizes and codecs that cost most.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe } from '../media/ffmpeg/describe.js';
import { openFfmpeg } from '../media/ffmpeg/ffmpeg.js';
import { makeProxy } from '../media/fit/make-proxy.js';
import { createMediaAnalyzer } from '../media/analyzer.js';
import { probeClip } from '../media/probe-clip.js';
import { createGuardedFetch } from '../net/guarded-fetch.js';
import { distFile } from '../config/paths.js';
import type { Measurement } from './report.js';
import { median } from './support/median.js';
import { withScratch } from './support/scratch.js';

export interface FitSizes {
  /** Seconds of each clip. */
  fitSeconds: number;
}

const RUNS = 3;
const X264 = '-c:v libx264 -preset ultrafast';

/** ffmpeg's picture, and how it is encoded. */
const CLIPS: Record<string, [size: string, rate: number, encoder: string]> = {
  'vp9-1080p.webm': ['1920x1080', 30, '-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 4M'],
  'prores-1080p.mov': ['1920x1080', 30, '-c:v prores_ks -profile:v 2'],
  '1080p-120.mp4': ['1920x1080', 120, X264],
  '4k-30.mp4': ['3840x2160', 30, X264],
  'hevc-10-bit-4k-60.mp4': [
    '3840x2160',
    60,
    '-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=error',
  ],
};

export async function fit({ fitSeconds: seconds }: FitSizes): Promise<Measurement[]> {
  const ffmpeg = openFfmpeg('ffmpeg', process.env);
  const analyzer = createMediaAnalyzer({ threadFile: distFile('media/parser-thread.js') });
  const fetch = createGuardedFetch();
  const probe = (link: string) => probeClip(link, { fetch, analyzer });
  const found: Measurement[] = [];
  try {
    await withScratch(async (folder) => {
      for (const [name, [size, rate, encoder]] of Object.entries(CLIPS)) {
        const from = join(folder, name);
        const picture = `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`;
        await ffmpeg.run(['-f', 'lavfi', '-i', picture, ...encoder.split(' '), from]);
        const { video } = await describe(ffmpeg, from);
        if (!video) throw new Error(`${name} has no video`);
        const to = pathToFileURL(join(folder, 'proxy.mp4'));
        const shares: number[] = [];
        for (let run = 0; run < RUNS; run += 1) {
          const begun = performance.now();
          await makeProxy({ ffmpeg, probe }, { from, to, video, cut: { start: 0, seconds } });
          shares.push((performance.now() - begun) / 1_000 / seconds);
        }
        found.push({
          ...{ id: `fit.${name}.share`, what: `${name}, of what it lasts`, unit: 'x' },
          ...{ value: median(shares), samples: shares },
        });
      }
    });
  } finally {
    analyzer.close();
    await fetch.close();
  }
  return found;
}
