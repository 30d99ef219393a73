// Signed links that expire while a batch waits.
import { expect, test } from 'vitest';
import { query, submit } from '../tomoviee/simulator/support.js';
import { rig } from './submit-rig.js';
import { run } from './support.js';

const at = (time: number) => `Expires=${Math.floor(time / 1000)}&Signature=x`;
const manifest = (link: string) => `id,file_link,prompt\na,${link},Pop\n`;
const EXPIRED = `http://clips.example/a.mp4?${at(Date.now() - 60_000)}`;

test('a clip whose link has expired is rejected, and nothing is sent', async () => {
  const { simulator, input, worker } = await rig(manifest(EXPIRED));
  const failure = { class: 'rejected', code: 'clip_expired' };
  expect(await run(worker(), 'submitClip', input)).toMatchObject({ kind: 'refused', failure });
  expect(simulator.stats().submissions.accepted).toBe(0);
});

test.each([
  ['has not expired', Date.now() + 60_000],
  ['was over long before its batch, and is still in use', Date.now() - 30 * 86_400_000],
])('one that %s is submitted', async (_, time) => {
  const link = `http://clips.example/a.mp4?${at(time)}`;
  const { input, worker } = await rig(manifest(link));
  expect(await run(worker(), 'submitClip', input)).toMatchObject({ kind: 'accepted' });
});

test('a task that failed after its link expired says so', async () => {
  const { simulator, input, worker } = await rig(manifest(EXPIRED));
  const taskId = await submit(simulator, { file_link: 'http://clips.example/?sim=fail:no clip' });
  await expect.poll(async () => (await query(simulator, taskId)).status).toBeGreaterThan(2);
  const tasks = [{ row: 0, attempt: 1, taskId }];
  const { ended } = await run(worker(), 'queryTasks', { store: input.store, round: 1, tasks });
  expect(ended).toMatchObject([
    {
      status: 'failed',
      reason: expect.stringMatching(/^no clip; the link of the clip expired at /) as string,
    },
  ]);
});
