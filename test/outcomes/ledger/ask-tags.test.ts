// What servers tell of the version of a clip.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createTagAsker, type AskTags } from '../../../outcomes/ledger/ask-tags.js';
import type { ClipTag } from '../../../outcomes/ledger/tag.js';
import { createGuardedFetch } from '../../../net/guarded-fetch.js';
import { serve } from '../../net/servers.js';
import { clipOf } from './support.js';

function asker(signal?: AbortSignal): AskTags {
  const fetch = createGuardedFetch({ allowHosts: ['127.0.0.1'] });
  onTestFinished(() => fetch.close());
  return createTagAsker(fetch, signal);
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What is learned of one clip from a server, and what was asked for. */
async function learn(answer: Answer): Promise<{ tag: ClipTag | undefined; seen: string[] }> {
  const { origin, seen } = await serve(answer);
  const [tag] = await asker()([clipOf({ fileLink: `${origin}/a.mp4?sig=1` })]);
  return { tag, seen };
}

test('the ETag, by HEAD alone', async () => {
  const { tag, seen } = await learn((_request, response) =>
    response.setHeader('etag', '"v1"').end(),
  );
  expect({ tag, seen }).toEqual({ tag: { kind: 'tag', tag: '"v1"' }, seen: ['HEAD /a.mp4?sig=1'] });
});

test('a weak ETag counts as the strong one', async () => {
  const { tag } = await learn((_request, response) => response.setHeader('etag', 'W/"v1"').end());
  expect(tag).toEqual({ kind: 'tag', tag: '"v1"' });
});

test('the first byte is asked for where HEAD is refused, as by links signed for GET', async () => {
  const ranges: unknown[] = [];
  const { tag, seen } = await learn(({ method, headers }, response) => {
    ranges.push(headers.range);
    if (method === 'HEAD') response.writeHead(403).end();
    else response.writeHead(206, { etag: '"v1"', 'content-range': 'bytes 0-0/900' }).end('x');
  });
  expect(tag).toEqual({ kind: 'tag', tag: '"v1"' });
  expect(seen).toEqual(['HEAD /a.mp4?sig=1', 'GET /a.mp4?sig=1']);
  expect(ranges).toEqual([undefined, 'bytes=0-0']);
});

test('date and length together without an ETag, the same by HEAD and by GET', async () => {
  const modified = { 'last-modified': 'Mon, 23 Nov 2026 01:00:00 GMT' };
  const head = await learn((_request, response) =>
    response.writeHead(200, { ...modified, 'content-length': '900' }).end(),
  );
  const get = await learn(({ method }, response) => {
    if (method === 'HEAD') response.writeHead(405).end();
    else response.writeHead(206, { ...modified, 'content-range': 'bytes 0-0/900' }).end('x');
  });
  expect(head.tag).toEqual({ kind: 'tag', tag: 'Mon, 23 Nov 2026 01:00:00 GMT 900' });
  expect(get.tag).toEqual(head.tag);
});

test('nothing where a date has no length', async () => {
  const { tag } = await learn((_request, response) =>
    response.writeHead(200, { 'last-modified': 'Mon, 23 Nov 2026 01:00:00 GMT' }).end(),
  );
  expect(tag).toEqual({ kind: 'missing' });
});

test('a clip that is not there cannot be asked about', async () => {
  const { tag } = await learn((_request, response) =>
    response.writeHead(404, { etag: '"page"' }).end(),
  );
  expect(tag).toEqual({ kind: 'unreachable' });
});

test('answers come in the order of the clips, of which eight are asked at one time', async () => {
  const held: (() => void)[] = [];
  let holding = true;
  const { origin, seen } = await serve(({ url }, response) => {
    const answer = () => void response.setHeader('etag', String(url)).end();
    if (holding) held.push(answer);
    else answer();
  });
  const clips = Array.from({ length: 40 }, (_, row) =>
    clipOf({ row, fileLink: `${origin}/${row}` }),
  );
  const asked = asker()(clips);
  await expect.poll(() => seen.length).toBe(8);
  await sleep(100);
  expect(seen).toHaveLength(8);
  holding = false;
  for (const answer of held.reverse()) answer();
  expect(await asked).toEqual(clips.map(({ row }) => ({ kind: 'tag', tag: `/${row}` })));
});

test('a server that keeps failing is given up, and others are still asked', async () => {
  const broken = await serve((request) => request.socket.destroy());
  const { origin } = await serve((_request, response) => response.setHeader('etag', '"v"').end());
  const clips = Array.from({ length: 60 }, (_, row) =>
    clipOf({ row, fileLink: `${row === 59 ? origin : broken.origin}/${row}` }),
  );
  const tags = await asker()(clips);
  expect(tags.slice(0, 59)).toEqual(Array.from({ length: 59 }, () => ({ kind: 'unreachable' })));
  expect(tags[59]).toEqual({ kind: 'tag', tag: '"v"' });
  expect(broken.seen.length).toBeLessThan(30);
});

test('a row with a fault is not asked about', async () => {
  const faulty = clipOf({ fileLink: 'no link', fault: 'no link' });
  expect(await asker()([faulty])).toEqual([{ kind: 'unreachable' }]);
});

test('asking ends when it is called off', async () => {
  const { origin, seen } = await serve(() => undefined);
  const off = new AbortController();
  const asked = asker(off.signal)([clipOf({ fileLink: `${origin}/a.mp4` })]);
  await expect.poll(() => seen.length).toBe(1);
  off.abort(new Error('called off'));
  await expect(asked).rejects.toThrow('called off');
});
