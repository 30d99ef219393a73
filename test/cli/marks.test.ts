// Listening, marking and redoing, by the commands that people use.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { distFile } from '../../config/paths.js';
import type { ResultRow } from '../../outcomes/result-row.js';
import type { Mark } from '../../outcomes/review/marks.js';
import type { ReviewedClip } from '../../outcomes/review/report-html.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { hasFfmpeg, makeClips, picture } from '../media/clips.js';
import { soundOf } from '../media/mix/measure.js';
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
const simulator = await startSimulator({ taskMs: [100, 200], soundtrackSeconds: 2 });
afterAll(() => simulator.close());

const env = { ...vendorEnv({ home, account: 'marks-test', server, simulator }), ...NO_CALLBACKS };
const out = join(cwd, 'scored');

async function command(...args: string[]) {
  const { exitCode, stdout, stderr } = await reelscore([...args, '--json'], { cwd, env });
  if (stdout === '') throw new Error(stderr);
  return { exitCode, answer: JSON.parse(stdout) as Record<string, unknown> };
}

/** What the report tells of its clips. */
async function reviewed(batch: string): Promise<Map<string, ReviewedClip>> {
  await command('report', batch);
  return await reviewedIn(out);
}

async function reviewedIn(folder: string): Promise<Map<string, ReviewedClip>> {
  const html = await readFile(join(folder, 'report.html'), 'utf8');
  const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  const { clips } = JSON.parse(data) as { clips: ReviewedClip[] };
  return new Map(clips.map((clip) => [clip.id, clip]));
}

function markOn(clip: ReviewedClip | undefined, n: number, more: Partial<Mark>): Mark {
  const take = clip?.takes[n];
  return {
    ...{ id: clip?.id ?? '', takes: clip?.state ?? '' },
    ...(take && { output: decodeURIComponent(take.file) }),
    ...more,
  };
}

async function saved(batch: string, ...marks: Mark[]): Promise<string> {
  const file = join(cwd, 'marks.json');
  await writeFile(file, JSON.stringify({ version: 1, batch, marks }));
  return file;
}

const rowsById = async (): Promise<Record<string, ResultRow>> =>
  Object.fromEntries((await readRows(out)).map((row) => [row.id, row]));
const submissions = (): number => simulator.ledger().length;

describe.skipIf(!hasFfmpeg)('marks', () => {
  let batch = '';

  test('are given on a batch with two takes a clip, which has finished videos', async () => {
    const clips = await makeClips({
      'a.mp4': `${picture('640x360', '25', 6)} -c:v libx264 -preset ultrafast -g 25`,
    });
    await mkdir(join(cwd, 'clips'));
    for (const [name, content] of clips) await writeFile(join(cwd, 'clips', name), content);
    const rows = ['a', 'b', 'c'].map((id) => `${id},clips/a.mp4,Calm\n`);
    await writeFile(join(cwd, 'library.csv'), `id,file_link,prompt\n${rows.join('')}`);
    const run = await command('run', 'library.csv', '--out', out, '--takes', '2', '--mix');
    expect(run).toMatchObject({ exitCode: 0, answer: { counts: { succeeded: 3 } } });
    batch = String(run.answer['batch']);
    expect(submissions()).toBe(6);
  });

  test('that approve choose the take for results, video and ledger, and cost nothing', async () => {
    const clips = await reviewed(batch);
    const { mtimeMs } = await stat(join(out, 'videos', 'a.mp4'));
    const file = await saved(
      batch,
      markOn(clips.get('a'), 1, { decision: 'approve', note: 'brighter' }),
      markOn(clips.get('b'), 0, { decision: 'approve' }),
    );
    const { exitCode, answer } = await command('retry', batch, '--marks', file);
    expect([exitCode, answer]).toMatchObject([
      0,
      {
        state: 'marked',
        marks: { approved: ['a', 'b'], chosen: ['a'], redo: [], stale: [] },
        videos: { made: 1, kept: 2, failed: 0 },
      },
    ]);
    const { a, b, c } = await rowsById();
    expect(a).toMatchObject({
      ...{ output: 'soundtracks/a.2.wav', approved: true, review_note: 'brighter' },
      ...{
        task_id: a?.takes?.[1]?.task_id,
        outputs: ['soundtracks/a.1.wav', 'soundtracks/a.2.wav'],
      },
    });
    expect([b?.output, b?.approved]).toEqual(['soundtracks/b.1.wav', true]);
    expect([c?.output, c?.approved]).toEqual(['soundtracks/c.1.wav', false]);
    expect((await stat(join(out, 'videos', 'a.mp4'))).mtimeMs).toBeGreaterThan(mtimeMs);
    expect(submissions()).toBe(6);

    const again = await command('run', 'library.csv', '--takes', '2', '--batch', 'next-night');
    expect(again.answer).toMatchObject({ counts: { skipped: 3 } });
    const next = await readRows(join(cwd, 'results', 'next-night'));
    expect(next.map(({ output }) => output?.split('/').at(-1))).toEqual([
      ...['a.2.wav', 'b.1.wav', 'c.1.wav'],
    ]);
  });

  test('that ask for another prompt make one take more, which counts, once', async () => {
    const clips = await reviewed(batch);
    const redo = { decision: 'redo', prompt: 'Fast drums, no voice' } as const;
    const file = await saved(batch, markOn(clips.get('c'), 0, redo));
    const { exitCode, answer } = await command('retry', batch, '--marks', file);
    expect([exitCode, answer]).toMatchObject([0, { marks: { redo: ['c'] } }]);
    expect(submissions()).toBe(7);
    const { a, c } = await rowsById();
    expect(c).toMatchObject({
      ...{ status: 'succeeded', output: 'soundtracks/c.3.wav', approved: false, prompt: 'Calm' },
      takes: [{ prompt: 'Calm' }, { prompt: 'Calm' }, { prompt: redo.prompt }],
      outputs: ['soundtracks/c.1.wav', 'soundtracks/c.2.wav', 'soundtracks/c.3.wav'],
      video: 'videos/c.mp4',
    });
    expect(await soundOf(join(out, 'videos', 'c.mp4'))).toBeDefined();
    expect([a?.output, a?.approved]).toEqual(['soundtracks/a.2.wav', true]);

    // The same file once more, as a double click does.
    const twice = await command('retry', batch, '--marks', file);
    expect(twice).toMatchObject({
      exitCode: 0,
      answer: {
        marks: {
          redo: [],
          stale: [{ id: 'c', why: expect.stringContaining('other takes') as string }],
        },
      },
    });
    expect(submissions()).toBe(7);
  });

  test('of which nothing comes leave a clip what it has', async () => {
    simulator.setFaults('fail');
    const clips = await reviewed(batch);
    const file = await saved(
      batch,
      markOn(clips.get('b'), 0, { decision: 'redo', prompt: 'Rock' }),
    );
    const before = (await rowsById())['b'];
    await command('retry', batch, '--marks', file);
    const after = (await rowsById())['b'];
    expect(after).toMatchObject({
      status: 'succeeded',
      output: before?.output,
      takes: before?.takes,
    });
    expect(after?.error_message).toMatch(/^take 3: /);
  });

  test('that are killed on the way are gone on with, and pay for what is lacking', async () => {
    simulator.setFaults('slow:5000');
    const clips = await reviewed(batch);
    const paid = submissions();
    const redo = { decision: 'redo', prompt: 'Strings' } as const;
    const file = await saved(batch, markOn(clips.get('a'), 1, redo));
    const args = ['retry', batch, '--marks', file];
    const first = spawn(process.execPath, [distFile('cli/main.js'), ...args], {
      ...{ cwd, env: { PATH: process.env['PATH'], ...env }, stdio: 'ignore' },
    });
    await until(
      () => Promise.resolve(submissions()),
      (count) => count > paid,
    );
    const gone = once(first, 'exit');
    first.kill('SIGKILL');
    await gone;
    // It runs on: the worker of another command takes it up.
    simulator.setFaults('');
    const other = spawn(process.execPath, [distFile('cli/main.js'), 'worker'], {
      ...{ cwd, env: { PATH: process.env['PATH'], ...env }, stdio: 'ignore' },
    });
    try {
      await until(rowsById, ({ a }) => a?.output === 'soundtracks/a.3.wav');
    } finally {
      const ended = once(other, 'exit');
      other.kill('SIGTERM');
      await ended;
    }
    const { a } = await rowsById();
    // Killed before it knew the answer, it cannot know that it was paid for: then it says so.
    expect(submissions() - paid).toBe(a?.possible_duplicate ? 2 : 1);
    expect(a).toMatchObject({
      takes: [{ prompt: 'Calm' }, { prompt: 'Calm' }, { prompt: 'Strings' }],
    });
  });

  test('on a clip that failed run it with the other prompt', async () => {
    simulator.setFaults('fail');
    const manifest = 'id,file_link,prompt\nlone,clips/a.mp4,Calm\n';
    await writeFile(join(cwd, 'lone.csv'), manifest);
    const failed = await command('run', 'lone.csv', '--out', join(cwd, 'lone'), '--batch', 'lone');
    expect(failed.answer).toMatchObject({ counts: { failed: 1 } });
    simulator.setFaults('');
    await command('report', 'lone');
    const clip = (await reviewedIn(join(cwd, 'lone'))).get('lone');
    const file = await saved('lone', markOn(clip, 0, { decision: 'redo', prompt: 'Rock' }));
    expect(await command('retry', 'lone', '--marks', file)).toMatchObject({
      exitCode: 0,
      answer: { counts: { succeeded: 1 } },
    });
    const [row] = await readRows(join(cwd, 'lone'));
    expect(row).toMatchObject({
      status: 'succeeded',
      prompt: 'Calm',
      output: 'soundtracks/lone.1.wav',
    });
    expect(simulator.ledger().at(-1)?.prompt).toBe('Rock');
  });

  test.each([
    ['of another batch', (mark: Mark) => ({ version: 1, batch: 'other', marks: [mark] })],
    ['twice of one clip', (mark: Mark) => ({ version: 1, batch, marks: [mark, mark] })],
    ['that are none', () => ({ clips: [] })],
    ['with what is unknown', (mark: Mark) => ({ version: 1, batch, marks: [{ ...mark, pay: 1 }] })],
  ])('%s are refused', async (_, file) => {
    const mark = { id: 'a', takes: 'x', decision: 'approve' } as const;
    await writeFile(join(cwd, 'bad.json'), JSON.stringify(file(mark)));
    const { exitCode, answer } = await command('retry', batch, '--marks', 'bad.json');
    expect([exitCode, answer]).toMatchObject([1, { error: { code: 'marks_invalid' } }]);
  });
});
