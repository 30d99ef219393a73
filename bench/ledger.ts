// A library that was scored already, against a ledger that holds every row of it: how long `reelscore plan`
// takes and the memory of it, and a whole `reelscore run`, from start to exit.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchSummary } from '../contract/clip.js';
import { Ledger } from '../outcomes/ledger/ledger.js';
import { keysOf } from '../outcomes/ledger/digests.js';
import { linkReader } from '../outcomes/ledger/link-rule.js';
import { readManifest } from '../manifests/read.js';
import { openLocalStore } from '../store/local-store.js';
import { generateManifest } from './generate-manifest.js';
import type { Measurement } from './report.js';
import { median } from './support/median.js';
import { runForPeak, runProduct } from './support/product.js';
import { withScratch } from './support/scratch.js';

export interface LedgerSizes {
  /** Rows of the manifest, and entries of the ledger. */
  ledgerRows: number;
}

const RUNS = 3;
const MANIFEST = 'library.csv';

export async function ledger({ ledgerRows: rows }: LedgerSizes): Promise<Measurement[]> {
  return await withScratch(async (cwd) => {
    await generateManifest(join(cwd, MANIFEST), rows);
    await fillLedger(cwd);
    const seconds: number[] = [];
    const peaks: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const args = ['plan', MANIFEST, '--json'];
      const ran = await runForPeak(args, { home: join(cwd, 'unused'), cwd });
      const { clips } = JSON.parse(ran.stdout) as { clips: { scored: number } };
      if (clips.scored !== rows) throw new Error(`${clips.scored} of ${rows} rows were found`);
      seconds.push(ran.seconds);
      peaks.push(ran.peakMb);
    }
    const what = `plan of ${rows} rows, all scored`;
    const runs: number[] = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await skipAll(cwd, rows, `night-${run + 2}`));
    return [
      {
        ...{ id: 'ledger.match-seconds', what, unit: 's' },
        ...{ value: median(seconds), samples: seconds },
      },
      {
        ...{ id: 'ledger.peak-mb', what: `${what}, peak memory`, unit: 'MB' },
        ...{ value: Math.max(...peaks), samples: peaks },
      },
      {
        ...{ id: 'ledger.run-seconds', what: `run of ${rows} rows, all scored`, unit: 's' },
        ...{ value: median(runs), samples: runs },
      },
    ];
  });
}

/** Seconds that a batch took of which nothing is to be submitted, with the embedded server's start. */
async function skipAll(cwd: string, rows: number, batch: string): Promise<number> {
  const args = ['run', MANIFEST, '--simulate', '--batch', batch, '--json'];
  const { seconds, stdout } = await runProduct(args, { home: join(cwd, 'home'), cwd });
  const { counts } = JSON.parse(stdout) as BatchSummary;
  if (counts.skipped !== rows) throw new Error(`${counts.skipped} of ${rows} rows were skipped`);
  return seconds;
}

/** As if a batch had scored all of the manifest. */
async function fillLedger(cwd: string): Promise<void> {
  const store = openLocalStore(join(cwd, 'results'));
  const ledgers = (['scored', 'simulated'] as const).map((kind) => new Ledger(store, kind));
  const at = new Date().toISOString();
  const readLink = linkReader();
  const folder = join(cwd, 'results', 'night-1', 'soundtracks');
  await mkdir(folder, { recursive: true });
  await readManifest(join(cwd, MANIFEST), async (clips) => {
    await Promise.all(clips.map(({ id }) => writeFile(join(folder, `${id}.wav`), '')));
    const entries = clips.map((clip) => ({
      ...keysOf(clip, readLink(clip.fileLink)),
      soundtrack: `night-1/soundtracks/${clip.id}.wav`,
      batch: 'night-1',
      taskId: `tm_video_scoring-0-${String(clip.row).padStart(22, '0')}`,
      at,
    }));
    for (const one of ledgers) await one.append('night-1', 'bench', entries);
  });
}
