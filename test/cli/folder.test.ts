// A folder of videos to soundtracks, in one command.
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../config/paths.js';
import type { BatchSummary, Plan } from '../../client/index.js';
import { built } from '../support/built.js';
import { readRows } from '../support/rig.js';
import { temporaryHome } from '../support/temporal.js';
import { ask, reelscore } from './cli.js';

await built();
const cwd = await temporaryHome();
const home = await temporaryHome();
const env = { REELSCORE_HOME: home };
const cli = (...args: string[]) => ask(args, { cwd, env });
const PROMPT = 'Pop Melody + Energetic Rhythm';

beforeAll(async () => {
  for (const [name, clip] of [
    ['intro.mp4', 'sunrise'],
    ['stories/one.mov', 'vertical-story'],
  ] as const) {
    const path = join(cwd, 'clips', name);
    await mkdir(join(path, '..'), { recursive: true });
    await cp(join(PACKAGE_ROOT, `examples/clips/${clip}.mp4`), path);
  }
  await writeFile(join(cwd, 'clips/notes.txt'), 'not a video');
});

test('run scores a folder; the second run skips it, and scores what has changed', async () => {
  const run = async (): Promise<BatchSummary> => {
    const args = ['--simulate', '--prompt', PROMPT, '--rate', '20', '--json'];
    const { stdout, stderr } = await cli('run', './clips', ...args);
    try {
      return JSON.parse(stdout) as BatchSummary;
    } catch {
      throw new Error(stderr);
    }
  };
  const first = await run();
  expect(first).toMatchObject({ counts: { total: 2, succeeded: 2 }, submissions: 2 });
  expect(first.batch).toMatch(/^clips-[0-9a-f]{8}-simulated$/);
  const results = join(cwd, 'results', first.batch);
  const rows = await readRows(results);
  expect(rows.map(({ id, prompt, output }) => [id, prompt, output])).toEqual([
    ['intro', PROMPT, 'soundtracks/intro.wav'],
    ['stories/one', PROMPT, expect.stringMatching(/^soundtracks\/stories-one-\w{8}\.wav$/)],
  ]);
  expect(await readdir(join(results, 'soundtracks'))).toHaveLength(2);
  expect(await run()).toMatchObject({ batch: first.batch, submissions: 2 });

  await cp(join(PACKAGE_ROOT, 'examples/clips/vertical-story.mp4'), join(cwd, 'clips/intro.mp4'));
  const planned = await cli('plan', './clips', '--simulate', '--prompt', PROMPT, '--json');
  const { clips, found } = JSON.parse(planned.stdout) as Plan;
  expect(clips).toMatchObject({ total: 2, changed: 1, scored: 1 });
  expect(found?.notes[0]?.message).toContain('and its file has changed since');
  const second = await run();
  expect(second.counts).toMatchObject({ total: 2, succeeded: 1, skipped: 1 });
  expect(second.submissions).toBe(1);
});

test('without a way to the vendor it is refused before anything is started', async () => {
  const keys = { TOMOVIEE_APP_KEY: 'key', TOMOVIEE_APP_SECRET: 'secret' };
  const args = ['run', './clips', '--prompt', PROMPT];
  const { exitCode, stderr } = await reelscore(args, { cwd, env: { ...env, ...keys } });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('./clips: 2 of its 2 clips are files on this machine');
  expect(stderr).toContain('set REELSCORE_STAGING to a bucket');
  expect(stderr).toContain('or REELSCORE_CALLBACK_URL to a public URL');
});

test('a folder without prompts says where one may stand', async () => {
  const { exitCode, stderr } = await cli('run', './clips', '--simulate');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('./clips: 2 of its 2 clips have no prompt: intro, stories/one');
});
