import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { faultsOf } from '../support/checker.js';
import { clips, startRig } from '../support/rig.js';
import { testServer } from '../support/temporal.js';

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
