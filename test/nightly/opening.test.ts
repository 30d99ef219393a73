// A batch that is being opened, which may take long, holds up no other of its account.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stringify } from 'csv-stringify/sync';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { clips } from '../support/rig.js';
import { testServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { startNights } from './rig.js';

/** Answers once it is told to. */
const asked: ServerResponse[] = [];
const files = createServer((_, response) => void asked.push(response)).listen(0, '127.0.0.1');
await once(files, 'listening');
const host = `127.0.0.1:${(files.address() as AddressInfo).port}`;
const nights = await startNights({
  server: await testServer(),
  env: { REELSCORE_ALLOW_HOSTS: host },
});
const { api, request, manifest, paid } = nights;
afterAll(async () => {
  await nights.close();
  files.closeAllConnections();
  files.close();
});

test('an account begins without the batches that are still being opened', async () => {
  const slow = await request({ manifest: `http://${host}/slow.csv` });
  await until(
    () => Promise.resolve(asked.length),
    (count) => count > 0,
  );
  const rows = clips(3).map((row) => ({ ...row, id: `quick-${row.id}` }));
  const quick = await request({ manifest: await manifest(rows) });
  expect(await quick.result()).toMatchObject({ counts: { succeeded: 3 } });
  expect(await api.status(slow.workflowId)).toMatchObject({ state: 'opening' });

  const late = clips(2).map((row) => ({ ...row, id: `slow-${row.id}` }));
  for (const response of asked) response.end(stringify(late, { header: true }));
  expect(await slow.result()).toMatchObject({ counts: { succeeded: 2 } });
  expect(paid(slow.workflowId)).toHaveLength(2);
});

test('a manifest is read in threads, when it is checked and when it is frozen', async () => {
  let threads = 0;
  const note = (): void => void (threads += 1);
  process.on('worker', note);
  onTestFinished(() => void process.off('worker', note));
  const rows = clips(2).map((row) => ({ ...row, id: `thread-${row.id}` }));
  const batch = await request({ manifest: await manifest(rows) });
  expect(await batch.result()).toMatchObject({ counts: { succeeded: 2 } });
  expect(threads).toBe(2);
});
