// finishClips where downloads are slow, break off or cannot be written: each clip by itself, and no file twice.
import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { confirm, outcomesIn, rig, soundtracksIn, TUNE, type Rig } from './finish-rig.js';
import { run, start } from './support.js';

/** Sends a byte now and then until the client leaves. */
function trickle(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'audio/mpeg' });
  const timer = setInterval(() => response.write('.'), 20);
  response.on('close', () => clearInterval(timer));
}

const link = (_nth: number, task: string): string => `/${task}.mp3`;
const trickling =
  (...rows: number[]): RequestListener =>
  (request, response) => {
    if (rows.some((row) => request.url === link(0, `t${row}`))) trickle(response);
    else TUNE(request, response);
  };

const LEAST = { bytesPerSecond: 100_000, overMs: 1000 };
const NEVER = { bytesPerSecond: 1, overMs: 3_600_000 };

const rowsOf = async ({ store }: Rig) => (await outcomesIn(store)).map(({ row }) => row).toSorted();
/** In the place of a group's segment, so that nothing can be recorded. */
const segmentOf = ({ store }: Rig) =>
  join(store.location, '.reelscore', 'outcomes', '1-00000000.jsonl');

describe('a file that trickles', () => {
  test('keeps no other clip from its outcome', async () => {
    const one = await rig(trickling(0, 1, 2), { link, clips: 12, limits: { brisk: NEVER } });
    await confirm(one);
    const { result, cancel } = start(one.worker, 'finishClips', one.input);
    await expect.poll(() => rowsOf(one), { timeout: 30_000 }).toHaveLength(9);
    cancel();
    const { open, troubles } = await result;
    expect(open?.toSorted()).toEqual([0, 1, 2]);
    expect(troubles).toEqual([]);
  });

  test('gives its place to others and is named, with the link kept', async () => {
    const one = await rig(trickling(0, 1, 2, 3, 4, 5, 6, 7), {
      ...{ link, clips: 12, limits: { brisk: LEAST } },
    });
    await confirm(one);
    const { slow, troubles } = await run(one.worker, 'finishClips', one.input);
    expect(slow?.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(troubles).toEqual([]);
    expect(await rowsOf(one)).toEqual([10, 11, 8, 9]);
    expect(one.asked()).toBe(12);
    await run(one.worker, 'finishClips', {
      ...{ ...one.input, slow: true, segment: '00000001' },
      download: one.input.download.slice(8),
    });
    expect(one.asked()).toBe(16); // those that were had are asked for; the others' links are kept
    expect(await soundtracksIn(one.store)).toHaveLength(4);
  });

  test('among slow ones is a trouble of its clip', async () => {
    const one = await rig(trickling(1), { link, clips: 3, limits: { slow: LEAST } });
    await confirm(one);
    const { troubles, slow } = await run(one.worker, 'finishClips', { ...one.input, slow: true });
    expect(slow).toBeUndefined();
    expect(troubles).toMatchObject([
      { row: 1, failure: { class: 'retry', code: 'download_failed' } },
    ]);
    expect(troubles[0]?.failure.message).toMatch(/^the link delivered \d+ bytes in 1 s$/);
    expect(await rowsOf(one)).toEqual([0, 2]);
  });

  test('is given up when its time is over', async () => {
    const one = await rig(trickling(1), {
      link,
      clips: 3,
      limits: { brisk: NEVER, timeoutMs: 3000 },
    });
    await confirm(one);
    const { troubles } = await run(one.worker, 'finishClips', one.input);
    expect(troubles).toMatchObject([{ row: 1, failure: { class: 'retry' } }]);
    expect(troubles[0]?.failure.message).toContain('raise downloadTimeout');
    expect(await rowsOf(one)).toEqual([0, 2]);
  });
});

describe('a file that is there is not downloaded again', () => {
  /** Clips whose soundtracks are there, and whose outcomes could not be recorded. */
  async function unrecorded(options: Parameters<typeof rig>[1] = { clips: 4 }) {
    const one = await rig(TUNE, options);
    await mkdir(join(segmentOf(one), 'x'), { recursive: true });
    await expect(run(one.worker, 'finishClips', one.input)).rejects.toThrow('EISDIR');
    const [asked, loaded] = [one.asked(), one.media.seen.length];
    await rm(segmentOf(one), { recursive: true });
    const again = () => ({ asked: one.asked() - asked, loaded: one.media.seen.length - loaded });
    return { one, again };
  }

  test('when its outcome could not be recorded', async () => {
    const { one, again } = await unrecorded();
    const { troubles } = await run(one.worker, 'finishClips', one.input, { attempt: 2 });
    expect(troubles).toEqual([]);
    expect(again()).toEqual({ asked: 0, loaded: 0 });
    expect(await rowsOf(one)).toEqual([0, 1, 2, 3]);
  });

  test('by another worker, nor the files of a result with several', async () => {
    const { one, again } = await unrecorded({ files: 3 });
    await run(one.newWorker(), 'finishClips', one.input, { attempt: 2 });
    expect(again()).toEqual({ asked: 0, loaded: 0 });
    const names = ['c0.mp3', 'c0-2.mp3', 'c0-3.mp3'].map((name) => `soundtracks/${name}`);
    expect(await outcomesIn(one.store)).toMatchObject([{ output: names[0], outputs: names }]);
  });

  test('unless it was deleted, or replaced by another of the same length', async () => {
    const { one, again } = await unrecorded();
    const file = (row: number) => join(one.store.location, 'soundtracks', `c${row}.mp3`);
    await rm(file(0));
    // While both are there, they have different inodes.
    await writeFile(`${file(1)}.new`, 'A TUNE');
    await rename(`${file(1)}.new`, file(1));
    await utimes(file(2), 1, 1);
    await run(one.newWorker(), 'finishClips', one.input, { attempt: 2 });
    expect(again()).toEqual({ asked: 3, loaded: 3 });
    expect(await one.store.readText('soundtracks/c1.mp3')).toBe('a tune');
  });

  test('where it is of another task', async () => {
    const { one, again } = await unrecorded({ clips: 1 });
    const download = one.input.download.map((task) => ({ ...task, taskId: 'another' }));
    await run(one.worker, 'finishClips', { ...one.input, download }, { attempt: 2 });
    expect(again()).toEqual({ asked: 1, loaded: 1 });
  });

  test('because another of its clip could not be had', async () => {
    let fails = true;
    const one = await rig(
      (request, response) => {
        if (fails && request.url === '/2.mp3') response.writeHead(500).end();
        else response.end(`content of ${request.url}`);
      },
      { files: 3, link: (nth) => `/${nth}.mp3` },
    );
    await confirm(one);
    const first = await run(one.worker, 'finishClips', one.input);
    expect(first.troubles).toHaveLength(1);
    fails = false;
    const download = one.input.download.map((task) => ({ ...task, begun: true as const }));
    const { troubles } = await run(one.worker, 'finishClips', { ...one.input, download });
    expect(troubles).toEqual([]);
    // The second query names /2 to /4; of these the first file is there.
    expect(one.media.seen).toEqual(['/1', '/2', '/3', '/4'].map((path) => `GET ${path}.mp3`));
    expect(await one.store.readText('soundtracks/c0.mp3')).toBe('content of /1.mp3');
  });
});

describe('a store that fails', () => {
  test('for one name is a trouble of that clip', async () => {
    const one = await rig(TUNE, { clips: 3 });
    await mkdir(join(one.store.location, 'soundtracks', 'c1.mp3', 'x'), { recursive: true });
    const { troubles } = await run(one.worker, 'finishClips', one.input);
    expect(troubles).toMatchObject([{ row: 1, failure: { class: 'retry' } }]);
    expect(troubles[0]?.failure.message).toContain('cannot be written: EISDIR');
    expect(await rowsOf(one)).toEqual([0, 2]);
  });

  test('for all fails the activity with its cause, and waits for no download', async () => {
    const one = await rig(trickling(0, 1), { link, clips: 8, limits: { brisk: NEVER } });
    await confirm(one);
    await writeFile(join(one.store.location, 'soundtracks'), 'in the way');
    await expect(run(one.worker, 'finishClips', one.input)).rejects.toThrow(/EEXIST|ENOTDIR/);
  });
});
