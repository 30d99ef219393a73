// Schedules through the programmatic API, against a real server. What is looked at is what the server
// keeps and starts: no worker scores these batches.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, expect, test } from 'vitest';
import { Reelscore, type ScheduleSpec } from '../../client/index.js';
import { SCORE_BATCH_WORKFLOW, taskQueueOf } from '../../contract/names.js';
import { resolveConfig } from '../../config/config.js';
import { testServer } from '../support/temporal.js';
import { until } from '../support/until.js';

const server = await testServer();
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-schedules-'));
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection, namespace: server.namespace });
const made: string[] = [];
afterAll(async () => {
  for (const id of made)
    await client.schedule
      .getHandle(id)
      .delete()
      .catch(() => undefined);
  await connection.close();
  await rm(cwd, { recursive: true, force: true });
});

const account = `s-${randomUUID().slice(0, 8)}`;
const SECRETS = {
  TOMOVIEE_APP_KEY: 'key-never-to-be-seen',
  TOMOVIEE_APP_SECRET: 'secret-never-to-be-seen',
  REELSCORE_CALLBACK_SECRET: 'callback-never-to-be-seen',
  REELSCORE_WEBHOOK_SECRET: `whsec_${Buffer.from('never-to-be-seen-never-to-be-seen').toString('base64')}`,
  REELSCORE_MANIFEST_HEADER: 'files.example Authorization: never-to-be-seen',
};

async function connect(env: NodeJS.ProcessEnv = {}, settings = {}): Promise<Reelscore> {
  const config = resolveConfig(
    settings,
    { REELSCORE_HOME: server.home, REELSCORE_ACCOUNT: account, ...SECRETS, ...env },
    cwd,
  );
  const api = await Reelscore.connect({ config, cwd });
  afterAll(() => api.close());
  return api;
}

const api = await connect();

/** A sealed link of which people see so much. */
const sealed = (shown: string): string =>
  expect.stringMatching(
    new RegExp(`^sealed:1:[\\w-]+:[\\w-]+:${shown.replace(/[.?]/g, '\\$&')}$`),
  ) as string;

const nightly: ScheduleSpec = {
  cron: '0 2 * * *',
  timezone: 'Europe/Berlin',
  manifest: 'library.csv',
};

/** A name of its own, removed after the tests. */
function newName(): string {
  const name = `n-${randomUUID().slice(0, 13)}`;
  made.push(`reelscore-schedule-${name}`);
  return name;
}

async function create(spec: Partial<ScheduleSpec> = {}): Promise<string> {
  const name = newName();
  await api.schedules.create(name, { ...nightly, ...spec });
  return name;
}

/** A worker of a queue whose batches end at once. */
async function startEndingWorker(of: string): Promise<{ stop: () => Promise<void> }> {
  const native = await NativeConnection.connect({ address: server.address });
  const worker = await Worker.create({
    ...{ connection: native, namespace: server.namespace, taskQueue: taskQueueOf(of) },
    workflowsPath: fileURLToPath(new URL('ending-workflows.ts', import.meta.url)),
  });
  const running = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await running;
      await native.close();
    },
  };
}

const raw = (name: string) => client.schedule.getHandle(`reelscore-schedule-${name}`).describe();

test('a schedule tells when it fires, in words and times, and what it does', async () => {
  const name = newName();
  const saved = await api.schedules.create(name, { ...nightly, note: 'ask Ana' });
  const { next, createdAt, notes, ...rest } = saved;
  expect(rest).toEqual({
    name,
    account,
    words: 'At 02:00, every day',
    cron: ['0 2 * * *'],
    intervals: [],
    timezone: 'Europe/Berlin',
    jitterMs: 0,
    manifest: join(cwd, 'library.csv'),
    skipInvalid: false,
    again: false,
    results: join(cwd, 'results'),
    settings: { ledger: join(cwd, 'results') },
    overlap: 'skip',
    catchUpWindowMs: 3_600_000,
    pauseOnFailure: false,
    paused: false,
    note: 'ask Ana',
    last: [],
    started: 0,
    skippedByOverlap: 0,
    missedCatchUp: 0,
    workerRunning: false,
  });
  expect(Date.parse(createdAt)).toBeGreaterThan(0);
  expect(next).toHaveLength(5);
  const clock = new Intl.DateTimeFormat('de', { timeZone: 'Europe/Berlin', timeStyle: 'short' });
  expect(next.map((moment) => clock.format(new Date(moment)))).toEqual(Array(5).fill('02:00'));
  // What the clocks of the zone do to its times comes after.
  expect(notes[0]).toContain(`${join(cwd, 'library.csv')} is not there now`);
  const described = await api.schedules.describe(name);
  expect(described).toEqual({ ...rest, next, createdAt });
});

test('what the configuration gives goes into the schedule, and no secret does', async () => {
  await writeFile(
    join(cwd, 'reelscore.yaml'),
    'pollInterval: 2s\nmaxFailures: 25%\npricePerClip: 0.05 EUR\nbudget: 10\nmaxSubmissions: 150\nledger: books\n',
  );
  const from = await connect(
    { REELSCORE_RATE: '3', REELSCORE_NOTIFY: 'https://hooks.example/t/0123' },
    { probe: false, out: 'elsewhere' },
  );
  await rm(join(cwd, 'reelscore.yaml'));
  const name = newName();
  const settings = { priority: 'background' };
  const { notes } = await from.schedules.create(name, {
    ...{ ...nightly, settings, skipInvalid: true, again: true, results: 'nights' },
    manifest: 'https://files.example/library.csv?sig=abc',
  });
  expect(notes).not.toContainEqual(expect.stringContaining('not there'));
  const { action, raw: kept } = await raw(name);
  expect(action).toMatchObject({
    workflowType: SCORE_BATCH_WORKFLOW,
    workflowId: name,
    taskQueue: taskQueueOf(account),
  });
  expect(action.args).toEqual([
    {
      version: 1,
      manifest: sealed('https://files.example/library.csv?...'),
      skipInvalid: true,
      again: true,
      results: join(cwd, 'nights'),
      settings: {
        rate: 3,
        priority: 'background',
        maxFailures: '25%',
        budget: 10,
        maxSubmissions: 150, // both hold, whatever becomes of the price
        pricePerClip: '0.05 EUR',
        ledger: join(cwd, 'books'),
        notify: sealed('https://hooks.example'),
        probe: false,
        pollInterval: '2000ms',
      },
    },
  ]);
  const payloads = kept.schedule?.action?.startWorkflow?.input?.payloads ?? [];
  const everything = [JSON.stringify(kept), JSON.stringify(action)].concat(
    payloads.map(({ data }) => Buffer.from(data ?? []).toString()),
  );
  expect(everything.join()).toContain('hooks.example');
  for (const secret of [
    'sig=abc',
    '/t/0123',
    'never-to-be-seen',
    SECRETS.REELSCORE_WEBHOOK_SECRET.slice(6),
  ]) {
    expect(everything.join()).not.toContain(secret);
  }
});

test('the times of a schedule follow the clocks of its zone', async () => {
  const name = await create({ cron: '30 2 * * *', overlap: 'allowAll', paused: true });
  const startedIn = async (from: string, to: string, count: number) => {
    await api.schedules.backfill(name, { from, to, overlap: 'allowAll' });
    const { last } = await until(
      () => api.schedules.describe(name),
      ({ started }) => started === count,
    );
    return last.map(({ batch }) => batch.slice(name.length + 1));
  };
  // The night of 25 October has 02:30 twice and is one batch all the same; that of 29 March has it not
  // at all. Both ends belong to a span.
  const autumn = ['2026-10-24T00:30:00Z', '2026-10-26T01:30:00Z'] as const;
  expect((await startedIn(...autumn, 3)).sort()).toEqual([
    '2026-10-24T00:30:00Z',
    '2026-10-25T01:30:00Z',
    '2026-10-26T01:30:00Z',
  ]);
  const spring = await startedIn('2026-03-28T01:30:00Z', '2026-03-30T00:30:00Z', 5);
  expect(spring.slice(0, 2).sort()).toEqual(['2026-03-28T01:30:00Z', '2026-03-30T00:30:00Z']);
});

test('faults of a schedule are told all at once, and nothing is made', async () => {
  const name = newName();
  const making = api.schedules.create(name, {
    ...{ cron: ['0 2 * *', '0 2 * * *'], every: '6h', timezone: 'Europe/Berln', jitter: '5' },
    ...{
      catchUpWindow: '1s',
      overlap: 'wait' as never,
      manifest: 'ftp://files.example/library.csv',
    },
    settings: { rate: 0, color: 'red' } as never,
  });
  await expect(making).rejects.toMatchObject({ code: 'schedule_invalid' });
  const error = await making.catch((thrown: unknown) => thrown as Error);
  expect((error as Error).message.split('\n')).toEqual([
    expect.stringMatching(/^option cron: "0 2 \* \*" has 4 fields \(write five/),
    expect.stringMatching(/^option timezone: "Europe\/Berln" is no time zone \(did you mean/),
    expect.stringMatching(/^option manifest: it is neither a path, an http\(s\) URL nor s3:/),
    expect.stringMatching(/^option overlap: "wait" is unknown \(/),
    expect.stringMatching(/^option catchUpWindow: 1s is out of bounds \(write a duration from 10s/),
    expect.stringMatching(/^option jitter: "5" is not a duration|^option jitter: 5 has no unit/),
    expect.stringMatching(/^option rate: 0 is out of bounds/),
    expect.stringMatching(/^option color: it is no setting of a batch \(use rate, burst/),
    expect.stringMatching(/^option every: it cannot stand beside cron/),
  ]);
  await expect(api.schedules.describe(name)).rejects.toMatchObject({ code: 'schedule_not_found' });
});

test.each([
  [{ cron: undefined }, /nothing says when it fires \(give cron or every\)/],
  [{ cron: undefined, every: '1h', offset: '1h' }, /offset: it is not less than every/],
  [{ offset: '1h' }, /offset: it belongs to every, not to cron/],
  [{ settings: { budget: 5 } }, /budget: nothing says what a clip costs \(set pricePerClip too\)/],
  [{ settings: { ledger: 'books' } }, /ledger: it is not absolute/],
  [{ manifest: 'https://ana:pw@files.example/a.csv' }, /manifest: it holds a user or password/],
])('%j is refused', async (spec, message) => {
  const making = api.schedules.create(newName(), { ...nightly, ...spec } as ScheduleSpec);
  await expect(making).rejects.toMatchObject({ code: 'schedule_invalid' });
  await expect(making).rejects.toThrow(message);
  await expect(making).rejects.not.toThrow(/:pw@/);
});

test.each([
  ['night ly', /such as night-ly/],
  ['a'.repeat(39), /at most 38 of them, such as a{38}\)/],
  ['reelscore-account-x', /ids that begin with reelscore-account- are those of accounts/],
  ['', /cannot be used/],
])('the name %j is refused', async (name, message) => {
  const making = api.schedules.create(name, nightly);
  await expect(making).rejects.toMatchObject({ code: 'schedule_name_invalid' });
  await expect(making).rejects.toThrow(message);
});

test('a name is given once, whatever the account', async () => {
  const name = await create();
  const other = await connect({ REELSCORE_ACCOUNT: `${account}-2` });
  const making = other.schedules.create(name, nightly);
  await expect(making).rejects.toMatchObject({ code: 'schedule_exists' });
  await expect(making).rejects.toThrow(`schedule ${name} of the account ${account} already`);
  expect((await other.schedules.describe(name)).account).toBe(account);
});

test('update changes what is given and leaves the rest', async () => {
  const name = await create({
    ...{ jitter: '10m', note: 'ask Ana', pauseOnFailure: true, overlap: 'bufferOne' },
    ...{ skipInvalid: true, settings: { rate: 2, maxSubmissions: 10 } },
  });
  const before = await api.schedules.describe(name);
  const moved = await api.schedules.update(name, {
    ...{ manifest: 'other.csv', catchUpWindow: '6h', skipInvalid: false },
    settings: { maxSubmissions: 50, priority: 'urgent' },
  });
  const { updatedAt, notes, ...rest } = moved;
  expect(rest).toEqual({
    ...before,
    manifest: join(cwd, 'other.csv'),
    catchUpWindowMs: 6 * 3_600_000,
    skipInvalid: false,
    settings: { ...before.settings, maxSubmissions: 50, priority: 'urgent' },
    next: rest.next, // each with a jitter of its own
  });
  expect(updatedAt).toBeDefined();
  expect(notes[0]).toContain('other.csv is not there now');

  const often = await api.schedules.update(name, {
    ...{ every: '6h', offset: '15m', unset: ['rate'], paused: true },
    ...{ note: 'until Monday', jitter: '0s' },
  });
  expect(often).toMatchObject({
    ...{ cron: [], intervals: [{ everyMs: 6 * 3_600_000, offsetMs: 900_000 }] },
    ...{ words: 'Every 6 hours, shifted by 15 minutes', paused: true, note: 'until Monday' },
    ...{ timezone: 'Europe/Berlin', overlap: 'bufferOne', pauseOnFailure: true, jitterMs: 0 },
  });
  expect(often.settings).not.toHaveProperty('rate');
  expect(often.next.every((iso) => iso.slice(13) === ':15:00.000Z')).toBe(true);
  expect((await api.schedules.update(name, { offset: '0s' })).words).toBe('Every 6 hours');

  const again = await api.schedules.update(name, { cron: ['0 4 * * *', '0 16 * * 1-5'] });
  expect(again).toMatchObject({
    ...{ cron: ['0 4 * * *', '0 16 * * 1-5'], intervals: [] },
    words: 'At 04:00, every day; At 16:00, Monday through Friday',
  });
  const late = api.schedules.update(name, { offset: '5m' });
  await expect(late).rejects.toThrow(/it belongs to every, and this schedule has cron/);
  expect((await raw(name)).action.args).toEqual([
    {
      ...{ version: 1, manifest: join(cwd, 'other.csv'), skipInvalid: false },
      results: join(cwd, 'results'),
      settings: { ledger: join(cwd, 'results'), maxSubmissions: 50, priority: 'urgent' },
    },
  ]);
});

test('a schedule is paused and resumed with a note', async () => {
  const name = await create({ note: 'ask Ana' });
  await api.schedules.pause(name, 'the archive is being moved');
  const paused = { paused: true, note: 'the archive is being moved' };
  expect(await api.schedules.describe(name)).toMatchObject(paused);
  await api.schedules.resume(name, 'moved');
  expect(await api.schedules.describe(name)).toMatchObject({ paused: false, note: 'moved' });
  await api.schedules.pause(name);
  expect(await api.schedules.describe(name)).toMatchObject({ paused: true, note: 'paused' });
});

test('trigger starts a batch with the name, queue and request of the schedule', async () => {
  const name = await create({ paused: true });
  const { how, batch = '' } = await api.schedules.trigger(name);
  expect(how).toBe('started');
  expect(batch).toMatch(new RegExp(`^${name}-\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$`));
  const handle = client.workflow.getHandle(batch);
  const { type, taskQueue } = await handle.describe();
  expect({ type, taskQueue }).toEqual({
    ...{ type: SCORE_BATCH_WORKFLOW, taskQueue: taskQueueOf(account) },
  });
  const { events } = await handle.fetchHistory();
  const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
  expect(JSON.parse(Buffer.from(input ?? []).toString())).toEqual({
    ...{ version: 1, manifest: join(cwd, 'library.csv'), results: join(cwd, 'results') },
    settings: { ledger: join(cwd, 'results') },
  });

  expect(await api.schedules.trigger(name)).toEqual({ how: 'skipped' });
  expect(await api.schedules.trigger(name, { overlap: 'bufferOne' })).toEqual({ how: 'waiting' });
  const status = await api.schedules.describe(name);
  expect(status).toMatchObject({ started: 1, skippedByOverlap: 1 });
  const [last, ...others] = status.last;
  expect(last).toMatchObject({ batch, state: 'running' });
  expect(last?.counts).toBeUndefined();
  expect(others).toEqual([]);
});

test('a batch that stopped is listed with the reason, and the last five batches only', async () => {
  const name = await create({ overlap: 'allowAll' });
  const at = (hour: number) => `2026-11-0${hour}T01:00:00Z`;
  await api.schedules.backfill(name, { from: at(1), to: at(6), overlap: 'allowAll' });
  const { last } = await until(
    () => api.schedules.describe(name),
    ({ started }) => started === 6,
  );
  const ids = [6, 5, 4, 3, 2].map((hour) => `${name}-${at(hour)}`);
  expect(last.map(({ batch }) => batch)).toEqual(ids);
  await client.workflow.getHandle(ids[0] ?? '').terminate('by hand');
  const described = await api.schedules.describe(name);
  expect(described.last[0]).toMatchObject({
    batch: ids[0],
    state: 'stopped',
    reason: 'terminated',
  });
  const listed = await api.schedules.list();
  expect(listed.find((status) => status.name === name)?.last).toEqual([described.last[0]]);
});

test.each([
  [
    { from: 'yesterday', to: '2026-11-20' },
    /from: "yesterday" is not a moment.*\n.*to: "2026-11-20"/,
  ],
  [{ from: '2026-11-20T00:00', to: '2026-11-21T00:00Z' }, /from: "2026-11-20T00:00" is not a/],
  [{ from: '2026-11-21T00:00Z', to: '2026-11-20T00:00Z' }, /to: it lies before from/],
  [{ from: '2026-11-20T00:00Z', to: '2999-11-20T00:00Z' }, /to: it lies in the future/],
])('a backfill of %j is refused', async (span, message) => {
  const backfill = api.schedules.backfill('any', span);
  await expect(backfill).rejects.toMatchObject({ code: 'schedule_invalid' });
  await expect(backfill).rejects.toThrow(message);
});

test('how batches ended is told from what the server keeps, wherever their results lie', async () => {
  const own = `${account}-ends`;
  const { schedules } = await connect({ REELSCORE_ACCOUNT: own });
  const worker = await startEndingWorker(own);
  const name = newName();
  await schedules.create(name, { ...nightly, pauseOnFailure: true });
  const ended = (state: string) =>
    until(
      () => schedules.describe(name),
      ({ last }) => last[0]?.state === state,
    );
  const { batch } = await schedules.trigger(name);
  const { last, workerRunning } = await ended('finished');
  const counts = { total: 120, succeeded: 118, failed: 2 };
  expect({ last, workerRunning }).toMatchObject({ last: [{ batch, counts }], workerRunning: true });

  await schedules.update(name, { manifest: 'missing.csv' });
  // Two batches of one second would have the same id.
  await until(
    () => Promise.resolve(new Date().toISOString().slice(0, 19)),
    (second) => !batch?.includes(second),
  );
  await schedules.trigger(name);
  const failed = await ended('stopped');
  expect(failed.last[0]?.reason).toBe(
    `${join(cwd, 'missing.csv')}: there is no such file (put it there)`,
  );
  expect(failed.last[1]).toEqual(last[0]);
  const { note } = await until(
    () => schedules.describe(name),
    ({ paused }) => paused,
  );
  expect(note).toMatch(/paused due to workflow failure/);
  await worker.stop();
});

test('the list has the schedules of every account, by name, and none that is not ours', async () => {
  const [name, foreign] = [await create(), randomUUID()];
  const alike = newName();
  made.push(foreign);
  for (const scheduleId of [foreign, `reelscore-schedule-${alike}`]) {
    await client.schedule.create({
      scheduleId,
      spec: { intervals: [{ every: '1d' }] },
      action: { type: 'startWorkflow', workflowType: 'other', taskQueue: 'other', args: [] },
    });
  }
  const listed = await until(
    () => api.schedules.list(),
    (all) => all.some((status) => status.name === name),
  );
  const names = listed.map((status) => status.name);
  expect(names).toEqual([...names].sort());
  expect(names).not.toContain(alike);
  expect(names.join()).not.toContain(foreign);
  expect(listed.find((status) => status.name === name)).toEqual(await api.schedules.describe(name));
  await expect(api.schedules.delete(alike)).rejects.toMatchObject({ code: 'schedule_not_found' });
});

test('delete removes a schedule, and its batch goes on', async () => {
  const name = await create();
  const { batch = '' } = await api.schedules.trigger(name);
  await api.schedules.delete(name);
  expect((await client.workflow.getHandle(batch).describe()).status.name).toBe('RUNNING');
  for (const act of [
    () => api.schedules.describe(name),
    () => api.schedules.delete(name),
    () => api.schedules.pause(name),
    () => api.schedules.trigger(name),
    () => api.schedules.update(name, { note: 'x' }),
  ]) {
    await expect(act()).rejects.toMatchObject({ code: 'schedule_not_found' });
  }
});
