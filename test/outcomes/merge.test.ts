import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeRows } from '../../outcomes/merge.js';
import { writeSegment } from '../../outcomes/segments.js';
import { all, frozen, manifestOf, succeeded, tasksOf } from './support.js';

describe('merged rows', () => {
  test('stand in manifest order, whatever order the clips ended in', async () => {
    const view = await frozen(manifestOf(5));
    await writeSegment(view.store, 1, '00000000', [succeeded(4), succeeded(1)]);
    await writeSegment(view.store, 1, '00000001', [succeeded(3), succeeded(0), succeeded(2)]);
    const rows = await all(mergeRows(view));
    expect(rows.map(({ clip }) => clip.id)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
    expect(tasksOf(rows)).toEqual(['task-0', 'task-1', 'task-2', 'task-3', 'task-4']);
  });

  test('are all there, also those without an outcome', async () => {
    const view = await frozen(manifestOf(4));
    await writeSegment(view.store, 1, '00000000', [succeeded(2)]);
    expect(tasksOf(await all(mergeRows(view)))).toEqual(['-', '-', 'task-2', '-']);
  });

  test('take the outcome of the last round', async () => {
    const view = await frozen(manifestOf(3));
    const failed = (row: number) => ({ row, status: 'failed' as const, attempts: 1 });
    await writeSegment(view.store, 1, '00000000', [succeeded(0), failed(1), failed(2)]);
    await writeSegment(view.store, 9, '00000000', [succeeded(1, 'ninth'), succeeded(2, 'ninth')]);
    await writeSegment(view.store, 10, '00000000', [succeeded(2, 'tenth')]);
    expect(tasksOf(await all(mergeRows(view)))).toEqual(['task-0', 'ninth', 'tenth']);
  });

  test('O3: keep a success, whatever is recorded of the row later, also in later rounds', async () => {
    const view = await frozen(manifestOf(3));
    const cancelled = (row: number) => ({ row, status: 'cancelled' as const, attempts: 1 });
    await writeSegment(view.store, 1, '1-00000000', [succeeded(0), cancelled(1), succeeded(2)]);
    await writeSegment(view.store, 1, '2-00000000', [
      cancelled(0),
      succeeded(1),
      succeeded(2, 'b'),
    ]);
    await writeSegment(view.store, 1, 'page-00000000', [cancelled(0)]);
    expect(tasksOf(await all(mergeRows(view)))).toEqual(['task-0', 'task-1', 'b']);
    await writeSegment(view.store, 2, '3-00000000', [cancelled(0)]);
    expect(tasksOf(await all(mergeRows(view)))).toEqual(['task-0', 'task-1', 'b']);
    await writeSegment(view.store, 3, '3-00000000', [succeeded(0, 'anew')]);
    expect(tasksOf(await all(mergeRows(view)))).toEqual(['anew', 'task-1', 'b']);
  });

  test('can be had many times at once', async () => {
    const view = await frozen(manifestOf(600));
    await writeSegment(view.store, 1, '00000000', [succeeded(599)]);
    const readings = await Promise.all([1, 2, 3].map(() => all(mergeRows(view))));
    for (const rows of readings) expect(tasksOf(rows).at(-1)).toBe('task-599');
  });

  test('a damaged segment is named', async () => {
    const view = await frozen(manifestOf(2));
    await view.store.write('outcomes/1-00000003.jsonl', '{}\n');
    await expect(all(mergeRows(view))).rejects.toThrow('outcomes/1-00000003.jsonl:1 is damaged');
  });

  test('an outcome of a row that the manifest does not have changes nothing', async () => {
    const view = await frozen(manifestOf(2));
    await writeSegment(view.store, 1, '00000000', [succeeded(7), succeeded(1)]);
    expect(tasksOf(await all(mergeRows(view)))).toEqual(['-', 'task-1']);
  });

  test('hold a value for every column where clips have fields of their own', async () => {
    const view = await frozen(
      `clips:
  - { id: a, file_link: "https://cdn.example/a.mp4", prompt: Pop, mood: calm }
  - { id: b, file_link: "https://cdn.example/b.mp4", prompt: Pop, constructor: x, a.b: y }
`,
      'm.yaml',
    );
    const rows = await all(mergeRows(view));
    expect(rows.map(({ clip }) => Object.entries(clip.extra))).toEqual([
      [
        ['mood', 'calm'],
        ['constructor', ''],
        ['a.b', ''],
      ],
      [
        ['mood', ''],
        ['constructor', 'x'],
        ['a.b', 'y'],
      ],
    ]);
  });

  test('are those of a plain model, for any outcomes in any segments and rounds', async () => {
    const view = await frozen(manifestOf(12));
    const segment = fc.record({
      round: fc.integer({ min: 1, max: 11 }),
      rows: fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { maxLength: 8 }), async (segments) => {
        const expected = Array<string>(12).fill('-');
        const inOrder = segments.map(({ round, rows }, name) => ({ round, rows, name }));
        for (const { round, rows, name } of inOrder.sort((a, b) => a.round - b.round)) {
          for (const row of rows) expected[row] = `${round}-${name}`;
        }
        for (const { round, rows, name } of inOrder) {
          const outcomes = rows.map((row) => succeeded(row, `${round}-${name}`));
          await writeSegment(view.store, round, `${name}`, outcomes);
        }
        expect(tasksOf(await all(mergeRows(view)))).toEqual(expected);
        for (const { round, name } of inOrder) await writeSegment(view.store, round, `${name}`, []);
      }),
      { numRuns: 40 },
    );
  });
});
