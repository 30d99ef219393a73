// Callbacks wait for others where no clip waits for the slot that they free.
import { afterAll, expect, test } from 'vitest';
import { CALLBACK_WAIT_QUERY, TASK_CALLBACKS_SIGNAL } from '../../../contract/names.js';
import { clips, startRig, type StartedBatch } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';
import { batchUntil } from '../../support/until.js';

const rig = await startRig({ server: await testServer(), simulator: { taskMs: 50 } });
afterAll(() => rig.close());

async function signalsOf({ handle }: StartedBatch): Promise<number> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter(
    ({ workflowExecutionSignaledEventAttributes: signal }) =>
      signal?.signalName === TASK_CALLBACKS_SIGNAL,
  ).length;
}

test('with slots to spare, several share a signal', async () => {
  const pace = { ratePerSecond: 4, burst: 1, maxInFlight: 100 };
  const batch = await rig.start(clips(40), { pace, callbackGraceMs: 60_000 });
  await batchUntil(batch, ({ submissions }) => submissions > 0);
  expect(await batch.handle.query(CALLBACK_WAIT_QUERY)).toBe(2000);
  const { counts } = await batch.result();
  expect(counts.succeeded).toBe(40);
  expect(await signalsOf(batch)).toBeLessThanOrEqual(20);
});

test('with every slot taken, none waits', async () => {
  const pace = { ratePerSecond: 200, burst: 1, maxInFlight: 2 };
  const batch = await rig.start(
    clips(12, () => 'run:400'),
    { pace },
  );
  await batchUntil(batch, ({ submissions }) => submissions > 0);
  expect(await batch.handle.query(CALLBACK_WAIT_QUERY)).toBe(0);
  await batch.result();
});
