// What encrypted batches leave in Temporal, and how keys are rotated under them.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { findBatches, findGone } from '../../activities/account-batches.js';
import { payloadKeys } from '../../config/payload-keys.js';
import type { BatchChain } from '../../contract/activities.js';
import {
  mixIdOf,
  runningBatchesOf,
  SCORE_BATCH_WORKFLOW,
  taskQueueOf,
} from '../../contract/names.js';
import { findTemporalBinary } from '../../temporal/embedded/find-binary.js';
import { lenientClient } from '../../temporal/lenient-client.js';
import { dataConverterOf } from '../../temporal/payloads/data-converter.js';
import { reelscore } from '../cli/cli.js';
import { serve } from '../net/servers.js';
import { historyText } from '../notifications/support.js';
import { envOfParts, Part } from '../support/parts.js';
import { ownServer } from '../support/temporal.js';
import { until } from '../support/until.js';

const server = await ownServer();
const connection = await Connection.connect({ address: server.address });
const clientOf = (keys?: string): Client =>
  new Client({
    connection,
    ...(keys !== undefined && { dataConverter: dataConverterOf(payloadKeys(keys)) }),
  });
const folder = await mkdtemp(join(tmpdir(), 'reelscore-encryption-'));
afterAll(async () => {
  await connection.close();
  await rm(folder, { recursive: true, force: true });
});

const A = `a:${randomBytes(32).toString('base64')}`;
const B = `b:${randomBytes(32).toString('base64')}`;

/** What Temporal must not show, each with the way in which it gets there. */
const canaries = (run: string) => ({
  folder: `${run}FOLDERCANARY`, // start input and memo, of a client
  reason: `${run}REASONCANARY`, // the vendor's words: failure notes
  missing: `${run}MISSINGCANARY`, // another program's request, and the error that ends it
  prompt: `${run}PROMPTCANARY`, // settings of a schedule, and of each batch that it starts
  videos: `${run}VIDEOSCANARY`, // input of the workflow that mixes
});

async function vendor(reason: string) {
  const tasks = new Set<string>();
  const answers: RequestListener = (request, response) => {
    void text(request).then((body) => {
      const { url = '' } = request;
      const json = (value: object) => response.end(JSON.stringify(value));
      if (url.startsWith('/v1/open/capacity')) {
        const { prompt } = JSON.parse(body) as { prompt: string };
        const task_id = `${prompt.startsWith('fail') ? 'failed' : 'good'}-${tasks.size}`;
        tasks.add(task_id);
        return json({ code: 0, data: { task_id } });
      }
      if (url.startsWith('/v1/open/pub/task')) {
        const { task_id } = JSON.parse(body) as { task_id: string };
        if (task_id.startsWith('failed')) {
          return json({ code: 680001, msg: reason, data: { task_id, status: 4, reason } });
        }
        const audio_path = [`http://${request.headers.host ?? ''}/sound.wav`];
        return json({ code: 0, data: { task_id, status: 3, result: { audio_path } } });
      }
      if (url.startsWith('/sound.wav')) {
        return response.setHeader('content-type', 'audio/wav').end('x');
      }
      if (url.startsWith('/hooks/')) return response.writeHead(204).end();
      const rows = ['good', 'fail'].map((prompt, n) => `c${n},http://x.example/${n}.mp4,${prompt}`);
      return response
        .writeHead(url.startsWith('/library.csv') ? 200 : 404, { 'content-type': 'text/csv' })
        .end(['id,file_link,prompt', ...rows, ''].join('\n'));
    });
  };
  return (await serve(answers)).origin;
}

/** All that the server keeps on disk, its write-ahead log included. */
async function databaseText(): Promise<string> {
  const entries = await readdir(server.home, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile() && /\.db(-wal)?$|sqlite/.test(one.name));
  expect(files.length).toBeGreaterThan(0);
  const all = files.map((one) => readFile(join(one.parentPath, one.name), 'latin1'));
  return (await Promise.all(all)).join('\n');
}

async function historiesText(client: Client, prefix: string): Promise<string> {
  const histories: string[] = [];
  for await (const { workflowId } of lenientClient(clientOf(A)).list()) {
    if (workflowId.includes(prefix)) histories.push(await historyText(client, workflowId));
  }
  return histories.join('\n');
}

/** Contents of the payloads in a history as the command shows it. */
function dataIn(json: string): string {
  const found = [...json.matchAll(/"data": "([^"]*)"/g)];
  return found.map(([, data = '']) => Buffer.from(data, 'base64').toString()).join('\n');
}

const partEnv = (origin: string, keys: string | undefined, account: string) => ({
  ...envOfParts({ folder, server, simulator: { url: origin }, callbackPort: 0 }),
  ...{ REELSCORE_PROBE: 'false', REELSCORE_RATE: '50', REELSCORE_ACCOUNT: account },
  ...{ REELSCORE_CALLBACK_GRACE: '1s', REELSCORE_POLL_INTERVAL: '200ms' },
  REELSCORE_CALLBACK_SECRET: 'callback-secret-of-tests',
  REELSCORE_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
  ...(keys !== undefined && { REELSCORE_PAYLOAD_KEYS: keys }),
});

async function scoreAll(run: string, keys: string | undefined) {
  const known = canaries(run);
  const origin = await vendor(known.reason);
  const env = partEnv(origin, keys, run);
  const worker = new Part(['serve'], env, 'Worker:', folder);
  await worker.start();
  onTestFinished(() => worker.stop());
  const command = async (...args: string[]) => await reelscore(args, { cwd: folder, env });
  const first = `${run}-first`;
  const manifest = `${origin}/library.csv`;
  const notify = `${origin}/hooks/token`;
  const out = join(folder, known.folder);
  const ledger = join(folder, `${run}-ledger`);
  const started = await command(
    ...['start', manifest, '--batch', first, '--out', out, '--notify', notify, '--json'],
  );
  expect(started.exitCode).toBe(0);
  // Other programs give plain JSON, whatever the worker does.
  const plain = clientOf();
  const request = async (name: string, path: string, settings: object) => {
    const handle = await plain.workflow.start(SCORE_BATCH_WORKFLOW, {
      ...{ workflowId: `${run}-${name}`, taskQueue: taskQueueOf(run) },
      args: [{ version: 1, manifest: `${origin}/${path}`, settings }],
    });
    return await clientOf(keys)
      .workflow.getHandle(handle.workflowId)
      .result()
      .then(
        () => 'completed',
        (error: unknown) => String((error as Error).cause),
      );
  };
  expect(await request('second', 'library.csv', { ledger })).toBe('completed');
  expect(await request('third', `${known.missing}.csv`, { ledger })).toContain(known.missing);
  await clientOf(keys).workflow.getHandle(first).result();
  await nightsAndVideos(run, known, command, clientOf(keys));
  const status = await command('status', first);
  return { known, command, status: status.stdout, first, env, worker };
}

/** A schedule, takes, videos: what else is told to Temporal. */
async function nightsAndVideos(
  run: string,
  { prompt, videos }: ReturnType<typeof canaries>,
  command: (...args: string[]) => Promise<Awaited<ReturnType<typeof reelscore>>>,
  client: Client,
): Promise<void> {
  const manifest = join(folder, `${run}.csv`);
  const rows = [0, 1].map((n) => `c${n},http://x.example/${n}.mp4`);
  await writeFile(manifest, ['id,file_link', ...rows, ''].join('\n'));
  const name = `${run}-nightly`;
  const ok = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await command(...args);
    expect({ args, exitCode }, stderr).toEqual({ args, exitCode: 0 });
    return stdout;
  };
  const results = ['--results', join(folder, `${run}-nights`)];
  const how = [...results, '--prompt', prompt, '--takes', '2', '--note', NOTE];
  await ok('schedule', 'create', name, '--every', '1d', '--manifest', manifest, ...how);
  const { batch } = JSON.parse(await ok('schedule', 'trigger', name, '--json')) as {
    batch: string;
  };
  await until(
    () => client.workflow.getHandle(batch).describe(),
    ({ status }) => status.name === 'COMPLETED',
  );
  await ok('schedule', 'pause', name, '--note', NOTE);
  const out = ['--out', join(folder, videos), '--prompt', 'calm', '--mix', '--again'];
  const mixed = `${run}-mixed`;
  await ok('start', manifest, '--batch', mixed, ...out);
  await client.workflow.getHandle(mixed).result();
  await until(
    () => client.workflow.getHandle(mixIdOf(mixed)).fetchHistory(),
    ({ events }) => (events?.length ?? 0) > 0,
  );
}

/** A schedule's notes are plain, as docs/operations.md says. */
const NOTE = 'a note for people';

test('nothing of an encrypted batch is plain in the database or a history; a codec server shows it', async () => {
  const { known, status, first, worker } = await scoreAll('sealed', A);
  expect(status).toContain(known.folder);
  // What another program gave is as it gave it.
  const { missing, ...encrypted } = known;
  const database = await databaseText();
  const histories = await historiesText(clientOf(), 'sealed');
  for (const [name, canary] of Object.entries(encrypted)) {
    expect({ name, hits: database.split(canary).length - 1 }).toEqual({ name, hits: 0 });
    expect({ name, hits: histories.split(canary).length - 1 }).toEqual({ name, hits: 0 });
  }
  // No error repeats it.
  expect(histories).toContain('Encoded failure');
  expect(histories.split(missing).length - 1).toBe(1);

  // With the command and a codec server it can be read.
  const token = randomBytes(16).toString('hex');
  const codec = new Part(
    ['codec'],
    {
      PATH: process.env['PATH'],
      HOME: folder,
      REELSCORE_PAYLOAD_KEYS: `${B},${A}`,
      REELSCORE_CODEC_TOKEN: token,
      REELSCORE_CODEC_LISTEN: '127.0.0.1:0',
    },
    'Codec: listening on ',
    folder,
  );
  await codec.start();
  onTestFinished(() => codec.stop());
  const endpoint = /http:\/\/\S+/.exec(codec.output)![0];
  const binary = await findTemporalBinary(process.env, () => undefined);
  const show = (...more: string[]) =>
    execa(
      binary,
      [
        ...['workflow', 'show', '-w', first, '--output', 'json', '--address', server.address],
        ...['--codec-endpoint', endpoint, ...more],
      ],
      { reject: false },
    );
  const shown = await show('--codec-auth', `Bearer ${token}`);
  const refused = await show('--codec-auth', 'Bearer wrong');
  expect(dataIn(shown.stdout)).toContain(known.folder);
  expect(dataIn(refused.stdout)).not.toContain(known.folder);
  await worker.stop();
});

test('a batch that began under one key goes on under another', async () => {
  const known = canaries('rotated');
  const origin = await vendor(known.reason);
  const envOf = (keys: string) => partEnv(origin, keys, 'rotated');
  const command = async (keys: string, ...args: string[]) =>
    await reelscore(args, { cwd: folder, env: envOf(keys) });
  const run = async (keys: string) => {
    const worker = new Part(['serve'], envOf(keys), 'Worker:', folder);
    await worker.start();
    onTestFinished(() => worker.stop());
    return worker;
  };
  const old = await run(A);
  const out = join(folder, 'rotated');
  await command(
    A,
    'start',
    `${origin}/library.csv`,
    '--batch',
    'rotated',
    '--out',
    out,
    '--rate',
    '0.01',
  );
  await command(A, 'pause', 'rotated');
  await old.stop();

  // Its key is gone: both sides say which it was, and nothing is lost.
  const without = await run(B);
  const refused = await command(B, 'status', 'rotated');
  const listed = await command(B, 'status');
  expect({ exitCode: listed.exitCode, batches: listed.stdout }).toEqual({
    exitCode: 0,
    batches: expect.stringContaining('rotated') as string,
  });
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('encrypted with the key "a"');
  await command(`${B},${A}`, 'resume', 'rotated');
  await until(
    () => Promise.resolve(without.output),
    (output) => /key \\"a\\", which is not here \(add it to REELSCORE_PAYLOAD_KEYS/.test(output),
  );
  await without.stop();

  await run(`${B},${A}`);
  await command(`${B},${A}`, 'tune', '--rate', '50');
  const both = clientOf(`${B},${A}`);
  await both.workflow.getHandle('rotated').result();
  const raw = await historyText(clientOf(), 'rotated');
  expect(raw).toMatch(/encryption-key-id|AES-256-GCM/);
  expect(raw).not.toContain(join(folder, 'rotated'));
  expect((await command(`${B},${A}`, 'status', 'rotated')).exitCode).toBe(0);
});

test('a batch whose key is gone hides no other: from lists, and from its account', async () => {
  const own = clientOf(A);
  const start = async (client: Client, workflowId: string) =>
    await client.workflow.start(SCORE_BATCH_WORKFLOW, {
      ...{ workflowId, taskQueue: taskQueueOf('mixed'), memo: { name: workflowId } },
      args: [{ version: 1, manifest: '/none.csv' }],
    });
  const members: BatchChain[] = [];
  for (const [client, batch] of [
    [clientOf(B), 'lost-key'],
    [own, 'own-key'],
  ] as const) {
    const { firstExecutionRunId: chain } = await start(client, batch);
    members.push({ batch, chain });
  }
  const query = runningBatchesOf(taskQueueOf('mixed'));
  const names = new Map<string, unknown>();
  await until(
    async () => {
      for await (const { workflowId, memo } of lenientClient(own).list({ query })) {
        names.set(workflowId, memo?.['name']);
      }
      return names;
    },
    ({ size }) => size === 2,
  );
  expect(Object.fromEntries(names)).toEqual({ 'lost-key': undefined, 'own-key': 'own-key' });
  await asyncLocalStorage.run({ client: own } as unknown as Context, async () => {
    expect(await findGone({ members })).toEqual({ gone: [], stuck: [] });
    // Neither has completed a workflow task.
    expect(await findBatches({ taskQueue: taskQueueOf('mixed') })).toEqual([]);
  });
});

test('without keys the same search finds all of it', async () => {
  const { known } = await scoreAll('open', undefined);
  const database = await databaseText();
  const histories = await historiesText(clientOf(), 'open');
  for (const name of Object.keys(known) as (keyof typeof known)[]) {
    expect({ name, found: database.includes(known[name]) }).toEqual({ name, found: true });
    expect({ name, found: histories.includes(known[name]) }).toEqual({ name, found: true });
  }
  expect(histories).not.toContain('Encoded failure');
});
