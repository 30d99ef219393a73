// Spans of a batch, from its start to the callbacks, as a collector gets them.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { stringify } from 'csv-stringify/sync';
import { execa } from 'execa';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { Reelscore } from '../../client/index.js';
import { distFile } from '../../config/paths.js';
import { freePort } from '../../temporal/embedded/ports.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { startCollector } from '../support/collector.js';
import { envOfParts, Part } from '../support/parts.js';
import { ownServer } from '../support/temporal.js';

const server = await ownServer();
const folder = await mkdtemp(join(tmpdir(), 'reelscore-traces-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const CANARIES = ['PROMPTCANARY', 'LINKCANARY', 'test-secret', 'test-key', 'HEADERCANARY'];

/** Writes down which packages of OpenTelemetry a process has loaded when it ends. */
const listing = join(folder, 'listing.cjs');
await writeFile(
  listing,
  `if (require('node:worker_threads').isMainThread) process.on('exit', () => {
     const loaded = Object.keys(require('node:module')._cache).filter((one) => /opentelemetry/.test(one));
     const [, , command] = process.argv;
     require('node:fs').writeFileSync(process.env.LISTED + '.' + command, loaded.join('\\n'));
   });`,
);

/** Scores three clips by a worker, a receiver and `reelscore start`, each a process. */
async function scoreThree(name: string, more: NodeJS.ProcessEnv) {
  const simulator = await startSimulator({ taskMs: 200, soundtrackSeconds: 0.05 });
  onTestFinished(() => simulator.close());
  const env = {
    ...envOfParts({ folder, server, simulator, callbackPort: await freePort(undefined) }),
    ...{ REELSCORE_ACCOUNT: name, REELSCORE_HOME: join(folder, name), LISTED: join(folder, name) },
    ...{ NODE_OPTIONS: `--require=${listing}`, ...more },
  };
  const parts = [
    new Part(['worker'], env, 'Worker:', folder),
    new Part(['callbacks'], env, 'Callbacks:', folder),
  ];
  onTestFinished(async () => {
    await Promise.all(parts.map((part) => part.kill()));
  });
  await Promise.all(parts.map((part) => part.start()));
  const manifest = join(folder, `${name}.csv`);
  const rows = [0, 1, 2].map((n) => ({
    id: `c${n}`,
    file_link: `${simulator.url}/clips/load/${name}-${n}.mp4?sig=LINKCANARY`,
    prompt: 'PROMPTCANARY',
  }));
  await writeFile(manifest, stringify(rows, { header: true }));
  const begun = performance.now();
  const args = ['start', manifest, '--no-probe', '--rate', '20', '--json'];
  const { stdout } = await execa(process.execPath, [distFile('cli/main.js'), ...args], {
    ...{ env, extendEnv: false, cwd: folder },
  });
  const startMs = performance.now() - begun;
  const { batch } = JSON.parse(stdout) as { batch: string };
  const client = await Reelscore.connect({ env: { ...env, ...OFF }, cwd: folder });
  const ended = await client.wait(batch);
  await client.close();
  const stopped = performance.now();
  await Promise.all(parts.map((part) => part.stop()));
  const stopMs = performance.now() - stopped;
  expect(ended.summary.counts).toMatchObject({ succeeded: 3, total: 3 });
  const output = parts.map((part) => part.output).join('');
  return { batch, startMs, stopMs, output };
}

const OFF = { OTEL_SDK_DISABLED: 'true' };

/** Packages of OpenTelemetry that the processes of a name loaded, by command. */
async function loadedBy(name: string): Promise<Record<string, string[]>> {
  const files = (await readdir(folder)).filter((file) => file.startsWith(`${name}.`));
  const commands = files.filter((file) => /\.(worker|callbacks|start)$/.test(file));
  const texts = await Promise.all(
    commands.map(async (file) => [
      file.slice(name.length + 1),
      (await readFile(join(folder, file), 'utf8')).split('\n').filter((line) => line !== ''),
    ]),
  );
  return Object.fromEntries(texts) as Record<string, string[]>;
}

test('start, workflow, activities and callbacks of a batch are spans of one trace, without what is secret', async () => {
  const collector = await startCollector();
  onTestFinished(() => collector.close());
  const { batch } = await scoreThree('traced', {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=HEADERCANARY',
  });

  const { spans } = collector;
  const start = spans.find(({ name }) => name === 'StartWorkflow:scoreBatch');
  expect(start).toMatchObject({ parent: '', service: 'reelscore' });
  expect(start?.attributes['temporalWorkflowId']).toBe(batch);
  const named = (name: string) => spans.filter((span) => span.name === name);
  for (const name of [
    ...['RunWorkflow:scoreBatch', 'StartActivity:submitClips', 'RunActivity:submitClips'],
    ...['callback', 'SignalWorkflow:taskCallbacks', 'HandleSignal:taskCallbacks'],
  ]) {
    expect(named(name), name).not.toEqual([]);
    for (const span of named(name))
      expect({ name, trace: span.trace }).toEqual({ name, trace: start?.trace });
  }
  expect(named('callback')).toHaveLength(3);
  expect(named('callback')[0]?.attributes).toEqual({
    ...{ temporalWorkflowId: batch, 'http.response.status_code': 200 },
  });
  // Each span's parent came too.
  const ids = new Set(spans.map(({ id }) => id));
  expect(spans.filter(({ parent }) => parent !== '' && !ids.has(parent))).toEqual([]);
  const attributes = new Set(spans.flatMap((span) => Object.keys(span.attributes)));
  expect([...attributes].sort()).toEqual([
    ...['http.response.status_code', 'run_id', 'temporalActivityId', 'temporalWorkflowId'],
  ]);
  expect(CANARIES.filter((canary) => collector.bytes().includes(canary))).toEqual([]);
  expect(collector.headers[0]?.['authorization']).toBe('HEADERCANARY');
  // What traces add to a history replays with any of the bundles.
  const connection = await Connection.connect({ address: server.address });
  const history = await new Client({ connection }).workflow.getHandle(batch).fetchHistory();
  await connection.close();
  for (const kind of ['', '.encoding', '.traces', '.encoding.traces']) {
    const workflowBundle = { codePath: distFile(`workflow-bundle${kind}.js`) };
    const sinks = { exporter: { export: { fn: () => undefined } } };
    await Worker.runReplayHistory({ workflowBundle, sinks }, history, batch);
  }

  const loaded = await loadedBy('traced');
  expect(Object.entries(loaded).map(([command, files]) => [command, files.length > 0])).toEqual(
    expect.arrayContaining([
      ['worker', true],
      ['callbacks', true],
      ['start', true],
    ]),
  );
});

test('without the variables nothing of OpenTelemetry is loaded; switched off, nothing is sent', async () => {
  const collector = await startCollector();
  onTestFinished(() => collector.close());
  await scoreThree('plain', {});
  expect(await loadedBy('plain')).toEqual({ worker: [], callbacks: [], start: [] });
  await scoreThree('off', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...OFF });
  expect(await loadedBy('off')).toEqual({ worker: [], callbacks: [], start: [] });
  expect(collector.connections).toBe(0);
});

test('a collector that never answers, or is gone, holds up neither a batch nor the end of a process', async () => {
  const silent = await startCollector({ answers: false });
  onTestFinished(() => silent.close());
  const gone = await startCollector();
  await gone.close();
  for (const [name, url] of Object.entries({ silent: silent.url, gone: gone.url })) {
    const { startMs, stopMs, output } = await scoreThree(name, {
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_TIMEOUT: '600000' },
      REELSCORE_LOG_LEVEL: 'warn',
    });
    // OpenTelemetry itself would wait for 30 s.
    expect({ name, startMs, stopMs, inTime: startMs < 25_000 && stopMs < 25_000 }).toMatchObject({
      inTime: true,
    });
    expect(output.split('spans cannot be sent').length).toBeLessThanOrEqual(3);
  }
});
