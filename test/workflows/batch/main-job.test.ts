import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { faultsOf } from '../../support/checker.js';
import { clips, startRig } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';

const rig = await startRig({ server: await testServer() });
afterAll(() => rig.close());

test('every clip is submitted once, confirmed, downloaded and recorded', async () => {
  const { summary, rows, folder } = await rig.run(clips(60));
  expect(summary.counts).toMatchObject({ total: 60, succeeded: 60 });
  expect(summary.submissions).toBe(60);
  expect(faultsOf(rows, 60, rig.simulator.ledger(), folder)).toEqual([]);
  expect(rows.map(({ id }) => id)).toEqual(clips(60).map(({ id }) => id));
  const wav = await readFile(join(folder, rows[0]!.output!));
  expect(wav.subarray(0, 4).toString()).toBe('RIFF');
});

test('progress shows in the Temporal UI', async () => {
  const batch = await rig.start(clips(3, () => 'run:1'));
  await batch.result();
  const { currentDetails } = await batch.handle.query<{ currentDetails: string }>(
    '__temporal_workflow_metadata',
  );
  expect(currentDetails).toContain('3 of 3 clips done: 3 succeeded');
});

test('neither manifest nor keys nor result links are in history', async () => {
  const manifest = clips(8).map((row) => ({ ...row, prompt: `secret-prompt ${row.id}` }));
  const batch = await rig.start(manifest);
  await batch.result();
  const { events } = await batch.handle.fetchHistory();
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (value instanceof Uint8Array) texts.push(Buffer.from(value).toString());
    else if (typeof value === 'object' && value) Object.values(value).forEach(collect);
  };
  collect(events);
  const history = texts.join('\n');
  expect(history).toContain('notBefore'); // payloads can be read
  for (const secret of ['secret-prompt', '/clips/load/', 'simulator-key', '/callbacks/', '.wav']) {
    expect(history).not.toContain(secret);
  }
});
