// Results of ours as a manifest: for a batch of their own, and for a retry of the batch they are from.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { correctedRows } from '../../client/corrected-rows.js';
import type { Outcome } from '../../contract/clip.js';
import { checkManifest } from '../../manifests/index.js';
import { openSnapshot } from '../../manifests/snapshot.js';
import type { BatchStoreView } from '../../outcomes/merge.js';
import { writeSegment } from '../../outcomes/segments.js';
import { writeResults } from '../../outcomes/write-results.js';
import { switchSnapshot } from '../../manifests/freeze.js';
import { all, frozen } from '../outcomes/support.js';

const MANIFEST = `id,file_link,prompt,params,status,'=note
,https://cdn.example/0.mp4,"+Pop; -3 dB","x=1",todo,=1+1
,https://cdn.example/0.mp4,"+Pop; -3 dB","x=1",done,"'@x"
c,https://cdn.example/c.mp4,{{status}} Rock,,todo,
d,https://cdn.example/d.mp4,Calm,,todo,"two
= lines"
`;

const OUTCOMES: Outcome[] = [
  { row: 0, status: 'succeeded', taskId: 't0', attempts: 1, output: 'soundtracks/clip-1.mp3' },
  { row: 1, status: 'failed', taskId: 't1', attempts: 1, errorCode: 'task_failed' },
  { row: 2, status: 'succeeded', taskId: 't2', attempts: 1, output: 'soundtracks/c.mp3' },
  { row: 3, status: 'failed', attempts: 4, errorMessage: '=cmd' },
];

async function ended(): Promise<BatchStoreView> {
  const view = await frozen(MANIFEST);
  await writeSegment(view.store, 1, '00000000', OUTCOMES);
  await writeResults(view, {
    batch: 'b',
    round: 1,
    startedAt: '2025-01-01T00:00:00Z',
    submissions: 4,
  });
  return view;
}

async function file(view: BatchStoreView, name: string, change = (text: string) => text) {
  const { store } = view;
  const copy = path.join(store.location, `copy-of-${name}`);
  await writeFile(copy, change((await store.readText(name)) ?? ''));
  return { path: copy, label: name };
}

/** Clips of a manifest, in a batch of their own. */
async function clipsOf(text: string, name: string) {
  const clips = await all((await frozen(text, name)).snapshot.pages());
  return clips
    .flat()
    .map(({ id, fileLink, prompt, extra, fault }) => ({ id, fileLink, prompt, extra, fault }));
}

test.each(['results.csv'])('%s is a manifest of the same clips', async (name) => {
  const view = await ended();
  const results = await file(view, name);
  const report = await checkManifest(results.path, { label: name });
  expect(report).toMatchObject({ total: 4, problemCount: 0, ownResults: true });
  expect(report.columns).toEqual(['my_status', "'=note"]);
  const before = (await all(view.snapshot.pages())).flat();
  const clips = await clipsOf((await view.store.readText(name)) ?? '', name);
  expect(clips).toEqual(
    before.map(({ id, fileLink, prompt, extra }) => ({
      id,
      fileLink,
      prompt,
      extra,
      fault: undefined,
    })),
  );
});

test.each([
  ['all of them', (text: string) => text, [1, 3], 2],
  [
    'only those that failed',
    (text: string) => text.replace(/^c,.*\n/m, '').replace(/^clip-1,.*\n/m, ''),
    [1, 3],
    2,
  ],
  [
    'in another order, one corrected',
    (text: string) => {
      const [head, ...rows] = text.replace('todo Rock', 'slow Rock').split(/\n(?!'=)/);
      return [head, ...rows.reverse().filter((row) => row !== '')].join('\n');
    },
    [0, 1, 2],
    1,
  ],
])('a retry with results.csv scores what is open: %s', async (_, change, rows, kept) => {
  const view = await ended();
  const results = await file(view, 'results.csv', change);
  const report = await checkManifest(results.path, { label: results.label });
  const corrected = await correctedRows(view.store, view.snapshot, {
    ...{ file: results, report, round: 2 },
  });
  expect(corrected.rows).toEqual(rows);
  await switchSnapshot(view.store, corrected.info);
  const clips = (await all(openSnapshot(view.store).pages())).flat();
  expect(clips.filter(({ id }) => id.startsWith('clip')).map(({ params }) => params)).toEqual(
    clips.filter(({ id }) => id.startsWith('clip')).map(() => 'x=1'),
  );
  const keys = await view.store.list('kept-2');
  expect(keys).toHaveLength(kept > 0 ? 1 : 0);
});
