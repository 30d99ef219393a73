// Batches that other programs started, in the hands of the TypeScript client, before their manifest is read
// and when it cannot be.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { afterAll, expect, test } from 'vitest';
import { Reelscore, type BatchProgress } from '../../client/index.js';
import { SCORE_BATCH_WORKFLOW, taskQueueOf } from '../../contract/names.js';
import { clips, startRig } from '../support/rig.js';
import { testServer } from '../support/temporal.js';

const rig = await startRig({ server: await testServer() });
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-unread-'));
const api = await Reelscore.connect({ config: rig.config, cwd });
/** No worker polls for this account. */
const idle = await Reelscore.connect({ config: { ...rig.config, account: randomUUID() }, cwd });
afterAll(async () => {
  await api.close();
  await idle.close();
  await rig.close();
  await rm(cwd, { recursive: true, force: true });
});

const library = { name: 'unread', clips: clips(3).map((row) => ({ ...row, id: row.id! })) };

/** Starts a batch as another program does. */
async function request(manifest: unknown, account = rig.config.account): Promise<string> {
  const { workflowId } = await rig.client.workflow.start(SCORE_BATCH_WORKFLOW, {
    workflowId: `unread-${randomUUID()}`,
    taskQueue: taskQueueOf(account),
    args: [{ version: 1, manifest, results: cwd, settings: { rate: 100, probe: false } }],
  });
  return workflowId;
}

test('one is waited for from its first moment', async () => {
  const batch = await request(library);
  const seen: (BatchProgress | undefined)[] = [];
  const ended = await api.wait(batch, { onProgress: (progress) => void seen.push(progress) });
  expect(ended).toMatchObject({
    ...{ batch, state: 'finished', store: join(cwd, batch) },
    summary: { counts: { total: 3, succeeded: 3 } },
  });
  expect(seen.length).toBeGreaterThan(0);
});

test('waiting for one whose manifest is missing ends with the reason', async () => {
  const batch = await request(join(cwd, 'missing.csv'));
  await expect(api.wait(batch)).rejects.toMatchObject({
    code: 'batch_stopped',
    message: expect.stringContaining('missing.csv') as string,
  });
  for (const ask of ['results', 'retry'] as const) {
    await expect(api[ask](batch)).rejects.toThrow('stopped before any clip was submitted');
  }
});

test('one that nobody has read yet has no results, and its id is taken', async () => {
  const batch = await request(library, idle.config.account);
  expect(await idle.status(batch)).toMatchObject({ state: 'opening', workerAnswering: false });
  await expect(idle.results(batch)).rejects.toMatchObject({ code: 'batch_running' });
  await expect(idle.start(library, { batch })).rejects.toMatchObject({ code: 'batch_running' });
});

test('a batch that Temporal has forgotten is known by its results, also in a folder of its own', async () => {
  const outDir = join(cwd, 'own');
  const away = await Reelscore.connect({ config: { ...rig.config, outDir }, cwd });
  const path = join(cwd, 'forgotten.csv');
  await writeFile(path, stringify(clips(2), { header: true }));
  const first = await away.start(path);
  const { summary } = await first.wait();
  // The same results under an id that Temporal does not know.
  const batch = `forgotten-${randomUUID()}`;
  for (const file of ['summary.json', '.reelscore/batch.json']) {
    const text = await readFile(join(outDir, file), 'utf8');
    await writeFile(join(outDir, file), text.replaceAll(first.batch, batch));
  }
  const again = await away.start(path, { batch });
  expect(again.how).toBe('ended');
  expect(await again.wait()).toEqual({
    ...{ batch, state: 'finished', store: outDir },
    summary: { ...summary, batch },
  });
  expect(await again.status()).toMatchObject({ state: 'finished', store: outDir });
  await away.close();
});
