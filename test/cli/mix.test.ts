// From clips to finished videos, by the commands that people use.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { distFile } from '../../config/paths.js';
import type { ResultRow } from '../../outcomes/result-row.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { hasFfmpeg, makeClips, picture } from '../media/clips.js';
import { loudnessOf, pictureOf, soundOf } from '../media/mix/measure.js';
import { built } from '../support/built.js';
import { readRows } from '../support/rig.js';
import { temporaryHome, testServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { reelscore } from './cli.js';
import { vendorEnv } from './vendor-env.js';

await built();
const server = await testServer();
const cwd = await temporaryHome();
const home = await temporaryHome();
const simulator = await startSimulator({ taskMs: [100, 200], soundtrackSeconds: 4 });
afterAll(() => simulator.close());

const env = vendorEnv({ home, account: 'mix-test', server, simulator });
const keyless = { ...env, TOMOVIEE_APP_KEY: undefined, TOMOVIEE_APP_SECRET: undefined };
const clip = (name: string) => join(cwd, 'clips', name);
const out = join(cwd, 'scored');
const video = (name: string) => join(out, 'videos', name);
const videosOf = (rows: ResultRow[]) =>
  rows.map(({ id, status, video: file, video_error: error }) => [id, status, file, error]);

async function asJson(...args: string[]): Promise<{ exitCode: unknown; answer: unknown }> {
  const { exitCode, stdout, stderr } = await reelscore([...args, '--json'], { cwd, env: keyless });
  if (stdout === '') throw new Error(stderr);
  return { exitCode, answer: JSON.parse(stdout) as unknown };
}

describe.skipIf(!hasFfmpeg)('finished videos', () => {
  let batch = '';

  beforeAll(async () => {
    const x264 = '-c:v libx264 -preset ultrafast -g 25';
    const clips = await makeClips({
      'talk.mp4': `${picture('640x360', '25', 6)} -f lavfi -i sine=1000:d=6 ${x264} -c:a aac`,
      'quiet.mov': `${picture('640x360', '25', 6)} ${x264}`,
      'old.avi': `${picture('640x360', '25', 6)} -c:v mpeg4`,
    });
    await mkdir(join(cwd, 'clips'));
    for (const [name, content] of clips) await writeFile(clip(name), content);
    const rows = ['talk,clips/talk.mp4', 'quiet,clips/quiet.mov', 'old,clips/old.avi'];
    const manifest = `id,file_link,prompt\n${rows.map((row) => `${row},Calm\n`).join('')}`;
    await writeFile(join(cwd, 'library.csv'), manifest);
    await writeFile(join(cwd, 'other.csv'), manifest.replace('quiet.mov,Calm', 'quiet.mov,Rock'));
  });

  test('a run that is killed while it mixes has paid for all, and `mix` goes on', async () => {
    // An ffmpeg that is in the middle of writing a video when its worker is killed.
    const slow = join(home, 'ffmpeg');
    await writeFile(
      slow,
      '#!/bin/sh\ncase "$*" in *copyinkf*) sleep 20;; esac\nexec ffmpeg "$@"\n',
    );
    await writeFile(join(home, 'ffprobe'), '#!/bin/sh\nexec ffprobe "$@"\n');
    await Promise.all([chmod(slow, 0o755), chmod(join(home, 'ffprobe'), 0o755)]);
    const args = ['run', 'library.csv', '--mix', '--rate', '20', '--out', out];
    const own = { PATH: process.env['PATH'], HOME: home, REELSCORE_FFMPEG: slow };
    const first = spawn(process.execPath, [distFile('cli/main.js'), ...args], {
      ...{ cwd, env: { ...own, ...env, ...lost() }, stdio: 'ignore' },
    });
    await until(
      () => readdir(join(out, 'videos')).catch(() => []),
      (names) => names.some((name) => name.endsWith('.part')),
    );
    const gone = once(first, 'exit');
    first.kill('SIGKILL');
    await gone;
    const paid = simulator.ledger().length;
    const before = await readRows(out);
    expect(before.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);

    batch = (JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as { batch: string })
      .batch;
    const { exitCode, answer } = await asJson('mix', batch);
    expect([exitCode, answer]).toEqual([0, { ...{ batch, state: 'finished' }, ...counts(3, 3) }]);
    expect(simulator.ledger().length).toBe(paid);
    const rows = await readRows(out);
    expect(videosOf(rows)).toEqual([
      ['talk', 'succeeded', 'videos/talk.mp4', null],
      ['quiet', 'succeeded', 'videos/quiet.mov', null],
      ['old', 'succeeded', 'videos/old.mkv', null],
    ]);
    expect((await readdir(join(out, 'videos'))).sort()).toEqual([
      'old.mkv',
      'quiet.mov',
      'talk.mp4',
    ]);
    for (const [name, made] of [
      ['talk.mp4', 'talk.mp4'],
      ['quiet.mov', 'quiet.mov'],
      ['old.avi', 'old.mkv'],
    ] as const) {
      const { loudness, peak } = await loudnessOf(video(made));
      expect([Math.abs(loudness + 14) <= 0.3, peak <= -1]).toEqual([true, true]);
      expect(await soundOf(video(made))).toEqual(['aac', '48000', '2']);
      expect((await pictureOf(video(made))).frames).toBe((await pictureOf(clip(name))).frames);
    }
  });

  test('says in its tags and in records where the music is from, and is audited', async () => {
    const source =
      'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia';
    for (const name of ['talk.mp4', 'quiet.mov', 'old.mkv']) {
      const { stdout } = await execa('ffprobe', [
        ...['-v', 'error', '-show_entries', 'format_tags', '-of', 'json', video(name)],
      ]);
      const { format } = JSON.parse(stdout) as { format: { tags: Record<string, string> } };
      const tags = new Map(
        Object.entries(format.tags).map(([key, value]) => [key.toLowerCase(), value]),
      );
      expect(tags.get('comment')).toContain(source);
    }
    const lines = (await readFile(join(out, 'provenance.jsonl'), 'utf8')).trimEnd().split('\n');
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const hash = async (path: string): Promise<string> =>
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
    expect(records).toMatchObject([
      {
        ...{ id: 'talk', account: 'mix-test', video: 'videos/talk.mp4' },
        sha256: await hash(join(out, String(records[0]?.['file']))),
        video_sha256: await hash(video('talk.mp4')),
        clip_sha256: await hash(clip('talk.mp4')),
      },
      { id: 'quiet' },
      { id: 'old' },
    ]);
    expect(await asJson('audit', batch)).toMatchObject({
      exitCode: 0,
      answer: { files: 6, differences: [] },
    });
    await appendFile(video('talk.mp4'), 'x');
    expect(await asJson('audit', batch)).toMatchObject({
      exitCode: 2,
      answer: { differences: [{ file: 'videos/talk.mp4', difference: 'changed' }] },
    });
    await truncate(video('talk.mp4'), (await stat(video('talk.mp4'))).size - 1);
  });

  test('what is there, mixed alike, stays; what was deleted, or is wanted otherwise, is made', async () => {
    const { mtimeMs } = await stat(video('talk.mp4'));
    expect((await asJson('mix', batch)).answer).toMatchObject(counts(3, 0, 3));
    expect((await stat(video('talk.mp4'))).mtimeMs).toBe(mtimeMs);
    const louder = ['--loudness', '-18', '--audio', 'under'];
    expect((await asJson('mix', batch, ...louder)).answer).toMatchObject(counts(3, 3));
    const { loudness } = await loudnessOf(video('talk.mp4'));
    expect(Math.abs(loudness + 18)).toBeLessThanOrEqual(0.3);
    expect((await asJson('mix', batch, '--audio', 'keep')).answer).toMatchObject(counts(3, 3));
    expect((await readdir(join(out, 'videos'))).sort()).toEqual([
      'old.avi',
      'quiet.mov',
      'talk.mp4',
    ]);
    expect(videosOf(await readRows(out))[2]).toEqual(['old', 'succeeded', 'videos/old.avi', null]);
  });

  test('a soundtrack that is made anew has its video made anew, and no other', async () => {
    expect((await asJson('mix', batch)).answer).toMatchObject(counts(3, 3));
    const args = ['retry', batch, 'other.csv', '--rate', '20', '--json'];
    const { stdout, exitCode } = await reelscore(args, { cwd, env: { ...env, ...lost() } });
    // The batch was made with --mix, and nothing says so again.
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { videos: counts(3, 1, 2) }]);
    expect(videosOf(await readRows(out))[1]).toEqual([
      'quiet',
      'succeeded',
      'videos/quiet.mov',
      null,
    ]);
  });

  test('a video that cannot be mixed is told in its column; the clip has succeeded all the same', async () => {
    await copyFile(clip('quiet.mov'), clip('talk.mp4'));
    await appendFile(clip('old.avi'), 'more');
    const { exitCode, answer } = await asJson('mix', batch, '--loudness', '-16');
    expect([exitCode, answer]).toMatchObject([2, { ...counts(3, 1, 0), failed: 2 }]);
    const changed = 'the file was changed after the batch was started (start it again)';
    // What was there, of the same soundtrack, is still of use.
    expect(videosOf(await readRows(out))).toEqual([
      ['talk', 'succeeded', 'videos/talk.mp4', changed],
      ['quiet', 'succeeded', 'videos/quiet.mov', null],
      ['old', 'succeeded', 'videos/old.mkv', changed],
    ]);
  });

  test('a batch that nobody knows is not mixed', async () => {
    const { exitCode, stderr } = await reelscore(['mix', 'nobody'], { cwd, env: keyless });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('there is no batch nobody')]);
  });
});

/** How the vendor would reach files: nobody asks for them here. */
function lost() {
  return { REELSCORE_CALLBACK_URL: 'http://127.0.0.1:9', REELSCORE_CALLBACK_GRACE: '0s' };
}

function counts(found: number, made: number, kept = found - made) {
  return { found, made, kept, failed: 0 };
}
