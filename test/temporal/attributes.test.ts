// The search attributes of batches on the embedded server.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { expect, test } from 'vitest';
import { ATTRIBUTES } from '../../contract/names.js';
import { withRpcRetry } from '../../net/retry-rpc.js';
import { attributesRegistered, missingAttributes } from '../../temporal/attributes.js';
import { acquireHome } from '../../temporal/embedded/acquire-home.js';
import { findTemporalBinary } from '../../temporal/embedded/find-binary.js';
import { freePort } from '../../temporal/embedded/ports.js';
import { built } from '../support/built.js';
import { temporaryHome } from '../support/temporal.js';
import { until } from '../support/until.js';

await built();
const newHome = await temporaryHome();
const oldHome = await temporaryHome();

/** Starts a batch with attributes, and finds it by them. */
async function useAttributes(connection: Connection): Promise<void> {
  const client = new Client({ connection });
  const keyword = SearchAttributeType.KEYWORD;
  const workflowId = `attributed-${randomUUID()}`;
  await client.workflow.start('scoreBatch', {
    ...{ workflowId, taskQueue: 'nobody' },
    typedSearchAttributes: Object.values(ATTRIBUTES).map((name) => ({
      key: defineSearchAttributeKey(name, keyword),
      value: `${workflowId} ${name}`,
    })),
  });
  for (const name of Object.values(ATTRIBUTES)) {
    const query = `${name} = '${workflowId} ${name}'`;
    const found = await until(
      async () => {
        const ids: string[] = [];
        for await (const info of client.workflow.list({ query })) ids.push(info.workflowId);
        return ids;
      },
      (ids) => ids.length > 0,
    );
    expect(found).toEqual([workflowId]);
  }
}

test('a new home has them at once', async () => {
  const lease = await acquireHome({ home: newHome });
  const { address, namespace } = lease.temporal!;
  const connection = await Connection.connect({ address });
  try {
    expect(await attributesRegistered(connection, namespace)).toBe(true);
    await useAttributes(connection);
    // Not to be told by a server that refuses the question: there is no such namespace.
    expect(await attributesRegistered(connection, 'no-such-namespace')).toBe(false);
  } finally {
    await connection.close();
    await lease.release();
  }
});

test('a database from before gets them, and keeps what it has', async () => {
  const binary = await findTemporalBinary(process.env, () => undefined);
  const port = await freePort(undefined);
  const address = `127.0.0.1:${port}`;
  const database = join(oldHome, 'temporal.db');
  const args = [
    'server',
    'start-dev',
    '--headless',
    '--db-filename',
    database,
    '--ip',
    '127.0.0.1',
  ];
  const before = spawn(binary, [...args, '--port', String(port)], { stdio: 'ignore' });
  const first = await withRpcRetry(() => Connection.connect({ address }), { forMs: 30_000 });
  expect(await missingAttributes(first, 'default')).toEqual(Object.values(ATTRIBUTES));
  expect(await attributesRegistered(first, 'default')).toBe(false);
  const old = { workflowId: 'old', taskQueue: 'nobody' };
  await new Client({ connection: first }).workflow.start('scoreBatch', old);
  await first.close();
  const gone = once(before, 'exit');
  before.kill('SIGTERM');
  await gone;

  const lease = await acquireHome({ home: oldHome });
  const connection = await Connection.connect({ address: lease.temporal!.address });
  try {
    expect(await attributesRegistered(connection, 'default')).toBe(true);
    await useAttributes(connection);
    const described = await new Client({ connection }).workflow.getHandle('old').describe();
    expect(described.status.name).toBe('RUNNING');
  } finally {
    await connection.close();
    await lease.release();
  }
});
