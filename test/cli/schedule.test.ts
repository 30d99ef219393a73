// `reelscore schedule` on a real server.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { SavedSchedule, ScheduleStatus, Triggered } from '../../client/index.js';
import { SIMULATOR_ACCOUNT } from '../../contract/names.js';
import { testServer } from '../support/temporal.js';
import { ask, reelscore } from './cli.js';

const { home } = await testServer();
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-schedule-'));
await writeFile(
  join(cwd, 'library.csv'),
  'id,file_link,prompt\na,https://cdn.example/a.mp4,Calm\n',
);
const account = `c-${randomUUID().slice(0, 8)}`;
const env = { REELSCORE_HOME: home, REELSCORE_ACCOUNT: account };
const made: string[] = [];
afterAll(async () => {
  await Promise.all(made.map((name) => schedule('delete', name)));
  await rm(cwd, { recursive: true, force: true });
});

const schedule = (...args: string[]) => ask(['schedule', ...args], { cwd, env });

function newName(): string {
  const name = `n-${randomUUID().slice(0, 13)}`;
  made.push(name);
  return name;
}

/** Output of a command that must work. */
async function said(...args: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await schedule(...args);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

async function document<T>(...args: string[]): Promise<T> {
  const { stdout, exitCode } = await schedule(...args, '--json');
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as T;
}

const NIGHTLY = ['--cron', '0 2 * * 1-5', '--timezone', 'europe/berlin'];

test('create tells in words what happens, when next, and what it takes', async () => {
  const name = newName();
  const options = ['--manifest', 'later.csv', '--paused', '--note', 'ask Ana'];
  const text = await said('create', name, ...NIGHTLY, ...options);
  expect(text).toContain(`Schedule ${name} is made, and paused.`);
  expect(text).toMatch(/Fires +At 02:00, Monday through Friday, Europe\/Berlin\n/);
  expect(text).toMatch(/Next +(Mon|Tue|Wed|Thu|Fri) \d{4}-\d\d-\d\d 02:00 \(UTC\+[12]\)\n/);
  expect(text).toContain(`Note: ${join(cwd, 'later.csv')} is not there now`);
  expect(text).toContain(
    `No worker is running for the account ${account}: start \`reelscore serve\``,
  );
  expect(text).toContain('The embedded Temporal server ends with the last process that uses it');

  const twice = await schedule('create', name, '--every', '6h', '--manifest', 'library.csv');
  expect(twice).toMatchObject({ exitCode: 1, stdout: '' });
  expect(twice.stderr).toContain(`there is a schedule ${name} of the account ${account} already`);
});

test('every option of create and update reaches the schedule', async () => {
  const name = newName();
  const { notes, ...saved } = await document<SavedSchedule>(
    ...['create', name, '--cron', '0 4 * * *', '--cron', '30 16 * * 0', '--timezone', 'Asia/Tokyo'],
    ...['--manifest', 'library.csv', '--overlap', 'buffer-one', '--catch-up-window', '6h'],
    ...['--jitter', '10m', '--pause-on-failure', '--results', 'nights', '--rate', '2'],
    ...['--max-in-flight', '5', '--priority', 'background', '--max-failures', '25%'],
    ...['--max-submissions', '500', '--notify', 'https://hooks.example/t', '--identity', 'link'],
    ...['--again', '--skip-invalid', '--no-probe'],
  );
  const settings = {
    ...{ rate: 2, maxInFlight: 5, priority: 'background', maxFailures: '25%' },
    ...{ maxSubmissions: 500, identity: 'link', probe: false },
    notify: expect.stringMatching(/^sealed:1:[\w-]+:[\w-]+:https:\/\/hooks\.example$/) as string,
    ledger: join(cwd, 'results'),
  };
  expect({ ...saved, notes }).toMatchObject({
    ...{ cron: ['0 4 * * *', '30 16 * * 0'], timezone: 'Asia/Tokyo', overlap: 'bufferOne' },
    ...{ catchUpWindowMs: 21_600_000, jitterMs: 600_000, pauseOnFailure: true, settings },
    ...{ again: true, skipInvalid: true, manifest: join(cwd, 'library.csv') },
    ...{ results: join(cwd, 'nights'), account, notes: [] },
  });

  const changed = await document<SavedSchedule>(
    ...['update', name, '--every', '6h', '--offset', '15m', '--timezone', 'UTC', '--jitter', '0s'],
    ...['--no-again', '--no-skip-invalid', '--no-pause-on-failure', '--probe', '--rate', '3'],
    ...['--unset', 'maxSubmissions', 'notify', '--overlap', 'cancel-other', '--note', 'new'],
  );
  const { maxSubmissions, notify, ...kept } = settings;
  expect([maxSubmissions, notify]).not.toContain(undefined);
  expect(changed).toMatchObject({
    ...{ cron: [], intervals: [{ everyMs: 21_600_000, offsetMs: 900_000 }], timezone: 'UTC' },
    ...{ again: false, skipInvalid: false, pauseOnFailure: false, jitterMs: 0, note: 'new' },
    ...{ overlap: 'cancelOther', catchUpWindowMs: 21_600_000, manifest: saved.manifest },
  });
  expect(changed.settings).toEqual({ ...kept, probe: true, rate: 3 });
});

test('what a batch may submit is told, with the price of when the budget was set', async () => {
  const name = newName();
  const create = ['create', name, '--every', '1d', '--manifest', 'library.csv', '--budget', '2'];
  const unpriced = await schedule(...create);
  expect(unpriced).toMatchObject({ exitCode: 1, stdout: '' });
  expect(unpriced.stderr).toContain('nothing says what a clip costs');

  const priced = { ...env, REELSCORE_PRICE_PER_CLIP: '0.05 EUR' };
  const args = ['schedule', ...create, '--max-submissions', '500'];
  const { stdout } = await ask(args, { cwd, env: priced });
  expect(stdout).toContain('At most   40 submissions a batch (budget 2 EUR at 0.05 EUR a clip)\n');
  // Also where nothing says what a clip costs: the schedule does.
  expect(await said('update', name, '--max-submissions', '10')).toContain(
    'At most   10 submissions a batch (maxSubmissions; budget 2 EUR at 0.05 EUR a clip would pay for 40)\n',
  );
  expect(await said('update', name, '--budget', '0.2')).toContain(
    'At most   4 submissions a batch (budget 0.2 EUR at 0.05 EUR a clip)\n',
  );
  expect(await said('update', name, '--unset', 'budget')).toContain(
    'At most   10 submissions a batch (maxSubmissions)\n',
  );
  const wrong = await schedule('update', name, '--budget', 'much');
  expect(wrong.stderr).toContain('--budget: "much" is not a number');
});

test('all faults of a schedule are told by the names of the options', async () => {
  const args = ['--cron', '0 25 * * *', '--timezone', 'Mars/Base', '--catch-up-window', '1s'];
  const { stderr, exitCode } = await schedule('create', newName(), ...args, '--manifest', 'a.csv');
  expect(exitCode).toBe(1);
  // On a busy machine it is also said that the server is being started.
  expect(stderr.split('\n').filter((line) => line.startsWith('reelscore:'))).toEqual([
    expect.stringMatching(/^reelscore: --cron: "0 25 \* \* \*": hour 25 is out of bounds/),
    expect.stringMatching(/^reelscore: --timezone: "Mars\/Base" is no time zone/),
    expect.stringMatching(/^reelscore: --catch-up-window: 1s is out of bounds/),
  ]);
});

test('a schedule is triggered, described, paused, resumed, listed and deleted', async () => {
  const name = newName();
  const signed = 'https://files.example/a.csv?sig=abc';
  await said('create', name, ...NIGHTLY, '--manifest', signed, '--notify', 'https://h.example/t0k');
  const { batch = '', how } = await document<Triggered>('trigger', name);
  expect(how).toBe('started');
  expect(await said('trigger', name)).toContain('Nothing was started: an earlier batch');
  const waits = await said('trigger', name, '--overlap', 'buffer-one');
  expect(waits).toContain(`A batch starts when the earlier one of ${name} has ended`);

  const described = await said('describe', name);
  expect(described).toMatch(/Manifest +https:\/\/files\.example\/a\.csv\?\.\.\.\n/);
  expect(described).toMatch(/notify https:\/\/h\.example\n/);
  expect(described).toMatch(/Overlap +skip \(left out so far: 1\)/);
  expect(described).toMatch(/Catch-up +up to 1 hour late \(missed so far: 0\)/);
  const times = described.match(/^ {2}\w{3} [\d-]{10} 02:00 \(UTC\+[12]\) +[\dT:-]+Z$/gm);
  expect(times).toHaveLength(5);
  expect(described).toContain(`  ${batch}  running; its manifest is not read yet`);

  await said('pause', name, '--note', 'the archive is being moved');
  const list = await said('list');
  const row = list.split('\n').find((line) => line.startsWith(`${name} `));
  expect(row?.split(/ {2,}/)).toEqual([
    ...[name, 'At 02:00, Monday through Friday, Europe/Berlin', 'when resumed', 'paused'],
    expect.stringMatching(/^running; its manifest is not read yet \([\dT:-]+Z\)$/),
  ]);
  expect(await said('describe', name)).toMatch(/State +paused: the archive is being moved\n/);
  expect(await said('resume', name)).toMatch(/goes on\. Next: \w{3} \d{4}/);

  expect(await document('delete', name)).toEqual({ schedule: name, deleted: true });
  const gone = await schedule('describe', name, '--json');
  expect(gone.exitCode).toBe(1);
  expect(JSON.parse(gone.stdout)).toMatchObject({ error: { code: 'schedule_not_found' } });
});

test('backfill starts the batches of past times, one after the other', async () => {
  const name = newName();
  await said('create', name, '--every', '1d', '--manifest', 'library.csv');
  const span = ['--from', '2026-11-01T00:00:00Z', '--to', '2026-11-03T00:00:00Z'];
  expect(await document('backfill', name, ...span)).toEqual({
    ...{ schedule: name, from: '2026-11-01T00:00:00.000Z', to: '2026-11-03T00:00:00.000Z' },
    overlap: 'bufferAll',
  });
  const { last } = await document<ScheduleStatus>('describe', name);
  expect(last.map(({ batch }) => batch)).toEqual([`${name}-2026-11-01T00:00:00Z`]);
});

test('with --simulate it belongs to the account of the simulator, also as a process', async () => {
  const name = newName();
  const args = ['schedule', 'create', name, '--every', '1d', '--manifest', 'library.csv'];
  const { stdout, exitCode } = await reelscore([...args, '--simulate'], { cwd, env });
  expect([stdout, exitCode]).toEqual([expect.stringContaining(`Schedule ${name} is made`), 0]);
  const { account: whose } = await document<ScheduleStatus>('describe', name);
  expect(whose).toBe(SIMULATOR_ACCOUNT);
});
