// How long it takes to find that a whole library was scored already, and the memory of it: `reelscore
// plan` of a manifest against a ledger that holds every row of it.
import { join } from 'node:path';
import { Ledger } from '../ledger/ledger.js';
import { keysOf } from '../ledger/digests.js';
import { readManifest } from '../manifests/read.js';
import { openLocalStore } from '../store/local-store.js';
import { generateManifest } from './generate-manifest.js';
import type { Measurement } from './report.js';
import { median } from './support/median.js';
import { runForPeak } from './support/product.js';
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
    return [
      {
        ...{ id: 'ledger.match-seconds', what, unit: 's' },
        ...{ value: median(seconds), samples: seconds },
      },
      {
        ...{ id: 'ledger.peak-mb', what: `${what}, peak memory`, unit: 'MB' },
        ...{ value: Math.max(...peaks), samples: peaks },
      },
    ];
  });
}

/** As if a batch had scored all of the manifest. */
async function fillLedger(cwd: string): Promise<void> {
  const filled = new Ledger(openLocalStore(join(cwd, 'results')), 'scored');
  const at = new Date().toISOString();
  await readManifest(join(cwd, MANIFEST), async (clips) => {
    const entries = clips.map((clip) => ({
      ...keysOf(clip),
      soundtrack: `night-1/soundtracks/${clip.id}.wav`,
      batch: 'night-1',
      taskId: `tm_video_scoring-0-${String(clip.row).padStart(22, '0')}`,
      at,
    }));
    await filled.append('night-1', 'bench', entries);
  });
}
