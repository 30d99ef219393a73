// How much the nights of a schedule may cost.
import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { RequestSettings } from '../../contract/request.js';
import { clips, readRows } from '../support/rig.js';
import { testServer } from '../support/temporal.js';
import { startNights } from './rig.js';

const ROWS = 20;

// What a clip costs by the worker's own configuration is what others' requests are counted at.
const env = { REELSCORE_PRICE_PER_CLIP: '0.25 EUR' };
const nights = await startNights({ server: await testServer(), env });
const { api } = nights;
afterAll(() => nights.close());

const rows = () => clips(ROWS).map((row) => ({ ...row, id: `${randomUUID()}-${row.id}` }));

/** A schedule whose nights may not do all of its manifest. */
async function capped(settings: RequestSettings): Promise<string> {
  return await nights.schedule(await nights.manifest(rows()), { settings });
}

test.each([
  [
    'the budget, at the price of the schedule',
    { budget: 0.6, pricePerClip: '0.05 EUR', maxSubmissions: 15 },
    { submissions: 12, code: 'budget_reached', reason: 'the budget allows 12 submissions' },
  ],
  [
    'the number, where that is the tighter one',
    { budget: 0.6, pricePerClip: '0.05 EUR', maxSubmissions: 7 },
    { submissions: 7, code: 'max_submissions_reached', reason: 'the limit of 7 submissions' },
  ],
])('a night ends at %s; retry goes on with the rest', async (_, settings, expected) => {
  const { submissions, code, reason } = expected;
  const { batch, summary, store } = await nights.night(await capped(settings));
  expect(summary).toMatchObject({
    submissions,
    counts: { total: ROWS, succeeded: submissions, skipped: ROWS - submissions },
  });
  expect(nights.paid(batch)).toHaveLength(submissions);
  const skipped = (await readRows(store)).filter(({ status }) => status === 'skipped');
  expect(skipped).toHaveLength(ROWS - submissions);
  for (const row of skipped) {
    expect(row).toMatchObject({ error_code: code, attempts: 0 });
    expect(row.error_message).toContain(reason);
  }

  expect(await api.retry(batch)).toMatchObject({ rows: ROWS - submissions });
  const ended = await api.wait(batch);
  expect(ended.summary.counts).toMatchObject({ total: ROWS, succeeded: ROWS, skipped: 0 });
  expect(nights.paid(batch)).toHaveLength(ROWS); // no clip twice
});

test('the next night goes on where the last one reached its cap', async () => {
  const name = await capped({ maxSubmissions: 8 });
  const ends: unknown[] = [];
  for (let night = 0; night < 3; night++) ends.push((await nights.night(name)).summary.submissions);
  expect(ends).toEqual([8, 8, 4]);
});

test("without a price of its own a request is counted at the worker's", async () => {
  const manifest = await nights.manifest(rows());
  const started = await nights.request({ manifest, settings: { ...nights.settings, budget: 1 } });
  expect(await started.result()).toMatchObject({ submissions: 4, counts: { skipped: 16 } });
});
