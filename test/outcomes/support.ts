import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Outcome } from '../../contract/clip.js';
import { freezeManifest } from '../../manifests/index.js';
import { openSnapshot } from '../../manifests/snapshot.js';
import type { BatchStoreView, MergedRow } from '../../outcomes/merge.js';
import { openLocalStore } from '../../store/local-store.js';
import type { Store } from '../../store/store.js';

/** The store of a batch with a frozen manifest, gone when the test ends. @param there one that is not */
export async function frozen(
  manifest: string,
  name = 'm.csv',
  there?: Store,
): Promise<BatchStoreView> {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-outcomes-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, name), manifest);
  const store = there ?? openLocalStore(join(folder, 'batch'));
  await freezeManifest(join(folder, name), store, { skipInvalid: true });
  return { store, snapshot: openSnapshot(store) };
}

/** A manifest of `count` clips `c0`, `c1`, ... */
export function manifestOf(count: number): string {
  const rows = Array.from({ length: count }, (_, n) => `c${n},https://cdn.example/${n}.mp4,Pop\n`);
  return `id,file_link,prompt\n${rows.join('')}`;
}

export function succeeded(row: number, taskId = `task-${row}`): Outcome {
  return { row, status: 'succeeded', taskId, attempts: 1, output: `soundtracks/c${row}.mp3` };
}

export async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const list: Value[] = [];
  for await (const value of values) list.push(value);
  return list;
}

/** What became of each row: its task id, or `-` without an outcome. */
export function tasksOf(rows: MergedRow[]): string[] {
  return rows.map(({ outcome }) => (outcome ? (outcome.taskId ?? outcome.status) : '-'));
}
