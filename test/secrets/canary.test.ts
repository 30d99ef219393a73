// Secrets of every kind, and a vendor that repeats them in every form: nothing that is kept or told has one.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'csv-stringify/sync';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { SCORE_BATCH_WORKFLOW, taskQueueOf } from '../../contract/names.js';
import { reelscore } from '../cli/cli.js';
import { serve } from '../net/servers.js';
import { historyText } from '../notifications/support.js';
import { formsIn, formsOf } from '../support/disguises.js';
import { envOfParts, Part } from '../support/parts.js';
import { ownServer } from '../support/temporal.js';
import { until } from '../support/until.js';

const server = await ownServer();
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection });
const folder = await mkdtemp(join(tmpdir(), 'reelscore-canary-'));
afterAll(async () => {
  await connection.close();
  await rm(folder, { recursive: true, force: true });
});

/** With signs that JSON, URLs and base64 write in other ways. */
const canary = (name: string): string => `${name}~${randomBytes(12).toString('base64')}+/`;
const queryCanary = (name: string): string => `${name}-${randomBytes(12).toString('hex')}`;

const secrets = {
  appKey: canary('key'),
  appSecret: canary('secret'),
  callbackSecret: canary('callback'),
  webhookSecret: randomBytes(32).toString('base64'),
  header: canary('header'),
  signature: queryCanary('signature'),
  receiverPath: queryCanary('path'),
  receiverQuery: queryCanary('query'),
  reference: queryCanary('reference'),
};

/** What each request brought, by its path. */
const came: { url: string; headers: string; body: string }[] = [];
/** MACs of callbacks, by the tasks they belong to. */
const macs = new Map<string, string>();
let asked = 0;

/** The keys and a submission's own MAC, in every form. */
function gossip(mac = ''): string {
  const basic = Buffer.from(`${secrets.appKey}:${secrets.appSecret}`).toString('base64');
  const known = [mac, secrets.appKey, secrets.appSecret, basic];
  const forms = known.flatMap((secret) => Object.values(formsOf(secret)).flat());
  // Messages are bounded, so each answer has another part.
  const from = (asked++ * 5) % forms.length;
  return [...forms, ...forms].slice(from, from + 5).join(' and ');
}

const files: Record<string, string> = {};
let refusals = 2;
const answers: RequestListener = (request, response) => {
  void text(request).then((body) => {
    const { url = '', headers } = request;
    came.push({ url, headers: JSON.stringify(headers), body });
    const json = (value: object) => response.end(JSON.stringify(value));
    if (url.startsWith('/v1/open/capacity')) {
      const { callback, prompt } = JSON.parse(body) as { callback: string; prompt: string };
      const mac = callback.slice(callback.lastIndexOf('/') + 1);
      const task_id = `${prompt}-${macs.size}`;
      macs.set(task_id, mac);
      if (prompt !== 'refused') return json({ code: 0, msg: gossip(mac), data: { task_id } });
      response.writeHead(422);
      return json({ code: 1, msg: gossip(mac) });
    }
    if (url.startsWith('/v1/open/pub/task')) {
      const { task_id } = JSON.parse(body) as { task_id: string };
      const said = (): string => gossip(macs.get(task_id));
      if (task_id.startsWith('failed')) {
        return json({ code: 680001, msg: said(), data: { task_id, status: 4, reason: said() } });
      }
      const audio_path = [`http://${headers.host ?? ''}/sound.wav?sig=${secrets.signature}`];
      const result = { model_version: said(), translate_prompt: said(), audio_path };
      return json({ code: 0, data: { task_id, status: 3, reason: said(), result } });
    }
    if (url.startsWith('/hooks/')) return response.writeHead(refusals-- > 0 ? 503 : 204).end();
    if (url.startsWith('/sound.wav'))
      return response.setHeader('content-type', 'audio/wav').end('x');
    const file = files[url.split('?', 1)[0] ?? ''];
    return response
      .writeHead(file === undefined ? 403 : 200, { 'content-type': 'text/csv' })
      .end(file);
  });
};

async function filesBelow(where: string): Promise<{ path: string; content: string }[]> {
  const entries = await readdir(where, { recursive: true, withFileTypes: true });
  const found = entries
    .filter((entry) => entry.isFile())
    .map((one) => join(one.parentPath, one.name));
  return await Promise.all(
    found.map(async (path) => ({ path, content: await readFile(path, 'latin1') })),
  );
}

test('no history, memo, log, result or file has a secret in any form', async () => {
  const { origin } = await serve(answers);
  const host = new URL(origin).host;
  const rows = ['succeeded', 'failed', 'refused'].flatMap((prompt) =>
    Array.from({ length: 2 }, (_, n) => ({
      ...{ id: `${prompt}${n}`, file_link: `${origin}/clips/${prompt}${n}.mp4`, prompt },
    })),
  );
  files['/library.csv'] = stringify(rows, { header: true });
  files['/other.csv'] = stringify(
    rows.map((row) => ({ ...row, id: `o-${row.id}` })),
    { header: true },
  );
  const manifest = `${origin}/library.csv?X-Amz-Signature=${secrets.signature}`;
  const notify = `${origin}/hooks/${secrets.receiverPath}?key=${secrets.receiverQuery}`;
  const base = envOfParts({ folder, server, simulator: { url: origin }, callbackPort: 0 });
  const env: NodeJS.ProcessEnv = {
    ...base,
    ...{ TOMOVIEE_APP_KEY: secrets.appKey, TOMOVIEE_APP_SECRET: secrets.appSecret },
    ...{ REELSCORE_CALLBACK_SECRET: secrets.callbackSecret, REELSCORE_PROBE: 'false' },
    REELSCORE_WEBHOOK_SECRET: `whsec_${secrets.webhookSecret}`,
    REELSCORE_MANIFEST_HEADER: `${host} Authorization: ${secrets.header}`,
    REELSCORE_LINK_LIBRARY: `${origin}/other.csv?sig=${secrets.reference}`,
    REELSCORE_LINK_HOOK: `${origin}/hooks/${secrets.reference}`,
    ...{ REELSCORE_LOG_LEVEL: 'trace', REELSCORE_CALLBACK_GRACE: '1s', REELSCORE_RATE: '50' },
  };
  const worker = new Part(['serve'], env, 'Worker:', folder);
  await worker.start();
  onTestFinished(() => worker.stop());

  const said: string[] = [];
  const command = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await reelscore(args, { cwd: folder, env });
    said.push(stdout, stderr);
    return stdout;
  };
  const ended = (batch: string) =>
    client.workflow
      .getHandle(batch)
      .result()
      .catch(() => undefined);

  // What a client prepares, what a schedule asks for, and what another program does.
  const started = await command('start', manifest, '--notify', notify, '--json');
  const { batch } = JSON.parse(started) as { batch: string };
  const nightly = ['--every', '365d', '--notify', notify, '--again', '--manifest'];
  await command('schedule', 'create', 'night', ...nightly, manifest);
  await command('schedule', 'create', 'shut', ...nightly, manifest.replace('library', 'shut'));
  const batches = [batch];
  for (const name of ['night', 'shut']) {
    const triggered = await command('schedule', 'trigger', name, '--json');
    batches.push((JSON.parse(triggered) as { batch: string }).batch);
  }
  const settings = { notify: 'env:REELSCORE_LINK_HOOK', ledger: join(folder, 'results') };
  const other = await client.workflow.start(SCORE_BATCH_WORKFLOW, {
    ...{ workflowId: 'other', taskQueue: taskQueueOf('default') },
    args: [{ version: 1, manifest: 'env:REELSCORE_LINK_LIBRARY', settings }],
  });
  await other.result();
  await Promise.all(batches.map(ended));
  await command('retry', batch, '--json');
  await command('schedule', 'update', 'night', '--note', 'changed');
  await command('schedule', 'describe', 'night', '--json');
  await command('schedule', 'describe', 'shut');
  await command('status', batch);
  await command('results', batch, '--format', 'json');
  const told = (path: string) => came.filter(({ url }) => url.startsWith(`/hooks/${path}`)).length;
  await until(
    () => Promise.resolve([told(secrets.receiverPath), told(secrets.reference)]),
    ([own = 0, named = 0]) => own >= 3 && named >= 1,
  );

  // The secrets were used, or nothing is shown by this.
  const seen = came.map(({ url, headers }) => url + headers).join('\n');
  for (const name of ['signature', 'receiverPath', 'receiverQuery', 'reference'] as const) {
    expect({ name, used: seen.includes(secrets[name]) }).toEqual({ name, used: true });
  }
  expect(macs.size).toBeGreaterThan(15);

  const histories: string[] = [];
  for await (const { workflowId } of client.workflow.list()) {
    histories.push(await historyText(client, workflowId));
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    for (const payloads of [
      raw.workflowExecutionInfo?.memo?.fields,
      raw.workflowExecutionInfo?.searchAttributes?.indexedFields,
    ]) {
      for (const { data } of Object.values(payloads ?? {}))
        histories.push(Buffer.from(data ?? []).toString());
    }
  }
  await worker.stop();
  const kept = [
    { path: 'histories', content: histories.join('\n') },
    { path: 'log', content: worker.output },
    { path: 'said', content: said.join('\n') },
    ...(await filesBelow(folder)),
    // With the server's database, where every history lies as it is.
    ...(await filesBelow(server.home)),
  ];
  const all = kept.map(({ content }) => content).join('\n');
  for (const shown of [
    '[hidden]',
    'sealed:1:',
    'succeeded1',
    '"error_message":"',
    'refused1.mp4',
  ]) {
    expect({ shown, is: all.includes(shown) }).toEqual({ shown, is: true });
  }
  const hits = kept.flatMap(({ path, content }) =>
    [...Object.entries(secrets), ...macs].flatMap(([name, secret]) =>
      formsIn(content, secret).map((form) => `${path}: ${name} (${form})`),
    ),
  );
  expect(hits).toEqual([]);
});
