// What run says of batches that come again: ids with other links, and folders that were deleted.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { acquireHome } from '../../temporal/embedded/acquire-home.js';
import { ownServer } from '../support/temporal.js';
import { ask } from './cli.js';

const { home } = await ownServer();
const lease = await acquireHome({ home, services: ['simulator'] });
afterAll(() => lease.release());
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-same-ids-'));
afterAll(() => rm(cwd, { recursive: true, force: true }));

const FAST = ['--simulate', '--no-probe', '--rate', '50'];
const cli = (...args: string[]) => ask(args, { cwd, env: { REELSCORE_HOME: home } });

async function manifest(name: string, links: string[]): Promise<void> {
  const rows = links.map((link, at) => `${at + 1},http://clips.localhost/${link},calm piano\n`);
  await writeFile(join(cwd, name), `id,file_link,prompt\n${rows.join('')}`);
}

test('row numbers of another campaign are other clips, and run, plan and validate say so', async () => {
  await manifest('spring.csv', ['good.mp4?spring=1&token=s3cret', 'good.mp4?spring=2']);
  await manifest('autumn.csv', ['autumn1.mp4?token=s3cret', 'good.mp4?spring=2']);
  expect((await cli('run', 'spring.csv', ...FAST)).exitCode).toBe(0);

  const links =
    /with another link: http:\/\/clips\.localhost\/good\.mp4\?spring=1, now http:\/\/clips\.localhost\/autumn1\.mp4 \(it is scored anew\)/;
  const planned = await cli('plan', 'autumn.csv', '--simulate');
  expect(planned.stdout).toMatch(links);
  const checked = await cli('validate', 'autumn.csv');
  expect(checked.stdout).toMatch(links);
  const { stdout, exitCode } = await cli('run', 'autumn.csv', ...FAST);
  expect(stdout).toMatch(links);
  expect(stdout).toMatch(/succeeded +1\n +skipped +1\n +submissions +1\n/);
  expect(exitCode).toBe(0);
  for (const text of [planned.stdout, checked.stdout, stdout]) expect(text).not.toContain('s3cret');
  const document = (await cli('run', 'autumn.csv', ...FAST, '--json')).stdout;
  expect(JSON.parse(document)).toMatchObject({ found: { counts: { link_changed: 1 } } });
});

test('run scores a batch anew whose folder was deleted, and says so; retry points there', async () => {
  await manifest('deleted.csv', ['d1.mp4', 'd2.mp4']);
  const first = await cli('run', 'deleted.csv', ...FAST, '--out', 'scored');
  const batch = /^Batch (\S+):/m.exec(first.stdout)?.[1] ?? '';
  await rm(join(cwd, 'scored'), { recursive: true });
  const retried = await cli('retry', batch);
  expect(retried.stderr).toContain('score it anew with the command that made it');
  expect(retried.exitCode).toBe(1);
  const second = await cli('run', 'deleted.csv', ...FAST, '--out', 'scored');
  expect(second.stdout).toMatch(/Note: it has run before, .*: it is scored anew/);
  expect(second.stdout).toMatch(/succeeded +2\n +submissions +2\n/);
  expect(second.exitCode).toBe(0);
});
