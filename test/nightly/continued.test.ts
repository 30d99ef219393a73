// A batch that a request or a schedule started stays known to people when it continues as new.
import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { clips } from '../support/rig.js';
import { testServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { startNights } from './rig.js';

const nights = await startNights({ server: await testServer() });
afterAll(() => nights.close());
const { api, rig, settings } = nights;
const HISTORY_BOUND = 60;

const rowsOf = () => clips(40, () => 'run:300').map((row) => ({ ...row, id: randomUUID() }));

/** What its users do to a batch, in a later run of it and when it has ended. */
async function expectKnown(batch: string, name: string): Promise<void> {
  const handle = rig.client.workflow.getHandle(batch);
  const bearing = async () => {
    const { memo, typedSearchAttributes } = await handle.describe();
    const attributes = typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
    return { memo, attributes: Object.fromEntries(attributes) as Record<string, unknown> };
  };
  await until(
    () => handle.describe(),
    ({ raw }) =>
      raw.workflowExecutionInfo?.firstRunId !== raw.workflowExecutionInfo?.execution?.runId,
  );
  expect(await bearing()).toMatchObject({
    memo: { name, total: 40, rows: 40, round: 1 },
    attributes: { ReelscoreName: name, ReelscoreAccount: rig.config.account },
  });
  expect(await api.status(batch)).toMatchObject({ batch, name, round: 1 });
  await api.pause(batch);
  await api.resume(batch);
  const listed = await api.list({ name });
  expect(listed.map((one) => one.batch)).toContain(batch);
  expect(await api.wait(batch)).toMatchObject({ state: 'finished', summary: { batch } });
  expect(await api.status(batch)).toMatchObject({ state: 'finished', counts: { succeeded: 40 } });
}

test('started by a request', async () => {
  const name = `inline-${randomUUID()}`;
  const { workflowId } = await nights.request({
    manifest: { name, clips: rowsOf() },
    settings: { ...settings, historyBound: HISTORY_BOUND },
  });
  await expectKnown(workflowId, name);
});

test('started by a schedule', async () => {
  const name = `nightly-${randomUUID()}`;
  const manifest = await nights.manifest(rowsOf(), name);
  const schedule = await nights.schedule(manifest, { settings: { historyBound: HISTORY_BOUND } });
  await expectKnown(await nights.trigger(schedule), name);
});
