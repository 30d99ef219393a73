// What a large batch needs: memory and speed of `reelscore run` (worker, receiver and client in one
// process, a fresh one for each size) from its first clip to its last, the largest run of its workflow,
// and how soon `status` answers meanwhile. And the memory of `reelscore validate`.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { generateManifest } from './generate-manifest.js';
import type { Measurement } from './report.js';
import { startHome, type BenchHome } from './support/home.js';
import { median } from './support/median.js';
import { percentile } from './support/percentile.js';
import { runForPeak } from './support/product.js';
import { runSizes, type RunSizes } from './support/run-sizes.js';
import { withScratch } from './support/scratch.js';
import { steadinessOf, type Steadiness } from './support/steadiness.js';
import { readArrivals } from './support/vendor.js';
import { watchStatus, type StatusTimes } from './support/watch-status.js';

export interface MemorySizes {
  /** Rows of the batches, one after the other. */
  batches: number[];
}

const VALIDATED_ROWS = 100_000;
const VALIDATIONS = 3;
/** The simulator is not what is measured. */
const PROMPTS = 35;
const RUN_OPTIONS = ['--simulate', '--no-probe', '--rate', '1000', '--max-in-flight', '200'];
/** Memory of larger batches is compared with that of this one. */
const COMPARED_ROWS = 10_000;

/** What one batch took. */
interface BatchFigures {
  rows: number;
  /** From start to exit of the process. */
  seconds: number;
  peakMb: number;
  steadiness: Steadiness;
  sizes: RunSizes;
  status: StatusTimes;
}

export async function memory({ batches }: MemorySizes): Promise<Measurement[]> {
  return await withScratch(async (folder) => {
    const found: BatchFigures[] = [];
    // The command line would start a simulator that takes its time; this one is there first.
    const home = await startHome(join(folder, 'home'));
    try {
      for (const rows of batches) found.push(await batchOf(rows, home, folder));
    } finally {
      await home.release();
    }
    const compared = found.find(({ rows }) => rows === COMPARED_ROWS);
    return [
      ...found.flatMap((figures) => measurementsOf(figures, compared)),
      ...(await validation(folder)),
    ];
  });
}

async function batchOf(rows: number, home: BenchHome, parent: string): Promise<BatchFigures> {
  const cwd = join(parent, String(rows));
  await mkdir(cwd);
  await generateManifest(join(cwd, 'library.csv'), rows, PROMPTS);
  const batch = `memory-${rows}`;
  const from = Date.now();
  const watch = await watchStatus(batch, home.home, cwd);
  const args = ['run', 'library.csv', '--again', '--batch', batch, ...RUN_OPTIONS, '--json'];
  const ran = await runForPeak(args, { home: home.home, cwd }).catch(async (error: unknown) => {
    await watch.stop().catch(() => undefined); // the run says better what went wrong
    throw error;
  });
  const status = await watch.stop();
  const arrivals = await readArrivals(home.simulatorUrl);
  const steadiness = steadinessOf(arrivals.map(({ at }) => at).filter((at) => at >= from));
  const { peakMb, seconds } = ran;
  const figures = { rows, seconds, peakMb, steadiness, status, sizes: await sizesOf(batch, home) };
  console.error(
    `run of ${rows} rows: ${peakMb.toFixed(0)} MB, ${(rows / seconds).toFixed(1)} clips/s`,
  );
  return figures;
}

async function sizesOf(batch: string, { temporal }: BenchHome): Promise<RunSizes> {
  const connection = await Connection.connect(temporal.connection);
  try {
    return await runSizes(new Client({ connection, namespace: temporal.namespace }), batch);
  } finally {
    await connection.close();
  }
}

function measurementsOf(
  { rows, seconds, peakMb, steadiness, sizes, status }: BatchFigures,
  compared: BatchFigures | undefined,
): Measurement[] {
  const { tenths, lastThousandOverFirst, lastTenthOverSecond } = steadiness;
  const figure = (
    name: string,
    what: string,
    unit: string,
    value: number,
    samples?: number[],
  ): Measurement => ({
    ...{ id: `run.${rows}.${name}`, what, unit, value },
    ...(samples && { samples }),
  });
  const times = 'times';
  const above = compared && rows > compared.rows;
  return [
    figure('peak-mb', `run of ${rows} rows, peak memory`, 'MB', peakMb),
    ...(above
      ? [figure('times-peak', `  of ${compared.rows} rows' peak`, times, peakMb / compared.peakMb)]
      : []),
    figure('clips-per-second', '  from start to exit of the process', 'clips/s', rows / seconds),
    figure('slowest-tenth', '  in its slowest tenth', 'clips/s', Math.min(...tenths), tenths),
    figure('last-thousand', '  time a clip, last to first 1,000', times, lastThousandOverFirst),
    figure('last-tenth', '  time a clip, last to second tenth', times, lastTenthOverSecond),
    figure('run-events', `  largest of ${sizes.runs} workflow runs`, 'events', sizes.maxEvents),
    figure('run-mb', '  the same, history', 'MB', sizes.maxBytes / 1e6),
    figure('status-ms', '  status answers, median', 'ms', median(status.api), status.api),
    figure('status-p99-ms', '  status answers, 99%', 'ms', percentile(status.api, 0.99)),
    ...(status.commandLine.length > 0
      ? [
          figure(
            'status-command-ms',
            '  reelscore status, the whole process, median',
            'ms',
            median(status.commandLine),
            status.commandLine,
          ),
        ]
      : []),
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
