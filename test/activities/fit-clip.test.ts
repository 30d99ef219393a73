// Fitting one clip: with the real ffmpeg, from a file and from a server.
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proxyOf, sentClip } from '../../activities/fitting/proxies.js';
import type { FitOptions } from '../../contract/batch.js';
import { describe as look } from '../../media/ffmpeg/describe.js';
import { openFfmpeg, type Ffmpeg } from '../../media/ffmpeg/ffmpeg.js';
import { probeClip } from '../../media/probe-clip.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { openSnapshot } from '../../manifests/snapshot.js';
import { listSegments, readSegment } from '../../outcomes/segments.js';
import type { Store } from '../../store/store.js';
import { hasFfmpeg, handOut, makeClips, picture } from '../media/clips.js';
import { openAnalyzer } from '../media/support.js';
import { serve } from '../net/servers.js';
import { frozenBatch, run, start, workerOf } from './support.js';

const analyzer = openAnalyzer({ parsers: 1 });
const fetch = createGuardedFetch({ allowHosts: ['127.0.0.1'] });
const ffmpeg = openFfmpeg('ffmpeg', process.env);
const probe = (link: string, signal?: AbortSignal) =>
  probeClip(link, { fetch, analyzer, ...(signal && { signal }) });

describe.skipIf(!hasFfmpeg)('fitting', () => {
  let folder = '';
  let clips = new Map<string, Buffer>();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reelscore-fit-'));
    const small = `${picture('128x96', '25', 3)} -c:v libx264 -preset ultrafast`;
    const long = `${picture('128x96', '5', 100)} -c:v libx264 -preset ultrafast`;
    clips = await makeClips({
      'a.mp4': small,
      'long.mp4': long,
      'sound.mp3': '-f lavfi -i sine=duration=1',
    });
    for (const [name, content] of clips) await writeFile(join(folder, name), content);
    await copyFile(join(folder, 'a.mp4'), join(folder, 'same.mp4'));
  });
  afterAll(async () => {
    analyzer.close();
    await fetch.close();
    await rm(folder, { recursive: true });
  });

  interface Fit {
    link: string;
    rest?: string;
    header?: string;
    fit?: FitOptions;
    tool?: Ffmpeg;
    attempt?: number;
  }

  async function fitted(of: Fit) {
    const {
      link,
      rest = '',
      header = '',
      fit = { long: 'reject' },
      tool = ffmpeg,
      attempt = 1,
    } = of;
    const manifest = `id,file_link,prompt${header}\na,${link},Pop${rest}\n`;
    const { location, store } = await frozenBatch(manifest, { base: folder, excerpts: true });
    const worker = workerOf({ probe, ffmpeg: tool });
    const input = { store: location, round: 1, row: 0, fit };
    const output = await run(worker, 'fitClip', input, { attempt });
    const clip = await openSnapshot(store).clip(0);
    const sent = await sentClip(store, clip);
    const seconds =
      sent === clip ? undefined : (await look(ffmpeg, fileURLToPath(sent.fileLink))).seconds;
    return { output, store, location, sent, seconds, outcome: (await outcomesIn(store))[0] };
  }

  test.each([
    ['all of a file', {}, 3],
    ['its end', { header: ',start', rest: ',2' }, 1],
    ['a part', { header: ',Start,length', rest: ',0:01,0.5' }, 0.5],
    ['no more than there is', { header: ',start,length', rest: ',1,60' }, 2],
    ['the first part of a long one', { link: 'long.mp4', fit: { long: 'first' } }, 95],
    ['a part of a long one', { link: 'long.mp4', header: ',start,length', rest: ',1:30,10' }, 10],
  ] satisfies [string, Partial<Fit>, number][])('takes %s', async (_, how, expected) => {
    const { output, seconds, outcome } = await fitted({ link: 'a.mp4', ...how });
    expect(output).toEqual({ submit: [[0, 0]], rejected: 0, failed: 0, warnings: 0, failures: [] });
    expect(seconds).toBeCloseTo(expected, 1);
    expect(outcome).toBeUndefined();
  });

  test.each([
    ['a long clip', { link: 'long.mp4' }, 'media_too_long', /^100\.0 s, .*--long first/],
    [
      'a part behind the end',
      { header: ',start', rest: ',1:00' },
      'media_too_long',
      /start is 60 s, and the clip has 3\.0 s/,
    ],
    ['sound', { link: 'sound.mp3' }, 'media_no_video', /no video track/],
  ] satisfies [string, Partial<Fit>, string, RegExp][])(
    'rejects %s',
    async (_, how, code, text) => {
      const { output, outcome, seconds } = await fitted({ link: 'a.mp4', ...how });
      expect(output).toMatchObject({ submit: [], rejected: 1, failures: [{ row: 0, code }] });
      expect(outcome).toMatchObject({ status: 'rejected', errorCode: code });
      expect(outcome?.errorMessage).toMatch(text);
      expect(seconds).toBeUndefined();
    },
  );

  test('without ffmpeg a clip fails, and says what to do', async () => {
    const tool = openFfmpeg('/nowhere/ffmpeg', {});
    const { outcome } = await fitted({ link: 'a.mp4', tool });
    expect(outcome).toMatchObject({ status: 'failed', errorCode: 'fit_unavailable' });
    expect(outcome?.errorMessage).toContain('install ffmpeg, or set REELSCORE_FFMPEG');
  });

  test('fetches a clip from its server, and keeps nothing of it but the proxy', async () => {
    const server = await serve(handOut(clips));
    const { seconds, store } = await fitted({ link: `${server.origin}/a.mp4` });
    expect(seconds).toBeCloseTo(3, 1);
    const names = await readdir(join(store.location, '.reelscore/proxies'));
    expect(names.sort()).toEqual(['0.json', expect.stringMatching(/^[0-9a-f]{40}\.mp4$/)]);
  });

  test('a server that is out of reach is tried again, and then named', async () => {
    const link = 'http://127.0.0.1:9/a.mp4';
    await expect(fitted({ link })).rejects.toMatchObject({ code: 'connect_failed' });
    const { outcome } = await fitted({ link, attempt: 3 });
    expect(outcome).toMatchObject({ status: 'failed', errorCode: 'connect_failed' });
  });

  test('makes one proxy for one content, and none a second time', async () => {
    const { location, store } = await frozenBatch('file_link,prompt\na.mp4,Pop\nsame.mp4,Rock\n', {
      base: folder,
      excerpts: true,
    });
    let runs = 0;
    const counting: Ffmpeg = { ...ffmpeg, run: (...args) => ((runs += 1), ffmpeg.run(...args)) };
    const worker = workerOf({ probe, ffmpeg: counting });
    for (const row of [0, 1, 0]) {
      await run(worker, 'fitClip', { store: location, round: 1, row, fit: { long: 'reject' } });
    }
    expect(runs).toBe(1);
    const [one, other] = await Promise.all(
      [0, 1].map(async (row) => proxyOf(store, await openSnapshot(store).clip(row))),
    );
    expect(one).toBeDefined();
    expect(one?.key).toBe(other?.key);
    expect(one?.what).toBe(other?.what);
  });

  test('that is broken off leaves no half proxy', async () => {
    const manifest = 'file_link,prompt\nlong.mp4,Pop\n';
    const { location, store } = await frozenBatch(manifest, { base: folder, excerpts: true });
    let begun = (): void => undefined;
    const beginning = new Promise<void>((resolve) => (begun = resolve));
    const slow: Ffmpeg = {
      ...ffmpeg,
      run: (args, options) => {
        begun();
        return ffmpeg.run(['-re', ...args], options); // at the speed of the clip
      },
    };
    const input = { store: location, round: 1, row: 0, fit: { long: 'first' } } as const;
    const { result, cancel } = start(workerOf({ probe, ffmpeg: slow }), 'fitClip', input);
    const ended = expect(result).rejects.toThrow();
    await beginning;
    cancel();
    await ended;
    expect(await readdir(join(store.location, '.reelscore/proxies'))).toEqual([]);
  });

  test('a file that is changed after it was fitted is not the one that gets the music', async () => {
    const path = join(folder, 'changed.mp4');
    await copyFile(join(folder, 'a.mp4'), path);
    const { store, location } = await fitted({ link: pathToFileURL(path).href });
    await copyFile(join(folder, 'long.mp4'), path);
    const worker = workerOf({ probe, ffmpeg });
    const output = await run(worker, 'fitClip', {
      ...{ store: location, round: 1, row: 0, fit: { long: 'reject' } },
    });
    expect(output).toMatchObject({ submit: [], rejected: 1, failures: [{ code: 'clip_changed' }] });
    expect((await outcomesIn(store))[0]?.errorCode).toBe('clip_changed');
  });
});

async function outcomesIn(store: Store) {
  const keys = await listSegments(store);
  return (await Promise.all(keys.map((key) => readSegment(store, key)))).flat();
}
