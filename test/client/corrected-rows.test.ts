// A retry with a corrected manifest: no row of the batch is lost, and none is done that need not be.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { correctedRows } from '../../client/corrected-rows.js';
import type { Outcome } from '../../contract/clip.js';
import { switchSnapshot } from '../../manifests/freeze.js';
import { checkManifest } from '../../manifests/read.js';
import { openSnapshot } from '../../manifests/snapshot.js';
import { mergeRows, type BatchStoreView } from '../../outcomes/merge.js';
import { writeSegment } from '../../outcomes/segments.js';
import { all, frozen, succeeded } from '../outcomes/support.js';

type Row = Record<string, string>;

const csv = (rows: Row[]): string =>
  stringify(rows, { header: true, columns: [...new Set(rows.flatMap(Object.keys))] });
const row = (id: string, link = id, more: Row = {}): Row => ({
  ...{ id, file_link: `https://cdn.example/${link}.mp4`, prompt: 'calm' },
  ...more,
});
const nameless = (link: string): Row => row('', link);
const failed = (at: number): Outcome => ({
  ...{ row: at, status: 'failed', attempts: 1, taskId: `task-${at}`, errorCode: 'download_failed' },
});

/** A batch that has ended; rows without an outcome never came to one. */
async function ended(rows: Row[], outcomes: Outcome[]): Promise<BatchStoreView> {
  const view = await frozen(csv(rows));
  await writeSegment(view.store, 1, '00000000', outcomes);
  return view;
}

let files = 0;

/** What a corrected manifest makes of it. */
async function corrected(view: BatchStoreView, rows: Row[], round = 2) {
  const file = path.join(view.store.location, `corrected-${(files += 1)}.csv`);
  await writeFile(file, csv(rows));
  const report = await checkManifest(file);
  const { snapshot, store } = view;
  const open = await correctedRows(store, snapshot, {
    ...{ file: { path: file, label: 'corrected.csv' }, report, round },
  });
  await switchSnapshot(store, open.info);
  const next = { store, snapshot: openSnapshot(store) };
  const merged = await all(mergeRows(next));
  return {
    ...{ next, open, merged },
    /** Id, link, and what it came to; `open` if it is to be done. */
    rows: merged.map(({ clip, outcome }) => {
      const link = clip.fileLink.replace('https://cdn.example/', '').replace('.mp4', '');
      return `${clip.id} ${link} ${open.rows.includes(clip.row) ? 'open' : (outcome?.taskId ?? '-')}`;
    }),
  };
}

test('rows that it leaves out stay, in their places and with what they came to', async () => {
  const ids = ['e0', 'e1', 'e2', 'e3', 'e4'];
  const view = await ended(
    ids.map((id) => row(id)),
    [failed(0), succeeded(1), failed(2), succeeded(3)],
  );
  const { rows, open } = await corrected(view, [row('e3', 'right'), row('E0', 'right')]);
  expect(rows).toEqual([
    ...['E0 right open', 'e1 e1 task-1', 'e2 e2 open', 'e3 right open', 'e4 e4 open'],
  ]);
  // The task of what was corrected is another clip's.
  expect(open.recalled).toMatchObject([{ row: 2, taskId: 'task-2' }]);
  expect(open).toMatchObject({ leftOut: 3, info: { name: 'm', total: 5, sinceRound: 2 } });
});

test('what is new comes last, and a batch can be corrected again and again', async () => {
  const view = await ended(
    [row('a'), row('b'), row('c')],
    [0, 1, 2].map((at) => succeeded(at)),
  );
  const once = await corrected(view, [row('new'), row('b', 'right')]);
  expect(once.rows).toEqual(['a a task-0', 'b right open', 'c c task-2', 'new new open']);
  expect(once.open.added).toEqual(['new']);
  await writeSegment(view.store, 2, '0', [succeeded(1, 'task-b'), succeeded(3, 'task-new')]);
  const twice = await corrected(once.next, [row('c', 'right')], 3);
  expect(twice.rows).toEqual(['a a task-0', 'b right task-b', 'c right open', 'new new task-new']);
});

test('a manifest of all rows settles their order', async () => {
  const view = await ended([row('a'), row('b')], [succeeded(0), succeeded(1)]);
  const { rows, open } = await corrected(view, [row('new'), row('b'), row('a', 'right')]);
  expect(rows).toEqual(['new new open', 'b b task-1', 'a right open']);
  expect(open.leftOut).toBe(0);
});

test('columns and params that it does not have keep their values', async () => {
  const more = { campaign: 'spring', params: 'x=1' };
  const view = await ended([row('a', 'a', more), row('b', 'b', more)], [succeeded(0), failed(1)]);
  const { merged, rows } = await corrected(view, [row('b', 'right', { note: 'moved' })]);
  expect(rows).toEqual(['a a task-0', 'b right open']);
  expect(merged.map(({ clip }) => [clip.params, clip.extra])).toEqual([
    ['x=1', { campaign: 'spring', note: '' }],
    ['x=1', { campaign: 'spring', note: 'moved' }],
  ]);
  const whole = await corrected(view, [row('a'), row('b')]);
  expect(whole.rows).toEqual(['a a task-0', 'b b open']);
});

test('a row without an id is found by the id that was made up for it', async () => {
  const view = await ended(['x', 'y', 'z'].map(nameless), [succeeded(0), failed(1), succeeded(2)]);
  const { rows } = await corrected(view, [row('clip-2', 'right')]);
  expect(rows).toEqual(['clip-1 x task-0', 'clip-2 right open', 'clip-3 z task-2']);
});

test('which rows without ids were corrected is asked, where they are not all', async () => {
  const before = () => ended(['x', 'y', 'z'].map(nameless), [succeeded(0), failed(1), failed(2)]);
  const view = await before();
  await expect(corrected(view, [nameless('right')])).rejects.toMatchObject({
    code: 'correction_unclear',
    message: expect.stringMatching(
      /^corrected\.csv: 1 of its rows .* 3 that it leaves out/,
    ) as string,
  });
  const whole = await corrected(view, ['x', 'right', 'z'].map(nameless));
  expect(whole.rows).toEqual(['clip-1 x task-0', 'clip-2-2 right open', 'clip-3 z open']);
  const some = await corrected(await before(), ['z', 'x'].map(nameless));
  expect(some.rows).toEqual(['clip-1 x task-0', 'clip-2 y open', 'clip-3 z open']);
});

test('a manifest that was changed after it was looked at is refused', async () => {
  const view = await ended([row('a')], [failed(0)]);
  const file = path.join(view.store.location, 'c.csv');
  await writeFile(file, csv([row('a', 'one')]));
  const report = await checkManifest(file);
  await writeFile(file, csv([row('a', 'two')]));
  const given = { file: { path: file, label: 'c.csv' }, report, round: 2 };
  await expect(correctedRows(view.store, view.snapshot, given)).rejects.toThrow(/changed after/);
});

test('whatever is corrected, no row is lost, and only what is needed is done', async () => {
  const ids = Array.from({ length: 8 }, (_, n) => `e${n}`);
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(ids, { minLength: 1 }),
      fc.shuffledSubarray([...ids, 'n1', 'n2'], { minLength: 1 }),
      fc.subarray([...ids, 'n1', 'n2']),
      fc.subarray(ids),
      async (had, given, moved, good) => {
        const outcomes = had.map((id, at) => (good.includes(id) ? succeeded(at) : failed(at)));
        const view = await ended(
          had.map((id) => row(id)),
          outcomes,
        );
        const linkOf = (id: string) => (moved.includes(id) ? 'moved' : id);
        const { rows } = await corrected(
          view,
          given.map((id) => row(id, linkOf(id))),
        );
        const expected = [...had, ...given.filter((id) => !had.includes(id))].map((id) => {
          const link = given.includes(id) ? linkOf(id) : id;
          const isKept = had.includes(id) && link === id && good.includes(id);
          return `${id} ${link} ${isKept ? `task-${had.indexOf(id)}` : 'open'}`;
        });
        const isWhole = had.every((id) => given.includes(id));
        if (isWhole) expect([...rows].sort()).toEqual([...expected].sort());
        else expect(rows).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
});
