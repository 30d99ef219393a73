// Notifications as the product's own worker delivers them, in a process of its own.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import { execa } from 'execa';
import { Webhook } from 'standardwebhooks';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { NOTIFICATION_WORKFLOW, taskQueueOf } from '../../contract/names.js';
import { acquireHome } from '../../temporal/embedded/acquire-home.js';
import { reelscore } from '../cli/cli.js';
import { built } from '../support/built.js';
import { temporaryHome } from '../support/temporal.js';
import { until } from '../support/until.js';
import { historyText, newSecret, notificationOf, pendingFailure, receiver } from './support.js';

await built();
const home = await temporaryHome();
const lease = await acquireHome({ home, ui: true }); // which notifications link to
const server = lease.temporal!;
const folder = await mkdtemp(join(tmpdir(), 'reelscore-notify-'));
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection, namespace: server.namespace });
afterAll(async () => {
  await connection.close();
  await lease.release();
  await rm(folder, { recursive: true, force: true });
});

/** `reelscore worker` of an account of its own, which logs all it can, until the test ends. */
async function worker(env: Record<string, string>) {
  const account = `n-${randomUUID()}`;
  const running = reelscore(['worker'], {
    cwd: folder,
    env: {
      REELSCORE_HOME: home,
      REELSCORE_ACCOUNT: account,
      REELSCORE_LOG_LEVEL: 'trace',
      TOMOVIEE_APP_KEY: 'test-key',
      TOMOVIEE_APP_SECRET: 'test-secret',
      ...env,
    },
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [running.stdout, running.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        if (output.includes('Worker:')) resolve();
      });
    }
    running.stdout.on('end', () => reject(new Error(`the worker ended: ${output}`)));
  });
  onTestFinished(async () => {
    running.kill('SIGTERM');
    await running;
  });
  return {
    output: () => output,
    send: (url: string, id: string) =>
      client.workflow.start(NOTIFICATION_WORKFLOW, {
        workflowId: `night-1/notification/${id}`,
        taskQueue: taskQueueOf(account),
        args: [{ url, notification: notificationOf(id) }],
      }),
  };
}

describe('a notification', () => {
  test('is tried until its receiver takes it, each time signed anew under one id', async () => {
    const secret = newSecret();
    const { received, host, url } = await receiver((n) => (n <= 3 ? 503 : 204));
    const { send, output } = await worker({
      REELSCORE_ALLOW_HOSTS: host,
      REELSCORE_WEBHOOK_SECRET: secret,
    });
    const id = randomUUID();
    const handle = await send(url, id);
    const failure = await until(
      () => pendingFailure(client, handle.workflowId),
      (found) => found !== undefined,
    );
    expect(failure).toContain(`${host} answered 503`);
    expect(failure).not.toContain('TOKEN');
    const { stdout: commandLines } = await execa('ps', ['-eo', 'args']);
    await handle.result();

    expect(received).toHaveLength(4);
    const webhook = new Webhook(secret);
    for (const { method, headers, body } of received) {
      expect(method).toBe('POST');
      expect(headers['webhook-id']).toBe(id);
      expect(webhook.verify(body, headers)).toEqual({
        type: 'batch.finished',
        timestamp: '2026-11-24T02:10:00.000Z',
        data: {
          batch: 'night-1',
          name: 'night',
          account: 'default',
          state: 'finished',
          counts: { total: 3, succeeded: 2, failed: 1, rejected: 0, cancelled: 0, skipped: 0 },
          submissions: 4,
          results: '/srv/results/night-1',
          url: `${server.uiUrl!}/namespaces/default/workflows/night-1`,
        },
      });
    }
    const times = received.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(times.at(-1)).toBeGreaterThan(times[0]!); // of the try, not of the batch's end

    const bare = secret.slice('whsec_'.length);
    const history = await historyText(client, handle.workflowId);
    expect(history).toContain('night-1'); // it has been read
    expect(output().includes('answered 503')).toBe(true); // nor have the logs been left out
    expect([history, output(), commandLines].some((text) => text.includes(bare))).toBe(false);
  });

  test('is given up at once when the receiver wants no more (410)', async () => {
    const { received, host, url } = await receiver(() => 410);
    const { send } = await worker({
      REELSCORE_ALLOW_HOSTS: host,
      REELSCORE_WEBHOOK_SECRET: newSecret(),
    });
    const handle = await send(url, randomUUID());
    const error: unknown = await handle.result().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect(await historyText(client, handle.workflowId)).toContain(`${host} answered 410`);
    expect(received).toHaveLength(1);
  });

  test('is not sent after a redirect', async () => {
    const { received, host, url } = await receiver((n) => (n === 1 ? 302 : 200));
    const { send } = await worker({
      REELSCORE_ALLOW_HOSTS: host,
      REELSCORE_WEBHOOK_SECRET: newSecret(),
    });
    const handle = await send(url, randomUUID());
    await handle.result();
    expect(received.map(({ method }) => method)).toEqual(['POST', 'POST']); // the second is a try anew
  });

  test('does not go to a private address that is not allowed', async () => {
    const { received, url } = await receiver(() => 200);
    const { send } = await worker({ REELSCORE_WEBHOOK_SECRET: newSecret() });
    const handle = await send(url, randomUUID());
    const failure = await until(
      () => pendingFailure(client, handle.workflowId),
      (found) => found !== undefined,
    );
    expect(failure).toContain('REELSCORE_ALLOW_HOSTS');
    expect(failure).not.toContain('TOKEN');
    expect(received).toEqual([]);
    await handle.terminate();
  });

  test('is not sent unsigned: the variable that is missing is named', async () => {
    const { received, host, url } = await receiver(() => 200);
    const { send } = await worker({ REELSCORE_ALLOW_HOSTS: host });
    const handle = await send(url, randomUUID());
    const failure = await until(
      () => pendingFailure(client, handle.workflowId),
      (found) => found !== undefined,
    );
    expect(failure).toContain('REELSCORE_WEBHOOK_SECRET is not set');
    expect(received).toEqual([]);
    await handle.terminate();
  });

  test('waits out a receiver that is not there, and its failure shows no more than the host', async () => {
    const { host, url, received } = await receiver(() => 200);
    const gone = `127.0.0.1:${Number(host.split(':')[1]) === 9 ? 10 : 9}`;
    const { send } = await worker({
      REELSCORE_ALLOW_HOSTS: gone,
      REELSCORE_WEBHOOK_SECRET: newSecret(),
    });
    const handle = await send(url.replace(host, gone), randomUUID());
    const failure = await until(
      () => pendingFailure(client, handle.workflowId),
      (found) => found !== undefined,
    );
    expect(failure).toContain(gone);
    expect(failure).not.toContain('TOKEN');
    expect(received).toEqual([]);
    await handle.terminate();
  });
});
