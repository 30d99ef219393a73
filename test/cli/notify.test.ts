// `reelscore run --notify`, whose worker ends with it: what becomes of the notification of the end.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { Webhook } from 'standardwebhooks';
import { afterAll, expect, test } from 'vitest';
import { acquireHome } from '../../temporal/embedded/acquire-home.js';
import { newSecret, receiver } from '../notifications/support.js';
import { clips } from '../support/rig.js';
import { ownServer } from '../support/temporal.js';
import { ask } from './cli.js';

const { home } = await ownServer();
// Held so that not every command has to start it.
const lease = await acquireHome({ home, services: ['simulator'] });
afterAll(() => lease.release());
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-notify-'));
afterAll(() => rm(cwd, { recursive: true, force: true }));
const secret = newSecret();

/** `reelscore run` of a small library of that name. */
async function run(name: string, notify: string) {
  const rows = clips(2).map((row) => ({ ...row, id: `${name}-${row.id}` }));
  await writeFile(join(cwd, `${name}.csv`), stringify(rows, { header: true }));
  const args = ['run', `${name}.csv`, '--simulate', '--no-probe', '--rate', '50'];
  return await ask([...args, '--notify', notify], {
    cwd,
    env: {
      REELSCORE_HOME: home,
      REELSCORE_WEBHOOK_SECRET: secret,
      REELSCORE_ALLOW_HOSTS: '127.0.0.1',
    },
  });
}

test('run waits for a receiver that takes it after some tries', async () => {
  const { received, url } = await receiver((n) => (n < 3 ? 503 : 204));
  const { exitCode, stdout } = await run('taken', url);
  expect(exitCode).toBe(0);
  expect(received).toHaveLength(3);
  const { body, headers } = received[2]!;
  expect(new Webhook(secret).verify(body, headers)).toMatchObject({
    ...{ type: 'batch.finished', data: { counts: { total: 2, succeeded: 2 } } },
  });
  expect(stdout).not.toContain('Notify:');
});

test('run does not wait for ever: it says why, and what goes on with it', async () => {
  const { received, host, url } = await receiver(() => 500);
  const first = await run('untaken', url);
  expect(first.exitCode).toBe(0);
  expect(received.length).toBeGreaterThan(1);
  const line = `Notify:  not delivered yet: ${host} answered 500. It goes on when a worker runs: reelscore serve --simulate`;
  expect(first.stdout.split('\n')).toContain(line);
  expect(first.stdout).not.toContain('TOKEN');

  const again = await run('untaken', url);
  expect(again.stdout).toContain('has run already');
  expect(again.stdout.split('\n')).toContain(line);
});

test('run says when the receiver wants no more', async () => {
  const { received, host, url } = await receiver(() => 410);
  const { stdout } = await run('refused', url);
  expect(stdout).toContain(`Notify:  given up: ${host} answered 410`);
  expect(received).toHaveLength(1);
});
