// The command line as a process, with its embedded server and the simulator.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { afterAll, expect, test } from 'vitest';
import type { AccountStatus, BatchStatus, BatchSummary, TunedAccount } from '../../client/index.js';
import { acquireHome } from '../../temporal/embedded/acquire-home.js';
import { clips, readRows, type ManifestRow } from '../support/rig.js';
import { childPid, ownServer, temporaryHome } from '../support/temporal.js';
import { ask, reelscore } from './cli.js';

const { home } = await ownServer();
// Held so that not every command has to start it.
const lease = await acquireHome({ home, services: ['simulator'] });
afterAll(() => lease.release());
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-run-'));
afterAll(() => rm(cwd, { recursive: true, force: true }));
const env = { REELSCORE_HOME: home };
const FAST = ['--simulate', '--again', '--no-probe', '--rate', '50', '--max-in-flight', '50'];

const cli = (...args: string[]) => reelscore(args, { cwd, env });
const asked = (...args: string[]) => ask(args, { cwd, env });

async function manifest(name: string, rows: ManifestRow[]): Promise<string> {
  await writeFile(join(cwd, name), stringify(rows, { header: true }));
  return name;
}

/** Starts a command and resolves once it has printed a text. */
async function startedUntil(text: string, ...args: string[]) {
  const process = cli(...args);
  let printed = '';
  process.stdout.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
  await new Promise<void>((resolve, reject) => {
    process.stdout.on('data', () => printed.includes(text) && resolve());
    process.stdout.on('end', () => reject(new Error(`${args.join(' ')} ended: ${printed}`)));
  });
  return { process, batch: /^Batch (\S+):/m.exec(printed)?.[1] ?? '' };
}

async function json<T>(...args: string[]): Promise<T> {
  const { stdout } = await asked(...args, '--json');
  return JSON.parse(stdout) as T;
}

test('run scores a manifest, prints one document, leaves its results and no process', async () => {
  const ownHome = await temporaryHome();
  const path = await manifest(
    'whole.csv',
    clips(12, (n) => (n === 3 ? 'fail' : '')),
  );
  const { stdout, stderr, exitCode } = await reelscore(
    ['run', path, ...FAST, '--out', 'scored', '--json'],
    { cwd, env: { REELSCORE_HOME: ownHome } },
  );
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Done: ');
  const summary = JSON.parse(stdout) as BatchSummary;
  expect(summary.counts).toMatchObject({ total: 12, succeeded: 11, failed: 1 });
  const written = await readFile(join(cwd, 'scored', 'summary.json'), 'utf8');
  expect(summary).toMatchObject(JSON.parse(written) as object);
  expect(await readRows(join(cwd, 'scored'))).toHaveLength(12);
  for (const name of ['supervisor', 'temporal', 'simulator'] as const) {
    expect(childPid(ownHome, name)).toBeUndefined();
  }
});

test('the same manifest again shows how it ended; retry goes on with what failed', async () => {
  const path = await manifest(
    'again.csv',
    clips(6, (n) => (n === 0 ? 'fail*2' : '')),
  );
  const first = await cli('run', path, ...FAST);
  expect(first.exitCode).toBe(2);
  const batch = /Batch (\S+):/.exec(first.stdout)?.[1] ?? '';
  expect(first.stdout).toMatch(/succeeded +5\n.*failed +1\n/);
  expect(first.stdout).toContain(`reelscore retry ${batch}`);

  const second = await asked('run', path, ...FAST);
  expect(second.exitCode).toBe(2);
  expect(second.stdout).toContain('has run already');

  const retried = await cli('retry', batch, '--rate', '50');
  expect(retried.stdout).toContain('1 of 6 clips again');
  expect(retried.exitCode).toBe(0);
  const nothing = await asked('retry', batch);
  expect(nothing.stdout).toContain('no clip left to be retried');
  expect(nothing.exitCode).toBe(0);
});

test('Ctrl-C detaches with 130, and the next run goes on without paying twice', async () => {
  const path = await manifest('break.csv', clips(20));
  const slow = ['--simulate', '--again', '--no-probe', '--rate', '10'];
  const { process } = await startedUntil('0/20', 'run', path, ...slow);
  process.kill('SIGINT');
  const { stdout, exitCode } = await process;
  expect(exitCode).toBe(130);
  expect(stdout).toContain('Go on: reelscore run break.csv --simulate');

  const again = await cli('run', path, ...slow, '--json');
  expect(again.exitCode).toBe(0);
  expect(again.stderr).toContain('started before and goes on');
  expect(JSON.parse(again.stdout)).toMatchObject({ counts: { succeeded: 20 }, submissions: 20 });
});

test('start returns at once and says that no worker runs; run goes on, also after a pause', async () => {
  const path = await manifest('started.csv', clips(8));
  const { stdout, exitCode } = await cli('start', path, ...FAST);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('No worker is running');
  const batch = /Batch (\S+) started/.exec(stdout)?.[1] ?? '';
  expect(await json<BatchStatus>('status', batch)).toMatchObject({
    ...{ batch, state: 'running', workerAnswering: false },
  });
  const paused = await asked('pause', batch);
  expect(paused.stdout).toContain(`reelscore resume ${batch}`);

  const running = await startedUntil('PAUSED', 'run', path, ...FAST);
  const status = await asked('status', batch);
  expect(status.stdout).toContain('Paused: paused by hand');
  expect((await asked('resume', batch)).exitCode).toBe(0);
  expect((await running.process).exitCode).toBe(0);
  const list = await json<BatchStatus[]>('status');
  expect(list.find((entry) => entry.batch === batch)).toMatchObject({ state: 'finished' });
});

test('tune changes what status shows of the account; a batch that joins is told its limits', async () => {
  const slow = ['--simulate', '--again', '--no-probe', '--rate', '2', '--max-in-flight', '4'];
  const path = await manifest('tuned.csv', clips(60));
  const running = await startedUntil('0/60', 'run', path, ...slow, '--priority', 'background');
  const { batch } = running;
  const one = await asked('status', batch);
  expect(one.stdout).toMatch(/Priority +background\n/);
  expect(one.stdout).toMatch(/Share +2\/s, 4 tasks in flight \(all of account simulator\)/);

  const tuned = await asked('tune', '--simulate', '--rate', '3', '--max-in-flight', '5');
  const line = 'Account simulator: rate 2/s -> 3/s, burst 1, tasks in flight 4 -> 5';
  expect(tuned).toMatchObject({ exitCode: 0, stdout: line });
  const again = await json<TunedAccount>('tune', '--simulate', '--burst', '2');
  expect(again).toMatchObject({
    ...{ account: 'simulator', before: { burst: 1 }, limits: { burst: 2, ratePerSecond: 3 } },
  });
  const { stdout } = await asked('status');
  expect(stdout).toMatch(/^Account default: not in use; /);
  expect(stdout).toMatch(/\nAccount simulator: open; 3\/s, burst 2, \d of 5 tasks in flight\n/);
  expect(stdout).toMatch(new RegExp(`\n  ${batch}  background  3/s, .*\n\nBATCH +STATE`));
  const accounts = await json<AccountStatus[]>('status', '--accounts');
  expect(accounts.map(({ account, running }) => [account, running])).toEqual([
    ['default', false],
    ['simulator', true],
  ]);

  const joining = await asked('start', await manifest('joins.csv', clips(2)), ...slow);
  expect(joining.stdout).toContain(
    'Note: the account simulator is in use with rate 3 (not 2), maxInFlight 5 (not 4); change it with: reelscore tune --simulate --rate 2 --max-in-flight 4',
  );
  expect((await asked('cancel', batch)).exitCode).toBe(0);
  expect((await running.process).exitCode).toBe(2);
  const idle = await asked('tune', '--rate', '3');
  expect(idle.exitCode).toBe(1);
  expect(idle.stderr).toContain('no batch uses the account default');
});

test('when the vendor denies access, run, status and resume speak of the whole account', async () => {
  const path = await manifest(
    'denied.csv',
    clips(8, (n) => (n === 2 ? 'http:401*1' : '')),
  );
  const running = await startedUntil(
    'PAUSED, with every batch of the account',
    'run',
    path,
    ...FAST,
  );
  const all = await asked('status');
  expect(all.stdout).toMatch(/\nAccount simulator: PAUSED; /);
  // Any batch of the account will do; one that an earlier test has left may still be there.
  expect(all.stdout).toMatch(/401 .*for all of them: reelscore resume \S+\n/);
  const one = await asked('status', running.batch);
  expect(one.stdout).toContain('Paused, with every batch of the account: the vendor denies access');
  const resumed = await asked('resume', running.batch);
  expect(resumed.stdout).toContain('and with it every batch of its account');
  expect((await running.process).exitCode).toBe(0);
});

test('a batch whose clips fail at the vendor pauses, with the reasons and the way on', async () => {
  const path = await manifest(
    'failing.csv',
    clips(60, () => 'fail*2'),
  );
  const slow = ['--simulate', '--again', '--no-probe', '--rate', '5', '--max-failures', '3'];
  const running = await startedUntil('PAUSED', 'run', path, ...slow);
  const { stdout } = await asked('status', running.batch);
  expect(stdout).toMatch(
    /Paused: \d+ of \d+ clips failed \(\d+ x 680001 .*\)\. Go on: reelscore resume/,
  );
  expect((await asked('cancel', running.batch)).exitCode).toBe(0);
  expect((await running.process).exitCode).toBe(2);
});

test('cancel ends a batch; run then exits with 2', async () => {
  const path = await manifest('cancelled.csv', clips(30));
  const slow = ['--simulate', '--again', '--no-probe'];
  const { process, batch } = await startedUntil('0/30', 'run', path, ...slow);
  expect((await cli('cancel', batch)).exitCode).toBe(0);
  const { stdout, exitCode } = await process;
  expect(stdout).toMatch(/Cancelled: [^]*cancelled +\d+\n/);
  expect(exitCode).toBe(2);
});

test('results are streamed in every format, and a reader may leave', async () => {
  const path = await manifest(
    'formats.csv',
    clips(5, (n) => (n === 1 ? 'fail' : '')),
  );
  const { batch } = await json<{ batch: string }>('run', path, ...FAST);
  const csv = await asked('results', batch);
  expect(csv.stdout.split('\n')[0]).toMatch(/^id,status,file_link,prompt,task_id,attempts,/);
  expect(csv.stdout.split('\n')).toHaveLength(6);
  const failed = await asked('results', batch, '--status', 'failed', '--format', 'jsonl');
  expect(JSON.parse(failed.stdout)).toMatchObject({ id: 'c1', status: 'failed' });
  const list = await asked('results', batch, '--format', 'json');
  expect(JSON.parse(list.stdout)).toHaveLength(5);
  const none = await asked('results', batch, '--status', 'skipped', '--format', 'json');
  expect(JSON.parse(none.stdout)).toEqual([]);

  const left = cli('results', batch);
  left.stdout.destroy();
  expect((await left).exitCode).toBe(0);
});

test('a batch nobody knows exits 1 and says where to look', async () => {
  const { stderr, exitCode } = await cli('status', 'nobody');
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    'reelscore: there is no batch nobody (see the batches with: reelscore status)',
  );
});
