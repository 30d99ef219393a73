// Which task queue each activity of a batch is asked of: places for submissions are never taken by others.
import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { downloadsQueueOf, filesQueueOf, taskQueueOf } from '../../../contract/names.js';
import { clips, startRig, type StartedBatch } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';
import { batchUntil, until } from '../../support/until.js';

const server = await testServer();

const startOne = pLimit(10);

/** What may run long, and the queue it is asked of. */
const QUEUES: Record<string, (own: string) => string> = {
  finishClips: downloadsQueueOf,
  finalizeBatch: filesQueueOf,
  matchLedger: filesQueueOf,
};

test('what may run long is asked of queues of its own, and all else of the batch', async () => {
  const rig = await startRig({ server });
  try {
    const { batch } = await rig.run(clips(3));
    const { events } = await rig.client.workflow.getHandle(batch).fetchHistory();
    const asked = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: task }) =>
      task ? [[task.activityType?.name ?? '', task.taskQueue?.name ?? ''] as const] : [],
    );
    expect(new Set(asked.map(([type]) => type))).toEqual(
      new Set([...Object.keys(QUEUES), 'joinAccount', 'preparePage', 'submitClips', 'queryTasks']),
    );
    const own = taskQueueOf(rig.config.account);
    for (const [type, queue] of asked) {
      expect([type, queue]).toEqual([type, (QUEUES[type] ?? String)(own)]);
    }
  } finally {
    await rig.close();
  }
});

/** More than a worker's places for downloads, or for files (50 and 20 in workers/worker.ts). */
const DOWNLOADS = 56;

test('more downloads than a worker has places keep no batch from opening and submitting', async () => {
  const rig = await startRig({ server, env: { REELSCORE_SHUTDOWN_GRACE: '1s' } });
  try {
    // Fast enough to be let run on, and none ends while this test runs.
    const endless = clips(1, () => 'trickle:40000');
    const batches = await Promise.all(
      Array.from({ length: DOWNLOADS }, () => startOne(() => rig.start(endless))),
    );
    const isDownloading = async (batch: StartedBatch) => {
      const { status, raw } = await batch.handle.describe();
      if (status.name !== 'RUNNING') throw new Error(JSON.stringify(await batch.rows()));
      return raw.pendingActivities?.some(
        ({ activityType }) => activityType?.name === 'finishClips',
      );
    };
    for (const batch of batches) await until(() => isDownloading(batch), Boolean);

    const late = await rig.start(clips(20));
    await batchUntil(late, ({ submissions }) => submissions === 20);
    expect(rig.simulator.stats().submissions.accepted).toBe(DOWNLOADS + 20);
    expect(await Promise.all(batches.map(isDownloading))).not.toContain(false);
    await Promise.all([...batches, late].map(({ handle }) => handle.terminate()));
  } finally {
    await rig.close();
  }
});
