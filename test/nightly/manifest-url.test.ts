// Manifests at a URL, with a secret header for one host: who gets it, and where it is never seen.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'csv-stringify/sync';
import { afterAll, expect, test } from 'vitest';
import { Reelscore } from '../../client/index.js';
import { SCORE_BATCH_WORKFLOW, taskQueueOf } from '../../contract/names.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { resolveConfig } from '../../config/config.js';
import { reelscore } from '../cli/cli.js';
import { authority } from '../temporal/support.js';
import { historyText } from '../notifications/support.js';
import { envOfParts, Part } from '../support/parts.js';
import { clips } from '../support/rig.js';
import { testServer } from '../support/temporal.js';

const SECRET = `Bearer ${randomUUID()}`;

const server = await testServer();
const folder = await mkdtemp(join(tmpdir(), 'reelscore-url-'));
const simulator = await startSimulator({ taskMs: 50, soundtrackSeconds: 0.05 });

/** What came in, and the manifest it is answered with. */
function files(prefix: string) {
  const authorizations: (string | undefined)[] = [];
  const rows = clips(3).map((row) => ({
    ...row,
    id: `${prefix}-${row.id}`,
    file_link: row.file_link.replace('http://simulator.localhost', simulator.url),
  }));
  const listener: RequestListener = ({ headers, url = '' }, response) => {
    if (url.startsWith('/closed')) return void response.writeHead(403).end();
    authorizations.push(headers.authorization);
    response.writeHead(200, { 'content-type': 'text/csv' }).end(stringify(rows, { header: true }));
  };
  return { authorizations, listener };
}

const { ca, issue } = await authority(folder);
const { cert, key } = await issue('files', 'subjectAltName=IP:127.0.0.1');
const trusted = files('trusted');
const other = files('other');
const servers = [
  createTlsServer({ cert, key }, trusted.listener),
  createServer(other.listener),
] as const;
const hosts = await Promise.all(
  servers.map(async (listening) => {
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return `127.0.0.1:${(listening.address() as AddressInfo).port}`;
  }),
);
const [trustedHost = '', otherHost = ''] = hosts;

const account = `u-${randomUUID()}`;
const base = envOfParts({ folder, server, simulator, callbackPort: 0 });
const env: NodeJS.ProcessEnv = {
  ...base,
  REELSCORE_ACCOUNT: account,
  REELSCORE_ALLOW_HOSTS: [base['REELSCORE_ALLOW_HOSTS'], ...hosts].join(','),
  REELSCORE_CALLBACK_URL: '', // results are polled
  REELSCORE_LOG_LEVEL: 'trace',
  REELSCORE_MANIFEST_HEADER: `${trustedHost} Authorization: ${SECRET}`,
  REELSCORE_PROBE: 'false',
  NODE_EXTRA_CA_CERTS: ca.certPath,
};
const worker = new Part(['worker'], env, 'Worker:');
await worker.start();
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection });
const api = await Reelscore.connect({ config: resolveConfig({}, env, folder), env, cwd: folder });
afterAll(async () => {
  await api.close();
  await connection.close();
  await worker.stop();
  for (const listening of servers) listening.close();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

const results = join(folder, 'results');
const settings = { ledger: results };

/** Every history of the account's batches, in one text. */
async function histories(): Promise<string> {
  const texts: string[] = [];
  const query = `TaskQueue = '${taskQueueOf(account)}'`;
  for await (const { workflowId } of client.workflow.list({ query })) {
    texts.push(await historyText(client, workflowId));
  }
  return texts.join('\n');
}

async function filesBelow(where: string): Promise<string[]> {
  const entries = await readdir(where, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return await Promise.all(
    files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
  );
}

test('the header of manifests goes to its host, to no other, and is written down nowhere', async () => {
  const name = `n-${randomUUID().slice(0, 13)}`;
  const manifest = `https://${trustedHost}/library.csv?sig=SIGNATURE`;
  await api.schedules.create(name, { every: '365d', manifest, results });
  const { batch: night = '' } = await api.schedules.trigger(name);
  expect((await api.wait(night)).summary.counts).toMatchObject({ total: 3, succeeded: 3 });
  expect(trusted.authorizations).toEqual([SECRET]);

  const elsewhere = await client.workflow.start(SCORE_BATCH_WORKFLOW, {
    ...{ workflowId: `r-${randomUUID()}`, taskQueue: taskQueueOf(account) },
    args: [{ version: 1, manifest: `http://${otherHost}/library.csv`, results, settings }],
  });
  expect(await elsewhere.result()).toMatchObject({ counts: { succeeded: 3 } });
  expect(other.authorizations).toEqual([undefined]);

  // A client that is given a URL reads the manifest itself.
  const started = await reelscore(['start', manifest, '--again', '--json'], { cwd: folder, env });
  expect(started.stderr).not.toContain('Error');
  const { batch } = JSON.parse(started.stdout) as { batch: string };
  expect((await api.wait(batch)).summary.counts).toMatchObject({ total: 3, succeeded: 3 });
  expect(trusted.authorizations).toEqual([SECRET, SECRET]);

  const schedule = JSON.stringify(await api.schedules.describe(name));
  await api.schedules.delete(name);
  const kept = {
    histories: await histories(),
    logs: worker.output,
    schedule,
    files: (await filesBelow(results)).join('\n'),
    said: started.stdout + started.stderr,
  };
  expect(kept.histories).toContain(night); // they have been read
  expect(kept.histories).toContain(elsewhere.workflowId);
  expect(kept.files).toContain('trusted-c0');
  expect(kept.logs).toContain('Worker:');
  const bare = SECRET.slice('Bearer '.length);
  for (const [where, text] of Object.entries(kept)) {
    expect({ where, seen: text.includes(bare) }).toEqual({ where, seen: false });
  }
});

test('a host that refuses fails the batch by its name, without signature or header', async () => {
  const started = await client.workflow.start(SCORE_BATCH_WORKFLOW, {
    ...{ workflowId: `r-${randomUUID()}`, taskQueue: taskQueueOf(account) },
    args: [{ version: 1, manifest: `https://${trustedHost}/closed.csv?sig=SIGNATURE` }],
  });
  const fault = `https://${trustedHost}/closed.csv: the server answers 403 (check REELSCORE_MANIFEST_HEADER)`;
  await expect(started.result()).rejects.toMatchObject({
    cause: { type: 'manifest_unreadable', message: fault },
  });
  expect(await api.status(started.workflowId)).toMatchObject({ state: 'stopped', reason: fault });
  expect(worker.output).not.toContain('SIGNATURE');
});
