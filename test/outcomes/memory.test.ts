// Results of 100,000 rows are merged and written without ever being held.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { BatchSummary } from '../../contract/clip.js';
import { pageKey, PAGE_SIZE, SNAPSHOT_KEY } from '../../manifests/snapshot-format.js';
import { PACKAGE_ROOT } from '../../config/paths.js';
import { built } from '../support/built.js';
import { succeeded } from './support.js';

await built();

const ROWS = 100_000;
/** More than the usual 20: the number of files decides how long this takes. */
const SEGMENT = 200;
/** A pass takes 3 MB; the outcomes kept would be 20 MB, the rows 60 MB. */
const GROWTH_MB = 8;

test('the memory it takes to write results does not grow with the rows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-outcomes-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeBatch(join(folder, '.reelscore'));
  const { summary, growthMb } = await writeResultsInProcess(folder);
  expect(summary.counts).toMatchObject({ total: ROWS, succeeded: ROWS });
  expect(growthMb).toBeLessThan(GROWTH_MB);
});

/** Written past the store: its syncs would take longer than the rest of the test. */
async function writeBatch(folder: string): Promise<void> {
  await mkdir(join(folder, 'snapshot'), { recursive: true });
  await mkdir(join(folder, 'outcomes'));
  const info = { name: 'm', hash: 'ab', total: ROWS, invalid: 0, pageSize: PAGE_SIZE };
  await writeFile(join(folder, SNAPSHOT_KEY), JSON.stringify({ ...info, columns: ['mood'] }));
  for (let first = 0; first < ROWS; first += PAGE_SIZE) {
    await writeFile(join(folder, pageKey(first / PAGE_SIZE)), lines(first, PAGE_SIZE, clip));
  }
  for (let first = 0; first < ROWS; first += SEGMENT) {
    const name = `1-${String(first / SEGMENT).padStart(8, '0')}.jsonl`;
    await writeFile(join(folder, 'outcomes', name), lines(first, SEGMENT, succeeded));
  }
}

function lines(first: number, count: number, valueOf: (row: number) => unknown): string {
  const rows = Array.from({ length: count }, (_, at) => first + at);
  return rows.map((row) => `${JSON.stringify(valueOf(row))}\n`).join('');
}

function clip(row: number): unknown {
  const fileLink = `https://cdn.example/library/${row}.mp4`;
  const prompt = `A calm piece for a sunrise over the sea, take ${row}`;
  return { row, line: row + 2, id: `c${row}`, fileLink, prompt, extra: { mood: 'calm' } };
}

/** Growth is that of what is still referenced: garbage is collected before each measurement. */
async function writeResultsInProcess(
  folder: string,
): Promise<{ summary: BatchSummary; growthMb: number }> {
  const from = (file: string): string =>
    JSON.stringify(pathToFileURL(join(PACKAGE_ROOT, 'dist', file)).href);
  const script = `
    import { openLocalStore } from ${from('store/local-store.js')};
    import { openSnapshot } from ${from('manifests/snapshot.js')};
    import { writeResults } from ${from('outcomes/write-results.js')};
    const usedMb = () => (gc(), process.memoryUsage().heapUsed / 1e6);
    const before = usedMb();
    let most = before;
    const timer = setInterval(() => (most = Math.max(most, usedMb())), 250);
    const store = openLocalStore(${JSON.stringify(folder)});
    const run = { batch: 'b', round: 1, startedAt: new Date().toISOString(), submissions: 0, xlsx: true };
    const summary = await writeResults({ store, snapshot: openSnapshot(store) }, run);
    clearInterval(timer);
    process.stdout.write(JSON.stringify({ summary, growthMb: most - before }));
  `;
  const args = ['--expose-gc', '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as { summary: BatchSummary; growthMb: number };
}
