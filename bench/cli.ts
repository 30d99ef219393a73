// How soon the command line answers: its help, and `npm start` to the first submission.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../config/paths.js';
import type { Measurement } from './report.js';
import { median } from './support/median.js';
import { cleanEnv, runProduct } from './support/product.js';
import { withScratch } from './support/scratch.js';

const HELP_RUNS = 10;
/** What `npm start` runs, but with results and batch where they disturb nobody. */
const SAMPLE = ['run', 'examples/sample.csv', '--simulate', '--again', '--rate', '5'];

export interface CliSizes {
  /** Warm starts; the median counts. Each scores the whole sample library. */
  starts: number;
}

export async function cli({ starts }: CliSizes): Promise<Measurement[]> {
  return await withScratch(async (folder) => {
    const home = join(folder, 'home');
    const help: number[] = [];
    for (let run = 0; run < HELP_RUNS; run += 1) {
      help.push((await runProduct(['--help'], { home, cwd: folder })).seconds);
    }
    await npmStart(folder, 'cold');
    const first: number[] = [];
    for (let run = 0; run < starts; run += 1) first.push(await npmStart(folder, `warm-${run}`));
    return [
      { id: 'cli.help', what: 'reelscore --help', unit: 's', value: median(help), samples: help },
      {
        ...{ id: 'cli.start-to-first-submission', what: 'npm start to its first submission, warm' },
        ...{ unit: 's', value: median(first), samples: first },
      },
    ];
  });
}

/** Runs the sample; returns the seconds from the start of npm to the first submission's arrival. */
async function npmStart(folder: string, batch: string): Promise<number> {
  const home = join(folder, 'home');
  const from = Date.now();
  const args = ['start', '--silent', '--', ...SAMPLE];
  const child = spawn('npm', [...args, '--batch', batch, '--out', join(folder, batch)], {
    cwd: PACKAGE_ROOT,
    env: cleanEnv(home),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`npm start ended with ${code}:\n${stderr.slice(-2000)}`);
  return ((await firstArrival(home, from)) - from) / 1000;
}

/** Epoch ms of the first submission that the home's simulator took after a moment. */
async function firstArrival(home: string, after: number): Promise<number> {
  const journal = await readFile(join(home, 'simulator', 'simulator.jsonl'), 'utf8');
  for (const line of journal.split('\n')) {
    if (!line.includes('"arrivedAt"')) continue;
    const { task } = JSON.parse(line) as { task?: { arrivedAt: number } };
    if (task && task.arrivedAt >= after) return task.arrivedAt;
  }
  throw new Error('no submission arrived at the simulator');
}
