// Peak memory of `reelscore run` (worker, receiver and client in one process, a fresh one for each
// size), and of `reelscore validate`: neither may grow with the manifest.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { generateManifest } from './generate-manifest.js';
import type { Measurement } from './report.js';
import { startHome } from './support/home.js';
import { median } from './support/median.js';
import { runForPeak } from './support/product.js';
import { withScratch } from './support/scratch.js';

export interface MemorySizes {
  /** Rows of the batches, one after the other. */
  batches: number[];
}

const VALIDATED_ROWS = 100_000;
const VALIDATIONS = 3;
/** The simulator is not what is measured. */
const PROMPTS = 35;
const RUN_OPTIONS = ['--simulate', '--no-probe', '--rate', '1000', '--max-in-flight', '200'];

export async function memory({ batches }: MemorySizes): Promise<Measurement[]> {
  return await withScratch(async (folder) => {
    const found: Measurement[] = [];
    // The command line would start a simulator that takes its time; this one is there first.
    const home = await startHome(join(folder, 'home'));
    try {
      for (const rows of batches) found.push(...(await batchOf(rows, home.home, folder)));
    } finally {
      await home.release();
    }
    return [...found, ...(await validation(folder))];
  });
}

async function batchOf(rows: number, home: string, parent: string): Promise<Measurement[]> {
  const cwd = join(parent, String(rows));
  await mkdir(cwd);
  await generateManifest(join(cwd, 'library.csv'), rows, PROMPTS);
  const { peakMb, seconds } = await runForPeak(['run', 'library.csv', ...RUN_OPTIONS, '--json'], {
    ...{ home, cwd },
  });
  const speed = rows / seconds;
  console.error(`run of ${rows} rows: ${peakMb.toFixed(0)} MB, ${speed.toFixed(1)} clips/s`);
  return [
    {
      id: `run.${rows}.peak-mb`,
      what: `run of ${rows} rows, peak memory`,
      value: peakMb,
      unit: 'MB',
    },
    {
      id: `run.${rows}.clips-per-second`,
      what: '  from start to exit of the process',
      value: speed,
      unit: 'clips/s',
    },
  ];
}

async function validation(cwd: string): Promise<Measurement[]> {
  const file = 'validated.csv';
  await generateManifest(join(cwd, file), VALIDATED_ROWS);
  const seconds: number[] = [];
  const peaks: number[] = [];
  for (let round = 0; round < VALIDATIONS; round += 1) {
    const ran = await runForPeak(['validate', file], { home: join(cwd, 'unused'), cwd });
    seconds.push(ran.seconds);
    peaks.push(ran.peakMb);
  }
  const what = `validate of ${VALIDATED_ROWS} rows`;
  return [
    {
      ...{ id: 'validate.seconds', what, unit: 's' },
      ...{ value: median(seconds), samples: seconds },
    },
    {
      ...{ id: 'validate.peak-mb', what: `${what}, peak memory`, unit: 'MB' },
      ...{ value: Math.max(...peaks), samples: peaks },
    },
  ];
}
