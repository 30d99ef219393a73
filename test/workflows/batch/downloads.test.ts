// Downloads that are slow, and a store that takes nothing: what a batch makes of them. Real server, real HTTP.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { clips, startRig } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';
import { batchUntil } from '../../support/until.js';

const rig = await startRig({
  server: await testServer(),
  env: { REELSCORE_DOWNLOAD_TIMEOUT: '2s' },
});
afterAll(() => rig.close());

test('eight links that trickle hold up none of forty other clips, and fail each by itself', async () => {
  const slow = new Set([0, 1, 2, 3, 4, 5, 20, 40]);
  const manifest = clips(48, (n) => (slow.has(n) ? 'trickle' : ''));
  const batch = await rig.start(manifest, { maxRetries: 1 });
  await batchUntil(batch, ({ counts }) => counts.succeeded === 40);
  expect(await batch.result()).toMatchObject({ counts: { succeeded: 40, failed: 8 } });
  for (const [n, { status, error_code, error_message }] of (await batch.rows()).entries()) {
    expect(status).toBe(slow.has(n) ? 'failed' : 'succeeded');
    if (!slow.has(n)) continue;
    expect(error_code).toBe('download_failed');
    expect(error_message).toContain('raise downloadTimeout');
  }
  expect(rig.simulator.stats().downloads).toBe(40 + 2 * 8);
});

test('what cannot be recorded is not downloaded again and again', async () => {
  const before = rig.simulator.stats().downloads;
  // In the place of the folder of outcomes, so that only the last step fails.
  const outcomesOf = (folder: string) => join(folder, '.reelscore', 'outcomes');
  const batch = await rig.start(
    clips(10).map((row) => ({ ...row, file_link: row.file_link.replace('load', 'held') })),
    {},
    (folder) => writeFile(outcomesOf(folder), ''),
  );
  const pending = async () =>
    (await rig.client.workflow.getHandle(batch.batch).describe()).raw.pendingActivities ?? [];
  await expect
    .poll(async () => (await pending()).map(({ attempt }) => attempt ?? 0), { timeout: 60_000 })
    .toContainEqual(3);
  await rm(outcomesOf(batch.folder));
  expect(await batch.result()).toMatchObject({ counts: { succeeded: 10 } });
  expect(rig.simulator.stats().downloads - before).toBe(10);
});
