// More clips in flight than releases up to 0.1.0 could carry from run to run.
import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { batchOptionsOf } from '../../../config/config.js';
import type { BatchProgress, ScoreBatchInput } from '../../../contract/batch.js';
import type { ActiveClip } from '../../../contract/carried.js';
import {
  PAUSE_SIGNAL,
  PROGRESS_QUERY,
  RESUME_SIGNAL,
  SCORE_BATCH_WORKFLOW,
  taskQueueOf,
} from '../../../contract/names.js';
import { BatchState } from '../../../workflows/batch/batch-state.js';
import { toCarry } from '../../../workflows/batch/carried-size.js';
import { startRig, TEST_OPTIONS } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';
import { until } from '../../support/until.js';

const CLIPS = 10_000;
const DAY_MS = 86_400_000;

const rig = await startRig({ server: await testServer() });
afterAll(() => rig.close());

test('10,000 clips in flight go from run to run', async () => {
  const begun = Date.now();
  const clips = Array.from({ length: CLIPS }, (_, row): ActiveClip => {
    const times = { notBefore: begun - (row % 977), askAt: begun + DAY_MS + row * 7 };
    const attempts = { attempt: 1 + (row % 3), taskAttempt: 1 + (row % 3) };
    const ends = { failedEnds: row % 3, timedOutEnds: 1, possibleDuplicate: true, orphans: [1] };
    const deadline = begun + 2 * DAY_MS - row;
    return {
      row,
      phase: 'waiting',
      ...times,
      ...attempts,
      ...ends,
      deadline,
      taskId: randomUUID(),
    };
  });
  const input: ScoreBatchInput = {
    ...{ version: 1, name: 'many', store: '/nowhere', round: 1, rows: { count: CLIPS } },
    options: {
      ...{ ...batchOptionsOf(rig.config, true), ...TEST_OPTIONS, historyBound: 20 },
      pace: { ratePerSecond: 1, burst: 1, maxInFlight: CLIPS },
    },
  };
  const state = { ...new BatchState(input, begun).carry(), cursor: CLIPS, clips };
  expect(JSON.stringify(state).length).toBeGreaterThan(2 * 1024 * 1024);
  const { workflowId } = await rig.client.workflow.start(SCORE_BATCH_WORKFLOW, {
    workflowId: `batch-${randomUUID()}`,
    taskQueue: taskQueueOf(rig.config.account),
    args: [{ ...input, carried: toCarry(state) }],
  });
  const handle = rig.client.workflow.getHandle(workflowId);
  const { runId } = await handle.describe();
  await until(
    async () => {
      await handle.signal(PAUSE_SIGNAL, 'another event');
      await handle.signal(RESUME_SIGNAL);
      return await handle.describe();
    },
    (now) => now.runId !== runId,
  );
  const progress = await handle.query<BatchProgress>(PROGRESS_QUERY);
  expect(progress).toMatchObject({ waiting: CLIPS, counts: { total: CLIPS, succeeded: 0 } });
  await handle.terminate('seen enough');
});
