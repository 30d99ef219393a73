// finishClips, clip by clip: how a soundtrack is had, and what is not taken for one.
import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { startVendor } from '../tomoviee/vendor-stub.js';
import { confirm, outcomesIn, rig, soundtracksIn, TUNE, type Rig } from './finish-rig.js';
import { run, vendorAt, workerOf } from './support.js';

describe('a soundtrack', () => {
  test('is fetched by the link that confirmed the task, and recorded', async () => {
    const one = await rig(TUNE);
    await confirm(one);
    const { worker, input, store, asked } = one;
    expect(await run(worker, 'finishClips', input)).toEqual({ troubles: [], failures: [] });
    expect(asked()).toBe(1);
    expect(await store.readText('soundtracks/c0.mp3')).toBe('a tune');
    const outcome = { row: 0, status: 'succeeded', taskId: 't0', attempts: 2 };
    expect(await outcomesIn(store)).toEqual([{ ...outcome, output: 'soundtracks/c0.mp3' }]);
  });

  test('is asked for where this worker does not know the link', async () => {
    const { worker, input, store, asked } = await rig(TUNE);
    await run(worker, 'finishClips', input);
    expect(asked()).toBe(1);
    expect(await soundtracksIn(store)).toEqual(['c0.mp3']);
  });

  test.each([401, 403, 404, 410])(
    'is asked for again where its link answers %d',
    async (status) => {
      const one = await rig((request, response) => {
        if (request.url === '/result-1.mp3') response.writeHead(status).end();
        else response.end('a tune');
      });
      await confirm(one);
      const { worker, input, store, asked, media } = one;
      expect((await run(worker, 'finishClips', input)).troubles).toEqual([]);
      expect(asked()).toBe(2);
      expect(media.seen).toEqual(['GET /result-1.mp3', 'GET /result-2.mp3']);
      expect(await store.readText('soundtracks/c0.mp3')).toBe('a tune');
    },
  );

  test('that stays out of reach by a fresh link is a trouble', async () => {
    const one = await rig((_request, response) => response.writeHead(403).end());
    await confirm(one);
    const { troubles } = await run(one.worker, 'finishClips', one.input);
    expect(troubles).toEqual([
      {
        row: 0,
        failure: {
          ...{ class: 'retry', code: 'download_failed' },
          message: 'the link returned 403',
        },
      },
    ]);
    expect(one.asked()).toBe(2);
    expect(await outcomesIn(one.store)).toEqual([]);
  });

  test.each<[string, RequestListener]>([
    ['a server error', (_request, response) => response.writeHead(500).end('oops')],
    [
      'an empty file',
      (_request, response) => response.setHeader('content-type', 'audio/mpeg').end(),
    ],
    [
      'an HTML page',
      (_request, response) =>
        response.setHeader('content-type', 'Text/HTML; charset=utf-8').end('<html>'),
    ],
    [
      'JSON',
      (_request, response) =>
        response.setHeader('content-type', 'application/json').end('{"error":1}'),
    ],
    [
      'XML',
      (_request, response) => response.setHeader('content-type', 'application/xml').end('<Error/>'),
    ],
    ['a part of it', (_request, response) => response.writeHead(206).end('a tu')],
    ['nothing', (_request, response) => response.writeHead(204).end()],
  ])('is not replaced by %s; the old one stays', async (_, listener) => {
    const one = await rig(listener);
    await one.store.write('soundtracks/c0.mp3', 'of the last round');
    const { troubles } = await run(one.worker, 'finishClips', one.input);
    expect(troubles).toMatchObject([
      { row: 0, failure: { class: 'retry', code: 'download_failed' } },
    ]);
    expect(await soundtracksIn(one.store)).toEqual(['c0.mp3']);
    expect(await one.store.readText('soundtracks/c0.mp3')).toBe('of the last round');
    expect(await outcomesIn(one.store)).toEqual([]);
  });

  test('that breaks off leaves nothing', async () => {
    const one = await rig((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('a tu', () => response.destroy());
    });
    const { troubles } = await run(one.worker, 'finishClips', one.input);
    expect(troubles).toMatchObject([
      { row: 0, failure: { class: 'retry', code: 'connection_lost' } },
    ]);
    expect(await soundtracksIn(one.store)).toEqual([]);
  });

  test('at a private address is refused for good', async () => {
    const one = await rig(TUNE);
    const fetch = createGuardedFetch();
    const vendor = {
      submit: () => Promise.reject(new Error('unused')),
      queryTask: await queryOf(one),
    };
    const { troubles } = await run(workerOf({ vendor, fetch }), 'finishClips', one.input);
    await fetch.close();
    expect(troubles).toMatchObject([
      { row: 0, failure: { class: 'rejected', code: 'address_blocked' } },
    ]);
    expect(one.media.seen).toEqual([]);
  });

  test('is named by the clip and by what it is', async () => {
    const one = await rig(
      (_request, response) => response.setHeader('content-type', 'video/quicktime').end('x'),
      { link: () => '/..%2F..%2Fetc/passwd?name=x.sh' },
    );
    await run(one.worker, 'finishClips', one.input);
    expect(await soundtracksIn(one.store)).toEqual(['c0.mov']);
  });
});

/** The result query of a rig, for a worker that differs in its network alone. */
async function queryOf({ media }: Rig) {
  const answer = { media: [{ url: `${media.origin}/a.mp3`, kind: 'audio' as const }] };
  return await Promise.resolve((taskId: string) =>
    Promise.resolve({ kind: 'task' as const, taskId, status: 'succeeded' as const, ...answer }),
  );
}

describe('a task that does not give its result', () => {
  test.each([
    [4, 'the task is now failed'],
    [2, 'the task is now processing'],
  ])('because its status has changed to %d is a trouble', async (status, message) => {
    const { worker, input } = await rig(TUNE, { status });
    const { troubles } = await run(worker, 'finishClips', input);
    expect(troubles).toMatchObject([
      { failure: { class: 'retry', code: 'download_failed', message } },
    ]);
  });

  test('because it names none is asked again, and a trouble then', async () => {
    const one = await rig(TUNE, { link: () => ':no-url' });
    await confirm(one);
    const { troubles } = await run(one.worker, 'finishClips', one.input);
    expect(troubles).toMatchObject([{ failure: { class: 'retry', code: 'result_missing' } }]);
    expect(one.asked()).toBe(2);
  });

  test('because the vendor refuses to tell is a trouble with its own class', async () => {
    const { store: location } = (await rig(TUNE)).input;
    const { baseUrl } = await startVendor({ status: 401 });
    const download = [{ row: 0, attempt: 1, taskId: 't', attempts: 1, possibleDuplicate: false }];
    const input = { store: location, round: 1, segment: '00000000', download, record: [] };
    const output = await run(workerOf({ vendor: vendorAt(baseUrl) }), 'finishClips', input);
    expect(output.troubles).toMatchObject([{ row: 0, failure: { class: 'denied' } }]);
  });
});
