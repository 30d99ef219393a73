// The power cut, as near as a test comes to it: every process of a run is killed, and run again.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { cacheDir, distFile } from '../../config/paths.js';
import { built } from '../support/built.js';
import { faultsOf } from '../support/checker.js';
import { clips, readRows } from '../support/rig.js';
import { childPid, temporaryHome } from '../support/temporal.js';
import { until } from '../support/until.js';

await built();
const home = await temporaryHome();
const ROWS = 40;
const out = join(home, 'scored');
const ledgerFile = join(home, 'simulator', 'simulator.jsonl');

interface JournalLine {
  e: string;
  task?: { taskId: string; fileLink: string };
}

async function accepted() {
  if (!existsSync(ledgerFile)) return [];
  const lines = (await readFile(ledgerFile, 'utf8')).split('\n').filter((line) => line !== '');
  return lines
    .map((line) => JSON.parse(line) as JournalLine)
    .flatMap(({ e, task }) => (e === 'accept' && task ? [{ ...task, status: 3 }] : []));
}

function run() {
  const args = ['run', 'library.csv', '--simulate', '--no-probe', '--rate', '8', '--out', out];
  return execa(process.execPath, [distFile('cli/main.js'), ...args, '--json'], {
    ...{ cwd: home, reject: false, extendEnv: false },
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      REELSCORE_HOME: home,
      XDG_CACHE_HOME: join(cacheDir(process.env), '..'),
    },
  });
}

test('after kill -9 of every process, the same command goes on where it was', async () => {
  await writeFile(join(home, 'library.csv'), stringify(clips(ROWS), { header: true }));
  for (const killedAt of [8, 20]) {
    const first = run();
    const early = first.then(({ exitCode, stderr }) => {
      throw new Error(`it ended by itself, with ${String(exitCode)}: ${stderr}`);
    });
    await Promise.race([early, until(accepted, ({ length }) => length >= killedAt)]);
    early.catch(() => undefined);
    // The supervisor first, or it would start its children again.
    const names = ['supervisor', 'temporal', 'simulator'] as const;
    const pids = names.map((name) => childPid(home, name));
    expect(pids).not.toContain(undefined);
    first.kill('SIGKILL');
    for (const pid of pids) process.kill(pid!, 'SIGKILL');
    await first;
  }

  const { exitCode } = await run();
  expect(exitCode).toBe(0);
  expect(faultsOf(await readRows(out), ROWS, await accepted(), out)).toEqual([]);
  for (const name of ['supervisor', 'temporal', 'simulator'] as const) {
    expect(childPid(home, name)).toBeUndefined();
  }
});
