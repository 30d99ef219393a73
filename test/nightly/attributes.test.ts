// The search attributes of whole batches: what the server is told of each, and that none needs them.
import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';

import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { decodeTypedSearchAttributes } from '@temporalio/common/lib/converter/payload-search-attributes.js';
import { msToTs } from '@temporalio/common/lib/time.js';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { BatchStatus } from '../../client/index.js';
import { ATTRIBUTES } from '../../contract/names.js';
import { ask } from '../cli/cli.js';
import { clips } from '../support/rig.js';
import { testServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { startNights, type Nights } from './rig.js';

const server = await testServer();
const nights = await startNights({ server });
afterAll(() => nights.close());

const rows = (count: number, faults?: () => string) =>
  clips(count, faults).map((row) => ({ ...row, id: `${randomUUID()}-${row.id}` }));

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** What a batch has said of itself, from its start on. */
async function attributesOf({ rig }: Nights, batch: string) {
  const { events } = await rig.client.workflow.getHandle(batch).fetchHistory();
  const said = (events ?? []).map((event) => {
    const started = event.workflowExecutionStartedEventAttributes;
    const changed = event.upsertWorkflowSearchAttributesEventAttributes;
    const { indexedFields } = (started ?? changed)?.searchAttributes ?? {};
    return decodeTypedSearchAttributes(indexedFields);
  });
  const all = (name: string) => said.flatMap((found) => found.get(keyword(name)) ?? []);
  const { name, account, status } = ATTRIBUTES;
  return { name: all(name), account: all(account), status: all(status) };
}

/** Batches of the account as `reelscore status` lists them with a filter. */
async function listed({ rig, server: at, cwd }: Nights, ...filter: string[]): Promise<string[]> {
  const args = ['status', '--account', rig.config.account, '--json', ...filter];
  const env = { TEMPORAL_ADDRESS: at.address, TEMPORAL_NAMESPACE: at.namespace };
  const { stdout, stderr } = await ask(args, { cwd, env });
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as BatchStatus[]).map(({ batch }) => batch);
}

/** A batch that is paused, goes on and finishes, found by its state all along. */
async function pausedBatch(own: Nights, name: string): Promise<string> {
  const { api } = own;
  // More than may be in flight at one time: some are left to be submitted whenever the pause comes.
  const clips = rows(200, () => 'run:3000');
  const { batch } = await api.start(await own.manifest(clips, name));
  const found = (state: string) =>
    until(
      () => listed(own, '--state', state, '--name', name),
      (batches) => batches.includes(batch),
    );
  await api.pause(batch);
  await found('paused');
  expect(await listed(own, '--state', 'running')).not.toContain(batch);
  await api.resume(batch);
  expect((await api.wait(batch)).summary.counts.succeeded).toBe(200);
  await found('finished');
  expect(await listed(own, '--name', 'another')).toEqual([]);
  return batch;
}

test('a batch says its name, its account and what it is doing, each when that changes', async () => {
  const name = `library-${randomUUID()}`;
  const batch = await pausedBatch(nights, name);
  const { account } = nights.rig.config;
  expect(await attributesOf(nights, batch)).toEqual({
    ...{ name: [name], account: [account] },
    status: ['running', 'paused', 'running', 'finished'],
  });
  const query = `${ATTRIBUTES.account} = '${account}' AND ${ATTRIBUTES.status} = 'finished'`;
  const ids: string[] = [];
  for await (const info of nights.rig.client.workflow.list({ query })) ids.push(info.workflowId);
  expect(ids).toContain(batch);
});

test('a batch of a schedule says the same of itself once it is opened', async () => {
  const name = `night-${randomUUID()}`;
  const schedule = await nights.schedule(await nights.manifest(rows(3), name));
  const { batch } = await nights.night(schedule);
  expect(await attributesOf(nights, batch)).toEqual({
    ...{ name: [name], account: [nights.rig.config.account] },
    status: ['running', 'finished'],
  });
  await until(
    () => listed(nights, '--name', name, '--state', 'finished'),
    (batches) => batches.includes(batch),
  );
});

test('a batch that is cancelled says so', async () => {
  const started = await nights.request({
    manifest: await nights.manifest(rows(3, () => 'run:60000')),
  });
  await until(
    () => nights.api.status(started.workflowId),
    ({ progress }) => (progress?.waiting ?? 0) > 0,
  );
  await started.cancel();
  await expect(started.result()).rejects.toThrow();
  const { status } = await attributesOf(nights, started.workflowId);
  expect(status).toEqual(['running', 'cancelling', 'cancelled']);
});

test('where they are not registered, batches run and are found all the same', async () => {
  const namespace = `without-${randomUUID()}`;
  const connection = await Connection.connect({ address: server.address });
  onTestFinished(() => connection.close());
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('3 days'),
  });
  // The server takes some seconds to know a new namespace everywhere.
  await until(
    () =>
      connection.workflowService
        .describeTaskQueue({ namespace, taskQueue: { name: 'nobody' } })
        .catch(() => undefined),
    (answer) => answer !== undefined,
  );
  const own = await startNights({ server: { ...server, namespace } });
  onTestFinished(() => own.close());
  const batch = await pausedBatch(own, `library-${randomUUID()}`);
  const schedule = await own.schedule(await own.manifest(rows(3)));
  const night = await own.night(schedule);
  expect(night.summary.counts.succeeded).toBe(3);
  const none = { name: [], account: [], status: [] };
  for (const one of [batch, night.batch]) expect(await attributesOf(own, one)).toEqual(none);
});
