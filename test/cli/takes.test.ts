// Several takes a clip, whose run is killed again and again: every take that was paid for is there, once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { distFile } from '../../config/paths.js';
import type { ResultRow } from '../../outcomes/result-row.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { built } from '../support/built.js';
import { readRows } from '../support/rig.js';
import { temporaryHome, testServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { reelscore } from './cli.js';
import { NO_CALLBACKS, vendorEnv } from './vendor-env.js';

await built();
const server = await testServer();
const cwd = await temporaryHome();
const home = await temporaryHome();
const simulator = await startSimulator({ taskMs: [100, 1500], soundtrackSeconds: 0.1 });
afterAll(() => simulator.close());

const CLIPS = 6;
const TAKES = 3;
const env = { ...vendorEnv({ home, account: 'takes-test', server, simulator }), ...NO_CALLBACKS };

/** One that is alone is not told apart from its row. */
function takesOf({ takes, task_id, outputs }: ResultRow) {
  return takes ?? (outputs.length === 0 ? [] : [{ task_id, outputs }]);
}

test('takes paid are takes asked, or flagged, after kills between them', async () => {
  // Every answer is held back, so that a kill finds submissions on their way.
  const link = (n: number): string => `${simulator.url}/clips/clean-1080p.mp4?n=${n}&sim=slow:400`;
  const rows = Array.from({ length: CLIPS }, (_, n) => `c${n},${link(n)},Calm\n`);
  await writeFile(join(cwd, 'library.csv'), `id,file_link,prompt\n${rows.join('')}`);
  const args = ['run', 'library.csv', '--takes', String(TAKES), '--no-probe', '--json'];
  args.push('--rate', '4', '--out', 'scored');
  const taken = (): number => simulator.ledger().length;

  for (const stage of [2, 7, 13]) {
    const run = spawn(process.execPath, [distFile('cli/main.js'), ...args], {
      ...{ cwd, env: { PATH: process.env['PATH'], HOME: home, ...env }, stdio: 'ignore' },
    });
    await until(
      () => Promise.resolve(taken()),
      (tasks) => tasks >= stage,
    );
    const gone = once(run, 'exit');
    run.kill('SIGKILL');
    await gone;
  }
  const { exitCode, stderr } = await reelscore(args, { cwd, env });
  expect(stderr).not.toContain('error');
  const results = await readRows(join(cwd, 'scored'));
  expect(exitCode === 0).toBe(results.every(({ status }) => status === 'succeeded'));
  const flagged = results.filter((row) => row.possible_duplicate);
  for (const row of results) {
    const { error_message: why, possible_duplicate: doubtful, outputs } = row;
    const takes = takesOf(row);
    expect(takes.map((take) => take.outputs.length)).toEqual(takes.map(() => 1));
    expect(new Set(outputs).size).toBe(takes.length);
    // A take that two kills have hit is given up, and says so; every other is there.
    if (takes.length === TAKES) continue;
    expect([why, doubtful]).toEqual([
      expect.stringMatching(/^take \d: the answers to 2 submissions were lost/),
      true,
    ]);
  }
  // Each task of the results is one that was paid for, and of that clip.
  const paid = new Map(simulator.ledger().map((task) => [task.taskId, task.fileLink]));
  const heard = results.flatMap((row) => takesOf(row).map((take) => [take.task_id, row.file_link]));
  expect(new Set(heard.map(([task]) => task)).size).toBe(heard.length);
  for (const [task, of] of heard) expect(paid.get(task ?? '')).toBe(of);
  // What is beyond that is of clips that say so.
  const spare = [...paid].filter(([task]) => !heard.some(([one]) => one === task));
  const doubtful = flagged.map((row) => row.file_link);
  expect(spare.filter(([, of]) => !doubtful.includes(of))).toEqual([]);
});
