// Which task queue each activity of a batch is asked of: places for submissions are never taken by others.
import { expect, test } from 'vitest';
import { filesQueueOf, taskQueueOf } from '../../contract/names.js';
import { clips, startRig } from '../support/rig.js';
import { testServer } from '../support/temporal.js';

const server = await testServer();

const LONG = new Set(['finishClips', 'finalizeBatch', 'matchLedger', 'openBatch']);

test('what may run long is asked of a queue of its own, and all else of the batch', async () => {
  const rig = await startRig({ server });
  try {
    const { batch } = await rig.run(clips(3));
    const { events } = await rig.client.workflow.getHandle(batch).fetchHistory();
    const asked = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: task }) =>
      task ? [[task.activityType?.name ?? '', task.taskQueue?.name ?? ''] as const] : [],
    );
    expect(new Set(asked.map(([type]) => type))).toEqual(
      new Set(
        [...LONG]
          .filter((type) => type !== 'openBatch')
          .concat(['joinAccount', 'preparePage', 'submitClip', 'queryTasks']),
      ),
    );
    const own = taskQueueOf(rig.config.account);
    for (const [type, queue] of asked) {
      expect([type, queue]).toEqual([type, LONG.has(type) ? filesQueueOf(own) : own]);
    }
  } finally {
    await rig.close();
  }
});
