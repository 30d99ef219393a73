// Manifests read as a worker reads them, in a thread: how long each form and each hostile file takes, and
// how long the process stood still meanwhile.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createThreadReader } from '../manifests/read-in-thread.js';
import { checkManifest } from '../manifests/read.js';
import { distFile } from '../config/paths.js';
import type { Measurement } from './report.js';
import { median } from './support/median.js';
import { withScratch } from './support/scratch.js';

export interface ManifestSizes {
  /** Rows of a manifest in CSV or JSON. */
  manifestRows: number;
}

const RUNS = 3;
const LINK = 'https://cdn.example/a.mp4';

export async function manifests({ manifestRows: rows }: ManifestSizes): Promise<Measurement[]> {
  const found: Measurement[] = [];
  await withScratch(async (folder) => {
    for (const [name, what, text] of filesOf(rows)) {
      const file = join(folder, name);
      await writeFile(file, text);
      const seconds: number[] = [];
      const delays: number[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        const watch = watchDelay();
        const begun = performance.now();
        await checkManifest(file, { read });
        seconds.push((performance.now() - begun) / 1_000);
        delays.push(watch.end());
      }
      const id = `manifests.${name}`;
      found.push(
        { id: `${id}.seconds`, what, unit: 's', value: median(seconds), samples: seconds },
        {
          ...{ id: `${id}.delay`, what: '  the process stood still for', unit: 'ms' },
          ...{ value: median(delays), samples: delays },
        },
      );
    }
  });
  return found;
}

const read = createThreadReader({ threadFile: distFile('manifests/reader-thread.js') });

/** Measures the longest time for which timers did not run. */
function watchDelay(): { end(): number } {
  let last = performance.now();
  let longest = 0;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  return {
    end() {
      look();
      clearInterval(timer);
      return longest;
    },
  };
}

function filesOf(rows: number): [name: string, what: string, text: string][] {
  const clips = Array.from({ length: rows }, (_, n) => ({
    ...{ id: `clip-${n}`, file_link: `${LINK}?n=${n}`, mood: 'Bright' },
    prompt: `Pop Melody, Energetic Rhythm, take ${n}`,
  }));
  const csv = clips.map((clip) => `${clip.id},${clip.file_link},"${clip.prompt}",Bright\n`);
  const yaml = clips.slice(0, rows * 0.6).map(
    (clip) =>
      `- {${Object.entries(clip)
        .map(([key, value]) => `${key}: "${value}"`)
        .join(', ')}}\n`,
  );
  const wide = Array.from({ length: 200 }, (_, n) => `column_${n}_${'x'.repeat(60)}`).join();
  const unknown = Array.from({ length: 500 }, (_, n) => `{{colum_${n}}}`).join('');
  return [
    ['library.csv', `CSV of ${rows} rows`, `id,file_link,prompt,mood\n${csv.join('')}`],
    ['library.json', `JSON of ${rows} clips`, JSON.stringify({ clips })],
    [
      'library.jsonl',
      `JSON Lines of ${rows} clips`,
      clips.map((clip) => `${JSON.stringify(clip)}\n`).join(''),
    ],
    ['library.yaml', `YAML of ${yaml.length} clips`, `clips:\n${yaml.join('')}`],
    [
      'quotes.csv',
      'three rows of 60,000 quotes',
      `file_link,prompt\n${`${LINK},x${'"'.repeat(60_000)}\n`.repeat(3)}`,
    ],
    [
      'placeholders.csv',
      '1,000 rows of 500 unknown placeholders, 200 columns',
      `file_link,prompt,${wide}\n${`${LINK},${unknown}\n`.repeat(1_000)}`,
    ],
  ];
}
