import { describe, expect, test } from 'vitest';
import type { OutcomeStatus } from '../../contract/clip.js';
import { writeSegment } from '../../outcomes/segments.js';
import { writeWarnings } from '../../outcomes/warnings.js';
import { writeResults } from '../../outcomes/write-results.js';
import { frozen, manifestOf, succeeded } from './support.js';

const RUN = { batch: 'b', round: 1, startedAt: '2025-01-01T08:00:00.000Z', submissions: 3 };

describe('summary.json', () => {
  test('counts every row once, those without an outcome as cancelled', async () => {
    const view = await frozen(manifestOf(8));
    const statuses: OutcomeStatus[] = [
      ...(['succeeded', 'succeeded', 'failed', 'rejected'] as const),
      ...(['cancelled', 'skipped'] as const),
    ];
    const outcomes = statuses.map((status, row) => ({ row, status, attempts: 1 }));
    await writeSegment(view.store, 1, '00000000', outcomes);
    const before = new Date().toISOString();
    const summary = await writeResults(view, RUN);
    expect(summary).toEqual({
      batch: 'b',
      counts: { total: 8, succeeded: 2, failed: 1, rejected: 1, cancelled: 3, skipped: 1 },
      submissions: 3,
      startedAt: RUN.startedAt,
      finishedAt: expect.any(String) as string,
    });
    expect(summary.finishedAt >= before).toBe(true);
    expect(JSON.parse((await view.store.readText('summary.json')) ?? '')).toEqual(summary);
  });

  test('adds up the submissions of all rounds from the start of the first', async () => {
    const view = await frozen(manifestOf(2));
    await writeSegment(view.store, 1, '00000000', [{ row: 0, status: 'failed', attempts: 1 }]);
    await writeResults(view, RUN);
    for (let round = 2; round <= 10; round += 1) {
      const startedAt = `2025-01-${10 + round}T00:00:00.000Z`;
      await writeResults(view, { ...RUN, round, startedAt, submissions: round });
    }
    await writeSegment(view.store, 11, '00000000', [succeeded(0), succeeded(1)]);
    const last = { ...RUN, round: 11, startedAt: '2025-02-01T00:00:00.000Z', submissions: 100 };
    expect(await writeResults(view, last)).toMatchObject({
      counts: { total: 2, succeeded: 2, cancelled: 0 },
      submissions: 3 + (2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10) + 100,
      startedAt: RUN.startedAt,
    });
  });

  test('a repeated finalization counts a round once and overwrites the same files', async () => {
    const view = await frozen(manifestOf(2));
    const first = await writeResults(view, RUN);
    const csv = await view.store.readText('results.csv');
    const second = await writeResults(view, RUN);
    expect(second).toEqual({ ...first, finishedAt: second.finishedAt });
    expect(await view.store.readText('results.csv')).toBe(csv);
  });

  test('a damaged record of a round is named', async () => {
    const view = await frozen(manifestOf(1));
    await view.store.write('rounds/1.json', '{"startedAt":');
    const finalizing = writeResults(view, { ...RUN, round: 2 });
    await expect(finalizing).rejects.toThrow('rounds/1.json is damaged');
    expect(await view.store.exists('summary.json')).toBe(false);
  });
});

describe('warnings.jsonl', () => {
  const warning = (id: string) => ({ id, code: 'frame_rate_unknown', message: `of ${id}` });

  test('gathers the warnings of all pages, round by round', async () => {
    const view = await frozen(manifestOf(1));
    await writeWarnings(view.store, 10, 'page-00000000', [warning('d')]);
    await writeWarnings(view.store, 9, 'page-00000000', [warning('c')]);
    await writeWarnings(view.store, 1, 'page-00000025', [warning('b')]);
    await writeWarnings(view.store, 1, 'page-00000000', [warning('a'), warning('a2')]);
    await writeResults(view, RUN);
    const lines = ((await view.store.readText('warnings.jsonl')) ?? '').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      ['a', 'a2', 'b', 'c', 'd'].map(warning),
    );
  });

  test('is not there without warnings, also where an earlier round had some', async () => {
    const view = await frozen(manifestOf(1));
    await writeWarnings(view.store, 1, 'page-00000000', [warning('a')]);
    await writeResults(view, RUN);
    expect(await view.store.exists('warnings.jsonl')).toBe(true);
    await writeWarnings(view.store, 1, 'page-00000000', []);
    await writeResults(view, RUN);
    expect(await view.store.exists('warnings.jsonl')).toBe(false);
  });
});
