import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeSegment } from '../../outcomes/segments.js';
import { BATCH, frozenBatch, manifestOf, run, workerOf } from './support.js';

test('the summary names the batch, and parts of broken-off writes are swept', async () => {
  const { location, store } = await frozenBatch(manifestOf(2));
  await writeSegment(store, 1, '00000000', [{ row: 0, status: 'succeeded', attempts: 1 }]);
  const part = join(location, '.0123456789ab.part');
  await writeFile(part, 'x');
  const startedAt = '2025-01-01T00:00:00.000Z';
  const input = { store: location, round: 1, startedAt, submissions: 1 };
  const summary = await run(workerOf({}), 'finalizeBatch', input);
  expect(summary).toMatchObject({
    batch: BATCH,
    counts: { total: 2, succeeded: 1, cancelled: 1 },
    submissions: 1,
    startedAt,
  });
  expect(JSON.parse((await store.readText('summary.json')) ?? '')).toEqual(summary);
  expect(await store.readText('results.csv')).toContain('c1,cancelled');
  expect(await store.exists('results.xlsx')).toBe(false);
  await expect(writeFile(part, 'x', { flag: 'wx' })).resolves.toBeUndefined();
});

test('a workbook of the results is written when the batch asks for it', async () => {
  const { location, store } = await frozenBatch(manifestOf(2));
  const startedAt = '2025-01-01T00:00:00.000Z';
  const input = { store: location, round: 1, startedAt, submissions: 0, xlsx: true as const };
  await run(workerOf({}), 'finalizeBatch', input);
  expect(await store.exists('results.xlsx')).toBe(true);
});
