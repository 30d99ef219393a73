// Batches by state, name and account: the same, whether the server has search attributes or not.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { stringify } from 'csv-stringify/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Reelscore, type BatchFilter, type BatchPhase } from '../../client/index.js';
import type { ScoreBatchInput } from '../../contract/batch.js';
import {
  ATTRIBUTES,
  nameAttribute,
  SCORE_BATCH_WORKFLOW,
  taskQueueOf,
} from '../../contract/names.js';
import { freezeManifest } from '../../manifests/index.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { openLocalStore } from '../../store/local-store.js';
import { batchOptionsOf, resolveConfig } from '../../config/config.js';
import { simulatedConfig } from '../../config/simulated.js';
import { startWorker } from '../../workers/worker.js';
import { ask } from '../cli/cli.js';
import { clips, TEST_OPTIONS } from '../support/rig.js';
import { ownServer } from '../support/temporal.js';
import { until } from '../support/until.js';

const server = await ownServer();
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-filter-'));
const simulator = await startSimulator({ taskMs: 50, soundtrackSeconds: 0.05 });
const WITH = server.namespace;
/** Attributes are registered for a namespace. */
const WITHOUT = 'without-attributes';
const [BUSY, IDLE] = ['busy', 'idle'];
const NAMES = ['night', "it's", 'say "so"', 'back\\slash', `long ${'x'.repeat(300)}`];
/** Too slow to end while the tests run. */
const SLOW = { ratePerSecond: 0.01, burst: 1, maxInFlight: 1 };

const connection = await Connection.connect({ address: server.address });
const opened: { close: () => Promise<void> }[] = [];
afterAll(async () => {
  for (const { close } of opened.reverse()) await close();
  await connection.close();
  await simulator.close();
  await rm(cwd, { recursive: true, force: true });
});

const base = resolveConfig({}, { REELSCORE_HOME: server.home, REELSCORE_LOG_LEVEL: 'error' }, cwd);
const config = { ...simulatedConfig(base, simulator), account: BUSY };

async function apiOf(namespace: string): Promise<Reelscore> {
  const env = { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: namespace };
  const api = await Reelscore.connect({ config, env, cwd });
  opened.push({ close: () => api.close() });
  return api;
}

interface Wanted {
  batch: string;
  name?: string;
  account?: string;
  slow?: true;
  /** What its attributes say it is doing; absent = it has none. */
  said?: string;
}

/** Starts a batch as the API does, with attributes or without. */
async function start(namespace: string, { batch, name = 'night', said, ...rest }: Wanted) {
  const { account = BUSY, slow } = rest;
  const store = join(cwd, namespace, `${batch}-${randomUUID()}`);
  const manifest = join(cwd, `${randomUUID()}.csv`);
  await writeFile(manifest, stringify(clips(3), { header: true }));
  const { total } = await freezeManifest(manifest, openLocalStore(store), { skipInvalid: true });
  const options = { ...batchOptionsOf(config, true), ...TEST_OPTIONS, ...(slow && { pace: SLOW }) };
  const input: ScoreBatchInput = {
    ...{ version: 1, name, store, round: 1, rows: { count: total }, options },
  };
  const attributes = { name: nameAttribute(name), status: said ?? '', account };
  return await new Client({ connection, namespace }).workflow.start(SCORE_BATCH_WORKFLOW, {
    workflowId: batch,
    taskQueue: taskQueueOf(account),
    args: [input],
    memo: { name, store, total, rows: total, round: 1 },
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    ...(namespace === WITH &&
      said !== undefined && {
        typedSearchAttributes: Object.entries(attributes).map(([key, value]) => ({
          key: defineSearchAttributeKey(
            ATTRIBUTES[key as keyof typeof attributes],
            SearchAttributeType.KEYWORD,
          ),
          value,
        })),
      }),
  });
}

/** The same batches in a namespace: all that can have become of one. */
async function fill(namespace: string): Promise<Reelscore> {
  const api = await apiOf(namespace);
  const temporal = { connection: { address: server.address }, namespace };
  const worker = await startWorker({ config, temporal });
  opened.push({ close: () => worker.stop() });
  for (const [n, name] of NAMES.entries()) {
    await (await start(namespace, { batch: `finished-${n}`, name, said: 'finished' })).result();
  }
  await (await start(namespace, { batch: 'from-before' })).result();
  // Whose attribute is wrong: how a workflow ended is what counts.
  const killed = await start(namespace, { batch: 'killed', slow: true, said: 'running' });
  await killed.terminate();
  // Its older execution had another name, and was terminated.
  const renamed = { batch: 'renamed', slow: true, said: 'running' } as const;
  await (await start(namespace, { ...renamed, name: 'old name' })).terminate();
  await start(namespace, { ...renamed, name: 'new name' });
  await start(namespace, { batch: 'slow', slow: true, said: 'running' });
  await start(namespace, { batch: 'paused', slow: true, said: 'running' }); // not told yet
  await start(namespace, { batch: 'cancelled', slow: true, said: 'running' });
  await start(namespace, { batch: 'idle', account: IDLE, said: 'running' });
  await until(
    () => api.status('paused'),
    ({ progress }) => progress !== undefined,
  );
  await api.pause('paused');
  await api.cancel('cancelled');
  await api.wait('cancelled');
  const phases = new Map<string, BatchPhase>([
    ['paused', 'paused'],
    ['slow', 'running'],
    ['renamed', 'running'],
    ['killed', 'stopped'],
    ['idle', 'running'],
  ]);
  await until(
    () => api.list(),
    (all) =>
      all.length === NAMES.length + 7 &&
      all.every(
        ({ batch, state }) => phases.get(batch) === undefined || phases.get(batch) === state,
      ),
  );
  return api;
}

let apis: Record<string, Reelscore>;
beforeAll(async () => {
  await connection.workflowService.registerNamespace({
    namespace: WITHOUT,
    workflowExecutionRetentionPeriod: msToTs('3 days'),
  });
  // The server takes some seconds to know a new namespace everywhere.
  const taskQueue = { name: 'nobody' };
  await until(
    () =>
      connection.workflowService
        .describeTaskQueue({ namespace: WITHOUT, taskQueue })
        .catch(() => undefined),
    (answer) => answer !== undefined,
  );
  apis = { [WITH]: await fill(WITH), [WITHOUT]: await fill(WITHOUT) };
});

const ids = async (namespace: string, filter: BatchFilter) =>
  (await apis[namespace]!.list(filter)).map(({ batch }) => batch).sort();

describe.each([WITH, WITHOUT])('in the namespace %s', (namespace) => {
  test.each<[BatchFilter, string[]]>([
    [{ state: 'running' }, ['idle', 'renamed', 'slow']],
    [{ state: 'paused' }, ['paused']],
    [{ state: 'cancelled' }, ['cancelled']],
    [{ state: 'stopped' }, ['killed']],
    [{ state: 'finished' }, [...NAMES.map((_, n) => `finished-${n}`), 'from-before'].sort()],
    [{ state: 'cancelling' }, []],
    [{ name: 'new name' }, ['renamed']],
    [{ name: 'old name' }, []],
    [{ name: 'no such name' }, []],
    [{ name: "it's" }, ['finished-1']],
    [{ name: 'say "so"' }, ['finished-2']],
    [{ name: 'back\\slash' }, ['finished-3']],
    [{ name: NAMES[4]! }, ['finished-4']],
    [{ name: NAMES[4]!.slice(0, -1) }, []],
    [{ name: 'night', state: 'finished' }, ['finished-0', 'from-before']],
    [{ account: IDLE }, ['idle']],
    [{ account: "it's none" }, []],
    [{ account: BUSY, state: 'running' }, ['renamed', 'slow']],
    [{ account: IDLE, state: 'paused' }, []],
  ])('%j finds the right batches', async (filter, expected) => {
    expect(await ids(namespace, filter)).toEqual(expected);
  });
});

test('the attributes are there in one namespace and not in the other', async () => {
  const lists = [WITH, WITHOUT].map((namespace) =>
    connection.operatorService.listSearchAttributes({ namespace }),
  );
  const names = (await Promise.all(lists)).map(({ customAttributes }) => customAttributes);
  expect(names.map((found) => ATTRIBUTES.name in found)).toEqual([true, false]);
});

test('a batch that no worker answers for is what it said last', async () => {
  const account = `silent-${randomUUID()}`;
  const said = (batch: string, word: string) => start(WITH, { batch, account, said: word });
  await said('silent-paused', 'paused');
  await said('silent-odd', 'dancing');
  const api = apis[WITH]!;
  await until(
    () => api.list({ account }),
    (all) => all.length === 2,
  );
  expect(await ids(WITH, { account, state: 'paused' })).toEqual(['silent-paused']);
  expect(await ids(WITH, { account, state: 'running' })).toEqual(['silent-odd']);
  expect(await api.status('silent-paused')).toMatchObject({
    ...{ state: 'paused', workerAnswering: false },
  });
});

describe('reelscore status', () => {
  const env = { TEMPORAL_ADDRESS: server.address, REELSCORE_HOME: server.home };
  const status = (...args: string[]) => ask(['status', ...args], { cwd, env });

  test('takes the filters', async () => {
    const { stdout, exitCode } = await status('--state', 'running', '--account', BUSY, '--json');
    expect(exitCode).toBe(0);
    const found = JSON.parse(stdout) as { batch: string }[];
    expect(found.map(({ batch }) => batch).sort()).toEqual(['renamed', 'slow']);
    expect((await status('--name', 'old name')).stdout).toContain('No batch matches');
  });

  test('of one account shows that one, with every batch that uses it', async () => {
    const { stdout } = await status('--state', 'paused', '--account', BUSY);
    expect(stdout).toMatch(/^Account busy: /);
    expect(stdout).toMatch(/^ {2}slow /m);
    expect(stdout.split('\n\n')[1]).not.toContain('slow');
  });

  test('refuses a state there is not, and filters for one batch', async () => {
    const unknown = await status('--state', 'dancing');
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toContain('running, paused, cancelling, finishing, finished');
    const both = await status('slow', '--name', 'night');
    expect(both.exitCode).toBe(1);
    expect(both.stderr).toContain('--name is not about one batch');
  });
});
