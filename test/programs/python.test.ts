// Batches started from Python with Temporal's SDK of PyPI, as docs/programs.md shows it.
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../config/paths.js';
import { readRows } from '../support/rig.js';
import { findPython, runPython } from './python.js';
import { startService } from './service.js';

const { missing = '', path = '' } = await findPython();
if (missing !== '') console.log(`Skipped, the tests of Python: ${missing}`);
const { env, folder, here, publish, simulator, worker } = await startService();

const example = join(PACKAGE_ROOT, 'examples/start_batch.py');
const scriptOf = (name: string) => join(PACKAGE_ROOT, 'test/programs', name);
const run = (...args: string[]) => runPython(path, args, { cwd: folder, env });
const resultsOf = (batch: string) => readRows(join(folder, 'results', batch));
const clip = (n: number) => ({
  ...{ id: `clip-${n}`, prompt: `Prompt ${randomUUID()}` }, // music that no other test wants
  file_link: `${simulator.url}/clips/sunrise.mp4`,
});

describe.skipIf(missing !== '')('Python', () => {
  test('the example scores a manifest at a URL, and the results lie on disk', async () => {
    publish('autumn.csv', [0, 1, 2].map(clip));
    const url = here('https://files.example/autumn.csv');
    const { stdout, exitCode } = await run(example, 'autumn', url);
    expect(stdout).toContain(`autumn: 3 succeeded, see ${join(folder, 'results/autumn')}`);
    expect(exitCode).toBe(0);
    const rows = await resultsOf('autumn');
    expect(rows.map(({ id, status }) => [id, status])).toEqual([
      ['clip-0', 'succeeded'],
      ['clip-1', 'succeeded'],
      ['clip-2', 'succeeded'],
    ]);
    const table = await readFile(join(folder, 'results/autumn/results.csv'), 'utf8');
    expect(table.split('\n')[0]).toMatch(/^id,status,file_link,/);
    const soundtrack = await readFile(join(folder, 'results/autumn', String(rows[0]?.output)));
    expect(soundtrack.length).toBeGreaterThan(100);
  });

  test('the example scores its own clips; started again, it is the same batch', async () => {
    const copy = join(folder, 'start_batch.py');
    await writeFile(copy, here(await readFile(example, 'utf8')));
    const before = simulator.ledger().length;
    const first = await run(copy, 'trailers');
    expect(first.stdout).toContain('trailers: 2 succeeded');
    expect(await resultsOf('trailers')).toMatchObject([
      { id: 'sunrise', status: 'succeeded', campaign: 'autumn' },
      { id: 'arcade', status: 'succeeded', campaign: 'games' },
    ]);
    const second = await run(copy, 'trailers');
    expect(second.stdout).toContain('trailers: 2 succeeded');
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(simulator.ledger().length - before).toBe(2);
  });

  test('the example tells why a batch could not be opened', async () => {
    const { stdout, exitCode } = await run(
      example,
      'nowhere',
      here('https://files.example/none.csv'),
    );
    expect(stdout).toContain('nowhere failed, manifest_unreadable: ');
    expect(stdout).toContain('the server answers 404');
    expect(exitCode).toBe(1);
  });

  test('a version that the worker does not know is refused by type', async () => {
    const { stdout } = await run(scriptOf('refused.py'), `v-${randomUUID()}`);
    const [type, message] = stdout.split('\n');
    expect(type).toBe('request_invalid');
    expect(message).toContain('version: 2 is not known to this worker (it reads version 1');
  });

  test('signals pause and resume a batch, and a cancelled one leaves its results', async () => {
    const batch = `steered-${randomUUID()}`;
    publish(
      'long.csv',
      Array.from({ length: 60 }, (_, n) => clip(n)),
    );
    const url = here('https://files.example/long.csv');
    const { stdout } = await run(scriptOf('steered.py'), batch, url);
    expect(stdout.split('\n')).toEqual(['paused lunch', 'running', 'cancelled']);
    const rows = await resultsOf(batch);
    expect(rows).toHaveLength(60);
    expect(rows.some(({ status }) => status === 'cancelled')).toBe(true);
  });

  test('without a worker the example says so, and goes on when there is one', async () => {
    publish('later.csv', [clip(0)]);
    await worker.stop();
    const running = run(example, 'later', here('https://files.example/later.csv'));
    let printed = '';
    const told = new Promise<void>((resolve) => {
      running.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        if (printed.includes('no worker answers (start one: reelscore serve)')) resolve();
      });
    });
    await Promise.race([told, running]);
    await worker.start();
    expect((await running).stdout).toContain('later: 1 succeeded');
    expect(printed).toContain('no worker answers');
  });
});
